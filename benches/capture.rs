//! The capture layer: bytes of a file to packets.

#![allow(missing_docs, clippy::expect_used, clippy::panic, reason = "a bench ends where its input is wrong")]

mod kit;

use std::io::Write;
use std::sync::Arc;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use hopspec::anomaly::Anomalies;
use hopspec::capture::{Opened, open};

fn count(bytes: &Arc<[u8]>) -> u64 {
    let Ok(Opened::Packets(mut reader)) = open(kit::reader(bytes)) else { panic!("no capture") };
    let mut anomalies = Anomalies::default();
    while reader.next(&mut anomalies).is_some() {}
    reader.packets()
}

fn capture(c: &mut Criterion) {
    let plain: Arc<[u8]> = kit::keep_alive(5000, 50).into();
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(&plain).expect("memory");
    let packed: Arc<[u8]> = packed.finish().expect("memory").into();
    assert_eq!(count(&plain), count(&packed));
    let mut group = c.benchmark_group("capture");
    group.throughput(Throughput::Bytes(plain.len() as u64));
    group.bench_function("pcap", |b| b.iter(|| count(&plain)));
    group.bench_function("pcap, gzip", |b| b.iter(|| count(&packed)));
}

criterion_group! {
    name = benches;
    config = kit::criterion();
    targets = capture
}
criterion_main!(benches);
