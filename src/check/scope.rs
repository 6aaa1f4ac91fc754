//! What the names of a template stand for while one exchange is judged.

use std::cell::RefCell;

use super::across::Joined;
use super::looked::Looked;
use super::params::{ParamValue, Params};
use crate::http::{Exchange, Message, Origin};
use crate::spec::{Side, Tolerance};
use crate::wire::Endpoint;

/// A value taken from traffic under a name. It owns its bytes: names are few, and scopes stay easy to pass.
#[derive(Debug, Clone)]
pub(super) struct BoundValue {
    /// The name.
    pub name: String,
    /// Its value, or why there is none.
    pub value: Result<Vec<u8>, String>,
    /// Where it was taken: `x-amzn-apigateway-api-id of the same request`.
    pub from: String,
    /// It comes from a field whose value is a secret.
    pub secret: bool,
}

/// The surroundings of a comparison: one exchange, the params, what was bound so far.
pub(super) struct Scope<'a> {
    /// The exchange that is judged.
    pub exchange: &'a Exchange<'a>,
    /// What was looked up in it; nothing where a value stands without an exchange.
    pub looked: Option<&'a Looked<'a>>,
    /// What is known of the same request on other hops; only where a check is over several.
    pub joined: Option<&'a Joined<'a>>,
    /// The params of the spec.
    pub params: &'a Params,
    /// Names bound in this exchange, those of the hop first.
    pub bound: &'a RefCell<Vec<BoundValue>>,
    /// Whether masked values are masks here.
    pub masks: bool,
    /// Whether `others: warning` beside `pairs` and `json` is passed over: what is left is an error.
    pub allow_warned: bool,
    /// Whether what is compared is a secret, which no reason may quote.
    pub secret: bool,
    /// Why the last comparison was inconclusive; the first reason stays.
    pub reason: &'a RefCell<Option<String>>,
}

impl<'a> Scope<'a> {
    /// Whether names that a clause does not know are held against it.
    pub(super) fn minds_others(&self, others: Tolerance) -> bool {
        match others {
            Tolerance::Allow => false,
            Tolerance::Warning => !self.allow_warned,
            Tolerance::Error => true,
        }
    }

    /// The message of a side.
    pub(super) fn message(&self, side: Side) -> Option<Message<'a>> {
        match side {
            Side::Request => self.exchange.request,
            Side::Response => self.exchange.response,
        }
    }

    /// The client's or the server's end of the connection; `None` in texts.
    pub(super) fn endpoint(&self, dst: bool) -> Option<Endpoint> {
        endpoint(self.exchange, dst)
    }

    /// Remembers why a comparison is inconclusive.
    pub(super) fn because(&self, reason: impl FnOnce() -> String) {
        let mut known = self.reason.borrow_mut();
        if known.is_none() {
            *known = Some(reason());
        }
    }

    /// The value bound under a name.
    pub(super) fn lookup(&self, name: &str) -> Option<Result<Vec<u8>, String>> {
        self.bound.borrow().iter().find(|b| b.name == name).map(|b| b.value.clone())
    }

    /// Binds an unset param to the first text that met its constraint.
    pub(super) fn bind_param(&self, name: &str, value: &[u8]) {
        if let Some((known, _)) = self.params.get(name) {
            let from = "the first text in its place".to_owned();
            let value = Ok(value.to_vec());
            self.bound.borrow_mut().push(BoundValue { name: known.to_owned(), value, from, secret: false });
        }
    }

    /// A param by name.
    pub(super) fn param(&self, name: &str) -> Option<&'a ParamValue> {
        self.params.get(name).map(|(_, value)| value)
    }
}

/// The client's (`dst: false`) or the server's end of an exchange's connection, whatever side was captured.
pub(super) fn endpoint(exchange: &Exchange<'_>, dst: bool) -> Option<Endpoint> {
    let message = exchange.first()?;
    match message.head.head.at.origin {
        Origin::Packet { src, dst: to, .. } => Some(if message.head.is_request() == dst { to } else { src }),
        Origin::Line(_) => None,
    }
}
