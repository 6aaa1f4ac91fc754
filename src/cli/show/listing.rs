//! The sink of `show`: picks messages and passes them on in order.

use std::io::{self, Write};

use super::form::Form;
use super::near::Near;
use super::order::Ordered;
use crate::check::Selection;
use crate::http::{Body, BodyWant, Connection, Exchange, HeadRef, MessageId, MessageSink};

/// Which messages are listed.
pub(super) enum Which {
    /// All.
    All,
    /// Those whose head one packet completed.
    Packet(Near),
    /// Those of exchanges that belong to no hop, in the order in which exchanges end.
    Unselected(Box<Selection>),
}

/// Lists messages.
pub(super) struct Listing<W: Write, F: Form> {
    ordered: Ordered<W, F>,
    which: Which,
    /// What was looked for in the captures before.
    before: Vec<Near>,
}

impl<W: Write, F: Form> Listing<W, F> {
    pub(super) fn new(ordered: Ordered<W, F>, which: Which) -> Self {
        Self { ordered, which, before: Vec::new() }
    }

    /// The capture that the next messages are of; whether it goes on from the one before.
    pub(super) fn capture(&mut self, name: &str, goes_on: bool, which: Option<Which>) {
        self.ordered.capture(name, goes_on);
        if let Some(which) = which
            && let Which::Packet(near) = std::mem::replace(&mut self.which, which)
        {
            self.before.push(near);
        }
    }

    /// What to say where nothing was listed of the capture that stands so many before the last.
    pub(super) fn hint(&self, before: usize, capture: &str) -> Option<String> {
        let near = match &self.which {
            Which::Packet(near) if before == 0 => Some(near),
            Which::Packet(_) => self.before.get(self.before.len().checked_sub(before)?),
            Which::All | Which::Unselected(_) => None,
        };
        near.map(|near| near.hint(capture))
    }

    /// Writes what still waits; tells how many messages were listed.
    ///
    /// # Errors
    /// The first error of the writer.
    pub(super) fn finish(mut self) -> (u64, io::Result<W>) {
        self.ordered.capture("", false);
        (self.ordered.written(), self.ordered.finish())
    }
}

impl<W: Write, F: Form> MessageSink for Listing<W, F> {
    fn head(
        &mut self,
        id: MessageId,
        head: &HeadRef<'_>,
        request: Option<&HeadRef<'_>>,
        connection: Option<&Connection>,
    ) -> BodyWant {
        match &mut self.which {
            Which::All => self.ordered.open(id, head, connection),
            Which::Packet(near) => {
                if near.is_it(head) {
                    self.ordered.open(id, head, connection);
                }
            }
            Which::Unselected(selector) => return selector.want(head, request, connection),
        }
        BodyWant::NOTHING
    }

    fn message(&mut self, id: MessageId, body: &Body) {
        self.ordered.close(id, body);
    }

    fn exchange(&mut self, exchange: &Exchange<'_>) {
        if let Which::Unselected(selector) = &mut self.which
            && !selector.is_selected(exchange)
        {
            for message in [exchange.request, exchange.response].into_iter().flatten() {
                self.ordered.whole(&message.head, exchange.connection, message.body);
            }
        }
    }
}
