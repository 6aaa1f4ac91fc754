//! `hopspec probe` against servers of the test: what is sent to the byte, and what is said of the answer.

mod echoed;
mod judged;
mod sent;
mod server;
mod spoken;

use crate::kit::{Run, hopspec};

/// Runs the probe against a server; a spec's text becomes a file.
fn probe(spec: &str, arguments: &[&str]) -> Run {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s.yaml");
    std::fs::write(&path, spec).unwrap();
    let mut all = vec!["probe", "-s", path.to_str().unwrap()];
    all.extend_from_slice(arguments);
    hopspec(&all)
}

const STATUS: &str =
    "hops:\n  client:\n    select: { request: { headers: { Host: { prefix: 127.0.0.1 } } } }\n    response: { status: 200 }\n";
