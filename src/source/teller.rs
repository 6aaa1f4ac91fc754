//! Tells a sink of messages that a program noted one by one: heads parsed as those of packets are, bodies as far as they are
//! shown, each response beside the request that its reader found for it.
//!
//! Memory is bounded by the text that the messages come from; so many requests may wait for their responses.

use std::collections::BTreeMap;

use super::Summary;
use super::dots::known_body;
use super::shown::{Announced, Shown, body};
use crate::anomaly::AnomalyKind;
use crate::flow::Direction;
use crate::http::{
    Body, BodyWant, CaptureId, Connection, Exchange, HeadBuf, HeadRef, Limits, Message, MessageId, MessageSink, Said, read_said,
};
use crate::secret;

/// How many requests may wait for their responses; the oldest are told without one when there are more.
const MOST_UNANSWERED: usize = 4096;

/// What is noted of a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Carried {
    /// Its bytes.
    pub(super) content: Content,
    /// Bytes that cannot be printed are dots.
    pub(super) dotted: bool,
}

/// The bytes of a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Content {
    /// The body, as far as it is shown.
    Shown(Shown),
    /// What stands behind the head on a connection of HTTP/1, with the coding of its chunks.
    Framed(Vec<u8>),
}

impl Carried {
    /// A body that is shown.
    pub(super) fn shown(shown: Shown) -> Self {
        Self { content: Content::Shown(shown), dotted: false }
    }
}

/// A request that was told, for its responses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Asked(u64);

/// A request whose response may come.
struct Open {
    head: HeadBuf,
    body: Body,
}

/// Tells a sink.
pub(super) struct Teller<'s, S> {
    sink: &'s mut S,
    limits: Limits,
    /// What was told so far.
    pub(super) summary: Summary,
    next: u64,
    open: BTreeMap<Asked, Open>,
}

impl<'s, S: MessageSink> Teller<'s, S> {
    /// Nothing was told yet.
    pub(super) fn new(limits: Limits, sink: &'s mut S) -> Self {
        Self { sink, limits, summary: Summary::default(), next: 0, open: BTreeMap::new() }
    }

    /// The same behind messages that were told by others.
    pub(super) fn behind(told: Summary, limits: Limits, sink: &'s mut S) -> Self {
        let next = told.requests.saturating_add(told.responses);
        Self { sink, limits, summary: told, next, open: BTreeMap::new() }
    }

    /// Tells a request, with its place in words for what is odd about it.
    pub(super) fn request(&mut self, place: &str, head: HeadBuf, carried: Carried) -> Asked {
        self.note(place, &head);
        self.summary.requests += 1;
        let id = self.id();
        let want = self.sink.head(id, &head.as_ref(), None, None);
        let body = self.body(place, &head, carried, None, want);
        self.sink.message(id, &body);
        let asked = Asked(id.0);
        self.open.insert(asked, Open { head, body });
        if self.open.len() > MOST_UNANSWERED
            && let Some((_, oldest)) = self.open.pop_first()
        {
            self.summary.anomalies.note(AnomalyKind::PipelineLimit, None, || {
                format!("{place}: more than {MOST_UNANSWERED} requests wait for their responses")
            });
            let asked = Message { head: oldest.head.as_ref(), body: &oldest.body };
            self.sink.exchange(&Exchange { request: Some(asked), response: None, connection: None });
        }
        asked
    }

    /// Tells a response.
    pub(super) fn response(&mut self, place: &str, asked: Option<Asked>, head: &HeadBuf, carried: Carried) {
        self.note(place, head);
        self.summary.responses += 1;
        let id = self.id();
        let request = asked.and_then(|asked| self.open.remove(&asked).map(|open| (asked, open)));
        if request.is_none() {
            let line = shown(&head.as_ref());
            self.summary.anomalies.note(AnomalyKind::ResponseWithoutRequest, None, || format!("{place}: `{line}`"));
        }
        let of = request.as_ref().map(|(_, open)| open.head.as_ref());
        let want = self.sink.head(id, &head.as_ref(), of.as_ref(), None);
        let body = self.body(place, head, carried, of.as_ref().and_then(HeadRef::method), want);
        self.sink.message(id, &body);
        if Announced::by(&head.raw).interim {
            // It belongs to no exchange: the final response follows.
            self.open.extend(request);
            return;
        }
        let asked = request.as_ref().map(|(_, open)| Message { head: open.head.as_ref(), body: &open.body });
        let answer = Message { head: head.as_ref(), body: &body };
        self.sink.exchange(&Exchange { request: asked, response: Some(answer), connection: None });
    }

    /// No more responses come.
    pub(super) fn end(self) -> Summary {
        for open in self.open.values() {
            let asked = Message { head: open.head.as_ref(), body: &open.body };
            self.sink.exchange(&Exchange { request: Some(asked), response: None, connection: None });
        }
        self.summary
    }

    fn id(&mut self) -> MessageId {
        self.next += 1;
        MessageId(self.next - 1)
    }

    /// Notes what is odd about a head.
    fn note(&mut self, place: &str, head: &HeadBuf) {
        for kind in head.head.flags.iter() {
            self.summary.anomalies.note(kind, None, || format!("{place}: `{}`", shown(&head.as_ref())));
        }
    }

    fn body(&mut self, place: &str, head: &HeadBuf, carried: Carried, method: Option<&[u8]>, want: BodyWant) -> Body {
        // Where a dot stands is seen in the whole.
        let all = if carried.dotted { BodyWant { keep: usize::MAX, sha256: false } } else { want };
        let read = match carried.content {
            Content::Shown(shown) => body(shown, all),
            Content::Framed(bytes) => self.framed(place, head, &bytes, method, all),
        };
        if carried.dotted { known_body(&read, Announced::by(&head.raw).coded, want) } else { read }
    }

    /// The body that the framing of HTTP/1 finds behind a head.
    fn framed(&mut self, place: &str, head: &HeadBuf, bytes: &[u8], method: Option<&[u8]>, want: BodyWant) -> Body {
        let asked = match method {
            Some(method) => [method, b" / HTTP/1.1\r\n\r\n"].concat(),
            None => Vec::new(),
        };
        let request = head.as_ref().is_request();
        let direction = if request { Direction::Forward } else { Direction::Backward };
        let said = [(Direction::Forward, asked.as_slice()), (direction, &head.raw), (direction, bytes)];
        let said = said.into_iter().filter(|(_, bytes)| !bytes.is_empty());
        let said = said.map(|(direction, bytes)| Said { direction, bytes, line: 1 });
        let mut found = Found { want, request, at: None, body: None };
        let read = read_said(said, self.limits, CaptureId(0), &mut found);
        for (kind, noted) in read.anomalies.iter() {
            // What is odd about the head was said.
            if matches!(kind, AnomalyKind::MalformedChunk | AnomalyKind::BodyIncomplete | AnomalyKind::NotHttp) {
                let detail = noted.detail.split_once(": ").map_or(noted.detail.as_str(), |(_, detail)| detail);
                self.summary.anomalies.note_many(kind, noted.count, None, || format!("{place}: {detail}"));
            }
        }
        found.body.unwrap_or_else(|| Body::of_length(0, Some(false)))
    }
}

/// The start line, for a detail.
fn shown(head: &HeadRef<'_>) -> String {
    secret::mask_target(&String::from_utf8_lossy(head.start_line())).chars().take(200).collect()
}

/// Waits for the body of one message: the first of its kind.
struct Found {
    want: BodyWant,
    request: bool,
    at: Option<MessageId>,
    body: Option<Body>,
}

impl MessageSink for Found {
    fn head(&mut self, id: MessageId, head: &HeadRef<'_>, _: Option<&HeadRef<'_>>, _: Option<&Connection>) -> BodyWant {
        if head.is_request() == self.request && self.at.is_none() {
            self.at = Some(id);
            return self.want;
        }
        BodyWant::NOTHING
    }

    fn message(&mut self, id: MessageId, body: &Body) {
        if self.at == Some(id) && self.body.is_none() {
            self.body = Some(body.clone());
        }
    }

    fn exchange(&mut self, _: &Exchange<'_>) {}
}
