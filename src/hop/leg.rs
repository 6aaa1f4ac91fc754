//! An exchange on one hop, kept: the others of the same request may come much later.

use std::borrow::Cow;
use std::sync::Arc;

use serde_json::Value;

use super::{Id, ids};
use crate::capture::Timestamp;
use crate::http::{Body, CaptureId, Connection, Exchange, FieldLine, HeadBuf, Layout, Message, Origin, Provenance};
use crate::wire::Endpoint;

/// What a leg takes beside its bytes, about.
const FIXED: usize = 600;

/// One message, kept.
#[derive(Debug, Clone)]
struct Kept {
    head: HeadBuf,
    body: Body,
}

impl Kept {
    fn of(message: &Message<'_>) -> Self {
        let mut head = HeadBuf::copy_of(&message.head);
        // It belongs to the heads of its port, in their order.
        head.head.layout = Layout::default();
        Self { head, body: message.body.clone() }
    }

    fn view(&self) -> Message<'_> {
        Message { head: self.head.as_ref(), body: &self.body }
    }

    fn weight(&self) -> usize {
        let lines = |count: usize| count.saturating_mul(size_of::<FieldLine>());
        let trailers = self.body.trailers();
        let own = self.head.raw.len().saturating_add(lines(self.head.lines.len()));
        let body = self.body.kept().map_or(0, <[u8]>::len).saturating_add(self.body.event().map_or(0, event));
        own.saturating_add(body).saturating_add(trailers.raw.len()).saturating_add(lines(trailers.lines.len()))
    }
}

/// About how many bytes an event takes. Readers bound how deep it is.
fn event(value: &Value) -> usize {
    let inner = match value {
        Value::String(text) => text.len(),
        Value::Array(members) => members.iter().map(event).sum(),
        Value::Object(members) => {
            members.iter().map(|(name, value)| name.len().saturating_add(48).saturating_add(event(value))).sum()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
    };
    inner.saturating_add(size_of::<Value>())
}

/// An exchange on one hop, kept.
#[derive(Debug, Clone)]
pub struct Leg {
    request: Option<Kept>,
    response: Option<Kept>,
    pub(super) connection: Option<Arc<Connection>>,
    /// What it has in common with the exchanges of the same request on other hops, the strongest first.
    pub(super) ids: Vec<Id>,
    /// Why it has no id where it should have one.
    pub(super) lack: Option<String>,
    /// Part of its target is masked, so that others are not known by it.
    hidden: bool,
    /// So many places hold its messages: of each it takes a part.
    holders: usize,
}

impl Leg {
    /// A copy of an exchange, with what its connection says.
    #[must_use]
    pub fn of(exchange: &Exchange<'_>, ids: Vec<Id>, connection: Option<Arc<Connection>>) -> Self {
        Self {
            request: exchange.request.as_ref().map(Kept::of),
            response: exchange.response.as_ref().map(Kept::of),
            connection,
            ids,
            lack: None,
            hidden: false,
            holders: 1,
        }
    }

    /// A copy of an exchange with the ids that it has of itself. What `masked` takes for hidden is none, and no target to be
    /// known by.
    #[must_use]
    pub fn recognised(exchange: &Exchange<'_>, connection: Option<Arc<Connection>>, masked: impl Fn(&[u8]) -> bool) -> Self {
        let target = exchange.request.and_then(|message| message.head.target());
        let hidden = target.is_some_and(&masked);
        Self { hidden, ..Self::of(exchange, ids(exchange, masked), connection) }
    }

    /// The same, which so many hold together.
    #[must_use]
    pub fn held_by(mut self, holders: usize) -> Self {
        self.holders = holders.max(1);
        self
    }

    /// The same, with the reason why it has no id.
    #[must_use]
    pub fn lacking(mut self, why: String) -> Self {
        self.lack = Some(why);
        self
    }

    /// The same, seen elsewhere: in the body of a message at this place.
    #[must_use]
    pub fn placed(mut self, at: Provenance) -> Self {
        for message in [&mut self.request, &mut self.response].into_iter().flatten() {
            message.head.head.at = at;
        }
        self
    }

    /// The exchange.
    #[must_use]
    pub fn exchange(&self) -> Exchange<'_> {
        Exchange {
            request: self.request.as_ref().map(Kept::view),
            response: self.response.as_ref().map(Kept::view),
            connection: self.connection.as_deref(),
        }
    }

    /// Where it stands: its request, or its response where that is all there is.
    #[must_use]
    pub fn at(&self) -> Option<Provenance> {
        Some(self.exchange().first()?.head.head.at)
    }

    /// The capture that it is of.
    #[must_use]
    pub fn capture(&self) -> Option<CaptureId> {
        self.at().map(|at| at.capture)
    }

    /// About so many bytes, beside what its connection says.
    #[must_use]
    pub fn weight(&self) -> usize {
        let messages = [&self.request, &self.response].into_iter().flatten().map(Kept::weight).sum::<usize>();
        let ids = self.ids.iter().map(|id| id.value.len().saturating_add(64)).sum::<usize>();
        let lack = self.lack.as_ref().map_or(0, String::len);
        let shared = messages.saturating_add(ids).saturating_add(lack).checked_div(self.holders).unwrap_or_default();
        shared.saturating_add(FIXED)
    }

    /// When its request came, and when its response, where both are known.
    #[must_use]
    pub fn begin(&self) -> Option<Timestamp> {
        time(self.at()?)
    }

    /// When its response began; none where it did not come, or has no time.
    #[must_use]
    pub fn end(&self) -> Option<Timestamp> {
        self.request.as_ref()?;
        time(self.response.as_ref()?.head.head.at)
    }

    /// Of an exchange in packets: the capture, by whose clock it is, when it began, and when it ended; the end of time where its
    /// response is not there.
    pub(super) fn clock(&self) -> Option<(CaptureId, u64, u64)> {
        self.request.as_ref()?;
        self.stream()?;
        let end = self.end().map_or(u64::MAX, |time| time.nanoseconds);
        Some((self.capture()?, self.begin()?.nanoseconds, end))
    }

    /// Client and server, where known.
    #[must_use]
    pub fn ends(&self) -> Option<(Endpoint, Endpoint)> {
        let first = self.exchange().first()?;
        match first.head.head.at.origin {
            Origin::Packet { src, dst, .. } if first.head.is_request() => Some((src, dst)),
            Origin::Packet { src, dst, .. } => Some((dst, src)),
            Origin::Line(_) | Origin::Entry { .. } | Origin::Log { .. } => None,
        }
    }

    /// The number of its connection in its capture.
    pub(super) fn stream(&self) -> Option<u32> {
        match self.at()?.origin {
            Origin::Packet { stream, .. } => Some(stream),
            Origin::Line(_) | Origin::Entry { .. } | Origin::Log { .. } => None,
        }
    }

    /// Of an execution log: the id of the client's request, and whether it is an endpoint that was called for it.
    pub(super) fn logged(&self) -> Option<([u8; 16], bool)> {
        match self.at()?.origin {
            Origin::Log { request, endpoint, .. } => Some((request?, endpoint)),
            _ => None,
        }
    }

    /// Method and target of its request, by which an exchange may be known again on another hop; a target in absolute form
    /// (RFC 9112 §3.2.2) by its path and query. Nothing without a request, or where it is cut.
    pub(super) fn look(&self) -> Option<Vec<u8>> {
        let head = self.request.as_ref()?.head.as_ref();
        if self.hidden || head.head.flags.is_cut() && head.is_open(head.head.start_line) {
            return None;
        }
        let mut look = self.method()?.to_vec();
        look.push(b' ');
        look.extend_from_slice(&origin_form(head.target()?));
        Some(look)
    }

    /// Whether both have one method and target.
    #[must_use]
    pub fn looks_like(&self, other: &Self) -> bool {
        self.look().is_some_and(|look| other.look() == Some(look))
    }

    /// Whether the requests of both have bodies that are known, and others.
    pub(super) fn has_another_body(&self, other: &Self) -> bool {
        let known = |leg: &Self| {
            let request = leg.request.as_ref()?;
            let whole = request.body.complete == Some(true) && request.body.lost == 0 && !request.head.head.fidelity.reformatted;
            whole.then(|| (request.body.length, request.body.sha256()))
        };
        let Some(((length, hash), (other_length, other_hash))) = known(self).zip(known(other)) else { return false };
        length != other_length || hash.zip(other_hash).is_some_and(|(hash, other)| hash != other)
    }

    /// The target of its request.
    pub(super) fn target(&self) -> Option<&[u8]> {
        self.request.as_ref()?.head.as_ref().target()
    }

    /// The method of its request.
    pub(super) fn method(&self) -> Option<&[u8]> {
        self.request.as_ref()?.head.as_ref().method()
    }
}

/// The path and query of a target in absolute form, which is `/` where it has none (RFC 9112 §3.2.1); another one as it is.
fn origin_form(target: &[u8]) -> Cow<'_, [u8]> {
    let behind = |scheme: &[u8]| {
        let (start, rest) = target.split_at_checked(scheme.len())?;
        start.eq_ignore_ascii_case(scheme).then_some(rest)
    };
    let Some(rest) = behind(b"http://").or_else(|| behind(b"https://")) else { return Cow::Borrowed(target) };
    let at = rest.iter().position(|byte| matches!(byte, b'/' | b'?')).unwrap_or(rest.len());
    let path = rest.get(at..).unwrap_or_default();
    if path.starts_with(b"/") { Cow::Borrowed(path) } else { Cow::Owned([b"/", path].concat()) }
}

fn time(at: Provenance) -> Option<Timestamp> {
    match at.origin {
        Origin::Packet { time, .. } => Some(time),
        Origin::Entry { time, .. } | Origin::Log { time, .. } => time,
        Origin::Line(_) => None,
    }
}
