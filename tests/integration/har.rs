//! HARs as evidence: what they show is judged, what they may leave out, sort or join never is.

use serde_json::{Value, json};

use crate::program::Program;
use crate::schema::assert_report;

/// A HAR with these fields of its request and its response.
fn har(request: &Value, response: &Value) -> String {
    json!({"log": {"version": "1.2", "creator": {"name": "a", "version": "1"}, "entries": [{
        "startedDateTime": "2026-11-29T08:00:00.000Z", "serverIPAddress": "192.0.2.7",
        "request": {"method": "GET", "url": "https://a.example/b?c=d", "httpVersion": "HTTP/1.1", "headers": request,
            "bodySize": 0},
        "response": {"status": 200, "statusText": "OK", "httpVersion": "HTTP/1.1", "headers": response,
            "content": {"size": 13, "mimeType": "application/json", "text": "{\"a\": \"b\\n\"}\n"}},
    }]}})
    .to_string()
}

fn fields(lines: &[(&str, &str)]) -> Value {
    lines.iter().map(|(name, value)| json!({"name": name, "value": value})).collect()
}

/// The verdicts of a spec's only hop, by subject.
fn verdicts(spec: &str) -> Vec<(String, String)> {
    let request = fields(&[("Host", "a.example"), ("Accept", "text/html, */*"), ("X-Two", "1"), ("X-Two", "2")]);
    let response = fields(&[("Server", "nginx"), ("Date", "Sun, 29 Nov 2026 08:00:00 GMT")]);
    let program = Program::new().file("a.har", har(&request, &response)).file("spec.yaml", format!("hops:\n  hop:\n{spec}"));
    let run = program.run(&["check", "a.har", "-s", "spec.yaml", "--format", "json"]);
    let report: Value = serde_json::from_str(&run.stdout).unwrap_or_else(|e| panic!("{e}: {} {}", run.stdout, run.stderr));
    let expectations = report["specs"][0]["hops"][0]["expectations"].as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    expectations.iter().map(|e| (text(&e["subject"]), text(&e["verdict"]))).collect()
}

#[track_caller]
fn all_are(spec: &str, expected: &str) {
    let verdicts = verdicts(spec);
    assert!(!verdicts.is_empty() && verdicts.iter().all(|(_, verdict)| verdict == expected), "{expected}: {verdicts:#?}");
}

#[test]
fn what_a_har_shows_is_judged() {
    all_are(
        "    select: { source: har, dst: { ip: 192.0.2.7, port: 443 } }
    request:
      method: GET
      version: HTTP/1.1
      path: /b
      query: { c: d }
      headers: { Host: a.example, Accept: { list: { includes: text/html } } }
      absent: [Via, 'X-Forwarded-*']
      body: { length: 0 }
    response:
      status: 200
      reason: OK
      headers: { server: nginx, Date: { is: http-date } }
      body: { json: { a: \"b\\n\" } }
    checks:
      - { id: when, that: 'time < timestamp(\"2026-11-30T00:00:00Z\")' }
      - { id: two, that: 'request.has_header(\"X-Two\")' }
",
        "met",
    );
    all_are(
        "    request:
      method: POST
      headers: { Host: b.example, X-Three: { present: true }, X-Two: '1' }
      absent: [Accept]
    response:
      status: 201
      absent: [Server]
      body: { json: { a: c } }
",
        "violated",
    );
}

#[test]
fn what_a_har_may_leave_out_sort_or_join_is_never_judged() {
    all_are(
        "    request:
      headers:
        Cookie: { present: true }
        Authorization: { prefix: 'Bearer ' }
        X-Two: ['1', '2']
        accept: { lines: { length: 1 } }
      cookies: { theme: dark }
      absent: [Proxy-Authorization, 'Proxy-Auth*']
      order: [Accept, Host]
      name_case: lower
    response:
      absent: [Set-Cookie]
      body: { sha256: 0000000000000000000000000000000000000000000000000000000000000000 }
    checks:
      - { id: cookie, that: 'request.has_header(\"Cookie\")' }
      - { id: no-cookie, that: '!request.has_header(\"Cookie\")' }
      - { id: no-line, that: '!request.headers.exists(h, h.name == \"Cookie\")' }
      - { id: from, that: 'src.port > 1' }
",
        "inconclusive",
    );
    all_are("    request: { headers: { Cookie: { optional: true, prefix: a } } }\n", "not-observed");
    // An exchange that may carry what is selected is not selected.
    let program = Program::new()
        .file("a.har", har(&fields(&[("Host", "a")]), &fields(&[])))
        .file("spec.yaml", "hops:\n  hop:\n    select: { request: { absent: [Cookie] } }\n    request: { method: GET }\n");
    program.run(&["check", "a.har", "-s", "spec.yaml"]).code(3);
}

#[test]
fn a_finding_says_which_entry() {
    let program = Program::new()
        .file("a.har", har(&fields(&[("Host", "a"), ("Authorization", "Bearer abc")]), &fields(&[])))
        .file("spec.yaml", "hops:\n  hop:\n    request: { headers: { Host: b } }\n");
    assert_report(&program.run(&["check", "a.har", "-s", "spec.yaml", "--format", "json"]).code(1).stdout);
    let report = program.run(&["check", "a.har", "-s", "spec.yaml"]).code(1).stdout;
    assert!(report.contains("a.har, entry 1"), "{report}");
    let shown = program.run(&["show", "a.har"]).code(0);
    assert!(shown.stdout.contains("# a.har, entry 1, → 192.0.2.7:443, 2026-11-29T08:00:00"), "{}", shown.stdout);
    assert!(!shown.stdout.contains("abc"), "{}", shown.stdout);
    let listed = program.run(&["show", "a.har", "--format", "jsonl"]).code(0).stdout;
    let first: Value = serde_json::from_str(listed.lines().next().unwrap_or_default()).expect("JSON");
    assert_eq!(
        (&first["entry"], &first["dst"], &first["time"]),
        (&json!(1), &json!("192.0.2.7:443"), &json!("2026-11-29T08:00:00.000000Z"))
    );
}

#[test]
fn what_is_no_har_is_refused_with_a_sentence() {
    let program =
        Program::new().file("a.har", "{\"log\": {\"entries\": [{\"request\": ").file("b.har", "{\"log\": {\"entries\": []}}");
    program.run(&["show", "a.har"]).code(4).says("is a HAR that cannot be read: EOF while parsing");
    program.run(&["show", "b.har"]).code(4).says("it looks like a HAR of which nothing was sent");
}
