//! Heads and bodies out of the bytes of a stream, whatever their cuts.
//!
//! A head is parsed where it lies when it is whole and regular there; everything else goes through the stream's buffer,
//! which is bounded. Each byte is looked at a bounded number of times.

use super::conversation::{Content, Conversation, HttpStream, Mode};
use super::h2::Beginning;
use super::opening::Opening;
use super::parse::{self, Strict};
use super::search::{last_line, sought};
use super::start::{Guess, find_start, judge};
use super::streams::HttpStreams;
use super::{MessageKind, MessageSink, lenient};
use crate::anomaly::AnomalyKind;
use crate::capture::PacketAt;
use crate::flow::{Direction, FlowInfo};

/// The length of `HTTP/1.1 200 `.
const STATUS: usize = 13;
/// The longest line between messages in which a start line is looked for.
pub(super) const LONGEST_LINE: usize = 8 << 10;

impl<M: MessageSink> HttpStreams<'_, M> {
    /// Takes bytes as the stream stands; returns those that are left.
    pub(super) fn step<'a>(
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
            Mode::Doubtful(_) => self.doubtful(talk, direction, rest, at),
            Mode::Length(left) => {
                let take = usize::try_from(left).unwrap_or(usize::MAX).min(rest.len());
                let (body, behind) = rest.split_at_checked(take).unwrap_or((rest, &[]));
                if let Some(running) = &mut stream.running {
                    running.tally.feed(body);
                }
                stream.mode = Mode::Length(left.saturating_sub(take as u64));
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
                let left = left.saturating_sub(take as u64);
                stream.mode = if left == 0 { Mode::ChunkEnd } else { Mode::ChunkData(left) };
                behind
            }
            Mode::ChunkSize | Mode::ChunkEnd | Mode::Trailers => self.chunk_line(talk, direction, rest, at),
            Mode::Lost => self.search(flow, talk, direction, rest, at),
            Mode::Frames(_) => {
                self.frames(flow, talk, direction, rest, at);
                &[]
            }
            Mode::Foreign | Mode::Passed => {
                talk.count_foreign(direction, rest);
                &[]
            }
            Mode::Over => &[],
        }
    }

    /// A response whose request is not known: where another status line stands in place of its body, it answered HEAD.
    fn doubtful<'a>(&mut self, talk: &mut Conversation, direction: Direction, rest: &'a [u8], at: PacketAt) -> &'a [u8] {
        let stream = talk.stream(direction);
        let Mode::Doubtful(length) = stream.mode else { return rest };
        let wanted = STATUS.min(usize::try_from(length).unwrap_or(STATUS)).saturating_sub(stream.partial.len());
        let (bytes, behind) = rest.split_at_checked(wanted).unwrap_or((rest, &[]));
        keep(stream, bytes, at);
        let possible = matches!(stream.partial.get(..7), None | Some(b"HTTP/1."));
        if possible && bytes.len() < wanted {
            return behind;
        }
        let status = match stream.partial[..] {
            [b'H', b'T', b'T', b'P', b'/', b'1', b'.', b'0' | b'1', b' ', a, b, c, b' ' | b'\r'] => [a, b, c],
            _ => [0; 3],
        };
        if status.iter().all(u8::is_ascii_digit) {
            let note = || "a status line stands in place of a body: the response answered HEAD".to_owned();
            self.anomalies.note(AnomalyKind::AmbiguousLength, Some(at.number), note);
            stream.mode = Mode::Start;
            self.finish(talk, direction, true);
            return behind;
        }
        self.undoubt(talk, direction);
        behind
    }

    /// What was looked at is the beginning of a body.
    pub(super) fn undoubt(&mut self, talk: &mut Conversation, direction: Direction) {
        let stream = talk.stream(direction);
        let Mode::Doubtful(length) = stream.mode else { return };
        let begin = std::mem::take(&mut stream.partial);
        if let Some(running) = &mut stream.running {
            running.tally.feed(&begin);
        }
        stream.mode = Mode::Length(length.saturating_sub(begin.len() as u64));
        if stream.mode == Mode::Length(0) {
            stream.mode = Mode::Start;
            self.finish(talk, direction, true);
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
                match self.opening(flow, talk, direction, rest, at) {
                    Opening::Message => {}
                    Opening::Unsure => return keep(talk.stream(direction), rest, at),
                    Opening::Behind(length) => return rest.get(length..).unwrap_or_default(),
                    Opening::Tls => return stop(talk, Content::Tls),
                    Opening::Frames(beginning) => return self.turn_to_frames(flow, talk, direction, beginning, rest, at),
                }
            }
            // Empty lines before a start line are to be ignored (RFC 9112 §2.2).
            let begin = rest.iter().position(|&b| b != b'\r' && b != b'\n').unwrap_or(rest.len());
            let head = rest.get(begin..).unwrap_or_default();
            let kind = role.unwrap_or(if head.starts_with(b"HTTP/") { MessageKind::Response } else { MessageKind::Request });
            let mut lines = std::mem::take(&mut self.lines);
            let server = if kind == MessageKind::Request { flow.dst(direction) } else { flow.src(direction) };
            let parsed = self.repeats.strict(server.port, head, kind, &mut lines);
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
    pub(super) fn buffer<'a>(
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
            let partial = std::mem::take(&mut stream.partial);
            let opening = self.opening(flow, talk, direction, &partial, at);
            match opening {
                Opening::Unsure | Opening::Message => talk.stream(direction).partial = partial,
                Opening::Behind(length) => return rest.get(length.saturating_sub(before)..).unwrap_or_default(),
                Opening::Tls => return stop(talk, Content::Tls),
                Opening::Frames(beginning) => {
                    return self.turn_to_frames(flow, talk, direction, beginning, &partial, at);
                }
            }
            if opening == Opening::Unsure {
                return &[];
            }
            // What a PROXY header might have been may be empty lines.
            let stream = talk.stream(direction);
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
        let (role, sought) = (talk.role(direction), sought(flow, talk, direction));
        let stream = talk.stream(direction);
        let kind = match stream.judged {
            Some(kind) => kind,
            None => match judge(&stream.partial, role) {
                Guess::Unsure => return &[],
                Guess::Neither => {
                    let bytes = std::mem::take(&mut stream.partial);
                    if (!talk.messages || talk.is_h2()) && self.sniff_frames(flow, talk, direction, &bytes, at) {
                        return &[];
                    }
                    let stream = talk.stream(direction);
                    stream.partial = bytes;
                    // Maybe a start line stands behind other bytes; never at the first, or this would not end.
                    stream.pass_over(at.number);
                    stream.scanned = 0;
                    if let Some(start) = find_start(&stream.partial, sought, false).filter(|&start| start > 0) {
                        stream.partial.drain(..start);
                        self.lost(talk, direction);
                        return self.take_head(flow, talk, direction, rest, at);
                    }
                    let last = last_line(&stream.partial);
                    stream.partial.drain(..last);
                    stream.mode = Mode::Lost;
                    self.lost(talk, direction);
                    return &[];
                }
                Guess::Is(kind) => kind,
            },
        };
        if stream.judged.is_none() && stream.partial.starts_with(b"PRI * HTTP/2") {
            let begun = std::mem::take(&mut stream.partial);
            return self.turn_to_frames(flow, talk, direction, Beginning::Preface, &begun, at);
        }
        stream.judged = Some(kind);
        let length = match parse::head_end(&stream.partial, stream.scanned as usize) {
            Ok(length) => length,
            Err(scanned) => {
                stream.scanned = u32::try_from(scanned).unwrap_or(u32::MAX);
                if stream.partial.len() > self.limits.head {
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
        let behind = rest.len().saturating_sub(partial.len().saturating_sub(length));
        let behind = rest.get(behind..).unwrap_or_default();
        let behind_buffer = partial.split_off(length.min(partial.len()));
        drop(behind_buffer);
        self.whole(flow, talk, direction, kind, &mut partial, behind, at)
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
                let split = lenient::split(raw, false, self.limits.fields, kind, &mut lines, &mut unfolded);
                raw.extend_from_slice(&unfolded);
                split
            }
        };
        self.lines = lines;
        self.unfolded = unfolded;
        self.head(flow, talk, direction, kind, raw, split, behind, at)
    }

    /// From here on, this direction speaks HTTP/2. A text does not show which of its bytes are whose.
    fn turn_to_frames<'a>(
        &mut self,
        flow: &FlowInfo,
        talk: &mut Conversation,
        direction: Direction,
        beginning: Beginning,
        bytes: &[u8],
        at: PacketAt,
    ) -> &'a [u8] {
        if self.in_lines {
            return stop(talk, Content::Http2);
        }
        self.begin_frames(flow, talk, direction, beginning, bytes, at);
        &[]
    }

    /// Tells a head that will not become whole, with what is there of it.
    pub(super) fn cut_head(&mut self, flow: &FlowInfo, talk: &mut Conversation, direction: Direction, why: AnomalyKind) {
        let role = talk.role(direction);
        let stream = talk.stream(direction);
        let mut raw = std::mem::take(&mut stream.partial);
        let at = stream.at;
        let kind = stream.judged.take().or_else(|| likely(&raw, role)).filter(|_| !raw.starts_with(b"PRI * HTTP/2"));
        stream.scanned = 0;
        let Some(kind) = kind else {
            stream.pass_over(at.number);
            self.note_junk(talk, direction);
            return;
        };
        let mut lines = std::mem::take(&mut self.lines);
        let mut unfolded = std::mem::take(&mut self.unfolded);
        let mut split = lenient::split(&raw, true, self.limits.fields, kind, &mut lines, &mut unfolded);
        raw.extend_from_slice(&unfolded);
        self.lines = lines;
        self.unfolded = unfolded;
        split.flags.insert(why);
        self.head(flow, talk, direction, kind, &raw, split, &[], at);
    }
}

/// Adds bytes to what is not whole.
pub(super) fn keep<'a>(stream: &mut HttpStream, bytes: &[u8], at: PacketAt) -> &'a [u8] {
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

/// What a cut head most likely is: only what surely begins a start line is told.
fn likely(bytes: &[u8], role: Option<MessageKind>) -> Option<MessageKind> {
    let mut line = bytes.to_vec();
    line.push(b'\n');
    match judge(&line, role) {
        Guess::Is(kind) => Some(kind),
        Guess::Neither | Guess::Unsure => None,
    }
}
