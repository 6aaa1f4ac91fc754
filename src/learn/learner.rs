//! The sink of a draft: hears of exchanges, and needs no bodies.

use super::groups::Groups;
use super::write::{From, day};
use crate::http::{Body, BodyWant, CaptureId, Connection, Exchange, HeadRef, MessageId, MessageSink, Origin};

/// Hears captures.
#[derive(Debug, Default)]
pub(super) struct Learner {
    pub(super) groups: Groups,
    /// The captures that held an exchange are those of a draft.
    captures: Vec<(From, u64)>,
}

impl Learner {
    /// A capture begins.
    pub(super) fn capture(&mut self, name: String) -> CaptureId {
        self.captures.push((From { name, day: None }, 0));
        CaptureId(u32::try_from(self.captures.len().saturating_sub(1)).unwrap_or(u32::MAX))
    }

    /// How many exchanges there were.
    pub(super) fn exchanges(&self) -> u64 {
        self.captures.iter().map(|(_, exchanges)| *exchanges).sum()
    }

    /// The captures that held one.
    pub(super) fn captures(&self) -> Vec<From> {
        self.captures.iter().filter(|(_, exchanges)| *exchanges > 0).map(|(capture, _)| capture.clone()).collect()
    }
}

impl MessageSink for Learner {
    fn head(&mut self, _: MessageId, _: &HeadRef<'_>, _: Option<&HeadRef<'_>>, _: Option<&Connection>) -> BodyWant {
        BodyWant::NOTHING
    }

    fn message(&mut self, _: MessageId, _: &Body) {}

    fn exchange(&mut self, exchange: &Exchange<'_>) {
        let Some(first) = exchange.first() else { return };
        let at = first.head.head.at;
        if let Some((capture, exchanges)) = self.captures.get_mut(at.capture.0 as usize) {
            *exchanges = exchanges.saturating_add(1);
            let time = match at.origin {
                Origin::Packet { time, .. } => Some(time),
                Origin::Entry { time, .. } | Origin::Log { time, .. } => time,
                Origin::Line(_) => None,
            };
            // A capture whose packets have no time begins in 1970.
            let time = time.filter(|time| time.seconds() > 0);
            if capture.day.is_none() {
                capture.day = time.map(day);
            }
        }
        self.groups.add(exchange);
    }
}
