//! Which network a tunnel belongs to, as far as it tells flows apart.
//!
//! Two mirrored VPCs may use the same private addresses, so a network's identifier is part of a flow's identity. Only
//! identifiers that name a network, and are the same in both directions, may be: those of VXLAN (RFC 7348 §5), GENEVE
//! (RFC 8926 §3.4) and NVGRE (RFC 7637 §3.2). MPLS labels, GTP tunnel endpoints and L2TP sessions are chosen by the
//! receiver, and a GRE key may be too; by these, requests and responses would be two flows.

/// The network that a tunnel leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Network {
    /// That of the tunnel around it.
    Same,
    /// A VXLAN network identifier, of 24 bits.
    Vxlan(u32),
    /// A GENEVE virtual network identifier, of 24 bits.
    Geneve(u32),
    /// A virtual subnet identifier of NVGRE, of 24 bits.
    Nvgre(u32),
}

impl Network {
    /// The number of this network in a tunnel whose own number is `outer`; 0 is the network of no tunnel.
    pub(super) fn within(self, outer: u32) -> u32 {
        let own = match self {
            Self::Same => return outer,
            Self::Vxlan(id) => id.saturating_add(1),
            Self::Geneve(id) => 0x0200_0000 | id,
            Self::Nvgre(id) => 0x0400_0000 | id,
        };
        if outer == 0 { own } else { (outer.rotate_left(16) ^ own).wrapping_mul(0x9e37_79b1) | 1 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_differ_by_kind_by_number_and_by_what_is_around_them() {
        let mut seen = std::collections::BTreeSet::from([0]);
        for network in [Network::Vxlan(0), Network::Vxlan(0xff_ffff), Network::Geneve(0), Network::Geneve(1), Network::Nvgre(1)] {
            assert!(seen.insert(network.within(0)), "{network:?}");
            assert!(seen.insert(network.within(1)), "{network:?}");
            assert!(seen.insert(network.within(2)), "{network:?}");
        }
        assert_eq!((Network::Same.within(0), Network::Same.within(7)), (0, 7));
    }
}
