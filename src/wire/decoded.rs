//! What a packet turned out to be, and the entry that finds it out.

use super::rest::{CAPTURED, Rest};
use super::{Segment, WireError, link, quick};
use crate::capture::{LinkType, Packet};

/// What a packet holds.
#[derive(Debug, Clone, Copy)]
pub enum Decoded<'a> {
    /// A TCP segment.
    Tcp(Segment<'a>),
    /// Something that carries no TCP: `ARP`, `UDP`, `ICMP`, …
    Other(&'static str),
    /// Something that may carry TCP and is not looked into yet: `GRE`, `GENEVE`, `MPLS`, …
    Unread(&'static str),
    /// A fragment of an IP packet.
    Fragment,
    /// A link type that is not decoded.
    UnsupportedLink(LinkType),
    /// Headers that end too early or contradict themselves.
    Undecodable(WireError),
}

/// Decodes one packet down to its TCP segment. Checksums are not looked at: captures taken at the sender have wrong ones.
#[inline]
#[must_use]
pub fn segment<'a>(packet: &Packet<'a>) -> Decoded<'a> {
    if packet.link == LinkType::ETHERNET
        && let Some(segment) = quick::ethernet(packet.data)
    {
        return Decoded::Tcp(segment);
    }
    slowly(packet)
}

#[inline(never)]
pub(super) fn slowly<'a>(packet: &Packet<'a>) -> Decoded<'a> {
    let wire = (packet.wire_length as usize).max(packet.data.len());
    let rest = Rest { bytes: packet.data, offset: 0, wire, claim: CAPTURED, tunnel: 0, depth: 0 };
    link::decode(packet.link, rest).unwrap_or_else(Decoded::Undecodable)
}
