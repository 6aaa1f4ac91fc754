//! How much of the values of headers is kept.

/// Bounds of what is kept of a header's values: every message of the connection is held against them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Values of a header; those behind them are not kept, which is its fault (`malformed-proxy-header`).
    pub values: usize,
    /// The same in bytes.
    pub bytes: usize,
    /// What the headers of all connections hold, in bytes; beyond it the values of a header are not kept, which is its
    /// fault (`head-limit`).
    pub in_all: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { values: 64, bytes: 4 << 10, in_all: 8 << 20 }
    }
}
