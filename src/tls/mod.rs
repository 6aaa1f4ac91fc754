//! TLS (RFC 5246, RFC 8446): what lies encrypted in a stream is opened with the secrets of a key log.
//!
//! Between the flow layer and HTTP. A stream that does not begin as TLS passes through after one look at its first bytes.
//! Nothing here attacks anything: without the secrets that a client or server wrote down, a connection stays shut, and it is
//! said which one and why. Records, handshakes and key logs are hostile bytes: everything kept is bounded, a record that does
//! not open with its keys is never given out, and secrets are never printed.

mod buffer;
mod crypto;
mod cursor;
mod facts;
mod handshake;
mod hello;
mod keylog;
mod limits;
mod look;
mod opening;
mod outlet;
mod process;
mod pump;
mod record;
mod resync;
mod session;
mod settle;
mod shut;
mod sink;
mod streams;
mod suite;
#[cfg(test)]
mod tests;
mod watch;

pub use facts::{Alpn, TlsFacts};
pub use keylog::{KeyLog, KeyLogs};
pub use limits::Limits;
pub use shut::{Shut, ShutFlows};
pub use sink::TlsSink;
pub use streams::{TlsFlow, TlsStreams};
