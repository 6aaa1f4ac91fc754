//! VXLAN (RFC 7348), in which VPC Traffic Mirroring sends its copies, and its generic protocol extension
//! (draft-ietf-nvo3-vxlan-gpe).

use super::{mpls, nsh};
use crate::wire::network::Network;
use crate::wire::rest::Rest;
use crate::wire::{Decoded, WireError, ip, link};

const LAYER: &str = "VXLAN header";
/// The flag that the network identifier is valid.
const VALID: u8 = 0x08;
/// The flag of the extension that the next protocol is named.
const NEXT_PROTOCOL: u8 = 0x04;
/// The flag of the extension for operation and maintenance: no packet of anybody is inside.
const MAINTENANCE: u8 = 0x01;

/// The frame in a VXLAN datagram. Reserved bits are ignored, as RFC 7348 §5 demands.
pub(super) fn vxlan(rest: Rest<'_>) -> Result<Decoded<'_>, WireError> {
    let (header, inner) = open(rest)?;
    if header[0] & VALID == 0 {
        return Ok(Decoded::Other("UDP"));
    }
    link::ethernet(inner)
}

/// VXLAN at the port that Linux used before there was one, and that flannel uses still. Something else may be there, so
/// everything of the header must be as it should be.
pub(super) fn at_former_port(rest: Rest<'_>) -> Result<Decoded<'_>, WireError> {
    match rest.bytes.first_chunk() {
        Some([VALID, 0, 0, 0, _, _, _, 0]) => vxlan(rest).or(Ok(Decoded::Other("UDP"))),
        _ => Ok(Decoded::Other("UDP")),
    }
}

/// VXLAN-GPE: as VXLAN where no next protocol is named.
pub(super) fn generic(rest: Rest<'_>) -> Result<Decoded<'_>, WireError> {
    let (header, inner) = open(rest)?;
    match (header[0], header[3]) {
        (flags, _) if flags & VALID == 0 || flags & MAINTENANCE != 0 => Ok(Decoded::Other("UDP")),
        (flags, _) if flags & NEXT_PROTOCOL == 0 => link::ethernet(inner),
        (_, 1 | 2) => ip::ip(inner),
        (_, 3) => link::ethernet(inner),
        (_, 4) => nsh(inner),
        (_, 5) => mpls(inner),
        _ => Ok(Decoded::Other("VXLAN-GPE of another protocol")),
    }
}

fn open(rest: Rest<'_>) -> Result<(&[u8; 8], Rest<'_>), WireError> {
    let header: &[u8; 8] = rest.head(LAYER)?;
    let network = u32::from_be_bytes([0, header[4], header[5], header[6]]);
    Ok((header, rest.behind(8, LAYER)?.within(Network::Vxlan(network), LAYER)?))
}
