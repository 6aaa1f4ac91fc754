//! Link layers, VLAN, IP, tunnels and TCP: one packet in, one segment out.
//!
//! Second layer of the flow. Pure functions over borrowed bytes; they never panic and never allocate on the usual path.
//! A packet that is not TCP, or cannot be decoded, says why. Fragments alone are kept, within bounds, until their packet
//! is whole.

#[cfg(test)]
pub(crate) mod corpus;
mod decoded;
mod endpoint;
mod error;
mod fragment;
mod ip;
mod limits;
mod link;
mod network;
mod quick;
mod rest;
mod segment;
#[cfg(test)]
mod tests;
mod transport;
mod tunnel;
mod wifi;
mod wrapped;

pub use decoded::{Decoded, segment, segment_within, usual_segment};
pub use endpoint::Endpoint;
pub use error::WireError;
pub use fragment::{Datagram, Fragment, FragmentLimits, Fragments};
pub use limits::Limits;
pub use segment::{Segment, TcpFlags};
