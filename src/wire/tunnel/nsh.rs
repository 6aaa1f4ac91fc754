//! The network service header (RFC 8300): where a packet goes in a chain of services.

use super::mpls;
use crate::wire::network::Network;
use crate::wire::rest::Rest;
use crate::wire::{Decoded, WireError, ip, link};

const LAYER: &str = "network service header";

/// What stands behind the header, whose length counts words of four bytes.
pub(in crate::wire) fn nsh(rest: Rest<'_>) -> Result<Decoded<'_>, WireError> {
    let header: &[u8; 4] = rest.head(LAYER)?;
    let length = usize::from(header[1] & 0x3f).saturating_mul(4);
    if length < 8 {
        let (offset, value) = (rest.offset, u32::from(header[1] & 0x3f));
        return Err(WireError::Value { layer: LAYER, offset, field: "length", value, expected: "2 or more" });
    }
    let inner = rest.behind(length, LAYER)?.within(Network::Same, LAYER)?;
    match header[3] {
        1 | 2 => ip::ip(inner),
        3 => link::ethernet(inner),
        4 => nsh(inner),
        5 => mpls(inner),
        _ => Ok(Decoded::Other("a service header of another protocol")),
    }
}
