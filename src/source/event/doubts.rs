//! What is not certain of an event is open or counted, and nothing in the text of another becomes one.

use std::io::Write as _;

use base64::Engine as _;

use super::tests::{refused, said, shown, told};

/// An event with these members beside its path, method and fields.
fn event(part: &str) -> String {
    format!(r#"{{"path": "/a", "httpMethod": "GET", "queryStringParameters": null, "headers": {{"A": "1"}}, {part}}}"#)
}

#[test]
fn fields_in_another_form_leave_the_head_open() {
    for (part, fields) in [
        (r#""headers": "Authorization: x""#, ""),
        (r#""headers": [{"name": "Authorization", "value": "x"}]"#, ""),
        (r#""headers": null, "multiValueHeaders": [["Authorization", "x"]]"#, ""),
        (r#""headers": {"A": "1"}, "multiValueHeaders": "x""#, "A=1"),
        (r#""headers": {"A": []}"#, ""),
        (r#""headers": null, "multiValueHeaders": {"A": []}"#, ""),
    ] {
        let event = format!(r#"{{"path": "/", "httpMethod": "GET", "queryStringParameters": null, {part}}}"#);
        assert!(shown(&event).contains(&format!("[{fields}]")), "{}", shown(&event));
        let said = said(&told(&event).0);
        assert_eq!(said, ["head-incomplete x1: entry 1: `GET /`", "entry-unreadable x1: entry 1: a field that no line can hold"]);
    }
    // What an empty list does not say the other map does.
    let event = r#"{"path": "/", "httpMethod": "GET", "headers": {"A": "1"}, "multiValueHeaders": {"A": []}}"#;
    assert!(shown(event).contains("[A=1]"), "{}", shown(event));
    let response = r#"{"statusCode": 200, "headers": "x", "multiValueHeaders": ["y"], "cookies": "a=1", "body": ""}"#;
    assert!(said(&told(response).0)[1].starts_with("entry-unreadable x3: "));
    for headers in ["null", "[]", r#"{"a": []}"#] {
        let event = format!(
            r#"{{"Records": [{{"cf": {{"request": {{"method": "GET", "uri": "/", "querystring": "", "headers": {headers}}}}}}}]}}"#
        );
        assert!(said(&told(&event).0)[0].starts_with("head-incomplete x1"), "{event}");
    }
}

#[test]
fn names_are_the_same_without_case_only_where_none_is_exact() {
    let event = r#"{"path": "/", "httpMethod": "GET", "headers": {"X-A": "1", "x-a": "2"}, "multiValueHeaders": {"X-A": ["1"], "x-a": ["2"]}}"#;
    assert_eq!(said(&told(event).0), Vec::<String>::new());
    let response =
        r#"{"statusCode": 200, "headers": {"set-cookie": "a=1"}, "multiValueHeaders": {"Set-Cookie": ["a=1"]}, "body": ""}"#;
    assert!(shown(response).contains("[Set-Cookie=a=1]"), "{}", shown(response));
}

#[test]
fn cookies_of_payload_2_are_one_line_once() {
    let line = |cookies: &str, field: &str| {
        let event = format!(
            r#"{{"version": "2.0", "rawPath": "/", "rawQueryString": "", "cookies": {cookies}, "headers": {{"host": "h"{field}}},
                "requestContext": {{"http": {{"method": "GET", "path": "/", "protocol": "HTTP/1.1"}}}}}}"#
        );
        (shown(&event), said(&told(&event).0).len())
    };
    assert_eq!(
        line(r#"["a=1", "b=2"]"#, r#", "cookie": "a=1;b=2""#),
        ("GET / HTTP/1.1 [host=h,cookie=a=1;b=2] -repeats".to_owned(), 0)
    );
    assert_eq!(line(r#""a=1""#, ""), ("GET / HTTP/1.1 [host=h] -repeats".to_owned(), 2));
    assert_eq!(line(r#"["a=1", null]"#, ""), ("GET / HTTP/1.1 [host=h,cookie=a=1] -repeats".to_owned(), 2));
    assert_eq!(line("null", "").1, 0);
}

#[test]
fn an_event_and_the_answer_beside_it_are_one_exchange() {
    let logged =
        format!(r#"{{"level": "INFO", "event": {}, "response": {{"statusCode": 500, "body": "x"}}}}"#, event(r#""a": 1"#));
    let (summary, lines) = told(&logged);
    assert_eq!((summary.requests, summary.responses), (1, 1));
    assert_eq!(lines.last().map(String::as_str), Some("exchange GET /a / 500"));
}

#[test]
fn parts_of_what_cannot_be_read_are_no_events() {
    let one = event(r#""a": 1"#);
    let forged = r#"{"httpMethod": "DELETE", "path": "/forged", "headers": {}, "statusCode": 200, "body": ""}"#;
    for (name, broken) in [
        ("broken JSON", format!("{{\n  \"accountId\": xxx,\n  \"requestContext\": {forged},\n  \"body\": {forged}\n}}")),
        (
            "Node",
            format!("2026\tINFO\t{{\n  resource: '/x',\n  headers: {{\n    'X': '{forged}'\n  }},\n  body: 'x {forged}'\n}}"),
        ),
        ("Node, on one line", format!("INFO {{ statusCode: 200, body: '{forged}' }}")),
        ("Node, what a function returned", format!("EVENT {{\n  statusCode: 200,\n  body: 'x {forged}'\n}}")),
        ("Python", format!("Event {{'httpMethod': <object>, 'body': '{forged}'}}")),
        ("pprint", format!("{{'httpMethod': 'GET',\n 'body': 'x {forged}'}}")),
    ] {
        let (summary, lines) = told(&format!("START RequestId: 9a Version: 1\n{broken}\n{one}\n"));
        assert_eq!((summary.requests, summary.responses), (1, 0), "{name}: {lines:?}");
        assert!(said(&summary)[0].starts_with("entry-unreadable x1: "), "{name}: {:?}", said(&summary));
    }
    // In the text of something else.
    let (summary, _) = told(&format!("START RequestId: 9a Version: 1\nx: '{forged}'\n{one}\n"));
    assert_eq!((summary.requests, said(&summary)), (1, vec!["text-ignored x1: entry 2: no event".to_owned()]));
    // An event that was cut does not hide the next line.
    let (summary, _) = told(&format!("{{\"httpMethod\": \"GET\", \"path\": 1\n{one}\n"));
    assert_eq!(summary.requests, 1);
}

#[test]
fn what_the_runtime_writes_is_passed_over_and_nothing_else() {
    let one = event(r#""a": 1"#);
    let line = |message: &str| format!("{{\"timestamp\": 1592129089612, \"message\": \"{message}\"}}");
    let platform = r#"{"time": "2020-06-14T10:04:49.612Z", "type": "platform.report", "record": {"requestId": "9a"}}"#;
    let (summary, _) = told(&format!("{}\n{platform}\n{one}\n", line("END RequestId: 9a")));
    assert_eq!((summary.requests, said(&summary)), (1, Vec::new()));
    let (summary, _) = told(&format!("{}\n{one}\n", line("it says END RequestId: 9a")));
    assert_eq!(said(&summary), ["text-ignored x1: entry 1: no event"]);
    let (summary, _) = told(&format!(
        "START RequestId: 9a\nmy INIT_START of RESTORE_ x\n2020-06-14T10:04:49Z 2020/06/14/[1]ab INIT_START x\n{one}\n"
    ));
    assert_eq!(said(&summary), ["text-ignored x1: entry 2: no event"]);
}

#[test]
fn rows_that_are_short_or_cut_are_counted() {
    let row = event(r#""a": 1"#).replace('"', "\"\"");
    let (summary, _) = told(&format!("timestamp,message\n1592129089612,\"{row}\"\n1592129089613\n\n1592129089614,\"{row}\n"));
    assert_eq!((summary.requests, said(&summary).len()), (1, 2), "{:?}", said(&summary));
    assert!(said(&summary).contains(&"text-ignored x1: entry 2: no event".to_owned()));
    assert!(said(&summary).contains(&"entry-unreadable x1: line 5: a row of the table that ends too early".to_owned()));
}

fn packed(text: &str) -> String {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(text.as_bytes()).expect("bytes");
    let packed = base64::engine::general_purpose::STANDARD.encode(gzip.finish().expect("bytes"));
    format!(r#"{{"awslogs": {{"data": "{packed}"}}}}"#)
}

#[test]
fn exports_are_unpacked_once_and_as_far_as_is_bounded() {
    let logged = |message: &str| format!(r#"{{"logEvents": [{{"id": "1", "message": {}}}]}}"#, serde_json::Value::from(message));
    let one = logged(&event(r#""a": 1"#));
    assert_eq!(told(&packed(&one)).0.requests, 1);
    assert!(refused(&packed(&logged(&packed(&one)))).is_some_and(|why| why.contains("a packed export within a packed export")));
    let damaged = packed(&one).replace("H4s", "H4z");
    assert!(refused(&damaged).is_some_and(|why| why.contains("the packed export of a subscription: is damaged")));
    assert!(refused(r#"{"awslogs": {"data": "?"}}"#).is_some_and(|why| why.contains("is no base64")));
    let cut = packed(&one[..one.len() - 2]);
    let (summary, _) = told(&format!("[{cut}, {}]", event(r#""a": 1"#)));
    assert_eq!(said(&summary).len(), 1, "{:?}", said(&summary));
}

#[test]
fn names_in_every_mix_of_cases_take_linear_time() {
    let names: Vec<String> = (0..1_u32 << 13)
        .map(|n| (0..13).map(|bit| if n >> bit & 1 == 1 { 'A' } else { 'a' }).collect::<String>())
        .map(|name| format!("\"{name}\": \"1\""))
        .collect();
    let values = vec!["\"0\""; 20_000].join(",");
    let maps = format!(r#""headers": {{{}}}, "multiValueHeaders": {{"aaaaaaaaaaaaa": [{values}]}}"#, names.join(","));
    for text in [format!(r#"{{"path": "/", "httpMethod": "GET", {maps}}}"#), format!(r#"{{"statusCode": 200, {maps}}}"#)] {
        let (summary, _) = told(&text);
        assert_eq!(summary.requests + summary.responses, 1);
    }
}
