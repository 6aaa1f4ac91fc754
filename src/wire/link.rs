//! Link layers (<https://www.tcpdump.org/linktypes.html>): from the first byte of a packet to its IP header.

use super::rest::Rest;
use super::{Decoded, WireError, ip, tunnel, wifi, wrapped};
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
        LinkType::RAW | LinkType::IPV4 | LinkType::IPV6 | LinkType(12 | 14) => ip::ip(rest),
        LinkType::LINUX_SLL => linux_sll(rest),
        LinkType::LINUX_SLL2 => linux_sll2(rest),
        // ARCnet of BSD and of Linux.
        LinkType(7) => wrapped::arcnet(2, rest),
        LinkType(129) => wrapped::arcnet(4, rest),
        LinkType(9) => tunnel::ppp(rest),
        LinkType(50 | 104) => tunnel::hdlc(rest),
        LinkType(51) => tunnel::pppoe(rest),
        // PPP behind a byte that says in which direction.
        LinkType(204) => tunnel::hdlc(rest.behind(1, "PPP direction")?),
        // FDDI: a byte of control and two addresses.
        LinkType(10) => ieee_802_2(rest.behind(13, "FDDI header")?),
        LinkType(105) => wifi::frame(rest),
        LinkType(127) => wifi::radiotap(rest),
        // Decrypted by OpenBSD's IPsec: family, SPI and flags before the packet.
        LinkType(109) => ip::ip(rest.behind(12, "IPsec header")?),
        LinkType(117) => wrapped::firewall(rest),
        LinkType(192) => wrapped::per_packet(rest),
        // Solaris: version, family, lengths, interfaces and zones.
        LinkType(226) => ip::ip(rest.behind(24, "IPNET header")?),
        LinkType(239) => wrapped::netfilter(rest),
        LinkType(258) => wrapped::tapped(rest),
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
        2 | 10 | 24 | 28 | 30 => ip::ip(rest.behind(4, LAYER)?),
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

/// IEEE 802.2 without a length before it.
pub(super) fn ieee_802_2(rest: Rest<'_>) -> Outcome<'_> {
    ether_type(COOKED_802_2, rest)
}

/// What stands for an EtherType where 802.2 follows in a cooked capture.
const COOKED_802_2: u16 = 4;

/// What an EtherType announces, behind any VLAN tags.
pub(super) fn ether_type(kind: u16, rest: Rest<'_>) -> Outcome<'_> {
    let (mut kind, mut rest) = (kind, rest);
    for _ in 0..MOST_TAGS {
        match kind {
            // IEEE 802.1Q, 802.1ad, and what was used before 802.1ad.
            0x8100 | 0x88a8 | 0x9100 | 0x9200 => {
                let tag: &[u8; 4] = rest.head("VLAN tag")?;
                kind = u16::from_be_bytes([tag[2], tag[3]]);
                rest = rest.behind(4, "VLAN tag")?;
            }
            0x0800 | 0x86dd => return ip::ip(rest),
            0x0806 => return Ok(Decoded::Other("ARP")),
            0x8847 | 0x8848 => return tunnel::mpls(rest),
            0x8863 => return Ok(Decoded::Other("PPPoE discovery")),
            0x8864 => return tunnel::pppoe(rest),
            0x88e5 => match secure(rest)? {
                Some(inside) => (kind, rest) = inside,
                None => return Ok(Decoded::Unread("encrypted MACsec")),
            },
            0x88e7 => return tunnel::provider_bridge(rest),
            0x894f => return tunnel::nsh(rest),
            // A length (IEEE 802.3): 802.2 follows. SNAP with IP in it is the one of interest.
            0..0x0600 => match rest.bytes.first_chunk() {
                Some([0xaa, 0xaa, 0x03, 0, 0, 0, high, low]) => {
                    let length = usize::from(kind);
                    if kind > COOKED_802_2 && length <= rest.wire {
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

/// The EtherType and what follows it behind a MACsec tag (IEEE 802.1AE §9), where the frame is signed and not encrypted. The
/// signature at its end is cut off with the padding, by the length of IP.
fn secure(rest: Rest<'_>) -> Result<Option<(u16, Rest<'_>)>, WireError> {
    const LAYER: &str = "MACsec tag";
    const ENCRYPTED_OR_CHANGED: u8 = 0x0c;
    const CHANNEL_NAMED: u8 = 0x20;
    let &[control] = rest.head(LAYER)?;
    if control & ENCRYPTED_OR_CHANGED != 0 {
        return Ok(None);
    }
    let inside = rest.behind(if control & CHANNEL_NAMED != 0 { 14 } else { 6 }, LAYER)?;
    let kind = u16::from_be_bytes(*inside.head(LAYER)?);
    Ok(Some((kind, inside.behind(2, LAYER)?)))
}
