//! The flow layer: segments to streams, in order, out of order, and one flow after the other.

#![allow(missing_docs, clippy::expect_used, clippy::panic, reason = "a bench ends where its input is wrong")]

mod kit;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use hopspec::anomaly::Anomalies;
use hopspec::capture::PacketAt;
use hopspec::flow::{Chunk, Direction, FlowInfo, FlowTable, Gap, Need, StreamEnd, StreamSink};
use hopspec::wire::{Decoded, Segment, segment};

#[derive(Default)]
struct Bytes {
    told: u64,
    anomalies: Anomalies,
}

impl StreamSink for Bytes {
    type State = ();

    fn open(&mut self, _: &FlowInfo) {}

    fn data(&mut self, _: &FlowInfo, (): &mut (), chunk: Chunk<'_>) -> Need {
        self.told += chunk.data.len() as u64;
        Need::Bytes
    }

    fn gap(&mut self, _: &FlowInfo, (): &mut (), gap: Gap) -> Need {
        panic!("{gap:?}")
    }

    fn end(&mut self, _: &FlowInfo, (): &mut (), _: Direction, _: StreamEnd, _: u64, _: PacketAt) {}

    fn close(&mut self, _: &FlowInfo, (): ()) {}

    fn anomalies(&mut self) -> &mut Anomalies {
        &mut self.anomalies
    }
}

fn told(segments: &[(PacketAt, Segment<'_>)]) -> u64 {
    let mut flows = FlowTable::new(Bytes::default());
    for (at, segment) in segments {
        flows.segment(*at, segment);
    }
    flows.finish();
    flows.into_sink().told
}

fn flow(c: &mut Criterion) {
    let mut group = c.benchmark_group("flow");
    for (name, file, swapped) in [
        ("50 connections", kit::keep_alive(5000, 50), false),
        ("50 connections, every other pair of packets swapped", kit::keep_alive(5000, 50), true),
        ("a connection for each request", kit::one_each(2500), false),
    ] {
        let packets = kit::packets(&file);
        let mut segments: Vec<(PacketAt, Segment<'_>)> = Vec::new();
        for packet in &packets {
            let Decoded::Tcp(segment) = segment(&kit::packet(packet)) else { panic!("no segment") };
            segments.push((packet.0, segment));
        }
        let in_order = told(&segments);
        if swapped {
            segments.chunks_exact_mut(4).for_each(|four| four.swap(1, 2));
        }
        assert_eq!(told(&segments), in_order);
        group.throughput(Throughput::Elements(segments.len() as u64));
        group.bench_function(name, |b| b.iter(|| told(&segments)));
    }
}

criterion_group! {
    name = benches;
    config = kit::criterion();
    targets = flow
}
criterion_main!(benches);
