//! TCP (RFC 9293 §3.1), UDP (RFC 768), and VXLAN (RFC 7348), in which VPC Traffic Mirroring sends its copies.

use std::net::IpAddr;

use super::rest::Rest;
use super::{Decoded, Endpoint, Segment, TcpFlags, WireError, link};

const VXLAN_PORT: u16 = 4789;
const GENEVE_PORT: u16 = 6081;
const GTP_PORT: u16 = 2152;
/// How deep tunnels may be nested.
const MOST_TUNNELS: u8 = 4;

/// The segment of a packet between these addresses. A snap length that cuts within the options leaves a segment without
/// captured payload.
pub(super) fn tcp<'a>(src: IpAddr, dst: IpAddr, rest: Rest<'a>) -> Result<Segment<'a>, WireError> {
    const LAYER: &str = "TCP header";
    let header: &[u8; 20] = rest.head(LAYER)?;
    let length = usize::from(header[12] >> 4) * 4;
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
        seq: u32::from_be_bytes([header[4], header[5], header[6], header[7]]),
        ack: u32::from_be_bytes([header[8], header[9], header[10], header[11]]),
        flags: TcpFlags::from_byte(header[13]),
        payload: rest.bytes.get(length..).unwrap_or_default(),
        wire_length: u32::try_from(rest.wire - length).unwrap_or(u32::MAX),
    })
}

/// A datagram: looked into where it goes to the port of VXLAN.
pub(super) fn udp(rest: Rest<'_>) -> Result<Decoded<'_>, WireError> {
    const LAYER: &str = "UDP header";
    let header: &[u8; 8] = rest.head(LAYER)?;
    let length = usize::from(u16::from_be_bytes([header[4], header[5]]));
    // 0 stands for the whole packet (RFC 2675), and is what an offloading sender leaves.
    let rest = if length >= 8 && length <= rest.wire { rest.ending(length, "UDP length") } else { rest };
    match u16::from_be_bytes([header[2], header[3]]) {
        VXLAN_PORT => vxlan(rest.behind(8, LAYER)?),
        GENEVE_PORT => Ok(Decoded::Unread("GENEVE")),
        GTP_PORT => Ok(Decoded::Unread("GTP")),
        _ => Ok(Decoded::Other("UDP")),
    }
}

/// The frame in a VXLAN datagram. Reserved bits are ignored, as RFC 7348 §5 demands.
fn vxlan(rest: Rest<'_>) -> Result<Decoded<'_>, WireError> {
    const LAYER: &str = "VXLAN header";
    let header: &[u8; 8] = rest.head(LAYER)?;
    if header[0] & 0x08 == 0 {
        return Ok(Decoded::Other("UDP"));
    }
    if rest.depth >= MOST_TUNNELS {
        let (offset, value) = (rest.offset, u32::from(rest.depth) + 1);
        return Err(WireError::Value { layer: LAYER, offset, field: "depth", value, expected: "at most 4 nested tunnels" });
    }
    let network = u32::from_be_bytes([0, header[4], header[5], header[6]]);
    let inner = Rest { tunnel: network + 1, depth: rest.depth + 1, ..rest.behind(8, LAYER)? };
    link::ethernet(inner)
}
