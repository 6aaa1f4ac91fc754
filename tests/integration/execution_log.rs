//! Execution logs of API Gateway as evidence: what they show is judged, what they leave out, join or mask never is.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::program::Program;

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/text/execution_log").join(name)
}

/// A fixture in a folder of its own, with a spec of these hops.
fn with(name: &str, hops: &str) -> Program {
    Program::new().file(name, std::fs::read(fixture(name)).unwrap()).file("spec.yaml", format!("hops:\n{hops}"))
}

/// The verdicts of a spec's only hop, by subject.
fn verdicts(name: &str, hop: &str) -> (Value, Vec<(String, String)>) {
    let run = with(name, &format!("  hop:\n{hop}")).run(&["check", name, "-s", "spec.yaml", "--format", "json"]);
    let report: Value = serde_json::from_str(&run.stdout).unwrap_or_else(|e| panic!("{e}: {} {}", run.stdout, run.stderr));
    let hop = &report["specs"][0]["hops"][0];
    let expectations = hop["expectations"].as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    (hop["exchanges"].clone(), expectations.iter().map(|e| (text(&e["subject"]), text(&e["verdict"]))).collect())
}

#[track_caller]
fn all_are(name: &str, hop: &str, exchanges: u64, expected: &str) {
    let (count, verdicts) = verdicts(name, hop);
    assert!(!verdicts.is_empty() && verdicts.iter().all(|(_, verdict)| verdict == expected), "{expected}: {verdicts:#?}");
    assert_eq!(count, json!(exchanges), "{verdicts:#?}");
}

/// The client's call of API Gateway, and API Gateway's call of its endpoint, as `docs/sources.md` tells them apart.
const CLIENT: &str = "    select: { source: log, request: { method: { regex: '[A-Z]+' } } }\n";
const ENDPOINT: &str = "    select: { source: log, request: { headers: { x-amzn-apigateway-api-id: { present: true } } } }\n";

#[test]
fn what_a_log_shows_is_judged() {
    for name in ["test-invoke.txt", "test-invoke-answer.json"] {
        let client = format!(
            "{CLIENT}    request:
      method: GET
      query: {{ page: '2' }}
      headers: {{ Accept: {{ list: {{ includes: text/html }} }}, X-Note: one }}
      body: {{ text: '' }}
    response:
      status: 200
      headers: {{ Content-Type: application/json, X-Amzn-Trace-Id: {{ pairs: {{ Root: {{ is: xray-id }} }} }} }}
      body: {{ json: {{ id: 7 }} }}
    checks: [{{ id: when, that: 'time >= timestamp(\"2020-06-14T00:00:00Z\")' }}]
"
        );
        all_are(name, &client, 1, "met");
        let endpoint = format!(
            "{ENDPOINT}    request:
      target: /v1/notes/7?page=2
      path: /v1/notes/7
      query: {{ page: '2' }}
      headers: {{ Host: 'backend.example:8080', User-Agent: AmazonAPIGateway_a1b2c3d4e5, Accept: application/json }}
    response:
      status: 200
      headers: {{ Cache-Control: {{ list: {{ last: max-age=60 }} }}, Server: notes/1.0, Date: {{ is: http-date }}, Content-Length: '9' }}
"
        );
        all_are(name, &endpoint, 1, "met");
        all_are(name, &format!("{ENDPOINT}    request: {{ headers: {{ Host: a.example }}, path: /v2 }}\n"), 1, "violated");
        all_are(name, &format!("{CLIENT}    response: {{ status: 201, absent: [Content-Type] }}\n"), 1, "violated");
    }
}

#[test]
fn what_a_log_leaves_out_is_never_judged() {
    let client = format!(
        "{CLIENT}    request:
      version: HTTP/1.1
      target: /test/notes/7?page=2
      path: /test/notes/7
      headers: {{ Host: {{ present: true }}, Content-Length: '3', X-Note: {{ lines: {{ length: 1 }} }}, Accept: {{ contains: html }} }}
      absent: [Cookie, Via, 'X-*-Of-Nobody']
      others: error
      order: [Accept, X-Note]
      name_case: exact
    response:
      reason: OK
      headers: {{ x-amzn-RequestId: {{ is: uuid }}, Set-Cookie: {{ present: true }} }}
      absent: [Via]
      trailers: {{ X-T: a }}
      body: {{ length: 9 }}
    checks:
      - {{ id: cookie, that: '!request.has_header(\"Cookie\")' }}
      - {{ id: all, that: 'request.headers.exists(h, h.name == \"Via\")' }}
      - {{ id: from, that: 'src.port > 1' }}
"
    );
    let (_, seen) = verdicts("test-invoke.txt", &client);
    let odd: Vec<_> = seen.iter().filter(|(_, verdict)| verdict != "inconclusive").collect();
    assert!(odd.is_empty() && seen.len() > 18, "{odd:#?} {}", seen.len());
    all_are(
        "test-invoke.txt",
        &format!(
            "{ENDPOINT}    request: {{ method: POST, version: HTTP/1.1, absent: [Via], headers: {{ Content-Length: '0' }} }}\n"
        ),
        1,
        "inconclusive",
    );
    // The second request is cut, of the first it is not certain where a value ends; of both, the path before is not known.
    all_are(
        "cloudwatch.txt",
        "    select: { request: { headers: { Host: { suffix: .amazonaws.com, prefix: a1b2c3d4e5 } } } }
    request:
      headers: { X-Mine: a=1, b: '2', Authorization: { prefix: 'Bearer ' } }
      query: { page: '2', tag: a }
      target: /test/notes?page=2&tag=a
      path: /test/notes
",
        1,
        "inconclusive",
    );
    all_are(
        "cloudwatch.txt",
        "    select: { request: { method: POST } }\n    request: { headers: { X-Amzn-Trace-Id: a } }\n",
        1,
        "inconclusive",
    );
    all_are(
        "cloudwatch.txt",
        "    select: { request: { method: POST } }\n    request: { headers: { X-Forwarded-Port: '443' }, body: { json: { text: hoge } } }\n",
        1,
        "met",
    );
    all_are(
        "cloudwatch.txt",
        "    select: { request: { method: GET } }\n    request: { headers: { X-Mine: b, Authorization: { suffix: x } } }\n",
        1,
        "violated",
    );
}

#[test]
fn the_two_sides_are_told_apart() {
    for (select, exchanges) in [
        ("{ source: log }", 5),
        ("{ source: log, request: { method: { regex: '[A-Z]+' } } }", 2),
        ("{ source: log, request: { headers: { x-amzn-apigateway-api-id: { present: true } } } }", 3),
        ("{ source: log, request: { headers: { User-Agent: { prefix: AmazonAPIGateway_ } } } }", 2),
        ("{ source: log, request: { headers: { Host: { suffix: .amazonaws.com, prefix: lambda. } } } }", 2),
        ("{ source: log, request: { path: { suffix: ':function:notes/invocations' } } }", 1),
    ] {
        for name in ["cloudwatch.txt", "filter-log-events.json", "log-events-viewer.csv", "insights.json"] {
            let (count, _) = verdicts(name, &format!("    select: {select}\n    request: {{ absent: [X-Of-Nobody] }}\n"));
            assert_eq!(count, json!(exchanges), "{name} {select}");
        }
    }
}

#[test]
fn a_finding_says_which_line() {
    let program = with("test-invoke.txt", &format!("  hop:\n{ENDPOINT}    request: {{ headers: {{ Accept: b }} }}\n"));
    let report = program.run(&["check", "test-invoke.txt", "-s", "spec.yaml"]).code(1).stdout;
    assert!(report.contains("test-invoke.txt:9"), "{report}");
    let shown = program.run(&["show", "test-invoke.txt", "--format", "jsonl"]).code(0).stdout;
    let first: Value = serde_json::from_str(shown.lines().next().unwrap_or_default()).unwrap();
    let of = |key: &str| first[key].clone();
    assert_eq!(
        [of("line_number"), of("time"), of("call"), of("request_id")],
        [json!(6), json!("2020-06-14T10:04:49.000000Z"), json!("client"), json!("b66fce5c-943e-46cd-b965-dc98eef6c8c1")]
    );
}

/// No spec that is in the program is about a hop that a log shows, so none of them finds its traffic there.
#[test]
fn shipped_specs_do_not_take_a_log_for_their_hop() {
    for name in ["cloudwatch.txt", "test-invoke.txt"] {
        let run = Program::new().run(&["check", "-s", "aws/", fixture(name).to_str().unwrap(), "--format", "json"]).code(3);
        assert!(run.stdout.contains("\"violated\": 0") && !run.stdout.contains("\"verdict\": \"violated\""), "{}", run.stdout);
    }
}

#[test]
fn a_log_as_it_is_shown() {
    let program = with("cloudwatch.txt", "  a: {}\n");
    let run = program.run(&["show", "cloudwatch.txt"]).code(0);
    insta::assert_snapshot!(format!("{}\n{}", run.stdout, run.stderr));
}

#[test]
fn a_hop_that_only_a_log_shows_is_missed_in_one() {
    let program = with(
        "test-invoke.txt",
        "  hop:\n    select: { source: log, request: { headers: { Host: none.example } } }\n    request: { method: GET }\n",
    );
    let run = program.run(&["check", "test-invoke.txt", "-s", "spec.yaml"]).code(3);
    assert!(run.stdout.contains("error[hop-not-observed]") && run.stdout.contains("nearest: "), "{}", run.stdout);
}
