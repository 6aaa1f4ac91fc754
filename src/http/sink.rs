//! Who is told of messages, and answers what their bodies are wanted for.

use super::{Body, BodyWant, Connection, EmptyConnection, Exchange, HeadRef};

/// The number of a message in a capture, in the order in which heads became complete.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageId(pub u64);

/// `check`, `show` and what else reads messages. Interest flows back as the answer to a head.
///
/// For every message `head` comes once and `message` once, in this order; messages of one stream come in their order,
/// those of several streams interleave. `exchange` comes once the final response ended, or when the flow is over.
pub trait MessageSink {
    /// A head is complete, or as complete as it will become. `request` is the one that a response answers;
    /// `connection` what the connection said so far, none in texts.
    fn head(
        &mut self,
        id: MessageId,
        head: &HeadRef<'_>,
        request: Option<&HeadRef<'_>>,
        connection: Option<&Connection>,
    ) -> BodyWant;

    /// The message ended; [`Body::complete`] says how.
    fn message(&mut self, id: MessageId, body: &Body);

    /// Request and response are over.
    fn exchange(&mut self, exchange: &Exchange<'_>);

    /// A connection is over that carried no byte. Most sinks have no use for it.
    fn empty(&mut self, _connection: &EmptyConnection<'_>) {}
}

/// Any sink behind one type: readers that are not in a hurry are compiled once for it, and not once for each sink.
pub struct AnySink<'s>(pub &'s mut dyn MessageSink);

impl std::fmt::Debug for AnySink<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AnySink")
    }
}

impl MessageSink for AnySink<'_> {
    fn head(
        &mut self,
        id: MessageId,
        head: &HeadRef<'_>,
        request: Option<&HeadRef<'_>>,
        connection: Option<&Connection>,
    ) -> BodyWant {
        self.0.head(id, head, request, connection)
    }

    fn message(&mut self, id: MessageId, body: &Body) {
        self.0.message(id, body);
    }

    fn exchange(&mut self, exchange: &Exchange<'_>) {
        self.0.exchange(exchange);
    }

    fn empty(&mut self, connection: &EmptyConnection<'_>) {
        self.0.empty(connection);
    }
}
