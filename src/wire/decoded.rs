//! What a packet turned out to be, and the entry that finds it out.

use super::rest::Rest;
use super::{Fragment, Limits, Segment, WireError, link, quick};
use crate::capture::{LinkType, Packet};

/// What a packet holds.
#[derive(Debug, Clone, Copy)]
pub enum Decoded<'a> {
    /// A TCP segment.
    Tcp(Segment<'a>),
    /// Something that carries no TCP: `ARP`, `UDP`, `ICMP`, …
    Other(&'static str),
    /// Something that may carry TCP and is not looked into: `ESP`, `encrypted 802.11`, …
    Unread(&'static str),
    /// A fragment of an IP packet, for [`Fragments`](super::Fragments) to put together.
    Fragment(Fragment<'a>),
    /// A link type that is not decoded.
    UnsupportedLink(LinkType),
    /// Headers that end too early or contradict themselves.
    Undecodable(WireError),
}

/// Decodes one packet down to its TCP segment. Checksums are not looked at: captures taken at the sender have wrong ones.
#[must_use]
pub fn segment<'a>(packet: &Packet<'a>) -> Decoded<'a> {
    segment_within(packet, &Limits::default())
}

/// The same, within other limits.
#[must_use]
pub fn segment_within<'a>(packet: &Packet<'a>, limits: &Limits) -> Decoded<'a> {
    match usual_segment(packet).or_else(|| quick::ipv6(packet.data).filter(|_| packet.link == LinkType::ETHERNET)) {
        Some(segment) => Decoded::Tcp(segment),
        None => slowly(packet, limits),
    }
}

/// The segment of a packet as nearly all are: Ethernet, IPv4 without options, TCP. Of every other [`segment`] answers.
/// It is always inlined: returned as a [`Decoded`] it would be copied while its bytes are still on their way to memory, and
/// waiting for them costs more than decoding.
#[inline(always)]
#[must_use]
pub fn usual_segment<'a>(packet: &Packet<'a>) -> Option<Segment<'a>> {
    if packet.link == LinkType::ETHERNET { quick::ipv4(packet.data) } else { None }
}

#[inline(never)]
pub(super) fn slowly<'a>(packet: &Packet<'a>, limits: &Limits) -> Decoded<'a> {
    let rest = Rest::new(packet.data, packet.wire_length as usize, limits.depth());
    link::decode(packet.link, rest).unwrap_or_else(Decoded::Undecodable)
}
