//! What was read of a text so far, and what a sink is told of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use super::export::Unpacking;
use super::request::Noted;
use super::shape::{self, Shape};
use super::{edge, request, response};
use crate::anomaly::AnomalyKind;
use crate::capture::Timestamp;
use crate::http::{Body, CaptureId, Exchange, HeadBuf, Message, MessageId, MessageSink, Origin, Provenance};
use crate::source::Summary;
use crate::source::shown::body;

/// Tells a sink of events, and notes what is odd about them.
pub(super) struct Reading<'s, S> {
    sink: &'s mut S,
    capture: CaptureId,
    summary: Summary,
    next: u64,
    /// Events without a message, by what they are: how many, and the first.
    no_message: BTreeMap<&'static str, (u64, u32)>,
    /// Events that cannot be read, and why the first cannot.
    pub(super) broken: (u64, String),
    /// Lines without an event, and the first.
    pub(super) ignored: (u64, u32),
    /// Events whose maps say different things, and how the first does.
    disagree: (u64, String),
    pub(super) unpacking: Unpacking,
    /// What is read was unpacked: nothing in it is unpacked again.
    pub(super) unpacked: bool,
}

impl<'s, S: MessageSink> Reading<'s, S> {
    pub(super) fn new(capture: CaptureId, sink: &'s mut S) -> Self {
        Self {
            sink,
            capture,
            summary: Summary::default(),
            next: 0,
            no_message: BTreeMap::new(),
            broken: (0, String::new()),
            ignored: (0, 0),
            disagree: (0, String::new()),
            unpacking: Unpacking::default(),
            unpacked: false,
        }
    }

    /// Whether something was found that is known.
    pub(super) fn told(&self) -> bool {
        self.found() > 0
    }

    /// How much was found that is known, or would be, could it be read.
    pub(super) fn found(&self) -> u64 {
        let none = self.no_message.values().map(|(count, _)| count).sum::<u64>();
        self.summary.requests + self.summary.responses + none + self.broken.0
    }

    /// An event and what the function answered, which are one exchange.
    pub(super) fn both(&mut self, number: u32, time: Option<Timestamp>, event: Value, answer: &Value) {
        let shape = shape::of(&event);
        let is_one = !matches!(shape, Shape::NoMessage(_) | Shape::Other | Shape::Edge | Shape::Response | Shape::EdgeResponse);
        let (Some(_), Some(answer)) = (event.as_object().filter(|_| is_one), answer.as_object()) else {
            self.value(number, time, event);
            return self.value(number, time, answer.clone());
        };
        let answer = if answer.contains_key("statusCode") { response::of(answer) } else { edge::response(answer) };
        let whole = Arc::new(event);
        if let Some(event) = whole.as_object() {
            self.exchange(number, time, [Some(request::of(event, shape)), Some(answer)], Some(&whole));
        }
    }

    pub(super) fn value(&mut self, number: u32, time: Option<Timestamp>, value: Value) {
        let shape = shape::of(&value);
        // The JSON is one, and may be of several exchanges.
        let whole = Arc::new(value);
        let Some(event) = whole.as_object() else { return self.ignore(number) };
        match shape {
            Shape::NoMessage(what) => self.no_message.entry(what).or_insert((0, number)).0 += 1,
            Shape::Other => self.ignore(number),
            Shape::Edge => {
                let records = event.get("Records").and_then(Value::as_array);
                for record in records.into_iter().flatten() {
                    match record.get("cf").filter(|cf| cf.is_object()) {
                        Some(cf) => self.exchange(number, time, edge::of(cf), Some(&whole)),
                        None => self.broken(|| format!("entry {number}: a record without an object `cf`")),
                    }
                }
            }
            Shape::Response => self.exchange(number, time, [None, Some(response::of(event))], None),
            Shape::EdgeResponse => self.exchange(number, time, [None, Some(edge::response(event))], None),
            _ => self.exchange(number, time, [Some(request::of(event, shape)), None], Some(&whole)),
        }
    }

    fn exchange(
        &mut self,
        number: u32,
        logged: Option<Timestamp>,
        [asked, answer]: [Option<Noted>; 2],
        event: Option<&Arc<Value>>,
    ) {
        let time = asked.as_ref().and_then(|noted| noted.time).or(logged);
        let at = Provenance { capture: self.capture, origin: Origin::Entry { number, time, server: None } };
        let request = asked.map(|noted| self.tell(number, at, noted, None, event));
        let response = answer.map(|noted| self.tell(number, at, noted, request.as_ref().map(|(head, _)| head), event));
        self.summary.requests += u64::from(request.is_some());
        self.summary.responses += u64::from(response.is_some());
        let request = request.as_ref().map(|(head, body)| Message { head: head.as_ref(), body });
        let response = response.as_ref().map(|(head, body)| Message { head: head.as_ref(), body });
        if request.is_some() || response.is_some() {
            self.sink.exchange(&Exchange { request, response, connection: None });
        }
    }

    fn tell(
        &mut self,
        number: u32,
        at: Provenance,
        noted: Noted,
        request: Option<&HeadBuf>,
        event: Option<&Arc<Value>>,
    ) -> (HeadBuf, Body) {
        let Noted { head, body: held, fidelity, unwritten, disagree, .. } = noted;
        if unwritten > 0 {
            self.summary.anomalies.note_many(AnomalyKind::EntryUnreadable, unwritten as u64, None, || {
                format!("entry {number}: a part of the request target that no target can hold")
            });
        }
        if head.unwritten > 0 {
            self.summary.anomalies.note_many(AnomalyKind::EntryUnreadable, head.unwritten as u64, None, || {
                format!("entry {number}: a field that no line can hold")
            });
        }
        if held.unreadable {
            self.summary
                .anomalies
                .note(AnomalyKind::EntryUnreadable, None, || format!("entry {number}: a body that is no base64, or may be some"));
        }
        if let Some(how) = disagree {
            if self.disagree.0 == 0 {
                self.disagree.1 = format!("entry {number}: {how}");
            }
            self.disagree.0 += 1;
        }
        let head = head.head(at, fidelity);
        for kind in head.head.flags.iter() {
            self.summary.anomalies.note(kind, None, || {
                let start_line = String::from_utf8_lossy(head.as_ref().start_line()).into_owned();
                let shown: String = crate::secret::mask_target(&start_line).chars().take(200).collect();
                format!("entry {number}: `{shown}`")
            });
        }
        let id = MessageId(self.next);
        self.next += 1;
        let want = self.sink.head(id, &head.as_ref(), request.map(HeadBuf::as_ref).as_ref(), None);
        let mut body = body(held.shown, want);
        if let Some(event) = event {
            body = body.with_event(Arc::clone(event));
        }
        self.sink.message(id, &body);
        (head, body)
    }

    pub(super) fn broken(&mut self, why: impl FnOnce() -> String) {
        if self.broken.0 == 0 {
            self.broken.1 = why();
        }
        self.broken.0 += 1;
    }

    pub(super) fn ignore(&mut self, number: u32) {
        if self.ignored.0 == 0 {
            self.ignored.1 = number;
        }
        self.ignored.0 += 1;
    }

    pub(super) fn end(self) -> Option<Result<Summary, String>> {
        let mut summary = self.summary;
        if summary.requests + summary.responses == 0 {
            let known = self.no_message.iter().next();
            return match known {
                Some((what, _)) => {
                    Some(Err(format!("holds no HTTP message: it is {what}; log the event of the function that answers")))
                }
                None if self.broken.0 > 0 => Some(Err(format!("holds an event that cannot be read: {}", self.broken.1))),
                None => None,
            };
        }
        summary.events = true;
        let anomalies = &mut summary.anomalies;
        for (what, (count, number)) in self.no_message {
            anomalies.note_many(AnomalyKind::EventWithoutMessage, count, None, || format!("entry {number}: {what}"));
        }
        if self.broken.0 > 0 {
            anomalies.note_many(AnomalyKind::EntryUnreadable, self.broken.0, None, || self.broken.1);
        }
        if self.disagree.0 > 0 {
            anomalies.note_many(AnomalyKind::HeadersDisagree, self.disagree.0, None, || self.disagree.1);
        }
        if self.ignored.0 > 0 {
            let first = self.ignored.1;
            anomalies.note_many(AnomalyKind::TextIgnored, self.ignored.0, None, || format!("entry {first}: no event"));
        }
        Some(Ok(summary))
    }
}
