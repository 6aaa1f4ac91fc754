//! One flow: what a segment means for its two streams.
//!
//! The usual segment never comes here (see [`table`](super::table)); this is the path for everything else: early and
//! repeated bytes, holes, beginnings and ends. Two rules keep messages the same however the capture ordered the packets:
//! a stream is told in order of its sequence numbers, and a segment is told only behind the bytes that its sender had
//! acknowledged, so that a response never comes before its request.

use super::backlog::{Early, Hole};
use super::limits::Limits;
use super::stream::{CREDIBLE, Phase, Stream};
use super::{Chunk, Direction, FlowInfo, Gap, StreamEnd, StreamSink};
use crate::anomaly::AnomalyKind;
use crate::capture::PacketAt;
use crate::wire::Segment;

/// How far a skipped stream follows a segment that jumps ahead.
const JUMP: i64 = 64 << 20;
/// An early segment farther ahead that nothing follows is no part of the stream.
const WILD: u64 = 64 << 20;
/// How near a SYN must lie to the bytes seen before it.
const NEAR: u32 = 1 << 20;

/// What a flow needs of its table.
pub(super) struct Context<'c, S> {
    pub(super) sink: &'c mut S,
    pub(super) limits: &'c Limits,
    /// What the early segments of all flows cost.
    pub(super) queued: &'c mut usize,
    /// Set where a stream waits for its beginning.
    pub(super) awaits_start: bool,
    /// Set where a stream waits for missing bytes.
    pub(super) awaits_loss: bool,
}

/// One flow in its slot.
#[derive(Debug)]
pub(super) struct Flow<T> {
    pub(super) info: FlowInfo,
    pub(super) tunnel: u32,
    /// Tells apart the flows that used this slot one after the other.
    pub(super) generation: u32,
    /// The last packet.
    pub(super) last: u64,
    pub(super) streams: [Stream; 2],
    /// What the layer above keeps; `None` when the flow is closed and only remembered.
    pub(super) state: Option<T>,
    /// An RST was seen; what else was on its way is waited for.
    pub(super) reset: bool,
}

impl<T> Flow<T> {
    fn stream(&mut self, direction: Direction) -> &mut Stream {
        let [forward, backward] = &mut self.streams;
        match direction {
            Direction::Forward => forward,
            Direction::Backward => backward,
        }
    }

    fn peek(&self, direction: Direction) -> &Stream {
        let [forward, backward] = &self.streams;
        match direction {
            Direction::Forward => forward,
            Direction::Backward => backward,
        }
    }

    /// Whether a SYN with this sequence number is a part of this flow, not the beginning of another one.
    pub(super) fn knows_syn(&self, direction: Direction, seq: u32) -> bool {
        let stream = self.peek(direction);
        let other = self.peek(direction.reversed());
        match stream.phase {
            Phase::Unseen => other.synced || matches!(other.phase, Phase::Unseen | Phase::Hinted | Phase::Held),
            Phase::Hinted => stream.isn.wrapping_sub(seq) < NEAR,
            Phase::Held => stream.isn.wrapping_sub(seq).wrapping_add(NEAR) < 2 * NEAR,
            Phase::Open | Phase::Ended => stream.isn == seq,
        }
    }

    /// Whether a segment on a closed flow is a late one of it, not the beginning of another one.
    pub(super) fn knows_late(&self, direction: Direction, seq: u32) -> bool {
        let stream = self.peek(direction);
        stream.phase == Phase::Ended && stream.distance(seq) < i64::from(NEAR)
    }

    /// Learns from a SYN where the streams begin.
    pub(super) fn synchronise(&mut self, direction: Direction, segment: &Segment<'_>) {
        let stream = self.stream(direction);
        stream.begin_behind(segment.seq);
        if segment.flags.ack {
            self.stream(direction.reversed()).begin_behind(segment.ack.wrapping_sub(1));
            self.info.opener = Some(direction.reversed());
        } else if self.info.opener.is_none() {
            self.info.opener = Some(direction);
        }
    }

    /// Takes one segment.
    pub(super) fn accept<S: StreamSink<State = T>>(
        &mut self,
        cx: &mut Context<'_, S>,
        at: PacketAt,
        direction: Direction,
        segment: &Segment<'_>,
    ) {
        let seq = segment.seq.wrapping_add(u32::from(segment.flags.syn));
        let wire = (segment.payload.len() as u64).max(u64::from(segment.wire_length));
        let stream = self.stream(direction);
        if stream.phase == Phase::Unseen {
            stream.phase = Phase::Hinted;
            stream.isn = seq.wrapping_sub(1);
        }
        let ack = segment.flags.ack.then_some(segment.ack);
        if wire > 0 {
            self.bytes(cx, at, direction, seq, segment.payload, wire, ack);
        }
        if segment.flags.fin {
            self.fin(cx, at, direction, seq.wrapping_add(wire as u32));
        }
        let stream = self.peek(direction);
        let credible = stream.phase != Phase::Open || stream.distance(seq).unsigned_abs() <= WILD;
        if let Some(ack) = ack.filter(|_| credible) {
            self.acknowledged(cx, at, direction.reversed(), ack);
        }
        self.ripen(cx, at);
        self.pump(cx, at);
        for stream in &mut self.streams {
            stream.tidy();
        }
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one segment")]
    fn bytes<S: StreamSink<State = T>>(
        &mut self,
        cx: &mut Context<'_, S>,
        at: PacketAt,
        direction: Direction,
        seq: u32,
        mut data: &[u8],
        mut wire: u64,
        ack: Option<u32>,
    ) {
        let blocked = ack.is_some_and(|ack| self.peek(direction.reversed()).is_behind(ack));
        let stream = self.stream(direction);
        match stream.phase {
            Phase::Ended => return self.behind_end(cx, at, direction, seq, wire),
            Phase::Unseen | Phase::Hinted => {
                stream.phase = Phase::Held;
                stream.isn = seq.wrapping_sub(1);
                stream.next = seq;
                cx.awaits_start = true;
            }
            Phase::Held | Phase::Open => {}
        }
        let mut distance = stream.distance(seq);
        if stream.phase == Phase::Open {
            if distance < 0 {
                let old = distance.unsigned_abs();
                if old == 1 && wire == 1 {
                    return; // a keep-alive probe (RFC 9293 §3.8.4)
                }
                let filled = stream.backlog.as_mut().is_some_and(|backlog| {
                    let start = backlog.at(distance);
                    backlog.fill(start, start.saturating_add(wire).min(backlog.position))
                });
                let kind = if filled { AnomalyKind::OutOfOrder } else { AnomalyKind::Retransmission };
                if !stream.deaf {
                    cx.sink.anomalies().note(kind, Some(at.number), || format!("{} bytes", old.min(wire)));
                }
                if old >= wire {
                    return;
                }
                data = data.get(usize::try_from(old).unwrap_or(usize::MAX)..).unwrap_or_default();
                wire -= old;
                distance = 0;
            }
            if !stream.backlog.as_ref().is_some_and(|b| b.waits()) {
                let jump = distance.unsigned_abs();
                if distance > 0 && (stream.deaf || (jump <= stream.skip && distance < JUMP)) {
                    skip_over(stream, cx, jump, at);
                    distance = 0;
                }
                let passed = stream.deaf || wire <= stream.skip;
                if distance == 0 && (passed || !blocked) {
                    return self.deliver(cx, direction, data, wire, at);
                }
            }
        }
        self.queue(cx, direction, distance, Early { data: data.to_vec(), wire, ack, at });
    }

    /// Bytes behind the end of a stream.
    fn behind_end<S: StreamSink<State = T>>(
        &mut self,
        cx: &mut Context<'_, S>,
        at: PacketAt,
        direction: Direction,
        seq: u32,
        wire: u64,
    ) {
        let stream = self.peek(direction);
        let behind = stream.distance(seq).saturating_add_unsigned(wire);
        if stream.deaf {
        } else if behind > 0 {
            let note = || format!("{behind} bytes behind the end of a stream were left out");
            cx.sink.anomalies().note(AnomalyKind::StreamGap, Some(at.number), note);
        } else {
            cx.sink.anomalies().note(AnomalyKind::Retransmission, Some(at.number), || format!("{wire} bytes"));
        }
    }

    fn fin<S: StreamSink<State = T>>(&mut self, cx: &mut Context<'_, S>, at: PacketAt, direction: Direction, seq: u32) {
        let stream = self.stream(direction);
        match stream.phase {
            Phase::Ended => return,
            Phase::Unseen | Phase::Hinted => {
                stream.phase = Phase::Held;
                stream.next = seq;
                cx.awaits_start = true;
            }
            Phase::Open if stream.distance(seq) == 0 && stream.backlog.is_none() => {
                return self.end(cx, direction, StreamEnd::Fin, at);
            }
            Phase::Held | Phase::Open => {}
        }
        let distance = stream.distance(seq);
        let backlog = stream.backlog();
        if distance >= 0 && backlog.fin.is_none() {
            backlog.fin = Some(backlog.at(distance));
        }
    }

    /// The peer has everything before `ack`: what the capture lacks of it was sent, and will hardly come again.
    fn acknowledged<S: StreamSink<State = T>>(&mut self, cx: &mut Context<'_, S>, at: PacketAt, direction: Direction, ack: u32) {
        let wait = cx.limits.loss_wait;
        let stream = self.stream(direction);
        let distance = stream.distance(ack);
        let beyond = distance > 0 && distance <= i64::from(CREDIBLE);
        if stream.phase != Phase::Open || stream.deaf || (stream.backlog.is_none() && !beyond) || distance > i64::from(CREDIBLE) {
            return;
        }
        let backlog = stream.backlog();
        backlog.acked = backlog.acked.max(backlog.at(distance));
        if backlog.ripening.is_none() && backlog.lacks(backlog.acked) {
            backlog.ripening = Some((backlog.acked, at.number.saturating_add(wait)));
            cx.awaits_loss = true;
        }
    }

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
            note_gap(cx, hole.end - hole.start, hole.at);
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
            } else if target - position == 1 && known.is_none() {
                // One number that no byte was seen for, at the end: a FIN that the capture does not hold.
                self.stream(direction).advance(1);
            } else {
                self.lose(cx, direction, target, at);
            }
        }
    }

    /// Goes over missing bytes.
    fn lose<S: StreamSink<State = T>>(&mut self, cx: &mut Context<'_, S>, direction: Direction, target: u64, at: PacketAt) {
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
    fn pass<S: StreamSink<State = T>>(&mut self, cx: &mut Context<'_, S>, direction: Direction, length: u64, at: PacketAt) {
        let stream = self.stream(direction);
        stream.advance(length);
        let left = length - stream.take_skip(length);
        if left == 0 {
            return;
        }
        if let Some(state) = &mut self.state {
            let need = cx.sink.gap(&self.info, state, Gap { direction, length: left, at });
            self.stream(direction).answer(need);
        }
    }

    /// Tells bytes that are next.
    fn deliver<S: StreamSink<State = T>>(
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
        let cut = wire - there;
        if cut > 0 {
            let stream = self.stream(direction);
            if !stream.deaf && stream.skip < cut {
                note_gap(cx, cut, at);
            }
            self.pass(cx, direction, cut, at);
        }
    }

    /// Keeps a segment until what is before it is there. Where there is no room, what is missing is given up.
    fn queue<S: StreamSink<State = T>>(&mut self, cx: &mut Context<'_, S>, direction: Direction, distance: i64, early: Early) {
        let start = self.stream(direction).backlog().at(distance);
        let (cost, at) = (early.cost(), early.at);
        loop {
            let own = self.stream(direction).backlog().cost;
            let over = own + cost > cx.limits.stream_bytes || *cx.queued + cost > cx.limits.total_bytes;
            if !over {
                break;
            }
            let note = || format!("{} bytes of early segments in a stream, {} in all", own + cost, *cx.queued + cost);
            cx.sink.anomalies().note(AnomalyKind::ReassemblyLimit, Some(at.number), note);
            if !self.force(cx, direction, at) {
                // Not even this one has room.
                self.begin(cx, direction, at);
                self.lose(cx, direction, start, at);
                let position = self.stream(direction).backlog().position;
                let old = position.saturating_sub(start);
                if old < early.wire {
                    let data = early.data.get(usize::try_from(old).unwrap_or(usize::MAX)..).unwrap_or_default();
                    self.deliver(cx, direction, data, early.wire - old, at);
                }
                return;
            }
        }
        let backlog = self.stream(direction).backlog();
        let late = backlog.reaches_beyond(start);
        let queued = backlog.insert(start, &early.data, early.wire, early.ack, at);
        *cx.queued += queued.cost;
        let anomalies = cx.sink.anomalies();
        if queued.conflicting {
            let note = || format!("{} bytes sent again differ from those sent first, which count", early.wire);
            anomalies.note(AnomalyKind::ConflictingRetransmission, Some(at.number), note);
        } else if queued.repeated {
            anomalies.note(AnomalyKind::Retransmission, Some(at.number), || format!("{} bytes", early.wire));
        } else if late {
            anomalies.note(AnomalyKind::OutOfOrder, Some(at.number), || format!("{} bytes", early.wire));
        }
    }

    /// Gives up the hole before the first early segment and tells that segment; false where there is none.
    fn force<S: StreamSink<State = T>>(&mut self, cx: &mut Context<'_, S>, direction: Direction, at: PacketAt) -> bool {
        self.begin(cx, direction, at);
        let Some(backlog) = &mut self.stream(direction).backlog else { return false };
        let position = backlog.position;
        let acked = backlog.acked;
        let Some((start, early)) = backlog.pop() else { return false };
        *cx.queued -= early.cost().min(*cx.queued);
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
            self.deliver(cx, direction, data, early.wire - old, early.at);
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
            if !forward && !backward {
                return any;
            }
            any = true;
        }
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
            let Some((start, early)) = backlog.pop() else { return any };
            *cx.queued -= early.cost().min(*cx.queued);
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
        let moved = first.wrapping_sub(backlog.position) as u32;
        backlog.position = first;
        stream.next = stream.next.wrapping_add(moved);
        stream.isn = stream.next.wrapping_sub(1);
        if self.info.opener.is_none() && self.peek(direction.reversed()).phase != Phase::Open {
            let src = self.info.src(direction);
            let note = || format!("the first packet of a flow from {src} is no SYN");
            cx.sink.anomalies().note(AnomalyKind::FlowBeganBefore, Some(first_at.number), note);
        }
    }

    fn end<S: StreamSink<State = T>>(&mut self, cx: &mut Context<'_, S>, direction: Direction, how: StreamEnd, at: PacketAt) {
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
            note_gap(cx, hole.end - hole.start, hole.at);
        }
        if left > 0 {
            *cx.queued -= left.min(*cx.queued);
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
fn skip_over<S: StreamSink>(stream: &mut Stream, cx: &mut Context<'_, S>, bytes: u64, at: PacketAt) {
    if !stream.deaf {
        let backlog = stream.backlog();
        let start = backlog.position;
        if let Some(hole) = backlog.dig(Hole { start, end: start.saturating_add(bytes), at }) {
            note_gap(cx, hole.end - hole.start, hole.at);
        }
    }
    stream.advance(bytes);
    stream.take_skip(bytes);
}

fn note_gap<S: StreamSink>(cx: &mut Context<'_, S>, length: u64, at: PacketAt) {
    let note = || format!("{length} bytes are not in the capture");
    cx.sink.anomalies().note(AnomalyKind::StreamGap, Some(at.number), note);
}
