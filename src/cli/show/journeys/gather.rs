//! The sink of `show --journeys`: keeps exchanges until those of the other hops are there.

use std::io::{self, Write};
use std::sync::Arc;

use super::way::{Way, ways};
use crate::check::is_masked;
use crate::hop::{Connections, Joined, Leg, Legs, Running};
use crate::http::{Body, BodyWant, Connection, Exchange, HeadRef, MessageId, MessageSink};

/// So many bytes of exchanges wait for those of other hops.
pub(super) const MOST_HELD: usize = 48 << 20;

/// Who writes ways.
pub(in super::super) trait Print {
    /// Writes the way of a request.
    ///
    /// # Errors
    /// Those of the writer.
    fn way(&mut self, way: &Way<'_>, out: &mut dyn Write) -> io::Result<()>;
}

/// Gathers exchanges.
pub(in super::super) struct Gather<W: Write, P: Print> {
    out: W,
    printer: P,
    legs: Legs,
    running: Running,
    connections: Connections,
    level: Option<u32>,
    most: usize,
    written: u64,
    /// Exchanges that were told before all others were read.
    early: u64,
    failed: Option<io::Error>,
}

impl<W: Write, P: Print> Gather<W, P> {
    pub(in super::super) fn new(out: W, printer: P) -> Self {
        let (legs, running, connections) = (Legs::default(), Running::default(), Connections::default());
        Self { out, printer, legs, running, connections, level: None, most: MOST_HELD, written: 0, early: 0, failed: None }
    }

    /// The hop of the captures that are read next, counted from the client; none where they may show several.
    pub(in super::super) fn level(&mut self, level: Option<u32>) {
        self.level = level;
    }

    /// Who writes.
    pub(in super::super) fn printer(&mut self) -> &mut P {
        &mut self.printer
    }

    /// Writes what waits. Gives the number of ways, and of exchanges that were told before all were read.
    ///
    /// # Errors
    /// The first error of the writer.
    pub(in super::super) fn finish(mut self) -> (u64, u64, io::Result<()>) {
        let joined = self.legs.join();
        self.tell(&joined, u64::MAX);
        let flushed = self.failed.map_or_else(|| self.out.flush(), Err);
        (self.written, self.early, flushed)
    }

    /// Writes the ways of which every exchange has a number below this one, and forgets them.
    fn tell(&mut self, joined: &[Joined], below: u64) {
        let mut told = Vec::new();
        for way in ways(&self.legs, joined) {
            if way.numbers().any(|number| number >= below) {
                continue;
            }
            told.extend(way.numbers());
            self.written = self.written.saturating_add(1);
            if self.failed.is_none() {
                self.failed = self.printer.way(&way, &mut self.out).err();
            }
        }
        for number in told {
            self.legs.give_up(number);
        }
    }

    /// Where too much waits, the older half is told.
    fn make_room(&mut self) {
        if self.legs.weight() <= self.most {
            return;
        }
        let before = self.legs.len();
        let oldest = self.legs.oldest().unwrap_or_default();
        let newest = self.legs.newest().unwrap_or_default();
        let joined = self.legs.join_early(&self.running);
        self.tell(&joined, oldest.saturating_add(newest.saturating_sub(oldest) / 2).saturating_add(1));
        if self.legs.weight() > self.most / 4 * 3 {
            let joined = self.legs.join_early(&self.running);
            self.tell(&joined, u64::MAX);
        }
        self.early = self.early.saturating_add(before.saturating_sub(self.legs.len()) as u64);
    }
}

impl<W: Write, P: Print> MessageSink for Gather<W, P> {
    fn head(&mut self, _: MessageId, head: &HeadRef<'_>, _: Option<&HeadRef<'_>>, _: Option<&Connection>) -> BodyWant {
        self.running.head(head);
        // By the hash of its body a request is known again.
        BodyWant { keep: 0, sha256: head.is_request() && self.failed.is_none() }
    }

    fn message(&mut self, _: MessageId, _: &Body) {}

    fn exchange(&mut self, exchange: &Exchange<'_>) {
        if self.failed.is_some() {
            return;
        }
        self.running.over(exchange);
        let masks = exchange.first().is_some_and(|message| message.head.head.fidelity.masks);
        let leg = Leg::recognised(exchange, self.connections.of(exchange), |value| masks && is_masked(value));
        self.legs.add(Arc::new(leg), self.level);
        self.make_room();
    }
}
