//! Between the streams of the flow layer and the layer above: plain streams go through, those of TLS are opened on the way.
//!
//! What waits is bounded for a direction, for all of them, and in the number of connections that are opened at a time.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::look::{Look, look};
use super::outlet::UNKNOWN;
use super::resync::TRIALS_IN_ALL;
use super::session::{Context, Session, Step};
use super::sink::TlsSink;
use super::{KeyLog, KeyLogs, Shut, ShutFlows};
use crate::anomaly::{Anomalies, AnomalyKind};
use crate::capture::PacketAt;
use crate::flow::{Chunk, Direction, FlowInfo, Gap, Need, StreamEnd, StreamSink};

/// What may wait in one direction: for the hello of the other, or for the rest of a record.
const MOST_WAITING: usize = 256 << 10;
/// What may wait of all flows.
const WAITING_IN_ALL: usize = 32 << 20;
/// How many connections are followed at a time.
const MOST_CONNECTIONS: usize = 16_384;
/// Ports of the servers of connections that were not opened.
const MOST_PORTS: usize = 1000;

/// Opens the TLS connections of a capture for the layer above.
#[derive(Debug)]
pub struct TlsStreams<S> {
    inner: S,
    logs: Arc<KeyLogs>,
    embedded: KeyLog,
    /// What the last record holds.
    text: Vec<u8>,
    /// So many bytes may still be decrypted in vain.
    trials: u64,
    waiting: usize,
    live: usize,
    opened: u64,
    shut: BTreeMap<u16, ShutFlows>,
}

/// What is kept of a flow.
#[derive(Debug)]
pub struct TlsFlow<T> {
    inner: T,
    way: [Way; 2],
    session: Option<Box<Session>>,
}

/// What becomes of the bytes of a direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// Its first bytes are looked at.
    Look,
    /// The same, but bytes before them are lost.
    LookBehindGap,
    /// They go on as they are.
    Plain,
    /// They are TLS.
    Tls,
    /// They are TLS that is not opened.
    Shut,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session").field("facts", &self.facts).field("shut", &self.shut).finish_non_exhaustive()
    }
}

impl<T> TlsFlow<T> {
    #[inline]
    fn way(&self, direction: Direction) -> Way {
        let [forward, backward] = self.way;
        match direction {
            Direction::Forward => forward,
            Direction::Backward => backward,
        }
    }

    fn set(&mut self, direction: Direction, way: Way) {
        let [forward, backward] = &mut self.way;
        match direction {
            Direction::Forward => *forward = way,
            Direction::Backward => *backward = way,
        }
    }
}

/// Whether a direction waits for the other one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pumped {
    Done,
    Blocked,
}

impl<S: TlsSink> TlsStreams<S> {
    /// Opens with these key logs what it can, and tells the layer above.
    pub fn new(inner: S, logs: Arc<KeyLogs>) -> Self {
        Self {
            inner,
            logs,
            embedded: KeyLog::new("secrets in the capture".to_owned()),
            text: Vec::new(),
            trials: TRIALS_IN_ALL,
            waiting: 0,
            live: 0,
            opened: 0,
            shut: BTreeMap::new(),
        }
    }

    /// Takes secrets that the capture itself holds, in the format of a key log; for what comes behind them.
    pub fn embed(&mut self, secrets: &[u8]) {
        self.embedded.add(secrets);
        self.embedded.finish();
    }

    /// The secrets that the capture itself held.
    #[must_use]
    pub fn embedded(&self) -> &KeyLog {
        &self.embedded
    }

    /// How many connections gave plain text.
    #[must_use]
    pub fn opened(&self) -> u64 {
        self.opened
    }

    /// Connections of which nothing was opened, by the server's port.
    #[must_use]
    pub fn shut(&self) -> &BTreeMap<u16, ShutFlows> {
        &self.shut
    }

    /// The layer above.
    #[must_use]
    pub fn inner(&self) -> &S {
        &self.inner
    }

    /// Bytes of a stream that may be TLS.
    #[cold]
    #[inline(never)]
    fn watch(&mut self, flow: &FlowInfo, state: &mut TlsFlow<S::State>, chunk: Chunk<'_>) -> Need {
        let Chunk { direction, data, at } = chunk;
        if state.way(direction) == Way::Shut {
            return Need::Nothing;
        }
        let held = state.session.as_ref().map_or(0, |session| session.held());
        if state.session.is_none() {
            self.live += 1;
            state.session = Some(Box::new(Session::new(at.number)));
        }
        let Some(session) = state.session.as_mut() else { return Need::Nothing };
        session.side(direction).buffer.push(data, at);
        if state.way(direction) != Way::Tls {
            self.judge(flow, state, direction);
        }
        if state.way(direction) == Way::Tls {
            self.run(flow, state, direction, false);
        }
        self.settle(flow, state, held, at);
        self.need(state, direction)
    }

    /// Looks at the first bytes of a direction, as far as they are there.
    fn judge(&mut self, flow: &FlowInfo, state: &mut TlsFlow<S::State>, direction: Direction) {
        while let Some(session) = state.session.as_mut() {
            let side = session.side(direction);
            if side.buffer.bytes.is_empty() {
                return;
            }
            match look(&side.buffer.bytes) {
                Look::Unsure => return,
                Look::Proxy(length) => self.flush(flow, state, direction, length),
                Look::Plain => return self.pass(flow, state, direction),
                Look::Tls => {
                    let other = direction.reversed();
                    let unseen = session.side(other).buffer.bytes.is_empty();
                    state.set(direction, Way::Tls);
                    if unseen && matches!(state.way(other), Way::Look | Way::LookBehindGap) {
                        state.set(other, Way::Tls);
                    }
                    return;
                }
            }
        }
    }

    /// The direction is no TLS: what was held back goes on, and so does all that follows.
    fn pass(&mut self, flow: &FlowInfo, state: &mut TlsFlow<S::State>, direction: Direction) {
        let behind_gap = state.way(direction) == Way::LookBehindGap;
        state.set(direction, Way::Plain);
        self.flush(flow, state, direction, usize::MAX);
        let other = direction.reversed();
        let Some(session) = state.session.as_mut() else { return };
        let side = session.side(other);
        let idle = side.buffer.bytes.is_empty() && side.outlet.need() == Need::Bytes;
        if state.way(other) == Way::Look && idle && !behind_gap {
            state.set(other, Way::Plain);
        }
    }

    /// Hands on so many of the bytes that were held back, packet by packet.
    fn flush(&mut self, flow: &FlowInfo, state: &mut TlsFlow<S::State>, direction: Direction, length: usize) {
        let Some(session) = state.session.as_mut() else { return };
        let side = session.side(direction);
        let end = side.buffer.bytes.len().min(length);
        let mut begin = 0;
        while begin < end {
            let next = side.buffer.end_of_packet(begin).clamp(begin + 1, end);
            let data = side.buffer.bytes.get(begin..next).unwrap_or_default();
            let chunk = Chunk { direction, data, at: side.buffer.at(next) };
            side.outlet.data(&mut self.inner, flow, &mut state.inner, chunk);
            begin = next;
        }
        side.buffer.consume(end);
    }

    /// Takes what can be taken of a direction, and of the other one where it waited for that.
    fn run(&mut self, flow: &FlowInfo, state: &mut TlsFlow<S::State>, direction: Direction, last: bool) -> Pumped {
        let pumped = self.pump(flow, state, direction, last);
        let mut other = direction.reversed();
        while state.session.as_mut().is_some_and(|session| std::mem::take(&mut session.moved)) {
            if state.way(other) == Way::Tls {
                let pumped = self.pump(flow, state, other, false);
                self.late_end(flow, state, other, pumped);
            }
            other = other.reversed();
        }
        pumped
    }

    /// Takes the records of a direction.
    fn pump(&mut self, flow: &FlowInfo, state: &mut TlsFlow<S::State>, direction: Direction, last: bool) -> Pumped {
        let Some(session) = state.session.as_mut() else { return Pumped::Done };
        let mut buffer = std::mem::take(&mut session.side(direction).buffer);
        let packet = buffer.at(buffer.bytes.len()).number;
        let (mut taken, mut pumped) = (0, Pumped::Done);
        while let Some(bytes) = buffer.bytes.get(taken..).filter(|bytes| !bytes.is_empty()) {
            let mut context = Context {
                logs: &self.logs,
                embedded: &self.embedded,
                anomalies: self.inner.anomalies(),
                text: &mut self.text,
                trials: &mut self.trials,
                packet,
                last,
            };
            let (length, lost, data) = match session.step(direction, bytes, &mut context) {
                Step::Taken { length, lost, data } => (length, lost, data && !self.text.is_empty()),
                Step::More => break,
                Step::Blocked => {
                    pumped = Pumped::Blocked;
                    break;
                }
            };
            taken += length;
            let at = buffer.at(taken);
            if (lost > 0 || data) && !session.told {
                session.told = true;
                self.opened += 1;
                self.inner.secured(flow, &mut state.inner, &session.facts);
            }
            let mut outlet = session.side(direction).outlet;
            if lost > 0 {
                outlet.lose(&mut self.inner, flow, &mut state.inner, Gap { direction, length: lost, at });
            }
            if data {
                outlet.data(&mut self.inner, flow, &mut state.inner, Chunk { direction, data: &self.text, at });
            }
            session.side(direction).outlet = outlet;
            if length == 0 {
                break;
            }
        }
        buffer.consume(taken);
        session.side(direction).buffer = buffer;
        pumped
    }

    /// Minds the limits, and lets go of what is not needed any more.
    fn settle(&mut self, flow: &FlowInfo, state: &mut TlsFlow<S::State>, held: usize, at: PacketAt) {
        let Some(session) = state.session.as_mut() else { return };
        if state.way == [Way::Plain; 2] {
            state.session = None;
            self.live = self.live.saturating_sub(1);
            self.waiting = self.waiting.saturating_sub(held);
            return;
        }
        let holds = session.held();
        self.waiting = (self.waiting + holds).saturating_sub(held);
        if session.shut.is_none() && state.way.contains(&Way::Tls) {
            let longest = session.sides.iter().map(|side| side.buffer.bytes.len()).max().unwrap_or_default();
            if longest > MOST_WAITING && (session.hello.is_none() || session.server.is_none()) {
                session.shut(Shut::HandshakeLost);
            } else if longest > MOST_WAITING || self.waiting > WAITING_IN_ALL || self.live > MOST_CONNECTIONS {
                let (all, live) = (self.waiting, self.live);
                self.inner.anomalies().note(AnomalyKind::TlsLimit, Some(at.number), || {
                    format!("{longest} bytes wait in one direction, {all} in all of {live} connections; this one is not opened")
                });
                session.shut(Shut::Limit);
            }
        }
        if session.shut.is_some() {
            self.let_go(flow, state, at);
        }
    }

    /// Nothing of this connection is opened from here on.
    fn let_go(&mut self, flow: &FlowInfo, state: &mut TlsFlow<S::State>, at: PacketAt) {
        let Some(mut session) = state.session.take() else { return };
        self.live = self.live.saturating_sub(1);
        self.waiting = self.waiting.saturating_sub(session.held());
        self.note(flow, &session);
        for direction in [Direction::Forward, Direction::Backward] {
            let told = session.told;
            let side = session.side(direction);
            if told {
                let gap = Gap { direction, length: UNKNOWN, at };
                side.outlet.lose(&mut self.inner, flow, &mut state.inner, gap);
            }
            if let Some(end) = side.end.take() {
                side.outlet.end(&mut self.inner, flow, &mut state.inner, direction, end);
            }
            if state.way(direction) != Way::Plain {
                state.set(direction, Way::Shut);
            }
        }
        if !session.told {
            self.inner.shut(flow, &mut state.inner);
        }
    }

    /// Counts a connection that was not opened, and says why where there were secrets.
    fn note(&mut self, flow: &FlowInfo, session: &Session) {
        let Some(why) = &session.shut else { return };
        let name = session.facts.sni.as_deref();
        let [first, second] = flow.ends;
        if !session.told {
            let opener = flow.opener.or(session.client);
            let port = opener.map_or(first.port.min(second.port), |opener| flow.dst(opener).port);
            if self.shut.len() < MOST_PORTS || self.shut.contains_key(&port) {
                self.shut.entry(port).or_default().add(name, why);
            }
        }
        let secrets = !self.logs.is_empty() || self.embedded.connections() > 0;
        if secrets && !matches!(why, Shut::NoKeys | Shut::Alert(_) | Shut::Unfinished) {
            self.inner.anomalies().note(AnomalyKind::TlsNotOpened, Some(session.packet), || {
                let name = name.map_or_else(String::new, |name| format!(" (for {name})"));
                format!("{first} to {second}{name}: {why}")
            });
        }
    }

    /// A stream ended while its bytes waited; they do not any more.
    fn late_end(&mut self, flow: &FlowInfo, state: &mut TlsFlow<S::State>, direction: Direction, pumped: Pumped) {
        let Some(session) = state.session.as_mut() else { return };
        if pumped == Pumped::Blocked {
            return;
        }
        let Some((end, at)) = session.side(direction).end.take() else { return };
        self.finish(flow, state, direction, end, at);
    }

    /// Tells the end of a direction; what waits of it is the beginning of a record.
    fn finish(&mut self, flow: &FlowInfo, state: &mut TlsFlow<S::State>, direction: Direction, end: StreamEnd, at: PacketAt) {
        let Some(session) = state.session.as_mut() else { return };
        let told = session.told;
        let side = session.side(direction);
        let cut = side.buffer.bytes.len() as u64 + side.search.take().map_or(0, |search| search.lost);
        side.buffer.clear();
        if told && cut > 0 {
            self.inner.anomalies().note(AnomalyKind::TlsRecordLost, Some(at.number), || {
                format!("the stream ended behind {cut} bytes of records that are not whole")
            });
            let gap = Gap { direction, length: UNKNOWN, at };
            side.outlet.lose(&mut self.inner, flow, &mut state.inner, gap);
        }
        side.outlet.end(&mut self.inner, flow, &mut state.inner, direction, (end, at));
    }

    fn need(&self, state: &mut TlsFlow<S::State>, direction: Direction) -> Need {
        let way = state.way(direction);
        match (way, state.session.as_mut().map(|session| session.side(direction).outlet)) {
            (Way::Shut, _) => Need::Nothing,
            (Way::Plain, Some(outlet)) => outlet.need(),
            (Way::Tls, Some(outlet)) if outlet.deaf => Need::Nothing,
            _ => Need::Bytes,
        }
    }
}

impl<S: TlsSink> StreamSink for TlsStreams<S> {
    type State = TlsFlow<S::State>;

    #[inline]
    fn open(&mut self, flow: &FlowInfo) -> Self::State {
        TlsFlow { inner: self.inner.open(flow), way: [Way::Look; 2], session: None }
    }

    #[inline]
    fn data(&mut self, flow: &FlowInfo, state: &mut Self::State, chunk: Chunk<'_>) -> Need {
        match state.way(chunk.direction) {
            Way::Plain => return self.inner.data(flow, &mut state.inner, chunk),
            Way::Look if state.session.is_none() && look(chunk.data) == Look::Plain => {
                state.way = [Way::Plain; 2];
                return self.inner.data(flow, &mut state.inner, chunk);
            }
            _ => {}
        }
        self.watch(flow, state, chunk)
    }

    fn gap(&mut self, flow: &FlowInfo, state: &mut Self::State, gap: Gap) -> Need {
        let direction = gap.direction;
        let way = state.way(direction);
        let held = state.session.as_ref().map_or(0, |session| session.held());
        match way {
            Way::Shut => return Need::Nothing,
            Way::Plain => return self.inner.gap(flow, &mut state.inner, gap),
            Way::Look | Way::LookBehindGap => {
                let held_back = state.session.as_mut().is_some_and(|session| !session.side(direction).buffer.bytes.is_empty());
                if held_back {
                    self.pass(flow, state, direction);
                } else {
                    state.set(direction, Way::LookBehindGap);
                }
                let Some(session) = state.session.as_mut() else { return self.inner.gap(flow, &mut state.inner, gap) };
                session.side(direction).outlet.lose(&mut self.inner, flow, &mut state.inner, gap);
            }
            Way::Tls => {
                if let Some(session) = state.session.as_mut() {
                    session.lose(direction, gap.length);
                }
                self.run(flow, state, direction, false);
            }
        }
        let need = self.need(state, direction);
        self.settle(flow, state, held, gap.at);
        if state.way(direction) == Way::Shut { Need::Nothing } else { need }
    }

    fn end(
        &mut self,
        flow: &FlowInfo,
        state: &mut Self::State,
        direction: Direction,
        end: StreamEnd,
        unskipped: u64,
        at: PacketAt,
    ) {
        let held = state.session.as_ref().map_or(0, |session| session.held());
        match state.way(direction) {
            Way::Look | Way::LookBehindGap if state.session.is_some() => {
                self.pass(flow, state, direction);
                let Some(session) = state.session.as_mut() else { return };
                session.side(direction).outlet.end(&mut self.inner, flow, &mut state.inner, direction, (end, at));
            }
            Way::Tls => {
                if self.run(flow, state, direction, true) == Pumped::Blocked {
                    let Some(session) = state.session.as_mut() else { return };
                    session.side(direction).end = Some((end, at));
                } else {
                    self.finish(flow, state, direction, end, at);
                }
            }
            _ => return self.inner.end(flow, &mut state.inner, direction, end, unskipped, at),
        }
        self.settle(flow, state, held, at);
    }

    fn close(&mut self, flow: &FlowInfo, mut state: Self::State) {
        if let Some(session) = state.session.as_mut() {
            self.waiting = self.waiting.saturating_sub(session.held());
            self.live = self.live.saturating_sub(1);
            for direction in [Direction::Forward, Direction::Backward] {
                if let Some((end, at)) = state.session.as_mut().and_then(|session| session.side(direction).end.take()) {
                    self.finish(flow, &mut state, direction, end, at);
                }
            }
            if let Some(mut session) = state.session.take()
                && !session.told
                && state.way.contains(&Way::Tls)
                && let Some(why) = session.why()
            {
                session.shut = Some(why);
                self.note(flow, &session);
                self.inner.shut(flow, &mut state.inner);
            }
        }
        self.inner.close(flow, state.inner);
    }

    fn anomalies(&mut self) -> &mut Anomalies {
        self.inner.anomalies()
    }
}
