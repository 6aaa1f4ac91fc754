//! How much the HTTP layer may hold of what the wire sends.

use super::Http2Limits;
use crate::proxy_protocol;

/// Bounds of [`HttpStreams`](super::HttpStreams). What goes beyond is told as far as it is there and noted, never held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a head that is not whole (`head-limit`).
    pub head: usize,
    /// Field lines of a head (`head-limit`); those behind them are not told. At least [`LEAST_FIELDS`](Self::LEAST_FIELDS).
    pub fields: usize,
    /// Bytes of a line of chunk framing (`malformed-chunk`), and of a trailer section (`head-limit`).
    pub trailers: usize,
    /// Requests of a flow that wait for their response; more are told alone (`pipeline-limit`).
    pub pipeline: usize,
    /// Bytes of all flows together: heads and lines that are not whole (`head-limit`, `malformed-chunk`), requests that wait,
    /// and heads whose bodies run (`pipeline-limit`). Beyond it heads are told cut, a request is told alone, and a running
    /// message before its end.
    pub held_in_all: usize,
    /// Bytes of the bodies of all flows that a spec asks for. Bodies beyond it are not whole, and what is said of them is
    /// inconclusive.
    pub bodies_in_all: usize,
    /// Of HTTP/2, beside its heads.
    pub h2: Http2Limits,
    /// Of PROXY protocol headers.
    pub proxy: proxy_protocol::Limits,
}

impl Limits {
    /// Heads with fewer field lines go the quick way, which does not count them.
    pub const LEAST_FIELDS: usize = 96;
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            head: 256 << 10,
            fields: 1024,
            trailers: 64 << 10,
            pipeline: 1024,
            held_in_all: 40 << 20,
            bodies_in_all: 64 << 20,
            h2: Http2Limits::default(),
            proxy: proxy_protocol::Limits::default(),
        }
    }
}
