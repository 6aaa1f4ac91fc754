//! How much of HTTP/2 is held beside heads, which have the limits of all heads.

/// Bounds of HTTP/2. A header block and its fields are bounded as other heads are: by
/// [`Limits::head`](crate::http::Limits::head) and [`Limits::fields`](crate::http::Limits::fields).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Streams of a connection whose messages run; beyond it the oldest is told before its end, and what still
    /// comes of it is not (`h2-limit`).
    pub streams: usize,
    /// Bytes of a dynamic table as RFC 7541 §4.1 counts them, whatever the endpoints agree on. Entries beyond it are forgotten,
    /// and unknown where they are referred to (`h2-limit`, `hpack-unknown`). At least [`LEAST_TABLE`](Self::LEAST_TABLE).
    pub table: u32,
    /// Bytes that all connections take with their tables and the streams that run; beyond it a table is forgotten, and where that
    /// is not enough the messages of a connection that run are told alone (`h2-limit`).
    pub in_all: usize,
}

impl Limits {
    /// The size of a table that nothing is agreed on for (RFC 9113 §6.5.2): what it holds is known.
    pub const LEAST_TABLE: u32 = 4096;
}

impl Default for Limits {
    fn default() -> Self {
        Self { streams: 1024, table: 64 << 10, in_all: 16 << 20 }
    }
}
