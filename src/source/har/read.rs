//! The file as a whole: which entries there are, and what a sink is told of each.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserializer as _, IgnoredAny, MapAccess, Visitor};

use super::document::{Entry, File};
use super::entry::{Exchange as Seen, Noted, exchange};
use crate::anomaly::{Anomalies, AnomalyKind};
use crate::capture::Timestamp;
use crate::http::{CaptureId, Exchange, Fidelity, HeadBuf, Message, MessageId, MessageSink, Origin, Provenance, parse_head};
use crate::secret;
use crate::source::Summary;
use crate::source::shown::body;

/// Where a text is a HAR, its first key stands within so many bytes.
const BEGINNING: usize = 64 << 10;

/// Whether a text is a HAR, or was meant to be one: an object with `log` as a member, which holds entries.
pub(in crate::source) fn is_har(text: &[u8]) -> bool {
    let text = without_mark(text).trim_ascii_start();
    let has = |text: &[u8], key: &str| memchr::memmem::find(text, key.as_bytes()).is_some();
    let Some(inside) = text.strip_prefix(b"{") else { return false };
    let beginning = inside.get(..BEGINNING).unwrap_or(inside);
    let first = inside.trim_ascii_start().starts_with(b"\"log\"");
    first || (has(beginning, "\"log\"") && has(inside, "\"entries\"") && has_log(text))
}

/// Whether an object has `log` as a member: within it, it may be anything.
fn has_log(object: &[u8]) -> bool {
    let mut found = false;
    // What is wrong behind it is said when it is read.
    let _ = serde_json::Deserializer::from_slice(object).deserialize_map(Members(&mut found));
    found
}

/// Looks through the members of an object, up to `log`.
struct Members<'f>(&'f mut bool);

impl<'de> Visitor<'de> for Members<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key::<Cow<'de, str>>()? {
            if name == "log" {
                *self.0 = true;
                break;
            }
            map.next_value::<IgnoredAny>()?;
        }
        Ok(())
    }
}

/// Tells the sink of the messages of a HAR.
///
/// # Errors
/// What is wrong with the file, and where: it is no JSON, no HAR, or none of its entries can be read.
pub(in crate::source) fn read<S: MessageSink>(text: &[u8], capture: CaptureId, sink: &mut S) -> Result<Summary, String> {
    let text = without_mark(text);
    let file: File<'_> = serde_json::from_slice(text).map_err(|error| format!("is a HAR that cannot be read: {error}"))?;
    let mut reading = Reading { sink, capture, summary: Summary::default(), next: 0 };
    let mut not_sent = BTreeMap::<&str, (u64, usize)>::new();
    let (mut broken, mut first) = (0_u64, None);
    for (number, entry) in file.log.entries.iter().enumerate().map(|(at, entry)| (at + 1, entry)) {
        match serde_json::from_str::<Entry<'_>>(entry.get()) {
            Ok(entry) => match exchange(&entry) {
                Seen::Sent { request, response, server } => {
                    let number = u32::try_from(number).unwrap_or(u32::MAX);
                    let origin = Origin::Entry { number, time: time(&entry), server };
                    reading.exchange(number, origin, &request, response.as_ref());
                }
                Seen::NotSent(why) => not_sent.entry(why).or_insert((0, number)).0 += 1,
                Seen::Unreadable(why) => {
                    broken += 1;
                    first.get_or_insert_with(|| format!("entry {number}: {why}"));
                }
            },
            Err(error) => {
                broken += 1;
                first.get_or_insert_with(|| format!("entry {number}: {}", without_place(&error)));
            }
        }
    }
    let mut summary = reading.summary;
    if let Some(first) = first {
        if broken == file.log.entries.len() as u64 {
            return Err(format!("is a HAR none of whose {broken} entries can be read: {first}"));
        }
        summary.anomalies.note_many(AnomalyKind::EntryUnreadable, broken, None, || first);
    }
    for (why, (count, number)) in not_sent {
        summary.anomalies.note_many(AnomalyKind::EntryNotSent, count, None, || format!("entry {number}: {why}"));
    }
    Ok(summary)
}

/// Without the byte order mark that some programs write.
fn without_mark(text: &[u8]) -> &[u8] {
    text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text)
}

/// The places in an entry's own text say nothing of the file.
fn without_place(error: &serde_json::Error) -> String {
    let said = error.to_string();
    said.rsplit_once(" at line ").map_or(said.as_str(), |(said, _)| said).to_owned()
}

fn time(entry: &Entry<'_>) -> Option<Timestamp> {
    let time: jiff::Timestamp = entry.started_date_time.as_deref()?.parse().ok()?;
    u64::try_from(time.as_nanosecond()).ok().map(Timestamp::from_nanoseconds)
}

struct Reading<'s, S> {
    sink: &'s mut S,
    capture: CaptureId,
    summary: Summary,
    next: u64,
}

impl<S: MessageSink> Reading<'_, S> {
    fn exchange(&mut self, number: u32, origin: Origin, request: &Noted, response: Option<&Noted>) {
        let at = Provenance { capture: self.capture, origin };
        let asked = head(request, number, at, &mut self.summary.anomalies);
        let asked_body = self.tell(&asked, request, None);
        self.summary.requests += 1;
        let asked_message = Message { head: asked.as_ref(), body: &asked_body };
        let Some(response) = response else {
            return self.sink.exchange(&Exchange { request: Some(asked_message), response: None, connection: None });
        };
        let answer = head(response, number, at, &mut self.summary.anomalies);
        let answer_body = self.tell(&answer, response, Some(&asked));
        self.summary.responses += 1;
        let answer = Message { head: answer.as_ref(), body: &answer_body };
        // Another response follows what is interim; a HAR notes the last one alone.
        self.sink.exchange(&Exchange { request: Some(asked_message), response: Some(answer), connection: None });
    }

    fn tell(&mut self, head: &HeadBuf, noted: &Noted, request: Option<&HeadBuf>) -> crate::http::Body {
        let id = MessageId(self.next);
        self.next += 1;
        let want = self.sink.head(id, &head.as_ref(), request.map(HeadBuf::as_ref).as_ref(), None);
        let body = body(noted.body.clone(), want);
        self.sink.message(id, &body);
        body
    }
}

/// The head of a message, with what is odd about it noted.
fn head(noted: &Noted, number: u32, at: Provenance, anomalies: &mut Anomalies) -> HeadBuf {
    let mut head = parse_head(&noted.head, at, Fidelity::HAR);
    if noted.unwritten > 0 {
        // What is left out may be any field.
        head.head.flags.insert(AnomalyKind::HeadIncomplete);
        anomalies.note_many(AnomalyKind::EntryUnreadable, noted.unwritten as u64, None, || {
            format!("entry {number}: a field or reason phrase that no line can hold")
        });
    }
    for kind in head.head.flags.iter() {
        anomalies.note(kind, None, || {
            let start_line = String::from_utf8_lossy(head.as_ref().start_line());
            let shown: String = secret::mask_target(&start_line).chars().take(200).collect();
            format!("entry {number}: `{shown}`")
        });
    }
    head
}
