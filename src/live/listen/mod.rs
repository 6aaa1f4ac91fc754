//! A listener that is the target: it answers every request, and records what it hears and says.
//!
//! ```text
//! listener ─ a thread a connection ─ channel (TLS, tape) ─ Dialogue ─ inbox ─ answer or echo ─ HTTP/1, or frames
//! ```
//!
//! Clients are hostile: heads, bodies that are kept, connections and times are bounded ([`Limits`]), a connection never waits
//! for another, and what was refused is counted ([`Refused`]).

mod address;
mod answer;
mod channel;
mod connection;
mod echo;
mod frames;
mod inbox;
mod limits;
mod listener;
mod opening;
mod refused;
mod reply;
mod request;
#[cfg(test)]
mod tests;
mod tls;

pub use address::Address;
pub use answer::Answer;
pub use limits::Limits;
pub use listener::{Listener, Running};
pub use refused::Refused;
pub use tls::{Certificate, Secured};
