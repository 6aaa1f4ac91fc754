//! ERSPAN (draft-foschiano-erspan-03): frames that a switch mirrored, within GRE.

use crate::wire::rest::Rest;
use crate::wire::{Decoded, WireError, ip, link};

/// Type I has no header of its own; type II has one, and a GRE header with a sequence number, which tells them apart.
pub(super) fn first_or_second(sequence: bool, rest: Rest<'_>) -> Result<Decoded<'_>, WireError> {
    let header = if sequence { 8 } else { 0 };
    link::ethernet(rest.behind(header, "ERSPAN header")?)
}

/// Type III: twelve bytes, and eight more where its last bit says so.
pub(super) fn third(rest: Rest<'_>) -> Result<Decoded<'_>, WireError> {
    const LAYER: &str = "ERSPAN III header";
    let header: &[u8; 12] = rest.head(LAYER)?;
    let length = if header[11] & 0x01 != 0 { 20 } else { 12 };
    let inner = rest.behind(length, LAYER)?;
    match header[10] >> 2 & 0x1f {
        0 => link::ethernet(inner),
        2 => ip::ip(inner),
        _ => Ok(Decoded::Other("ERSPAN of another frame type")),
    }
}
