//! TCP (RFC 9293 §3.1) and UDP (RFC 768).

use std::net::IpAddr;

use super::rest::Rest;
use super::segment::mark;
use super::{Decoded, Endpoint, Segment, TcpFlags, WireError, tunnel};

/// The segment of a packet between these addresses. A snap length that cuts within the options leaves a segment without
/// captured payload.
pub(super) fn tcp<'a>(src: IpAddr, dst: IpAddr, rest: Rest<'a>) -> Result<Segment<'a>, WireError> {
    const LAYER: &str = "TCP header";
    let header: &[u8; 20] = rest.head(LAYER)?;
    let length = usize::from(header[12] >> 2 & 0x3c);
    if length < 20 {
        let value = u32::from(header[12] >> 4);
        return Err(WireError::Value { layer: LAYER, offset: rest.offset, field: "data offset", value, expected: "5 or more" });
    }
    if rest.wire < length {
        let (offset, had, claim) = (rest.offset, rest.wire, rest.claim);
        return Err(WireError::Length { layer: LAYER, offset, needed: length, had, claim });
    }
    Ok(Segment {
        src: Endpoint { ip: src, port: u16::from_be_bytes([header[0], header[1]]) },
        dst: Endpoint { ip: dst, port: u16::from_be_bytes([header[2], header[3]]) },
        tunnel: rest.tunnel,
        mark: mark(rest.id, [header[16], header[17]]),
        seq: u32::from_be_bytes([header[4], header[5], header[6], header[7]]),
        ack: u32::from_be_bytes([header[8], header[9], header[10], header[11]]),
        flags: TcpFlags::from_byte(header[13]),
        payload: rest.bytes.get(length..).unwrap_or_default(),
        wire_length: u32::try_from(rest.wire.saturating_sub(length)).unwrap_or(u32::MAX),
    })
}

/// A datagram: looked into where it goes to the port of a tunnel.
pub(super) fn udp(rest: Rest<'_>) -> Result<Decoded<'_>, WireError> {
    const LAYER: &str = "UDP header";
    let header: &[u8; 8] = rest.head(LAYER)?;
    let length = usize::from(u16::from_be_bytes([header[4], header[5]]));
    // 0 stands for the whole packet (RFC 2675), and is what an offloading sender leaves.
    let rest = if length >= 8 && length <= rest.wire { rest.ending(length, "UDP length") } else { rest };
    tunnel::over_udp(u16::from_be_bytes([header[2], header[3]]), rest.behind(8, LAYER)?)
}
