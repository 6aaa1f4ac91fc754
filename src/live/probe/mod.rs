//! Be the client: requests just as they are asked for, and what comes back, recorded as it was on the wire.
//!
//! Servers are hostile: every wait has an end, what is kept of an answer is bounded, and an echo is read as any other text.

mod ask;
mod connect;
mod echo;
mod frames;
mod heard;
mod prober;
mod proxy;
mod target;
mod tls;

pub use ask::{Ask, HttpVersion, field};
pub use connect::Resolve;
pub use prober::{Plan, Prober, Sent};
pub use proxy::ProxyVersion;
pub use target::Target;
pub use tls::Trust;
