//! TCP connections: segments in, two streams of bytes a flow out.
//!
//! Third layer. Puts segments in order, drops what was sent twice, reports what is missing and goes on behind it.
//! Memory is bounded per stream, per flow and in all. What the layer above needs next comes back as a [`Need`], so
//! nothing here imports upward.

mod backlog;
mod connection;
mod idle;
mod index;
mod limits;
mod recent;
mod release;
mod room;
mod sink;
mod stream;
mod table;
#[cfg(test)]
mod tests;
mod waits;

pub use limits::Limits;
pub(crate) use room::{ALLOCATION, allocated};
pub use sink::{Chunk, Direction, FlowInfo, Gap, Need, StreamEnd, StreamSink};
pub use table::FlowTable;
