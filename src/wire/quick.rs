//! The short way for plain Ethernet, IPv4 or IPv6 without options, and TCP: nearly every packet of nearly every capture.
//!
//! Answers only where nothing is odd; everything else goes the long way, which gives the same answer where both can
//! (a test holds them together).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::segment::mark;
use super::{Endpoint, Segment, TcpFlags};

const ETHERNET: usize = 14;

/// The segment of an Ethernet frame with an IPv4 packet.
#[inline(always)]
pub(super) fn ipv4(frame: &[u8]) -> Option<Segment<'_>> {
    const TCP: usize = ETHERNET + 20;
    let head: &[u8; TCP + 20] = frame.first_chunk()?;
    if [head[12], head[13], head[14]] != [0x08, 0x00, 0x45] {
        return None;
    }
    let fragment = u16::from_be_bytes([head[20], head[21]]) & 0x3fff;
    if head[23] != 6 || fragment != 0 {
        return None;
    }
    let end = usize::from(u16::from_be_bytes([head[16], head[17]])).saturating_add(ETHERNET);
    let src = IpAddr::V4(Ipv4Addr::new(head[26], head[27], head[28], head[29]));
    let dst = IpAddr::V4(Ipv4Addr::new(head[30], head[31], head[32], head[33]));
    tcp(frame, head.last_chunk()?, TCP, end, u16::from_be_bytes([head[18], head[19]]), src, dst)
}

/// The segment of an Ethernet frame with an IPv6 packet.
pub(super) fn ipv6(frame: &[u8]) -> Option<Segment<'_>> {
    const TCP: usize = ETHERNET + 40;
    let head: &[u8; TCP + 20] = frame.first_chunk()?;
    if [head[12], head[13], head[14] >> 4] != [0x86, 0xdd, 6] {
        return None;
    }
    let length = usize::from(u16::from_be_bytes([head[18], head[19]]));
    if head[20] != 6 || length == 0 {
        return None;
    }
    let address = |at: usize| Some(IpAddr::V6(Ipv6Addr::from(*head.get(at..)?.first_chunk::<16>()?)));
    tcp(frame, head.last_chunk()?, TCP, length.saturating_add(TCP), 0, address(22)?, address(38)?)
}

/// The segment whose header begins at `at` and whose IP packet ends at `end`.
#[inline(always)]
fn tcp<'a>(frame: &'a [u8], header: &[u8; 20], at: usize, end: usize, id: u16, src: IpAddr, dst: IpAddr) -> Option<Segment<'a>> {
    let length = usize::from(header[12] >> 2 & 0x3c);
    let begin = at.saturating_add(length);
    if length < 20 {
        return None;
    }
    Some(Segment {
        src: Endpoint { ip: src, port: u16::from_be_bytes([header[0], header[1]]) },
        dst: Endpoint { ip: dst, port: u16::from_be_bytes([header[2], header[3]]) },
        tunnel: 0,
        mark: mark(id, [header[16], header[17]]),
        seq: u32::from_be_bytes([header[4], header[5], header[6], header[7]]),
        ack: u32::from_be_bytes([header[8], header[9], header[10], header[11]]),
        flags: TcpFlags::from_byte(header[13]),
        payload: frame.get(begin..end.min(frame.len()))?,
        wire_length: u32::try_from(end.checked_sub(begin)?).ok()?,
    })
}
