//! Reports of an outcome with findings.

#![allow(missing_docs, clippy::expect_used, clippy::panic, reason = "a bench ends where its input is wrong")]

mod kit;

use std::io::Write;

use criterion::{Criterion, criterion_group, criterion_main};
use hopspec::check::{CheckRequest, check};
use hopspec::report::{TextOptions, json, text};
use hopspec::source::Input;

fn report(c: &mut Criterion) {
    let wrong = kit::SPEC.replace("nginx/", "apache/").replace("status: 200", "status: 201").replace("dark, light", "none");
    let mut file = tempfile::Builder::new().suffix(".pcap").tempfile().expect("a file");
    file.write_all(&kit::keep_alive(100, 10)).expect("a file");
    let request =
        CheckRequest { spec_texts: vec![wrong], captures: vec![Input::File(file.path().to_owned())], ..CheckRequest::default() };
    let outcome = check(&request).expect("an outcome");
    assert_eq!(outcome.findings.len(), 4);
    let mut group = c.benchmark_group("report");
    group.bench_function("json", |b| b.iter(|| json(&outcome)));
    group.bench_function("text", |b| b.iter(|| text(&outcome, &TextOptions::default())));
}

criterion_group! {
    name = benches;
    config = kit::criterion();
    targets = report
}
criterion_main!(benches);
