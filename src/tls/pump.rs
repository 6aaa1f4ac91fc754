//! The bytes of a connection, record by record, and what they hold to the layer above.

use super::outlet::UNKNOWN;
use super::session::{Context, Step};
use super::sink::TlsSink;
use super::streams::{TlsFlow, TlsStreams, Way};
use crate::anomaly::AnomalyKind;
use crate::capture::PacketAt;
use crate::flow::{Chunk, Direction, FlowInfo, Gap, StreamEnd};

/// Whether a direction waits for the other one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pumped {
    Done,
    Blocked,
}

impl<S: TlsSink> TlsStreams<S> {
    /// Takes what can be taken of a direction, and of the other one where it waited for that.
    pub(super) fn run(&mut self, flow: &FlowInfo, state: &mut TlsFlow<S::State>, direction: Direction, last: bool) -> Pumped {
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

    /// What a direction works with.
    pub(super) fn context(&mut self, packet: u64, last: bool) -> Context<'_> {
        Context {
            logs: &self.logs,
            embedded: &self.embedded,
            anomalies: self.inner.anomalies(),
            text: &mut self.text,
            trials: &mut self.trials,
            packet,
            last,
        }
    }

    /// Takes the records of a direction.
    fn pump(&mut self, flow: &FlowInfo, state: &mut TlsFlow<S::State>, direction: Direction, last: bool) -> Pumped {
        let Some(session) = state.session.as_mut() else { return Pumped::Done };
        let mut buffer = std::mem::take(&mut session.side(direction).buffer);
        let packet = buffer.at(buffer.bytes.len()).number;
        let (mut taken, mut pumped) = (0usize, Pumped::Done);
        while let Some(bytes) = buffer.bytes.get(taken..).filter(|bytes| !bytes.is_empty()) {
            let (length, lost, data) = match session.step(direction, bytes, &mut self.context(packet, last)) {
                Step::Taken { length, lost, data } => (length, lost, data && !self.text.is_empty()),
                Step::More => break,
                Step::Blocked => {
                    pumped = Pumped::Blocked;
                    break;
                }
            };
            taken = taken.saturating_add(length);
            let at = buffer.at(taken);
            if (lost > 0 || data) && !session.told {
                session.told = true;
                self.opened = self.opened.saturating_add(1);
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
    pub(super) fn finish(
        &mut self,
        flow: &FlowInfo,
        state: &mut TlsFlow<S::State>,
        direction: Direction,
        end: StreamEnd,
        at: PacketAt,
    ) {
        let Some(session) = state.session.as_mut() else { return };
        let told = session.told;
        let side = session.side(direction);
        let cut = side.search.take().map_or(0, |search| search.lost).saturating_add(side.buffer.bytes.len() as u64);
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
}
