//! Lambda events: what belongs together, what is not told, which hops are missed.

use super::driver::Check;
use crate::finding::{Outcome, Rule, Verdict};

const EVENT: &str = r#"{"path": "/a", "httpMethod": "GET", "queryStringParameters": null, "headers": {"X-Amzn-Trace-Id": "Root=1-a", "Host": "a"},
    "requestContext": {"requestId": "id-1", "extendedRequestId": "ext=", "protocol": "HTTP/1.1"}}"#;

const RESPONSE: &str = "HTTP/1.1 200 OK\nx-amzn-RequestId: id-1\nx-amz-apigw-id: ext=\nX-Amzn-Trace-Id: Root=1-a;Sampled=0\n\n";

const SPEC: &str = r#"
checks:
  - { id: id, that: 'hop("function").event.requestContext.requestId == hop("client").response.header("x-amzn-RequestId")' }
hops:
  client: { select: { not: { source: event } }, response: { status: 200 } }
  function: { select: { source: event }, event: { requestContext.requestId: { present: true } } }
"#;

fn verdict(outcome: &Outcome, subject: &str) -> Verdict {
    let mut all = outcome.specs.iter().flat_map(|spec| &spec.hops).flat_map(|hop| &hop.expectations);
    all.find(|e| e.subject == subject).unwrap_or_else(|| panic!("{subject}")).verdict
}

#[test]
fn an_event_and_a_response_belong_together_by_any_of_their_ids() {
    let joined = |event: &str, response: &str| verdict(&Check::new(SPEC).read(&format!("{event}\n---\n{response}")), "check.id");
    assert_eq!(joined(EVENT, RESPONSE), Verdict::Met);
    // By the extended id, and by the trace, where the id is another.
    let other = EVENT.replace("id-1", "id-2");
    assert_eq!(joined(&other, RESPONSE), Verdict::Violated);
    assert_eq!(joined(&other.replace("ext=", "other="), RESPONSE), Verdict::Violated);
    assert_eq!(joined(&other, &RESPONSE.replace("Root=1-a", "Root=1-b")), Verdict::Violated);
    // By none of them; what is masked is none.
    let another = other.replace("ext=", "other=").replace("Root=1-a", "Root=1-b");
    assert_eq!(joined(&another, RESPONSE), Verdict::Inconclusive);
    let masked = EVENT.replace("id-1", "xxxxxxxx").replace("ext=", "xxxxxxxx").replace("Root=1-a", "Root=xxxxxxxx");
    assert_eq!(joined(&masked, RESPONSE), Verdict::Inconclusive);
}

#[test]
fn a_hop_is_missed_where_its_kind_of_evidence_is() {
    let missed = |text: &str| {
        let outcome = Check::new(SPEC).read(text);
        let missed = outcome.findings.iter().filter(|finding| finding.rule == Rule::HopNotObserved).count();
        let nearest = outcome.specs[0].hops.iter().filter(|hop| hop.nearest.is_some()).count();
        (missed, nearest)
    };
    assert_eq!(missed(EVENT), (0, 0));
    assert_eq!(missed(RESPONSE), (0, 0));
    let puts =
        "hops:\n  function: { select: { source: { one_of: [event, har] }, request: { method: PUT } }, request: { path: /a } }\n";
    let outcome = Check::new(puts).read(EVENT);
    assert_eq!(outcome.findings.iter().filter(|finding| finding.rule == Rule::HopNotObserved).count(), 1);
    assert!(outcome.specs[0].hops[0].nearest.is_some());
}

#[test]
fn what_an_event_does_not_tell_of_the_start_line_is_open() {
    let spec = "hops:\n  a:\n    request: { method: GET, path: /a, target: /a, version: HTTP/1.1 }\n    checks:\n      \
                - { id: t, that: 'request.target == \"/a\"' }\n      - { id: v, that: 'request.version == \"HTTP/1.1\"' }\n";
    let verdicts = |event: &str| {
        let outcome = Check::new(spec).read(event);
        let subjects = ["request.method", "request.path", "request.target", "request.version", "check.t", "check.v"];
        subjects.map(|subject| verdict(&outcome, subject) == Verdict::Met)
    };
    assert_eq!(verdicts(EVENT), [true; 6]);
    let alb = EVENT.replace("\"requestContext\": {", "\"requestContext\": {\"elb\": {}, ");
    assert_eq!(verdicts(&alb), [true, true, true, false, true, false]);
    let query = EVENT.replace("Parameters\": null", "Parameters\": {\"b\": \"c\"}");
    assert_eq!(verdicts(&query), [true, true, false, true, false, true]);
    // Nothing says whether there is a query.
    let missing = EVENT.replace("\"queryStringParameters\": null,", "");
    assert_eq!(verdicts(&missing), [true, true, false, true, false, true]);
    // HTTP APIs decode the path.
    let decoded = EVENT.replace("\"/a\"", "\"/a b\"").replace("{\"path", "{\"version\": \"1.0\", \"path");
    assert_eq!(verdicts(&decoded), [true, false, false, true, false, true]);
}

#[test]
fn a_query_that_an_event_does_not_tell_whole_is_open() {
    let spec = "hops:\n  a:\n    checks: [{ id: admin, that: '!request.query.contains(\"admin\")' }]\n";
    let verdicts = |query: &str| {
        let event = EVENT.replace("\"queryStringParameters\": null,", query);
        let outcome = Check::new(spec).read(&event);
        verdict(&outcome, "check.admin")
    };
    assert_eq!(verdicts("\"queryStringParameters\": null,"), Verdict::Met);
    for query in ["", "\"queryStringParameters\": \"admin=1\",", "\"queryStringParameters\": {\"admin\": null},"] {
        assert_ne!(verdicts(query), Verdict::Met, "{query}");
    }
}

#[test]
fn a_select_by_the_event_is_false_of_other_evidence() {
    let spec = |select: &str| format!("hops:\n  a: {{ select: {{ {select} }}, request: {{ path: /a }} }}\n");
    let seen = |select: &str, text: &str| Check::new(&spec(select)).read(text).specs[0].hops[0].exchanges;
    let text = "GET /a HTTP/1.1\nHost: a\n\n";
    assert_eq!(seen("event: { httpMethod: GET }", EVENT), 1);
    assert_eq!(seen("event: { httpMethod: PUT }", EVENT), 0);
    assert_eq!(seen("request: { event: { requestContext.requestId: { prefix: id- } } }", EVENT), 1);
    assert_eq!(seen("event: { httpMethod: { present: true } }", text), 0);
    assert_eq!(seen("not: { event: { httpMethod: GET } }", text), 1);
    assert_eq!(seen("not: { event: { httpMethod: GET } }", EVENT), 0);
    assert_eq!(seen("not: { event: { httpMethod: GET } }", r#"{"statusCode": 200, "body": "a"}"#), 1);
}
