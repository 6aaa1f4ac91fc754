//! Heads become messages, and messages exchanges (RFC 9110 §3.9, RFC 9112 §9.3).
//!
//! Responses answer requests in their order. Where bytes were lost between them, a wrong pair would be worse than none:
//! then both are told alone.

use super::conversation::{Content, Conversation, HttpStream, Mode, Running};
use super::framing::{Framing, framing, said};
use super::h2::switches_to_h2;
use super::lenient::Split;
use super::packed::Packed;
use super::streams::HttpStreams;
use super::tally::Tally;
use super::waiting::Waiting;
use super::{
    Body, BodyWant, Exchange, Fidelity, FieldLine, Head, HeadBuf, HeadRef, Message, MessageId, MessageKind, MessageSink, Origin,
    Provenance,
};
use crate::anomaly::AnomalyKind;
use crate::capture::PacketAt;
use crate::flow::{Direction, FlowInfo};
use crate::secret;

/// Pooled requests, and pooled heads of responses.
const POOL: usize = 1024;
const HEADS: usize = 64;

impl<M: MessageSink> HttpStreams<'_, M> {
    /// Tells a head, and its body where it is at hand; returns the bytes behind it.
    #[expect(clippy::too_many_arguments, reason = "the place and the parts of a head")]
    pub(super) fn head<'a>(
        &mut self,
        flow: &FlowInfo,
        talk: &mut Conversation,
        direction: Direction,
        kind: MessageKind,
        raw: &[u8],
        split: Split,
        behind: &'a [u8],
        at: PacketAt,
    ) -> &'a [u8] {
        talk.messages = true;
        if talk.client.is_none() {
            talk.client = Some(if kind == MessageKind::Request { direction } else { direction.reversed() });
        }
        let stream = talk.stream(direction);
        stream.fresh = false;
        if stream.junk.is_some() {
            self.note_junk(talk, direction);
        }
        let lines = std::mem::take(&mut self.lines);
        let mut space = self.asked.take().unwrap_or_default();
        let awaited = if kind == MessageKind::Response { talk.awaited() } else { None };
        let awaited = awaited.map(|waiting| waiting.head.restore(&mut space));
        let request = awaited.as_ref().map(|head| space.of(head));
        let method = request.and_then(|request| request.method());
        let said = split.said.unwrap_or_else(|| said(raw, &lines));
        let (framing, ambiguous) = framing(&split.start, said, method);
        let mut flags = split.flags;
        if ambiguous {
            flags.insert(AnomalyKind::AmbiguousLength);
        }
        if !flags.is_empty() {
            for kind in flags.iter() {
                self.anomalies.note(kind, Some(at.number), || shown(split.start_line.of(raw)));
            }
        }
        let (capture, packet) = self.places.of(at.number);
        let origin = if self.in_lines {
            Origin::Line(u32::try_from(at.number).unwrap_or(u32::MAX))
        } else {
            Origin::Packet { packet, stream: flow.number, time: at.time, src: flow.src(direction), dst: flow.dst(direction) }
        };
        let head = Head {
            start: split.start,
            start_line: split.start_line,
            at: Provenance { capture, origin },
            flags,
            fidelity: Fidelity::WIRE,
            h2_stream: None,
            layout: split.layout,
        };
        let head = HeadRef { raw, lines: &lines, head: &head };
        let id = MessageId(self.next);
        self.next = self.next.saturating_add(1);
        let left = match kind {
            MessageKind::Request => self.request(talk, direction, id, &head, framing, behind),
            MessageKind::Response => self.response(talk, direction, id, &head, request.as_ref(), framing, behind, at),
        };
        self.asked = Some(space);
        self.lines = lines;
        left
    }

    fn request<'a>(
        &mut self,
        talk: &mut Conversation,
        direction: Direction,
        id: MessageId,
        head: &HeadRef<'_>,
        framing: Framing,
        behind: &'a [u8],
    ) -> &'a [u8] {
        self.requests = self.requests.saturating_add(1);
        if talk.doubt && talk.stream(direction.reversed()).running.is_none() {
            // One request at a time was sent; the response of the one before is among the lost bytes.
            self.unanswered(talk);
        }
        talk.doubt = false;
        let want = self.sink.head(id, head, None, Some(&talk.connection));
        let paired = talk.expects();
        let full = paired && (talk.waiting.len() >= self.limits.pipeline || self.is_full());
        if full {
            let packet = packet_of(head).map(|packet| self.places.running(packet));
            let note = || format!("{} requests wait for their response", talk.waiting.len());
            self.anomalies.note(AnomalyKind::PipelineLimit, packet, note);
            talk.sure = Some(talk.waiting.count());
        }
        let alone = !paired || full;
        if !alone {
            let waiting = match self.pool.pop() {
                Some(mut waiting) => {
                    waiting.id = id;
                    self.packer.pack_into(&mut waiting.head, head);
                    waiting
                }
                None => Box::new(Waiting::new(id, self.packer.pack(head))),
            };
            talk.waiting.push_back(waiting);
        }
        let kept = alone.then_some(head);
        let cut = head.head.flags.is_cut();
        match at_hand(talk.stream(direction), framing, cut, behind.len()) {
            Some(length) => {
                let (bytes, left) = behind.split_at_checked(length).unwrap_or((behind, &[]));
                let body = self.body(want, bytes, !cut);
                self.sink.message(id, &body);
                match talk.waiting.back_mut().filter(|_| !alone) {
                    Some(waiting) => waiting.end(body),
                    None => {
                        let request = Some(Message { head: *head, body: &body });
                        self.sink.exchange(&Exchange { request, response: None, connection: Some(&talk.connection) });
                    }
                }
                left
            }
            None => {
                let tally = Tally::new(want, &self.room);
                if let Some(head) = kept.filter(|_| self.is_full()) {
                    if !full {
                        let packet = packet_of(head).map(|packet| self.places.running(packet));
                        let note = || "too many heads wait for the end of their bodies".to_owned();
                        self.anomalies.note(AnomalyKind::PipelineLimit, packet, note);
                    }
                    let body = tally.running();
                    self.sink.message(id, &body);
                    let request = Some(Message { head: *head, body: &body });
                    self.sink.exchange(&Exchange { request, response: None, connection: Some(&talk.connection) });
                    return behind;
                }
                let head = kept.map(|head| self.hold(head));
                let kind = MessageKind::Request;
                self.held = self.held.saturating_add(size_of::<Running>());
                let running = Running { id, kind, tally, head, paired: false, interim: false };
                talk.stream(direction).running = Some(Box::new(running));
                behind
            }
        }
    }

    #[expect(clippy::too_many_arguments, reason = "the place and the parts of a head")]
    fn response<'a>(
        &mut self,
        talk: &mut Conversation,
        direction: Direction,
        id: MessageId,
        head: &HeadRef<'_>,
        request: Option<&HeadRef<'_>>,
        framing: Framing,
        behind: &'a [u8],
        at: PacketAt,
    ) -> &'a [u8] {
        self.responses = self.responses.saturating_add(1);
        let status = head.status().unwrap_or(0);
        // What a request asks for that switches to HTTP/2 is answered there.
        let switches = status == 101 && !self.in_lines && switches_to_h2(head);
        let interim = (100..=199).contains(&status) && (status != 101 || switches);
        let want = self.sink.head(id, head, request, Some(&talk.connection));
        let answers = request.filter(|_| !interim);
        if !interim {
            if answers.is_none() {
                talk.alone = talk.sure.and(Some(MessageKind::Response));
                let note = || shown(head.start_line());
                self.anomalies.note(AnomalyKind::ResponseWithoutRequest, Some(at.number), note);
            }
            talk.doubt = false;
        }
        let cut = head.head.flags.is_cut();
        let framing = match framing {
            Framing::Length(length) if request.is_none() => Framing::Doubtful(length),
            framing => framing,
        };
        match at_hand(talk.stream(direction), framing, cut, behind.len()) {
            Some(length) => {
                let (bytes, left) = behind.split_at_checked(length).unwrap_or((behind, &[]));
                let mut body = self.body(want, bytes, !cut);
                self.sink.message(id, &body);
                if !interim {
                    self.answered(talk, answers, head, &mut body);
                }
                if switches && framing == Framing::Other {
                    self.upgrade(talk, direction, at);
                    return left;
                }
                if framing == Framing::Other {
                    talk.leave(beyond(head));
                }
                left
            }
            None => {
                let tally = Tally::new(want, &self.room);
                if self.is_full() {
                    let note = || "too many heads wait for the end of their bodies".to_owned();
                    self.anomalies.note(AnomalyKind::PipelineLimit, Some(at.number), note);
                    let mut body = tally.running();
                    self.sink.message(id, &body);
                    if !interim {
                        self.answered(talk, answers, head, &mut body);
                    }
                    return behind;
                }
                let head = Some(self.hold(head));
                self.held = self.held.saturating_add(size_of::<Running>());
                let paired = answers.is_some();
                let running = Running { id, kind: MessageKind::Response, tally, head, paired, interim };
                talk.stream(direction).running = Some(Box::new(running));
                behind
            }
        }
    }

    /// Keeps a head until its body ended.
    fn hold(&mut self, head: &HeadRef<'_>) -> Packed {
        match self.heads.pop() {
            Some(mut packed) => {
                self.packer.pack_into(&mut packed, head);
                packed
            }
            None => self.packer.pack(head),
        }
    }

    /// A body that is at hand.
    #[inline]
    fn body(&self, want: BodyWant, bytes: &[u8], complete: bool) -> Body {
        if want.bytes() { self.all_of_it(want, bytes, complete) } else { Body::of_length(bytes.len() as u64, Some(complete)) }
    }

    /// A body whose bytes are wanted and at hand.
    #[inline(never)]
    fn all_of_it(&self, want: BodyWant, bytes: &[u8], complete: bool) -> Body {
        let mut tally = Tally::new(want, &self.room);
        tally.feed(bytes);
        tally.finish(complete)
    }

    /// The message that runs in this direction is over.
    pub(super) fn finish(&mut self, talk: &mut Conversation, direction: Direction, complete: bool) {
        let Some(running) = talk.stream(direction).running.take() else { return };
        let Running { id, kind, tally, head, paired, interim } = *running;
        let mut body = tally.finish(complete);
        if talk.content >= Content::Tunnel && matches!(talk.stream(direction).mode, Mode::Start | Mode::Lost) {
            talk.stream(direction).mode = Mode::Foreign;
        }
        self.sink.message(id, &body);
        self.held = self.held.saturating_sub(size_of::<Running>());
        match (kind, head) {
            (_, Some(mut packed)) => {
                let mut space = self.told.take().unwrap_or_default();
                let head = packed.restore(&mut space);
                let head = space.of(&head);
                if kind == MessageKind::Request {
                    let request = Some(Message { head, body: &body });
                    self.sink.exchange(&Exchange { request, response: None, connection: Some(&talk.connection) });
                } else if !interim {
                    self.answers(talk, paired, &head, &mut body);
                }
                self.told = Some(space);
                self.packer.let_go(&mut packed);
                if self.heads.len() < HEADS {
                    self.heads.push(packed);
                }
            }
            (MessageKind::Request, None) => {
                let Some(waiting) = talk.waiting.find(id) else { return };
                waiting.end(body);
                if waiting.answer.is_some() {
                    self.pop(talk);
                }
            }
            (MessageKind::Response, None) => {}
        }
    }

    /// A final response ended, whose request waits where it is paired with one.
    fn answers(&mut self, talk: &mut Conversation, paired: bool, head: &HeadRef<'_>, body: &mut Body) {
        let mut space = self.asked.take().unwrap_or_default();
        let request = talk.waiting.front().filter(|_| paired).map(|first| first.head.restore(&mut space));
        self.answered(talk, request.as_ref().map(|head| space.of(head)).as_ref(), head, body);
        self.asked = Some(space);
    }

    /// A final response ended; `request` is the first that waits, where it answers that. Its body is taken where it is kept.
    fn answered(&mut self, talk: &mut Conversation, request: Option<&HeadRef<'_>>, head: &HeadRef<'_>, body: &mut Body) {
        let Some((first, request)) = talk.waiting.front_mut().zip(request) else {
            let response = Some(Message { head: *head, body });
            self.sink.exchange(&Exchange { request: None, response, connection: Some(&talk.connection) });
            return;
        };
        if let Some(sure) = &mut talk.sure {
            *sure = sure.saturating_sub(1);
        }
        if !first.over {
            first.answer = Some(Box::new((self.packer.pack(head), std::mem::take(body))));
            return;
        }
        let request = Some(Message { head: *request, body: first.body() });
        let response = Some(Message { head: *head, body });
        self.sink.exchange(&Exchange { request, response, connection: Some(&talk.connection) });
        if let Some(first) = talk.waiting.pop_front() {
            self.recycle(first);
        }
    }

    /// Tells the first waiting request with what is there of its response.
    pub(super) fn pop(&mut self, talk: &mut Conversation) {
        let Some(first) = talk.waiting.pop_front() else { return };
        let (mut asked, mut told) = (self.asked.take().unwrap_or_default(), self.told.take().unwrap_or_default());
        let head = first.head.restore(&mut asked);
        let request = Some(Message { head: asked.of(&head), body: first.body() });
        let answer = first.answer.as_deref().map(|(head, body)| (head.restore(&mut told), body));
        let response = answer.as_ref().map(|(head, body)| Message { head: told.of(head), body });
        self.sink.exchange(&Exchange { request, response, connection: Some(&talk.connection) });
        (self.asked, self.told) = (Some(asked), Some(told));
        self.recycle(first);
    }

    /// The requests that still wait will not be answered any more.
    pub(super) fn unanswered(&mut self, talk: &mut Conversation) {
        while talk.waiting.front().is_some_and(|first| first.over) {
            self.pop(talk);
        }
    }

    fn recycle(&mut self, mut waiting: Box<Waiting>) {
        self.packer.let_go(&mut waiting.head);
        if let Some((head, _)) = waiting.answer.as_deref_mut() {
            self.packer.let_go(head);
        }
        if self.pool.len() < POOL {
            waiting.clear();
            self.pool.push(waiting);
        }
    }

    /// Lets go what a connection still holds that is over.
    pub(super) fn give_back(&mut self, talk: &mut Conversation) {
        while let Some(waiting) = talk.waiting.pop_front() {
            self.recycle(waiting);
        }
        for stream in &mut talk.streams {
            let Some(running) = stream.running.take() else { continue };
            self.held = self.held.saturating_sub(size_of::<Running>());
            if let Some(mut head) = running.head {
                self.packer.let_go(&mut head);
            }
        }
    }

    /// Bytes were lost where a start line was due, or inside a head.
    pub(super) fn lose_place(&mut self, talk: &mut Conversation, direction: Direction, within: bool) {
        talk.stream(direction).mode = Mode::Lost;
        self.lost(talk, direction);
        let waiting = talk.waiting.count();
        // Inside a head, only a client that pipelines can have sent a request behind it.
        if talk.client.is_none_or(|client| client == direction) && (talk.pipelines || !within) {
            // A request may be missing behind those that wait.
            talk.sure = Some(talk.sure.map_or(waiting, |sure| sure.min(waiting)));
            talk.alone = None;
        }
    }

    /// A message may be missing in this direction.
    pub(super) fn lost(&mut self, talk: &mut Conversation, direction: Direction) {
        if talk.client != Some(direction.reversed()) {
            return;
        }
        if talk.waiting.len() > 1 {
            // Which of them the next response answers cannot be told.
            talk.sure = Some(0);
            self.unanswered(talk);
        } else {
            talk.doubt = true;
            talk.alone = None;
        }
    }

    pub(super) fn body_incomplete(&mut self, at: PacketAt, why: &str) {
        let note = || format!("a body is not whole: {why}");
        self.anomalies.note(AnomalyKind::BodyIncomplete, Some(at.number), note);
    }
}

/// The length of a body that ends within so many bytes behind its head. Otherwise there is none, and the stream knows how it
/// goes on. Of a head that is `cut` nobody knows what follows.
#[inline]
fn at_hand(stream: &mut HttpStream, framing: Framing, cut: bool, behind: usize) -> Option<usize> {
    if cut {
        stream.mode = Mode::Lost;
        return Some(0);
    }
    let mut length = 0;
    stream.mode = match framing {
        Framing::Nothing | Framing::Other => Mode::Start,
        Framing::Length(all) if all <= behind as u64 => {
            length = usize::try_from(all).unwrap_or(usize::MAX);
            Mode::Start
        }
        Framing::Length(length) => Mode::Length(length),
        Framing::Doubtful(length) => Mode::Doubtful(length),
        Framing::Chunked => Mode::ChunkSize,
        Framing::UntilClose => Mode::UntilClose,
    };
    (stream.mode == Mode::Start).then_some(length)
}

/// What goes on behind a response that ends HTTP here.
fn beyond(response: &HeadRef<'_>) -> Content {
    if response.status() != Some(101) {
        return Content::Tunnel;
    }
    let websocket = response.values(b"upgrade").any(|protocol| protocol.eq_ignore_ascii_case(b"websocket"));
    if websocket { Content::WebSocket } else { Content::Upgraded }
}

pub(super) fn size_of_head(head: &HeadBuf) -> usize {
    head.raw.len().saturating_add(head.lines.len().saturating_mul(size_of::<FieldLine>())).saturating_add(size_of::<Waiting>())
}

fn packet_of(head: &HeadRef<'_>) -> Option<u64> {
    match head.head.at.origin {
        Origin::Packet { packet, .. } => Some(packet),
        Origin::Line(_) | Origin::Entry { .. } | Origin::Log { .. } => None,
    }
}

/// The beginning of a start line, for a detail; masked before it is cut, since a cut name is no name.
pub(super) fn shown(line: &[u8]) -> String {
    let line = String::from_utf8_lossy(line);
    format!("{:?}", secret::mask_target(&line).chars().take(80).collect::<String>())
}
