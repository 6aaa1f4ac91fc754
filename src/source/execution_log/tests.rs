//! Logs in all forms, and what a sink is told of them. They are made up; their form is that of published ones.

use proptest::prelude::*;

use super::read;
use crate::anomaly::AnomalyKind;
use crate::http::{BodyWant, CaptureId};
use crate::source::Summary;
use crate::source::tests::Notebook;

const ID: &str = "b66fce5c-943e-46cd-b965-dc98eef6c8c1";
const OTHER: &str = "ac27b88f-32d7-4875-ad75-857a469c5429";

fn told(text: &str) -> (Summary, Vec<String>) {
    let mut sink = Notebook { want: BodyWant { keep: 64, sha256: false }, ..Notebook::default() };
    let summary = read(text.as_bytes(), CaptureId(0), &mut sink).unwrap_or_else(|| panic!("no log: {text}"));
    (summary, sink.lines)
}

fn said(summary: &Summary) -> Vec<String> {
    summary.anomalies.iter().map(|(kind, noted)| format!("{kind} x{}: {}", noted.count, noted.detail)).collect()
}

/// What a request of this path writes, without times and ids.
fn sentences(path: &str) -> Vec<String> {
    [
        "HTTP Method: POST, Resource Path: ",
        "Method request path: {}",
        "Method request query string: {limit=10}",
        "Method request headers: {Host=api.example, User-Agent=curl/8.5.0, X-Forwarded-For=192.0.2.9, 198.51.100.4}",
        "Method request body before transformations: hello",
        "Endpoint request URI: http://backend.example:8080/v1/pets?x=1",
        "Endpoint request headers: {x-amzn-apigateway-api-id=a1b2c3d4e5, User-Agent=AmazonAPIGateway_a1b2c3d4e5}",
        "Endpoint request body after transformations: {\"a\": 1}",
        "Sending request to http://backend.example:8080/v1/pets?x=1",
        "Received response. Status: 201, Integration latency: 12 ms",
        "Endpoint response headers: {Date=Sun, 14 Jun 2020 10:04:49 GMT, Content-Length=2}",
        "Endpoint response body before transformations: {}",
        "Method response body after transformations: {}",
        "Method response headers: {Content-Type=application/json}",
        "Successfully completed execution",
        "Method completed with status: 200",
    ]
    .iter()
    .map(|sentence| if sentence.ends_with("Path: ") { format!("{sentence}{path}") } else { (*sentence).to_owned() })
    .collect()
}

const INVOKED: [&str; 10] = [
    "head 0 line 6 at 2020-06-14T10:04:49.000000Z of b66f: POST …/pets?limit=10 HTTP/… [Host=api.example,User-Agent=curl/8.5.0,X-Forwarded-For=192.0.2.9, 198.51.100.4]",
    "body 0: 5 complete Some(true) \"hello\"",
    "head 1 line 9 at 2020-06-14T10:04:49.000000Z of b66f endpoint: … /v1/pets?x=1 HTTP/… [Host=backend.example:8080,x-amzn-apigateway-api-id=a1b2c3d4e5,User-Agent=AmazonAPIGateway_a1b2c3d4e5]",
    "body 1: 8 complete Some(true) \"{\\\"a\\\": 1}\"",
    "head 2 line 13 at 2020-06-14T10:04:49.000000Z of b66f endpoint: HTTP/… 201 … [Date=Sun, 14 Jun 2020 10:04:49 GMT,Content-Length=2] answers … /v1/pets?x=1 HTTP/…",
    "body 2: 2 complete Some(true) \"{}\"",
    "exchange … /v1/pets?x=1 HTTP/… / HTTP/… 201 …",
    "head 3 line 16 at 2020-06-14T10:04:49.000000Z of b66f: HTTP/… 200 … [Content-Type=application/json] answers POST …/pets?limit=10 HTTP/…",
    "body 3: 2 complete Some(true) \"{}\"",
    "exchange POST …/pets?limit=10 HTTP/… / HTTP/… 200 …",
];

#[test]
fn a_test_invocation_is_two_exchanges() {
    let time = "Sun Jun 14 10:04:49 UTC 2020 : ";
    let lines: Vec<String> = sentences("/pets").iter().map(|sentence| format!("{time}{sentence}")).collect();
    let text = format!("Execution log for request {ID}\n{time}Starting execution for request: {ID}\n{}\n", lines.join("\n"));
    let (summary, seen) = told(&text);
    assert_eq!(seen, INVOKED);
    assert_eq!((summary.requests, summary.responses, said(&summary)), (2, 2, Vec::new()));
    let (_, indented) = told(&text.replace('\n', "\r\n   "));
    assert_eq!(indented, INVOKED);
}

/// Without the lines in which messages stand.
fn without_places(lines: &[String]) -> Vec<String> {
    let place = |line: &String| match (line.find(" line "), line.find(": ")) {
        (Some(at), Some(end)) if at < end => format!("{}{}", &line[..at], &line[end..]),
        _ => line.clone(),
    };
    lines.iter().map(place).collect()
}

#[test]
fn exports_say_the_same_in_any_form_and_order() {
    let messages: Vec<String> = sentences("/pets").iter().map(|sentence| format!("({ID}) {sentence}")).collect();
    let quoted = |text: &String| serde_json::to_string(text).expect("text");
    let event =
        |(at, text): (usize, &String)| format!("{{\"timestamp\": {}, \"message\": {}}}", 1_592_129_089_612 + at, quoted(text));
    let row = |text: &String| format!("1592129089612,\"{}\"", text.replace('"', "\"\""));
    let forward: Vec<String> = messages.iter().enumerate().map(event).collect();
    let backward: Vec<String> = messages.iter().enumerate().map(event).rev().collect();
    let expected = without_places(&INVOKED.map(str::to_owned));
    for (form, text) in [
        ("plain", messages.join("\n")),
        ("tail", messages.iter().map(|text| format!("2020-06-14T10:04:49.612000+00:00 0f1e2d3c {text}\n")).collect()),
        ("events", format!("{{\"events\": [{}]}}", forward.join(",\n"))),
        ("events backwards", format!("{{\"events\": [{}]}}", backward.join(",\n"))),
        ("lines", forward.join("\n")),
        ("csv", format!("timestamp,message\n{}\n", messages.iter().map(row).collect::<Vec<_>>().join("\n"))),
        ("csv backwards", format!("@timestamp,@message\n{}\n", messages.iter().rev().map(row).collect::<Vec<_>>().join("\n"))),
    ] {
        let (summary, lines) = told(&text);
        assert_eq!(without_places(&lines), expected, "{form}");
        assert_eq!(said(&summary), Vec::<String>::new(), "{form}");
    }
}

#[test]
fn the_answer_of_a_test_invocation_says_what_the_client_gets() {
    let time = "Sun Jun 14 10:04:49 UTC 2020 : ";
    let lines: Vec<String> = sentences("/pets").iter().map(|sentence| format!("{time}{sentence}")).collect();
    let answer = serde_json::json!({
        "status": 200, "body": "{\"whole\": true}", "latency": 12,
        "headers": {"Content-Type": "text/plain", "A": "2", "B": "x"},
        "multiValueHeaders": {"Content-Type": ["text/plain"], "A": ["1", "2"], "B": ["y"]},
        "log": format!("Execution log for request {ID}\n{}\n", lines.join("\n")),
    });
    let (summary, lines) = told(&answer.to_string());
    assert!(lines[7].contains(" HTTP/… 200 … [Content-Type=text/plain,A=1,A=2,B=…] answers POST"), "{}", lines[7]);
    assert_eq!(lines[8], "body 3: 15 complete Some(true) \"{\\\"whole\\\": true}\"");
    assert_eq!(said(&summary), ["fields-unclear x1: line 1: `headers` and `multiValueHeaders` disagree on `B`"]);
}

#[test]
fn requests_may_be_interleaved() {
    let one = sentences("/one");
    let two = sentences("/two");
    let text: String = one.iter().zip(&two).map(|(a, b)| format!("({ID}) {a}\n({OTHER}) {b}\n")).collect();
    let (summary, lines) = told(&text);
    assert_eq!((summary.requests, summary.responses), (4, 4));
    let exchanges: Vec<&str> = lines.iter().filter_map(|line| line.strip_prefix("exchange ")).collect();
    assert_eq!(
        exchanges,
        [
            "… /v1/pets?x=1 HTTP/… / HTTP/… 201 …",
            "POST …/one?limit=10 HTTP/… / HTTP/… 200 …",
            "… /v1/pets?x=1 HTTP/… / HTTP/… 201 …",
            "POST …/two?limit=10 HTTP/… / HTTP/… 200 …",
        ]
    );
}

#[test]
fn an_authorizer_is_an_endpoint_of_its_own() {
    let authorizer = [
        "Starting authorizer: elkw5b for request: b66fce5c",
        "Endpoint request URI: https://lambda.eu-west-1.amazonaws.com/2015-03-31/functions/f/invocations",
        "Endpoint request headers: {x-amzn-apigateway-api-id=a1b2c3d4e5, X-Amz-Security-Token=FQoD [TRUNCATED]",
        "Authorizer result body before parsing: {}",
        "Successfully completed authorizer execution",
    ];
    let all: Vec<String> = authorizer.iter().map(|text| (*text).to_owned()).chain(sentences("/pets")).collect();
    let (summary, lines) = told(&all.iter().map(|text| format!("({ID}) {text}\n")).collect::<String>());
    assert_eq!((summary.requests, summary.responses), (3, 2));
    assert!(lines.iter().any(|line| line == "exchange … /2015-03-31/functions/f/invocations HTTP/… / none"), "{lines:#?}");
    assert!(lines[2].ends_with("[x-amzn-apigateway-api-id=a1b2c3d4e5,X-Amz-Security-Token=FQoD…]"), "{}", lines[2]);
    assert_eq!(said(&summary), ["head-incomplete x1: line 3: the log does not hold all fields that it had"]);
}

#[test]
fn what_is_not_said_is_not_known() {
    let text = format!(
        "({ID}) HTTP Method: HEAD, Resource Path: /a b\n({ID}) Endpoint request URI: arn:aws:apigateway:x\n\
         ({ID}) Received response. Integration latency: 3 ms\n({ID}) Method completed with status: 500\n"
    );
    let (summary, lines) = told(&text);
    assert_eq!(
        lines,
        [
            "head 0 line 1 of b66f: HEAD …?… HTTP/… []",
            "body 0: 0 complete Some(false) \"\"",
            "head 1 line 2 of b66f endpoint: … … HTTP/… []",
            "body 1: 0 complete Some(false) \"\"",
            "head 2 line 3 of b66f endpoint: HTTP/… … … [] answers … … HTTP/…",
            "body 2: 0 complete Some(false) \"\"",
            "exchange … … HTTP/… / HTTP/… … …",
            "head 3 line 4 of b66f: HTTP/… 500 … [] answers HEAD …?… HTTP/…",
            "body 3: 0 complete Some(true) \"\"",
            "exchange HEAD …?… HTTP/… / HTTP/… 500 …",
        ]
    );
    assert_eq!(said(&summary), Vec::<String>::new());
}

#[test]
fn the_same_id_twice_is_two_requests() {
    let once: String = sentences("/a").iter().map(|text| format!("(test-invoke-request) {text}\n")).collect();
    assert_eq!(told(&format!("{once}{once}")).0.requests, 4);
    let begin = "Execution log for request test-request\n";
    let time = "Sun Jun 14 10:04:49 UTC 2020 : ";
    let once: String = sentences("/a").iter().map(|text| format!("{time}{text}\n")).collect();
    assert_eq!(told(&format!("{begin}{once}{begin}{once}")).0.requests, 4);
    assert_eq!(told(&format!("{once}{once}")).0.requests, 4);
}

#[test]
fn bodies_of_several_lines_and_lines_that_people_broke() {
    let time = "Sun Jun 14 10:04:49 UTC 2020 : ";
    let text = format!(
        "Note.\n\n```\n{time}Method request body before transformations: {{\n  \"a\": 1\n}}\n{time}Method request headers: {{Accept=*/*, \n     \
         Host=a.example}}\n\nProse.\n{time}Method completed with status: 200\n```\nProse: more of it.\n"
    );
    let (summary, lines) = told(&text);
    assert!(lines[0].ends_with("[Accept=*/*,Host=a.example]"), "{}", lines[0]);
    assert_eq!(lines[1], "body 0: 12 complete Some(true) \"{\\n  \\\"a\\\": 1\\n}\"");
    assert_eq!(said(&summary), ["text-ignored x5: line 1: `Note.`"]);
    let text = format!("{time}Method response body after transformations: {{}}\nProse behind it.\n");
    assert_eq!(said(&told(&text).0), ["text-ignored x1: line 2: `Prose behind it.`"]);
}

#[test]
fn more_requests_at_once_than_may_be() {
    let most = super::gathering::MOST_OPEN;
    let begun: String = (0..most + 2).map(|n| format!("(id-{n}) HTTP Method: GET, Resource Path: /{n}\n")).collect();
    let completed: String = (0..most + 2).map(|n| format!("(id-{n}) Method completed with status: 200\n")).collect();
    let (summary, lines) = told(&format!("{begun}{completed}"));
    assert_eq!((summary.requests, summary.responses), (most as u64 + 2, most as u64 + 2));
    assert_eq!(said(&summary), ["pipeline-limit x4098: more than 4096 requests of this log are open at once"]);
    assert!(lines.iter().any(|line| line == "exchange GET …/0?… HTTP/… / none"), "the oldest");
}

#[test]
fn what_is_no_log() {
    for text in [
        "",
        "GET / HTTP/1.1\nHost: a\n\n",
        "It says Method request headers: {a=b}\n",
        "GET / HTTP/1.1\nHost: a\n\n(b66fce5c-943e-46cd-b965-dc98eef6c8c1) Method request headers: {a=b}\n",
        "(b66fce5c-943e-46cd-b965-dc98eef6c8c1) Starting execution for request: a\n",
        "{\"message\": \"Method request headers: {a=b}\"}",
        "{\"requestId\": \"a\", \"httpMethod\": \"GET\", \"status\": \"200\"}",
    ] {
        assert!(read(text.as_bytes(), CaptureId(0), &mut Notebook::default()).is_none(), "{text}");
    }
}

#[test]
fn json_that_is_broken_is_said() {
    let text = format!("{{\"message\": \"({ID}) Method completed with status: 200\"}}\n{{\"message\": ");
    assert!(told(&text).0.anomalies.count(AnomalyKind::EntryUnreadable) == 1);
}

/// The events of an export.
fn export(messages: &[String]) -> String {
    let event =
        |(at, text): (usize, &String)| serde_json::json!({"timestamp": 1_592_129_089_612_u64 + at as u64, "message": text});
    serde_json::json!({"events": messages.iter().enumerate().map(event).collect::<Vec<_>>()}).to_string()
}

#[test]
fn excerpts_without_beginnings_are_calls_of_their_own() {
    let said = |text: &str| format!("({ID}) {text}");
    let messages = [
        "Method request headers: {Host=api.example}",
        "Endpoint request headers: {X-Auth=1}",
        "Endpoint response headers: {X-Auth-Answer=1}",
        "Endpoint request headers: {X-Back=1}",
        "Endpoint response headers: {X-Back-Answer=1}",
        "Method response headers: {X-Final=1}",
    ];
    let (_, lines) = told(&export(&messages.map(said)));
    let heads: Vec<&str> =
        lines.iter().filter(|line| line.starts_with("head ")).filter_map(|line| line.split('[').nth(1)).collect();
    let expected = ["Host=", "X-Auth=1]", "X-Auth-Answer=1]", "X-Back=1]", "X-Back-Answer=1]", "X-Final=1]"];
    assert!(heads.len() == 6 && heads.iter().zip(expected).all(|(head, begin)| head.starts_with(begin)), "{heads:?}");
}

#[test]
fn what_is_said_again_is_another_request_or_counted() {
    let line = |text: &str| format!("({ID}) {text}\n");
    let once = line("Method request headers: {Host=a.example}") + &line("Method request query string: {a=1}");
    let (summary, lines) = told(&format!("{once}{once}"));
    assert_eq!((summary.requests, lines.len()), (1, 3));
    assert_eq!(said(&summary)[0], format!("text-ignored x2: line 3: `({ID}) Method request header`"));
    let (summary, lines) = told(&format!("{once}{}", line("Method request query string: {a=2}")));
    assert_eq!(summary.requests, 2);
    assert!(lines[0].contains("?a=1 ") && lines[3].contains("?a=2 "), "{lines:?}");
}

#[test]
fn bodies_of_events_are_what_the_message_holds() {
    let body = |body: &str| {
        let (summary, lines) = told(&export(&[format!("({ID}) Method request body before transformations: {body}")]));
        (lines[1].clone(), said(&summary).len())
    };
    assert_eq!(body("{\"a\": 1}\n{\"b\": 2}\n").0, "body 0: 17 complete Some(true) \"{\\\"a\\\": 1}\\n{\\\"b\\\": 2}\"");
    assert_eq!(body("hello ").0, "body 0: 6 complete Some(true) \"hello \"");
    assert_eq!(body("hello \n").0, "body 0: 5 complete Some(false) \"hello\"");
}

#[test]
fn a_lambda_event_beside_the_log_is_named() {
    let event = r#"{"path": "/a", "httpMethod": "GET", "headers": {}}"#;
    let (summary, _) = told(&export(&[format!("({ID}) Method completed with status: 200"), event.to_owned()]));
    assert_eq!(said(&summary), ["text-ignored x1: line 1 holds a Lambda event; give the two in two files"]);
}

#[test]
fn an_answer_without_a_line_of_its_log_is_a_response() {
    let answer = r#"{"status": 418, "headers": {"A": "1"}, "log": "x Execution log for request a"}"#;
    let (summary, lines) = told(answer);
    assert_eq!((summary.requests, summary.responses), (0, 1));
    assert!(lines[0].contains("HTTP/… 418 … [A=1]"), "{}", lines[0]);
}

proptest! {
    /// Lines of every kind in any order and number: every message ends, and none is told twice.
    #[test]
    fn any_lines_are_read(lines in proptest::collection::vec((0..18_usize, 0..3_usize), 0..40)) {
        let mut kinds = sentences("/p");
        kinds.extend(["Starting execution for request: a".to_owned(), "prose".to_owned()]);
        let before = ["(abcd-1) ", "(abcd-2) ", "Sun Jun 14 10:04:49 UTC 2020 : "];
        let text: String = lines.iter().map(|(kind, id)| format!("{}{}\n", before[*id], kinds[*kind])).collect();
        let mut sink = Notebook::default();
        if let Some(summary) = read(text.as_bytes(), CaptureId(0), &mut sink) {
            let heads = sink.lines.iter().filter(|line| line.starts_with("head ")).count() as u64;
            prop_assert_eq!(summary.requests + summary.responses, heads);
            prop_assert_eq!(sink.lines.iter().filter(|line| line.starts_with("body ")).count() as u64, heads);
        }
    }

    #[test]
    fn any_text_never_panics(text in "(\\(abcd\\) |Method re(quest|sponse) headers: |Endpoint request URI: |[{}\\[\\]\"a-z=,: \\n]){0,60}") {
        let _ = read(text.as_bytes(), CaptureId(0), &mut Notebook::default());
    }
}
