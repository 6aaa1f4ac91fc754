//! How much the TLS layer may hold of what waits to be opened.

/// Bounds of [`TlsStreams`](super::TlsStreams). What goes beyond is not opened, and noted (`tls-limit`); never held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes that wait in one direction of a connection: for the hello of the other direction, or for the rest of a record.
    pub waiting: usize,
    /// Bytes that the connections that are followed hold in all.
    pub waiting_in_all: usize,
    /// Connections that are followed at a time.
    pub connections: usize,
    /// Connections whose secrets are kept, of each key log and of what captures hold. More are told as a problem of it.
    pub secrets: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { waiting: 256 << 10, waiting_in_all: 10 << 20, connections: 16_384, secrets: 100_000 }
    }
}
