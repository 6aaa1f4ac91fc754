//! The command line: arguments in, reports on stdout, everything else on stderr, an exit code.
//!
//! Top layer. Nothing is decided here that is not about arguments, files or terminals. Names of files and texts of
//! errors are escaped before they reach the terminal; a broken pipe is no error.

mod args;
mod capture;
mod check;
mod environment;
mod explain;
mod learn;
mod limits;
mod lint;
#[cfg(feature = "live")]
mod listen;
#[cfg(feature = "live")]
mod live;
mod output;
#[cfg(feature = "live")]
mod probe;
mod run;
mod show;
mod talk;

pub use run::{command, main};
