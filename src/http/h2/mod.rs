//! HTTP/2 (RFC 9113): frames in, the same messages out as of HTTP/1.
//!
//! ```text
//! bytes ─ reader ─ frames ─ block (HPACK) ─ head ─ messages ─ exchanges
//!            └─ find: where frames begin, if the capture does not hold the beginning or lost bytes
//! ```
//!
//! What the capture does not show is told as unknown. All that is kept of a connection is bounded.

mod begin;
mod block;
mod connection;
mod find;
mod frame;
mod gap;
mod head;
mod hpack;
mod limits;
mod messages;
mod parked;
mod reader;
mod signals;
mod speak;
mod watch;

pub(super) use begin::{Beginning, switches_to_h2};
pub(super) use connection::{Connection, Scratch};
pub(super) use frame::{PREFACE, is_first_settings};
#[cfg(test)]
pub(crate) use head::head_of;
pub(crate) use head::listed_head;
pub(super) use hpack::UNKNOWN;
pub use limits::Limits;
pub(super) use parked::Parked;
pub use speak::FrameWriter;
pub use watch::{Http2Signal, Http2Signals};
