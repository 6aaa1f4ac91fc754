//! Evidence beside specs, and which hops must be observed.

use crate::program::Program;

const A: &str = "hops:\n  a:\n    select: { request: { path: /a } }\n    request: { method: GET }\n";
const B: &str = "hops:\n  b:\n    select: { request: { path: /b } }\n    request: { method: GET }\n";
const GET_A: &str = "GET /a HTTP/1.1\r\nHost: x\r\n\r\nGET /c HTTP/1.1\r\nHost: x\r\n\r\n";

#[test]
fn a_file_that_is_named_in_any_way_is_required() {
    let program = Program::new().file("mine/a.yaml", A).file("mine/b.yaml", B).file("t.txt", GET_A);
    assert_eq!(program.run(&["check", "-s", "mine", "t.txt"]).code, 0, "hops of a folder may be missing");
    for b in ["mine/b.yaml", "./mine/b.yaml", "mine/../mine/b.yaml"] {
        let run = program.run(&["check", "-s", "mine/a.yaml", "-s", b, "t.txt"]);
        assert_eq!(run.code, 3, "{b}\n{}", run.stdout);
        assert!(run.stdout.contains("required hop"), "{}", run.stdout);
    }
}

#[test]
fn evidence_is_found_from_inside_of_the_specs() {
    let program = Program::new().file("specs/x/a.yaml", A).file("captures/x/a.txt", GET_A);
    for (folder, spec) in [(".", "specs"), (".", "specs/x/a.yaml"), ("specs", "x/a.yaml"), ("specs/x", "a.yaml")] {
        let output = program.command(&["check", "-s", spec]).current_dir(program.path(folder)).output().unwrap();
        let run = program.told(&output);
        assert_eq!(run.code, 0, "{folder} {spec}\n{}{}", run.stdout, run.stderr);
        assert!(run.stdout.contains("1 exchange in 1 capture"), "{folder} {spec}\n{}", run.stdout);
    }
}

#[test]
fn the_evidence_of_one_spec_shows_nothing_for_another() {
    let unseen = "hops:\n  b:\n    select: { request: { path: /b } }\n    count: 0\n";
    let program = Program::new().file("specs/a.yaml", A).file("captures/a.txt", GET_A).file("specs/b.yaml", unseen);
    let verdict = |program: &Program| {
        let run = program.run(&["check", "--format", "json"]);
        let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
        report["specs"][1]["verdict"].as_str().unwrap().to_owned()
    };
    let program = program.file("captures/b.pcap", EMPTY);
    assert_eq!(verdict(&program), "not-observed", "a capture without messages shows no absence");
    let program = program.file("captures/b.txt", GET_A);
    assert_eq!(verdict(&program), "met");
}

#[test]
fn what_no_hop_takes_is_counted_once_over_all_evidence() {
    let program = Program::new()
        .file("specs/a.yaml", A)
        .file("captures/a.txt", GET_A)
        .file("specs/b.yaml", B)
        .file("captures/b.txt", GET_A.replace("/a", "/b"));
    let run = program.run(&["check", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    let expected = serde_json::json!({ "exchanges": 2, "groups": [{ "line": "GET /c", "count": 2 }] });
    assert_eq!(report["unselected"], expected);
}

/// A pcap without packets.
const EMPTY: &[u8] = b"\xd4\xc3\xb2\xa1\x02\x00\x04\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x04\x00\x01\x00\x00\x00";
