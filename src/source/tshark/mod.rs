//! What `tshark -T json` (and `-T ek`) prints: a tree of every packet's layers, in which keys repeat.
//!
//! Where the bytes of the TCP segments stand in it (`tcp.payload`), the capture is put together again, and read as the wire is.
//! Of connections whose bytes do not show their messages (TLS that tshark opened, a display filter that left packets out,
//! `-j`), the fields that tshark read are told: heads line by line, bodies not. Any bytes are fine; a file that is cut is read to the
//! cut; time is linear in the length of the text, which is bounded.

mod frame;
mod message;
mod node;
mod read;
#[cfg(test)]
mod tests;

pub(super) use read::{is_tshark, packets};
