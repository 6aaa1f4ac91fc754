//! Link layers, VLAN, IP, VXLAN and TCP: one packet in, one segment out.
//!
//! Second layer of the flow. Pure functions over borrowed bytes; they never panic and never allocate on the usual path.
//! A packet that is not TCP, or cannot be decoded, says why.

#[cfg(test)]
pub(crate) mod corpus;
mod decoded;
mod endpoint;
mod error;
mod link;
mod network;
mod quick;
mod rest;
mod segment;
#[cfg(test)]
mod tests;
mod transport;

pub use decoded::{Decoded, segment};
pub use endpoint::Endpoint;
pub use error::WireError;
pub use segment::{Segment, TcpFlags};
