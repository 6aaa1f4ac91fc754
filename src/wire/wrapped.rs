//! Link types that wrap a packet in what a recorder knew of it: which interface, which rule of a firewall, which process.

use super::network::Network;
use super::rest::Rest;
use super::{Decoded, WireError, ip, link};
use crate::capture::LinkType;

type Outcome<'a> = Result<Decoded<'a>, WireError>;

/// A packet that Linux's netfilter logged (<https://www.tcpdump.org/linktypes/LINKTYPE_NFLOG.html>): attributes in the byte
/// order of the machine, of which the ninth is the packet.
pub(super) fn netfilter(rest: Rest<'_>) -> Outcome<'_> {
    const LAYER: &str = "NFLOG attribute";
    const PAYLOAD: [u8; 2] = [9, 0];
    let mut rest = rest.behind(4, "NFLOG header")?;
    while !rest.bytes.is_empty() {
        let &[a, b, c, d] = rest.head(LAYER)?;
        let little = usize::from(u16::from_le_bytes([a, b]));
        let is_little = (4..=rest.wire).contains(&little);
        let (length, kind) = if is_little { (little, [c, d]) } else { (usize::from(u16::from_be_bytes([a, b])), [d, c]) };
        if length < 4 {
            return Err(rest.too_short(LAYER, 4));
        }
        if kind == PAYLOAD {
            return ip::ip(rest.ending(length, "NFLOG attribute length").behind(4, LAYER)?);
        }
        rest = rest.behind(length.next_multiple_of(4).min(rest.bytes.len().max(length)), LAYER)?;
    }
    Ok(Decoded::Other("NFLOG without a packet"))
}

/// Per-packet information (<https://www.tcpdump.org/linktypes/LINKTYPE_PPI.html>): a length, and the link type behind it.
pub(super) fn per_packet(rest: Rest<'_>) -> Outcome<'_> {
    const LAYER: &str = "PPI header";
    let header: &[u8; 8] = rest.head(LAYER)?;
    let length = usize::from(u16::from_le_bytes([header[2], header[3]]));
    let inner = LinkType(u16::from_le_bytes([header[4], header[5]]));
    link::decode(inner, rest.behind(length, LAYER)?.within(Network::Same, LAYER)?)
}

/// PKTAP of macOS (`tcpdump -i pktap`, <https://www.tcpdump.org/linktypes/LINKTYPE_PKTAP.html>): a length, whether a packet
/// follows, and the link type behind it.
pub(super) fn tapped(rest: Rest<'_>) -> Outcome<'_> {
    const LAYER: &str = "PKTAP header";
    let header: &[u8; 12] = rest.head(LAYER)?;
    let length = u32::from_le_bytes([header[0], header[1], header[2], header[3]]);
    if header[4] != 1 {
        return Ok(Decoded::Other("PKTAP without a packet"));
    }
    let inner = LinkType(u16::from_le_bytes([header[8], header[9]]));
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    link::decode(inner, rest.behind(length, LAYER)?.within(Network::Same, LAYER)?)
}

/// A packet that OpenBSD's or FreeBSD's firewall logged; the first byte is the header's length before it was aligned.
pub(super) fn firewall(rest: Rest<'_>) -> Outcome<'_> {
    const LAYER: &str = "PFLOG header";
    let &[length] = rest.head(LAYER)?;
    ip::ip(rest.behind(usize::from(length).next_multiple_of(4), LAYER)?)
}

/// ARCnet with the hardware header of `head` bytes, then the system code: IP by RFC 1051, or by RFC 1201, whose packets
/// may be in parts.
pub(super) fn arcnet(head: usize, rest: Rest<'_>) -> Outcome<'_> {
    const LAYER: &str = "ARCnet header";
    let rest = rest.behind(head, LAYER)?;
    match rest.head::<1>(LAYER)? {
        [0xf0] => ip::ip(rest.behind(1, LAYER)?),
        [0xd4 | 0xc4] => match rest.head::<2>(LAYER)? {
            [_, 0] => ip::ip(rest.behind(4, LAYER)?),
            _ => Ok(Decoded::Unread("ARCnet packets in parts")),
        },
        _ => Ok(Decoded::Other("ARCnet")),
    }
}
