//! An exchange (RFC 9110 §3.9): a request with its final response, as far as the capture holds them.

use super::{Body, Connection, HeadRef};

/// One message.
#[derive(Debug, Clone, Copy)]
pub struct Message<'a> {
    /// Its head.
    pub head: HeadRef<'a>,
    /// Its body.
    pub body: &'a Body,
}

/// A request with its final response. At least one is there. Interim responses (1xx but 101) are messages of their own
/// and belong to no exchange.
#[derive(Debug, Clone, Copy)]
pub struct Exchange<'a> {
    /// The request.
    pub request: Option<Message<'a>>,
    /// The final response; 101 counts as final.
    pub response: Option<Message<'a>>,
    /// What the connection said beneath or before them; none in texts.
    pub connection: Option<&'a Connection>,
}

impl<'a> Exchange<'a> {
    /// The message that provenance of the whole exchange is taken from: the request where there is one.
    #[must_use]
    pub fn first(&self) -> Option<Message<'a>> {
        self.request.or(self.response)
    }

    /// Its messages, the request first.
    pub fn messages(&self) -> impl Iterator<Item = Message<'a>> + use<'a> {
        self.request.into_iter().chain(self.response)
    }
}
