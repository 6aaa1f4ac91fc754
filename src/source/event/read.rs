//! The text as a whole: what it holds, and what a sink is told of each event.

use serde_json::Value;

use super::export::{self, MOST_EVENT, Message as Logged};
use super::log::{self, Piece, is_event, is_log, is_platform, is_platform_json, may_hold};
use super::reading::Reading;
use super::shape::{self, Shape};
use crate::capture::Timestamp;
use crate::http::{CaptureId, MessageSink};
use crate::json;
use crate::source::Summary;
use crate::source::table::{self, Columns};

/// What a log event holds may be one again: an export that was logged, a log line that is JSON.
const DEEPEST: u32 = 4;

/// Tells the sink of the events of a text that is JSON, an export of logs, or the log of a function. Nothing where it holds
/// none, which leaves the text to others.
///
/// # Errors
/// It holds what is known and no message, or events that cannot be read and none that can.
pub(in crate::source) fn read<S: MessageSink>(text: &[u8], capture: CaptureId, sink: &mut S) -> Option<Result<Summary, String>> {
    let mut reading = Reading::new(capture, sink);
    reading.whole(text);
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

/// What [`read`] tells, and why something of it could not be read, if so.
///
/// # Errors
/// As [`read`].
pub(in crate::source) fn read_echo<S: MessageSink>(
    text: &[u8],
    capture: CaptureId,
    sink: &mut S,
) -> Option<Result<(Summary, Option<String>), String>> {
    let mut reading = Reading::new(capture, sink);
    reading.whole(text);
    let broken = (reading.broken.0 > 0).then(|| reading.broken.1.clone());
    reading.end().map(|read| read.map(|summary| (summary, broken)))
}

impl<S: MessageSink> Reading<'_, S> {
    fn whole(&mut self, text: &[u8]) {
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
        let begins = |with: &[u8]| text.trim_ascii_start().starts_with(with);
        if let Some(columns) = Columns::of(text) {
            self.table(text, columns);
        } else if !(begins(b"[") && self.arrays(text)) && (begins(b"{") || begins(b"[{") || is_log(text)) {
            self.text(text);
        }
    }

    /// Arrays of events or of log events, and what stands behind them. Whether there are some.
    fn arrays(&mut self, text: &[u8]) -> bool {
        let mut number = 0_u32;
        let mut at = 0;
        loop {
            let rest = text.get(at..).unwrap_or_default();
            let begins = rest.trim_ascii_start().first();
            let mut values = serde_json::Deserializer::from_slice(rest).into_iter::<&serde_json::value::RawValue>();
            match values.next().filter(|_| begins == Some(&b'[')) {
                Some(Ok(array)) => self.members(array.get(), &mut number, 0),
                _ if number == 0 && at == 0 => return false,
                // Something else follows. Where nothing was known so far, it is the text of others.
                _ if rest.trim_ascii().is_empty() || !(self.told() || begins == Some(&b'{')) => return true,
                _ => {
                    let lines = memchr::memchr_iter(b'\n', text.get(..at).unwrap_or_default()).count();
                    let before = u32::try_from(lines).unwrap_or(u32::MAX);
                    log::pieces(rest, &mut |line, piece| self.piece(line.saturating_add(before), None, piece, 0));
                    return true;
                }
            }
            at += values.byte_offset().max(1);
        }
    }

    fn members(&mut self, raw: &str, number: &mut u32, depth: u32) {
        export::members(raw, &mut |member| {
            *number = number.saturating_add(1);
            self.entry(*number, None, member, depth + 1);
        });
    }

    /// A row a log event.
    fn table(&mut self, text: &[u8], columns: Columns) {
        for (number, row) in (0_u32..).zip(table::rows(text)).skip(1) {
            match columns.pick(&row.values) {
                (_, Some(_)) if row.is_cut => {
                    self.broken(|| format!("line {}: a row of the table that ends too early", row.line));
                }
                (time, Some(message)) => {
                    let time = time.and_then(|time| super::time::written(std::str::from_utf8(time).ok()?));
                    self.message(number, time, message, 1);
                }
                // An empty line between rows.
                (_, None) if row.values.iter().all(|value| value.trim_ascii().is_empty()) => {}
                (_, None) => self.ignore(number),
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

    /// A JSON value: an event, a log event, an export of them, or a text that holds one of these.
    fn entry(&mut self, number: u32, time: Option<Timestamp>, raw: &str, depth: u32) {
        if raw.starts_with('"') && may_hold(raw.as_bytes()) {
            return match export::whole_text(raw) {
                Some(text) if depth <= DEEPEST => self.message(number, time, text.as_bytes(), depth + 1),
                _ => self.ignore(number),
            };
        }
        if depth > DEEPEST || !(may_hold(raw.as_bytes()) || raw.contains("awslogs")) {
            return self.nothing(number, raw);
        }
        let (found, ignored) = (self.found(), self.ignored);
        if let Some((message, logged)) = export::log_event(raw) {
            match message {
                Logged::Text(text) => self.message(number, logged.or(time), text.as_bytes(), depth + 1),
                Logged::Json(json) => self.entry(number, logged.or(time), json, depth + 1),
            }
            // Loggers write a sentence, and the event beside it.
            if self.found() > found || !raw.starts_with('{') {
                return;
            }
            let of_message = std::mem::replace(&mut self.ignored, ignored);
            self.object(number, logged.or(time), raw, depth);
            if self.found() == found {
                self.ignored = of_message;
            }
            return;
        }
        if raw.starts_with('[') {
            return self.list(number, time, raw, depth);
        }
        self.object(number, time, raw, depth);
    }

    /// A list within a list: `[[time, "{…}"], …]`, as queries of log events make it.
    fn list(&mut self, number: u32, time: Option<Timestamp>, raw: &str, depth: u32) {
        let (found, ignored) = (self.found(), self.ignored);
        let mut time = time;
        export::members(raw, &mut |member| {
            if member.starts_with(['{', '[', '"']) {
                self.entry(number, time, member, depth + 1);
            } else {
                time = time.or_else(|| super::time::written(member));
            }
        });
        if self.found() == found {
            self.ignored = ignored;
            self.ignore(number);
        }
    }

    /// An object without a message of its own.
    fn object(&mut self, number: u32, time: Option<Timestamp>, raw: &str, depth: u32) {
        let found = self.found();
        if raw.len() <= MOST_EVENT {
            match json::parse(raw.as_bytes()) {
                Ok(value) if shape::of(&value) != Shape::Other => return self.value(number, time, value),
                Ok(value) => {
                    if self.within(number, time, value, depth) {
                        return;
                    }
                }
                // JSON of another kind, which others may read: `tshark -T json` repeats keys.
                Err(_) if !is_event(raw.as_bytes()) => return self.nothing(number, raw),
                Err(why) => {
                    self.export(number, time, raw, depth);
                    if self.found() > found {
                        return;
                    }
                    let why = why.rsplit_once(" at line ").map_or(why.as_str(), |(why, _)| why).to_owned();
                    return self.broken(|| format!("entry {number}: {why}"));
                }
            }
        }
        if self.export(number, time, raw, depth) {
            return;
        }
        if raw.len() > MOST_EVENT && is_event(raw.as_bytes()) {
            return self.broken(|| format!("entry {number}: an event of {} bytes, of which {MOST_EVENT} are read", raw.len()));
        }
        self.nothing(number, raw);
    }

    /// The log events of an export. Whether it is one.
    fn export(&mut self, number: u32, time: Option<Timestamp>, raw: &str, depth: u32) -> bool {
        let mut within = 0_u32;
        let is_export = export::log_events(raw, &mut |event| {
            within = within.saturating_add(1);
            self.entry(if depth == 0 { within } else { number }, time, event, depth + 1);
        });
        match is_export {
            Ok(is_export) => is_export,
            Err(why) => {
                self.broken(|| format!("entry {number}: {why}"));
                true
            }
        }
    }

    /// What a function logged of an event, or is handed of a log: `{"event": …, "response": …}`, a text in place of the event,
    /// a packed export. Whether it is one.
    fn within(&mut self, number: u32, time: Option<Timestamp>, value: Value, depth: u32) -> bool {
        if let Some(packed) = export::packed(&value) {
            if self.unpacked {
                self.broken(|| format!("entry {number}: a packed export within a packed export"));
                return true;
            }
            match self.unpacking.unpack(packed) {
                Ok(text) => {
                    self.unpacked = true;
                    self.entry(number, time, &text, depth + 1);
                    self.unpacked = false;
                }
                Err(why) => self.broken(|| format!("entry {number}: the packed export of a subscription: {why}")),
            }
            return true;
        }
        let Value::Object(members) = value else { return false };
        let time =
            time.or_else(|| ["time", "timestamp"].iter().find_map(|key| super::time::written(members.get(*key)?.as_str()?)));
        let (mut asked, mut answered, mut texts) = (Vec::new(), Vec::new(), Vec::new());
        for (key, value) in members {
            match (shape::of(&value), value) {
                (Shape::Other, Value::String(text)) if EVENTS.contains(&key.as_str()) => texts.push(text),
                // What the Telemetry API calls a message may be a log line of its own.
                (Shape::Other, record @ Value::Object(_)) if key == "record" => texts.push(record.to_string()),
                (Shape::Other, _) => {}
                (Shape::Response | Shape::EdgeResponse, value) if [EVENTS, ANSWERS].concat().contains(&key.as_str()) => {
                    answered.push(value);
                }
                (Shape::Response | Shape::EdgeResponse, _) => {}
                (_, value) if EVENTS.contains(&key.as_str()) => asked.push(value),
                _ => {}
            }
        }
        let found = self.found();
        match (asked.as_slice(), answered.as_slice()) {
            ([event], [answer]) => self.both(number, time, event.clone(), answer),
            _ => asked.into_iter().chain(answered).for_each(|value| self.value(number, time, value)),
        }
        if self.found() == found && depth < DEEPEST {
            let ignored = self.ignored;
            texts.iter().for_each(|text| self.message(number, time, text.as_bytes(), depth + 1));
            if self.found() == found {
                self.ignored = ignored;
            }
        }
        self.found() > found
    }

    /// JSON that is none of all this. What the runtime writes is passed over.
    fn nothing(&mut self, number: u32, raw: &str) {
        let of_platform = is_platform_json(raw.as_bytes())
            || raw.starts_with('{')
                && memchr::memmem::find(raw.as_bytes(), b"RequestId: ").is_some()
                && matches!(export::log_event(raw), Some((Logged::Text(text), _)) if is_platform(text.as_bytes()));
        if !of_platform {
            self.ignore(number);
        }
    }
}

/// Names of an event within what a function logged.
const EVENTS: [&str; 4] = ["event", "Event", "input", "record"];
/// Names of what it answered.
const ANSWERS: [&str; 4] = ["response", "Response", "result", "output"];
