//! Fragments of IP packets (RFC 791 §3.2, RFC 8200 §4.5), kept until their packet is whole.
//!
//! etherparse's `IpDefragPool` is not used: it has no bound on bytes or packets, the last copy of overlapping bytes wins, a
//! packet whose fragments are in small pieces costs quadratic time, and fragments that the snap length cut are errors.

mod datagram;
mod part;
mod pieces;
mod pool;
mod recent;
#[cfg(test)]
mod tests;

pub use datagram::Datagram;
pub use part::Fragment;
pub(super) use part::FragmentKey;
pub use pool::{FragmentLimits, Fragments};
