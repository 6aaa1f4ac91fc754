//! What is kept of a connection: two sides with their tables, and the streams whose messages run.

use std::collections::{BTreeMap, VecDeque};

use super::Limits;
use super::find::Search;
use super::frame::{Frame, LARGEST};
use super::hpack::{Decoder, FieldList};
use crate::flow::{ALLOCATION, Direction, allocated};
use crate::http::tally::Tally;
use crate::http::{Body, HeadBuf, MessageId, MessageKind};

/// Streams that ended lately, of which frames may still come.
const MOST_CLOSED: usize = 32;

/// Of a stream that was told before its end, this is over. No number of a stream is as high.
const ONLY_REQUEST: u32 = 1 << 31;

/// Shared by all connections.
#[derive(Debug, Default)]
pub(in crate::http) struct Scratch {
    pub(super) list: FieldList,
    /// What is kept of all connections, beside heads and frames that are not whole: places, tables, streams.
    pub(super) held: usize,
}

impl Scratch {
    /// What is kept of all connections.
    pub(in crate::http) fn held(&self) -> usize {
        self.held
    }
}

/// Where a side stands between and within frames.
#[derive(Debug)]
pub(super) enum Phase {
    /// The client's preface is due.
    Preface,
    /// A frame is due.
    Header,
    /// The payload of a frame that is taken whole.
    Payload(Frame),
    /// The payload of DATA.
    Data(Data),
    /// So many bytes of a frame are passed over.
    Pass(u32),
    /// The place is lost.
    Lost(Box<Search>),
}

/// DATA that runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Data {
    pub(super) stream: u32,
    /// What is left of the payload.
    pub(super) left: u32,
    /// What of it is padding.
    pub(super) padding: u32,
    /// The length of the padding is due.
    pub(super) padded: bool,
    /// The message ends with it.
    pub(super) end: bool,
}

/// A header block that is not whole.
#[derive(Debug)]
pub(super) struct Block {
    pub(super) stream: u32,
    /// The stream that is promised by it.
    pub(super) promised: Option<u32>,
    pub(super) end_stream: bool,
    pub(super) bytes: Vec<u8>,
    /// Frames that it has.
    pub(super) frames: u32,
    /// It is longer than what is kept.
    pub(super) full: bool,
}

/// One direction.
#[derive(Debug)]
pub(super) struct Side {
    pub(super) phase: Phase,
    /// A frame that is not whole.
    pub(super) buffer: Vec<u8>,
    pub(super) block: Option<Block>,
    pub(super) decoder: Decoder,
    /// The largest payload that the other side allows.
    pub(super) largest: u32,
    /// Bytes of this side are missing: what is not known may have been among them.
    pub(super) lossy: bool,
}

impl Side {
    fn new(limits: &Limits) -> Self {
        Self {
            phase: Phase::Header,
            buffer: Vec::new(),
            block: None,
            decoder: Decoder::new(limits),
            largest: LARGEST,
            lossy: false,
        }
    }

    /// What it buffers.
    pub(super) fn held(&self) -> usize {
        let block = self.block.as_ref().map_or(0, |block| block.bytes.capacity());
        let search = if let Phase::Lost(search) = &self.phase { search.held() } else { 0 };
        self.buffer.capacity().saturating_add(block).saturating_add(search)
    }

    /// Frames are looked for; nothing is known of the table.
    pub(super) fn lose(&mut self) {
        self.lossy = true;
        self.decoder.forget();
        self.decoder.allowed = None;
        self.buffer = Vec::new();
        self.phase = Phase::Lost(Box::default());
    }
}

/// One message of a stream.
#[derive(Debug)]
pub(super) struct Half {
    pub(super) id: MessageId,
    pub(super) head: HeadBuf,
    /// Its body, while it runs.
    pub(super) tally: Option<Box<Tally>>,
    /// Its body, once it is over.
    pub(super) body: Body,
    /// Bytes of its body may be missing.
    pub(super) doubtful: bool,
    /// What its Content-Length says.
    pub(super) length: Option<u64>,
}

/// A stream of the connection.
#[derive(Debug, Default)]
pub(super) struct Stream {
    pub(super) request: Option<Half>,
    pub(super) response: Option<Half>,
}

impl Stream {
    pub(super) fn half(&mut self, kind: MessageKind) -> Option<&mut Half> {
        match kind {
            MessageKind::Request => self.request.as_mut(),
            MessageKind::Response => self.response.as_mut(),
        }
    }

    /// Both messages are over; a request that is not known counts as over.
    pub(super) fn is_over(&self) -> bool {
        let over = |half: &Half| half.tally.is_none();
        self.response.as_ref().is_some_and(over) && self.request.as_ref().is_none_or(over)
    }
}

/// A connection.
#[derive(Debug)]
pub(in crate::http) struct Connection {
    /// Who sends requests, once that is known.
    pub(super) client: Option<Direction>,
    pub(super) sides: [Side; 2],
    pub(super) streams: BTreeMap<u32, Box<Stream>>,
    /// The last that ended; with [`ONLY_REQUEST`] where its response may come.
    closed: VecDeque<u32>,
    /// The highest stream that was seen.
    pub(super) highest: u32,
    /// The capture does not show its beginning.
    pub(super) began_before: bool,
}

impl Connection {
    pub(super) fn new(client: Option<Direction>, limits: &Limits) -> Self {
        Self {
            client,
            sides: [Side::new(limits), Side::new(limits)],
            streams: BTreeMap::new(),
            closed: VecDeque::new(),
            highest: 0,
            began_before: false,
        }
    }

    pub(super) fn side(&mut self, direction: Direction) -> &mut Side {
        let [forward, backward] = &mut self.sides;
        match direction {
            Direction::Forward => forward,
            Direction::Backward => backward,
        }
    }

    /// Which message of a stream goes in this direction, where that is known.
    pub(super) fn role(&self, direction: Direction) -> Option<MessageKind> {
        let client = self.client?;
        Some(if client == direction { MessageKind::Request } else { MessageKind::Response })
    }

    /// The message of this stream that runs in this direction.
    pub(super) fn running(&mut self, stream: u32, direction: Direction) -> Option<&mut Half> {
        let kind = self.role(direction)?;
        self.streams.get_mut(&stream)?.half(kind).filter(|half| half.tally.is_some())
    }

    /// Whether the capture may lack messages of this direction.
    pub(super) fn is_partial(&mut self, direction: Direction) -> bool {
        self.began_before || self.side(direction).lossy
    }

    /// Whether this message of a stream ended lately.
    pub(super) fn is_closed(&self, stream: u32, kind: Option<MessageKind>) -> bool {
        let request = kind == Some(MessageKind::Request);
        self.closed.iter().any(|&closed| closed == stream || (request && closed == stream | ONLY_REQUEST))
    }

    /// A stream is over, or only its request.
    pub(super) fn note_closed(&mut self, stream: u32, only_request: bool) {
        if self.closed.len() >= MOST_CLOSED {
            self.closed.pop_front();
        }
        self.closed.push_back(if only_request { stream | ONLY_REQUEST } else { stream });
    }

    /// What its tables take.
    pub(super) fn tables(&self) -> usize {
        self.sides.iter().fold(0, |sum, side| sum.saturating_add(side.decoder.held()))
    }

    /// What it takes, beside heads and what its sides buffer.
    pub(super) fn size(&self) -> usize {
        // A stream has its place, places for its bodies, and one in a node that is at least half full.
        const NODE: usize = 11 * size_of::<(u32, Box<Stream>)>() + 2 * ALLOCATION;
        const STREAM: usize = size_of::<Stream>() + 2 * size_of::<Tally>() + 2 * size_of::<(u32, Box<Stream>)>() + 3 * ALLOCATION;
        let streams = self.streams.len().saturating_mul(STREAM).saturating_add(if self.streams.is_empty() { 0 } else { NODE });
        let closed = allocated(self.closed.capacity().saturating_mul(size_of::<u32>()));
        allocated(size_of::<Self>()).saturating_add(self.tables()).saturating_add(streams).saturating_add(closed)
    }

    /// Gives back space that is not used.
    pub(super) fn tidy(&mut self) {
        if self.streams.is_empty() {
            self.streams = BTreeMap::new();
        }
        for side in &mut self.sides {
            if side.buffer.is_empty() {
                side.buffer = Vec::new();
            }
        }
    }

    /// So many of the next bytes of a side are not needed.
    pub(super) fn skippable(&mut self, direction: Direction) -> u64 {
        match self.side(direction).phase {
            Phase::Pass(left) => left.into(),
            Phase::Data(data) if !data.padded => {
                let wanted = self.running(data.stream, direction).is_some_and(|half| half.wants_bytes());
                // The last byte comes, so that the end of the message is told in time.
                if wanted { 0 } else { data.left.saturating_sub(1).into() }
            }
            _ => 0,
        }
    }

    /// So many bytes were skipped.
    pub(in crate::http) fn skip(&mut self, direction: Direction, skipped: u64) {
        let passed = u32::try_from(skipped).unwrap_or(u32::MAX);
        match &mut self.side(direction).phase {
            Phase::Pass(left) => {
                *left = left.saturating_sub(passed);
                if *left == 0 {
                    self.side(direction).phase = Phase::Header;
                }
            }
            Phase::Data(data) => {
                let body = passed.min(data.left.saturating_sub(data.padding));
                data.left = data.left.saturating_sub(passed);
                let stream = data.stream;
                if let Some(tally) = self.running(stream, direction).and_then(|half| half.tally.as_mut()) {
                    tally.skip(body.into());
                }
            }
            _ => {}
        }
    }
}

impl Half {
    fn wants_bytes(&self) -> bool {
        self.tally.as_ref().is_some_and(|tally| tally.wants_bytes())
    }
}
