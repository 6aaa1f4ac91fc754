//! GTP-U (3GPP TS 29.281 §5): the packets of a mobile subscriber.

use crate::wire::network::Network;
use crate::wire::rest::Rest;
use crate::wire::{Decoded, WireError, ip};

const LAYER: &str = "GTP-U header";
/// A packet of the subscriber; other messages are the tunnel's own.
const PACKET: u8 = 255;

/// The packet in a GTP-U datagram, behind the extension headers.
pub(super) fn gtp(rest: Rest<'_>) -> Result<Decoded<'_>, WireError> {
    let header: &[u8; 8] = rest.head(LAYER)?;
    let [flags, message] = [header[0], header[1]];
    if flags >> 4 != 0x3 || message != PACKET {
        return Ok(Decoded::Other("GTP"));
    }
    let length = usize::from(u16::from_be_bytes([header[2], header[3]]));
    let mut inner = rest.behind(8, LAYER)?.within(Network::Same, LAYER)?;
    if length > 0 && length <= inner.wire {
        inner = inner.ending(length, "GTP-U length");
    }
    // Sequence number, N-PDU number and the type of the next extension stand there together where any of them is used.
    if flags & 0x07 != 0 {
        let optional: &[u8; 4] = inner.head(LAYER)?;
        inner = inner.behind(4, LAYER)?;
        let mut next = if flags & 0x04 != 0 { optional[3] } else { 0 };
        while next != 0 {
            let &[words] = inner.head(LAYER)?;
            let bytes = usize::from(words).saturating_mul(4);
            if bytes == 0 {
                let (offset, expected) = (inner.offset, "at least 1");
                return Err(WireError::Value { layer: LAYER, offset, field: "extension length", value: 0, expected });
            }
            next = inner.bytes.get(bytes.saturating_sub(1)).copied().ok_or(inner.too_short(LAYER, bytes))?;
            inner = inner.behind(bytes, LAYER)?;
        }
    }
    match inner.bytes.first().map(|byte| byte >> 4) {
        Some(4 | 6) => ip::ip(inner),
        _ => Ok(Decoded::Other("GTP without IP")),
    }
}
