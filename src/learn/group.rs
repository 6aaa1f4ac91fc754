//! What was seen of the exchanges of one kind.

use super::limits::Budget;
use super::message::Messages;
use crate::capture::Timestamp;
use crate::http::{Exchange, Origin};

/// The exchanges of one kind.
#[derive(Debug, Clone, Default)]
pub(super) struct Group {
    /// The number of the first of them.
    pub(super) first: u64,
    /// How many.
    pub(super) exchanges: u64,
    pub(super) request: Messages,
    pub(super) response: Messages,
    /// The first and the last time.
    pub(super) times: Option<(Timestamp, Timestamp)>,
}

impl Group {
    /// Another exchange.
    pub(super) fn add(&mut self, exchange: &Exchange<'_>, budget: &mut Budget) {
        self.exchanges = self.exchanges.saturating_add(1);
        if let Some(request) = exchange.request {
            self.request.add(&request.head, budget);
        }
        if let Some(response) = exchange.response {
            self.response.add(&response.head, budget);
        }
        let time = exchange.first().and_then(|message| match message.head.head.at.origin {
            Origin::Packet { time, .. } => Some(time),
            Origin::Entry { time, .. } | Origin::Log { time, .. } => time,
            Origin::Line(_) => None,
        });
        self.at(time.map(|time| (time, time)));
    }

    fn at(&mut self, times: Option<(Timestamp, Timestamp)>) {
        self.times = match (self.times, times) {
            (Some((a, b)), Some((c, d))) => Some((a.min(c), b.max(d))),
            (one, other) => one.or(other),
        };
    }

    /// Takes what was seen of another kind.
    pub(super) fn merge(&mut self, other: Self) {
        self.first = self.first.min(other.first);
        self.exchanges = self.exchanges.saturating_add(other.exchanges);
        self.request.merge(other.request);
        self.response.merge(other.response);
        self.at(other.times);
    }
}
