//! Clients that did not get the answer that they came for, counted.

use std::sync::atomic::{AtomicU64, Ordering};

/// How many were refused, and why.
#[derive(Debug, Default)]
pub struct Refused {
    /// No HTTP, or no request that can be understood.
    pub(super) malformed: AtomicU64,
    /// A head beyond its limit.
    pub(super) too_large: AtomicU64,
    /// A head, a body or a handshake that took too long.
    pub(super) slow: AtomicU64,
    /// TLS that failed.
    pub(super) handshakes: AtomicU64,
    /// Times that all connections were in use when another came.
    pub(super) crowded: AtomicU64,
}

impl Refused {
    /// In words; nothing where nobody was refused.
    #[must_use]
    pub fn told(&self) -> Option<String> {
        let count = |counter: &AtomicU64, one: &str, many: &str| match counter.load(Ordering::Relaxed) {
            0 => None,
            1 => Some(format!("1 {one}")),
            n => Some(format!("{n} {many}")),
        };
        let parts: Vec<String> = [
            count(&self.malformed, "connection with what is no request (400)", "connections with what is no request (400)"),
            count(&self.too_large, "head that was too large (431)", "heads that were too large (431)"),
            count(&self.slow, "connection that was too slow (408)", "connections that were too slow (408)"),
            count(&self.handshakes, "TLS handshake that failed", "TLS handshakes that failed"),
            count(
                &self.crowded,
                "connection that had to wait for another to end",
                "connections that had to wait for others to end",
            ),
        ]
        .into_iter()
        .flatten()
        .collect();
        (!parts.is_empty()).then(|| parts.join(", "))
    }

    pub(super) fn add(counter: &AtomicU64) {
        counter.fetch_add(1, Ordering::Relaxed);
    }
}
