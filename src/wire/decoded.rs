//! What a packet turned out to be, and the entry that finds it out.

use super::rest::Rest;
use super::{Fragment, Segment, WireError, link, quick};
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
    let rest = Rest::new(packet.data, packet.wire_length as usize);
    link::decode(packet.link, rest).unwrap_or_else(Decoded::Undecodable)
}
