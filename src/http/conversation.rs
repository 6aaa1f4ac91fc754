//! What is kept of a flow while its messages run: two streams, and the requests that wait for their response.

use std::num::NonZeroU64;

use super::packed::Packed;
use super::tally::Tally;
use super::waiting::{Queue, Waiting};
use super::{Connection, MessageId, MessageKind, h2};
use crate::capture::PacketAt;
use crate::flow::Direction;

/// Where a stream stands between messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// A start line is due, or the rest of a head.
    Start,
    /// So many bytes of a body are due, unless the request that is not known was HEAD.
    Doubtful(u64),
    /// So many bytes of a body are left.
    Length(u64),
    /// A body until the stream ends.
    UntilClose,
    /// The line of a chunk's size is due.
    ChunkSize,
    /// So many bytes of a chunk are left.
    ChunkData(u64),
    /// The line end behind a chunk is due.
    ChunkEnd,
    /// The trailer section is due.
    Trailers,
    /// The place is lost: the next start line is looked for.
    Lost,
    /// The bytes are frames of HTTP/2, of which so many are not needed.
    Frames(u64),
    /// Another protocol goes on here: its bytes are counted, its first looked at.
    Foreign,
    /// The same, and the flow layer was told that no byte is needed.
    Passed,
    /// Nothing is read any more.
    Over,
}

/// What a flow holds that shows no message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Content {
    NoBytes,
    Other,
    Http2,
    Tls,
    Tunnel,
    TunnelTls,
    WebSocket,
    Upgraded,
}

impl Content {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::NoBytes => "no bytes",
            Self::Other => "other",
            Self::Http2 => "HTTP/2",
            Self::Tls => "TLS",
            Self::Tunnel => "CONNECT tunnel",
            Self::TunnelTls => "TLS in a CONNECT tunnel",
            Self::WebSocket => "WebSocket",
            Self::Upgraded => "upgraded",
        }
    }
}

/// A message whose body runs over more than one chunk.
#[derive(Debug)]
pub(super) struct Running {
    pub(super) id: MessageId,
    pub(super) kind: MessageKind,
    pub(super) tally: Tally,
    /// The head of a response, or of a request that no response will be paired with.
    pub(super) head: Option<Packed>,
    /// A response that answers the first waiting request.
    pub(super) paired: bool,
    /// A response that belongs to no exchange.
    pub(super) interim: bool,
}

/// One direction.
#[derive(Debug)]
pub(super) struct HttpStream {
    pub(super) mode: Mode,
    /// Nothing but this was seen of it: a PROXY line or another protocol may begin here.
    pub(super) fresh: bool,
    /// The start line in `partial` was judged.
    pub(super) judged: Option<MessageKind>,
    /// No empty line is in `partial` before this place.
    pub(super) scanned: u32,
    /// A head, a line of chunk framing, a trailer section or a line between messages that is not whole.
    pub(super) partial: Vec<u8>,
    /// The last packet that brought some of `partial`.
    pub(super) at: PacketAt,
    /// Bytes of another protocol behind the messages.
    pub(super) foreign: u64,
    /// The packet from which bytes were passed over that are no HTTP.
    pub(super) junk: Option<NonZeroU64>,
    pub(super) running: Option<Box<Running>>,
}

impl HttpStream {
    fn new() -> Self {
        Self {
            mode: Mode::Start,
            fresh: true,
            judged: None,
            scanned: 0,
            partial: Vec::new(),
            at: PacketAt::default(),
            foreign: 0,
            junk: None,
            running: None,
        }
    }

    /// Bytes of this packet are no HTTP, and are passed over.
    pub(super) fn pass_over(&mut self, packet: u64) {
        // Packets are counted from 1.
        self.junk = self.junk.or(NonZeroU64::new(packet));
    }

    /// Where the place is lost, what may have begun a start line and cannot go on is passed over.
    pub(super) fn give_up_line(&mut self) {
        if self.mode == Mode::Lost && self.partial.iter().any(|&b| b != b'\n') {
            self.pass_over(self.at.number);
        }
    }

    /// So many of the next bytes are not needed; as long as the stream stands where it stands.
    pub(super) fn skippable(&self) -> u64 {
        let wanted = self.running.as_ref().is_none_or(|running| running.tally.wants_bytes());
        match self.mode {
            // The last byte comes, so that the end of the message is told in time.
            Mode::Length(left) if !wanted => left.saturating_sub(1),
            Mode::ChunkData(left) if !wanted => left,
            Mode::UntilClose if !wanted => ENDLESS,
            Mode::Frames(unneeded) => unneeded,
            Mode::Passed => ENDLESS,
            _ => 0,
        }
    }
}

/// So many bytes of another protocol say whether it is TLS.
const SIGN: usize = 3;

/// More than any stream holds.
const ENDLESS: u64 = u64::MAX >> 1;

/// What is kept of a flow.
#[derive(Debug)]
pub struct Conversation {
    pub(super) streams: [HttpStream; 2],
    /// Who sends requests, once that is known.
    pub(super) client: Option<Direction>,
    /// Requests in their order.
    pub(super) waiting: Queue,
    /// After this many responses, requests and responses cannot be paired any more: something was lost between them.
    pub(super) sure: Option<u32>,
    /// A response may be missing since the last request.
    pub(super) doubt: bool,
    /// The client was seen to send a request before the response to another one.
    pub(super) pipelines: bool,
    /// Of requests and responses that cannot be paired: the last was a request, a response, or there was none.
    pub(super) alone: Option<MessageKind>,
    /// A message was found.
    pub(super) messages: bool,
    /// An end closed the connection, or tore it down.
    pub(super) closed: bool,
    pub(super) content: Content,
    /// What the connection itself said.
    pub(super) connection: Connection,
    /// What it is once it speaks HTTP/2.
    pub(super) h2: Option<Box<h2::Connection>>,
    /// It speaks HTTP/2, and nothing else is kept of it.
    pub(super) parked: Option<h2::Parked>,
}

impl Conversation {
    pub(super) fn new() -> Self {
        Self {
            streams: [HttpStream::new(), HttpStream::new()],
            client: None,
            waiting: Queue::default(),
            sure: None,
            doubt: false,
            pipelines: false,
            alone: None,
            messages: false,
            closed: false,
            content: Content::NoBytes,
            connection: Connection::default(),
            h2: None,
            parked: None,
        }
    }

    /// Whether it speaks HTTP/2, at least in one direction.
    pub(super) fn is_h2(&self) -> bool {
        self.h2.is_some() || self.parked.is_some()
    }

    /// Makes it ready for another flow.
    pub(super) fn clear(&mut self) {
        *self = Self::new();
    }

    #[inline]
    pub(super) fn stream(&mut self, direction: Direction) -> &mut HttpStream {
        let [forward, backward] = &mut self.streams;
        match direction {
            Direction::Forward => forward,
            Direction::Backward => backward,
        }
    }

    /// What both directions hold of heads and lines that are not whole.
    #[inline]
    pub(super) fn buffered(&self) -> usize {
        let [forward, backward] = &self.streams;
        forward.partial.capacity().saturating_add(backward.partial.capacity())
    }

    /// Which kind of message may come in this direction, where that is known.
    #[inline]
    pub(super) fn role(&self, direction: Direction) -> Option<MessageKind> {
        let client = self.client?;
        Some(if client == direction { MessageKind::Request } else { MessageKind::Response })
    }

    /// The first waiting request, where the next response surely answers it.
    pub(super) fn awaited(&self) -> Option<&Waiting> {
        let first = self.waiting.front()?;
        (self.sure != Some(0) && first.answer.is_none()).then_some(first)
    }

    /// A request comes: whether its response will be known. After a loss this is so again when a client that sends one
    /// request at a time sends the next one, since everything before it is answered then.
    pub(super) fn expects(&mut self) -> bool {
        let answered = self.alone == Some(MessageKind::Response);
        match self.sure {
            None => self.pipelines |= !self.waiting.is_empty(),
            Some(0) if answered && !self.pipelines && self.waiting.is_empty() => {
                self.sure = None;
                self.alone = None;
            }
            Some(_) => {
                self.pipelines |= self.alone == Some(MessageKind::Request);
                self.alone = Some(MessageKind::Request);
            }
        }
        self.sure.is_none()
    }

    /// Another protocol goes on in both directions, once the messages that still run are over.
    pub(super) fn leave(&mut self, content: Content) {
        self.content = content;
        for stream in &mut self.streams {
            if stream.running.is_none() {
                // What stands where the place is lost was passed over, however much of it is held.
                if stream.mode == Mode::Lost {
                    stream.give_up_line();
                    stream.partial = Vec::new();
                }
                stream.mode = Mode::Foreign;
                stream.foreign = stream.partial.len() as u64;
                stream.partial.truncate(SIGN);
                stream.partial.shrink_to_fit();
            }
        }
        self.judge_foreign(Direction::Forward);
        self.judge_foreign(Direction::Backward);
    }

    /// What goes on behind the messages, by its first bytes.
    fn judge_foreign(&mut self, direction: Direction) {
        let tls = matches!(self.stream(direction).partial[..], [0x14..=0x17, 3, 0..=4]);
        if tls && self.content == Content::Tunnel {
            self.content = Content::TunnelTls;
        }
    }

    /// Bytes of another protocol are counted; the first say whether a tunnel holds TLS.
    pub(super) fn count_foreign(&mut self, direction: Direction, bytes: &[u8]) {
        let stream = self.stream(direction);
        stream.foreign = stream.foreign.saturating_add(bytes.len() as u64);
        let wanted = SIGN.saturating_sub(stream.partial.len());
        stream.partial.extend_from_slice(bytes.get(..wanted).unwrap_or(bytes));
        self.judge_foreign(direction);
        let decided = self.content != Content::Tunnel;
        let stream = self.stream(direction);
        if decided || stream.partial.len() >= SIGN {
            stream.partial = Vec::new();
            stream.mode = Mode::Passed;
        }
    }

    /// Nothing of this flow is read any more.
    pub(super) fn stop(&mut self, content: Content) {
        self.content = content;
        for stream in &mut self.streams {
            if stream.running.is_none() {
                stream.mode = Mode::Over;
                stream.partial = Vec::new();
            }
        }
    }
}
