//! The HTTP layer's side of the flow layer: bytes of two streams in, messages out.
//!
//! A head is parsed where it lies in its packet when it is whole there, and from a buffer otherwise; both give the same.
//! Bytes that are no HTTP are passed over to the next start line and noted. Everything kept is bounded: a head, the
//! heads of all flows in all, the requests that wait.

use std::collections::BTreeMap;

use super::conversation::{Content, Conversation, Mode};
use super::h2::Scratch;
use super::kept::Room;
use super::packed::{Packed, Packer, Space};
use super::places::Places;
use super::repeats::Repeats;
use super::waiting::Waiting;
use super::{CaptureId, EmptyConnection, FieldLine, Limits, MessageSink, Origin, Provenance};
use crate::anomaly::{Anomalies, AnomalyKind};
use crate::capture::PacketAt;
use crate::flow::{Chunk, Direction, FlowInfo, Gap, Need, StreamEnd, StreamSink};

/// Kinds and ports of flows without messages that are told apart.
const UNDECODED: usize = 4096;

/// What was told of one of several files.
#[derive(Debug, Default)]
pub struct Part {
    /// Requests.
    pub requests: u64,
    /// Responses, interim ones too.
    pub responses: u64,
    /// What was lost or odd.
    pub anomalies: Anomalies,
    /// As [`HttpStreams::undecoded`].
    pub undecoded: Vec<(&'static str, u16, Unread)>,
}

/// Flows, or what is behind their messages, that are no HTTP.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Unread {
    /// How many flows.
    pub flows: u64,
    /// Bytes of their clients behind the messages.
    pub sent: u64,
    /// Bytes of their servers behind the messages.
    pub received: u64,
}

/// Reads HTTP/1 and HTTP/2 from streams and tells a [`MessageSink`].
#[derive(Debug)]
pub struct HttpStreams<'s, M> {
    pub(super) sink: &'s mut M,
    pub(super) places: Places,
    pub(super) limits: Limits,
    /// The bytes are no packets': a place is a line.
    pub(super) in_lines: bool,
    /// The number of the next message.
    pub(super) next: u64,
    pub(super) requests: u64,
    pub(super) responses: u64,
    pub(super) anomalies: Anomalies,
    undecoded: BTreeMap<(&'static str, u16), Unread>,
    pub(super) lines: Vec<FieldLine>,
    pub(super) repeats: Repeats,
    pub(super) unfolded: Vec<u8>,
    /// Heads that wait, and what they hold.
    pub(super) packer: Packer,
    /// What messages that run hold beside that.
    pub(super) held: usize,
    /// What the values of PROXY protocol headers hold.
    pub(super) proxied: usize,
    /// The room for kept bodies.
    pub(super) room: Room,
    /// What `partial` of all streams holds, and frames that are not whole.
    pub(super) buffered: usize,
    /// What is kept of all flows may take so much, and what of it is left for messages.
    pub(super) allowance: usize,
    pub(super) most: usize,
    /// How many conversations there are, with those that are used again.
    pub(super) made: usize,
    pub(super) h2: Scratch,
    #[expect(clippy::vec_box, reason = "the boxes are what is pooled")]
    pub(super) pool: Vec<Box<Waiting>>,
    /// Space for heads whose bodies run.
    pub(super) heads: Vec<Packed>,
    /// Space for a request that waits, and for a message whose body runs, while they are told. It is taken for each message, so
    /// it lies behind a pointer.
    pub(super) asked: Option<Box<Space>>,
    pub(super) told: Option<Box<Space>>,
    #[expect(clippy::vec_box, reason = "the boxes are what is pooled")]
    conversations: Vec<Box<Conversation>>,
}

impl<'s, M: MessageSink> HttpStreams<'s, M> {
    /// Tells this sink of the messages of one capture, within the usual limits.
    pub fn new(capture: CaptureId, sink: &'s mut M) -> Self {
        Self::with_limits(capture, sink, Limits::default())
    }

    /// The same within other limits.
    pub fn with_limits(capture: CaptureId, sink: &'s mut M, limits: Limits) -> Self {
        Self {
            sink,
            places: Places::new(capture),
            limits,
            in_lines: false,
            next: 0,
            requests: 0,
            responses: 0,
            anomalies: Anomalies::default(),
            undecoded: BTreeMap::new(),
            lines: Vec::new(),
            repeats: Repeats::default(),
            unfolded: Vec::new(),
            packer: Packer::default(),
            held: 0,
            proxied: 0,
            room: Room::new(limits.bodies_in_all),
            buffered: 0,
            allowance: usize::MAX,
            most: limits.held_in_all,
            made: 0,
            h2: Scratch::default(),
            pool: Vec::new(),
            heads: Vec::new(),
            asked: None,
            told: None,
            conversations: Vec::new(),
        }
    }

    /// The same for bytes that are no packets': where a packet's number is expected, the line's is given.
    pub(super) fn of_bytes(capture: CaptureId, sink: &'s mut M, limits: Limits) -> Self {
        Self { in_lines: true, ..Self::with_limits(capture, sink, limits) }
    }

    /// Who is told.
    pub fn told(&mut self) -> &mut M {
        self.sink
    }

    /// What was told since the beginning, or since this was asked last.
    pub fn take_part(&mut self) -> Part {
        let undecoded = std::mem::take(&mut self.undecoded);
        Part {
            requests: std::mem::take(&mut self.requests),
            responses: std::mem::take(&mut self.responses),
            anomalies: std::mem::take(&mut self.anomalies),
            undecoded: undecoded.into_iter().map(|((content, port), flows)| (content, port, flows)).collect(),
        }
    }

    /// Another file goes on from the ones before, which held so many packets: what is told has its places in this one.
    pub fn goes_on(&mut self, capture: CaptureId, before: u64) {
        self.places.go_on(capture, before);
        self.anomalies = Anomalies::behind(before);
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
    pub fn undecoded(&self) -> impl Iterator<Item = (&'static str, u16, Unread)> + '_ {
        self.undecoded.iter().map(|(&(content, port), &unread)| (content, port, unread))
    }

    /// Notes bytes that were passed over, once messages show that the flow is HTTP.
    pub(super) fn note_junk(&mut self, talk: &mut Conversation, direction: Direction) {
        let messages = talk.messages;
        let stream = talk.stream(direction);
        if let Some(packet) = stream.junk.filter(|_| messages) {
            stream.junk = None;
            let note = || "bytes where a start line should be, passed over to the next one".to_owned();
            self.anomalies.note(AnomalyKind::NotHttp, Some(packet.get()), note);
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
            Mode::ChunkData(left) => stream.mode = Mode::ChunkData(left.saturating_sub(skipped)),
            Mode::Frames(_) => {
                stream.mode = Mode::Frames(0);
                if let Some(h2) = &mut talk.h2 {
                    h2.skip(direction, skipped);
                }
            }
            Mode::Passed => stream.foreign = stream.foreign.saturating_add(skipped),
            _ => {}
        }
    }

    /// Whether messages hold as much as they may.
    pub(super) fn is_full(&self) -> bool {
        self.held_in_all() >= self.most
    }

    /// A connection holds something else than `before` of what is not whole.
    #[inline]
    pub(super) fn count_buffered(&mut self, talk: &Conversation, before: usize) {
        self.buffered = self.buffered.saturating_add(talk.buffered()).saturating_sub(before);
    }

    /// What messages hold that are not whole, that run or that wait.
    pub(super) fn held_in_all(&self) -> usize {
        self.packer.held().saturating_add(self.held).saturating_add(self.buffered)
    }

    /// Gives up what a stream began to hold while there is no room for it.
    #[cold]
    fn no_room(&mut self, flow: &FlowInfo, talk: &mut Conversation, direction: Direction, at: PacketAt) {
        let stream = talk.stream(direction);
        stream.fresh = false;
        match stream.mode {
            Mode::Start => {
                self.cut_head(flow, talk, direction, AnomalyKind::HeadLimit);
                self.lose_place(talk, direction, true);
            }
            Mode::ChunkSize | Mode::ChunkEnd | Mode::Trailers => self.malformed_chunk(talk, direction, at),
            Mode::Lost => {
                stream.give_up_line();
                stream.partial = Vec::new();
                let note = || "no room for a line that is not whole".to_owned();
                self.anomalies.note(AnomalyKind::HeadLimit, Some(at.number), note);
            }
            _ => {}
        }
    }

    /// A flow is over that carried no message's byte. Where its beginning or its end was not captured, bytes may have been
    /// there; one that was refused is no connection.
    #[cold]
    fn nothing(&mut self, flow: &FlowInfo, talk: &mut Conversation) {
        let Some(opener) = flow.opener.filter(|_| flow.accepted && talk.closed) else { return };
        let [one, other] = &talk.streams;
        let last = if other.at.number > one.at.number { other.at } else { one.at };
        let (src, dst) = (flow.src(opener), flow.dst(opener));
        talk.connection.ends = Some(Box::new((src, dst)));
        let (capture, packet) = self.places.of(last.number);
        let origin = Origin::Packet { packet, stream: flow.number, time: last.time, src, dst };
        let at = Provenance { capture, origin };
        self.sink.empty(&EmptyConnection { at, connection: &talk.connection });
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
        self.conversations.pop().unwrap_or_else(|| self.make_conversation())
    }

    fn data(&mut self, flow: &FlowInfo, talk: &mut Self::State, chunk: Chunk<'_>) -> Need {
        let Chunk { direction, data, at } = chunk;
        if talk.content == Content::NoBytes {
            talk.content = Content::Other;
        }
        let (skipped, before) = (talk.stream(direction).skippable(), talk.buffered());
        Self::settle(talk, direction, skipped);
        let mut rest = data;
        while !rest.is_empty() {
            rest = self.step(flow, talk, direction, rest, at);
        }
        if talk.buffered() > before && self.is_full() {
            self.no_room(flow, talk, direction, at);
        }
        self.count_buffered(talk, before);
        Self::need(talk, direction)
    }

    fn gap(&mut self, flow: &FlowInfo, talk: &mut Self::State, gap: Gap) -> Need {
        let Gap { direction, length, at } = gap;
        if talk.content == Content::NoBytes {
            talk.content = Content::Other;
        }
        let before = talk.buffered();
        let stream = talk.stream(direction);
        let skipped = stream.skippable();
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
                stream.mode = if left == length { Mode::ChunkEnd } else { Mode::ChunkData(left.saturating_sub(length)) };
            }
            Mode::UntilClose => {
                if let Some(running) = &mut stream.running {
                    running.tally.lose(length);
                }
            }
            Mode::ChunkSize | Mode::ChunkEnd | Mode::ChunkData(_) | Mode::Trailers => {
                self.body_incomplete(at, "lost bytes hold the framing of its chunks");
                self.finish(talk, direction, false);
                // What was there of a line does not go on behind the loss.
                talk.stream(direction).partial.clear();
                self.lose_place(talk, direction, false);
            }
            Mode::Lost => {
                stream.give_up_line();
                stream.partial.clear();
                self.lost(talk, direction);
            }
            Mode::Frames(_) => self.frames_gap(flow, talk, direction, length, at),
            Mode::Foreign | Mode::Passed => stream.foreign = stream.foreign.saturating_add(length),
            Mode::Over | Mode::Doubtful(_) => {}
        }
        self.count_buffered(talk, before);
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
        let before = talk.buffered();
        let skippable = talk.stream(direction).skippable();
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
            Mode::Frames(_) => self.frames_end(flow, talk, direction, at),
            Mode::Start | Mode::Foreign | Mode::Passed | Mode::Over => {}
        }
        talk.closed |= end != StreamEnd::Unfinished;
        self.note_junk(talk, direction);
        let stream = talk.stream(direction);
        stream.mode = Mode::Over;
        stream.at = at;
        stream.partial = Vec::new();
        self.count_buffered(talk, before);
    }

    fn close(&mut self, flow: &FlowInfo, mut talk: Self::State) {
        self.unanswered(&mut talk);
        if talk.h2.is_some() {
            self.frames_close(&mut talk);
        }
        if talk.content == Content::NoBytes {
            self.nothing(flow, &mut talk);
        }
        if !talk.messages || talk.content > Content::Tls {
            let [first, second] = flow.ends;
            let port = flow.opener.map_or(first.port.min(second.port), |opener| flow.dst(opener).port);
            let (client, server) = match talk.client.or(flow.opener) {
                Some(client) => (client, client.reversed()),
                None => (Direction::Forward, Direction::Backward),
            };
            // Where a capture has them of very many ports, the rest is counted as of none.
            let known = self.undecoded.len() < UNDECODED || self.undecoded.contains_key(&(talk.content.name(), port));
            let port = if known { port } else { 0 };
            let (sent, received) = (talk.stream(client).foreign, talk.stream(server).foreign);
            let unread = self.undecoded.entry((talk.content.name(), port)).or_default();
            unread.flows = unread.flows.saturating_add(1);
            unread.sent = unread.sent.saturating_add(sent);
            unread.received = unread.received.saturating_add(received);
        }
        self.give_back(&mut talk);
        if let Some(header) = &talk.connection.proxy {
            self.proxied = self.proxied.saturating_sub(header.size());
            self.weigh();
        }
        if self.conversations.len() < 1024 {
            talk.clear();
            self.conversations.push(talk);
        } else {
            self.made = self.made.saturating_sub(1);
            self.weigh();
        }
    }

    fn held(&self) -> usize {
        self.of_connections().saturating_add(self.held_in_all())
    }

    fn room(&mut self, bytes: usize) {
        self.allowance = bytes;
        self.weigh();
    }

    fn anomalies(&mut self) -> &mut Anomalies {
        &mut self.anomalies
    }
}
