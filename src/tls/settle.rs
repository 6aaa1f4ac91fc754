//! What a connection may keep, and what is said of one that is not opened.
//!
//! What waits is bounded for a direction, for all of them, and in the number of connections that are followed at a time.

use super::Shut;
use super::outlet::UNKNOWN;
use super::session::Session;
use super::sink::TlsSink;
use super::streams::{TlsFlow, TlsStreams, Way};
use crate::anomaly::AnomalyKind;
use crate::capture::PacketAt;
use crate::flow::{Direction, FlowInfo, Gap, Need};

/// Ports of the servers of connections that were not opened.
const MOST_PORTS: usize = 1000;

impl<S: TlsSink> TlsStreams<S> {
    /// Whether what waits is too much, or leaves less for the layer above than it takes itself. A connection that begins
    /// leaves a fifth to those that are open.
    pub(super) fn is_crowded(&self, begins: bool) -> bool {
        let own = if begins { self.waiting.saturating_add(self.waiting / 4) } else { self.waiting };
        own > self.limits.waiting_in_all || own.saturating_mul(2).saturating_add(self.inner.held()) > self.room
    }

    /// The layer above may hold what is left.
    pub(super) fn leave_room(&mut self) {
        self.inner.room(self.room.saturating_sub(self.waiting));
    }

    /// Minds the limits, and lets go of what is not needed any more.
    pub(super) fn settle(&mut self, flow: &FlowInfo, state: &mut TlsFlow<S::State>, held: usize, at: PacketAt) {
        let Some(session) = state.session.as_mut() else { return };
        // A direction that showed nothing yet needs no session: the next look begins one.
        let way = state.way;
        let idle = session.sides.iter().zip(way).all(|(side, way)| match way {
            Way::Plain => true,
            Way::Look | Way::LookBehindGap => side.buffer.bytes.is_empty() && side.outlet.need() == Need::Bytes,
            Way::Tls | Way::Shut => false,
        });
        if idle {
            state.session = None;
            self.live = self.live.saturating_sub(1);
            self.waiting = self.waiting.saturating_sub(held);
            self.leave_room();
            return;
        }
        let holds = session.held();
        self.waiting = self.waiting.saturating_add(holds).saturating_sub(held);
        self.leave_room();
        if session.shut.is_none() && state.way.contains(&Way::Tls) {
            let begins = session.server.is_none();
            let longest = session.sides.iter().map(|side| side.buffer.bytes.len()).max().unwrap_or_default();
            let limits = self.limits;
            if longest > limits.waiting && (session.hello.is_none() || session.server.is_none()) {
                session.shut(Shut::HandshakeLost);
            } else if longest > limits.waiting || self.is_crowded(begins) || self.live > limits.connections {
                let (all, live) = (self.waiting, self.live);
                self.inner.anomalies().note(AnomalyKind::TlsLimit, Some(at.number), || {
                    format!("{longest} bytes wait in one direction, {all} in all of {live} connections; this one is not opened")
                });
                session.shut(Shut::Limit);
            }
        }
        if session.shut.is_some() {
            self.let_go(flow, state, holds, at);
        }
    }

    /// Nothing of this connection, which was counted to hold so much, is opened from here on.
    fn let_go(&mut self, flow: &FlowInfo, state: &mut TlsFlow<S::State>, holds: usize, at: PacketAt) {
        let Some(mut session) = state.session.take() else { return };
        self.live = self.live.saturating_sub(1);
        self.waiting = self.waiting.saturating_sub(holds);
        self.leave_room();
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
    pub(super) fn note(&mut self, flow: &FlowInfo, session: &Session) {
        let Some(why) = &session.shut else { return };
        let name = session.facts.sni.as_deref();
        let [first, second] = flow.ends;
        if !session.told {
            // As the layer above counts them.
            let port = flow.opener.map_or(first.port.min(second.port), |opener| flow.dst(opener).port);
            if self.shut.len() < MOST_PORTS || self.shut.contains_key(&port) {
                self.shut.entry(port).or_default().add(name, why);
            }
        }
        let secrets = !self.logs.is_empty() || self.embedded.connections() > 0;
        if secrets && !matches!(why, Shut::NoKeys | Shut::Alert(_) | Shut::Unfinished | Shut::Idle) {
            self.inner.anomalies().note(AnomalyKind::TlsNotOpened, Some(session.packet), || {
                let name = name.map_or_else(String::new, |name| format!(" (for {name})"));
                format!("{first} to {second}{name}: {why}")
            });
        }
    }
}
