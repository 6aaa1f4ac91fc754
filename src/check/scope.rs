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
    /// What is noted on the way.
    pub notes: &'a Notes,
    /// Whether masked values are masks here.
    pub masks: bool,
    /// Whether `others: warning` beside `pairs` and `json` is passed over: what is left is an error.
    pub allow_warned: bool,
    /// Whether what is compared is a secret, which no reason may quote.
    pub secret: bool,
}

/// What is noted while an exchange is judged.
#[derive(Debug, Default)]
pub(super) struct Notes {
    /// Names bound in this exchange, those of the hop first.
    pub bound: RefCell<Vec<BoundValue>>,
    /// Why the last comparison was inconclusive; the first reason stays.
    pub reason: RefCell<Option<String>>,
}

impl Notes {
    /// Notes that begin with names bound.
    pub(super) fn bound(bound: Vec<BoundValue>) -> Self {
        Self { bound: RefCell::new(bound), reason: RefCell::default() }
    }
}

impl<'a> Scope<'a> {
    /// The scope of what is expected of an exchange.
    pub(super) fn of(looked: &'a Looked<'a>, params: &'a Params, notes: &'a Notes) -> Self {
        let masks = looked.exchange.first().is_some_and(|message| message.head.head.fidelity.masks);
        Self { exchange: looked.exchange, looked: Some(looked), masks, ..Self::without_exchange(params, notes) }
    }

    /// The scope of a value that stands without an exchange, as that of a param.
    pub(super) fn without_exchange(params: &'a Params, notes: &'a Notes) -> Self {
        Self {
            exchange: &Exchange { request: None, response: None, connection: None },
            looked: None,
            joined: None,
            params,
            notes,
            masks: false,
            allow_warned: false,
            secret: false,
        }
    }

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
        let mut known = self.notes.reason.borrow_mut();
        if known.is_none() {
            *known = Some(reason());
        }
    }

    /// The value bound under a name.
    pub(super) fn lookup(&self, name: &str) -> Option<Result<Vec<u8>, String>> {
        self.notes.bound.borrow().iter().find(|b| b.name == name).map(|b| b.value.clone())
    }

    /// Binds an unset param to the first text that met its constraint.
    pub(super) fn bind_param(&self, name: &str, value: &[u8]) {
        if let Some((known, _)) = self.params.get(name) {
            let from = "the first text in its place".to_owned();
            let value = Ok(value.to_vec());
            self.notes.bound.borrow_mut().push(BoundValue { name: known.to_owned(), value, from, secret: false });
        }
    }

    /// A param by name.
    pub(super) fn param(&self, name: &str) -> Option<&'a ParamValue> {
        self.params.get(name).map(|(_, value)| value)
    }
}

/// The client's (`dst: false`) or the server's end of an exchange's connection, whatever side was captured.
pub(super) fn endpoint(exchange: &Exchange<'_>, dst: bool) -> Option<Endpoint> {
    let Some(message) = exchange.first() else {
        let (client, server) = *exchange.connection?.ends.as_deref()?;
        return Some(if dst { server } else { client });
    };
    match message.head.head.at.origin {
        // What a message echoes ran on another connection.
        Origin::Packet { .. } if message.head.head.fidelity.is_event() => None,
        Origin::Packet { src, dst: to, .. } => Some(if message.head.is_request() == dst { to } else { src }),
        Origin::Entry { server, .. } if dst => server,
        Origin::Line(_) | Origin::Entry { .. } | Origin::Log { .. } => None,
    }
}
