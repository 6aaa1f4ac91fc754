//! The first bytes of a flow, until it is clear what they are, and what becomes of a flow then.

use super::buffer::Buffer;
use super::look::{Look, look};
use super::session::Session;
use super::sink::TlsSink;
use super::streams::{TlsFlow, TlsStreams, Way};
use crate::anomaly::AnomalyKind;
use crate::flow::{Chunk, Direction, FlowInfo, Need};

impl<S: TlsSink> TlsStreams<S> {
    /// Bytes of a stream that may be TLS.
    #[cold]
    #[inline(never)]
    pub(super) fn watch(&mut self, flow: &FlowInfo, state: &mut TlsFlow<S::State>, chunk: Chunk<'_>) -> Need {
        let Chunk { direction, data, at } = chunk;
        if state.way(direction) == Way::Shut {
            return Need::Nothing;
        }
        let held = state.session.as_ref().map_or(0, |session| session.held());
        if state.session.is_none() {
            self.live = self.live.saturating_add(1);
            state.session = Some(Box::new(Session::new(at.number)));
        }
        let Some(session) = state.session.as_mut() else { return Need::Nothing };
        session.side(direction).buffer.push(data, at);
        if state.way(direction) != Way::Tls {
            self.judge(flow, state, direction);
            if !state.way.contains(&Way::Tls) && self.waiting > self.limits.waiting_in_all {
                let all = self.waiting;
                self.inner.anomalies().note(AnomalyKind::TlsLimit, Some(at.number), || {
                    format!(
                        "{all} bytes wait in all; what a connection begins with is taken for no TLS, since it cannot be told yet"
                    )
                });
                self.pass(flow, state, direction);
            }
        }
        if state.way(direction) == Way::Tls {
            self.run(flow, state, direction, false);
        }
        // What is needed is known before a session that is not needed any more is given back.
        let need = self.need(state, direction);
        self.settle(flow, state, held, at);
        if state.way(direction) == Way::Shut { Need::Nothing } else { need }
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
    pub(super) fn pass(&mut self, flow: &FlowInfo, state: &mut TlsFlow<S::State>, direction: Direction) {
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
            let next = side.buffer.end_of_packet(begin).clamp(begin.saturating_add(1), end);
            let data = side.buffer.bytes.get(begin..next).unwrap_or_default();
            let chunk = Chunk { direction, data, at: side.buffer.at(next) };
            side.outlet.data(&mut self.inner, flow, &mut state.inner, chunk);
            begin = next;
        }
        side.buffer.consume(end);
        if side.buffer.bytes.is_empty() {
            side.buffer = Buffer::default();
        }
    }

    pub(super) fn need(&self, state: &mut TlsFlow<S::State>, direction: Direction) -> Need {
        let way = state.way(direction);
        match (way, state.session.as_mut().map(|session| session.side(direction).outlet)) {
            (Way::Shut, _) => Need::Nothing,
            (Way::Plain, Some(outlet)) => outlet.need(),
            (Way::Tls, Some(outlet)) if outlet.deaf => Need::Nothing,
            _ => Need::Bytes,
        }
    }
}
