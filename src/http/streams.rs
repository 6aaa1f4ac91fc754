//! The HTTP layer's side of the flow layer: bytes of two streams in, messages out.
//!
//! A head is parsed where it lies in its packet when it is whole there, and from a buffer otherwise; both give the same.
//! Bytes that are no HTTP are passed over to the next start line and noted. Everything kept is bounded: a head, the
//! heads of all flows in all, the requests that wait.

use std::collections::BTreeMap;

use super::conversation::{Content, Conversation, Mode, Waiting};
use super::kept::Room;
use super::repeats::Repeats;
use super::{CaptureId, FieldLine, HeadBuf, MessageSink};
use crate::anomaly::{Anomalies, AnomalyKind};
use crate::capture::PacketAt;
use crate::flow::{Chunk, Direction, FlowInfo, Gap, Need, StreamEnd, StreamSink};

/// What the kept bodies of all flows may hold. Bodies beyond it are not whole, and what is said of them is inconclusive.
const BODIES_IN_ALL: usize = 64 << 20;

/// Reads HTTP/1 from streams and tells a [`MessageSink`].
#[derive(Debug)]
pub struct HttpStreams<'s, M> {
    pub(super) sink: &'s mut M,
    pub(super) capture: CaptureId,
    /// The bytes are no packets': a place is a line.
    pub(super) in_lines: bool,
    /// The number of the next message.
    pub(super) next: u64,
    pub(super) requests: u64,
    pub(super) responses: u64,
    pub(super) anomalies: Anomalies,
    undecoded: BTreeMap<(&'static str, u16), u64>,
    pub(super) lines: Vec<FieldLine>,
    pub(super) repeats: Repeats,
    pub(super) unfolded: Vec<u8>,
    /// What waiting requests hold in all.
    pub(super) held: usize,
    /// The room for kept bodies.
    pub(super) room: Room,
    /// What `partial` of all streams holds.
    pub(super) buffered: usize,
    #[expect(clippy::vec_box, reason = "the boxes are what is pooled")]
    pub(super) pool: Vec<Box<Waiting>>,
    /// Space for heads whose bodies run.
    pub(super) heads: Vec<HeadBuf>,
    #[expect(clippy::vec_box, reason = "the boxes are what is pooled")]
    conversations: Vec<Box<Conversation>>,
}

impl<'s, M: MessageSink> HttpStreams<'s, M> {
    /// Tells this sink of the messages of one capture.
    pub fn new(capture: CaptureId, sink: &'s mut M) -> Self {
        Self {
            sink,
            capture,
            in_lines: false,
            next: 0,
            requests: 0,
            responses: 0,
            anomalies: Anomalies::default(),
            undecoded: BTreeMap::new(),
            lines: Vec::new(),
            repeats: Repeats::default(),
            unfolded: Vec::new(),
            held: 0,
            room: Room::new(BODIES_IN_ALL),
            buffered: 0,
            pool: Vec::new(),
            heads: Vec::new(),
            conversations: Vec::new(),
        }
    }

    /// The same for bytes that are no packets': where a packet's number is expected, the line's is given.
    pub(super) fn of_bytes(capture: CaptureId, sink: &'s mut M) -> Self {
        Self { in_lines: true, ..Self::new(capture, sink) }
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
        self.undoubt(talk, direction);
        let stream = talk.stream(direction);
        match stream.mode {
            Mode::Start => {
                let within = !stream.partial.is_empty();
                if within {
                    self.cut_head(flow, talk, direction, AnomalyKind::HeadIncomplete);
                }
                self.lose_place(talk, direction, within);
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
                    self.lose_place(talk, direction, false);
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
                self.lose_place(talk, direction, false);
            }
            Mode::Lost => {
                stream.give_up_line();
                stream.partial.clear();
                self.lost(talk, direction);
            }
            Mode::Over | Mode::Doubtful(_) => {}
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
        self.undoubt(talk, direction);
        let stream = talk.stream(direction);
        match stream.mode {
            Mode::Start if !stream.partial.is_empty() => self.cut_head(flow, talk, direction, AnomalyKind::HeadIncomplete),
            Mode::UntilClose if end == StreamEnd::Fin => self.finish(talk, direction, true),
            Mode::Doubtful(_)
            | Mode::Length(_)
            | Mode::UntilClose
            | Mode::ChunkSize
            | Mode::ChunkData(_)
            | Mode::ChunkEnd
            | Mode::Trailers => {
                self.body_incomplete(at, "its stream ended");
                self.finish(talk, direction, false);
            }
            Mode::Lost => stream.give_up_line(),
            Mode::Start | Mode::Over => {}
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
