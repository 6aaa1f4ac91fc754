//! What of a flow is told, and when: bytes that are next, bytes that are lost, beginnings and ends.
//!
//! Everything that waits is told or noted in the end. Each loop here takes something from the backlog or moves ahead.

use super::backlog::{Early, HOLE, HOLES_IN_ALL, Hole};
use super::connection::{Context, Flow, JUMP, WILD};
use super::stream::{Phase, Stream};
use super::{Chunk, Direction, Gap, StreamEnd, StreamSink};
use crate::anomaly::AnomalyKind;
use crate::capture::PacketAt;

impl<T> Flow<T> {
    /// Declares lost what was waited for long enough.
    pub(super) fn ripen<S: StreamSink<State = T>>(&mut self, cx: &mut Context<'_, S>, at: PacketAt) {
        for direction in [Direction::Forward, Direction::Backward] {
            let Some(backlog) = &mut self.stream(direction).backlog else { continue };
            let Some((until, _)) = backlog.ripening.filter(|&(_, due)| due <= at.number) else { continue };
            backlog.ripening = None;
            self.lose_until(cx, direction, until, at);
            let wait = cx.limits.loss_wait;
            let Some(backlog) = &mut self.stream(direction).backlog else { continue };
            if backlog.lacks(backlog.acked) {
                backlog.ripening = Some((backlog.acked, at.number.saturating_add(wait)));
                cx.awaits_loss = true;
            }
        }
    }

    /// Declares lost what is missing before a position, and tells what stands between.
    fn lose_until<S: StreamSink<State = T>>(&mut self, cx: &mut Context<'_, S>, direction: Direction, until: u64, at: PacketAt) {
        let Some(backlog) = &mut self.stream(direction).backlog else { return };
        for hole in backlog.take_holes(until) {
            note_gap(cx, hole.end.saturating_sub(hole.start), hole.at);
        }
        while let Some(backlog) = &self.peek(direction).backlog {
            let position = backlog.position;
            if position >= until || self.peek(direction).phase != Phase::Open {
                return;
            }
            let known = [backlog.first().map(|(start, _)| start), backlog.fin].into_iter().flatten().min();
            let target = known.unwrap_or(until).min(until);
            if target <= position {
                if !self.pump(cx, at) {
                    return;
                }
            } else if target.saturating_sub(position) == 1 && known.is_none() {
                // One number that no byte was seen for, at the end: a FIN that the capture does not hold.
                self.stream(direction).advance(1);
            } else {
                self.lose(cx, direction, target, at);
            }
        }
    }

    /// Goes over missing bytes.
    pub(super) fn lose<S: StreamSink<State = T>>(
        &mut self,
        cx: &mut Context<'_, S>,
        direction: Direction,
        target: u64,
        at: PacketAt,
    ) {
        let stream = self.stream(direction);
        let length = stream.backlog.as_ref().map_or(0, |b| target.saturating_sub(b.position));
        if length == 0 {
            return;
        }
        if !stream.deaf {
            note_gap(cx, length, at);
        }
        self.pass(cx, direction, length, at);
    }

    /// Moves over bytes that are not there; what of them was wanted is told as a gap.
    pub(super) fn pass<S: StreamSink<State = T>>(
        &mut self,
        cx: &mut Context<'_, S>,
        direction: Direction,
        length: u64,
        at: PacketAt,
    ) {
        let stream = self.stream(direction);
        stream.advance(length);
        let left = length.saturating_sub(stream.take_skip(length));
        if left == 0 {
            return;
        }
        if let Some(state) = &mut self.state {
            let need = cx.sink.gap(&self.info, state, Gap { direction, length: left, at });
            self.stream(direction).answer(need);
        }
    }

    /// Tells bytes that are next.
    pub(super) fn deliver<S: StreamSink<State = T>>(
        &mut self,
        cx: &mut Context<'_, S>,
        direction: Direction,
        data: &[u8],
        wire: u64,
        at: PacketAt,
    ) {
        let there = (data.len() as u64).min(wire);
        let stream = self.stream(direction);
        stream.advance(there);
        let skipped = stream.take_skip(there);
        let told = data.get(usize::try_from(skipped).unwrap_or(usize::MAX)..).unwrap_or_default();
        if let (false, Some(state)) = (told.is_empty(), &mut self.state) {
            let need = cx.sink.data(&self.info, state, Chunk { direction, data: told, at });
            self.stream(direction).answer(need);
        }
        let cut = wire.saturating_sub(there);
        if cut > 0 {
            let stream = self.stream(direction);
            if !stream.deaf && stream.skip < cut {
                note_gap(cx, cut, at);
            }
            self.pass(cx, direction, cut, at);
        }
    }

    /// Gives up the hole before the first early segment and tells that segment; false where there is none.
    pub(super) fn force<S: StreamSink<State = T>>(
        &mut self,
        cx: &mut Context<'_, S>,
        direction: Direction,
        at: PacketAt,
    ) -> bool {
        self.begin(cx, direction, at);
        let Some(backlog) = &mut self.stream(direction).backlog else { return false };
        let position = backlog.position;
        let acked = backlog.acked;
        let Some((start, early, cost)) = backlog.pop() else { return false };
        *cx.queued = cx.queued.saturating_sub(cost);
        if start.saturating_sub(position) > WILD && acked < start && !backlog.waits() {
            let note = || format!("{} bytes far outside their stream were left out", early.wire);
            cx.sink.anomalies().note(AnomalyKind::StreamGap, Some(early.at.number), note);
            return true;
        }
        self.lose(cx, direction, start, early.at);
        self.tell(cx, direction, start, &early);
        true
    }

    /// Tells what of an early segment is still ahead.
    fn tell<S: StreamSink<State = T>>(&mut self, cx: &mut Context<'_, S>, direction: Direction, start: u64, early: &Early) {
        let position = self.peek(direction).backlog.as_ref().map_or(start, |b| b.position);
        let old = position.saturating_sub(start);
        if old < early.wire {
            let data = early.data.get(usize::try_from(old).unwrap_or(usize::MAX)..).unwrap_or_default();
            self.deliver(cx, direction, data, early.wire.saturating_sub(old), early.at);
        }
    }

    /// Tells everything that is next, in both directions; whether there was anything.
    pub(super) fn pump<S: StreamSink<State = T>>(&mut self, cx: &mut Context<'_, S>, at: PacketAt) -> bool {
        let mut any = false;
        if self.streams.iter().all(|stream| stream.backlog.is_none()) {
            return any;
        }
        loop {
            let forward = self.pump_one(cx, Direction::Forward, at);
            let backward = self.pump_one(cx, Direction::Backward, at);
            if !forward && !backward && !self.untie(cx) {
                return any;
            }
            any = true;
        }
    }

    /// Where both streams wait for each other's bytes, lets one go on; whether they did. A segment that sends old bytes again
    /// together with new ones acknowledges more than the old ones knew of. Who opened the flow goes on: to be told of a
    /// request early does no harm, of a response it would.
    fn untie<S: StreamSink<State = T>>(&mut self, cx: &mut Context<'_, S>) -> bool {
        let (Some(forward), Some(backward)) = (self.tied(Direction::Forward), self.tied(Direction::Backward)) else {
            return false;
        };
        let first = if forward <= backward { Direction::Forward } else { Direction::Backward };
        let direction = self.info.opener.unwrap_or(first);
        let Some((start, early, cost)) = self.stream(direction).backlog.as_mut().and_then(|backlog| backlog.pop()) else {
            return false;
        };
        *cx.queued = cx.queued.saturating_sub(cost);
        self.tell(cx, direction, start, &early);
        true
    }

    /// The packet of a stream's next segment, where that waits for bytes of the other stream and for nothing else.
    fn tied(&self, direction: Direction) -> Option<u64> {
        let stream = self.peek(direction);
        let backlog = stream.backlog.as_ref().filter(|_| stream.phase == Phase::Open)?;
        let (start, early) = backlog.first()?;
        let next = start <= backlog.position && early.ack.is_some_and(|ack| self.peek(direction.reversed()).is_behind(ack));
        next.then_some(early.at.number)
    }

    fn pump_one<S: StreamSink<State = T>>(&mut self, cx: &mut Context<'_, S>, direction: Direction, at: PacketAt) -> bool {
        let mut any = false;
        loop {
            let [forward, backward] = &mut self.streams;
            let (stream, other) = match direction {
                Direction::Forward => (forward, &*backward),
                Direction::Backward => (backward, &*forward),
            };
            if stream.phase != Phase::Open {
                return any;
            }
            let (skip, deaf) = (stream.skip, stream.deaf);
            let Some(backlog) = &mut stream.backlog else { return any };
            let position = backlog.position;
            let Some((start, early)) = backlog.first() else {
                if backlog.fin.is_some_and(|fin| fin <= position) {
                    self.end(cx, direction, StreamEnd::Fin, at);
                    return true;
                }
                return any;
            };
            let hole = start.saturating_sub(position);
            if hole > 0 && !deaf && (hole > skip || hole > JUMP.unsigned_abs()) {
                return any;
            }
            let end = start.saturating_add(early.wire).saturating_sub(position);
            if !deaf && end > skip && early.ack.is_some_and(|ack| other.is_behind(ack)) {
                return any;
            }
            let Some((start, early, cost)) = backlog.pop() else { return any };
            *cx.queued = cx.queued.saturating_sub(cost);
            if hole > 0 {
                skip_over(stream, cx, hole, early.at);
            }
            self.tell(cx, direction, start, &early);
            any = true;
        }
    }

    /// Begins a stream whose SYN was not seen at its lowest byte.
    pub(super) fn begin<S: StreamSink<State = T>>(&mut self, cx: &mut Context<'_, S>, direction: Direction, at: PacketAt) {
        let stream = self.stream(direction);
        if stream.phase != Phase::Held {
            return;
        }
        stream.phase = Phase::Open;
        let backlog = stream.backlog();
        let first = backlog.first().map(|(start, early)| (start, early.at)).or(backlog.fin.map(|fin| (fin, at)));
        let Some((first, first_at)) = first else { return };
        let moved = (first.wrapping_sub(backlog.position) & 0xffff_ffff) as u32;
        backlog.position = first;
        stream.next = stream.next.wrapping_add(moved);
        stream.isn = stream.next.wrapping_sub(1);
        if self.info.opener.is_none() && self.peek(direction.reversed()).phase != Phase::Open {
            let src = self.info.src(direction);
            let note = || format!("the first packet of a flow from {src} is no SYN");
            cx.sink.anomalies().note(AnomalyKind::FlowBeganBefore, Some(first_at.number), note);
        }
    }

    pub(super) fn end<S: StreamSink<State = T>>(
        &mut self,
        cx: &mut Context<'_, S>,
        direction: Direction,
        how: StreamEnd,
        at: PacketAt,
    ) {
        let stream = self.stream(direction);
        if stream.phase == Phase::Ended {
            return;
        }
        let unskipped = if stream.deaf { 0 } else { stream.skip };
        let holes = stream.backlog.as_mut().map(|b| b.take_holes(u64::MAX)).unwrap_or_default();
        let left = stream.backlog.take().map_or(0, |backlog| backlog.cost);
        if how == StreamEnd::Fin {
            stream.next = stream.next.wrapping_add(1);
        }
        if stream.phase != Phase::Unseen {
            stream.phase = Phase::Ended;
        }
        for hole in holes {
            note_gap(cx, hole.end.saturating_sub(hole.start), hole.at);
        }
        if left > 0 {
            *cx.queued = cx.queued.saturating_sub(left);
            let note = || "segments behind the end of a stream were left out".to_owned();
            cx.sink.anomalies().note(AnomalyKind::StreamGap, Some(at.number), note);
        }
        if let Some(state) = &mut self.state {
            cx.sink.end(&self.info, state, direction, how, unskipped, at);
        }
    }

    /// Ends both streams: tells what waits, in the order of the capture, and what is missing.
    pub(super) fn flush<S: StreamSink<State = T>>(&mut self, cx: &mut Context<'_, S>, at: PacketAt) {
        let both = [Direction::Forward, Direction::Backward];
        for direction in both {
            self.begin(cx, direction, at);
        }
        loop {
            self.pump(cx, at);
            let first = |d: Direction| self.peek(d).backlog.as_ref()?.first().map(|(_, early)| early.at.number);
            let Some(direction) = both.into_iter().filter(|&d| first(d).is_some()).min_by_key(|&d| first(d)) else { break };
            let acked = self.peek(direction.reversed()).backlog.as_ref().map_or(0, |b| b.acked);
            self.lose_until(cx, direction.reversed(), acked, at);
            if !self.pump(cx, at) {
                self.force(cx, direction, at);
            }
        }
        let how = if self.reset { StreamEnd::Reset } else { StreamEnd::Unfinished };
        for direction in both {
            if let Some(backlog) = &self.peek(direction).backlog {
                let fin = backlog.fin.filter(|fin| fin.saturating_sub(backlog.position) <= WILD);
                let until = backlog.acked.max(fin.unwrap_or(0));
                self.lose_until(cx, direction, until, at);
                self.pump(cx, at);
            }
        }
        for direction in both {
            self.end(cx, direction, how, at);
        }
    }
}

/// Moves over bytes that are not wanted and not there yet.
pub(super) fn skip_over<S: StreamSink>(stream: &mut Stream, cx: &mut Context<'_, S>, bytes: u64, at: PacketAt) {
    if !stream.deaf {
        let held = cx.queued.saturating_add(cx.sink.held()).saturating_add(HOLE);
        let room = cx.holes < HOLES_IN_ALL && held <= cx.room;
        let backlog = stream.backlog();
        let start = backlog.position;
        if !room {
            note_gap(cx, bytes, at);
        } else if let Some(hole) = backlog.dig(Hole { start, end: start.saturating_add(bytes), at }) {
            note_gap(cx, hole.end.saturating_sub(hole.start), hole.at);
        }
    }
    stream.advance(bytes);
    stream.take_skip(bytes);
}

pub(super) fn note_gap<S: StreamSink>(cx: &mut Context<'_, S>, length: u64, at: PacketAt) {
    let note = || format!("{length} bytes are not in the capture");
    cx.sink.anomalies().note(AnomalyKind::StreamGap, Some(at.number), note);
}
