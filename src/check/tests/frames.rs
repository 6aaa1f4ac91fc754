//! HTTP/2: the same specs, alike for both versions.

use super::driver::Check;
use crate::finding::{Rule, Verdict};

const SPEC: &str = "hops:
  h:
    select: { request: { headers: { Host: a.example } } }
    request:
      method: GET
      path: /a
      query: { b: c }
      headers:
        Host: a.example
        X-Forwarded-For: { is: ip }
        Cookie: a=1; b=2
      cookies: { b: '2' }
      absent: [Via, X-Debug, '*method']
      others: error
      order: [X-Forwarded-For, Cookie, others]
    response:
      status: 200
      headers: { Server: s }
      others: error
    checks:
      - { id: same, that: 'request.header(\"Host\") == \"a.example\" && request.path == \"/a\" && size(request.headers) >= 2' }
";

const ASKED: [(&str, &str); 7] = [
    (":method", "GET"),
    (":scheme", "http"),
    (":path", "/a?b=c"),
    (":authority", "a.example"),
    ("x-forwarded-for", "10.0.0.1"),
    ("cookie", "a=1"),
    ("cookie", "b=2"),
];
const ANSWERED: [(&str, &str); 2] = [(":status", "200"), ("server", "s")];

fn with<'f>(fields: &[(&'f str, &'f str)], name: &str, value: Option<&'f str>) -> Vec<(&'f str, &'f str)> {
    let changed = |(known, old): &(&'f str, &'f str)| match value {
        _ if *known != name => Some((*known, *old)),
        value => value.map(|value| (*known, value)),
    };
    fields.iter().filter_map(changed).collect()
}

fn all(check: &Check) -> Vec<(String, Verdict)> {
    let outcome = check.run();
    outcome.specs[0].hops[0].expectations.iter().map(|e| (e.subject.clone(), e.verdict)).collect()
}

#[test]
fn a_spec_is_met_by_both_versions_alike() {
    let one = Check::new(SPEC)
        .request("GET /a?b=c HTTP/1.1\r\nX-Forwarded-For: 10.0.0.1\r\nCookie: a=1; b=2\r\nHost: a.example\r\n\r\n")
        .response("HTTP/1.1 200 OK\r\nServer: s\r\n\r\n", b"");
    let two = Check::new(SPEC).frames(&ASKED).frames_answer(&ANSWERED);
    assert_eq!(all(&one), all(&two));
    assert!(all(&two).iter().all(|(_, verdict)| *verdict == Verdict::Met), "{:?}", all(&two));
}

#[test]
fn a_spec_is_violated_by_both_versions_alike() {
    let one = Check::new(SPEC)
        .request(
            "PUT /b HTTP/1.1\r\nCookie: a=1; b=3\r\nX-Forwarded-For: nobody\r\nHost: a.example\r\nVia: x\r\nX-New: y\r\n\r\n",
        )
        .response("HTTP/1.1 404 Not Found\r\nServer: t\r\nX-New: y\r\n\r\n", b"");
    let asked = [
        (":method", "PUT"),
        (":scheme", "http"),
        (":path", "/b"),
        (":authority", "a.example"),
        ("cookie", "a=1"),
        ("cookie", "b=3"),
        ("x-forwarded-for", "nobody"),
        ("via", "x"),
        ("x-new", "y"),
    ];
    let two = Check::new(SPEC).frames(&asked).frames_answer(&[(":status", "404"), ("server", "t"), ("x-new", "y")]);
    assert_eq!(all(&one), all(&two));
    let rules =
        |check: &Check| check.run().findings.iter().map(|f| (f.rule, f.subject.to_lowercase(), f.count)).collect::<Vec<_>>();
    assert_eq!(rules(&one), rules(&two));
    assert!(rules(&two).len() >= 10, "{:?}", rules(&two));
}

#[test]
fn the_version_can_be_expected() {
    let spec = |version: &str| format!("hops: {{ h: {{ request: {{ version: {version} }} }} }}\n");
    let verdict = |version: &str, check: Check| check.against(&spec(version)).verdict("request.version");
    for (version, one, two) in [("HTTP/1.1", Verdict::Met, Verdict::Violated), ("HTTP/2", Verdict::Violated, Verdict::Met)] {
        assert_eq!(verdict(version, Check::new(SPEC).request("GET / HTTP/1.1\r\n\r\n")), one);
        assert_eq!(verdict(version, Check::new(SPEC).frames(&ASKED)), two);
    }
}

#[test]
fn authority_and_host_answer_for_each_other() {
    let spec =
        "hops: { h: { request: { headers: { Host: a } }, checks: [{ id: c, that: 'request.header(\"host\") == \"a\"' }] } }\n";
    let verdict = |hosts: &[(&str, &str)]| {
        let fields = [&[(":method", "GET"), (":scheme", "http"), (":path", "/")][..], hosts].concat();
        let check = Check::new(spec).frames(&fields);
        (check.verdict("request.header.Host"), check.verdict("check.c"))
    };
    let (met, violated, open) = (Verdict::Met, Verdict::Violated, Verdict::Inconclusive);
    assert_eq!(verdict(&[(":authority", "a")]), (met, met));
    assert_eq!(verdict(&[("host", "a")]), (met, met));
    assert_eq!(verdict(&[(":authority", "a"), ("host", "a")]), (met, met));
    assert_eq!(verdict(&[(":authority", "b")]), (violated, violated));
    assert_eq!(verdict(&[(":authority", "a"), ("host", "b")]), (violated, open), "two hosts are two values");
    assert_eq!(verdict(&[]), (violated, open));
}

#[test]
fn what_http_2_does_not_have_is_not_judged() {
    let spec = "hops:\n  h:\n    request:\n      name_case: exact\n      headers: { X-Forwarded-For: { is: ip, wire: 'X-Forwarded-For: 10.0.0.1' } }\n    response: { reason: OK }\n";
    let check = Check::new(spec).frames(&ASKED).frames_answer(&ANSWERED);
    assert_eq!(check.verdict("request.name_case"), Verdict::NotObserved);
    assert_eq!(check.verdict("response.reason"), Verdict::NotObserved);
    assert_eq!(check.verdict("request.header.X-Forwarded-For"), Verdict::Met);
    assert!(all(&check).iter().any(|(_, verdict)| *verdict == Verdict::Inconclusive), "the line: {:?}", all(&check));
    let lower = "hops: { h: { request: { name_case: lower } } }\n";
    assert_eq!(Check::new(lower).frames(&ASKED).verdict("request.name_case"), Verdict::Met);
    let upper = [&ASKED[..], &[("X-Up", "a")]].concat();
    assert_eq!(Check::new(lower).frames(&upper).verdict("request.name_case"), Verdict::Violated);
}

/// What refers to what is not in the capture is neither met nor violated, and neither is what it may be.
#[test]
fn unknown_fields_are_inconclusive() {
    let value = with(&ASKED, "x-forwarded-for", Some("<unknown>"));
    let value = Check::new(SPEC).frames(&value).frames_answer(&ANSWERED);
    assert_eq!(value.verdict("request.header.X-Forwarded-For"), Verdict::Inconclusive);
    assert_eq!(value.verdict("request.header.Host"), Verdict::Met);
    let gone = [&with(&ASKED, "x-forwarded-for", None)[..], &[("<unknown>", "<unknown>")]].concat();
    let gone = Check::new(SPEC).frames(&gone).frames_answer(&ANSWERED);
    for subject in
        ["request.header.X-Forwarded-For", "request.header.Via", "request.header.*method", "request.others", "check.same"]
    {
        assert_eq!(gone.verdict(subject), Verdict::Inconclusive, "{subject}");
    }
    assert!(gone.run().findings.iter().all(|finding| finding.rule == Rule::EvidenceInconclusive), "{:?}", gone.run().findings);
    // What is known and wrong is wrong.
    let wrong = [&with(&ASKED, "x-forwarded-for", Some("nobody"))[..], &[("<unknown>", "a")]].concat();
    assert_eq!(Check::new(SPEC).frames(&wrong).verdict("request.header.X-Forwarded-For"), Verdict::Violated);
}

#[test]
fn an_unknown_start_line_is_inconclusive() {
    let spec = "hops:\n  h:\n    request: { method: GET, path: /a, query: { b: c } }\n    response: { status: 200 }\n    checks: [{ id: c, that: 'response.status == 200' }]\n";
    let check = Check::new(spec)
        .frames(&[("<unknown>", "<unknown>"), (":scheme", "http"), ("<unknown>", "<unknown>")])
        .frames_answer(&[("<unknown>", "<unknown>"), ("server", "s")]);
    for (subject, verdict) in all(&check) {
        assert_eq!(verdict, Verdict::Inconclusive, "{subject}");
    }
}
