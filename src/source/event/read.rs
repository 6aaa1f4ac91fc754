//! The text as a whole: what it holds, and what a sink is told of each event.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use super::csv::{self, Columns};
use super::export::{self, MOST_EVENT, Message as Logged};
use super::log::{self, Piece, is_event, is_log, may_hold};
use super::request::Noted;
use super::shape::{self, Shape};
use super::{edge, request, response};
use crate::anomaly::AnomalyKind;
use crate::capture::Timestamp;
use crate::http::{Body, CaptureId, Exchange, HeadBuf, Message, MessageId, MessageSink, Origin, Provenance};
use crate::json;
use crate::source::Summary;
use crate::source::shown::body;

/// What a log event holds may be one again: an export that was logged, a log line that is JSON.
const DEEPEST: u32 = 4;

/// Tells the sink of the events of a text that is JSON, an export of logs, or the log of a function. Nothing where it holds
/// none, which leaves the text to others.
///
/// # Errors
/// It holds what is known and no message, or events that cannot be read and none that can.
pub(in crate::source) fn read<S: MessageSink>(text: &[u8], capture: CaptureId, sink: &mut S) -> Option<Result<Summary, String>> {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let mut reading = Reading::new(capture, sink);
    let begins = |with: &[u8]| text.trim_ascii_start().starts_with(with);
    if let Some(columns) = Columns::of(text) {
        reading.table(text, columns);
    } else if !(begins(b"[") && reading.array(text)) && (begins(b"{") || begins(b"[{") || is_log(text)) {
        reading.text(text);
    }
    reading.end()
}

/// The same of any text in which nothing else was found.
///
/// # Errors
/// As [`read`].
pub(in crate::source) fn read_log<S: MessageSink>(
    text: &[u8],
    capture: CaptureId,
    sink: &mut S,
) -> Option<Result<Summary, String>> {
    let mut reading = Reading::new(capture, sink);
    reading.text(text);
    reading.end()
}

struct Reading<'s, S> {
    sink: &'s mut S,
    capture: CaptureId,
    summary: Summary,
    next: u64,
    /// Events without a message, by what they are: how many, and the first.
    no_message: BTreeMap<&'static str, (u64, u32)>,
    /// Events that cannot be read, and why the first cannot.
    broken: (u64, String),
    /// Lines without an event, and the first.
    ignored: (u64, u32),
    /// Events whose maps say different things, and how the first does.
    disagree: (u64, String),
}

impl<'s, S: MessageSink> Reading<'s, S> {
    fn new(capture: CaptureId, sink: &'s mut S) -> Self {
        Self {
            sink,
            capture,
            summary: Summary::default(),
            next: 0,
            no_message: BTreeMap::new(),
            broken: (0, String::new()),
            ignored: (0, 0),
            disagree: (0, String::new()),
        }
    }

    /// An array of events or of log events. Whether it is JSON.
    fn array(&mut self, text: &[u8]) -> bool {
        let mut values = serde_json::Deserializer::from_slice(text).into_iter::<&serde_json::value::RawValue>();
        let Some(Ok(whole)) = values.next() else { return false };
        self.members(whole.get(), 0);
        true
    }

    fn members(&mut self, raw: &str, depth: u32) {
        let mut number = 0_u32;
        export::members(raw, &mut |member| {
            number = number.saturating_add(1);
            self.entry(number, None, member, depth + 1);
        });
    }

    /// A row a log event.
    fn table(&mut self, text: &[u8], columns: Columns) {
        let mut at = csv::row(text).map_or(text.len(), |(_, next)| next);
        let mut number = 0_u32;
        while let Some((row, next)) = csv::row(text.get(at..).unwrap_or_default()) {
            number = number.saturating_add(1);
            at += next.max(1);
            if let (time, Some(message)) = columns.pick(&row) {
                let time = time.and_then(|time| super::time::written(std::str::from_utf8(time).ok()?));
                self.message(number, time, message, 1);
            }
        }
    }

    /// Lines of a log, or JSON one behind the other: the line is the number of what begins there.
    fn text(&mut self, text: &[u8]) {
        log::pieces(text, &mut |line, piece| self.piece(line, None, piece, 0));
    }

    /// The message of a log event.
    fn message(&mut self, number: u32, time: Option<Timestamp>, message: &[u8], depth: u32) {
        log::pieces(message, &mut |_, piece| self.piece(number, time, piece, depth));
    }

    fn piece(&mut self, number: u32, time: Option<Timestamp>, piece: Piece<'_>, depth: u32) {
        match piece {
            Piece::Object(raw) => self.entry(number, time, &raw, depth),
            Piece::Broken(why) => self.broken(|| why),
            Piece::Plain => self.ignore(number),
        }
    }

    /// A JSON value: an event, a log event, or an export of them.
    fn entry(&mut self, number: u32, time: Option<Timestamp>, raw: &str, depth: u32) {
        if depth > DEEPEST || !(may_hold(raw.as_bytes()) || raw.contains("awslogs")) {
            return self.ignore(number);
        }
        if let Some((message, logged)) = export::log_event(raw) {
            return match message {
                Logged::Text(text) => self.message(number, logged.or(time), text.as_bytes(), depth + 1),
                Logged::Json(json) => self.entry(number, logged.or(time), json, depth + 1),
            };
        }
        let mut within = 0_u32;
        let is_export = raw.starts_with('{')
            && export::log_events(raw, &mut |event| {
                within = within.saturating_add(1);
                self.entry(if depth == 0 { within } else { number }, time, event, depth + 1);
            });
        if is_export {
            return;
        }
        if raw.len() > MOST_EVENT {
            return self.broken(|| format!("entry {number}: an event of {} bytes, of which {MOST_EVENT} are read", raw.len()));
        }
        match json::parse(raw.as_bytes()) {
            Ok(value) => self.value(number, time, value, depth),
            // JSON of another kind, which others may read: `tshark -T json` repeats keys.
            Err(_) if !is_event(raw.as_bytes()) => self.ignore(number),
            Err(why) => {
                let why = why.rsplit_once(" at line ").map_or(why.as_str(), |(why, _)| why).to_owned();
                self.broken(|| format!("entry {number}: {why}"));
            }
        }
    }

    fn value(&mut self, number: u32, time: Option<Timestamp>, value: Value, depth: u32) {
        let value = match within(value) {
            Ok(value) => value,
            Err(value) => match export::unpacked(&value) {
                Some(text) => return self.entry(number, time, &text, depth + 1),
                None => return self.ignore(number),
            },
        };
        let shape = shape::of(&value);
        // The JSON is one, and may be of several exchanges.
        let whole = Arc::new(value);
        let Some(event) = whole.as_object() else { return self.ignore(number) };
        match shape {
            Shape::NoMessage(what) => self.no_message.entry(what).or_insert((0, number)).0 += 1,
            Shape::Other => self.ignore(number),
            Shape::Edge => {
                let records = event.get("Records").and_then(Value::as_array);
                for cf in records.into_iter().flatten().filter_map(|record| record.get("cf")) {
                    self.exchange(number, time, edge::of(cf), Some(&whole));
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
        let Noted { head, body: held, fidelity, disagree, .. } = noted;
        if head.unwritten > 0 {
            self.summary.anomalies.note_many(AnomalyKind::EntryUnreadable, head.unwritten as u64, None, || {
                format!("entry {number}: a field that no line can hold")
            });
        }
        if held.unreadable {
            self.summary
                .anomalies
                .note(AnomalyKind::EntryUnreadable, None, || format!("entry {number}: a body that is no base64"));
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

    fn broken(&mut self, why: impl FnOnce() -> String) {
        if self.broken.0 == 0 {
            self.broken.1 = why();
        }
        self.broken.0 += 1;
    }

    fn ignore(&mut self, number: u32) {
        if self.ignored.0 == 0 {
            self.ignored.1 = number;
        }
        self.ignored.0 += 1;
    }

    fn end(self) -> Option<Result<Summary, String>> {
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

/// The event itself, or in what a function logged of it: `{"event": …}`. What is neither comes back.
fn within(value: Value) -> Result<Value, Value> {
    if shape::of(&value) != Shape::Other {
        return Ok(value);
    }
    let key = ["event", "Event", "input"].into_iter().find(|key| value.get(key).is_some_and(|of| shape::of(of) != Shape::Other));
    match (key, value) {
        (Some(key), Value::Object(mut members)) => members.shift_remove(key).ok_or(Value::Null),
        (_, value) => Err(value),
    }
}
