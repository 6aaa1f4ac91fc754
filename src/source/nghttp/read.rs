//! The messages of frames, told to a sink.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::line::{Says, told};
use crate::anomaly::AnomalyKind;
use crate::http::{
    CaptureId, Fidelity, Limits, MessageKind, MessageSink, Origin, Provenance, listed_head, parse_head, start_line_kind,
};
use crate::secret;
use crate::source::Summary;
use crate::source::shown::{Announced, Shown, push};
use crate::source::teller::{Asked, Carried, Teller};

/// The end of a stream in one direction (RFC 9113 §6.2).
const END_STREAM: u8 = 1;
/// So many streams may wait for the frame that their fields are of: it stands right behind them.
const MOST_RECEIVED: usize = 4096;
/// How far lines are indented that belong to the frame above them.
const INDENT: &[u8] = b"          ";

/// A connection and a stream of it.
type Key = (u64, u32);
/// Name and value.
type Fields = Vec<(Vec<u8>, Vec<u8>)>;

/// A frame with a header list that is read.
struct Open {
    line: u32,
    key: Key,
    /// The frame opens or answers a stream, or promises one.
    promise: bool,
    flags: u8,
    fields: Fields,
}

/// Tells the sink of the messages of what nghttp wrote.
pub(in crate::source) fn read<S: MessageSink>(text: &[u8], limits: Limits, capture: CaptureId, sink: &mut S) -> Summary {
    let teller = Teller::new(limits, sink);
    let (received, asked, connections) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    let mut reading =
        Reading { teller, capture, connections, count: 0, received, asked, open: None, upgrade: None, ignored: None };
    for (line, number) in text.split(|byte| *byte == b'\n').zip(1_u32..) {
        reading.line(&plain(line.strip_suffix(b"\r").unwrap_or(line)), number);
    }
    reading.end()
}

/// A line without the colours that a terminal shows.
pub(super) fn plain(line: &[u8]) -> Cow<'_, [u8]> {
    if memchr::memchr(0x1b, line).is_none() {
        return Cow::Borrowed(line);
    }
    let mut shown = Vec::with_capacity(line.len());
    let mut rest = line;
    while let Some(at) = memchr::memmem::find(rest, b"\x1b[") {
        let (before, escape) = rest.split_at_checked(at).unwrap_or((rest, b""));
        shown.extend_from_slice(before);
        let end = escape.iter().skip(2).position(|byte| !(byte.is_ascii_digit() || *byte == b';'));
        rest = end.and_then(|end| escape.get(end + 3..)).unwrap_or_default();
    }
    shown.extend_from_slice(rest);
    Cow::Owned(shown)
}

struct Reading<'s, S> {
    teller: Teller<'s, S>,
    capture: CaptureId,
    /// The connections that run, by the numbers that they are written with.
    connections: BTreeMap<u32, u64>,
    count: u64,
    /// Fields that were received, until the frame that they are of is shown, and the line of the first.
    received: BTreeMap<Key, (u32, Fields)>,
    /// Requests that wait for their response.
    asked: BTreeMap<Key, Asked>,
    open: Option<Open>,
    /// A head of HTTP/1 that is read, with its line and connection.
    upgrade: Option<(u32, u64, Vec<u8>)>,
    /// How many lines are none of nghttp's, and the first.
    ignored: Option<(u64, u32, String)>,
}

impl<S: MessageSink> Reading<'_, S> {
    fn line(&mut self, line: &[u8], number: u32) {
        if let Some((_, _, head)) = &mut self.upgrade {
            if !line.is_empty() {
                push(head, line);
                return;
            }
            self.upgraded();
            return;
        }
        let Some((before, connection, said)) = told(line) else {
            return self.within(line, number);
        };
        self.close();
        if !before.is_empty() {
            self.ignore(before, number);
        }
        let connection = self.connection(connection, said == Says::Connected);
        match said {
            Says::Field { stream, field } => {
                let fields = self.received.entry((connection, stream)).or_insert_with(|| (number, Vec::new()));
                fields.1.extend(split(field));
                if self.received.len() > MOST_RECEIVED
                    && let Some((key, (line, fields))) = self.received.pop_first()
                {
                    self.list(line, key, &fields, None);
                }
            }
            Says::Frame { sent, kind: kind @ (b"HEADERS" | b"PUSH_PROMISE"), flags, stream } => {
                let key = (connection, stream);
                let received = if sent { None } else { self.received.remove(&key) };
                let (line, fields) = received.unwrap_or((number, Vec::new()));
                self.open = Some(Open { line, key, promise: kind == b"PUSH_PROMISE", flags, fields });
            }
            Says::Frame { kind: b"RST_STREAM", stream, .. } => {
                self.teller
                    .summary
                    .anomalies
                    .note(AnomalyKind::Http2Error, None, || format!("line {number}: stream {stream} was reset"));
            }
            Says::Upgrade => self.upgrade = Some((number + 1, connection, Vec::new())),
            Says::Frame { .. } | Says::Connected | Says::Other => {}
        }
    }

    /// A line without a time: of the frame above, or of a body.
    fn within(&mut self, line: &[u8], number: u32) {
        let Some(attribute) = line.strip_prefix(INDENT) else {
            if !line.trim_ascii().is_empty() {
                self.close();
                self.ignore(line, number);
            }
            return;
        };
        let Some(open) = &mut self.open else { return };
        if let Some(promised) = attribute.strip_prefix(b"(padlen=") {
            let promised = memchr::memmem::find(promised, b"promised_stream_id=").and_then(|at| promised.get(at + 19..));
            let promised = promised.and_then(|digits| std::str::from_utf8(digits.strip_suffix(b")")?).ok()?.parse().ok());
            if let Some(stream) = promised.filter(|_| open.promise) {
                open.key.1 = stream;
            }
        } else if !matches!(attribute.first(), None | Some(b';' | b'(' | b'[')) {
            open.fields.extend(split(attribute));
        }
    }

    /// Counts a line of a body, or of somebody else.
    fn ignore(&mut self, line: &[u8], number: u32) {
        let shown = || secret::mask_line(&String::from_utf8_lossy(line.trim_ascii())).chars().take(60).collect();
        let (count, ..) = self.ignored.get_or_insert_with(|| (0, number, shown()));
        *count += 1;
    }

    fn connection(&mut self, written: u32, begins: bool) -> u64 {
        if begins || !self.connections.contains_key(&written) {
            self.count += 1;
            self.connections.insert(written, self.count);
        }
        self.connections.get(&written).copied().unwrap_or(0)
    }

    /// The frame is over whose header list was read.
    fn close(&mut self) {
        let Some(Open { line, key, promise, flags, fields }) = self.open.take() else { return };
        // What is promised has no body (RFC 9113 §8.4.1).
        let flags = if promise { flags | END_STREAM } else { flags };
        self.list(line, key, &fields, Some(flags));
    }

    /// Tells the message of a header list; `None` as flags where the frame itself is not shown.
    fn list(&mut self, line: u32, key: Key, fields: &Fields, flags: Option<u8>) {
        let has = |pseudo: &[u8]| fields.iter().any(|(name, _)| name == pseudo);
        let kind = match (has(b":method"), has(b":status")) {
            (true, _) => MessageKind::Request,
            (false, true) => MessageKind::Response,
            // A trailer section.
            (false, false) => return,
        };
        let at = Provenance { capture: self.capture, origin: Origin::Line(line) };
        let fields = fields.iter().map(|(name, value)| (name.as_slice(), value.clone()));
        let mut head = listed_head(fields, kind, key.1, at, Fidelity::TEXT);
        if flags.is_none() {
            head.head.flags.insert(AnomalyKind::HeadIncomplete);
        }
        let announced = Announced::by(&head.raw);
        let ends = flags.is_some_and(|flags| flags & END_STREAM != 0);
        let shown =
            if ends || announced.status.is_some() && announced.none() { Shown::Whole(Vec::new()) } else { Shown::Nothing };
        let place = format!("line {line}");
        match kind {
            MessageKind::Request => {
                let asked = self.teller.request(&place, head, Carried::shown(shown));
                self.asked.insert(key, asked);
            }
            MessageKind::Response => {
                let asked = if announced.interim { self.asked.get(&key).copied() } else { self.asked.remove(&key) };
                self.teller.response(&place, asked, &head, Carried::shown(shown));
            }
        }
    }

    /// A head of HTTP/1 is over, by which a connection became one of HTTP/2: its request is that of stream 1 (RFC 7540 §3.2).
    fn upgraded(&mut self) {
        let Some((line, connection, mut bytes)) = self.upgrade.take() else { return };
        let start = bytes.split(|byte| *byte == b'\r').next().unwrap_or_default();
        if start_line_kind(start).is_none() {
            return;
        }
        push(&mut bytes, b"");
        let at = Provenance { capture: self.capture, origin: Origin::Line(line) };
        let head = parse_head(&bytes, at, Fidelity::TEXT);
        let announced = Announced::by(&bytes);
        let (place, key) = (format!("line {line}"), (connection, 1));
        let carried = Carried::shown(announced.nothing());
        if announced.status.is_none() {
            let asked = self.teller.request(&place, head, carried);
            self.asked.insert(key, asked);
        } else {
            let asked = if announced.interim { self.asked.get(&key).copied() } else { self.asked.remove(&key) };
            self.teller.response(&place, asked, &head, carried);
        }
    }

    fn end(mut self) -> Summary {
        self.close();
        self.upgraded();
        for (key, (line, fields)) in std::mem::take(&mut self.received) {
            // The frame of these fields did not come, or the text is cut.
            self.list(line, key, &fields, None);
        }
        let mut summary = self.teller.end();
        if let Some((count, line, shown)) = self.ignored {
            summary.anomalies.note_many(AnomalyKind::TextIgnored, count, None, || format!("line {line}: `{shown}`"));
        }
        summary
    }
}

/// `:path: /a: b`
fn split(field: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
    // Pseudo-header fields begin with the colon that ends other names.
    let end = memchr::memmem::find(field.get(1..)?, b": ").map(|at| at + 1);
    match end {
        Some(end) => Some((field.get(..end)?.to_vec(), field.get(end + 2..)?.to_vec())),
        // A value without a character, where white space at the end of lines is lost.
        None => Some((field.strip_suffix(b":")?.to_vec(), Vec::new())),
    }
}
