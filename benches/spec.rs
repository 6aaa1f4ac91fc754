//! Loading specs: all of the program by its quick reader, and the same texts as files of a user.

#![allow(missing_docs, clippy::expect_used, clippy::panic, reason = "a bench ends where its input is wrong")]

mod kit;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use hopspec::spec::{embedded, load_embedded, parse_named};

fn spec(c: &mut Criterion) {
    let texts: Vec<(String, &[u8])> = embedded().iter().map(|spec| (spec.file(), spec.text.as_bytes())).collect();
    let bytes: usize = texts.iter().map(|(_, text)| text.len()).sum();
    let mut group = c.benchmark_group("spec");
    group.throughput(Throughput::Bytes(bytes as u64));
    group.bench_function("all of the program", |b| {
        b.iter(|| {
            let found = load_embedded();
            assert_eq!(found.specs.len(), texts.len());
            found
        });
    });
    group.throughput(Throughput::Bytes(kit::SPEC.len() as u64));
    group.bench_function("twenty expectations of a user", |b| {
        b.iter(|| parse_named("twenty.yaml", "twenty", kit::SPEC.as_bytes()).expect("a spec"));
    });
}

criterion_group! {
    name = benches;
    config = kit::criterion();
    targets = spec
}
criterion_main!(benches);
