//! Bytes for the layer above, less those that it said it does not need.

use super::sink::TlsSink;
use crate::capture::PacketAt;
use crate::flow::{Chunk, Direction, FlowInfo, Gap, Need};

/// A loss of which nobody knows how long it is: more than any message, so that nothing is taken for its end.
pub(super) const UNKNOWN: u64 = u64::MAX >> 2;

/// One direction.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Outlet {
    /// So many of the next bytes are not needed.
    skip: u64,
    /// None is any more.
    pub(super) deaf: bool,
}

impl Outlet {
    pub(super) fn data<S: TlsSink>(&mut self, sink: &mut S, flow: &FlowInfo, state: &mut S::State, chunk: Chunk<'_>) {
        if self.deaf {
            return;
        }
        let skipped = self.skip.min(chunk.data.len() as u64);
        self.skip = self.skip.saturating_sub(skipped);
        let data = chunk.data.get(usize::try_from(skipped).unwrap_or(usize::MAX)..).unwrap_or_default();
        if !data.is_empty() {
            self.answer(sink.data(flow, state, Chunk { data, ..chunk }));
        }
    }

    /// So many bytes are lost. Those that are not needed anyway are no loss.
    pub(super) fn lose<S: TlsSink>(&mut self, sink: &mut S, flow: &FlowInfo, state: &mut S::State, gap: Gap) {
        if self.deaf {
            return;
        }
        let skipped = self.skip.min(gap.length);
        self.skip = self.skip.saturating_sub(skipped);
        let length = gap.length.saturating_sub(skipped);
        if length > 0 {
            self.answer(sink.gap(flow, state, Gap { length, ..gap }));
        }
    }

    pub(super) fn end<S: TlsSink>(
        &mut self,
        sink: &mut S,
        flow: &FlowInfo,
        state: &mut S::State,
        direction: Direction,
        (end, at): (crate::flow::StreamEnd, PacketAt),
    ) {
        sink.end(flow, state, direction, end, std::mem::take(&mut self.skip), at);
    }

    fn answer(&mut self, need: Need) {
        match need {
            Need::Bytes => {}
            Need::Skip(bytes) => self.skip = bytes,
            Need::Nothing => self.deaf = true,
        }
    }

    /// What the layer above needs next, for the layer below.
    pub(super) fn need(self) -> Need {
        match self {
            Self { deaf: true, .. } => Need::Nothing,
            Self { skip: 0, .. } => Need::Bytes,
            Self { skip, .. } => Need::Skip(skip),
        }
    }
}
