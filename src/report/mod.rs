//! Reports: an outcome in, text for people or JSON for machines out.
//!
//! Last layer but the command line. Traffic is hostile to terminals, too: every text goes through [`escape`], so that no
//! control or escape sequence of a capture, a spec or a file name reaches the terminal. Secrets are masked before
//! findings are made. Output is deterministic.

mod accept;
#[cfg(test)]
mod canned;
mod escape;
mod excerpt;
mod github;
mod json;
mod paint;
mod place;
mod plural;
mod spec_errors;
mod text;

#[cfg(feature = "cli")]
pub(crate) use escape::value;
#[cfg(any(feature = "cli", feature = "live"))]
pub(crate) use paint::{Paint, Tone};

pub use escape::{escape, shorten};
pub use github::{GithubOptions, github};
pub use json::json;
pub use plural::count;
pub use spec_errors::{param_errors, spec_errors, spec_warnings};
pub use text::{NO_PACKET, TextOptions, Verbosity, text, text_of_findings, undecoded};
