//! The packets of a file, and what is told of those whose bytes it does not hold.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::frame::{Frame, frame};
use super::message::Told;
use super::node::Node;
use crate::anomaly::{Anomalies, AnomalyKind};
use crate::capture::{LinkType, Timestamp};
use crate::http::{CaptureId, Fidelity, Limits, MessageKind, MessageSink, Origin, Provenance, listed_head, parse_head};
use crate::source::Summary;
use crate::source::remade::{Place, Remade, Segment};
use crate::source::shown::{Announced, Shown};
use crate::source::teller::{Asked, Carried, Teller};

/// Where a text is such a file, its first keys stand within so many bytes.
const BEGINNING: usize = 4 << 10;

/// Whether a text is what tshark prints.
pub(in crate::source) fn is_tshark(text: &[u8]) -> bool {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text).trim_ascii_start();
    let beginning = text.get(..BEGINNING).unwrap_or(text);
    let has = |key: &str| memchr::memmem::find(beginning, key.as_bytes()).is_some();
    matches!(text.first(), Some(b'[' | b'{'))
        && has("\"_index\"")
        && has("\"layers\"")
        && (has("\"_source\"") || has("\"index\""))
}

/// The packets of a file.
#[derive(Debug)]
pub(in crate::source) struct Printed {
    /// Those whose bytes are there.
    pub(in crate::source) capture: Remade,
    pub(in crate::source) anomalies: Anomalies,
    /// How many there are in all.
    pub(in crate::source) count: u64,
    /// Those of which only fields are there, with messages.
    read: Vec<Frame>,
}

/// Takes a file apart.
///
/// # Errors
/// Why none of it can be read.
pub(in crate::source) fn packets(text: &[u8]) -> Result<Printed, String> {
    let text = String::from_utf8_lossy(text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text));
    let mut frames = Frames { text: &text, at: 0, line: 1, frames: Vec::new(), unread: 0, broken: None };
    let error = frames.read();
    let Frames { frames, unread, broken, .. } = frames;
    let mut anomalies = Anomalies::default();
    if let Some(error) = error {
        if frames.is_empty() {
            return Err(format!("is what tshark prints, and cannot be read: {error}"));
        }
        anomalies.note(AnomalyKind::CaptureTruncated, None, || format!("{} packets were read: {error}", frames.len()));
    }
    if unread > 0 {
        let why = broken.unwrap_or_else(|| "a packet without layers".to_owned());
        if frames.is_empty() {
            return Err(format!("is what tshark prints, of which no packet can be read: {why}"));
        }
        anomalies.note_many(AnomalyKind::EntryUnreadable, unread, None, || why);
    }
    let known: BTreeSet<u64> = frames.iter().map(|frame| frame.number).collect();
    // Connections whose bytes do not show their messages.
    let hidden = |frame: &&Frame| {
        let bytes = frame.segment.as_ref().is_some_and(|segment| !segment.payload.is_empty());
        !frame.messages.is_empty() && (frame.opened || !bytes || frame.pieces.iter().any(|piece| !known.contains(piece)))
    };
    let hidden: BTreeSet<u32> = frames.iter().filter(hidden).filter_map(|frame| Some(frame.segment.as_ref()?.stream)).collect();
    let mut printed = Printed { capture: Remade::new(LinkType::RAW), anomalies, count: frames.len() as u64, read: Vec::new() };
    let mut undated = 0;
    for (frame, number) in frames.into_iter().zip(1_u64..) {
        undated += u64::from(frame.time.is_none());
        match &frame.segment {
            Some(segment) if !hidden.contains(&segment.stream) => {
                let number = if frame.number > 0 { frame.number } else { number };
                let of = Segment {
                    src: segment.src,
                    dst: segment.dst,
                    id: segment.id,
                    seq: segment.seq,
                    ack: segment.ack,
                    flags: segment.flags,
                    payload: &segment.payload,
                    missing: segment.missing,
                };
                printed.capture.segment(Place { number, line: None }, frame.time.unwrap_or_default(), &of);
            }
            _ if !frame.messages.is_empty() => printed.read.push(frame),
            _ => {}
        }
    }
    if undated > 0 {
        printed.anomalies.note_many(AnomalyKind::TimeUnknown, undated, None, || {
            "packets without `frame.time_epoch` are shown as of 1970-01-01".to_owned()
        });
    }
    Ok(printed)
}

impl Printed {
    /// Whether there is neither a packet's bytes nor a message.
    pub(in crate::source) fn is_empty(&self) -> bool {
        self.capture.places.is_empty() && self.read.is_empty()
    }

    /// Tells of the messages that tshark read, behind those of packets.
    pub(in crate::source) fn tell<S: MessageSink>(
        self,
        told: Summary,
        limits: Limits,
        capture: CaptureId,
        sink: &mut S,
    ) -> Summary {
        let mut telling =
            Telling { teller: Teller::behind(told, limits, sink), capture, first: BTreeMap::new(), second: BTreeMap::new() };
        for frame in self.read {
            telling.frame(frame);
        }
        telling.teller.end()
    }
}

struct Telling<'s, S> {
    teller: Teller<'s, S>,
    capture: CaptureId,
    /// Requests of HTTP/1 that wait on each connection, by the packets that they are in.
    first: BTreeMap<u32, BTreeMap<u64, VecDeque<Asked>>>,
    /// The same of HTTP/2, by their streams.
    second: BTreeMap<(u32, u32), Asked>,
}

impl<S: MessageSink> Telling<'_, S> {
    fn frame(&mut self, frame: Frame) {
        let number = frame.number;
        let place = if number > 0 { format!("packet {number}") } else { format!("line {}", frame.line) };
        let connection = frame.segment.as_ref().map_or(u32::MAX, |segment| segment.stream);
        let origin = match (&frame.segment, frame.time) {
            (Some(segment), Some((seconds, nanoseconds))) => {
                let time = u64::from(seconds).saturating_mul(1_000_000_000).saturating_add(nanoseconds.into());
                let time = Timestamp::from_nanoseconds(time);
                Origin::Packet { packet: number, stream: connection, time, src: segment.src, dst: segment.dst }
            }
            _ => Origin::Line(frame.line),
        };
        let at = Provenance { capture: self.capture, origin };
        for message in frame.messages {
            match message {
                Told::Http1 { head, asked } => self.http1(&place, (connection, number), &head, at, asked),
                Told::Http2 { stream, fields, ends } => self.http2(&place, (connection, stream), (&fields, ends), at),
            }
        }
    }

    fn http1(&mut self, place: &str, (connection, number): (u32, u64), head: &[u8], at: Provenance, asked: Option<u64>) {
        let mut read = parse_head(&masked(head), at, Fidelity::TEXT);
        if !head.ends_with(b"\r\n\r\n") {
            read.head.flags.insert(AnomalyKind::HeadIncomplete);
        }
        let announced = Announced::by(head);
        let carried = Carried::shown(announced.nothing());
        let waiting = self.first.entry(connection).or_default();
        if read.as_ref().is_request() {
            let asked = self.teller.request(place, read, carried);
            waiting.entry(number).or_default().push_back(asked);
            return;
        }
        // tshark says which packet the request is in, where it has seen it.
        let packet = asked.or_else(|| waiting.first_key_value().map(|(number, _)| *number));
        let found = packet.and_then(|packet| {
            let requests = waiting.get_mut(&packet)?;
            let found = if announced.interim { requests.front().copied() } else { requests.pop_front() };
            if requests.is_empty() {
                waiting.remove(&packet);
            }
            found
        });
        self.teller.response(place, found, &read, carried);
    }

    fn http2(&mut self, place: &str, key: (u32, u32), (fields, ends): (&[(String, String)], bool), at: Provenance) {
        let kind = match fields {
            fields if fields.iter().any(|(name, _)| name == ":method") => MessageKind::Request,
            fields if fields.iter().any(|(name, _)| name == ":status") => MessageKind::Response,
            // A trailer section.
            _ => return,
        };
        let fields = fields.iter().map(|(name, value)| (name.as_bytes(), value.replace('\u{fffd}', "…").into_bytes()));
        let head = listed_head(fields, kind, key.1, at, Fidelity::TEXT);
        let announced = Announced::by(&head.raw);
        let carried = Carried::shown(if ends { Shown::Whole(Vec::new()) } else { announced.nothing() });
        match kind {
            MessageKind::Request => {
                let asked = self.teller.request(place, head, carried);
                self.second.insert(key, asked);
            }
            MessageKind::Response => {
                let asked = if announced.interim { self.second.get(&key).copied() } else { self.second.remove(&key) };
                self.teller.response(place, asked, &head, carried);
            }
        }
    }
}

/// Bytes that tshark could not print are masks.
fn masked(head: &[u8]) -> Vec<u8> {
    String::from_utf8_lossy(head).replace('\u{fffd}', "…").into_bytes()
}

/// The packets of a text, one after the other.
struct Frames<'t> {
    text: &'t str,
    /// Up to where lines were counted, and how many.
    at: usize,
    line: u32,
    frames: Vec<Frame>,
    /// Packets without layers.
    unread: u64,
    /// What is wrong with the first of them that is no JSON as it is read here.
    broken: Option<String>,
}

impl<'t> Frames<'t> {
    /// Reads all of them, to the end or to what cannot be read.
    fn read(&mut self) -> Option<serde_json::Error> {
        if self.text.trim_start().starts_with('[') {
            let mut deserializer = serde_json::Deserializer::from_str(self.text);
            return self.deserialize(&mut deserializer).err();
        }
        for packet in serde_json::Deserializer::from_str(self.text).into_iter::<&'t RawValue>() {
            match packet {
                Ok(packet) => self.packet(packet),
                Err(error) => return Some(error),
            }
        }
        None
    }

    fn packet(&mut self, packet: &'t RawValue) {
        let begin = packet.get().as_ptr().addr().saturating_sub(self.text.as_ptr().addr());
        let passed = self.text.as_bytes().get(self.at..begin).unwrap_or_default();
        let lines = memchr::memchr_iter(b'\n', passed).count();
        self.line = self.line.saturating_add(u32::try_from(lines).unwrap_or(u32::MAX));
        self.at = begin.max(self.at);
        let object = match serde_json::from_str(packet.get()) {
            Ok(Node::Object(object)) => object,
            read => {
                self.unread += 1;
                let (line, error) = (self.line, read.err());
                let said = |error: serde_json::Error| match error.to_string() {
                    said if said.starts_with("recursion limit") => {
                        format!("line {line}: the packet is nested too deep: more than 127 levels")
                    }
                    said => format!("line {line}: the packet: {said}"),
                };
                self.broken = self.broken.take().or(error.map(said));
                return;
            }
        };
        // Of `-T ek` every other line is an index alone.
        match frame(&object, self.line) {
            Some(frame) => self.frames.push(frame),
            None => self.unread += u64::from(object.objects("index").next().is_none()),
        }
    }
}

impl<'de> DeserializeSeed<'de> for &mut Frames<'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for &mut Frames<'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of packets")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while let Some(packet) = list.next_element::<&'de RawValue>()? {
            self.packet(packet);
        }
        Ok(())
    }
}
