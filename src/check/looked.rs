//! An exchange with its fields looked up, once for all hops.

use super::came::Came;
use super::found::JsonOnce;
use super::names::HeadIndex;
use crate::http::Exchange;
use crate::spec::Side;

/// One exchange with its fields looked up.
pub(super) struct Looked<'e> {
    pub(super) exchange: &'e Exchange<'e>,
    pub(super) request: &'e HeadIndex,
    pub(super) response: &'e HeadIndex,
    /// The bodies of request and response as JSON, parsed at most once.
    json: [JsonOnce; 2],
    /// The same request on the hop that its hop follows; only where that was looked for.
    pub(super) came: Option<Came<'e>>,
}

impl<'e> Looked<'e> {
    pub(super) fn new(exchange: &'e Exchange<'e>, [request, response]: &'e [HeadIndex; 2]) -> Self {
        Self { exchange, request, response, json: Default::default(), came: None }
    }

    /// With what is known of the hop before.
    pub(super) fn after(self, came: Came<'e>) -> Self {
        Self { came: Some(came), ..self }
    }

    pub(super) fn index(&self, side: Side) -> &'e HeadIndex {
        match side {
            Side::Request => self.request,
            Side::Response => self.response,
        }
    }

    /// The body of a side as JSON.
    pub(super) fn json(&self, side: Side) -> &JsonOnce {
        let [request, response] = &self.json;
        match side {
            Side::Request => request,
            Side::Response => response,
        }
    }
}
