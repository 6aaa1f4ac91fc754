//! One direction of a flow: where it stands in the sequence space, and what the layer above wants of it.

use super::Need;
use super::backlog::Backlog;

/// How far behind the next byte a sequence number may lie to be an old one; farther, it is a jump ahead.
const OLD: u32 = 64 << 20;

/// An acknowledgement farther ahead than any window allows (RFC 7323 §2.3) is none.
pub(super) const CREDIBLE: u32 = 1 << 30;

/// How much of a stream is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// No segment seen.
    Unseen,
    /// Segments without bytes seen; `isn` is a guess from the first.
    Hinted,
    /// Bytes seen without a SYN: held for a moment, since earlier ones may stand behind them in the capture.
    Held,
    /// `next` is known.
    Open,
    /// Ended by FIN, or with its flow.
    Ended,
}

/// One direction of a flow. What is rare is boxed, so that a flow stays small.
#[derive(Debug)]
pub(super) struct Stream {
    /// The sequence number of the next byte.
    pub(super) next: u32,
    /// The sequence number before the first byte.
    pub(super) isn: u32,
    /// So many bytes from `next` on are not wanted.
    pub(super) skip: u64,
    pub(super) phase: Phase,
    /// Its SYN was seen, or acknowledged.
    pub(super) synced: bool,
    /// Nothing of it is wanted any more.
    pub(super) deaf: bool,
    /// What waits, or is missing.
    pub(super) backlog: Option<Box<Backlog>>,
}

impl Stream {
    pub(super) fn new() -> Self {
        Self { next: 0, isn: 0, skip: 0, phase: Phase::Unseen, synced: false, deaf: false, backlog: None }
    }

    /// How far ahead of the next byte a sequence number is; negative for an old one.
    #[inline]
    pub(super) fn distance(&self, seq: u32) -> i64 {
        let ahead = seq.wrapping_sub(self.next);
        // Old ones are those that are little behind: seen as a signed number, where that is small.
        if ahead > u32::MAX - OLD { i64::from(ahead.cast_signed()) } else { i64::from(ahead) }
    }

    /// Whether the peer acknowledged bytes that were neither told nor skipped yet.
    #[inline]
    pub(super) fn is_behind(&self, ack: u32) -> bool {
        match self.phase {
            Phase::Open => {
                let ahead = ack.wrapping_sub(self.next);
                ahead != 0 && ahead <= CREDIBLE && u64::from(ahead) > self.skip && !self.deaf
            }
            Phase::Held => true,
            Phase::Unseen | Phase::Hinted | Phase::Ended => false,
        }
    }

    /// Moves over bytes, told or not.
    #[inline]
    pub(super) fn advance(&mut self, bytes: u64) {
        self.next = self.next.wrapping_add((bytes & 0xffff_ffff) as u32);
        if let Some(backlog) = &mut self.backlog {
            backlog.position = backlog.position.saturating_add(bytes);
        }
    }

    /// Takes from the bytes that are not wanted; returns how many.
    #[inline]
    pub(super) fn take_skip(&mut self, bytes: u64) -> u64 {
        if self.deaf {
            return bytes;
        }
        let skipped = self.skip.min(bytes);
        self.skip = self.skip.saturating_sub(skipped);
        skipped
    }

    #[inline]
    pub(super) fn answer(&mut self, need: Need) {
        match need {
            Need::Bytes => {}
            Need::Skip(bytes) => self.skip = bytes,
            Need::Nothing => self.deaf = true,
        }
    }

    /// Ends behind a FIN that is next, where nothing waits; how many of the bytes that were not wanted did not come.
    pub(super) fn end(&mut self) -> u64 {
        self.next = self.next.wrapping_add(1);
        self.phase = Phase::Ended;
        if self.deaf { 0 } else { self.skip }
    }

    /// Learns that the stream begins behind this sequence number.
    pub(super) fn begin_behind(&mut self, isn: u32) {
        match self.phase {
            Phase::Unseen | Phase::Hinted => self.next = isn.wrapping_add(1),
            Phase::Held => {
                let first = isn.wrapping_add(1);
                let distance = first.wrapping_sub(self.next).cast_signed();
                self.next = first;
                let backlog = self.backlog();
                backlog.position = backlog.at(distance.into());
                // A FIN from before the beginning is a forged one.
                backlog.fin = backlog.fin.filter(|&fin| fin >= backlog.position);
            }
            Phase::Open | Phase::Ended => return,
        }
        self.isn = isn;
        self.phase = Phase::Open;
        self.synced = true;
    }

    /// What waits; begins at the present place when nothing does yet.
    pub(super) fn backlog(&mut self) -> &mut Backlog {
        self.backlog.get_or_insert_with(Default::default)
    }

    /// Frees the backlog when nothing waits and nothing is missing.
    pub(super) fn tidy(&mut self) {
        if self.backlog.as_ref().is_some_and(|b| b.is_idle()) {
            self.backlog = None;
        }
    }
}
