//! HTTP/2 of real programs: what they say is the same as what HTTP/1 says on the other hop, and specs see it so.

use super::recording;
use crate::kit::hopspec;
use crate::program::Program;

/// A recording, and what `show --count` says of it.
const RECORDINGS: [(&str, &str); 12] = [
    ("curl-h2c-upgrade", "packets 14 flows 1 requests 1 responses 2 anomalies 0"),
    ("curl-prior-knowledge", "packets 32 flows 2 requests 2 responses 2 anomalies 0"),
    ("envoy-grpc-healthcheck", "packets 37 flows 1 requests 5 responses 5 anomalies 0"),
    ("grpc-health", "packets 24 flows 1 requests 3 responses 3 anomalies 3"),
    ("h2load", "packets 84 flows 4 requests 200 responses 200 anomalies 0"),
    ("haproxy-h1-to-h2c-with-hc", "packets 48 flows 4 requests 4 responses 4 anomalies 0"),
    ("haproxy-h2c-to-h1", "packets 20 flows 2 requests 2 responses 2 anomalies 0"),
    ("nghttp-continuation", "packets 15 flows 1 requests 1 responses 1 anomalies 0"),
    ("nghttp-multi", "packets 12 flows 1 requests 3 responses 3 anomalies 0"),
    ("nghttp-trailer", "packets 13 flows 1 requests 1 responses 1 anomalies 0"),
    ("nghttp-upgrade", "packets 13 flows 1 requests 1 responses 2 anomalies 0"),
    ("nghttpx-h2c-to-h1", "packets 22 flows 2 requests 2 responses 2 anomalies 0"),
];

fn path(name: &str) -> String {
    recording(&format!("h2c/{name}.pcap")).to_str().unwrap().to_owned()
}

fn shown(name: &str, format: &str) -> String {
    let path = path(name);
    let run = hopspec(&["show", "--format", format, &path]);
    assert_eq!(run.code, 0, "{name}: {}", run.stderr);
    run.stdout.replace(&path, "FILE")
}

/// The messages of a recording.
fn messages(name: &str) -> Vec<serde_json::Value> {
    shown(name, "jsonl").lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn every_message_is_found() {
    for (name, counts) in RECORDINGS {
        assert_eq!(hopspec(&["show", "--count", &path(name)]).stdout.trim_end(), counts, "{name}");
        for message in messages(name) {
            // gRPC sends metadata whose names end with `-bin` as bytes, if both sides know that they may.
            let odd = if name == "grpc-health" && message["kind"] == "request" { 1 } else { 0 };
            assert_eq!(message["body_complete"], true, "{message}");
            assert_eq!(message["anomalies"].as_array().map(Vec::len), Some(odd), "{message}");
            let fields = message["fields"].as_array().unwrap();
            let pseudo = fields.iter().take_while(|field| field[0].as_str().unwrap().starts_with(':')).count();
            assert!(fields[pseudo..].iter().all(|field| !field[0].as_str().unwrap().starts_with(':')), "{message}");
            let two = message["version"] == "HTTP/2";
            assert_eq!((message["h2_stream"].is_u64(), pseudo > 0), (two, two), "{message}");
            assert_eq!(message["reason"].is_string(), !two && message["kind"] == "response", "{message}");
        }
    }
}

#[test]
fn a_grpc_call_as_jsonl() {
    insta::assert_snapshot!(shown("grpc-health", "jsonl"));
}

#[test]
fn an_upgrade_and_a_trailer_as_text() {
    insta::assert_snapshot!(shown("curl-h2c-upgrade", "text") + &shown("nghttp-trailer", "text"));
}

#[test]
fn a_head_in_continuation_frames_is_whole() {
    let messages = messages("nghttp-continuation");
    let big = messages[0]["fields"].as_array().unwrap().iter().map(|field| field[1].as_str().unwrap().len()).max();
    assert!(big.is_some_and(|length| length > 8000), "{big:?}");
}

/// A proxy between both versions: the same expectations on the hop before it and on the hop behind it.
#[test]
fn a_spec_holds_on_both_sides_of_a_proxy() {
    for (name, before, behind) in [("haproxy-h2c-to-h1", 18512, 18511), ("nghttpx-h2c-to-h1", 18510, 18511)] {
        let hop = |port: u16, version: &str, host: &str| {
            format!(
                "    select: {{ dst: {{ suffix: ':{port}' }} }}\n    request:\n      version: {version}\n      method: GET\n      path: /h2toh1\n      headers:\n        Host: {host}\n        User-Agent: {{ prefix: curl/ }}\n        Accept: '*/*'\n      absent: [Connection, Upgrade, '*path']\n    response:\n      status: 200\n      headers: {{ Content-Type: text/plain, X-Resp-Case: 'Yes' }}\n      body: {{ length: {{ at_least: 1 }} }}\n"
            )
        };
        let spec = |host: &str| {
            let (first, second) = (hop(before, "HTTP/2", host), hop(behind, "HTTP/1.1", host));
            format!("hops:\n  before:\n{first}  behind:\n{second}")
        };
        let check = |host: &str| {
            let program = Program::new().file("a.yaml", spec(host));
            program.run(&["check", "-s", "a.yaml", "--format", "json", &path(name)])
        };
        let met = check(&format!("127.0.0.1:{before}"));
        assert_eq!(met.code, 0, "{name}: {}\n{}", met.stdout, met.stderr);
        let violated = check("elsewhere");
        let report: serde_json::Value = serde_json::from_str(&violated.stdout).unwrap();
        let found: Vec<_> =
            report["findings"].as_array().unwrap().iter().map(|f| (&f["rule"], &f["subject"], &f["hop"])).collect();
        let wrong = ["before", "behind"].map(|hop| ("field-value-mismatch".into(), "request.header.Host".into(), hop.into()));
        let wrong: Vec<(serde_json::Value, serde_json::Value, serde_json::Value)> = wrong.into();
        assert_eq!(found, wrong.iter().map(|(a, b, c)| (a, b, c)).collect::<Vec<_>>(), "{name}");
    }
}

/// Trailers and bodies of gRPC.
#[test]
fn what_grpc_says_can_be_expected() {
    let spec = "hops:\n  h:\n    select: { request: { path: /grpc.health.v1.Health/Check } }\n    request:\n      version: HTTP/2\n      headers: { Content-Type: application/grpc, TE: trailers }\n    response:\n      status: 200\n      headers: { Content-Type: application/grpc }\n      trailers: { grpc-status: '0' }\n      body: { length: 7 }\n";
    let run = Program::new().file("a.yaml", spec).run(&["check", "-s", "a.yaml", &path("envoy-grpc-healthcheck")]);
    assert_eq!(run.code, 0, "{}", run.stdout);
    let run = Program::new().file("a.yaml", spec.replace("'0'", "'1'")).run(&[
        "check",
        "-s",
        "a.yaml",
        &path("envoy-grpc-healthcheck"),
    ]);
    assert!(run.code == 1 && run.stdout.contains("grpc-status"), "{}", run.stdout);
}
