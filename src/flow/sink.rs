//! What a flow tells the layer above, and what that layer answers.

use crate::anomaly::Anomalies;
use crate::capture::PacketAt;
use crate::wire::Endpoint;

/// One direction of a flow: `Forward` is from [`FlowInfo::ends`]`[0]` to `[1]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// From the end that sent the first packet seen.
    Forward,
    /// Towards it.
    Backward,
}

impl Direction {
    /// The other one.
    #[must_use]
    pub fn reversed(self) -> Self {
        match self {
            Self::Forward => Self::Backward,
            Self::Backward => Self::Forward,
        }
    }

    /// 0 or 1, to index pairs.
    #[must_use]
    pub fn index(self) -> usize {
        match self {
            Self::Forward => 0,
            Self::Backward => 1,
        }
    }
}

/// What is known of a flow.
#[derive(Debug, Clone, Copy)]
pub struct FlowInfo {
    /// Its number in the capture, counted from 0 in the order of first packets, as tshark's `tcp.stream` does.
    pub number: u32,
    /// Its two ends; the sender of the first packet seen comes first.
    pub ends: [Endpoint; 2],
    /// The direction from the end that opened the connection, where its SYN was captured.
    pub opener: Option<Direction>,
    /// The other end accepted it: its SYN-ACK was captured.
    pub accepted: bool,
}

impl FlowInfo {
    /// Sender of what goes in this direction.
    #[must_use]
    pub fn src(&self, direction: Direction) -> Endpoint {
        match direction {
            Direction::Forward => self.ends[0],
            Direction::Backward => self.ends[1],
        }
    }

    /// Receiver of what goes in this direction.
    #[must_use]
    pub fn dst(&self, direction: Direction) -> Endpoint {
        self.src(direction.reversed())
    }
}

/// Bytes of one stream, in order, without repeats.
#[derive(Debug, Clone, Copy)]
pub struct Chunk<'a> {
    /// Which stream.
    pub direction: Direction,
    /// The bytes; never empty.
    pub data: &'a [u8],
    /// The packet that brought them.
    pub at: PacketAt,
}

/// Bytes that the capture does not hold: lost, or cut by the snap length.
#[derive(Debug, Clone, Copy)]
pub struct Gap {
    /// Which stream.
    pub direction: Direction,
    /// How many; at least 1. The part of a hole that lies in skipped bytes is not told.
    pub length: u64,
    /// The packet where the gap was seen.
    pub at: PacketAt,
}

/// What the layer above needs of this stream next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// The next bytes.
    Bytes,
    /// Not the next `n` bytes behind those given: they are passed by arithmetic, captured or not.
    Skip(u64),
    /// Nothing of this stream any more.
    Nothing,
}

/// Why a stream ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StreamEnd {
    /// FIN: the sender said that it is complete.
    Fin,
    /// RST.
    Reset,
    /// The capture ended, the flow was aged out, or its ports were used again.
    Unfinished,
}

/// The layer above: told of every flow, in the order of the capture.
pub trait StreamSink {
    /// What the layer above keeps for each live flow.
    type State;

    /// A flow begins.
    fn open(&mut self, flow: &FlowInfo) -> Self::State;

    /// Bytes arrived.
    fn data(&mut self, flow: &FlowInfo, state: &mut Self::State, chunk: Chunk<'_>) -> Need;

    /// Bytes are missing here; what follows comes behind them.
    fn gap(&mut self, flow: &FlowInfo, state: &mut Self::State, gap: Gap) -> Need;

    /// One stream ended; `unskipped` bytes of an answered [`Need::Skip`] never came.
    fn end(
        &mut self,
        flow: &FlowInfo,
        state: &mut Self::State,
        direction: Direction,
        end: StreamEnd,
        unskipped: u64,
        at: PacketAt,
    );

    /// The flow is over; both streams were ended before.
    fn close(&mut self, flow: &FlowInfo, state: Self::State);

    /// Bytes that this layer and those above hold of all flows, as they lie in memory.
    fn held(&self) -> usize {
        0
    }

    /// So many bytes may this layer and those above hold. Told whenever it changes.
    fn room(&mut self, _bytes: usize) {}

    /// Where the flow layer notes what was lost or odd.
    fn anomalies(&mut self) -> &mut Anomalies;
}
