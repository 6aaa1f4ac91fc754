//! The header of the PROXY protocol, versions 1 and 2: what a proxy says before everything else about the connection that it
//! took its bytes from (haproxy's `proxy-protocol.txt`; section numbers here are of it).
//!
//! Beside the flow layer: bytes in, a header out, so that every layer above can ask it. It keeps no state, and takes linear
//! time and no more memory than the header has bytes.

mod checksum;
mod header;
mod limits;
mod read;
#[cfg(test)]
mod tests;
mod tlv;
mod v1;
mod v2;

pub use header::{Addresses, Checksum, Command, Family, Fault, ProxyHeader, Tlv};
pub use limits::Limits;
pub use read::{LONGEST, Opening, opening, opening_within};
pub use tlv::NAMES;
