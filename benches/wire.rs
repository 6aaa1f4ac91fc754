//! The wire layer: packets to segments.

#![allow(missing_docs, clippy::expect_used, clippy::panic, reason = "a bench ends where its input is wrong")]

mod kit;

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use hopspec::capture::{LinkType, Packet};
use hopspec::wire::{Decoded, segment};

fn bytes<'p>(packets: impl Iterator<Item = Packet<'p>>) -> usize {
    let payload = |packet| match segment(&packet) {
        Decoded::Tcp(segment) => black_box(segment).payload.len(),
        other => panic!("{other:?}"),
    };
    packets.map(payload).sum()
}

fn wire(c: &mut Criterion) {
    let packets = kit::packets(&kit::keep_alive(2000, 50));
    let mut group = c.benchmark_group("wire");
    group.throughput(Throughput::Elements(packets.len() as u64));
    group.bench_function("Ethernet, the quick way", |b| b.iter(|| bytes(packets.iter().map(kit::packet))));
    // Without a link layer nothing is quick.
    let bare: Vec<_> = packets.iter().map(|(at, _, frame)| (*at, LinkType(101), frame[14..].to_vec())).collect();
    group.bench_function("raw IP, the long way", |b| b.iter(|| bytes(bare.iter().map(kit::packet))));
}

criterion_group! {
    name = benches;
    config = kit::criterion();
    targets = wire
}
criterion_main!(benches);
