//! How much the wire layer may hold of fragments.

use super::FragmentLimits;

/// Bounds of decoding packets. What goes beyond is given up and noted, never held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Limits {
    /// Of fragments that wait for the rest of their packet.
    pub fragments: FragmentLimits,
}
