//! The header of the PROXY protocol, versions 1 and 2: what a proxy says before everything else about the connection that it
//! took its bytes from (haproxy's `proxy-protocol.txt`).
//!
//! Beside the flow layer: bytes in, a header out, so that every layer above can ask it. It keeps no state.

mod header;

pub use header::{Addresses, Checksum, Command, Family, ProxyHeader, Tlv};
