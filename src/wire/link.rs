//! Link layers (<https://www.tcpdump.org/linktypes.html>): from the first byte of a packet to its IP header.

use super::rest::Rest;
use super::{Decoded, WireError, network};
use crate::capture::LinkType;

type Outcome<'a> = Result<Decoded<'a>, WireError>;

/// The most VLAN tags that are passed; real networks have at most three.
const MOST_TAGS: usize = 8;

/// Decodes a packet that begins as its link type says.
pub(super) fn decode(link: LinkType, rest: Rest<'_>) -> Outcome<'_> {
    match link {
        LinkType::ETHERNET => ethernet(rest),
        LinkType::NULL | LinkType::LOOP => loopback(rest),
        // 12 and 14 are the numbers of raw IP on BSD systems, which end up in files too.
        LinkType::RAW | LinkType::IPV4 | LinkType::IPV6 | LinkType(12 | 14) => network::ip(rest),
        LinkType::LINUX_SLL => linux_sll(rest),
        LinkType::LINUX_SLL2 => linux_sll2(rest),
        other => Ok(Decoded::UnsupportedLink(other)),
    }
}

/// IEEE 802.3: two addresses and an EtherType.
pub(super) fn ethernet(rest: Rest<'_>) -> Outcome<'_> {
    const LAYER: &str = "Ethernet header";
    let head: &[u8; 14] = rest.head(LAYER)?;
    ether_type(u16::from_be_bytes([head[12], head[13]]), rest.behind(14, LAYER)?)
}

/// BSD loopback: the address family, in the byte order of the machine that captured (null) or of the network (loop).
fn loopback(rest: Rest<'_>) -> Outcome<'_> {
    const LAYER: &str = "loopback header";
    let family = match *rest.head::<4>(LAYER)? {
        [low, high, 0, 0] => u16::from_le_bytes([low, high]),
        [0, 0, high, low] => u16::from_be_bytes([high, low]),
        _ => 0,
    };
    match family {
        // AF_INET; AF_INET6 of Linux, NetBSD, FreeBSD and Darwin.
        2 | 10 | 24 | 28 | 30 => network::ip(rest.behind(4, LAYER)?),
        _ => Ok(Decoded::Other("a loopback packet of another family")),
    }
}

/// Linux cooked capture v1, of `tcpdump -i any`: packet type, device type, address; the protocol is last.
fn linux_sll(rest: Rest<'_>) -> Outcome<'_> {
    const LAYER: &str = "Linux cooked header";
    let head: &[u8; 16] = rest.head(LAYER)?;
    ether_type(u16::from_be_bytes([head[14], head[15]]), rest.behind(16, LAYER)?)
}

/// Linux cooked capture v2: the protocol is first, and the interface is named.
fn linux_sll2(rest: Rest<'_>) -> Outcome<'_> {
    const LAYER: &str = "Linux cooked header v2";
    let head: &[u8; 20] = rest.head(LAYER)?;
    ether_type(u16::from_be_bytes([head[0], head[1]]), rest.behind(20, LAYER)?)
}

/// What an EtherType announces, behind any VLAN tags.
fn ether_type(kind: u16, rest: Rest<'_>) -> Outcome<'_> {
    let (mut kind, mut rest) = (kind, rest);
    for _ in 0..MOST_TAGS {
        match kind {
            // IEEE 802.1Q, 802.1ad, and what was used before 802.1ad.
            0x8100 | 0x88a8 | 0x9100 | 0x9200 => {
                let tag: &[u8; 4] = rest.head("VLAN tag")?;
                kind = u16::from_be_bytes([tag[2], tag[3]]);
                rest = rest.behind(4, "VLAN tag")?;
            }
            0x0800 | 0x86dd => return network::ip(rest),
            0x0806 => return Ok(Decoded::Other("ARP")),
            0x8847 | 0x8848 => return Ok(Decoded::Unread("MPLS")),
            0x8864 => return Ok(Decoded::Unread("PPPoE")),
            0x88e5 => return Ok(Decoded::Unread("MACsec")),
            0x894f => return Ok(Decoded::Unread("NSH")),
            // A length (IEEE 802.3), or 4 in cooked captures: 802.2 follows. SNAP with IP in it is the one of interest.
            0..0x0600 => match rest.bytes.first_chunk() {
                Some([0xaa, 0xaa, 0x03, 0, 0, 0, high, low]) => {
                    let length = usize::from(kind);
                    if kind > 4 && length <= rest.wire {
                        rest = rest.ending(length, "802.3 length");
                    }
                    kind = u16::from_be_bytes([*high, *low]);
                    rest = rest.behind(8, "SNAP header")?;
                }
                _ => return Ok(Decoded::Other("802.2")),
            },
            _ => return Ok(Decoded::Other("another EtherType")),
        }
    }
    Err(WireError::Value {
        layer: "VLAN tag",
        offset: rest.offset,
        field: "EtherType",
        value: u32::from(kind),
        expected: "at most 8 tags",
    })
}
