//! What the first bytes of a connection are.

use super::header::{Fault, ProxyHeader};
use super::{Limits, v1, v2};

/// The longest header: version 2, with all that its length can say.
pub const LONGEST: usize = 16 + 65_535;

/// What the first bytes of a connection are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Opening {
    /// No header begins so.
    Other,
    /// More bytes are needed to tell, never more than [`LONGEST`] in all.
    More,
    /// A header of this many bytes. [`ProxyHeader::fault`] says what is wrong in it.
    Header(Box<ProxyHeader>, usize),
    /// It begins as a header, and does not say where that ends.
    Malformed(Fault),
}

/// Judges the first bytes that a client sent, as many of them as are there.
#[must_use]
pub fn opening(bytes: &[u8]) -> Opening {
    opening_within(bytes, &Limits::default())
}

/// The same within other limits.
#[must_use]
pub fn opening_within(bytes: &[u8], limits: &Limits) -> Opening {
    match bytes.first() {
        Some(b'P') => v1::opening(bytes),
        Some(b'\r') => v2::opening(bytes, limits),
        Some(_) => Opening::Other,
        None => Opening::More,
    }
}
