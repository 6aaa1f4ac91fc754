//! Lambda events as evidence: what they tell is judged, what they do not never is; the relations between an event and the
//! response of its request hold, and each of them broken is found.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use hopspec::spec::{Claim, Hop, JsonStep, Part, Severity};
use serde_json::{Value, json};

use crate::accept::applied;
use crate::kit::root;
use crate::mutations::expectations;
use crate::program::{Program, Run};
use crate::schema::assert_report;
use crate::shipped::{files, shipped};

/// An event of a REST API.
fn event() -> Value {
    json!({
        "resource": "/a", "path": "/a", "httpMethod": "GET",
        "headers": {"Host": "a.example", "X-Two": "2", "Cookie": "a=b"},
        "multiValueHeaders": {"Host": ["a.example"], "X-Two": ["1", "2"], "Cookie": ["a=b"]},
        "queryStringParameters": {"c": "d"}, "multiValueQueryStringParameters": {"c": ["d"]},
        "requestContext": {"stage": "test", "requestTimeEpoch": 1_592_129_089_612_u64, "identity": {"sourceIp": "192.0.2.7"}},
        "body": "{\"n\": 1}", "isBase64Encoded": false,
    })
}

/// The verdicts of a spec's only hop, by subject.
fn verdicts_of(event: &Value, spec: &str) -> Vec<(String, String)> {
    let program = Program::new().file("a.json", event.to_string()).file("spec.yaml", format!("hops:\n  hop:\n{spec}"));
    let run = program.run(&["check", "a.json", "-s", "spec.yaml", "--format", "json"]);
    let report: Value = serde_json::from_str(&run.stdout).unwrap_or_else(|e| panic!("{e}: {} {}", run.stdout, run.stderr));
    let expectations = report["specs"][0]["hops"][0]["expectations"].as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    expectations.iter().map(|e| (text(&e["subject"]), text(&e["verdict"]))).collect()
}

#[track_caller]
fn all_are(spec: &str, expected: &str) {
    let verdicts = verdicts_of(&event(), spec);
    assert!(!verdicts.is_empty() && verdicts.iter().all(|(_, verdict)| verdict == expected), "{expected}: {verdicts:#?}");
}

#[test]
fn what_an_event_tells_is_judged() {
    all_are(
        "    select: { source: event, event: { requestContext.stage: test } }
    request:
      method: GET
      path: /a
      query: { c: d }
      headers: { Host: a.example, X-Two: [\"1\", \"2\"] }
      cookies: { a: b }
      name_case: exact
      absent: [Via]
      others: error
      body: { json: { n: 1 } }
    event:
      headers.Host: a.example
      requestContext: { json: { stage: test } }
      requestContext.requestTimeEpoch: 1592129089612
      isBase64Encoded: false
    checks:
      - { id: a, that: 'event.requestContext.identity.sourceIp == \"192.0.2.7\"' }
      - { id: b, for_each: event.headers, that: 'event.multiValueHeaders[key][-1] == value' }
      - { id: c, that: 'time >= timestamp(\"2020-06-14T10:04:49Z\")' }
",
        "met",
    );
}

#[test]
fn what_an_event_does_not_tell_is_inconclusive() {
    all_are(
        "    request:
      version: HTTP/1.1
      target: /a?c=d
      headers: { Host: { wire: 'Host: a.example' } }
      order: [Host, X-Two]
      body: { length: 8 }
    checks:
      - { id: a, that: 'src.ip == \"192.0.2.7\"' }
      - { id: b, that: 'request.version == \"HTTP/1.1\"' }
      - { id: c, that: 'request.query == \"c=d\"' }
",
        "inconclusive",
    );
    // One value a name: others may have been there.
    let mut single = event();
    single.as_object_mut().unwrap().remove("multiValueHeaders");
    let verdicts = verdicts_of(&single, "    request: { headers: { X-Two: [\"2\"], Host: a.example } }\n");
    assert_eq!(verdicts.iter().map(|(_, verdict)| verdict.as_str()).collect::<Vec<_>>(), ["inconclusive", "met"]);
    // A name whose case differs between the maps.
    let mut recased = event();
    recased["headers"] = json!({"host": "a.example", "X-Two": "2", "Cookie": "a=b"});
    let verdicts = verdicts_of(&recased, "    request: { headers: { Host: { equals: a.example, name_case: exact } } }\n");
    assert_eq!(verdicts.iter().map(|(_, verdict)| verdict.as_str()).collect::<Vec<_>>(), ["met", "inconclusive"]);
}

#[test]
fn what_is_wrong_in_an_event_is_violated() {
    all_are(
        "    request:
      method: PUT
      path: /b
      query: { c: e }
      headers: { Host: b.example, X-Two: 2, Via: a }
      absent: [Cookie]
    event:
      requestContext.stage: prod
      requestContext.requestTimeEpoch: '1592129089612'
      requestContext.path: { present: true }
    checks:
      - { id: a, that: 'event.requestContext.stage == \"prod\"' }
      - { id: b, for_each: event.multiValueHeaders, that: 'size(value) == 1' }
",
        "violated",
    );
}

#[test]
fn an_exchange_without_an_event_shows_nothing_of_it() {
    let spec = "hops:\n  hop:\n    event: { a: b }\n    checks:\n      - { id: c, that: 'event.a == \"b\"' }\n      - { id: e, for_each: event.headers, that: 'key == value' }\n";
    let program = Program::new().file("a.txt", "GET / HTTP/1.1\nHost: a\n\n").file("spec.yaml", spec);
    let run = program.run(&["check", "a.txt", "-s", "spec.yaml", "--format", "json"]).code(3);
    let report = assert_report(&run.stdout);
    let verdicts = report["specs"][0]["hops"][0]["expectations"].as_array().unwrap().iter().map(|e| e["verdict"].clone());
    assert_eq!(verdicts.collect::<Vec<_>>(), ["not-observed", "not-observed", "not-observed"]);
    // An event without the member that is gone through: that is known.
    let empty = json!({"path": "/", "httpMethod": "GET", "headers": {}});
    let verdicts = verdicts_of(&empty, "    checks:\n      - { id: a, for_each: event.headers, that: 'key == value' }\n");
    assert_eq!(verdicts[0].1, "not-observed");
}

#[test]
fn a_finding_names_the_entry_and_shows_no_secret() {
    let mut wrong = event();
    wrong["headers"]["Authorization"] = json!("Bearer hush");
    wrong["multiValueHeaders"]["Authorization"] = json!(["Bearer hush"]);
    wrong["requestContext"]["identity"]["apiKey"] = json!("hush");
    let spec = "hops:
  hop:
    request: { headers: { Host: b.example } }
    event:
      headers.Authorization: { prefix: Basic }
      requestContext.identity.apiKey: { is: uuid }
      requestContext.stage: prod
    checks:
      - { id: a, that: 'event.headers.Authorization == event.requestContext.identity.apiKey' }
";
    let lines = format!("START RequestId: 1 Version: $LATEST\n2026-11-29T12:00:00.000Z\t1\tINFO\t{wrong}\nEND RequestId: 1\n");
    let program = Program::new().file("function.log", lines).file("spec.yaml", spec);
    for format in ["text", "json", "github"] {
        let run = program.run(&["check", "function.log", "-s", "spec.yaml", "--format", format]).code(1);
        assert!(!run.stdout.contains("hush"), "{}", run.stdout);
    }
    let run = program.run(&["check", "function.log", "-s", "spec.yaml"]).code(1);
    insta::assert_snapshot!("an_event_that_is_wrong", run.stdout);
    assert!(!program.run(&["show", "function.log"]).code(0).stdout.contains("hush"));
}

#[test]
fn a_hop_of_events_is_missed_only_where_events_are() {
    let spec = "hops:\n  client: { select: { not: { source: event } }, request: { method: GET } }\n  function: { select: { source: event }, request: { method: GET } }\n";
    let program =
        Program::new().file("spec.yaml", spec).file("a.txt", "GET / HTTP/1.1\nHost: a\n\n").file("a.json", event().to_string());
    program.run(&["check", "-s", "spec.yaml", "a.txt"]).code(0);
    program.run(&["check", "-s", "spec.yaml", "a.json"]).code(0);
    program.run(&["check", "-s", "spec.yaml", "a.txt", "a.json"]).code(0);
    program.run(&["check", "-s", "spec.yaml", "--hop", "function", "a.txt"]).code(3);
    program.run(&["check", "-s", "spec.yaml", "--hop", "function", "--hop", "client", "a.txt"]).code(3);
    let other = "hops:\n  function: { select: { source: event, request: { method: PUT } }, request: { method: PUT } }\n";
    program.file("other.yaml", other).run(&["check", "-s", "other.yaml", "a.json"]).code(3);
}

// ── the shipped specs ──

/// Whether a hop is of events.
pub(crate) fn is_of_events(hop: &Hop) -> bool {
    expectations(hop).any(|(.., e)| matches!(&e.claim, Claim::Part { part: Part::Event { .. }, .. }))
}

/// The events of a spec's evidence, and of the one that was logged beside its response.
fn events_of(name: &str) -> Vec<Value> {
    let folder = root().join("captures").join(name);
    let paths =
        files(&folder).into_iter().filter(|path| path.extension().is_some_and(|ending| ending == "json" || ending == "jsonl"));
    let mut found = Vec::new();
    for path in paths {
        let text = std::fs::read_to_string(path).unwrap();
        let values: Vec<Value> = serde_json::Deserializer::from_str(&text).into_iter().map(Result::unwrap).collect();
        for value in values {
            match value {
                Value::Array(events) => found.extend(events),
                export if export.get("events").is_some() => found.extend(logged(&export)),
                event => found.push(event),
            }
        }
    }
    found
}

/// The events in the messages of an export.
fn logged(export: &Value) -> Vec<Value> {
    let messages = export["events"].as_array().unwrap().iter().map(|event| event["message"].as_str().unwrap());
    messages.filter_map(|message| serde_json::from_str(&message[message.find('{')?..]).ok()).collect()
}

fn subjects(run: &Run) -> Vec<String> {
    let report: Value = serde_json::from_str(&run.stdout).unwrap_or_else(|e| panic!("{e}: {}{}", run.stdout, run.stderr));
    report["findings"].as_array().unwrap().iter().map(|finding| finding["subject"].as_str().unwrap().to_owned()).collect()
}

fn check_event(spec: &str, hop: &str, event: &Value) -> Run {
    let path = root().join(format!("specs/{spec}.yaml"));
    let program = Program::new().file("a.json", event.to_string());
    program.run(&["check", "-s", path.to_str().unwrap(), "--hop", hop, "a.json", "--format", "json"])
}

/// The member at a path, to be changed.
fn member<'v>(event: &'v mut Value, steps: &[JsonStep]) -> Option<(&'v mut Value, String)> {
    let (JsonStep::Key(last), before) = steps.split_last()? else { return None };
    let parent = before.iter().try_fold(event, |json, step| match step {
        JsonStep::Key(key) => json.get_mut(key),
        JsonStep::Index(index) => json.get_mut(usize::try_from(*index).ok()?),
    })?;
    parent.get(last)?;
    Some((parent, last.clone()))
}

/// Without `what` in all that an event has of its fields, or with something behind its value.
fn change_field(event: &mut Value, what: &str, remove: bool) -> bool {
    let maps = ["/headers", "/multiValueHeaders", "/params/header"];
    let mut found = false;
    for map in maps {
        let Some(map) = event.pointer_mut(map).and_then(Value::as_object_mut) else { continue };
        let names: Vec<String> = map.keys().filter(|name| name.eq_ignore_ascii_case(what)).cloned().collect();
        for name in names {
            found = true;
            match map.get_mut(&name) {
                _ if remove => drop(map.remove(&name)),
                Some(Value::Array(values)) => {
                    values.iter_mut().for_each(|value| *value = json!(format!("{} altered", value.as_str().unwrap())));
                }
                Some(value) => *value = json!(format!("{} altered", value.as_str().unwrap())),
                None => {}
            }
        }
    }
    found
}

/// What is legal all the same: the expectation does not notice it, and why that is right.
const LEGAL: &[(&str, &str, bool, &str)] = &[
    (
        "aws/api-gateway/lambda-proxy",
        "event.resource",
        false,
        "an API may have any; that `resourcePath` is another a check finds",
    ),
    ("aws/api-gateway/lambda", "event.params.header", true, "by it the event is known to be one"),
    ("aws/api-gateway/lambda", "event.context.resource-path", false, "an API may have any"),
    ("aws/alb/forward", "request.header.X-Forwarded-For", true, "with the mode `remove` there is none"),
];

#[test]
fn every_expectation_of_an_event_notices_what_breaks_it() {
    let mut missed = String::new();
    let mut used = BTreeMap::new();
    for spec in shipped() {
        let events = events_of(&spec.name);
        for hop in spec.hops.iter().filter(|hop| is_of_events(hop)) {
            assert!(!events.is_empty(), "{}", spec.name);
            for event in &events {
                let run = check_event(&spec.name, &hop.name.value, event);
                assert!([0, 3].contains(&run.code), "{}: {}{}", spec.name, run.stdout, run.stderr);
            }
            for (_, _, expectation) in expectations(hop).filter(|(.., e)| e.severity == Severity::Error) {
                let Claim::Part { part, value } = &expectation.claim else { continue };
                for remove in [true, false] {
                    if !remove && value.meta.present {
                        continue;
                    }
                    let mut subject = String::new();
                    let change = |event: &Value| {
                        let mut event = event.clone();
                        let changed = match part {
                            Part::Event { steps, .. } => member(&mut event, steps).map(|(parent, last)| {
                                if remove {
                                    parent.as_object_mut().unwrap().shift_remove(&last);
                                } else {
                                    parent[&last] = json!(format!("{} altered", parent[&last].as_str().unwrap_or_default()));
                                }
                            }),
                            Part::Field(name) => change_field(&mut event, name, remove).then_some(()),
                            _ => None,
                        };
                        changed.map(|()| event)
                    };
                    match part {
                        Part::Event { path, .. } => write!(subject, "event.{path}").unwrap(),
                        Part::Field(name) => write!(subject, "request.header.{name}").unwrap(),
                        _ => continue,
                    }
                    let changed: Vec<Value> = events.iter().filter_map(change).collect();
                    let found = changed.iter().any(|event| {
                        subjects(&check_event(&spec.name, &hop.name.value, event))
                            .iter()
                            .any(|found| found.eq_ignore_ascii_case(&subject))
                    });
                    let legal =
                        LEGAL.iter().position(|(of, about, by, _)| *of == spec.name && *about == subject && *by == remove);
                    if let Some(legal) = legal {
                        used.insert(legal, ());
                    }
                    if changed.is_empty() || found == legal.is_some() {
                        let _ =
                            writeln!(missed, "{} {subject} (removed: {remove}) found: {found} in {}", spec.name, changed.len());
                    }
                }
            }
        }
    }
    assert!(missed.is_empty(), "{missed}");
    assert_eq!(used.len(), LEGAL.len());
}

/// The event and the response of one request, as they lie in the evidence.
fn pair() -> (Value, String) {
    let folder = root().join("captures/aws/api-gateway/lambda-proxy/logged");
    let export: Value = serde_json::from_str(&std::fs::read_to_string(folder.join("function.json")).unwrap()).unwrap();
    (logged(&export).remove(0), std::fs::read_to_string(folder.join("client.txt")).unwrap())
}

/// Checks an event beside the response of its request.
fn both(event: &Value, response: &str) -> Run {
    let path = root().join("specs/aws/api-gateway/lambda-proxy.yaml");
    let program = Program::new().file("function.json", event.to_string()).file("client.txt", response);
    program.run(&["check", "-s", path.to_str().unwrap(), "function.json", "client.txt", "--format", "json"])
}

#[test]
fn an_event_and_the_response_of_its_request_agree() {
    let (event, response) = pair();
    let run = both(&event, &response).code(0);
    assert_eq!(subjects(&run), Vec::<String>::new(), "no finding, not even an undecided one");
    let report = assert_report(&run.stdout);
    for spec in report["specs"].as_array().unwrap() {
        let hops = spec["hops"].as_array().unwrap();
        assert_eq!(hops.iter().map(|hop| hop["exchanges"].clone()).collect::<Vec<_>>(), [1, 1]);
        let across = hops
            .iter()
            .flat_map(|hop| hop["expectations"].as_array().unwrap())
            .filter(|e| e["subject"].as_str().unwrap().contains("logged-event"));
        assert_eq!(across.map(|e| e["verdict"].clone()).collect::<Vec<_>>(), vec!["met"; 4]);
    }
}

/// What is changed: a member of the event by its pointer, or a text in the response; and the subject of a finding.
enum Broken {
    Event(&'static str, Value),
    Response(&'static str, &'static str),
}

#[test]
fn each_relation_that_is_broken_is_found() {
    use Broken::{Event, Response};
    let epoch = "/requestContext/requestTimeEpoch";
    for (number, broken, subject) in [
        (
            1,
            Event("/requestContext/requestId", json!("00000000-943e-46cd-b965-dc98eef6c8c1")),
            "check.requestId-of-the-logged-event-is-x-amzn-RequestId",
        ),
        (
            1,
            Response("x-amzn-RequestId: b66fce5c", "x-amzn-RequestId: 00000000"),
            "check.requestId-of-the-logged-event-is-x-amzn-RequestId",
        ),
        (
            2,
            Event("/requestContext/extendedRequestId", json!("OHNqRHJjtjMFpvh=")),
            "check.extendedRequestId-of-the-logged-event-is-x-amz-apigw-id",
        ),
        (2, Response("x-amz-apigw-id: O", "x-amz-apigw-id: P"), "check.extendedRequestId-of-the-logged-event-is-x-amz-apigw-id"),
        (
            3,
            Response("X-Amzn-Trace-Id: Root=1-5ee5f641-b7", "X-Amzn-Trace-Id: Root=1-5ee5f641-b8"),
            "check.Root-of-the-logged-event-is-that-of-X-Amzn-Trace-Id",
        ),
        (3, Response(";Sampled=0", ";Sampled=no"), "response.header.X-Amzn-Trace-Id"),
        (4, Event("/requestContext/identity/sourceIp", json!("203.0.113.26")), "event.requestContext.identity.sourceIp"),
        (5, Event("/requestContext/identity/userAgent", json!("curl/8")), "check.userAgent-is-User-Agent"),
        (
            6,
            Event("/requestContext/domainName", json!("a1b2c3d4e5.execute-api.us-east-1.amazonaws.com")),
            "check.Host-is-domainName",
        ),
        (6, Event("/requestContext/domainPrefix", json!("other")), "event.requestContext.domainName"),
        (6, Event("/requestContext/apiId", json!("zzzzzzzzzz")), "check.apiId-is-domainPrefix"),
        (7, Event("/requestContext/path", json!("/")), "check.path-of-requestContext-is-stage-and-path"),
        (8, Event("/requestContext/resourcePath", json!("/other")), "check.resourcePath-is-resource"),
        (8, Event("/requestContext/httpMethod", json!("PUT")), "check.httpMethod-is-the-same-in-requestContext"),
        (9, Event("/requestContext/requestTime", json!("14/Jun/2020:10:04:50 +0000")), "check.requestTime-is-requestTimeEpoch"),
        (10, Event(epoch, json!(1_592_129_099_612_u64)), "check.Root-is-of-the-second-of-requestTimeEpoch"),
        (10, Response("10:04:49 GMT", "10:04:40 GMT"), "check.Date-is-not-before-the-requestTime-of-the-logged-event"),
        (11, Event("/headers/Accept", json!("text/html")), "check.headers-are-the-last-of-multiValueHeaders"),
        (11, Event("/multiValueHeaders/Via", json!(["1.1 a"])), "check.multiValueHeaders-are-all-in-headers"),
        (12, Event("/queryStringParameters", json!({"a": "b"})), "check.queryStringParameters-are-null-together"),
        (13, Event("/multiValueHeaders/X-Forwarded-Port", json!(["80"])), "request.header.X-Forwarded-Port"),
        (13, Event("/multiValueHeaders/X-Forwarded-Proto", json!(["http"])), "request.header.X-Forwarded-Proto"),
        (15, Event("/requestContext/accountId", json!("42")), "event.requestContext.accountId"),
        (15, Event("/requestContext/apiId", json!("A1")), "event.requestContext.apiId"),
        (15, Event("/requestContext/resourceId", json!("?")), "event.requestContext.resourceId"),
        (15, Event("/requestContext/protocol", json!("HTTP/1.0")), "event.requestContext.protocol"),
        (
            16,
            Event("/multiValueHeaders/CloudFront-Forwarded-Proto", json!(["https"])),
            "request.header.CloudFront-Forwarded-Proto",
        ),
        (17, Event("/headers/x-amzn-vpce-id", json!("vpce-1")), "check.vpce-id-is-vpceId"),
    ] {
        let (mut event, mut response) = pair();
        match broken {
            Event(pointer, value) => {
                let (parent, name) = pointer.rsplit_once('/').unwrap();
                event.pointer_mut(parent).unwrap()[name] = value;
            }
            Response(before, after) => {
                assert!(response.contains(before), "{before}");
                response = response.replace(before, after);
            }
        }
        let found = subjects(&both(&event, &response));
        assert!(found.iter().any(|found| found == subject), "relation {number}: {subject} is not among {found:?}");
    }
    // Several values: the last one counts, of fields (11) and of the query (12).
    let (mut event, response) = pair();
    event["queryStringParameters"] = json!({"a": "1"});
    event["multiValueQueryStringParameters"] = json!({"a": ["1", "2"]});
    let found = subjects(&both(&event, &response));
    assert_eq!(found, ["check.queryStringParameters-are-the-last-of-multiValueQueryStringParameters"]);
    // The console's "Test" is no request of a client (18).
    let (mut event, _) = pair();
    event["requestContext"]["stage"] = json!("test-invoke-stage");
    check_event("aws/api-gateway/lambda-proxy", "function", &event).code(3);
}

#[test]
fn a_suggestion_makes_its_finding_go_away() {
    let mut spec = "hops:
  hop:
    event:
      requestContext.stage: prod
      requestContext.requestTimeEpoch: { at_least: 1700000000000 }
      requestContext.path: { prefix: / }
      isBase64Encoded: true
    request: { path: /b }
"
    .to_owned();
    let program = Program::new().file("a.json", event().to_string());
    for left in [5, 4, 3, 2, 1, 0] {
        std::fs::write(program.path("spec.yaml"), &spec).unwrap();
        let report = assert_report(&program.run(&["check", "a.json", "-s", "spec.yaml", "--format", "json"]).stdout);
        let findings = report["findings"].as_array().unwrap();
        assert_eq!(findings.len(), left, "{spec}\n{findings:#?}");
        if let Some(finding) = findings.first() {
            spec = applied(&spec, &finding["suggestion"]);
        }
    }
}

#[test]
fn events_of_emulators_are_read_and_shown() {
    let folder = root().join("tests/fixtures/events");
    let mut told = String::new();
    for path in files(&folder).iter().filter(|path| path.extension().is_some_and(|ending| ending == "json")) {
        let name = path.strip_prefix(&folder).unwrap().to_string_lossy().replace('\\', "/");
        let program = Program::new().file(&name, std::fs::read(path).unwrap());
        let run = program.run(&["show", &name]);
        assert!([0, 4].contains(&run.code), "{name}: {}", run.stderr);
        let _ = writeln!(told, "== {name}\n{}{}", run.stdout, run.stderr);
    }
    insta::assert_snapshot!("events_of_emulators", told);
}
