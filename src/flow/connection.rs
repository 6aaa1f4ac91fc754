//! One flow: what a segment means for its two streams.
//!
//! The usual segment never comes here (see [`table`](super::table)); this is the path for everything else: early and
//! repeated bytes, holes, beginnings and ends. Two rules keep messages the same however the capture ordered the packets:
//! a stream is told in order of its sequence numbers, and a segment is told only behind the bytes that its sender had
//! acknowledged, so that a response never comes before its request.

use super::backlog::Early;
use super::index::Pair;
use super::limits::Limits;
use super::release::skip_over;
use super::stream::{CREDIBLE, Phase, Stream};
use super::{Direction, FlowInfo, StreamEnd, StreamSink};
use crate::anomaly::AnomalyKind;
use crate::capture::{PacketAt, Timestamp};
use crate::wire::{Endpoint, Segment};

/// How far a skipped stream follows a segment that jumps ahead.
pub(super) const JUMP: i64 = 64 << 20;
/// An early segment farther ahead that nothing follows is no part of the stream.
pub(super) const WILD: u64 = 64 << 20;
/// How near a SYN must lie to the bytes seen before it.
const NEAR: u32 = 1 << 20;

/// What a flow needs of its table.
pub(super) struct Context<'c, S> {
    pub(super) sink: &'c mut S,
    pub(super) limits: &'c Limits,
    /// What the early segments of all flows cost.
    pub(super) queued: &'c mut usize,
    /// What they and the layers above may cost together.
    pub(super) room: usize,
    /// How many holes in skipped bytes all flows remember.
    pub(super) holes: usize,
    /// Set where a stream waits for its beginning.
    pub(super) awaits_start: bool,
    /// Set where a stream waits for missing bytes.
    pub(super) awaits_loss: bool,
}

/// One flow in its slot. What each packet reads and writes lies in two lines of the cache: with many live flows, fetching them
/// is most of what a packet costs.
#[derive(Debug)]
#[repr(C, align(64))]
pub(super) struct Flow<T> {
    /// Its ends, to be compared quickly.
    pub(super) pair: Pair,
    /// The tunnel that it is in; others follow where copies of its packets come from them, as those of a mirror do.
    pub(super) tunnels: [u32; 3],
    /// Tells apart the flows that used this slot one after the other.
    pub(super) generation: u32,
    /// The last packet.
    pub(super) last: u64,
    /// What the layer above keeps; `None` when the flow is closed and only remembered.
    pub(super) state: Option<T>,
    pub(super) streams: [Stream; 2],
    pub(super) info: FlowInfo,
    /// The second in which it was closed; the last one that fits, for later ones.
    over: u32,
    /// An RST was seen; what else was on its way is waited for.
    pub(super) reset: bool,
}

impl<T> Flow<T> {
    /// A flow that begins with this packet.
    pub(super) fn new(info: FlowInfo, pair: Pair, tunnel: u32, at: PacketAt, state: T) -> Self {
        Self {
            info,
            pair,
            tunnels: [tunnel; 3],
            generation: 0,
            last: at.number,
            streams: [Stream::new(), Stream::new()],
            state: Some(state),
            reset: false,
            over: 0,
        }
    }

    /// The same in the slot of another that is forgotten; its generation stays, since it was counted then.
    pub(super) fn begin_anew(&mut self, info: FlowInfo, pair: Pair, tunnel: u32, at: PacketAt, state: T) {
        (self.info, self.pair, self.tunnels, self.last, self.reset) = (info, pair, [tunnel; 3], at.number, false);
        self.streams.iter_mut().for_each(|stream| *stream = Stream::new());
        self.state = Some(state);
    }

    /// What its index finds it by.
    pub(super) fn identity(&self) -> (Pair, &[Endpoint; 2], u32) {
        let [tunnel, ..] = self.tunnels;
        (self.pair, &self.info.ends, tunnel)
    }

    /// In which direction of it a segment goes, whose ends `pair` holds; `None` where it belongs to another flow.
    #[inline(always)]
    pub(super) fn direction_of(&self, pair: Pair, segment: &Segment<'_>) -> Option<Direction> {
        let direction = self.direction_between(pair, segment.tunnel)?;
        if pair == Pair::NONE { self.direction_by_ends(segment) } else { Some(direction) }
    }

    /// The same of what comes in a tunnel between ends that are a pair.
    #[inline(always)]
    pub(super) fn direction_between(&self, pair: Pair, tunnel: u32) -> Option<Direction> {
        let same = self.pair == pair;
        if !(same || self.pair == pair.reversed()) || !self.tunnels.contains(&tunnel) {
            return None;
        }
        Some(if same { Direction::Forward } else { Direction::Backward })
    }

    #[inline(never)]
    fn direction_by_ends(&self, segment: &Segment<'_>) -> Option<Direction> {
        let [first, second] = &self.info.ends;
        if *first == segment.src && *second == segment.dst {
            Some(Direction::Forward)
        } else if *first == segment.dst && *second == segment.src {
            Some(Direction::Backward)
        } else {
            None
        }
    }

    /// Both streams ended, and nothing of them waits.
    #[inline]
    pub(super) fn is_over(&self) -> bool {
        self.streams.iter().all(|stream| stream.phase == Phase::Ended)
    }

    /// Takes a segment without bytes where nothing waits and nothing is missing in either direction, but its FIN, which is the
    /// next then. False where it may mean more; then nothing was taken. What is taken here would be taken in the same way by
    /// [`accept`](Self::accept), which looks at much more.
    pub(super) fn takes_plainly(&mut self, direction: Direction, segment: &Segment<'_>) -> bool {
        let flags = segment.flags;
        let [forward, backward] = &mut self.streams;
        let (stream, other) = match direction {
            Direction::Forward => (forward, &*backward),
            Direction::Backward => (backward, &*forward),
        };
        let seq = segment.seq.wrapping_add(u32::from(flags.syn));
        let waits = stream.backlog.is_some() || other.backlog.is_some();
        if waits || flags.rst || segment.wire_length > 0 || !segment.payload.is_empty() {
            return false;
        }
        if flags.fin && (stream.phase != Phase::Open || seq != stream.next) {
            return false;
        }
        if flags.ack
            && other.phase == Phase::Open
            && !other.deaf
            && (1..=i64::from(CREDIBLE)).contains(&other.distance(segment.ack))
        {
            return false;
        }
        if stream.phase == Phase::Unseen {
            stream.phase = Phase::Hinted;
            stream.isn = seq.wrapping_sub(1);
        }
        true
    }

    /// Whether copies of its packets came from other tunnels.
    pub(super) fn is_in_more_tunnels(&self) -> bool {
        let [first, second, third] = self.tunnels;
        first != second || first != third
    }

    /// The tunnels, each once.
    pub(super) fn each_tunnel(&self) -> impl Iterator<Item = u32> {
        let [first, second, third] = self.tunnels;
        let second = Some(second).filter(|tunnel| *tunnel != first);
        let third = Some(third).filter(|tunnel| *tunnel != first && Some(*tunnel) != second);
        [Some(first), second, third].into_iter().flatten()
    }

    /// Adds a tunnel from which copies come; false where there is no more room.
    pub(super) fn add_tunnel(&mut self, tunnel: u32) -> bool {
        let [first, second, third] = &mut self.tunnels;
        let place = if second == first { second } else { third };
        let free = place == first;
        if free {
            *place = tunnel;
        }
        free
    }

    pub(super) fn stream(&mut self, direction: Direction) -> &mut Stream {
        let [forward, backward] = &mut self.streams;
        match direction {
            Direction::Forward => forward,
            Direction::Backward => backward,
        }
    }

    pub(super) fn peek(&self, direction: Direction) -> &Stream {
        let [forward, backward] = &self.streams;
        match direction {
            Direction::Forward => forward,
            Direction::Backward => backward,
        }
    }

    /// How many holes in skipped bytes it remembers.
    pub(super) fn holes(&self) -> usize {
        self.streams.iter().filter_map(|stream| stream.backlog.as_ref()).map(|backlog| backlog.holes()).sum()
    }

    /// What its backlogs take beside early segments.
    pub(super) fn backlogs(&self) -> usize {
        let sizes = self.streams.iter().filter_map(|stream| stream.backlog.as_ref()).map(|backlog| backlog.size());
        sizes.fold(0, usize::saturating_add)
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

    /// Whether a SYN that repeats the one of this flow begins another: a clock that went on behind the close says so, where
    /// sequence numbers start over (simple stacks, made-up captures). A SYN that was recorded twice comes at once.
    pub(super) fn is_long_over(&self, now: Timestamp) -> bool {
        self.state.is_none() && now.seconds() > u64::from(self.over).saturating_add(1) && self.over < u32::MAX
    }

    /// It is closed: gives back what the layer above kept.
    pub(super) fn close(&mut self, now: Timestamp) -> Option<T> {
        self.over = u32::try_from(now.seconds()).unwrap_or(u32::MAX);
        self.state.take()
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
            self.info.accepted = true;
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
            self.fin(cx, at, direction, seq.wrapping_add((wire & 0xffff_ffff) as u32));
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
                wire = wire.saturating_sub(old);
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
        self.queue(cx, direction, distance, &Early { data: data.to_vec(), wire, ack, at });
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

    /// Keeps a segment until what is before it is there. Where there is no room, what is missing is given up.
    fn queue<S: StreamSink<State = T>>(&mut self, cx: &mut Context<'_, S>, direction: Direction, distance: i64, early: &Early) {
        let start = self.stream(direction).backlog().at(distance);
        let at = early.at;
        loop {
            let backlog = self.stream(direction).backlog();
            let cost = backlog.would_cost(early);
            let (own, all) = (backlog.cost.saturating_add(cost), cx.queued.saturating_add(cost));
            let above = cx.sink.held();
            if own <= cx.limits.stream_bytes
                && all <= cx.limits.total_bytes
                && all.saturating_mul(2).saturating_add(above) <= cx.room
            {
                break;
            }
            let note = || format!("{own} bytes of early segments in a stream, {all} in all, {above} held above them");
            cx.sink.anomalies().note(AnomalyKind::ReassemblyLimit, Some(at.number), note);
            if !self.force(cx, direction, at) {
                // Not even this one has room.
                self.begin(cx, direction, at);
                self.lose(cx, direction, start, at);
                let position = self.stream(direction).backlog().position;
                let old = position.saturating_sub(start);
                if old < early.wire {
                    let data = early.data.get(usize::try_from(old).unwrap_or(usize::MAX)..).unwrap_or_default();
                    self.deliver(cx, direction, data, early.wire.saturating_sub(old), at);
                }
                return;
            }
        }
        let backlog = self.stream(direction).backlog();
        let late = backlog.reaches_beyond(start);
        let queued = backlog.insert(start, &early.data, early.wire, early.ack, at);
        *cx.queued = cx.queued.saturating_add(queued.cost);
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
}
