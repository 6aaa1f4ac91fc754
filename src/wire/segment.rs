//! One TCP segment (RFC 9293 §3.1), borrowed from its packet.

use super::Endpoint;

/// The flags of a segment that decide how streams begin and end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TcpFlags {
    /// Synchronise: the stream begins behind this sequence number.
    pub syn: bool,
    /// The acknowledgement number is valid.
    pub ack: bool,
    /// The sender has no more data.
    pub fin: bool,
    /// The connection is reset.
    pub rst: bool,
}

impl TcpFlags {
    /// From the byte of the header that holds them.
    #[inline]
    #[must_use]
    pub fn from_byte(byte: u8) -> Self {
        Self { fin: byte & 0x01 != 0, syn: byte & 0x02 != 0, rst: byte & 0x04 != 0, ack: byte & 0x10 != 0 }
    }
}

/// One TCP segment.
#[derive(Debug, Clone, Copy)]
pub struct Segment<'a> {
    /// Who sent it.
    pub src: Endpoint,
    /// Who should receive it.
    pub dst: Endpoint,
    /// Which network it belongs to, 0 where no tunnel names one. Two mirrored VPCs may use the same private addresses, so
    /// it is part of a flow's identity. Of VXLAN it is the network identifier plus one; of other tunnels that name a
    /// network, and of tunnels in one another, another number.
    pub tunnel: u32,
    /// What tells a copy of this packet from another with the same bytes: the identification of its IPv4 header, 0 without
    /// one, and the checksum of TCP in the lower half.
    pub mark: u32,
    /// Sequence number of the first byte of `payload`.
    pub seq: u32,
    /// Acknowledgement number, valid where `flags.ack`.
    pub ack: u32,
    /// The flags.
    pub flags: TcpFlags,
    /// The captured payload.
    pub payload: &'a [u8],
    /// The payload's length on the wire; more than `payload.len()` where the snap length cut the packet.
    pub wire_length: u32,
}

/// See [`Segment::mark`].
#[inline]
pub(super) fn mark(id: u16, checksum: [u8; 2]) -> u32 {
    u32::from(id) << 16 | u32::from(u16::from_be_bytes(checksum))
}
