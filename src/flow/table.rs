//! The table of flows: which flow a segment belongs to, when one begins and when it is over.
//!
//! The usual segment (known flow, next byte, nothing waiting) is told from its packet's own bytes without a copy. The
//! number of live flows is bounded; a flow costs about 200 bytes besides what the layer above keeps.

use std::collections::VecDeque;

use super::connection::{Context, Flow};
use super::idle::Idle;
use super::index::{Index, Pair};
use super::limits::Limits;
use super::recent::Recent;
use super::stream::Phase;
use super::waits::{Ticket, Waits};
use super::{Chunk, Direction, FlowInfo, StreamEnd, StreamSink};
use crate::anomaly::AnomalyKind;
use crate::capture::PacketAt;
use crate::wire::Segment;

/// No slot of the table.
const NO_SLOT: u32 = u32::MAX;

/// What the index takes for a flow: it is between 7/16 and 7/8 full.
const INDEXED: usize = 10;

/// Puts segments in order and tells a [`StreamSink`].
#[derive(Debug)]
pub struct FlowTable<S: StreamSink> {
    sink: S,
    limits: Limits,
    index: Index,
    flows: Vec<Flow<S::State>>,
    free: Vec<u32>,
    /// Closed flows, oldest first.
    closed: VecDeque<Ticket>,
    live: usize,
    /// The slot of the flow that the last segment belonged to: often the next one is of the same flow.
    latest: u32,
    /// How many flows began.
    count: u32,
    /// What early segments cost in all.
    queued: usize,
    /// What else waiting and missing bytes cost.
    backlogs: usize,
    /// What they may cost together with all that the layers above hold.
    room: usize,
    /// How many holes in skipped bytes are remembered in all.
    holes: usize,
    starts: Waits,
    losses: Waits,
    resets: Waits,
    idle: Idle,
    /// The packet number at which the first of them is due.
    due: u64,
    at: PacketAt,
    recent: Recent,
    /// Nothing is taken in a shorter way than all else: tests hold both ways together.
    #[cfg(test)]
    pub(super) thorough: bool,
}

impl<S: StreamSink> FlowTable<S> {
    /// A table with the usual limits.
    #[must_use]
    pub fn new(sink: S) -> Self {
        Self::with_limits(sink, Limits::default())
    }

    /// A table with other limits.
    #[must_use]
    pub fn with_limits(sink: S, limits: Limits) -> Self {
        Self {
            sink,
            limits,
            index: Index::default(),
            flows: Vec::new(),
            free: Vec::new(),
            closed: VecDeque::new(),
            live: 0,
            latest: NO_SLOT,
            count: 0,
            queued: 0,
            backlogs: 0,
            room: limits.room(0),
            holes: 0,
            starts: Waits::default(),
            losses: Waits::default(),
            resets: Waits::default(),
            idle: Idle::default(),
            due: 0,
            at: PacketAt::default(),
            recent: Recent::default(),
            #[cfg(test)]
            thorough: false,
        }
    }

    /// How many flows began so far.
    #[must_use]
    pub fn count(&self) -> u64 {
        u64::from(self.count)
    }

    #[cfg(test)]
    pub(super) fn remembered_holes(&self) -> usize {
        self.holes
    }

    /// What early segments, and what else waits or is missing, take.
    #[cfg(test)]
    pub(super) fn waiting(&self) -> (usize, usize) {
        (self.queued, self.backlogs)
    }

    /// The layer above.
    #[must_use]
    pub fn sink(&self) -> &S {
        &self.sink
    }

    /// The layer above, to be told of something else.
    pub fn sink_mut(&mut self) -> &mut S {
        &mut self.sink
    }

    /// Gives the layer above back. [`finish`](Self::finish) first.
    #[must_use]
    pub fn into_sink(self) -> S {
        self.sink
    }

    /// Takes the next segment of the capture.
    pub fn segment(&mut self, at: PacketAt, segment: &Segment<'_>) {
        self.take(at, segment);
    }

    /// The same within the loop that reads packets, so that what was decoded needs no place in memory.
    #[inline(always)]
    pub(crate) fn take(&mut self, at: PacketAt, segment: &Segment<'_>) {
        self.at = at;
        if at.number >= self.due {
            self.look_again(at);
        }
        let pair = Pair::of(&segment.src, &segment.dst);
        let direction = self.flows.get(self.latest as usize).and_then(|flow| flow.direction_of(pair, segment));
        let direction = if let Some(same) = direction {
            same
        } else {
            let found = if pair == Pair::NONE { self.find_by_ends(segment) } else { self.find(pair, segment.tunnel) };
            let Some((slot, direction)) = found else { return self.open(at, pair, segment) };
            self.latest = slot;
            direction
        };
        let slot = self.latest;
        let Some(flow) = self.flows.get_mut(slot as usize) else { return };
        flow.last = at.number;
        let flags = segment.flags;
        if let (false, Some(state)) = (flags.syn || flags.fin || flags.rst, &mut flow.state) {
            let [forward, backward] = &mut flow.streams;
            let (stream, other) = match direction {
                Direction::Forward => (forward, &*backward),
                Direction::Backward => (backward, &*forward),
            };
            let data = segment.payload;
            if stream.phase == Phase::Open
                && segment.seq == stream.next
                && stream.backlog.is_none()
                && other.backlog.is_none()
                && segment.wire_length as usize == data.len()
                && !(flags.ack && other.is_behind(segment.ack))
            {
                if data.is_empty() {
                    return;
                }
                self.recent.note(at.time, slot, segment);
                stream.next = stream.next.wrapping_add(segment.wire_length);
                let skipped = stream.take_skip(data.len() as u64);
                let told = data.get(usize::try_from(skipped).unwrap_or(usize::MAX)..).unwrap_or_default();
                if !told.is_empty() {
                    let need = self.sink.data(&flow.info, state, Chunk { direction, data: told, at });
                    stream.answer(need);
                }
                return;
            }
        }
        self.unless_copied(at, slot, direction, segment);
    }

    /// The flow between two ends, and in which direction of it a segment goes.
    #[inline(never)]
    fn find(&self, pair: Pair, tunnel: u32) -> Option<(u32, Direction)> {
        self.find_where(self.index.hash_pair(pair, tunnel), |flow| flow.direction_between(pair, tunnel))
    }

    /// The same for ends that are no pair.
    #[inline(never)]
    fn find_by_ends(&self, segment: &Segment<'_>) -> Option<(u32, Direction)> {
        let hash = self.index.hash(Pair::NONE, &[segment.src, segment.dst], segment.tunnel);
        self.find_where(hash, |flow| flow.direction_of(Pair::NONE, segment))
    }

    #[inline(always)]
    fn find_where(&self, hash: u64, of: impl Fn(&Flow<S::State>) -> Option<Direction>) -> Option<(u32, Direction)> {
        let mut direction = None;
        let slot = self.index.find(hash, |slot| {
            direction = self.flows.get(slot as usize).and_then(&of);
            direction.is_some()
        })?;
        Some((slot, direction?))
    }

    /// A segment that needs more than a look, if it is not a copy of one that was seen: that is told and left out.
    #[inline(always)]
    fn unless_copied(&mut self, at: PacketAt, slot: u32, direction: Direction, segment: &Segment<'_>) {
        let flags = segment.flags;
        if segment.wire_length > 0 || flags.syn || flags.fin || flags.rst {
            if self.recent.is_copy(at.time, slot, segment) {
                return self.note_copy(at);
            }
            self.recent.note(at.time, slot, segment);
        }
        self.unusual(at, slot, direction, segment);
    }

    fn note_copy(&mut self, at: PacketAt) {
        let note = || "a copy of a packet that was captured a moment before (on another interface, or by a mirror)".to_owned();
        self.sink.anomalies().note(AnomalyKind::DuplicatePacket, Some(at.number), note);
    }

    /// Whether a segment of no known flow is a copy of one that was seen in another tunnel, or in none. The flow is in both,
    /// then.
    fn is_copy(&mut self, at: PacketAt, hash: u64, segment: &Segment<'_>) -> bool {
        let Some(slot) = self.recent.elsewhere(at.time, segment) else { return false };
        let Some(flow) = self.flows.get_mut(slot as usize) else { return false };
        let [first, second] = flow.info.ends;
        let same = (first, second) == (segment.src, segment.dst) || (second, first) == (segment.src, segment.dst);
        if !same || flow.state.is_none() || !flow.add_tunnel(segment.tunnel) {
            return false;
        }
        self.index.alias(hash, slot);
        self.note_copy(at);
        true
    }

    /// The capture is over: every flow that is left is told to its end.
    pub fn finish(&mut self) {
        let mut live: Vec<(u32, u32)> = Vec::new();
        for (slot, flow) in (0_u32..).zip(&self.flows) {
            if flow.state.is_some() {
                live.push((flow.info.number, slot));
            }
        }
        live.sort_unstable();
        for (_, slot) in live {
            self.close(slot, self.at);
        }
    }

    /// A segment that needs more than a look.
    #[cold]
    #[inline(never)]
    fn unusual(&mut self, at: PacketAt, slot: u32, direction: Direction, segment: &Segment<'_>) {
        let Some(flow) = self.flows.get_mut(slot as usize) else { return };
        let flags = segment.flags;
        let alive = flow.state.is_some();
        let new = if flags.syn {
            !flow.knows_syn(direction, segment.seq) || flow.is_long_over(at.time)
        } else {
            !alive && segment.wire_length > 0 && !flow.knows_late(direction, segment.seq)
        };
        if new {
            self.close(slot, at);
            self.forget(slot);
            return self.open(at, Pair::of(&segment.src, &segment.dst), segment);
        }
        if flags.syn && alive {
            flow.synchronise(direction, segment);
        }
        if !alive {
            return self.late(at, slot, direction, segment);
        }
        #[cfg(test)]
        let plainly = !self.thorough && flow.takes_plainly(direction, segment);
        #[cfg(not(test))]
        let plainly = flow.takes_plainly(direction, segment);
        if plainly {
            if flags.fin {
                self.end_plainly(slot, direction, at);
            }
            return;
        }
        self.work(slot, |flow, cx| {
            flow.accept(cx, at, direction, segment);
            if flags.rst && !flow.reset {
                let stream = flow.streams.get(direction.index());
                flow.reset = stream.is_some_and(|s| s.phase != Phase::Open || s.distance(segment.seq).unsigned_abs() < 1 << 26);
            }
        });
        self.close_if_over(slot, flags.rst, at);
    }

    /// Ends a stream that nothing waits in.
    fn end_plainly(&mut self, slot: u32, direction: Direction, at: PacketAt) {
        let Some(flow) = self.flows.get_mut(slot as usize) else { return };
        let stream = flow.stream(direction);
        let unskipped = stream.end();
        if let Some(state) = &mut flow.state {
            self.sink.end(&flow.info, state, direction, StreamEnd::Fin, unskipped, at);
        }
        if flow.is_over() {
            self.close(slot, at);
        }
    }

    /// A segment of a closed flow.
    fn late(&mut self, at: PacketAt, slot: u32, direction: Direction, segment: &Segment<'_>) {
        let Some(stream) = self.flows.get(slot as usize).and_then(|flow| flow.streams.get(direction.index())) else { return };
        let length = segment.wire_length;
        if length == 0 || stream.phase != Phase::Ended || stream.deaf {
            return;
        }
        let behind = stream.distance(segment.seq).saturating_add(length.into());
        if behind > 0 {
            let note = || format!("{behind} bytes behind the end of a flow were left out");
            self.sink.anomalies().note(AnomalyKind::StreamGap, Some(at.number), note);
        } else if length > 1 {
            self.sink.anomalies().note(AnomalyKind::Retransmission, Some(at.number), || format!("{length} bytes"));
        }
    }

    /// Lets a flow do something, and queues what it then waits for.
    fn work(&mut self, slot: u32, what: impl FnOnce(&mut Flow<S::State>, &mut Context<'_, S>)) {
        let Some(flow) = self.flows.get_mut(slot as usize) else { return };
        let (before, backlogs, queued) = (flow.holes(), flow.backlogs(), self.queued);
        let mut cx = Context {
            sink: &mut self.sink,
            limits: &self.limits,
            room: self.room.saturating_sub(self.backlogs),
            queued: &mut self.queued,
            holes: self.holes,
            awaits_start: false,
            awaits_loss: false,
        };
        what(flow, &mut cx);
        let (start, loss) = (cx.awaits_start, cx.awaits_loss);
        self.holes = self.holes.saturating_add(flow.holes()).saturating_sub(before);
        let after = flow.backlogs();
        if self.queued != queued || after != backlogs {
            self.backlogs = self.backlogs.saturating_add(after).saturating_sub(backlogs);
            self.sink.room(self.room.saturating_sub(self.queued).saturating_sub(self.backlogs));
        }
        let ticket = Ticket { slot, generation: flow.generation };
        if start {
            self.starts.push(self.at.number.saturating_add(self.limits.start_wait), ticket);
        }
        if loss {
            self.losses.push(self.at.number.saturating_add(self.limits.loss_wait), ticket);
        }
        if start || loss {
            self.note_due();
        }
    }

    fn note_due(&mut self) {
        let waits = self.starts.next_due().min(self.losses.next_due()).min(self.resets.next_due());
        self.due = waits.min(self.idle.next_due());
    }

    /// Closes a flow both of whose streams ended; one that was reset a little later.
    fn close_if_over(&mut self, slot: u32, reset: bool, at: PacketAt) {
        let Some(flow) = self.flows.get(slot as usize) else { return };
        if flow.is_over() {
            self.close(slot, at);
        } else if reset && flow.reset {
            let ticket = Ticket { slot, generation: flow.generation };
            self.resets.push(at.number.saturating_add(self.limits.loss_wait), ticket);
            self.note_due();
        }
    }

    /// Looks at the flows whose waiting time is over.
    #[cold]
    fn look_again(&mut self, at: PacketAt) {
        while let Some(ticket) = self.starts.take(at.number) {
            self.look(ticket, |flow, cx| {
                for direction in [Direction::Forward, Direction::Backward] {
                    flow.begin(cx, direction, at);
                }
                flow.pump(cx, at);
            });
            self.close_if_over(ticket.slot, false, at);
        }
        while let Some(ticket) = self.losses.take(at.number) {
            self.look(ticket, |flow, cx| {
                flow.ripen(cx, at);
                flow.pump(cx, at);
            });
            self.close_if_over(ticket.slot, false, at);
        }
        while let Some(ticket) = self.resets.take(at.number) {
            // A forged RST ends nothing: only a flow that fell silent is over.
            let last = self.flows.get(ticket.slot as usize).map_or(0, |flow| flow.last);
            let due = last.saturating_add(self.limits.loss_wait);
            match self.is(ticket) {
                true if due > at.number => self.resets.push(due, ticket),
                true => self.close(ticket.slot, at),
                false => {}
            }
        }
        if let Some(last) = self.idle.look(at, self.limits.idle, self.flows.len()) {
            self.close_idle(last, at);
        }
        self.note_due();
    }

    fn is(&self, ticket: Ticket) -> bool {
        self.flows.get(ticket.slot as usize).is_some_and(|f| f.generation == ticket.generation && f.state.is_some())
    }

    fn look(&mut self, ticket: Ticket, what: impl FnOnce(&mut Flow<S::State>, &mut Context<'_, S>)) {
        if self.is(ticket) {
            self.work(ticket.slot, |flow, cx| {
                what(flow, cx);
                for stream in &mut flow.streams {
                    stream.tidy();
                }
            });
        }
    }

    /// A flow begins with this segment.
    #[cold]
    #[inline(never)]
    fn open(&mut self, at: PacketAt, pair: Pair, segment: &Segment<'_>) {
        let hash = self.index.hash(pair, &[segment.src, segment.dst], segment.tunnel);
        if self.is_copy(at, hash, segment) {
            return;
        }
        if self.live >= self.limits.flows.max(1) || (self.free.is_empty() && self.is_tight()) {
            self.make_room(at);
        }
        let info = FlowInfo { number: self.count, ends: [segment.src, segment.dst], opener: None, accepted: false };
        self.count = self.count.saturating_add(1);
        let state = self.sink.open(&info);
        let reused = self.free.pop().and_then(|slot| Some((slot, self.flows.get_mut(slot as usize)?)));
        let slot = match reused {
            Some((slot, place)) => {
                place.begin_anew(info, pair, segment.tunnel, at, state);
                slot
            }
            None => {
                // Bounded by the limits of live and remembered flows.
                let slot = u32::try_from(self.flows.len()).unwrap_or(u32::MAX);
                self.flows.push(Flow::new(info, pair, segment.tunnel, at, state));
                self.room = self.room_beside(self.flows.len());
                self.sink.room(self.room.saturating_sub(self.queued).saturating_sub(self.backlogs));
                slot
            }
        };
        let flows = &self.flows;
        self.index.insert(hash, slot, |slot| flows.get(slot as usize).map(Flow::identity));
        self.latest = slot;
        self.recent.note(at.time, slot, segment);
        self.live = self.live.saturating_add(1);
        self.unusual(at, slot, Direction::Forward, segment);
    }

    /// Ends a flow; its ports are remembered for late packets.
    fn close(&mut self, slot: u32, at: PacketAt) {
        // Nothing waits in a flow that is over.
        if !self.flows.get(slot as usize).is_some_and(Flow::is_over) {
            self.work(slot, |flow, cx| flow.flush(cx, at));
        }
        let Some(flow) = self.flows.get_mut(slot as usize) else { return };
        let Some(state) = flow.close(at.time) else { return };
        self.live = self.live.saturating_sub(1);
        self.sink.close(&flow.info, state);
        self.closed.push_back(Ticket { slot, generation: flow.generation });
        while self.closed.len() > self.limits.remembered {
            let Some(oldest) = self.closed.pop_front() else { break };
            let Some(flow) = self.flows.get(oldest.slot as usize) else { continue };
            if flow.generation == oldest.generation && flow.state.is_none() {
                self.forget(oldest.slot);
            }
        }
    }

    /// Frees the slot of a closed flow.
    fn forget(&mut self, slot: u32) {
        let Some(flow) = self.flows.get_mut(slot as usize) else { return };
        let (pair, ends, tunnel) = flow.identity();
        // Where no closed flow is remembered, closing it was to forget it.
        if !self.index.remove(self.index.hash(pair, ends, tunnel), slot) {
            return;
        }
        if flow.is_in_more_tunnels() {
            for tunnel in flow.each_tunnel().skip(1) {
                self.index.remove_alias(self.index.hash(pair, ends, tunnel), slot);
            }
        }
        if self.latest == slot {
            self.latest = NO_SLOT;
        }
        // A later look at its tickets finds another generation.
        flow.generation = flow.generation.wrapping_add(1);
        self.free.push(slot);
    }

    /// How much may be held beside so many flows.
    fn room_beside(&self, flows: usize) -> usize {
        self.limits.room(flows.saturating_mul(size_of::<Flow<S::State>>().saturating_add(INDEXED)))
    }

    /// Whether one flow more leaves too little for what is held.
    fn is_tight(&self) -> bool {
        let room = self.room_beside(self.flows.len().saturating_add(1)).saturating_sub(self.queued).saturating_sub(self.backlogs);
        self.live > 0 && self.sink.held() > room
    }

    /// Closes the flows that were quiet longest, several at once, so that looking for them is paid once.
    fn make_room(&mut self, at: PacketAt) {
        let mut quiet: Vec<(u64, u32)> = Vec::with_capacity(self.live);
        for (slot, flow) in (0_u32..).zip(&self.flows) {
            if flow.state.is_some() {
                quiet.push((flow.last, slot));
            }
        }
        let many = (quiet.len() / 32).max(1);
        if many < quiet.len() {
            quiet.select_nth_unstable(many);
            quiet.truncate(many);
        }
        quiet.sort_unstable();
        let (limit, live, bytes) = (self.limits.flows, self.live, self.limits.memory);
        let note = || {
            if live >= limit {
                format!("more than {limit} live flows; those quiet longest were closed")
            } else {
                format!(
                    "{live} live flows and what is held of them take more than {bytes} bytes; those quiet longest were closed"
                )
            }
        };
        self.sink.anomalies().note_many(AnomalyKind::FlowLimit, quiet.len() as u64, Some(at.number), note);
        self.close_all(quiet, at);
    }

    /// Closes the flows whose last packet was this one or an earlier one.
    #[cold]
    fn close_idle(&mut self, last: u64, at: PacketAt) {
        let mut quiet: Vec<(u64, u32)> = Vec::new();
        for (slot, flow) in self.flows.iter().enumerate() {
            if let (Ok(slot), true) = (u32::try_from(slot), flow.state.is_some() && flow.last <= last) {
                quiet.push((flow.last, slot));
            }
        }
        quiet.sort_unstable();
        if quiet.is_empty() {
            return;
        }
        let idle = self.limits.idle;
        let note = || format!("flows without a packet for more than {idle} seconds; they were closed");
        self.sink.anomalies().note_many(AnomalyKind::FlowIdle, quiet.len() as u64, Some(at.number), note);
        self.close_all(quiet, at);
    }

    /// Closes flows and forgets them: what comes of them later begins others.
    fn close_all(&mut self, quiet: Vec<(u64, u32)>, at: PacketAt) {
        for (_, slot) in quiet {
            let Some(flow) = self.flows.get(slot as usize) else { continue };
            let generation = flow.generation;
            self.close(slot, at);
            if self.flows.get(slot as usize).is_some_and(|flow| flow.generation == generation) {
                self.forget(slot);
            }
        }
    }
}
