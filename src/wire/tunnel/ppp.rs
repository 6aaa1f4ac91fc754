//! PPP (RFC 1661), in HDLC framing (RFC 1662), and over Ethernet (RFC 2516).

use super::mpls;
use crate::wire::network::Network;
use crate::wire::rest::Rest;
use crate::wire::{Decoded, WireError, ip, link};

const LAYER: &str = "PPP header";

/// A PPP frame: its protocol, behind the address and control fields where they are not compressed away.
pub(in crate::wire) fn ppp(rest: Rest<'_>) -> Result<Decoded<'_>, WireError> {
    let rest = if rest.bytes.starts_with(&[0xff, 0x03]) { rest.behind(2, LAYER)? } else { rest };
    // An odd first byte is the whole of a compressed protocol field (RFC 1661 §6.5).
    let (protocol, length) = match *rest.head::<1>(LAYER)? {
        [odd] if odd & 1 == 1 => (u16::from(odd), 1),
        _ => (u16::from_be_bytes(*rest.head(LAYER)?), 2),
    };
    let inner = rest.behind(length, LAYER)?;
    match protocol {
        0x0021 | 0x0057 => ip::ip(inner),
        0x0281 | 0x0283 => mpls(inner),
        0x002d | 0x002f => Ok(Decoded::Unread("PPP with compressed TCP headers")),
        0x003d => Ok(Decoded::Unread("PPP multilink")),
        0x00fb | 0x00fd => Ok(Decoded::Unread("compressed PPP")),
        0x0053 | 0x0055 => Ok(Decoded::Unread("encrypted PPP")),
        _ => Ok(Decoded::Other("PPP")),
    }
}

/// A link that is either PPP or Cisco HDLC, whose first byte is an address of its own and whose protocol is an EtherType.
pub(in crate::wire) fn hdlc(rest: Rest<'_>) -> Result<Decoded<'_>, WireError> {
    match rest.bytes.first_chunk() {
        Some([0x0f | 0x8f, _, high, low]) => {
            link::ether_type(u16::from_be_bytes([*high, *low]), rest.behind(4, "Cisco HDLC header")?)
        }
        _ => ppp(rest),
    }
}

/// A session over Ethernet: six bytes, of which the last two are the length of what follows.
pub(in crate::wire) fn pppoe(rest: Rest<'_>) -> Result<Decoded<'_>, WireError> {
    const LAYER: &str = "PPPoE header";
    let header: &[u8; 6] = rest.head(LAYER)?;
    if header[1] != 0 {
        return Ok(Decoded::Other("PPPoE discovery"));
    }
    let length = usize::from(u16::from_be_bytes([header[4], header[5]]));
    let inner = rest.behind(6, LAYER)?.within(Network::Same, LAYER)?;
    ppp(if length <= inner.wire { inner.ending(length, "PPPoE length") } else { inner })
}
