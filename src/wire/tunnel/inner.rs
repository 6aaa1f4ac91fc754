//! What tunnels carry, and those tunnels whose header says nothing else.

use crate::wire::network::Network;
use crate::wire::rest::Rest;
use crate::wire::{Decoded, WireError, ip, link};

type Outcome<'a> = Result<Decoded<'a>, WireError>;

/// Transparent Ethernet bridging: an Ethernet frame as what a tunnel carries (RFC 1701, RFC 7637 §3.2).
pub(super) const ETHERNET: u16 = 0x6558;

/// What a tunnel carries by an EtherType. `rest` is within the tunnel already.
pub(super) fn carried(kind: u16, rest: Rest<'_>) -> Outcome<'_> {
    if kind == ETHERNET { link::ethernet(rest) } else { link::ether_type(kind, rest) }
}

/// IP in IP (RFC 2003), 6in4 (RFC 4213) and their like.
pub(in crate::wire) fn ip_in_ip(rest: Rest<'_>) -> Outcome<'_> {
    ip::ip(rest.within(Network::Same, "IP in IP")?)
}

/// EtherIP (RFC 3378): a version of 3 and twelve reserved bits before a frame.
pub(in crate::wire) fn ether_ip(rest: Rest<'_>) -> Outcome<'_> {
    const LAYER: &str = "EtherIP header";
    link::ethernet(rest.behind(2, LAYER)?.within(Network::Same, LAYER)?)
}

/// A provider backbone bridge's frame (IEEE 802.1ah): flags and a service identifier before the customer's frame.
pub(in crate::wire) fn provider_bridge(rest: Rest<'_>) -> Outcome<'_> {
    const LAYER: &str = "802.1ah tag";
    link::ethernet(rest.behind(4, LAYER)?.within(Network::Same, LAYER)?)
}
