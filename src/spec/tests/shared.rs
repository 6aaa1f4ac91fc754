//! The specs that stand outside of this package: those of the benchmark, and the example of the design.

use std::path::PathBuf;

use crate::spec::{Loaded, Spec, parse};

/// The folder of shared material, where it is there.
fn shared() -> Option<PathBuf> {
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let folder = std::env::var_os("HOPSPEC_SHARED").map_or(beside, PathBuf::from);
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("skipped: the shared folder is not there (HOPSPEC_SHARED)");
    None
}

fn load(name: &str, text: &str) -> Spec {
    match parse(&format!("{name}.yaml"), name, text.as_bytes()) {
        Ok(Loaded::Spec(spec)) => *spec,
        Ok(Loaded::NotASpec) => panic!("{name} is no spec"),
        Err(errors) => {
            panic!("{}", errors.iter().map(|e| format!("{e} | {} | {}\n", e.label, e.help.join(" / "))).collect::<String>())
        }
    }
}

#[test]
fn the_specs_of_the_benchmark_load() {
    let Some(shared) = shared() else {
        return;
    };
    for (name, expectations) in [("twenty", 21), ("two-hundred", 201)] {
        let text = std::fs::read_to_string(shared.join(format!("bench/specs/{name}.yaml"))).unwrap();
        let spec = load(name, &text);
        let count: usize = spec.hops.iter().map(|h| h.request.expectations.len() + h.response.expectations.len()).sum();
        assert_eq!(count, expectations, "{name}");
    }
}

#[test]
fn the_example_of_the_design_loads() {
    let Some(shared) = shared() else {
        return;
    };
    let design = std::fs::read_to_string(shared.join("DESIGN.md")).unwrap();
    let yaml = design.split("```yaml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let spec = load("http-via-alb", yaml);
    assert_eq!(spec.hops[0].name.value, "alb-to-target");
    assert_eq!(spec.hops[0].request.expectations.len(), 12);
    assert_eq!(spec.hops[0].checks.len(), 1);
}
