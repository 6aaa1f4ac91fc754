//! HARs as programs write them.

use super::{is_har, read};
use crate::anomaly::AnomalyKind;
use crate::http::{BodyWant, CaptureId};
use crate::source::Summary;
use crate::source::tests::Notebook;

/// What is told of a HAR, and what is said of it.
fn told(text: &str) -> (Summary, Vec<String>) {
    let mut sink = Notebook { want: BodyWant { keep: 64, sha256: false }, ..Notebook::default() };
    let summary = read(text.as_bytes(), CaptureId(0), &mut sink).unwrap_or_else(|why| panic!("{why}"));
    (summary, sink.lines)
}

fn file(entries: &str) -> String {
    format!(r#"{{"log": {{"version": "1.2", "creator": {{"name": "a", "version": "1"}}, "entries": [{entries}]}}}}"#)
}

/// An entry with these parts of its request and its response.
fn entry(request: &str, response: &str) -> String {
    format!(
        r#"{{"request": {{"method": "GET", "url": "https://a.example/b?c#d", "httpVersion": "HTTP/1.1", {request}}},
            "response": {{"status": 200, "statusText": "OK", "httpVersion": "HTTP/1.1", {response}}}}}"#
    )
}

fn said(summary: &Summary) -> Vec<String> {
    summary.anomalies.iter().map(|(kind, noted)| format!("{} x{}: {}", kind.name(), noted.count, noted.detail)).collect()
}

#[test]
fn an_entry_becomes_an_exchange() {
    let text = r#"
        {"startedDateTime": "2026-11-29T09:00:00.250+01:00", "serverIPAddress": "192.0.2.7", "request": {"method": "POST",
         "url": "https://a.example:8443/b?c=d#e", "httpVersion": "http/2.0", "headers": [
            {"name": ":method", "value": "POST"}, {"name": ":authority", "value": "a.example:8443"}, {"name": "x-a", "value": "1"},
            {"name": "x-a", "value": "2"}], "postData": {"mimeType": "text/plain", "text": "hi"}},
         "response": {"status": 201, "statusText": "made", "httpVersion": "h2", "headers": [{"name": "set-cookie", "value": "a=b\nc=d"}],
         "content": {"size": 5, "text": "aGVsbG8=", "encoding": "base64"}}}"#;
    let (summary, lines) = told(&file(text));
    assert_eq!((summary.requests, summary.responses, said(&summary)), (1, 1, Vec::new()));
    assert_eq!(
        lines,
        [
            "head 0 entry 1 at 2026-11-29T08:00:00.250000Z with 192.0.2.7:8443: POST /b?c=d HTTP/2 [host=a.example:8443,x-a=1,x-a=2]",
            "body 0: 2 complete Some(true) \"hi\"",
            "head 1 entry 1 at 2026-11-29T08:00:00.250000Z with 192.0.2.7:8443: HTTP/2 201 [set-cookie=a=b,set-cookie=c=d] answers POST /b?c=d HTTP/2",
            "body 1: 5 complete Some(true) \"hello\"",
            "exchange POST /b?c=d HTTP/2 / HTTP/2 201",
        ]
    );
}

#[test]
fn what_is_not_shown_of_a_body_is_unknown() {
    for (request, response, expected) in [
        (r#""headers": []"#, r#""headers": []"#, ["0 complete Some(true)", "0 complete Some(false)"]),
        (r#""bodySize": 0"#, r#""content": {"size": 0}"#, ["0 complete Some(true)", "0 complete Some(true)"]),
        (
            r#""headers": [{"name": "Content-Length", "value": "3"}]"#,
            r#""content": {"size": 7}"#,
            ["0 complete Some(false)", "0 complete Some(false)"],
        ),
        (
            r#""postData": {"text": "a", "encoding": "rot13"}"#,
            r#""content": {"size": 7, "text": "abc"}"#,
            ["0 complete Some(false)", "3 complete Some(false) \"abc\""],
        ),
        (
            r#""bodySize": -1"#,
            r#""content": {"size": -1, "text": "abc"}"#,
            ["0 complete Some(true)", "3 complete Some(true) \"abc\""],
        ),
        (
            r#""postData": null"#,
            r#""content": {"text": "!", "encoding": "base64"}"#,
            ["0 complete Some(true)", "0 complete Some(false)"],
        ),
        // The message itself says that its body has bytes.
        (
            r#""bodySize": 0, "headers": [{"name": "Content-Length", "value": "12345"}]"#,
            r#""headers": [{"name": "content-length", "value": "162"}], "content": {"size": 0}"#,
            ["0 complete Some(false)", "0 complete Some(false)"],
        ),
        (
            r#""bodySize": 0, "headers": [{"name": "Content-Length", "value": "0"}]"#,
            r#""headers": [{"name": "content-length", "value": "162"}], "content": {"size": 0, "text": ""}"#,
            ["0 complete Some(true)", "0 complete Some(false)"],
        ),
        (r#""bodySize": 7"#, r#""content": {"size": 0, "text": ""}"#, ["0 complete Some(false)", "0 complete Some(true)"]),
        (
            r#""postData": {"mimeType": "a/b", "params": [{"name": "a", "value": "1"}]}"#,
            r#""content": null"#,
            ["0 complete Some(false)", "0 complete Some(false)"],
        ),
    ] {
        let (_, lines) = told(&file(&entry(request, response)));
        for (number, expected) in expected.iter().enumerate() {
            let body = lines.iter().find_map(|line| line.strip_prefix(&format!("body {number}: "))).expect("a body");
            assert_eq!(body.trim_end_matches(" \"\""), *expected, "{request} {response}");
        }
    }
}

#[test]
fn what_was_not_sent_is_no_message_and_is_said() {
    let sent = entry(r#""headers": []"#, r#""headers": []"#);
    let cached = sent.replacen('{', r#"{"_fromCache": "memory", "#, 1);
    let safari = sent.replacen('{', r#"{"_fetchType": "Memory Cache", "#, 1);
    let network = sent.replacen('{', r#"{"_fetchType": "Network Load", "#, 1);
    let firefox = sent.replace("HTTP/1.1", "");
    let worker = sent.replacen('{', r#"{"_fetchedViaServiceWorker": true, "#, 1);
    let blocked = sent.replace("HTTP/1.1", "unknown").replace("200", "0");
    let other = sent.replace("https://a.example/b?c#d", "data:text/plain,a");
    let odd = sent.replace("/b?c", "/b c");
    let (summary, lines) = told(&file(&[cached, sent, safari, firefox, other, odd, network, worker, blocked].join(",")));
    assert_eq!((summary.requests, summary.responses), (2, 2));
    assert!(lines[0].starts_with("head 0 entry 2:") && lines[5].starts_with("head 2 entry 7:"), "{lines:#?}");
    assert_eq!(
        summary.anomalies.iter().map(|(kind, noted)| (kind, noted.count)).collect::<Vec<_>>(),
        [(AnomalyKind::EntryNotSent, 7)]
    );
}

#[test]
fn an_answer_in_a_version_that_is_not_known_is_not_taken_for_none() {
    let known = entry(r#""headers": []"#, r#""headers": []"#);
    for version in ["unknown", "http/2+quic/46"] {
        let (summary, _) = told(&file(&[known.clone(), known.replace("HTTP/1.1", version)].join(",")));
        assert_eq!(said(&summary), [format!("entry-unreadable x1: entry 2: its HTTP version `{version}` is not known")]);
        let alone = file(&known.replace("HTTP/1.1", version));
        read(alone.as_bytes(), CaptureId(0), &mut Notebook::default()).expect_err("none of it can be told");
    }
}

#[test]
fn a_request_in_frames_says_by_no_field_that_it_has_no_body() {
    let text = entry(r#""headers": []"#, r#""headers": []"#).replace("HTTP/1.1", "h2");
    assert!(told(&file(&text)).1[1].starts_with("body 0: 0 complete Some(false)"));
    let text = text.replace(r#""request": {"#, r#""request": {"bodySize": 0, "#);
    assert!(told(&file(&text)).1[1].starts_with("body 0: 0 complete Some(true)"));
}

#[test]
fn a_request_without_a_response() {
    for (response, responses) in [
        (r#""response": null"#, 0),
        (r#""response": {"status": 0, "statusText": "", "httpVersion": "", "headers": []}"#, 0),
        (r#""response": {"status": null}"#, 0),
        (r#""response": {"status": 200.5}"#, 0),
        (r#""response": {"status": 204}"#, 1),
    ] {
        let text = format!(r#"{{"request": {{"method": "GET", "url": "http://a/", "httpVersion": "1.1"}}, {response}}}"#);
        let (summary, lines) = told(&file(&text));
        assert_eq!((summary.requests, summary.responses), (1, responses), "{response}");
        assert_eq!(lines.last().map(|line| line.ends_with(" / none")), Some(responses == 0), "{lines:?}");
    }
}

#[test]
fn what_no_line_can_hold_is_left_out_and_said() {
    let request = r#""headers": [{"name": "a b", "value": "1"}, {"name": "X", "value": "1\r\nY: 2"}, {"name": "", "value": ""}, {"name": "Z", "value": null}]"#;
    let (summary, lines) = told(&file(&entry(request, r#""comment": "made""#)));
    assert!(lines[0].ends_with("[X=Y: 2,Z=]"), "{lines:?}");
    let said = said(&summary);
    assert!(said.iter().any(|said| said.starts_with("entry-unreadable x3: entry 1: a field")), "{said:?}");
    assert!(said.iter().any(|said| said.starts_with("head-incomplete x1: entry 1: `GET /b?c HTTP/1.1`")), "{said:?}");
}

#[test]
fn a_reason_phrase_of_two_lines_is_left_out_and_said() {
    let text = entry(r#""headers": []"#, r#""headers": []"#).replace("\"OK\"", "\"OK\\r\\nX: 1\"");
    let (summary, lines) = told(&file(&text));
    assert!(lines[2].starts_with("head 1 entry 1: HTTP/1.1 200 [] answers"), "{lines:?}");
    assert!(said(&summary)[1].starts_with("entry-unreadable x1") || said(&summary)[0].starts_with("entry-unreadable x1"));
}

#[test]
fn a_value_of_line_ends_makes_no_endless_head() {
    let name = "x".repeat(1 << 10);
    let request = format!(r#""headers": [{{"name": "{name}", "value": "{}"}}]"#, "\\n".repeat(1 << 14));
    let (summary, lines) = told(&file(&entry(&request, r#""headers": []"#)));
    assert!(lines[0].len() < 2 << 20, "{}", lines[0].len());
    assert!(said(&summary).iter().any(|said| said.starts_with("entry-unreadable")), "{:?}", said(&summary));
}

#[test]
fn a_broken_entry_does_not_hide_the_others() {
    let good = entry(r#""headers": []"#, r#""headers": []"#);
    let (summary, lines) = told(&file(&[r#"{"request": 1}"#, &good, "7"].join(",")));
    assert_eq!((summary.requests, lines.len()), (1, 5));
    assert_eq!(said(&summary), ["entry-unreadable x2: entry 1: invalid type: integer `1`, expected struct Request"]);
}

#[test]
fn what_cannot_be_read_says_what_and_where() {
    let refused = |text: &str| read(text.as_bytes(), CaptureId(0), &mut Notebook::default()).expect_err(text);
    for (text, expected) in [
        ("{\"log\": [1]}", "is a HAR that cannot be read: invalid type: integer `1`, expected a sequence at line 1 column 10"),
        ("{\"log\":\n{}}", "is a HAR that cannot be read: missing field `entries` at line 2 column 2"),
        ("{\"log\": {\"entries\": [{}", "is a HAR that cannot be read: EOF while parsing a list at line 1 column 23"),
        ("{\"log\": {\"entries\": [{}, 1]}}", "is a HAR none of whose 2 entries can be read: entry 1: missing field `request`"),
    ] {
        assert_eq!(refused(text), expected);
    }
}

#[test]
fn a_har_is_known_by_its_beginning() {
    for text in ["{\"log\": {}}", "\u{feff} {\n \"log\":1}", "{\"a\": 1, \"log\": {\"entries\": []}}"] {
        assert!(is_har(text.as_bytes()), "{text}");
    }
    for text in [
        "",
        "{",
        "{\"a\": {\"log\": 1}}",
        "[{\"log\": 1}]",
        "{\"a\": {\"log\": 1}, \"entries\": [{}]}",
        "GET / HTTP/1.1\n\n{\"log\": {\"entries\": []}}",
    ] {
        assert!(!is_har(text.as_bytes()), "{text}");
    }
}
