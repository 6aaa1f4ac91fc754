//! YAML specs say which HTTP header fields every hop must carry; hopspec checks recorded traffic against them.
//!
//! The modules stand in the order in which data goes through them; each uses only those above it.

pub mod anomaly;
pub mod capture;
pub mod check;
#[cfg(feature = "cli")]
pub mod cli;
pub mod exit;
pub mod finding;
pub mod flow;
pub mod http;
pub mod report;
pub mod secret;
pub mod source;
pub mod spec;
pub mod wire;
