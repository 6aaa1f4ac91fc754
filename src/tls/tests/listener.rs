//! The layer above, which writes down what it hears.

use std::net::IpAddr;
use std::sync::Arc;

use crate::anomaly::Anomalies;
use crate::capture::PacketAt;
use crate::flow::{Chunk, Direction, FlowInfo, Gap, Need, StreamEnd, StreamSink};
use crate::tls::{KeyLog, KeyLogs, Limits, TlsFacts, TlsSink, TlsStreams};
use crate::wire::Endpoint;

/// What it heard.
#[derive(Default, Debug)]
pub(super) struct Heard {
    pub(super) data: [Vec<u8>; 2],
    pub(super) gaps: Vec<(Direction, u64)>,
    /// The packets of the chunks.
    pub(super) packets: Vec<u64>,
    pub(super) facts: Option<TlsFacts>,
    pub(super) shut: u32,
    pub(super) ends: Vec<Direction>,
    pub(super) closed: u32,
    pub(super) anomalies: Anomalies,
}

impl Heard {
    pub(super) fn text(&self, direction: Direction) -> String {
        String::from_utf8_lossy(&self.data[direction.index()]).into_owned()
    }

    pub(super) fn kinds(&self) -> Vec<(&'static str, u64)> {
        self.anomalies.iter().map(|(kind, anomaly)| (kind.name(), anomaly.count)).collect()
    }

    pub(super) fn detail(&self, name: &str) -> String {
        self.anomalies.iter().find(|(kind, _)| kind.name() == name).map(|(_, anomaly)| anomaly.detail.clone()).unwrap_or_default()
    }
}

impl StreamSink for Heard {
    type State = ();

    fn open(&mut self, _: &FlowInfo) {}

    fn data(&mut self, _: &FlowInfo, (): &mut (), chunk: Chunk<'_>) -> Need {
        assert!(!chunk.data.is_empty(), "no empty chunk is told");
        self.data[chunk.direction.index()].extend_from_slice(chunk.data);
        self.packets.push(chunk.at.number);
        Need::Bytes
    }

    fn gap(&mut self, _: &FlowInfo, (): &mut (), gap: Gap) -> Need {
        self.gaps.push((gap.direction, gap.length));
        Need::Bytes
    }

    fn end(&mut self, _: &FlowInfo, (): &mut (), direction: Direction, _: StreamEnd, _: u64, _: PacketAt) {
        self.ends.push(direction);
    }

    fn close(&mut self, _: &FlowInfo, (): ()) {
        assert_eq!(self.ends.len(), 2, "both directions were ended, once");
        self.closed += 1;
    }

    fn anomalies(&mut self) -> &mut Anomalies {
        &mut self.anomalies
    }
}

impl TlsSink for Heard {
    fn secured(&mut self, _: &FlowInfo, (): &mut (), facts: &TlsFacts) {
        assert!(self.facts.replace(facts.clone()).is_none(), "told once");
    }

    fn shut(&mut self, _: &FlowInfo, (): &mut ()) {
        self.shut += 1;
    }
}

/// What comes from below.
#[derive(Debug, Clone)]
pub(super) enum Step {
    Data(Direction, Vec<u8>),
    Gap(Direction, u64),
    /// The capture has these secrets here.
    Secrets(String),
}

/// Reads one connection with this key log; a step a packet. With it why it was not opened, and for whom.
pub(super) fn hear(steps: &[Step], log: &str) -> (Heard, Vec<String>) {
    hear_within(Limits::default(), steps, log)
}

/// The same within other limits.
pub(super) fn hear_within(limits: Limits, steps: &[Step], log: &str) -> (Heard, Vec<String>) {
    let logs = if log.is_empty() {
        Vec::new()
    } else {
        vec![KeyLog::read("keys".to_owned(), limits.secrets, log.as_bytes()).expect("a log")]
    };
    let mut streams = TlsStreams::with_limits(Heard::default(), Arc::new(KeyLogs::new(logs)), limits);
    let end = |port| Endpoint { ip: IpAddr::from([10, 0, 0, 1]), port };
    let flow = FlowInfo { number: 0, ends: [end(40_000), end(443)], opener: Some(Direction::Forward), accepted: true };
    let mut state = streams.open(&flow);
    let mut deaf = [false; 2];
    let mut number = 0;
    for step in steps {
        number += 1;
        let at = PacketAt { number, ..PacketAt::default() };
        let (direction, need) = match step {
            Step::Secrets(lines) => {
                streams.embed(lines.as_bytes());
                continue;
            }
            Step::Data(direction, _) | Step::Gap(direction, _) if deaf[direction.index()] => (*direction, Need::Nothing),
            Step::Data(direction, data) if data.is_empty() => (*direction, Need::Bytes),
            Step::Data(direction, data) => {
                (*direction, streams.data(&flow, &mut state, Chunk { direction: *direction, data, at }))
            }
            Step::Gap(direction, length) => {
                (*direction, streams.gap(&flow, &mut state, Gap { direction: *direction, length: *length, at }))
            }
        };
        assert!(!matches!(need, Need::Skip(_)), "this layer above skips nothing");
        deaf[direction.index()] |= need == Need::Nothing;
    }
    let at = PacketAt { number, ..PacketAt::default() };
    for direction in [Direction::Forward, Direction::Backward] {
        streams.end(&flow, &mut state, direction, StreamEnd::Fin, 0, at);
    }
    streams.close(&flow, state);
    assert_eq!(streams.idle(), (0, 0), "nothing is kept of a connection that is over");
    let shut = streams.shut().iter().flat_map(|(port, shut)| {
        let names: Vec<_> = shut.names.keys().cloned().collect();
        shut.why.keys().map(move |why| format!("{port} {} {why}", names.join(" "))).collect::<Vec<_>>()
    });
    let shut = shut.collect();
    let inner = streams.into_inner();
    assert_eq!(inner.closed, 1);
    (inner, shut)
}
