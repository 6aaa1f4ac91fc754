//! A whole check: captures against specs, from bytes to an outcome.

#![allow(missing_docs, clippy::expect_used, clippy::panic, reason = "a bench ends where its input is wrong")]

mod kit;

use std::sync::Arc;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use hopspec::check::{Plan, Run};
use hopspec::source::read_from;
use hopspec::spec::{Loaded, Spec, parse_named};

fn plan(text: &str) -> Plan {
    let Ok(Loaded::Spec(spec)) = parse_named("spec.yaml", "spec", text.as_bytes()) else { panic!("no spec") };
    let specs: Vec<(Arc<Spec>, bool)> = vec![(Arc::new(*spec), true)];
    Plan::compile(&specs, &[])
}

/// Reads a capture with a plan.
fn run(plan: &Plan, file: &Arc<[u8]>) {
    let mut run = Run::new(plan, false);
    let id = run.capture("made.pcap".to_owned());
    read_from(kit::reader(file), id, &mut run).expect("a capture");
}

fn check(c: &mut Criterion) {
    let twenty = plan(kit::SPEC);
    let wrong = plan(&kit::SPEC.replace("nginx/", "apache/").replace("status: 200", "status: 201"));
    let interpreted = plan(&format!(
        "{}    checks:\n      - {{ id: one, that: 'request.header(\"X-Forwarded-Port\").size() <= 5' }}\n",
        kit::SPEC
    ));
    let small: Arc<[u8]> = kit::keep_alive(2500, 50).into();
    let each: Arc<[u8]> = kit::one_each(2500).into();
    let mut group = c.benchmark_group("check");
    group.throughput(Throughput::Elements(10_000));
    group.bench_function("twenty expectations, 50 connections", |b| b.iter(|| run(&twenty, &small)));
    group.bench_function("twenty expectations, a connection each", |b| b.iter(|| run(&twenty, &each)));
    group.bench_function("and an interpreted expression", |b| b.iter(|| run(&interpreted, &small)));
    group.bench_function("three of them violated each time", |b| b.iter(|| run(&wrong, &small)));
}

criterion_group! {
    name = benches;
    config = kit::criterion();
    targets = check
}
criterion_main!(benches);
