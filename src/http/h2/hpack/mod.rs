//! HPACK (RFC 7541), as somebody reads it who may have missed the beginning: what the capture does not show of the dynamic
//! table is unknown, and stays so.

mod decoder;
mod huffman;
mod list;
mod table;
#[cfg(test)]
mod tests;

pub(super) use decoder::{Decoder, Fault};
pub(super) use list::FieldList;
pub(in crate::http) use list::UNKNOWN;
