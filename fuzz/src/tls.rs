//! TLS: key logs, hellos, and the records of a connection whose secrets are known, in any segments and with gaps.

use std::sync::Arc;

use hopspec::anomaly::Anomalies;
use hopspec::capture::{PacketAt, Timestamp};
use hopspec::flow::{Chunk, Direction, FlowInfo, Gap, Need, StreamEnd, StreamSink};
use hopspec::tls::{KeyLog, KeyLogs, TlsFacts, TlsSink, TlsStreams};
use hopspec::wire::Endpoint;

/// The secrets of the connections in the corpus.
const LOG: &str = include_str!("tls.keylog");

/// The same connections and remarks in any pieces; no secret in what is said.
pub fn keylog(data: &[u8]) {
    let whole = KeyLog::read("keys".to_owned(), 100_000, data).expect("bytes can be read");
    for size in [1, 1 + data.len() % 97] {
        let mut pieces = KeyLog::new("keys".to_owned(), 100_000);
        data.chunks(size).for_each(|piece| pieces.add(piece));
        pieces.finish();
        assert_eq!((pieces.connections(), pieces.problems()), (whole.connections(), whole.problems()), "in pieces of {size}");
    }
    assert!(whole.connections() <= data.len() / 130 + 1, "a line has a random and a secret");
    let said = format!("{:?} {whole:?}", whole.problems());
    for word in data.split(u8::is_ascii_whitespace).filter(|word| word.len() >= 16 && word.iter().all(u8::is_ascii_hexdigit)) {
        assert!(!said.contains(std::str::from_utf8(word).expect("digits")), "{said}");
    }
}

/// Steps: a byte of which bit 0 says who, and bit 1 that the bytes are lost; a length; the bytes, where they are not lost.
pub fn tls(data: &[u8]) {
    let mut steps = Vec::new();
    let mut rest = data;
    while let Some((&[kind, low, high], behind)) = rest.split_first_chunk::<3>() {
        let length = usize::from(u16::from_le_bytes([low, high]));
        let direction = if kind & 1 == 0 { Direction::Forward } else { Direction::Backward };
        let bytes = if kind & 2 == 0 { behind.get(..length.min(behind.len())).unwrap_or_default() } else { &[] };
        rest = &behind[bytes.len()..];
        steps.push((direction, bytes, if kind & 2 == 0 { 0 } else { length as u64 }));
    }
    let whole = read(&steps, usize::MAX);
    let sent: usize = steps.iter().map(|(_, bytes, _)| bytes.len()).sum();
    assert!(whole.data.iter().map(Vec::len).sum::<usize>() <= sent, "no more comes out than went in");
    if steps.iter().all(|(.., lost)| *lost == 0) {
        for size in [1, 1 + data.len() % 61] {
            assert_eq!(read(&steps, size), whole, "in segments of {size}");
        }
    }
}

/// The first two bytes say how much of the rest is the client's message; each lies in a record of its own.
pub fn tls_hello(data: &[u8]) {
    let Some((length, rest)) = data.split_first_chunk::<2>() else { return };
    let (client, server) = rest.split_at(usize::from(u16::from_le_bytes(*length)).min(rest.len()));
    let record = |message: &[u8]| {
        let message = &message[..message.len().min(1 << 14)];
        [&[22, 3, 3][..], &u16::try_from(message.len()).unwrap().to_be_bytes(), message].concat()
    };
    let (client, server) = (record(client), record(server));
    for steps in [
        [(Direction::Forward, &client[..], 0), (Direction::Backward, &server[..], 0)],
        [(Direction::Backward, &server[..], 0), (Direction::Forward, &client[..], 0)],
    ] {
        let told = read(&steps, usize::MAX);
        assert_eq!(told.data.concat(), b"", "hellos hold nothing for the layer above");
        assert_eq!(read(&steps, 7), told);
    }
}

/// What was told, without where.
#[derive(Debug, Default, PartialEq)]
struct Told {
    data: [Vec<u8>; 2],
    facts: Option<TlsFacts>,
    ends: u32,
    why: String,
}

#[derive(Debug, Default)]
struct Notes {
    told: Told,
    anomalies: Anomalies,
}

impl StreamSink for Notes {
    type State = ();

    fn open(&mut self, _: &FlowInfo) {}

    fn data(&mut self, _: &FlowInfo, (): &mut (), chunk: Chunk<'_>) -> Need {
        assert!(!chunk.data.is_empty());
        self.told.data[chunk.direction.index()].extend_from_slice(chunk.data);
        Need::Bytes
    }

    fn gap(&mut self, _: &FlowInfo, (): &mut (), gap: Gap) -> Need {
        assert!(gap.length > 0);
        Need::Bytes
    }

    fn end(&mut self, _: &FlowInfo, (): &mut (), _: Direction, _: StreamEnd, unskipped: u64, _: PacketAt) {
        assert_eq!(unskipped, 0, "nothing was skipped");
        self.told.ends += 1;
    }

    fn close(&mut self, _: &FlowInfo, (): ()) {
        assert_eq!(self.told.ends, 2, "each direction ends once");
    }

    fn anomalies(&mut self) -> &mut Anomalies {
        &mut self.anomalies
    }
}

impl TlsSink for Notes {
    fn secured(&mut self, _: &FlowInfo, (): &mut (), facts: &TlsFacts) {
        assert!(self.told.facts.replace(facts.clone()).is_none(), "told once");
    }

    fn shut(&mut self, _: &FlowInfo, (): &mut ()) {
        assert!(self.told.facts.is_none(), "opened or shut");
    }
}

fn read(steps: &[(Direction, &[u8], u64)], size: usize) -> Told {
    let log = KeyLog::read("keys".to_owned(), 100_000, LOG.as_bytes()).expect("it can be read");
    let mut streams = TlsStreams::new(Notes::default(), Arc::new(KeyLogs::new(vec![log])));
    let end = |port| Endpoint { ip: [10, 0, 0, 1].into(), port };
    let flow = FlowInfo { number: 0, ends: [end(40_000), end(443)], opener: Some(Direction::Forward), accepted: true };
    let mut state = streams.open(&flow);
    let mut deaf = [false; 2];
    let at = |number| PacketAt { number, time: Timestamp::default() };
    let mut number = 0;
    for &(direction, bytes, lost) in steps {
        if lost > 0 && !deaf[direction.index()] {
            deaf[direction.index()] |=
                streams.gap(&flow, &mut state, Gap { direction, length: lost, at: at(number) }) == Need::Nothing;
        }
        for data in bytes.chunks(size.min(60_000)) {
            number += 1;
            if !deaf[direction.index()] {
                let need = streams.data(&flow, &mut state, Chunk { direction, data, at: at(number) });
                deaf[direction.index()] |= need == Need::Nothing;
            }
        }
    }
    for direction in [Direction::Forward, Direction::Backward] {
        streams.end(&flow, &mut state, direction, StreamEnd::Fin, 0, at(number));
    }
    streams.close(&flow, state);
    let why = format!("{:?}", streams.shut());
    let inner = streams.inner();
    Told { data: inner.told.data.clone(), facts: inner.told.facts.clone(), ends: inner.told.ends, why }
}
