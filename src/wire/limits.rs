//! How much the wire layer may hold of fragments, and how deep it looks.

use super::FragmentLimits;

/// Bounds of decoding packets. What goes beyond is given up and noted, never held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Of fragments that wait for the rest of their packet.
    pub fragments: FragmentLimits,
    /// Tunnels in one another (`undecodable-packet`). A frame of a mirrored load balancer has three. More than
    /// [`MOST_TUNNELS`](Self::MOST_TUNNELS) are as many, since each takes some of the stack.
    pub tunnels: usize,
}

impl Limits {
    /// What `tunnels` may be at most.
    pub const MOST_TUNNELS: u8 = 64;

    /// How many tunnels are looked into.
    pub(super) fn depth(self) -> u8 {
        u8::try_from(self.tunnels).map_or(Self::MOST_TUNNELS, |tunnels| tunnels.min(Self::MOST_TUNNELS))
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self { fragments: FragmentLimits::default(), tunnels: 8 }
    }
}
