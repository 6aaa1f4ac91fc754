//! What of a stream waits to be told, and what of it is missing: early segments, holes in skipped bytes, an early FIN.
//!
//! Places are 64-bit positions instead of sequence numbers, so that wrapping is no matter here. Early segments never
//! overlap: the first copy of a byte counts. Costs are counted with an overhead per segment, so that millions of
//! one-byte segments are bounded too, and every operation is linear in the segment's length.

use std::collections::{BTreeMap, VecDeque};

use super::room::{ALLOCATION, allocated};
use crate::capture::PacketAt;

/// Where positions begin: far enough from 0 that old segments have positions too.
const ORIGIN: u64 = 1 << 32;
/// A place in a node, which is at least half full in the middle.
const PLACE: usize = size_of::<(u64, Early)>();
/// What an early segment costs beside its bytes: places in nodes, and what the allocator adds.
const OVERHEAD: usize = 2 * PLACE + ALLOCATION;
/// What the first early segment of a stream costs besides: a backlog, and a node with room for eleven.
const FIRST: usize = size_of::<Backlog>() + 11 * PLACE + 3 * ALLOCATION;
/// Holes in skipped bytes that are remembered at a time.
const HOLES: usize = 256;
/// The same of all streams.
pub(super) const HOLES_IN_ALL: usize = 32_768;

/// What a hole takes where it is the first one.
pub(super) const HOLE: usize = size_of::<Backlog>() + 4 * size_of::<Hole>() + 2 * ALLOCATION;

/// An early segment, or the part of it that was not there yet.
#[derive(Debug)]
pub(super) struct Early {
    /// The captured bytes.
    pub(super) data: Vec<u8>,
    /// Their length on the wire.
    pub(super) wire: u64,
    /// What its sender had received.
    pub(super) ack: Option<u32>,
    /// The packet that brought it.
    pub(super) at: PacketAt,
}

impl Early {
    pub(super) fn cost(&self) -> usize {
        self.data.len().saturating_add(OVERHEAD)
    }
}

/// Bytes that were skipped without having been there.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hole {
    pub(super) start: u64,
    pub(super) end: u64,
    pub(super) at: PacketAt,
}

/// What came of a queued segment.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Queued {
    /// What it costs more.
    pub(super) cost: usize,
    /// Part of it was there already.
    pub(super) repeated: bool,
    /// Part of it was there already, with other bytes.
    pub(super) conflicting: bool,
}

/// See the module.
#[derive(Debug)]
pub(super) struct Backlog {
    /// The position of [`Stream::next`](super::stream::Stream::next).
    pub(super) position: u64,
    early: BTreeMap<u64, Early>,
    /// What the early segments cost.
    pub(super) cost: usize,
    holes: VecDeque<Hole>,
    /// The position of the FIN.
    pub(super) fin: Option<u64>,
    /// The peer has received everything before this position.
    pub(super) acked: u64,
    /// What is missing before this position is lost when this packet number is reached.
    pub(super) ripening: Option<(u64, u64)>,
}

impl Default for Backlog {
    fn default() -> Self {
        Self { position: ORIGIN, early: BTreeMap::new(), cost: 0, holes: VecDeque::new(), fin: None, acked: 0, ripening: None }
    }
}

impl Backlog {
    pub(super) fn is_idle(&self) -> bool {
        self.early.is_empty()
            && self.holes.is_empty()
            && self.fin.is_none()
            && self.ripening.is_none()
            && self.acked <= self.position
    }

    /// The position that lies so far ahead of the present one.
    pub(super) fn at(&self, distance: i64) -> u64 {
        self.position.saturating_add_signed(distance)
    }

    /// The position of the first early segment.
    pub(super) fn first(&self) -> Option<(u64, &Early)> {
        self.early.first_key_value().map(|(&start, early)| (start, early))
    }

    /// Takes the first early segment; tells what it cost, too.
    pub(super) fn pop(&mut self) -> Option<(u64, Early, usize)> {
        let (start, early) = self.early.pop_first()?;
        let cost = if self.early.is_empty() { self.cost } else { early.cost().min(self.cost) };
        self.cost = self.cost.saturating_sub(cost);
        Some((start, early, cost))
    }

    /// What a segment would cost.
    pub(super) fn would_cost(&self, early: &Early) -> usize {
        early.cost().saturating_add(if self.early.is_empty() { FIRST } else { 0 })
    }

    /// How many holes are remembered.
    pub(super) fn holes(&self) -> usize {
        self.holes.len()
    }

    /// What it takes beside early segments.
    pub(super) fn size(&self) -> usize {
        allocated(size_of::<Self>()).saturating_add(allocated(self.holes.capacity().saturating_mul(size_of::<Hole>())))
    }

    /// Whether segments wait.
    pub(super) fn waits(&self) -> bool {
        !self.early.is_empty()
    }

    /// Whether a segment behind this position waits.
    pub(super) fn reaches_beyond(&self, start: u64) -> bool {
        self.early.last_key_value().is_some_and(|(&last, _)| last > start)
    }

    /// Puts a segment in its place; what is there already stays. Of bytes that were sent twice, what their sender had received
    /// when it sent them first counts.
    pub(super) fn insert(&mut self, start: u64, data: &[u8], wire: u64, ack: Option<u32>, at: PacketAt) -> Queued {
        let end = start.saturating_add(wire);
        let mut queued = Queued { cost: if self.early.is_empty() && wire > 0 { FIRST } else { 0 }, ..Queued::default() };
        let from = self.early.range(..=start).next_back().map_or(start, |(&key, _)| key);
        let mut free: Vec<(u64, u64)> = Vec::new();
        let mut sooner: Vec<(u64, u64)> = Vec::new();
        let mut cursor = start;
        for (&key, early) in self.early.range(from..end) {
            let stop = key.saturating_add(early.wire);
            if stop <= start {
                continue;
            }
            queued.repeated = true;
            let (low, high) = (key.max(start), stop.min(end));
            let old = part(&early.data, low.saturating_sub(key), high.saturating_sub(key));
            let new = part(data, low.saturating_sub(start), high.saturating_sub(start));
            let common = old.len().min(new.len());
            queued.conflicting |= old.get(..common) != new.get(..common);
            if let (Some(known), Some(ack)) = (early.ack, ack)
                && known.wrapping_sub(ack).cast_signed() > 0
            {
                sooner.push((low, high));
            }
            if key > cursor {
                free.push((cursor, key));
            }
            cursor = cursor.max(stop);
        }
        if cursor < end {
            free.push((cursor, end));
        }
        for (low, high) in free {
            let data = part(data, low.saturating_sub(start), high.saturating_sub(start)).to_vec();
            let early = Early { data, wire: high.saturating_sub(low), ack, at };
            queued.cost = queued.cost.saturating_add(early.cost());
            self.early.insert(low, early);
        }
        for (low, high) in sooner {
            queued.cost = queued.cost.saturating_add(self.cut(low)).saturating_add(self.cut(high));
            self.early.range_mut(low..high).for_each(|(_, early)| early.ack = ack);
        }
        self.cost = self.cost.saturating_add(queued.cost);
        queued
    }

    /// Cuts the early segment that spans a position into two; tells what that costs.
    fn cut(&mut self, at: u64) -> usize {
        let Some((&key, early)) = self.early.range_mut(..at).next_back() else { return 0 };
        let before = at.saturating_sub(key);
        if early.wire <= before {
            return 0;
        }
        let data = early.data.split_off(usize::try_from(before).unwrap_or(usize::MAX).min(early.data.len()));
        let rest = Early { data, wire: early.wire.saturating_sub(before), ack: early.ack, at: early.at };
        early.wire = before;
        self.early.insert(at, rest);
        OVERHEAD
    }

    /// Remembers a hole in skipped bytes; returns an older one that there is no more room for.
    pub(super) fn dig(&mut self, hole: Hole) -> Option<Hole> {
        if hole.start >= hole.end {
            return None;
        }
        self.holes.push_back(hole);
        if self.holes.len() > HOLES { self.holes.pop_front() } else { None }
    }

    /// Fills holes with late bytes; whether there were any here.
    pub(super) fn fill(&mut self, start: u64, end: u64) -> bool {
        let mut filled = false;
        let mut rest = None;
        for hole in &mut self.holes {
            if hole.start >= end || hole.end <= start || hole.start >= hole.end {
                continue;
            }
            filled = true;
            if start <= hole.start {
                hole.start = end.min(hole.end);
            } else {
                if end < hole.end {
                    rest = Some(Hole { start: end, ..*hole });
                }
                hole.end = start;
            }
        }
        if let Some(rest) = rest {
            self.holes.push_back(rest);
        }
        if filled {
            self.holes.retain(|hole| hole.start < hole.end);
        }
        filled
    }

    /// Takes the holes that end before a position: nothing will fill them any more.
    pub(super) fn take_holes(&mut self, before: u64) -> Vec<Hole> {
        let mut taken = Vec::new();
        self.holes.retain(|hole| {
            let keep = hole.end > before;
            if !keep {
                taken.push(*hole);
            }
            keep
        });
        taken
    }

    /// Whether bytes before a position are missing: holes, or everything from the present position on.
    pub(super) fn lacks(&self, before: u64) -> bool {
        before > self.position || self.holes.iter().any(|hole| hole.end <= before)
    }
}

/// The part of captured bytes that lies in a range of the wire; shorter where the snap length cut them.
fn part(data: &[u8], from: u64, to: u64) -> &[u8] {
    let from = usize::try_from(from).unwrap_or(usize::MAX).min(data.len());
    let to = usize::try_from(to).unwrap_or(usize::MAX).min(data.len());
    data.get(from..to).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(backlog: &mut Backlog) -> Vec<(u64, Vec<u8>)> {
        std::iter::from_fn(|| backlog.pop()).map(|(start, early, _)| (start, early.data)).collect()
    }

    #[test]
    fn the_first_copy_counts_and_only_free_places_are_filled() {
        let mut backlog = Backlog::default();
        let at = PacketAt::default();
        assert_eq!(backlog.insert(110, b"klm", 3, None, at), Queued { cost: FIRST + 3 + OVERHEAD, ..Queued::default() });
        let queued = backlog.insert(108, b"ijKLMno", 7, None, at);
        assert!(queued.repeated && queued.conflicting);
        assert!(!backlog.insert(111, b"l", 1, None, at).conflicting);
        assert_eq!(pieces(&mut backlog), [(108, b"ij".to_vec()), (110, b"klm".to_vec()), (113, b"no".to_vec())]);
        assert_eq!(backlog.cost, 0);
    }

    #[test]
    fn bytes_sent_again_with_later_ones_knew_what_their_first_copy_knew() {
        let mut backlog = Backlog::default();
        let at = PacketAt::default();
        backlog.insert(93, &[7; 90], 90, Some(171), at);
        assert_eq!(backlog.insert(89, &[7; 30], 30, Some(107), at).cost, 4 + 2 * OVERHEAD);
        // A later copy changes nothing.
        backlog.insert(89, &[7; 94], 94, Some(200), at);
        let cost = backlog.cost;
        let pieces: Vec<_> = std::iter::from_fn(|| backlog.pop()).collect();
        let told: Vec<_> = pieces.iter().map(|(start, e, _)| (*start, e.data.len(), e.wire, e.ack)).collect();
        assert_eq!(told, [(89, 4, 4, Some(107)), (93, 26, 26, Some(107)), (119, 64, 64, Some(171))]);
        assert_eq!(cost, pieces.iter().map(|(_, e, _)| e.cost()).sum::<usize>() + FIRST);
        assert_eq!(cost, pieces.iter().map(|(.., cost)| cost).sum::<usize>());
    }

    #[test]
    fn a_cut_segment_keeps_its_length() {
        let mut backlog = Backlog::default();
        backlog.insert(10, b"abc", 8, None, PacketAt::default());
        backlog.insert(5, b"vwxyz", 20, None, PacketAt::default());
        let lengths: Vec<_> = std::iter::from_fn(|| backlog.pop()).map(|(s, e, _)| (s, e.data.len(), e.wire)).collect();
        assert_eq!(lengths, [(5, 5, 5), (10, 3, 8), (18, 0, 7)]);
    }

    #[test]
    fn holes_are_filled_from_both_sides_and_in_the_middle() {
        let mut backlog = Backlog::default();
        let at = PacketAt::default();
        backlog.dig(Hole { start: 10, end: 20, at });
        assert!(backlog.fill(5, 12) && backlog.fill(14, 16) && !backlog.fill(14, 16) && backlog.fill(19, 30));
        let left: Vec<_> = backlog.take_holes(100).iter().map(|h| (h.start, h.end)).collect();
        assert_eq!(left, [(12, 14), (16, 19)]);
        assert!((0..HOLES as u64).all(|i| backlog.dig(Hole { start: i * 4, end: i * 4 + 2, at }).is_none()));
        assert_eq!(backlog.dig(Hole { start: 5000, end: 5001, at }).map(|h| h.start), Some(0));
    }
}
