//! Sniffing at interfaces: Linux by packet sockets, with a filter that the kernel runs; elsewhere the way through tcpdump.
//!
//! Packets are taken in the cooked form, from the network layer on, since that is the same for every kind of interface, and go to
//! the [`Recorder`](super::Recorder) as `tcpdump -i any` writes them (LINKTYPE_LINUX_SLL2), an interface of the capture each.
//! Nothing is sent, and no interface is made promiscuous. What is heard is hostile: lengths are bounded by the buffers, what is
//! longer is cut and told as `packet-cut`, and what the kernel had to drop is counted.

mod error;
mod scope;

#[cfg(target_os = "linux")]
mod assembler;
#[cfg(target_os = "linux")]
mod filter;
#[cfg(target_os = "linux")]
mod held;
#[cfg(target_os = "linux")]
mod interfaces;
#[cfg(target_os = "linux")]
mod narrow;
#[cfg(target_os = "linux")]
mod sniffer;
#[cfg(target_os = "linux")]
mod socket;

#[cfg(not(target_os = "linux"))]
mod elsewhere;

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests;

#[cfg(not(target_os = "linux"))]
pub use elsewhere::Sniffer;
pub use error::SniffError;
pub use scope::{Scope, Sniffed};
#[cfg(target_os = "linux")]
pub use sniffer::Sniffer;
