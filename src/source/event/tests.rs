//! Events as services write them, in what they are found.

use base64::Engine as _;

use super::{read, read_log};
use crate::http::{Body, BodyWant, CaptureId, Connection, Exchange, Fidelity, HeadBuf, HeadRef, MessageId, MessageSink, Origin};
use crate::source::Summary;
use crate::source::tests::Notebook;

/// What is told of a text, and what is said of it.
pub(super) fn told(text: &str) -> (Summary, Vec<String>) {
    let mut sink = Notebook { want: BodyWant { keep: 64, sha256: false }, ..Notebook::default() };
    let summary = match read(text.as_bytes(), CaptureId(0), &mut sink) {
        None => read_log(text.as_bytes(), CaptureId(0), &mut sink),
        read => read,
    };
    (summary.unwrap_or_else(|| panic!("nothing in {text}")).unwrap_or_else(|why| panic!("{why}")), sink.lines)
}

pub(super) fn refused(text: &str) -> Option<String> {
    let mut sink = Notebook::default();
    let read = read(text.as_bytes(), CaptureId(0), &mut sink);
    assert!(sink.lines.is_empty(), "{:?}", sink.lines);
    read.map(|read| read.expect_err(text))
}

pub(super) fn said(summary: &Summary) -> Vec<String> {
    summary.anomalies.iter().map(|(kind, noted)| format!("{} x{}: {}", kind.name(), noted.count, noted.detail)).collect()
}

/// The heads of a text.
#[derive(Default)]
struct Heads(Vec<HeadBuf>, Vec<Option<serde_json::Value>>);

impl MessageSink for Heads {
    fn head(&mut self, _: MessageId, head: &HeadRef<'_>, _: Option<&HeadRef<'_>>, _: Option<&Connection>) -> BodyWant {
        self.0.push(HeadBuf::copy_of(head));
        BodyWant::NOTHING
    }

    fn message(&mut self, _: MessageId, body: &Body) {
        self.1.push(body.event().cloned());
    }

    fn exchange(&mut self, _: &Exchange<'_>) {}
}

fn heads(text: &str) -> Heads {
    let mut sink = Heads::default();
    assert!(read(text.as_bytes(), CaptureId(0), &mut sink).is_some_and(|read| read.is_ok()), "{text}");
    sink
}

const REST: &str = r#"{"resource": "/a/{id}", "path": "/a/7", "httpMethod": "POST",
    "headers": {"Host": "h", "X-Dup": "2"}, "multiValueHeaders": {"Host": ["h"], "X-Dup": ["1", "2"]},
    "queryStringParameters": {"q": "2 3"}, "multiValueQueryStringParameters": {"q": ["1", "2 3"]},
    "requestContext": {"protocol": "HTTP/1.1", "requestTimeEpoch": 1592129089612, "stage": "test", "identity": {"sourceIp": "192.0.2.1"}},
    "body": "aGk=", "isBase64Encoded": true}"#;

#[test]
fn an_event_of_a_rest_api_is_the_request_that_the_function_received() {
    let (summary, lines) = told(REST);
    assert_eq!((summary.requests, summary.responses, said(&summary)), (1, 0, Vec::new()));
    assert_eq!(
        lines,
        [
            "head 0 entry 1 at 2020-06-14T10:04:49.612000Z: POST /a/7?q=1&q=2%203 HTTP/1.1 [Host=h,X-Dup=1,X-Dup=2]",
            "body 0: 2 complete Some(true) \"hi\"",
            "exchange POST /a/7?q=1&q=2%203 HTTP/1.1 / none",
        ]
    );
    let heads = heads(REST);
    let fidelity = heads.0[0].head.fidelity;
    assert_eq!(fidelity, Fidelity { start_line: false, ..Fidelity::EVENT });
    assert!(fidelity.is_event() && !Fidelity::TEXT.is_event() && !Fidelity::HAR.is_event() && !Fidelity::WIRE.is_event());
    // sourceIp is who called the API, and no end of a connection of the function.
    assert!(matches!(heads.0[0].head.at.origin, Origin::Entry { server: None, .. }));
    assert_eq!(heads.1[0].as_ref().map(|event| event["requestContext"]["stage"].clone()), Some("test".into()));
}

/// The start line, the fields, and what is not preserved of it.
pub(super) fn shown(text: &str) -> String {
    let heads = heads(text);
    let head = heads.0.first().expect("a head").as_ref();
    let fields =
        head.fields().map(|(name, value)| format!("{}={}", String::from_utf8_lossy(name), String::from_utf8_lossy(value)));
    let Fidelity { name_case, repeats, start_line, .. } = head.head.fidelity;
    let lost = [("case", name_case), ("repeats", repeats), ("start", start_line)];
    let lost: Vec<_> = lost.iter().filter(|(_, kept)| !kept).map(|(name, _)| *name).collect();
    let start = String::from_utf8_lossy(head.start_line()).into_owned();
    format!("{start} [{}] -{}", fields.collect::<Vec<_>>().join(","), lost.join(","))
}

#[test]
fn every_service_in_its_own_words() {
    for (event, expected) in [
        (
            r#"{"version": "2.0", "rawPath": "/p", "rawQueryString": "a=%2F", "cookies": ["c=1", "d=2"], "headers": {"host": "h", "x": "1,2"},
                "requestContext": {"http": {"method": "GET", "path": "/p", "protocol": "HTTP/1.1"}}}"#,
            "GET /p?a=%2F HTTP/1.1 [host=h,x=1,2,cookie=c=1; d=2] -repeats",
        ),
        (
            r#"{"httpMethod": "GET", "path": "/p", "queryStringParameters": {"a": "%2F"}, "headers": {"host": "h"}, "requestContext": {"elb": {}}}"#,
            "GET /p?a=%2F [host=h] -repeats,start",
        ),
        (
            r#"{"httpMethod": "GET", "path": "/", "multiValueHeaders": {"x": ["1", "2"]}, "multiValueQueryStringParameters": {}, "requestContext": {"elb": {}}}"#,
            "GET / [x=1,x=2] -start",
        ),
        (
            r#"{"headers": {"Host": "h"}, "multiValueHeaders": {"Host": ["h"]}, "requestContext": {"eventType": "CONNECT", "connectionId": "c"}}"#,
            "GET [Host=h] -start",
        ),
        (
            r#"{"raw_path": "/p", "method": "PUT", "headers": {"x": "1"}, "query_string_parameters": {"a": "1"}}"#,
            "PUT /p?a=1 [x=1] -repeats,start",
        ),
        (
            r#"{"version": "2.0", "path": "/p", "method": "GET", "queryStringParameters": {}, "headers": {"x": ["1", "2"]}, "requestContext": {"serviceArn": "s"}}"#,
            "GET /p [x=1,x=2] -start",
        ),
        (
            r#"{"Records": [{"cf": {"request": {"method": "GET", "uri": "/p", "querystring": "a=b", "headers": {"x-a": [{"key": "X-A", "value": "1"}, {"value": "2"}]}}}}]}"#,
            "GET /p?a=b [X-A=1,x-a=2] -start",
        ),
        (
            r#"{"body-json": {"a": 1}, "params": {"path": {"id": "7"}, "querystring": {"q": "a b"}, "header": {"Host": "h"}},
                "context": {"http-method": "POST", "resource-path": "/x/{id}", "request-id": "r"}}"#,
            "POST /x/7?q=a%20b [Host=h] -repeats,start",
        ),
        (
            r#"{"method": "POST", "requestPath": "/np/7", "headers": {"Host": "h"}, "query": {"q": "1"}, "body": {}}"#,
            "POST /np/7?q=1 [Host=h] -repeats,start",
        ),
        (
            r#"{"statusCode": 201, "statusDescription": "201 Created", "headers": {"A": "1", "B": "2"}, "multiValueHeaders": {"A": ["0", "1"]}, "cookies": ["c=1"]}"#,
            "201 Created [A=0,A=1,B=2,Set-Cookie=c=1] -start",
        ),
        (
            r#"{"status": "302", "statusDescription": "Found", "headers": {"location": [{"key": "Location", "value": "/"}]}}"#,
            "302 Found [Location=/] -start",
        ),
        (
            r#"{"headers": {"Host": "h"}, "multiValueHeaders": {"host": ["h"]}, "path": "/", "httpMethod": "GET"}"#,
            "GET /?… [host=h] -case,start",
        ),
        (r#"{"headers": null, "multiValueHeaders": null, "path": "/", "httpMethod": "GET"}"#, "GET /?… [] -start"),
    ] {
        assert_eq!(shown(event), expected, "{event}");
    }
}

#[test]
fn maps_that_disagree_are_told_and_nothing_is_lost() {
    for (headers, multi, written, how) in [
        (r#"{"A": "1"}"#, r#"{"A": ["2"]}"#, "A=2", "of `A` `headers` says `1` and `multiValueHeaders` `2`"),
        (r#"{"A": "1", "B": "2"}"#, r#"{"A": ["1"]}"#, "A=1,B=2", "`B` stands in `headers` alone"),
        (r#"{"A": "1"}"#, r#"{"A": ["1"], "B": ["2"]}"#, "A=1,B=2", "`B` stands in `multiValueHeaders` alone"),
        (r#"{"Cookie": "a=1"}"#, r#"{"Cookie": ["b=2"]}"#, "Cookie=b=2", "of `Cookie` `headers` says `a=<secret>`"),
    ] {
        let event = format!(r#"{{"path": "/", "httpMethod": "GET", "headers": {headers}, "multiValueHeaders": {multi}}}"#);
        assert!(shown(&event).contains(&format!("[{written}]")), "{}", shown(&event));
        let anomalies = said(&told(&event).0);
        assert!(anomalies.len() == 1 && anomalies[0].starts_with("headers-disagree x1: entry 1: "), "{anomalies:?}");
        assert!(anomalies[0].contains(how), "{anomalies:?}");
    }
    // The last of several, or all of them joined, is no disagreement.
    for one in ["2", "1, 2", "1,2"] {
        let event = format!(
            r#"{{"path": "/", "httpMethod": "GET", "headers": {{"A": "{one}"}}, "multiValueHeaders": {{"A": ["1", "2"]}}}}"#
        );
        assert_eq!(said(&told(&event).0), Vec::<String>::new());
    }
}

#[test]
fn bodies_are_what_the_event_shows() {
    for (part, expected) in [
        (r#""body": "text""#, "4 complete Some(true) \"text\""),
        (r#""body": null"#, "0 complete Some(true) \"\""),
        (r#""body": """#, "0 complete Some(true) \"\""),
        (r#""x": 1"#, "0 complete Some(false) \"\""),
        (r#""methodArn": "arn", "type": "REQUEST""#, "0 complete Some(false) \"\""),
        (r#""body": "aGVsbG8=", "isBase64Encoded": true"#, "5 complete Some(true) \"hello\""),
        (r#""body": "aGVsbG8=", "isBase64Encoded": "true""#, "0 complete Some(false) \"\""),
        (r#""body": {"a": 12345678901234567890}"#, "26 complete Some(true) \"{\\\"a\\\":12345678901234567890}\""),
        (r#""body": {"a": 123456789012345678901234567890}"#, "0 complete Some(false) \"\""),
        (r#""body": "?", "isBase64Encoded": true"#, "0 complete Some(false) \"\""),
    ] {
        let event = format!(r#"{{"path": "/", "httpMethod": "GET", "headers": {{"A": "1"}}, {part}}}"#);
        let (summary, lines) = told(&event);
        assert_eq!(lines[1], format!("body 0: {expected}"), "{part}");
        let odd = part.contains('?') || part.contains("\"true\"");
        assert_eq!(said(&summary).len(), usize::from(odd), "{part}");
    }
}

#[test]
fn a_message_is_refused_where_there_is_none() {
    for (text, expected) in [
        (r#"{"type": "TOKEN", "authorizationToken": "t", "methodArn": "arn"}"#, "a TOKEN authorizer"),
        (r#"{"requestContext": {"eventType": "MESSAGE", "connectionId": "c"}, "body": "b"}"#, "a WebSocket"),
        (r#"{"info": {"fieldName": "f"}, "request": {"headers": {"a": "1"}}}"#, "AppSync"),
        (r#"{"httpMethod": "GET", "path": xxxx, "headers": {}}"#, "line 1: expected value"),
        (r#"{"httpMethod": "GET", "httpMethod": "PUT", "path": "/", "headers": {}}"#, "the key `httpMethod` stands twice"),
    ] {
        let why = refused(text).unwrap_or_else(|| panic!("{text} is no event"));
        assert!(why.contains(expected) && !why.contains('\n'), "{why}");
    }
    for other in [
        "{}",
        "[]",
        "[1]",
        "{\"a\": 1}",
        "",
        "words",
        "{\"message\": \"no event\"}",
        "[info] x",
        "{ a: b }",
        "{\"statusCode\": 404}",
    ] {
        assert_eq!(refused(other), None, "{other}");
    }
}

#[test]
fn arrays_lines_and_exports_hold_events() {
    let one = r#"{"path": "/a", "httpMethod": "GET", "headers": {"A": "1"}}"#;
    let two = r#"{"path": "/b", "httpMethod": "GET", "headers": {"A": "1"}}"#;
    let text = |json: &str| serde_json::Value::from(json).to_string();
    let csv = |json: &str| json.replace('"', "\"\"");
    let logged = format!("2026-11-29T12:00:00.000Z\\t9a\\tINFO\\t{}", one.replace('"', "\\\""));
    let line = r#""ingestionTime": 1, "timestamp": 1592129089612"#;
    let packed = {
        use std::io::Write as _;
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        write!(gzip, r#"{{"logEvents": [{{"id": "1", {line}, "message": {}}}]}}"#, text(one)).expect("bytes");
        base64::engine::general_purpose::STANDARD.encode(gzip.finish().expect("bytes"))
    };
    for (name, document, expected) in [
        ("an array", format!("[{one}, {two}]"), vec!["1", "2"]),
        ("lines", format!("{one}\n{two}\n"), vec!["1", "2"]),
        ("one behind the other", format!("{one}{two}"), vec!["1", "1"]),
        ("filter-log-events", format!(r#"{{"events": [{{{line}, "message": "START RequestId: 1"}}, {{{line}, "message": "{logged}"}}], "searchedLogStreams": []}}"#), vec!["2"]),
        ("a subscription", format!(r#"{{"messageType": "DATA_MESSAGE", "logEvents": [{{"id": "1", {line}, "message": {}}}]}}"#, text(two)), vec!["1"]),
        ("the console's JSON", format!(r#"[{{{line}, "message": {}}}, {{{line}, "message": "words"}}]"#, text(one)), vec!["1"]),
        ("Logs Insights", format!(r#"{{"results": [[{{"field": "@timestamp", "value": "2020-06-14 10:04:49.612"}}, {{"field": "@message", "value": {}}}]], "status": "Complete"}}"#, text(one)), vec!["1"]),
        ("the console's CSV", format!("timestamp,message\n1592129089612,\"START RequestId: 1\n\"\n1592129089612,\"{}\n\"\n", csv(one)), vec!["2"]),
        ("Logs Insights as CSV", format!("@timestamp,@message\n2020-06-14 10:04:49.612,\"Event: {}\"\n", csv(one)), vec!["1"]),
        ("JSON log lines", format!(r#"{{"time": "2020-06-14T10:04:49.612Z", "type": "platform.start", "record": {{}}}}{}{{"timestamp": "2020-06-14T10:04:49.612Z", "level": "INFO", "message": {one}}}"#, "\n"), vec!["2"]),
        ("a log line with the event within", format!(r#"{{"level": "INFO", "event": {one}}}"#), vec!["1"]),
        ("what a subscription hands over", format!(r#"{{"awslogs": {{"data": "{packed}"}}}}"#), vec!["1"]),
        ("the log of Node", format!("START RequestId: 9a Version: $LATEST\n2026-11-29T12:00:00.000Z\t9a\tINFO\t{one}\nEND RequestId: 9a\n"), vec!["2"]),
        ("a log with a JSON on many lines", "START RequestId: 9a Version: $LATEST\n2026-11-29T12:00:00.000Z\t9a\tINFO\t{\n  \"path\": \"/\",\n  \"httpMethod\": \"GET\",\n  \"headers\": {}\n}\nREPORT RequestId: 9a\n".to_owned(), vec!["2"]),
        ("what Python prints", "Event: {'path': '/', 'httpMethod': 'GET', 'headers': {'A': \"it's\"}, 'body': None}\n".to_owned(), vec!["1"]),
        ("texts in an array", format!("[{}, {}]", text(one), text(two)), vec!["1", "2"]),
        ("rows of time and text", format!("[[1592129089612, {}]]", text(one)), vec!["1"]),
        ("an event that was logged as text", format!(r#"{{"event": {}}}"#, text(one)), vec!["1"]),
        ("the Telemetry API", format!(r#"[{{"time": "2020-06-14T10:04:49.612Z", "type": "function", "record": {}}}]"#, text(one)), vec!["1"]),
        ("the Telemetry API, with JSON", format!(r#"[{{"time": "2020-06-14T10:04:49.612Z", "type": "function", "record": {{"level": "INFO", "message": {one}}}}}]"#), vec!["1"]),
        ("a sentence and the event beside it", format!(r#"{{"level": "INFO", "message": "Lambda invocation event", "event": {one}}}"#), vec!["1"]),
        ("two members that are events", format!(r#"{{"event": {one}, "input": {two}}}"#), vec!["1", "1"]),
        ("a member that exports have, too", one.replace('{', "{\"results\": [{\"a\": 1}], \"events\": 7, ").replace("\"headers\": {\"results\": [{\"a\": 1}], \"events\": 7, ", "\"headers\": {"), vec!["1"]),
        ("arrays behind one another", format!("[{one}]\n[{two}]\n{one}\n"), vec!["1", "2", "3"]),
        ("CSV in other cases", format!("Timestamp,Message\n1592129089612,\"{}\"\n", csv(one)), vec!["1"]),
        ("CSV with one column", format!("@message\n\"{}\"\n", csv(one)), vec!["1"]),
        ("after a byte order mark", format!("\u{feff}{one}"), vec!["1"]),
    ] {
        let (summary, lines) = told(&document);
        let entries: Vec<&str> = lines.iter().filter(|line| line.starts_with("head")).map(|line| line.split(['(', ':', ' ']).nth(3).unwrap_or_default()).collect();
        assert_eq!(entries, expected, "{name}: {lines:?}");
        assert_eq!(summary.requests, expected.len() as u64, "{name}");
        let odd = if name == "the console's JSON" { vec!["text-ignored x1: entry 2: no event".to_owned()] } else { Vec::new() };
        assert_eq!(said(&summary), odd, "{name}");
        if document.contains("1592129089612") || document.contains("2020-06-14") {
            assert!(lines[0].contains("at 2020-06-14T10:04:49.612000Z"), "{name}: {}", lines[0]);
        }
    }
}

#[test]
fn what_is_no_event_beside_others_is_counted() {
    let one = r#"{"path": "/a", "httpMethod": "GET", "headers": {"A": "1"}}"#;
    let token = r#"{"type": "TOKEN", "authorizationToken": "t", "methodArn": "arn"}"#;
    let (summary, _) = told(&format!("[{one}, {token}, {{\"httpMethod\": \"GET\", \"httpMethod\": \"PUT\"}}, 7]"));
    assert_eq!(
        said(&summary),
        [
            "text-ignored x1: entry 4: no event",
            "entry-unreadable x1: entry 3: the key `httpMethod` stands twice in one object",
            "event-without-message x1: entry 2: the event of a TOKEN authorizer, which holds the token and no other part of the request",
        ]
    );
    // What goes wrong in one line does not hide the next.
    let (summary, _) = told(&format!("{{\"httpMethod\": xxx}}\n{one}\n"));
    assert_eq!((summary.requests, said(&summary)), (1, vec!["entry-unreadable x1: line 1: expected value".to_owned()]));
}

#[test]
fn edge_functions_see_both_messages() {
    let event = r#"{"Records": [{"cf": {"config": {"eventType": "origin-response"},
        "request": {"method": "GET", "uri": "/", "querystring": "", "headers": {}, "body": {"data": "aGk=", "encoding": "base64", "inputTruncated": true}},
        "response": {"status": "200", "statusDescription": "OK", "headers": {"x-cache": [{"key": "X-Cache", "value": "Hit"}]}}}}]}"#;
    let (summary, lines) = told(event);
    assert_eq!((summary.requests, summary.responses), (1, 1));
    assert_eq!(lines[1], "body 0: 2 complete Some(false) \"hi\"");
    assert_eq!(lines.last().map(String::as_str), Some("exchange GET / / 200 OK"));
    assert!(lines[2].ends_with("200 OK [X-Cache=Hit] answers GET /"), "{}", lines[2]);
}

#[test]
fn what_no_line_can_hold_is_counted_and_leaves_the_head_open() {
    let event = r#"{"path": "/a b", "httpMethod": "G T", "queryStringParameters": null, "headers": {"A": "x\r\ny", "no name": "1", "B": null, "C": 7}}"#;
    let (summary, lines) = told(event);
    assert!(lines[0].ends_with("G T /a%20b [C=7]"), "{}", lines[0]);
    assert_eq!(
        said(&summary),
        [
            "head-incomplete x1: entry 1: `G T /a%20b`",
            "malformed-start-line x1: entry 1: `G T /a%20b`",
            "entry-unreadable x3: entry 1: a field that no line can hold",
        ]
    );
    // A long name on each of many lines is bounded.
    let name = "a".repeat(10_000);
    let values = vec!["\"\""; 10_000].join(",");
    let event = format!(r#"{{"path": "/", "httpMethod": "GET", "multiValueHeaders": {{"{name}": [{values}]}}}}"#);
    assert!(heads(&event).0[0].raw.len() < 2 << 20);
    let event = event.replace("multiValueHeaders", "multiValueQueryStringParameters");
    let (summary, lines) = told(&event);
    assert!(lines[0].ends_with(": GET []"), "{}", lines[0].len());
    assert_eq!(said(&summary)[1], "entry-unreadable x1: entry 1: a part of the request target that no target can hold");
}

proptest::proptest! {
    #[test]
    fn any_text_ends_and_is_the_same_again(text in "([{}\\[\\]\":, \n]|\"(path|httpMethod|headers|multiValueHeaders|requestContext|elb|Records|cf|events|message|statusCode)\": ?|\"GET\"|\"/\"|null|1|START RequestId: |timestamp,message){0,48}") {
        let run = || {
            let mut sink = Notebook::default();
            let read = read(text.as_bytes(), CaptureId(0), &mut sink);
            (read.map(|read| read.map(|summary| said(&summary))), sink.lines)
        };
        assert_eq!(run(), run());
    }
}
