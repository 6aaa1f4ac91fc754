//! The fuzz targets' small corpus, and every input that once was a crash, in every test run.

use std::fs;
use std::path::Path;

#[allow(dead_code, unreachable_pub, reason = "the fuzzer's crate is a library of its own")]
#[path = "../../fuzz/src/lib.rs"]
mod targets;

/// How large a file of a corpus may be, and a corpus, in bytes.
const MOST: (u64, u64) = (16 << 10, 256 << 10);

fn corpus(target: &str) -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let mut paths: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.into_iter().map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), fs::read(&path).unwrap())).collect()
}

fn run(name: &str) {
    let (_, target) = targets::TARGETS.iter().find(|(target, _)| *target == name).unwrap();
    let files = corpus(name);
    assert!(files.len() >= 5, "fuzz/corpus/{name} has {} files", files.len());
    let total: usize = files.iter().map(|(_, data)| data.len()).sum();
    assert!(total as u64 <= MOST.1, "fuzz/corpus/{name} has {total} bytes");
    for (file, data) in files {
        assert!(data.len() as u64 <= MOST.0, "{file} has {} bytes", data.len());
        let result = std::panic::catch_unwind(|| target(&data));
        assert!(result.is_ok(), "fuzz/corpus/{name}/{file} breaks the target `{name}`; its own message stands above");
    }
}

#[test]
fn capture() {
    run("capture");
}

#[test]
fn packets() {
    run("packets");
}

#[test]
fn fragments() {
    run("fragments");
}

#[test]
fn keylog() {
    run("keylog");
}

#[test]
fn tls() {
    run("tls");
}

#[test]
fn tls_hello() {
    run("tls_hello");
}

#[test]
fn http() {
    run("http");
}

#[test]
fn h2() {
    run("h2");
}

#[test]
fn proxy() {
    run("proxy");
}

#[test]
fn text() {
    run("text");
}

#[test]
fn spec() {
    run("spec");
}

#[test]
fn written() {
    run("written");
}

#[test]
fn yaml() {
    run("yaml");
}

#[test]
fn expression() {
    run("expression");
}

/// What programs wrote, damaged: a byte changed, a piece left out, a piece twice, cut.
#[test]
fn written_and_damaged() {
    let (_, target) = targets::TARGETS.iter().find(|(target, _)| *target == "written").unwrap();
    // 3000 rounds found nothing more.
    const ROUNDS: u64 = 60;
    for (file, data) in corpus("written") {
        // Numbers that look random, and are the same in every run (Knuth's MMIX).
        let mut state = data.len() as u64;
        let mut number = |below: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as usize % below.max(1)
        };
        for round in 0..ROUNDS {
            let mut damaged = data.clone();
            for _ in 0..=number(3) {
                let at = number(damaged.len());
                let end = (at + number(60)).min(damaged.len());
                match number(5) {
                    0 => damaged[at..end].iter_mut().take(1).for_each(|byte| *byte = number(256) as u8),
                    1 => drop(damaged.drain(at..end)),
                    2 => {
                        let piece = damaged[at..end].to_vec();
                        let to = number(damaged.len());
                        damaged.splice(to..to, piece);
                    }
                    3 => damaged.truncate(at.max(1)),
                    _ => damaged.insert(at, b"0123456789\n\r.:, <[{}]>\""[number(23)]),
                }
            }
            let result = std::panic::catch_unwind(|| target(&damaged));
            assert!(result.is_ok(), "{file} in round {round}: {}", damaged.escape_ascii());
        }
    }
}

/// A target is known to the fuzzer, has a corpus, and a test above.
#[test]
fn every_target_is_whole() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let manifest = fs::read_to_string(root.join("fuzz/Cargo.toml")).unwrap();
    let tests = fs::read_to_string(root.join("tests/integration/fuzzing.rs")).unwrap();
    for (name, _) in targets::TARGETS {
        assert!(manifest.contains(&format!("name = \"{name}\"\npath = \"fuzz_targets/{name}.rs\"")), "{name}: fuzz/Cargo.toml");
        assert!(root.join(format!("fuzz/fuzz_targets/{name}.rs")).is_file(), "{name}: fuzz/fuzz_targets");
        assert!(tests.contains(&format!("run(\"{name}\")")), "{name}: no test");
        assert!(!corpus(name).is_empty());
    }
}
