//! `--count`: what captures hold, in numbers.

use std::fmt;

use crate::http::{Body, BodyWant, Connection, Exchange, HeadRef, MessageId, MessageSink};
use crate::source::Summary;

/// Sums over captures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Counts {
    packets: u64,
    flows: u64,
    requests: u64,
    responses: u64,
    anomalies: u64,
}

impl Counts {
    /// Adds a capture.
    pub(super) fn add(&mut self, read: &Summary) {
        self.packets = self.packets.saturating_add(read.packets);
        self.flows = self.flows.saturating_add(read.flows);
        self.requests = self.requests.saturating_add(read.requests);
        self.responses = self.responses.saturating_add(read.responses);
        self.anomalies = self.anomalies.saturating_add(read.anomalies.total());
    }

    /// Requests and responses.
    pub(super) fn messages(&self) -> u64 {
        self.requests.saturating_add(self.responses)
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { packets, flows, requests, responses, anomalies } = self;
        write!(f, "packets {packets} flows {flows} requests {requests} responses {responses} anomalies {anomalies}")
    }
}

/// Wants nothing of messages: the summary counts them.
#[derive(Debug, Default)]
pub(super) struct Uninterested;

impl MessageSink for Uninterested {
    fn head(&mut self, _: MessageId, _: &HeadRef<'_>, _: Option<&HeadRef<'_>>, _: Option<&Connection>) -> BodyWant {
        BodyWant::NOTHING
    }

    fn message(&mut self, _: MessageId, _: &Body) {}

    fn exchange(&mut self, _: &Exchange<'_>) {}
}
