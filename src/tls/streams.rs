//! Between the streams of the flow layer and the layer above: plain streams go through, those of TLS are opened on the way.

use super::limits::Limits;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::look::{Look, look};
use super::pump::Pumped;
use super::resync::TRIALS_IN_ALL;
use super::session::Session;
use super::sink::TlsSink;
use super::{KeyLog, KeyLogs, ShutFlows};
use crate::anomaly::Anomalies;
use crate::capture::PacketAt;
use crate::flow::{Chunk, Direction, FlowInfo, Gap, Need, StreamEnd, StreamSink};

/// Opens the TLS connections of a capture for the layer above.
#[derive(Debug)]
pub struct TlsStreams<S> {
    pub(super) limits: Limits,
    pub(super) inner: S,
    pub(super) logs: Arc<KeyLogs>,
    pub(super) embedded: KeyLog,
    /// What the last record holds.
    pub(super) text: Vec<u8>,
    /// So many bytes may still be decrypted in vain.
    pub(super) trials: u64,
    pub(super) waiting: usize,
    /// What may be held here and above, and what of it key logs leave.
    given: usize,
    pub(super) room: usize,
    pub(super) live: usize,
    pub(super) opened: u64,
    pub(super) shut: BTreeMap<u16, ShutFlows>,
}

/// What is kept of a flow.
#[derive(Debug)]
pub struct TlsFlow<T> {
    pub(super) inner: T,
    pub(super) way: [Way; 2],
    pub(super) session: Option<Box<Session>>,
}

/// What becomes of the bytes of a direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
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
    pub(super) fn way(&self, direction: Direction) -> Way {
        let [forward, backward] = self.way;
        match direction {
            Direction::Forward => forward,
            Direction::Backward => backward,
        }
    }

    pub(super) fn set(&mut self, direction: Direction, way: Way) {
        let [forward, backward] = &mut self.way;
        match direction {
            Direction::Forward => *forward = way,
            Direction::Backward => *backward = way,
        }
    }
}

impl<S: TlsSink> TlsStreams<S> {
    /// Opens with these key logs what it can, and tells the layer above.
    pub fn new(inner: S, logs: Arc<KeyLogs>) -> Self {
        Self::with_limits(inner, logs, Limits::default())
    }

    /// The same within other limits.
    pub fn with_limits(inner: S, logs: Arc<KeyLogs>, limits: Limits) -> Self {
        Self {
            limits,
            inner,
            logs,
            embedded: KeyLog::new("secrets in the capture".to_owned(), limits.secrets),
            text: Vec::new(),
            trials: TRIALS_IN_ALL,
            waiting: 0,
            given: usize::MAX,
            room: usize::MAX,
            live: 0,
            opened: 0,
            shut: BTreeMap::new(),
        }
    }

    /// Takes secrets that the capture itself holds, in the format of a key log; for what comes behind them.
    pub fn embed(&mut self, secrets: &[u8]) {
        self.embedded.add(secrets);
        self.embedded.finish();
        let given = self.given;
        self.room(given);
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

    /// The same, of those since this was asked last.
    pub fn take_shut(&mut self) -> BTreeMap<u16, ShutFlows> {
        std::mem::take(&mut self.shut)
    }

    /// The layer above, to be told of something else.
    pub fn inner_mut(&mut self) -> &mut S {
        &mut self.inner
    }

    /// The layer above.
    #[must_use]
    pub fn inner(&self) -> &S {
        &self.inner
    }

    /// What waits, and how many connections are followed.
    #[cfg(test)]
    pub(super) fn idle(&self) -> (usize, usize) {
        (self.waiting, self.live)
    }

    #[cfg(test)]
    pub(super) fn into_inner(self) -> S {
        self.inner
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
                    session.lose(direction, gap.length, &mut self.context(gap.at.number, false));
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
            self.leave_room();
            self.live = self.live.saturating_sub(1);
            for direction in [Direction::Forward, Direction::Backward] {
                if let Some((end, at)) = state.session.as_mut().and_then(|session| session.side(direction).end.take()) {
                    self.finish(flow, &mut state, direction, end, at);
                }
            }
            if let Some(mut session) = state.session.take()
                && !session.told
                && state.way.contains(&Way::Tls)
            {
                session.shut = Some(session.why());
                self.note(flow, &session);
                self.inner.shut(flow, &mut state.inner);
            }
        }
        self.inner.close(flow, state.inner);
    }

    fn held(&self) -> usize {
        self.waiting.saturating_add(self.inner.held())
    }

    fn room(&mut self, bytes: usize) {
        self.given = bytes;
        self.room = bytes.saturating_sub(self.logs.held()).saturating_sub(self.embedded.held());
        self.leave_room();
    }

    fn anomalies(&mut self) -> &mut Anomalies {
        self.inner.anomalies()
    }
}
