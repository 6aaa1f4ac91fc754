//! Many connections in little room: some are not opened, each is said, and all that was held is given back.

use std::net::IpAddr;
use std::sync::Arc;

use super::listener::Step;
use super::talk::tls13;
use crate::anomaly::{Anomalies, AnomalyKind};
use crate::capture::PacketAt;
use crate::flow::{Chunk, Direction, FlowInfo, Gap, Need, StreamEnd, StreamSink};
use crate::tls::{KeyLog, KeyLogs, TlsFacts, TlsSink, TlsStreams};
use crate::wire::Endpoint;

/// The layer above.
#[derive(Default)]
struct Above {
    bytes: usize,
    secured: u32,
    shut: u32,
    /// What it was told that it may hold, at least.
    least: Option<usize>,
    anomalies: Anomalies,
}

impl StreamSink for Above {
    type State = ();

    fn open(&mut self, _: &FlowInfo) {}

    fn data(&mut self, _: &FlowInfo, (): &mut (), chunk: Chunk<'_>) -> Need {
        self.bytes += chunk.data.len();
        Need::Bytes
    }

    fn gap(&mut self, _: &FlowInfo, (): &mut (), _: Gap) -> Need {
        Need::Bytes
    }

    fn end(&mut self, _: &FlowInfo, (): &mut (), _: Direction, _: StreamEnd, _: u64, _: PacketAt) {}

    fn close(&mut self, _: &FlowInfo, (): ()) {}

    fn room(&mut self, bytes: usize) {
        self.least = Some(self.least.map_or(bytes, |least| least.min(bytes)));
    }

    fn anomalies(&mut self) -> &mut Anomalies {
        &mut self.anomalies
    }
}

impl TlsSink for Above {
    fn secured(&mut self, _: &FlowInfo, (): &mut (), _: &TlsFacts) {
        self.secured += 1;
    }

    fn shut(&mut self, _: &FlowInfo, (): &mut ()) {
        self.shut += 1;
    }
}

/// So many connections, each step on all of them before the next: what was held at most, and what the layer above heard.
fn crowd(connections: u32, room: usize) -> (usize, Above) {
    let mut talk = tls13(0x1301, None);
    talk.client(b"request").server(b"response");
    let log = KeyLog::read("keys".to_owned(), crate::tls::Limits::default().secrets, talk.log.as_bytes()).expect("a log");
    let mut streams = TlsStreams::new(Above::default(), Arc::new(KeyLogs::new(vec![log])));
    streams.room(room);
    let end = |port| Endpoint { ip: IpAddr::from([10, 0, 0, 1]), port };
    let flow = |number| FlowInfo { number, ends: [end(40_000), end(443)], opener: Some(Direction::Forward), accepted: true };
    let mut open: Vec<_> = (0..connections).map(|number| (flow(number), streams.open(&flow(number)), [false; 2])).collect();
    let mut most = 0;
    for step in &talk.steps {
        for (flow, state, deaf) in &mut open {
            let Step::Data(direction, data) = step else { continue };
            if !deaf[direction.index()] && !data.is_empty() {
                let chunk = Chunk { direction: *direction, data, at: PacketAt::default() };
                deaf[direction.index()] = streams.data(flow, state, chunk) == Need::Nothing;
            }
            most = most.max(streams.held());
        }
    }
    for (flow, mut state, _) in open {
        for direction in [Direction::Forward, Direction::Backward] {
            streams.end(&flow, &mut state, direction, StreamEnd::Fin, 0, PacketAt::default());
        }
        streams.close(&flow, state);
    }
    assert_eq!(streams.idle(), (0, 0), "all is given back");
    (most, streams.into_inner())
}

#[test]
fn connections_that_there_is_no_room_for_are_not_opened_and_said() {
    let room = 400 << 10;
    let (most, above) = crowd(1000, room);
    assert!(most <= room / 2 + (8 << 10), "no more than it leaves: {most}");
    assert!(above.least.is_some_and(|least| least >= room / 2 - (16 << 10)), "{:?}", above.least);
    let limited = above.anomalies.count(AnomalyKind::TlsLimit);
    assert!(limited > 500, "{limited}");
    assert_eq!(u64::from(above.secured + above.shut), 1000, "each is told");
    assert!(above.secured > 10 && above.bytes > 10 * 15, "{} opened", above.secured);
}

#[test]
fn with_room_all_are_opened() {
    let (most, above) = crowd(20, 400 << 10);
    assert!(most > 80 << 10, "keys and places are counted: {most}");
    assert_eq!((above.secured, above.shut, above.anomalies.count(AnomalyKind::TlsLimit)), (20, 0, 0));
    assert_eq!(above.bytes, 20 * 15);
}
