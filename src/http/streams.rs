//! The HTTP layer's side of the flow layer: bytes of two streams in, messages out.
//!
//! A head is parsed where it lies in its packet when it is whole there, and from a buffer otherwise; both give the same.
//! Bytes that are no HTTP are passed over to the next start line and noted. Everything kept is bounded: a head, the
//! heads of all flows in all, the requests that wait.

use std::collections::BTreeMap;

use memchr::memchr;

use super::conversation::{Content, Conversation, Mode, Waiting};
use super::parse::{self, Strict};
use super::start::{Guess, find_start, judge};
use super::{CaptureId, FieldLine, HeadFlags, MessageKind, MessageSink, chunked, lenient};
use crate::anomaly::{Anomalies, AnomalyKind};
use crate::capture::PacketAt;
use crate::flow::{Chunk, Direction, FlowInfo, Gap, Need, StreamEnd, StreamSink};

/// The longest head.
pub(super) const LONGEST_HEAD: usize = 256 << 10;
/// The longest line between messages in which a start line is looked for.
const LONGEST_LINE: usize = 8 << 10;
/// What all flows may buffer of heads that are not whole.
const PARTIAL_IN_ALL: usize = 32 << 20;
/// The end of a PROXY protocol header, version 2, that its length is read from.
const PROXY_2: &[u8; 12] = b"\r\n\r\n\0\r\nQUIT\n";

/// Reads HTTP/1 from streams and tells a [`MessageSink`].
#[derive(Debug)]
pub struct HttpStreams<'s, M> {
    pub(super) sink: &'s mut M,
    pub(super) capture: CaptureId,
    /// The number of the next message.
    pub(super) next: u64,
    pub(super) requests: u64,
    pub(super) responses: u64,
    pub(super) anomalies: Anomalies,
    undecoded: BTreeMap<(&'static str, u16), u64>,
    pub(super) lines: Vec<FieldLine>,
    unfolded: Vec<u8>,
    /// What waiting requests hold in all.
    pub(super) held: usize,
    /// What `partial` of all streams holds.
    buffered: usize,
    #[expect(clippy::vec_box, reason = "the boxes are what is pooled")]
    pub(super) pool: Vec<Box<Waiting>>,
    #[expect(clippy::vec_box, reason = "the boxes are what is pooled")]
    conversations: Vec<Box<Conversation>>,
}

impl<'s, M: MessageSink> HttpStreams<'s, M> {
    /// Tells this sink of the messages of one capture.
    pub fn new(capture: CaptureId, sink: &'s mut M) -> Self {
        Self {
            sink,
            capture,
            next: 0,
            requests: 0,
            responses: 0,
            anomalies: Anomalies::default(),
            undecoded: BTreeMap::new(),
            lines: Vec::new(),
            unfolded: Vec::new(),
            held: 0,
            buffered: 0,
            pool: Vec::new(),
            conversations: Vec::new(),
        }
    }

    /// Requests told so far.
    #[must_use]
    pub fn requests(&self) -> u64 {
        self.requests
    }

    /// Responses told so far, interim ones too.
    #[must_use]
    pub fn responses(&self) -> u64 {
        self.responses
    }

    /// What was lost or odd so far.
    #[must_use]
    pub fn anomalies(&self) -> &Anomalies {
        &self.anomalies
    }

    /// Flows whose content was not decoded, by what they hold and the server's port, with how many.
    pub fn undecoded(&self) -> impl Iterator<Item = (&'static str, u16, u64)> + '_ {
        self.undecoded.iter().map(|(&(content, port), &flows)| (content, port, flows))
    }

    /// Takes bytes as the stream stands; returns those that are left.
    fn step<'a>(
        &mut self,
        flow: &FlowInfo,
        talk: &mut Conversation,
        direction: Direction,
        rest: &'a [u8],
        at: PacketAt,
    ) -> &'a [u8] {
        let stream = talk.stream(direction);
        match stream.mode {
            Mode::Start => self.start(flow, talk, direction, rest, at),
            Mode::Length(left) => {
                let take = usize::try_from(left).unwrap_or(usize::MAX).min(rest.len());
                let (body, behind) = rest.split_at_checked(take).unwrap_or((rest, &[]));
                if let Some(running) = &mut stream.running {
                    running.tally.feed(body);
                }
                stream.mode = Mode::Length(left - take as u64);
                if stream.mode == Mode::Length(0) {
                    stream.mode = Mode::Start;
                    self.finish(talk, direction, true);
                }
                behind
            }
            Mode::UntilClose => {
                if let Some(running) = &mut stream.running {
                    running.tally.feed(rest);
                }
                &[]
            }
            Mode::ChunkData(left) => {
                let take = usize::try_from(left).unwrap_or(usize::MAX).min(rest.len());
                let (body, behind) = rest.split_at_checked(take).unwrap_or((rest, &[]));
                if let Some(running) = &mut stream.running {
                    running.tally.feed(body);
                }
                let left = left - take as u64;
                stream.mode = if left == 0 { Mode::ChunkEnd } else { Mode::ChunkData(left) };
                behind
            }
            Mode::ChunkSize | Mode::ChunkEnd | Mode::Trailers => self.chunk_line(talk, direction, rest, at),
            Mode::Lost => self.search(flow, talk, direction, rest, at),
            Mode::Over => &[],
        }
    }

    /// A start line is due, or the rest of a head.
    fn start<'a>(
        &mut self,
        flow: &FlowInfo,
        talk: &mut Conversation,
        direction: Direction,
        rest: &'a [u8],
        at: PacketAt,
    ) -> &'a [u8] {
        let role = talk.role(direction);
        let stream = talk.stream(direction);
        if stream.partial.is_empty() {
            if stream.fresh {
                match opening(rest) {
                    Opening::Message => stream.fresh = false,
                    Opening::Unsure => return keep(stream, rest, at),
                    Opening::Proxy(length) => {
                        stream.fresh = false;
                        return rest.get(length..).unwrap_or_default();
                    }
                    Opening::Tls => return stop(talk, Content::Tls),
                }
            }
            // Empty lines before a start line are to be ignored (RFC 9112 §2.2).
            let begin = rest.iter().position(|&b| b != b'\r' && b != b'\n').unwrap_or(rest.len());
            let head = rest.get(begin..).unwrap_or_default();
            let kind = role.unwrap_or(if head.starts_with(b"HTTP/") { MessageKind::Response } else { MessageKind::Request });
            let mut lines = std::mem::take(&mut self.lines);
            let parsed = parse::strict(head, kind, &mut lines);
            self.lines = lines;
            let Strict::Whole(length, split) = parsed else {
                if head.is_empty() {
                    return &[];
                }
                // Everything else goes through the buffer.
                return self.buffer(flow, talk, direction, head, at);
            };
            let (raw, behind) = head.split_at_checked(length).unwrap_or((head, &[]));
            return self.head(flow, talk, direction, kind, raw, split, behind, at);
        }
        self.buffer(flow, talk, direction, rest, at)
    }

    /// Adds bytes to a head that is not whole, or not regular, and takes it when it is whole.
    fn buffer<'a>(
        &mut self,
        flow: &FlowInfo,
        talk: &mut Conversation,
        direction: Direction,
        rest: &'a [u8],
        at: PacketAt,
    ) -> &'a [u8] {
        let stream = talk.stream(direction);
        let before = stream.partial.len();
        keep(stream, rest, at);
        if stream.fresh {
            match opening(&stream.partial) {
                Opening::Message => stream.fresh = false,
                Opening::Unsure => return &[],
                Opening::Proxy(length) => {
                    stream.fresh = false;
                    stream.partial = Vec::new();
                    return rest.get(length.saturating_sub(before)..).unwrap_or_default();
                }
                Opening::Tls => return stop(talk, Content::Tls),
            }
            // What a PROXY header might have been may be empty lines.
            let empty = stream.partial.iter().take_while(|&&b| b == b'\r' || b == b'\n').count();
            stream.partial.drain(..empty);
        }
        self.take_head(flow, talk, direction, rest, at)
    }

    /// Takes the head that the buffer begins with, when it is whole; `rest` are the bytes that were added last.
    fn take_head<'a>(
        &mut self,
        flow: &FlowInfo,
        talk: &mut Conversation,
        direction: Direction,
        rest: &'a [u8],
        at: PacketAt,
    ) -> &'a [u8] {
        let role = talk.role(direction);
        let stream = talk.stream(direction);
        let kind = match stream.judged {
            Some(kind) => kind,
            None => match judge(&stream.partial, role) {
                Guess::Unsure => return &[],
                Guess::Neither => {
                    // Maybe a start line stands behind other bytes; never at the first, or this would not end.
                    stream.junk.get_or_insert(at.number);
                    stream.scanned = 0;
                    if let Some(start) = find_start(&stream.partial, role).filter(|&start| start > 0) {
                        stream.partial.drain(..start);
                        return self.take_head(flow, talk, direction, rest, at);
                    }
                    let last = memchr::memrchr(b'\n', &stream.partial).map_or(0, |lf| lf + 1);
                    let last = last.max(stream.partial.len().saturating_sub(LONGEST_LINE));
                    stream.partial.drain(..last);
                    stream.mode = Mode::Lost;
                    self.lost(talk, direction);
                    return &[];
                }
                Guess::Is(kind) => kind,
            },
        };
        if stream.judged.is_none() && stream.partial.starts_with(b"PRI * HTTP/2") {
            return stop(talk, Content::Http2);
        }
        stream.judged = Some(kind);
        let length = match parse::head_end(&stream.partial, stream.scanned as usize) {
            Ok(length) => length,
            Err(scanned) => {
                stream.scanned = u32::try_from(scanned).unwrap_or(u32::MAX);
                if stream.partial.len() > LONGEST_HEAD || self.buffered > PARTIAL_IN_ALL {
                    self.cut_head(flow, talk, direction, AnomalyKind::HeadLimit);
                    talk.stream(direction).mode = Mode::Lost;
                }
                return &[];
            }
        };
        let mut partial = std::mem::take(&mut stream.partial);
        stream.judged = None;
        stream.scanned = 0;
        // The head's end was not among the bytes that were there before, so what is behind it lies in `rest`.
        let behind = rest.len() - (partial.len() - length).min(rest.len());
        let behind = rest.get(behind..).unwrap_or_default();
        let behind_buffer = partial.split_off(length.min(partial.len()));
        let left = self.whole(flow, talk, direction, kind, &mut partial, behind, at);
        drop(behind_buffer);
        partial.clear();
        let stream = talk.stream(direction);
        if stream.partial.is_empty() && stream.mode != Mode::Over && partial.capacity() <= LONGEST_LINE {
            stream.partial = partial;
        }
        left
    }

    /// Parses a head from a buffer, the usual way where it is regular.
    #[expect(clippy::too_many_arguments, reason = "the place and the bytes of a head")]
    fn whole<'a>(
        &mut self,
        flow: &FlowInfo,
        talk: &mut Conversation,
        direction: Direction,
        kind: MessageKind,
        raw: &mut Vec<u8>,
        behind: &'a [u8],
        at: PacketAt,
    ) -> &'a [u8] {
        let mut lines = std::mem::take(&mut self.lines);
        let mut unfolded = std::mem::take(&mut self.unfolded);
        let split = match parse::strict(raw, kind, &mut lines) {
            Strict::Whole(_, split) => split,
            Strict::Partial | Strict::Odd => {
                let split = lenient::split(raw, kind, &mut lines, &mut unfolded);
                raw.extend_from_slice(&unfolded);
                split
            }
        };
        self.lines = lines;
        self.unfolded = unfolded;
        self.head(flow, talk, direction, kind, raw, split, behind, at)
    }

    /// Tells a head that will not become whole, with what is there of it.
    fn cut_head(&mut self, flow: &FlowInfo, talk: &mut Conversation, direction: Direction, why: AnomalyKind) {
        let role = talk.role(direction);
        let stream = talk.stream(direction);
        let mut raw = std::mem::take(&mut stream.partial);
        let at = stream.at;
        let kind = stream.judged.take().or_else(|| likely(&raw, role));
        stream.scanned = 0;
        let Some(kind) = kind else {
            stream.junk.get_or_insert(at.number);
            self.note_junk(talk, direction);
            return;
        };
        let mut lines = std::mem::take(&mut self.lines);
        let mut unfolded = std::mem::take(&mut self.unfolded);
        let mut split = lenient::split(&raw, kind, &mut lines, &mut unfolded);
        raw.extend_from_slice(&unfolded);
        self.lines = lines;
        self.unfolded = unfolded;
        split.flags.insert(why);
        self.head(flow, talk, direction, kind, &raw, split, &[], at);
    }

    /// Looks for the next start line.
    fn search<'a>(
        &mut self,
        flow: &FlowInfo,
        talk: &mut Conversation,
        direction: Direction,
        rest: &'a [u8],
        at: PacketAt,
    ) -> &'a [u8] {
        let opener = flow.opener.filter(|_| talk.client.is_none());
        let role = talk.role(direction).or_else(|| {
            let opener = opener?;
            Some(if opener == direction { MessageKind::Request } else { MessageKind::Response })
        });
        let stream = talk.stream(direction);
        stream.junk.get_or_insert(at.number);
        if stream.partial.is_empty() {
            if let Some(start) = find_start(rest, role) {
                stream.mode = Mode::Start;
                return rest.get(start..).unwrap_or_default();
            }
            // A start line may have begun in the last line.
            let last = memchr::memrchr(b'\n', rest).map_or(0, |lf| lf + 1);
            let last = last.max(rest.len().saturating_sub(LONGEST_LINE));
            return keep(stream, rest.get(last..).unwrap_or_default(), at);
        }
        // Only the line that was not whole is put together; the rest is searched where it lies.
        let end = memchr(b'\n', rest).map_or(rest.len(), |lf| lf + 1);
        let (line, behind) = rest.split_at_checked(end).unwrap_or((rest, &[]));
        keep(stream, line, at);
        if let Some(start) = find_start(&stream.partial, role) {
            stream.partial.drain(..start);
            stream.mode = Mode::Start;
            stream.scanned = 0;
            return self.buffer(flow, talk, direction, behind, at);
        }
        if stream.partial.ends_with(b"\n") {
            stream.partial.clear();
        } else if stream.partial.len() > 2 * LONGEST_LINE {
            let excess = stream.partial.len() - LONGEST_LINE;
            stream.partial.drain(..excess);
        }
        behind
    }

    /// A line of chunk framing is due.
    fn chunk_line<'a>(&mut self, talk: &mut Conversation, direction: Direction, rest: &'a [u8], at: PacketAt) -> &'a [u8] {
        let stream = talk.stream(direction);
        let Some(lf) = memchr(b'\n', rest) else {
            keep(stream, rest, at);
            if stream.partial.len() > chunked::LONGEST || self.buffered > PARTIAL_IN_ALL {
                self.malformed_chunk(talk, direction, at);
            }
            return &[];
        };
        let (whole, behind) = rest.split_at_checked(lf + 1).unwrap_or((rest, &[]));
        let partial = std::mem::take(&mut stream.partial);
        let joined;
        let line = if partial.is_empty() {
            whole
        } else {
            joined = [&partial, whole].concat();
            &joined
        };
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        match (stream.mode, chunked::size(line)) {
            (Mode::ChunkSize, Some(0)) => stream.mode = Mode::Trailers,
            (Mode::ChunkSize, Some(size)) => stream.mode = Mode::ChunkData(size),
            (Mode::ChunkEnd, _) if line.is_empty() => stream.mode = Mode::ChunkSize,
            (Mode::Trailers, _) if line.is_empty() => {
                stream.mode = Mode::Start;
                self.finish(talk, direction, true);
            }
            (Mode::Trailers, _) => {
                let mut flags = HeadFlags::default();
                let mut full = false;
                if let Some(running) = &mut stream.running {
                    let trailers = &mut running.tally.body.trailers;
                    full = trailers.raw.len() > chunked::LONGEST;
                    if !full {
                        chunked::trailer(trailers, line, &mut flags);
                    }
                }
                if full {
                    flags.insert(AnomalyKind::HeadLimit);
                }
                for kind in flags.iter() {
                    self.anomalies.note(kind, Some(at.number), || "in a trailer section".to_owned());
                }
            }
            _ => {
                let shown = String::from_utf8_lossy(line.get(..line.len().min(40)).unwrap_or_default()).into_owned();
                self.anomalies.note(AnomalyKind::MalformedChunk, Some(at.number), || format!("{shown:?}"));
                stream.mode = Mode::Lost;
                self.finish(talk, direction, false);
                self.lost(talk, direction);
            }
        }
        behind
    }

    fn malformed_chunk(&mut self, talk: &mut Conversation, direction: Direction, at: PacketAt) {
        self.anomalies.note(AnomalyKind::MalformedChunk, Some(at.number), || "a line without end".to_owned());
        let stream = talk.stream(direction);
        stream.partial = Vec::new();
        stream.mode = Mode::Lost;
        self.finish(talk, direction, false);
        self.lost(talk, direction);
    }

    /// Notes bytes that were passed over, once messages show that the flow is HTTP.
    pub(super) fn note_junk(&mut self, talk: &mut Conversation, direction: Direction) {
        let messages = talk.messages;
        let stream = talk.stream(direction);
        if let Some(packet) = stream.junk.filter(|_| messages) {
            stream.junk = None;
            let note = || "bytes where a start line should be, passed over to the next one".to_owned();
            self.anomalies.note(AnomalyKind::NotHttp, Some(packet), note);
        }
    }

    /// Applies the bytes that were skipped since the stream was looked at last.
    fn settle(talk: &mut Conversation, direction: Direction, skipped: u64) {
        let stream = talk.stream(direction);
        if skipped == 0 {
            return;
        }
        if let Some(running) = &mut stream.running {
            running.tally.skip(skipped);
        }
        match stream.mode {
            Mode::Length(left) => stream.mode = Mode::Length(left.saturating_sub(skipped)),
            Mode::ChunkData(left) if left <= skipped => stream.mode = Mode::ChunkEnd,
            Mode::ChunkData(left) => stream.mode = Mode::ChunkData(left - skipped),
            _ => {}
        }
    }

    fn need(talk: &mut Conversation, direction: Direction) -> Need {
        let stream = talk.stream(direction);
        match (stream.mode, stream.skippable()) {
            (Mode::Over, _) => Need::Nothing,
            (_, 0) => Need::Bytes,
            (_, bytes) => Need::Skip(bytes),
        }
    }
}

impl<M: MessageSink> StreamSink for HttpStreams<'_, M> {
    type State = Box<Conversation>;

    fn open(&mut self, _flow: &FlowInfo) -> Self::State {
        self.conversations.pop().unwrap_or_else(|| Box::new(Conversation::new()))
    }

    fn data(&mut self, flow: &FlowInfo, talk: &mut Self::State, chunk: Chunk<'_>) -> Need {
        let Chunk { direction, data, at } = chunk;
        if talk.content == Content::NoBytes {
            talk.content = Content::Other;
        }
        let stream = talk.stream(direction);
        let (skipped, before) = (stream.skippable(), stream.partial.len());
        Self::settle(talk, direction, skipped);
        let mut rest = data;
        while !rest.is_empty() {
            rest = self.step(flow, talk, direction, rest, at);
        }
        self.buffered = (self.buffered + talk.stream(direction).partial.len()).saturating_sub(before);
        Self::need(talk, direction)
    }

    fn gap(&mut self, flow: &FlowInfo, talk: &mut Self::State, gap: Gap) -> Need {
        let Gap { direction, length, at } = gap;
        if talk.content == Content::NoBytes {
            talk.content = Content::Other;
        }
        let stream = talk.stream(direction);
        let (skipped, before) = (stream.skippable(), stream.partial.len());
        stream.fresh = false;
        Self::settle(talk, direction, skipped);
        let stream = talk.stream(direction);
        match stream.mode {
            Mode::Start => {
                if !stream.partial.is_empty() {
                    self.cut_head(flow, talk, direction, AnomalyKind::HeadIncomplete);
                }
                self.lose_place(talk, direction);
            }
            Mode::Length(left) => {
                if let Some(running) = &mut stream.running {
                    running.tally.lose(left.min(length));
                }
                stream.mode = Mode::Length(left.saturating_sub(length));
                if left <= length {
                    stream.mode = Mode::Start;
                    self.finish(talk, direction, true);
                }
                if left < length {
                    self.lose_place(talk, direction);
                }
            }
            Mode::ChunkData(left) if length <= left => {
                if let Some(running) = &mut stream.running {
                    running.tally.lose(length);
                }
                stream.mode = if left == length { Mode::ChunkEnd } else { Mode::ChunkData(left - length) };
            }
            Mode::UntilClose => {
                if let Some(running) = &mut stream.running {
                    running.tally.lose(length);
                }
            }
            Mode::ChunkSize | Mode::ChunkEnd | Mode::ChunkData(_) | Mode::Trailers => {
                self.body_incomplete(at, "lost bytes hold the framing of its chunks");
                self.finish(talk, direction, false);
                self.lose_place(talk, direction);
            }
            Mode::Lost => {
                stream.partial.clear();
                self.lost(talk, direction);
            }
            Mode::Over => {}
        }
        self.buffered = (self.buffered + talk.stream(direction).partial.len()).saturating_sub(before);
        Self::need(talk, direction)
    }

    fn end(
        &mut self,
        flow: &FlowInfo,
        talk: &mut Self::State,
        direction: Direction,
        end: StreamEnd,
        unskipped: u64,
        at: PacketAt,
    ) {
        let stream = talk.stream(direction);
        let (skippable, before) = (stream.skippable(), stream.partial.len());
        Self::settle(talk, direction, skippable.saturating_sub(unskipped));
        let stream = talk.stream(direction);
        match stream.mode {
            Mode::Start if !stream.partial.is_empty() => self.cut_head(flow, talk, direction, AnomalyKind::HeadIncomplete),
            Mode::UntilClose if end == StreamEnd::Fin => self.finish(talk, direction, true),
            Mode::Length(_) | Mode::UntilClose | Mode::ChunkSize | Mode::ChunkData(_) | Mode::ChunkEnd | Mode::Trailers => {
                self.body_incomplete(at, "its stream ended");
                self.finish(talk, direction, false);
            }
            Mode::Start | Mode::Lost | Mode::Over => {}
        }
        self.note_junk(talk, direction);
        talk.stream(direction).mode = Mode::Over;
        self.buffered = self.buffered.saturating_sub(before);
        talk.stream(direction).partial.clear();
    }

    fn close(&mut self, flow: &FlowInfo, mut talk: Self::State) {
        self.unanswered(&mut talk);
        if !talk.messages || talk.content > Content::Tls {
            let [first, second] = flow.ends;
            let port = flow.opener.map_or(first.port.min(second.port), |opener| flow.dst(opener).port);
            *self.undecoded.entry((talk.content.name(), port)).or_default() += 1;
        }
        if self.conversations.len() < 1024 {
            talk.clear();
            self.conversations.push(talk);
        }
    }

    fn anomalies(&mut self) -> &mut Anomalies {
        &mut self.anomalies
    }
}

/// Adds bytes to what is not whole.
fn keep<'a>(stream: &mut super::conversation::HttpStream, bytes: &[u8], at: PacketAt) -> &'a [u8] {
    if !bytes.is_empty() {
        stream.partial.extend_from_slice(bytes);
        stream.at = at;
    }
    &[]
}

fn stop<'a>(talk: &mut Conversation, content: Content) -> &'a [u8] {
    talk.stop(content);
    &[]
}

/// What the first bytes of a stream are.
enum Opening {
    /// Maybe a message.
    Message,
    /// More bytes are needed to tell.
    Unsure,
    /// A PROXY protocol header of this length.
    Proxy(usize),
    /// A TLS record.
    Tls,
}

fn opening(bytes: &[u8]) -> Opening {
    match bytes {
        [0x14..=0x17, 3, 0..=4, ..] => Opening::Tls,
        [0x14..=0x17] | [0x14..=0x17, 3] => Opening::Unsure,
        [b'P', b'R', b'O', b'X', b'Y', b' ', ..] => match memchr(b'\n', bytes) {
            Some(lf) => Opening::Proxy(lf + 1),
            None if bytes.len() <= 107 => Opening::Unsure,
            None => Opening::Message,
        },
        _ if bytes.starts_with(PROXY_2) => match bytes.get(14..16) {
            Some(&[high, low]) => {
                let length = 16 + usize::from(u16::from_be_bytes([high, low]));
                if bytes.len() < length { Opening::Unsure } else { Opening::Proxy(length) }
            }
            _ => Opening::Unsure,
        },
        _ if PROXY_2.starts_with(bytes) || b"PROXY ".starts_with(bytes) => Opening::Unsure,
        _ => Opening::Message,
    }
}

/// What a cut head most likely is: only what surely begins a start line is told.
fn likely(bytes: &[u8], role: Option<MessageKind>) -> Option<MessageKind> {
    let mut line = bytes.to_vec();
    line.push(b'\n');
    match judge(&line, role) {
        Guess::Is(kind) => Some(kind),
        Guess::Neither | Guess::Unsure => None,
    }
}
