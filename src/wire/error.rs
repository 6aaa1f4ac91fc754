//! Why a packet cannot be decoded.

/// A header that ends too early, or contradicts itself. Offsets and lengths are in bytes; offsets count from the first
/// captured byte of the packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WireError {
    /// A layer is shorter than it must be.
    #[error("{layer} at byte {offset} needs {needed} bytes, {had} are there by the {claim}")]
    Length {
        /// The layer that could not be read.
        layer: &'static str,
        /// Where it begins.
        offset: usize,
        /// How many bytes it needs.
        needed: usize,
        /// How many there are.
        had: usize,
        /// Which length said so: `captured length`, or a field such as `IPv4 total length`.
        claim: &'static str,
    },
    /// A field holds a value that cannot be.
    #[error("{layer} at byte {offset} has {field} {value} where {expected} was expected")]
    Value {
        /// The layer.
        layer: &'static str,
        /// Where it begins.
        offset: usize,
        /// The field.
        field: &'static str,
        /// What it holds.
        value: u32,
        /// What it may hold.
        expected: &'static str,
    },
    /// Tunnels in one another, more than the limit.
    #[error("{layer} at byte {offset} lies in {most} tunnels, and no more are looked into (`tunnels` is the limit's name)")]
    Nested {
        /// The tunnel that was one too many.
        layer: &'static str,
        /// Where its content begins.
        offset: usize,
        /// How many are looked into.
        most: u8,
    },
}
