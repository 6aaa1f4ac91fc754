//! GENEVE (RFC 8926), in which Gateway Load Balancers hand packets to appliances.

use super::inner::carried;
use crate::wire::network::Network;
use crate::wire::rest::Rest;
use crate::wire::{Decoded, WireError};

const LAYER: &str = "GENEVE header";

/// What a GENEVE datagram carries; its options are passed over.
pub(super) fn geneve(rest: Rest<'_>) -> Result<Decoded<'_>, WireError> {
    let header: &[u8; 8] = rest.head(LAYER)?;
    let version = header[0] >> 6;
    if version != 0 {
        let value = u32::from(version);
        return Err(WireError::Value { layer: LAYER, offset: rest.offset, field: "version", value, expected: "0" });
    }
    // A control packet (RFC 8926 §3.4) is for the tunnel's ends.
    if header[1] & 0x80 != 0 {
        return Ok(Decoded::Other("GENEVE control"));
    }
    let options = usize::from(header[0] & 0x3f).saturating_mul(4);
    let network = u32::from_be_bytes([0, header[4], header[5], header[6]]);
    let inner = rest.behind(options.saturating_add(8), LAYER)?.within(Network::Geneve(network), LAYER)?;
    carried(u16::from_be_bytes([header[2], header[3]]), inner)
}
