//! The output of `curl -v` as evidence: what it shows is judged, what it does not show never is.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::program::Program;

fn recording(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/text/curl").join(format!("{name}.txt"))
}

/// The verdicts of a spec's only hop, by subject.
fn verdicts(recording_name: &str, spec: &str) -> (i32, Vec<(String, String)>, Value) {
    let program = Program::new().file("spec.yaml", format!("hops:\n  hop:\n{spec}"));
    let capture = recording(recording_name);
    let run = program.run(&["check", capture.to_str().unwrap(), "-s", "spec.yaml", "--format", "json"]);
    let report: Value = serde_json::from_str(&run.stdout).unwrap_or_else(|e| panic!("{e}: {} {}", run.stdout, run.stderr));
    let expectations = report["specs"][0]["hops"][0]["expectations"].as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    (run.code, expectations.iter().map(|e| (text(&e["subject"]), text(&e["verdict"]))).collect(), report)
}

#[track_caller]
fn all_are(recording_name: &str, spec: &str, code: i32, expected: &str) {
    let (actual, verdicts, report) = verdicts(recording_name, spec);
    assert!(!verdicts.is_empty(), "{report:#}");
    assert!(verdicts.iter().all(|(_, verdict)| verdict == expected), "{verdicts:?}\n{report:#}");
    assert_eq!(actual, code, "{report:#}");
}

const SENT: &str = "    select: { request: { path: /json } }
    request:
      method: GET
      version: HTTP/1.1
      headers: { Host: '127.0.0.1:18900', User-Agent: curl/7.88.1, Accept: '*/*' }
      absent: [Via]
      others: error
      order: [Host, User-Agent, Accept]
      name_case: exact
      body: { length: 0 }
    response:
      status: 200
      headers: { X-Resp-CaSe: 'Yes', X-Dup: ['1', '2'], Content-Length: '33' }
      name_case: exact
";

#[test]
fn what_curl_shows_is_judged() {
    for name in
        ["json", "terminal-two-urls", "trace-time", "redirect", "three-urls", "include", "terminal-include", "stderr-alone"]
    {
        let spec = if name == "terminal-two-urls" {
            SENT.replace("Accept: '*/*' }", "Accept: '*/*', X-A: ['1', '2'] }")
        } else {
            SENT.to_owned()
        };
        all_are(name, &spec, 0, "met");
    }
    // The same with one thing wrong is caught.
    for (right, wrong) in [
        ("curl/7.88.1", "curl/8"),
        ("[Host, User-Agent, Accept]", "[Accept, Host]"),
        ("Host: '127", "host: '127"),
        ("'1', '2'", "'2', '1'"),
        ("status: 200", "status: 201"),
    ] {
        let (code, verdicts, report) = verdicts("json", &SENT.replace(right, wrong));
        assert_eq!(code, 1, "{wrong}: {report:#}");
        assert!(verdicts.iter().any(|(_, verdict)| verdict == "violated"), "{wrong}: {verdicts:?}");
    }
}

#[test]
fn bodies_that_stand_in_the_output() {
    let body = "    select: { request: { path: /json } }\n    response: { body: { json: { path: /json, n: 1 } } }\n";
    for name in ["json", "terminal-two-urls", "redirect", "three-urls", "include", "terminal-include", "http2-upgrade", "http2"] {
        all_are(name, body, 0, "met");
    }
    let sha = "    select: { request: { path: /json } }\n    response: { body: { sha256: 06b0d8a28f0acae9fd8c02a1e93ae22feb2a1b0d37b6d2fd61d0d29d1c8fb17f } }\n";
    // A hash that is another's proves nothing against a text.
    all_are("json", sha, 3, "inconclusive");
}

#[test]
fn what_curl_does_not_show_is_never_met() {
    for (name, spec) in [
        ("stderr-alone", "    response: { body: { json: { n: 1 } } }\n"),
        ("stderr-alone", "    response: { body: { text: '' } }\n"),
        ("stderr-alone", "    response: { body: { length: 0 } }\n"),
        ("partial", "    response: { body: { json: { a: 1 } } }\n"),
        ("partial", "    response: { body: { text: '{\"a\": 1,' } }\n"),
        ("continue", "    request: { body: { text: '' } }\n"),
        ("continue", "    request: { body: { json: { x: 1 } } }\n"),
        ("parallel", "    select: { request: { path: /json } }\n    response: { body: { json: { n: 1 } } }\n"),
        ("json", "    response: { body: { length: 33 } }\n"),
        ("http2", "    request: { name_case: lower }\n"),
        ("http2", "    request: { headers: { X-Foo: Bar }, name_case: exact }\n"),
    ] {
        let (_, verdicts, report) = verdicts(name, spec);
        let last = verdicts.last().map(|(_, verdict)| verdict.as_str());
        assert_eq!(last, Some("inconclusive"), "{name}: {spec}{report:#}");
    }
    // Nothing answers what was reset, so of a response nothing was seen.
    for name in ["reset", "empty-reply"] {
        let spec = "    select: { not: { request: { path: / } } }\n    request: { method: GET }\n    response: { status: 200 }\n";
        let (_, verdicts, report) = verdicts(name, spec);
        let verdicts: Vec<_> = verdicts.iter().map(|(_, verdict)| verdict.as_str()).collect();
        assert_eq!(verdicts, ["met", "not-observed"], "{name}: {report:#}");
    }
}

#[test]
fn http2_as_curl_shows_it() {
    all_are(
        "http2",
        "    request: { method: GET, version: HTTP/2, headers: { Host: '127.0.0.1:18905', x-foo: Bar }, absent: [Connection], order: [Host, x-foo] }\n    \
         response: { version: HTTP/2, status: 200, reason: '', headers: { via: 1.1 nghttpx }, name_case: lower }\n",
        0,
        "met",
    );
    // What follows an upgrade answers the request that asked for it.
    all_are(
        "http2-upgrade",
        "    select: { request: { headers: { Upgrade: h2c } } }\n    request: { version: HTTP/1.1 }\n    response: { version: HTTP/2, status: 200 }\n",
        0,
        "met",
    );
}

#[test]
fn a_tunnel_is_an_exchange_of_its_own() {
    for name in ["connect-tls", "terminal-connect-http2"] {
        all_are(
            name,
            "    select: { request: { method: CONNECT } }\n    count: 1\n    request: { target: '127.0.0.1:18903' }\n    response: { status: 200, version: HTTP/1.0 }\n",
            0,
            "met",
        );
        all_are(
            name,
            "    select: { request: { method: GET } }\n    count: 1\n    request: { headers: { Host: origin.test }, absent: [Proxy-Connection] }\n    response: { body: { json: { tls: true } } }\n",
            0,
            "met",
        );
    }
}

#[test]
fn credentials_stay_hidden() {
    let program =
        Program::new().file("spec.yaml", "hops: { hop: { request: { headers: { Authorization: { prefix: Bearer } } } } }\n");
    let capture = recording("basic-auth");
    for args in [
        vec!["check", capture.to_str().unwrap(), "-s", "spec.yaml"],
        vec!["show", capture.to_str().unwrap()],
        vec!["show", capture.to_str().unwrap(), "--format", "jsonl"],
    ] {
        let run = program.run(&args);
        assert!(!run.stdout.contains("dXNlcjpwYXNz") && run.stdout.contains("Basic <secret>"), "{}", run.stdout);
    }
}

#[test]
fn what_holds_no_message_is_refused() {
    let program = Program::new();
    for (name, sentence) in [
        ("../trace/refused.trace", "the output of `curl --trace` without a request or response: curl found no server"),
        ("refused", "the output of `curl -v` without a request or response: curl found no server"),
    ] {
        let capture = recording(name);
        program.run(&["show", capture.to_str().unwrap()]).code(4).says(sentence).reports_nothing();
    }
}

/// Binary bodies stand in the output, too.
#[test]
fn compressed_bodies_are_undone_or_inconclusive() {
    use std::io::Write as _;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(b"{\"n\": 1}").unwrap();
    let gzip = encoder.finish().unwrap();
    let spec = "hops: { hop: { response: { body: { json: { n: 1 } } } } }\n";
    for (coding, body, code) in [("gzip", gzip.as_slice(), 0), ("br", b"\x8b\x03\x80{\"n\": 1}\x03\0\0".as_slice(), 3)] {
        let head = format!(
            "*   Trying 127.0.0.1:80...\n> GET / HTTP/1.1\n> Host: a\n> \n< HTTP/1.1 200 OK\n< Content-Encoding: {coding}\n< \n"
        );
        let text = [head.as_bytes(), b"{ [9 bytes data]\n* Connection #0 to host a left intact\n", body].concat();
        let program = Program::new().file("a.txt", text).file("spec.yaml", spec);
        let run = program.run(&["check", "a.txt", "-s", "spec.yaml"]).code(code);
        assert!(code == 0 || run.stdout.contains("content coding `br` is not undone"), "{}", run.stdout);
    }
}
