//! Capture files and streams: bytes in, packets out.
//!
//! First layer of the flow. Reads pcap and pcapng, plain, gzip or zstd, from a file or a pipe, in one pass with a bounded
//! buffer. Bytes are hostile: lengths are capped, a damaged or cut file yields what could be read and an anomaly.

mod clock;
mod compressed;
mod error;
#[cfg(test)]
pub(crate) mod fixture;
mod interface;
mod order;
mod packet;
mod pcap;
mod pcapng;
mod reader;
mod record;
mod statistics;
#[cfg(test)]
mod tests;
mod window;

pub use error::CaptureError;
pub use packet::{LinkType, Packet, PacketAt, Timestamp};
pub use reader::{Opened, PacketReader, is_magic, open};
