//! Tunnels over UDP, by the port that they go to.

use super::{geneve, gtp, l2tp, vxlan};
use crate::wire::rest::Rest;
use crate::wire::{Decoded, WireError};

const L2TP: u16 = 1701;
const GTP_U: u16 = 2152;
const VXLAN: u16 = 4789;
const VXLAN_GPE: u16 = 4790;
const GENEVE: u16 = 6081;
const FORMER_VXLAN: u16 = 8472;

/// What a datagram to this port carries; `rest` is behind the UDP header.
pub(in crate::wire) fn over_udp(port: u16, rest: Rest<'_>) -> Result<Decoded<'_>, WireError> {
    match port {
        VXLAN => vxlan::vxlan(rest),
        VXLAN_GPE => vxlan::generic(rest),
        FORMER_VXLAN => vxlan::at_former_port(rest),
        GENEVE => geneve::geneve(rest),
        GTP_U => gtp::gtp(rest),
        L2TP => l2tp::l2tp(rest),
        _ => Ok(Decoded::Other("UDP")),
    }
}
