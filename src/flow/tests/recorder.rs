//! A sink that writes down what it is told, and a hand that feeds segments.

use crate::anomaly::{Anomalies, AnomalyKind};
use crate::capture::{PacketAt, Timestamp};
use crate::flow::{Chunk, Direction, FlowInfo, FlowTable, Gap, Limits, Need, StreamEnd, StreamSink};
use crate::wire::{Endpoint, Segment, TcpFlags};

/// What was told of one flow.
#[derive(Debug, Default, Clone)]
pub(super) struct Told {
    /// The bytes of each direction; `[5]` for a gap of five.
    pub(super) streams: [String; 2],
    /// Everything in order: `>abc`, `<[5]`, `>Fin`, `closed`.
    pub(super) events: Vec<String>,
    pub(super) opener: Option<Direction>,
    pub(super) unskipped: [u64; 2],
}

/// Answers `!n` at the end of a chunk with `Skip(n)`, `!` with `Nothing`, everything else with `Bytes`.
#[derive(Debug, Default)]
pub(super) struct Recorder {
    pub(super) flows: Vec<Told>,
    /// What it says that it holds, of each open flow.
    pub(super) each: usize,
    open: usize,
    /// What it was told that it may hold.
    pub(super) room: usize,
    anomalies: Anomalies,
}

impl Recorder {
    fn told(&mut self, flow: &FlowInfo, direction: Direction, text: &str) -> Need {
        let told = &mut self.flows[flow.number as usize];
        told.streams[direction.index()].push_str(text);
        told.events.push(format!("{}{text}", arrow(direction)));
        match text.rsplit_once('!') {
            Some((_, "")) => Need::Nothing,
            Some((_, bytes)) => bytes.parse().map_or(Need::Bytes, Need::Skip),
            None => Need::Bytes,
        }
    }
}

fn arrow(direction: Direction) -> char {
    if direction == Direction::Forward { '>' } else { '<' }
}

impl StreamSink for Recorder {
    type State = u32;

    fn open(&mut self, flow: &FlowInfo) -> u32 {
        assert_eq!(flow.number as usize, self.flows.len());
        self.flows.push(Told::default());
        self.open += 1;
        flow.number
    }

    fn data(&mut self, flow: &FlowInfo, state: &mut u32, chunk: Chunk<'_>) -> Need {
        assert_eq!(*state, flow.number);
        assert!(!chunk.data.is_empty());
        self.told(flow, chunk.direction, &String::from_utf8_lossy(chunk.data))
    }

    fn gap(&mut self, flow: &FlowInfo, _: &mut u32, gap: Gap) -> Need {
        assert!(gap.length > 0);
        self.told(flow, gap.direction, &format!("[{}]", gap.length))
    }

    fn end(&mut self, flow: &FlowInfo, _: &mut u32, direction: Direction, end: StreamEnd, unskipped: u64, _: PacketAt) {
        let told = &mut self.flows[flow.number as usize];
        told.events.push(format!("{}{end:?}", arrow(direction)));
        told.unskipped[direction.index()] = unskipped;
    }

    fn close(&mut self, flow: &FlowInfo, state: u32) {
        assert_eq!(state, flow.number);
        self.open -= 1;
        let told = &mut self.flows[flow.number as usize];
        told.events.push("closed".to_owned());
        told.opener = flow.opener;
    }

    fn held(&self) -> usize {
        self.each * self.open
    }

    fn room(&mut self, bytes: usize) {
        self.room = bytes;
    }

    fn anomalies(&mut self) -> &mut Anomalies {
        &mut self.anomalies
    }
}

/// Where the client's first byte stands, and the server's.
pub(super) const C: u32 = 1001;
pub(super) const S: u32 = 5001;

pub(super) struct Hand {
    pub(super) table: FlowTable<Recorder>,
    pub(super) number: u64,
    pub(super) port: u16,
    /// Seconds on the recorder's clock.
    pub(super) clock: u64,
}

pub(super) const SYN: TcpFlags = TcpFlags { syn: true, ack: false, fin: false, rst: false };
pub(super) const SYN_ACK: TcpFlags = TcpFlags { syn: true, ack: true, fin: false, rst: false };
pub(super) const ACK: TcpFlags = TcpFlags { syn: false, ack: true, fin: false, rst: false };
pub(super) const FIN: TcpFlags = TcpFlags { syn: false, ack: true, fin: true, rst: false };
pub(super) const RST: TcpFlags = TcpFlags { syn: false, ack: false, fin: false, rst: true };

impl Hand {
    pub(super) fn new() -> Self {
        Self::with(Limits::default())
    }

    pub(super) fn with(limits: Limits) -> Self {
        Self { table: FlowTable::with_limits(Recorder::default(), limits), number: 0, port: 40000, clock: 0 }
    }

    /// A flow whose handshake was captured.
    pub(super) fn open() -> Self {
        let mut hand = Self::new();
        hand.shake();
        hand
    }

    pub(super) fn shake(&mut self) {
        self.client(C - 1, 0, SYN, "");
        self.server(S - 1, C, SYN_ACK, "");
        self.client(C, S, ACK, "");
    }

    pub(super) fn segment(&mut self, from_client: bool, seq: u32, ack: u32, flags: TcpFlags, data: &str, wire: usize) {
        self.number += 1;
        let client = Endpoint { ip: [10, 0, 0, 1].into(), port: self.port };
        let server = Endpoint { ip: [10, 0, 0, 2].into(), port: 80 };
        let (src, dst) = if from_client { (client, server) } else { (server, client) };
        let payload = data.as_bytes();
        let segment = Segment { src, dst, tunnel: 0, mark: 0, seq, ack, flags, payload, wire_length: wire as u32 };
        let at = PacketAt { number: self.number, time: Timestamp::from_nanoseconds(self.clock * 1_000_000_000) };
        self.table.segment(at, &segment);
    }

    pub(super) fn client(&mut self, seq: u32, ack: u32, flags: TcpFlags, data: &str) {
        self.segment(true, seq, ack, flags, data, data.len());
    }

    pub(super) fn server(&mut self, seq: u32, ack: u32, flags: TcpFlags, data: &str) {
        self.segment(false, seq, ack, flags, data, data.len());
    }

    /// Bytes of the client that acknowledge nothing new.
    pub(super) fn says(&mut self, offset: u32, data: &str) {
        self.client(C + offset, S, ACK, data);
    }

    /// Packets of another flow pass by.
    pub(super) fn wait(&mut self, packets: u64) {
        let port = std::mem::replace(&mut self.port, 9);
        for _ in 0..packets {
            self.client(1, 1, ACK, "");
        }
        self.port = port;
    }

    /// What was told so far of a flow's client.
    pub(super) fn heard(&self) -> &str {
        &self.table.sink().flows[0].streams[0]
    }

    pub(super) fn finish(mut self) -> (Vec<Told>, Counts) {
        self.table.finish();
        assert_eq!(self.table.waiting(), (0, 0), "all is given back");
        assert_eq!(self.table.count() as usize, self.table.sink().flows.len());
        let sink = self.table.into_sink();
        (sink.flows, Counts(sink.anomalies))
    }

    /// The client's bytes and the anomalies, when the capture is over.
    pub(super) fn client_heard(self) -> (String, Counts) {
        let (flows, counts) = self.finish();
        (flows[0].streams[0].clone(), counts)
    }
}

pub(super) struct Counts(Anomalies);

impl Counts {
    pub(super) fn of(&self, kind: AnomalyKind) -> u64 {
        self.0.count(kind)
    }

    /// Each kind with how often it was.
    pub(super) fn all(&self) -> Vec<(AnomalyKind, u64)> {
        self.0.iter().map(|(kind, anomaly)| (kind, anomaly.count)).collect()
    }

    /// Exactly these kinds, each so often.
    pub(super) fn are(&self, expected: &[(AnomalyKind, u64)]) {
        assert_eq!(self.all(), expected);
    }
}
