//! The HTTP layer with all below it: a capture to messages and exchanges. And a head alone. (A bench named `http` would
//! be a crate of that name, which clippy is told to look for.)

#![allow(missing_docs, clippy::expect_used, clippy::panic, reason = "a bench ends where its input is wrong")]

mod kit;

use std::hint::black_box;
use std::sync::Arc;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use hopspec::http::{CaptureId, Fidelity, Origin, Provenance, parse_head};
use hopspec::source::read_from;

fn messages(file: &Arc<[u8]>) -> u64 {
    let mut count = kit::Count::default();
    read_from(kit::reader(file), CaptureId(0), &mut count).expect("a capture");
    count.messages
}

fn messages_of(c: &mut Criterion) {
    let mut group = c.benchmark_group("http");
    for (name, file, expected) in [
        ("small exchanges, 50 connections", kit::keep_alive(5000, 50), 20_000),
        ("small exchanges, a connection each", kit::one_each(2500), 10_000),
        ("downloads of 1 MiB", kit::downloads(10, 1 << 20), 20),
    ] {
        let file: Arc<[u8]> = file.into();
        assert_eq!(messages(&file), expected);
        group.throughput(Throughput::Bytes(file.len() as u64));
        group.bench_function(name, |b| b.iter(|| messages(&file)));
    }
    group.finish();
    let head = b"GET / HTTP/1.1\r\nHost: example.com\r\nUser-Agent: curl/8\r\nAccept: */*\r\nX-Forwarded-For: 192.0.2.1\r\n\r\n";
    let at = Provenance { capture: CaptureId(0), origin: Origin::Line(1) };
    let mut group = c.benchmark_group("head");
    group.throughput(Throughput::Bytes(head.len() as u64));
    group.bench_function("split, whatever it is", |b| b.iter(|| parse_head(black_box(head), at, Fidelity::WIRE)));
}

criterion_group! {
    name = benches;
    config = kit::criterion();
    targets = messages_of
}
criterion_main!(benches);
