//! Requests whose exchanges are not over yet: whoever decides early must not overlook one of them.

use std::collections::BTreeMap;

use crate::http::{CaptureId, Exchange, HeadRef, Origin, Provenance};

/// Requests that run, by capture and by when they began. As many as the connections below keep.
#[derive(Debug, Default)]
pub struct Running {
    began: BTreeMap<(CaptureId, u64), u32>,
}

impl Running {
    /// A head came.
    pub fn head(&mut self, head: &HeadRef<'_>) {
        if let Some(key) = key(head.head.at).filter(|_| head.is_request()) {
            let count = self.began.entry(key).or_default();
            *count = count.saturating_add(1);
        }
    }

    /// An exchange is over.
    pub fn over(&mut self, exchange: &Exchange<'_>) {
        let Some(key) = exchange.request.and_then(|request| key(request.head.head.at)) else { return };
        if let Some(count) = self.began.get_mut(&key) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                self.began.remove(&key);
            }
        }
    }

    /// When the first request of a capture began that still runs; the end of time where none does. All exchanges that began
    /// before are known.
    #[must_use]
    pub fn earliest(&self, capture: CaptureId) -> u64 {
        self.began.range((capture, 0)..=(capture, u64::MAX)).next().map_or(u64::MAX, |((_, time), _)| *time)
    }
}

fn key(at: Provenance) -> Option<(CaptureId, u64)> {
    match at.origin {
        Origin::Packet { time, .. } => Some((at.capture, time.nanoseconds)),
        Origin::Line(_) | Origin::Entry { .. } | Origin::Log { .. } => None,
    }
}
