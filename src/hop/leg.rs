//! An exchange on one hop, kept: the others of the same request may come much later.

use super::{Id, ids};
use crate::capture::Timestamp;
use crate::http::{Body, CaptureId, Connection, Exchange, HeadBuf, Layout, Message, Origin, Provenance};
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
        let lines = self.head.lines.len().saturating_mul(size_of::<crate::http::FieldLine>());
        let event = self.body.event().map_or(0, |event| event.to_string().len().saturating_mul(2));
        let body = self.body.kept().map_or(0, <[u8]>::len);
        self.head.raw.len().saturating_add(lines).saturating_add(body).saturating_add(event)
    }
}

/// An exchange on one hop, kept.
#[derive(Debug, Clone)]
pub struct Leg {
    request: Option<Kept>,
    response: Option<Kept>,
    connection: Option<Connection>,
    /// What it has in common with the exchanges of the same request on other hops, the strongest first.
    pub(super) ids: Vec<Id>,
    /// Why it has no id where it should have one.
    pub(super) lack: Option<String>,
    /// Part of its target is masked, so that others are not known by it.
    hidden: bool,
}

impl Leg {
    /// A copy of an exchange.
    #[must_use]
    pub fn of(exchange: &Exchange<'_>, ids: Vec<Id>) -> Self {
        Self {
            request: exchange.request.as_ref().map(Kept::of),
            response: exchange.response.as_ref().map(Kept::of),
            connection: exchange.connection.cloned(),
            ids,
            lack: None,
            hidden: false,
        }
    }

    /// A copy of an exchange with the ids that it has of itself. What `masked` takes for hidden is none, and no target to be
    /// known by.
    #[must_use]
    pub fn recognised(exchange: &Exchange<'_>, masked: impl Fn(&[u8]) -> bool) -> Self {
        let target = exchange.request.and_then(|message| message.head.target());
        let hidden = target.is_some_and(&masked);
        Self { hidden, ..Self::of(exchange, ids(exchange, masked)) }
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
            connection: self.connection.as_ref(),
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

    /// About so many bytes.
    #[must_use]
    pub fn weight(&self) -> usize {
        let messages = [&self.request, &self.response].into_iter().flatten().map(Kept::weight).sum::<usize>();
        let ids = self.ids.iter().map(|id| id.value.len().saturating_add(64)).sum::<usize>();
        messages.saturating_add(ids).saturating_add(FIXED)
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
        look.extend_from_slice(origin_form(head.target()?));
        Some(look)
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

/// The path and query of a target in absolute form; another one as it is.
fn origin_form(target: &[u8]) -> &[u8] {
    let rest = target.strip_prefix(b"http://").or_else(|| target.strip_prefix(b"https://"));
    let Some(rest) = rest else { return target };
    rest.iter().position(|byte| *byte == b'/').and_then(|path| rest.get(path..)).unwrap_or(b"/")
}

fn time(at: Provenance) -> Option<Timestamp> {
    match at.origin {
        Origin::Packet { time, .. } => Some(time),
        Origin::Entry { time, .. } | Origin::Log { time, .. } => time,
        Origin::Line(_) => None,
    }
}
