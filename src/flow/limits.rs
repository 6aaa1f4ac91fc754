//! How much the flow layer may hold, and how long it waits for what may still come.

/// Bounds of a [`FlowTable`](super::FlowTable). What goes beyond is given up and noted, never held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Live flows; beyond it those that were quiet longest are closed (`flow-limit`).
    pub flows: usize,
    /// Seconds of capture time after which a flow that no packet came of is closed (`flow-idle`). A peer that keeps its
    /// connections alive sends a probe after no more than two hours by default (RFC 9293 §3.8.4).
    pub idle: u64,
    /// Closed flows that are remembered, so that their late packets do not open them anew.
    pub remembered: usize,
    /// Bytes of early segments per stream (`reassembly-limit`). Bytes and not segments, since offloaded ones are 64 KB.
    pub stream_bytes: usize,
    /// Bytes of early segments in all.
    pub total_bytes: usize,
    /// Bytes of all that is kept: the flows, early segments, and what the layers above hold of them. Each of them has limits of
    /// its own, too; where this one is reached, each does what it does at its own.
    pub memory: usize,
    /// Missing bytes that the peer acknowledged are lost once so many further packets were captured without them. The
    /// acknowledgement alone proves nothing: where a capture merges several queues or interfaces, it may stand before
    /// the bytes that it acknowledges. Waiting costs nothing but memory that is bounded anyway.
    pub loss_wait: u64,
    /// A stream whose SYN was not captured begins when so many further packets were captured, at its lowest byte seen by
    /// then: at the beginning of a capture, too, packets may stand in another order than they were sent.
    pub start_wait: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            flows: 100_000,
            idle: 3 * 3600,
            remembered: 1024,
            stream_bytes: 1 << 20,
            total_bytes: 4 << 20,
            memory: 52 << 20,
            loss_wait: 256,
            start_wait: 32,
        }
    }
}

impl Limits {
    /// How much may be held beside flows that take so many bytes. Where they take nearly all, as very many do, that is more.
    pub(super) fn room(&self, flows: usize) -> usize {
        self.memory.saturating_sub(flows).max(self.memory / 8)
    }
}
