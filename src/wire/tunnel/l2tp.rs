//! L2TP version 2 (RFC 2661 §3.1): PPP frames over UDP.

use super::ppp;
use crate::wire::network::Network;
use crate::wire::rest::Rest;
use crate::wire::{Decoded, WireError};

const LAYER: &str = "L2TP header";
const CONTROL: u8 = 0x80;
const LENGTH: u8 = 0x40;
const SEQUENCE: u8 = 0x08;
const OFFSET: u8 = 0x02;

/// The PPP frame in a data message.
pub(super) fn l2tp(rest: Rest<'_>) -> Result<Decoded<'_>, WireError> {
    let &[flags, version] = rest.head(LAYER)?;
    match version & 0x0f {
        _ if flags & CONTROL != 0 => return Ok(Decoded::Other("L2TP control")),
        2 => {}
        3 => return Ok(Decoded::Unread("L2TP version 3")),
        _ => return Ok(Decoded::Other("UDP")),
    }
    let with = |flag: u8, bytes: usize| if flags & flag != 0 { bytes } else { 0 };
    // Flags, then length, tunnel and session, sequence numbers.
    let before = with(LENGTH, 2).saturating_add(with(SEQUENCE, 4)).saturating_add(6);
    let mut inner = rest.behind(before, LAYER)?;
    if flags & OFFSET != 0 {
        let padding = usize::from(u16::from_be_bytes(*inner.head(LAYER)?));
        inner = inner.behind(padding.saturating_add(2), LAYER)?;
    }
    ppp(inner.within(Network::Same, LAYER)?)
}
