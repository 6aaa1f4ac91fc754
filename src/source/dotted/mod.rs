//! Packets that tcpdump printed as text (`tcpdump -A`): a line of headers, and the packet's bytes behind it, with a dot for
//! each that cannot be printed and nothing for the CR of CR LF (`ascii_print` in tcpdump's `print-ascii.c`).
//!
//! The line says addresses, sequence numbers and how many bytes the segment carries, and so how many CRs are missing: the
//! capture is put together again, and read as one. What stands behind a dot is not known, so the fidelity is that of a text.
//! HTTP/2 and TLS cannot be read. Any bytes are fine; time is linear in the length of the text, which is bounded.

mod borders;
mod header;
mod numbers;
mod packet;
mod payload;
mod read;
#[cfg(test)]
mod tests;

pub(super) use packet::is_packet;
pub(super) use read::{Shown, capture, is_dotted};
