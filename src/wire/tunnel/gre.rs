//! GRE (RFC 2784, RFC 2890), NVGRE (RFC 7637), and the GRE of PPTP (RFC 2637).

use super::inner::{ETHERNET, carried};
use super::{erspan, ppp};
use crate::wire::network::Network;
use crate::wire::rest::Rest;
use crate::wire::{Decoded, WireError, wifi};

const LAYER: &str = "GRE header";
const CHECKSUM: u8 = 0x80;
const ROUTING: u8 = 0x40;
const KEY: u8 = 0x20;
const SEQUENCE: u8 = 0x10;
const PPTP_ACKNOWLEDGED: u8 = 0x80;

/// What a GRE packet carries.
pub(in crate::wire) fn gre(rest: Rest<'_>) -> Result<Decoded<'_>, WireError> {
    let &[flags, version, high, low] = rest.head(LAYER)?;
    let kind = u16::from_be_bytes([high, low]);
    let four = |is: bool| if is { 4 } else { 0_usize };
    let (key, sequence) = (flags & KEY != 0, flags & SEQUENCE != 0);
    match version & 0x07 {
        0 if flags & ROUTING != 0 => Ok(Decoded::Unread("GRE with a route (RFC 1701)")),
        0 => {
            let before_key = four(flags & CHECKSUM != 0).saturating_add(4);
            let network = match (kind, key) {
                (ETHERNET, true) => Network::Nvgre(subnet(rest.behind(before_key, LAYER)?)?),
                _ => Network::Same,
            };
            let length = before_key.saturating_add(four(key)).saturating_add(four(sequence));
            let inner = rest.behind(length, LAYER)?.within(network, LAYER)?;
            match kind {
                0x88be => erspan::first_or_second(sequence, inner),
                0x22eb => erspan::third(inner),
                0x880b => ppp(inner),
                // Aruba's access points send what they heard.
                0x8200..=0x8210 => wifi::frame(inner),
                _ => carried(kind, inner),
            }
        }
        1 => {
            let acknowledged = version & PPTP_ACKNOWLEDGED != 0;
            let length = four(sequence).saturating_add(four(acknowledged)).saturating_add(8);
            if kind != 0x880b || !sequence {
                return Ok(Decoded::Other("PPTP"));
            }
            ppp(rest.behind(length, LAYER)?.within(Network::Same, LAYER)?)
        }
        version => {
            let (offset, value) = (rest.offset, u32::from(version));
            Err(WireError::Value { layer: LAYER, offset, field: "version", value, expected: "0 or 1" })
        }
    }
}

/// The virtual subnet of NVGRE is the upper part of the key; the lower one tells flows of a host apart.
fn subnet(rest: Rest<'_>) -> Result<u32, WireError> {
    let key: &[u8; 4] = rest.head(LAYER)?;
    Ok(u32::from_be_bytes([0, key[0], key[1], key[2]]))
}
