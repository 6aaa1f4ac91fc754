//! The same exchange, recorded and written down in every form: the verdicts are those of the wire, but for what a form does not
//! show, which is inconclusive.
//!
//! `tests/fixtures/text/same` holds what curl sent to a small server: the recording, what tcpdump and tshark print of it, what
//! curl writes itself, and the same bytes as a text, between markers and as a HAR.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use crate::kit::root;
use crate::program::Program;

fn fixture(name: &str) -> String {
    root().join("tests/fixtures/text").join(name).to_string_lossy().into_owned()
}

/// What is right, and what is wrong, about the exchange.
const RIGHT: &str = r#"hops:
  hop:
    request:
      method: POST
      target: /json?q=1
      query: { q: '1' }
      version: HTTP/1.1
      headers:
        Host: '127.0.0.1:18081'
        User-Agent: { prefix: curl/ }
        X-Dup: ['1', '2']
        Content-Length: '7'
        Accept: { wire: 'Accept: application/json' }
      absent: [Via, Cookie]
      others: error
      order: [Host, User-Agent, X-Dup, Accept]
      name_case: exact
      body: { length: 7, text: a=1&b=2 }
    response:
      status: 200
      reason: OK
      headers: { X-Name: café, Date: { is: http-date }, Content-Type: application/json, Server: origin }
      set_cookies: { a: { value: '1', Path: / }, b: { value: '2' } }
      name_case: exact
      order: [Server, Date, X-Name, Set-Cookie]
      body: { json: { name: one }, sha256: 0f2dfe9725b63f3576a84940a1607d14de2956722ac48176b1048782e7e70823 }
"#;

const WRONG: &str = r#"hops:
  hop:
    request:
      method: GET
      target: /json
      query: { q: '2' }
      version: HTTP/1.0
      headers: { Host: a, User-Agent: { prefix: wget/ }, X-Dup: ['2', '1'], Content-Length: '8', Accept: { wire: 'accept: application/json' }, X-Not: { present: true } }
      absent: [Content-Type]
      order: [Accept, Host]
      name_case: lower
      body: { length: 8, text: a=2 }
    response:
      status: 201
      reason: Created
      headers: { X-Name: cafe, Date: { is: iso-date }, Content-Type: text/plain, Server: origin/1.0 }
      set_cookies: { a: { value: '2' } }
      name_case: lower
      order: [Date, Server]
      body: { json: { name: two } }
"#;

/// The verdict of every expectation.
fn verdicts(spec: &str, file: &str) -> BTreeMap<String, String> {
    let program = Program::new().file("spec.yaml", spec);
    let run = program.run(&["check", "-s", "spec.yaml", "--format", "json", &fixture(&format!("same/{file}"))]);
    let report: Value = serde_json::from_str(&run.stdout).unwrap_or_else(|e| panic!("{file}: {e} {} {}", run.stdout, run.stderr));
    let expectations = report["specs"][0]["hops"][0]["expectations"].as_array().unwrap_or_else(|| panic!("{file}: {report:#}"));
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let key = |e: &Value| format!("{} {}:{}", text(&e["subject"]), e["line"], e["column"]);
    expectations.iter().map(|e| (key(e), text(&e["verdict"]))).collect()
}

/// The forms, and what each does not show of this exchange.
const FORMS: [(&str, &[&str]); 10] = [
    ("tcpdump-X.txt", &[]),
    ("tshark.json", &[]),
    ("tshark-ek.json", &[]),
    ("markers.t", &[]),
    ("trace.txt", &[]),
    ("trace-ascii.txt", &["request.body", "response.body", "request.header.Accept", "response.header.X-Name"]),
    ("tcpdump-A.txt", &["request.body", "response.body", "request.header.Accept", "response.header.X-Name"]),
    ("curl-v.txt", &["request.body", "response.body", "request.header.Accept"]),
    ("raw.http", &["request.body", "response.body", "request.header.Accept"]),
    (
        "noted.har",
        &[
            "request.body",
            "response.body",
            "request.header.Accept",
            "request.header.X-Dup",
            "request.order",
            "response.order",
            "request.header.Cookie",
            "response.set_cookie",
            "request.name_case",
            "response.name_case",
        ],
    ),
];

/// Holds every form to the verdicts of the wire.
fn same(spec: &str, verdict: &str) {
    let wire = verdicts(spec, "wire.pcap");
    let decided = wire.values().filter(|found| *found == verdict).count();
    assert!(decided >= 18, "{wire:#?}");
    for (file, hidden) in FORMS {
        let found = verdicts(spec, file);
        assert_eq!(found.keys().collect::<Vec<_>>(), wire.keys().collect::<Vec<_>>(), "{file}");
        for (subject, expected) in &wire {
            let told = &found[subject];
            let may_hide = hidden.iter().any(|hidden| subject.starts_with(hidden));
            assert!(told == expected || (may_hide && told == "inconclusive"), "{file}: {subject} is {told}, not {expected}");
        }
        if hidden.is_empty() {
            assert_eq!(found, wire, "{file}");
        }
    }
}

#[test]
fn what_is_met_is_met_in_every_form_or_not_shown() {
    same(RIGHT, "met");
}

#[test]
fn what_is_violated_is_violated_in_every_form_or_not_shown() {
    same(WRONG, "violated");
}

/// A value whose bytes are dots is neither right nor wrong; one that cannot be it, is.
#[test]
fn dots_are_masks_where_they_decide() {
    for (expected, verdict) in
        [("café", "inconclusive"), ("coffee", "violated"), ("{ prefix: caf }", "met"), ("{ suffix: x }", "inconclusive")]
    {
        let spec = format!("hops:\n  hop:\n    response: {{ headers: {{ X-Name: {expected} }} }}\n");
        for form in ["trace-ascii.txt", "tcpdump-A.txt"] {
            let found: Vec<String> = verdicts(&spec, form).into_values().collect();
            assert_eq!(found, [verdict], "{form}: {expected}");
        }
    }
}

#[test]
fn samples_are_read_with_what_they_say_of_places() {
    let program = Program::new();
    for (file, count, shown) in [
        (
            "tshark-T-json.json.gz",
            "packets 22 flows 2 requests 2 responses 2 ",
            "packet 6, HTTP/2 stream 1, 127.0.0.1:41028 → 127.0.0.1:18510, 2026-11-23T00:45:38.513",
        ),
        (
            "tcpdump-A.txt",
            "packets 149 flows 15 requests 16 responses 18 ",
            "packet 12, 127.0.0.1:52704 → 127.0.0.10:19011, 1970-01-01T00:41:12.412847Z",
        ),
        ("nghttp/nv.txt", "requests 1 responses 1 anomalies 0", "nv.txt:16"),
        ("trace/redirect.trace.txt", "requests 3 responses 3 anomalies 0", "redirect.trace.txt:35"),
    ] {
        let run = program.run(&["show", "--count", &fixture(file)]).code(0);
        assert!(run.stdout.contains(count), "{file}: {}", run.stdout);
        let run = program.run(&["show", &fixture(file)]).code(0);
        assert!(run.stdout.contains(shown), "{file}: {}", run.stdout);
    }
}

/// The messages of a file, without its name; in the order of their packets.
fn messages(program: &Program, file: &str, dotted: bool) -> Vec<String> {
    let run = program.run(&["show", "--format", "jsonl", "--show-secrets", file]);
    let lines = run.stdout.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    let mut messages: Vec<Value> = lines.collect();
    for message in &mut messages {
        let message = message.as_object_mut().expect("an object");
        message.remove("capture");
        if dotted {
            // What dots hide of a body, and that times and anomalies are told otherwise.
            for key in ["body_complete", "anomalies", "proxy"] {
                message.remove(key);
            }
        }
    }
    messages.iter().map(ToString::to_string).collect()
}

/// Captures without HTTP/2, TLS, tunnels and binary PROXY headers, which dots do not show.
fn captures() -> Vec<PathBuf> {
    let files = walkdir::WalkDir::new(root().join("captures")).into_iter().map(|entry| entry.unwrap().into_path());
    let readable = |path: &PathBuf| path.file_stem().is_none_or(|stem| stem != "send-proxy-v2");
    files.filter(|path| path.extension().is_some_and(|ending| ending == "pcap")).filter(readable).collect()
}

#[test]
fn what_tcpdump_prints_as_text_is_what_it_read() {
    if Command::new("tcpdump").arg("--version").output().is_err() {
        eprintln!("tcpdump is not here: skipped");
        return;
    }
    let mut found = 0;
    for capture in captures() {
        let printed = Command::new("tcpdump").args(["-nn", "-tt", "-A", "-r"]).arg(&capture).output().unwrap();
        let program = Program::new().file("dump.txt", &printed.stdout);
        let expected = messages(&program, capture.to_str().unwrap(), true);
        assert_eq!(messages(&program, "dump.txt", true), expected, "{capture:?}");
        found += expected.len();
    }
    assert!(found > 80, "{found} messages");
}

#[test]
fn what_tshark_prints_is_what_it_read() {
    if Command::new("tshark").arg("--version").output().is_err() {
        eprintln!("tshark is not here: skipped");
        return;
    }
    let mut found = 0;
    for (capture, form) in captures().into_iter().zip(["json", "ek"].into_iter().cycle()).step_by(3) {
        let printed = Command::new("tshark").args(["-T", form, "-r"]).arg(&capture).output().unwrap();
        let program = Program::new().file("packets.json", &printed.stdout);
        let expected = messages(&program, capture.to_str().unwrap(), false);
        assert_eq!(messages(&program, "packets.json", false), expected, "{capture:?} {form}");
        found += expected.len();
    }
    assert!(found > 20, "{found} messages");
}

#[test]
fn what_is_cut_gives_messages_or_a_sentence() {
    for (file, step) in [
        ("same/trace.txt", 17),
        ("same/trace-ascii.txt", 13),
        ("same/tcpdump-A.txt", 29),
        ("same/tshark.json", 997),
        ("nghttp/push.txt", 31),
    ] {
        let whole = std::fs::read(fixture(file)).unwrap();
        for cut in (1..whole.len()).step_by(step.max(whole.len() / 60)) {
            let program = Program::new().file("cut", &whole[..cut]);
            let run = program.run(&["show", "--count", "cut"]);
            assert!(matches!(run.code, 0 | 3 | 4) && !run.stderr.contains("panicked"), "{file} cut at {cut}: {}", run.stderr);
        }
    }
}
