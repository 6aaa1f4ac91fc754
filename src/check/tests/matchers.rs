//! Every matcher key: what it accepts, and what it catches.

use super::driver::{Check, verdict};
use crate::finding::{Rule, Verdict};

/// A matcher of field `X`, values that it accepts, and values that it catches. `\n` separates lines of the same name.
const TABLE: &[(&str, &[&str], &[&str])] = &[
    ("close", &["close"], &["Close", "", "close, x"]),
    ("80", &["80"], &["080", "80.0"]),
    ("1.10", &["1.10"], &["1.1"]),
    ("0x1F", &["0x1F"], &["31"]),
    ("'true'", &["true"], &["True"]),
    ("'$${a}'", &["${a}"], &["$${a}", "a"]),
    ("[a, b]", &["a\nb"], &["b\na", "a", "a, b", "a\nb\nc"]),
    ("{ equals: a }", &["a"], &["A", "b"]),
    ("{ equals: a, ignore_case: true }", &["a", "A"], &["b"]),
    ("{ prefix: ab }", &["abc", "ab"], &["a", "xab", "Ab"]),
    ("{ prefix: ab, ignore_case: true }", &["ABc"], &["xab"]),
    ("{ suffix: bc }", &["abc", "bc"], &["bcd", "c"]),
    ("{ suffix: bc, ignore_case: true }", &["aBC"], &["b"]),
    ("{ contains: b }", &["abc"], &["ac", "aBc"]),
    ("{ contains: b, ignore_case: true }", &["aBc"], &["ac"]),
    ("{ regex: '[a-z]+[0-9]?' }", &["abc", "abc1"], &["abc12", "a bc", "ABC"]),
    ("{ regex: '[A-Z]+', ignore_case: true }", &["abc", "ABC"], &["1"]),
    ("{ one_of: [http, https] }", &["http", "https"], &["ftp", "HTTP"]),
    ("{ one_of: [http], ignore_case: true }", &["HTTP"], &["https"]),
    ("{ is: ip }", &["10.0.0.1", "::1"], &["10.0.0.1:80", "a.b"]),
    ("{ cidr: 10.0.0.0/8 }", &["10.9.9.9"], &["11.0.0.1", "x"]),
    ("{ cidr: [10.0.0.0/8, '2001:db8::/32'] }", &["10.1.1.1", "2001:db8::9"], &["2001:db9::1"]),
    ("{ at_least: 3 }", &["3", "10"], &["2", "x", "-9"]),
    ("{ at_most: 3 }", &["3", "-1"], &["4", "x"]),
    ("{ at_least: 1, at_most: 3 }", &["1", "3"], &["0", "4"]),
    ("{ prefix: a, suffix: c }", &["abc"], &["abd", "bc"]),
    ("{ list: { length: 2 } }", &["a, b", "a\nb"], &["a", "a, b, c", ""]),
    ("{ list: { length: { at_least: 2 } } }", &["a, b", "a, b, c"], &["a"]),
    ("{ list: { length: { at_most: 2 } } }", &["a, b"], &["a, b, c"]),
    ("{ list: { first: a } }", &["a, b"], &["b, a"]),
    ("{ list: { last: { is: ip } } }", &["x, 10.0.0.1"], &["10.0.0.1, x"]),
    ("{ list: { at: { -2: b, 0: a } } }", &["a, b, c"], &["a, c", "b, b, c"]),
    ("{ list: { each: { is: ip } } }", &["10.0.0.1, ::1"], &["10.0.0.1, x", ""]),
    ("{ list: { includes: b } }", &["a, b"], &["a, c", ""]),
    ("{ list: { equals: [a, b] } }", &["a,b"], &["b,a", "a", "a,b,c"]),
    ("{ list: { length: 2, separator: '|' } }", &["a|b"], &["a,b"]),
    ("{ pairs: { Root: { is: xray-id } } }", &["Root=1-5ee5f641-b7ceb780f01cd2f07af9b4d0;Self=x"], &["Self=x", "Root=1"]),
    ("{ pairs: { a: '1' } }", &["a=1", "b=2; A=1"], &["a=2", "a=1; a=1", "b=1"]),
    ("{ pairs: { a: '1', b: { optional: true, is: integer } } }", &["a=1", "a=1;b=2"], &["a=1;b=x"]),
    ("{ pairs: { a: '1' }, others: error }", &["a=1"], &["a=1;b=2"]),
    ("{ pairs: { a: '1' }, separator: ',' }", &["a=1, b=2"], &["a=1; b=2"]),
    ("{ json: { a: 1 } }", &["{\"a\": 1}", "{\"a\":1,\"b\":2}"], &["{\"a\":\"1\"}", "{}", "x", "{\"a\":1,\"a\":1}"]),
    ("{ json: { a: '1' } }", &["{\"a\":\"1\"}"], &["{\"a\":1}"]),
    (
        "{ json: { 'a.b[0]': null, 'c[\"d.e\"]': true } }",
        &["{\"a\":{\"b\":[null]},\"c\":{\"d.e\":true}}"],
        &["{\"a\":{\"b\":[]},\"c\":{\"d.e\":true}}"],
    ),
    ("{ json: { a: { equals: '{}' } } }", &["{\"a\":\"{}\"}"], &["{\"a\":{}}", "{\"a\":null}"]),
    ("{ json: { a: { list: { length: 2, last: b } } } }", &["{\"a\":[1,\"b\"]}"], &["{\"a\":[\"b\"]}", "{\"a\":{}}"]),
    ("{ json: { a: { json: { b: 1 } } } }", &["{\"a\":{\"b\":1}}", "{\"a\":\"{\\\"b\\\":1}\"}"], &["{\"a\":[]}"]),
    ("{ json: { a: { not: { is: integer } } } }", &["{\"a\":\"x\"}"], &["{\"a\":5}"]),
    ("{ json: { a: { at_least: 2 } }, others: error }", &["{\"a\":2}"], &["{\"a\":1}", "{\"a\":2,\"b\":1}"]),
    (
        "{ jwt: { header.alg: ES256, payload.sub: '1' } }",
        &[
            "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln",
            "Bearer eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiIxIn0=.c2ln",
            "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiIxIn0.",
        ],
        &[
            // alg none, sub 2, sub as a number, sub missing
            "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.",
            "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiIyIn0.c2ln",
            "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOjF9.c2ln",
            "eyJhbGciOiJFUzI1NiJ9.e30.c2ln",
            "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiIxIn0",
            "Basic eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln",
            "",
        ],
    ),
    (
        "{ jwt: { payload.sub: { present: true } }, others: error }",
        // Only the parts that are named are looked at for others.
        &["eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln"],
        &["eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiIxIiwiYSI6MX0.c2ln", "e30.e30."],
    ),
    (
        "{ jwt: { header: { present: true }, payload.n: { at_least: 3 } } }",
        // {"n":3}, {"n":2}
        &["e30.eyJuIjozfQ.c2ln"],
        &["e30.eyJuIjoyfQ.c2ln"],
    ),
    (
        "{ is: sigv4 }",
        &[
            "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, SignedHeaders=host;x-amz-date, Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
        ],
        &[
            "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, SignedHeaders=host;x-amz-date, Signature=f0e8",
            "Bearer x",
        ],
    ),
    ("{ present: true }", &["", "a", "a\nb"], &[]),
    ("{ present: true, prefix: a }", &["a", "ab\nac"], &["b", "a\nb"]),
    ("{ lines: { length: 2 } }", &["a\nb"], &["a", "a, b", "a\nb\nc"]),
    ("{ lines: { first: a, last: c } }", &["a\nb\nc"], &["b\nc", "a\nb"]),
    ("{ lines: { each: { is: ip } } }", &["10.0.0.1\n::1"], &["10.0.0.1\nx"]),
    ("{ lines: { includes: b } }", &["a\nb"], &["a\nc"]),
    ("{ lines: { equals: [a, b] } }", &["a\nb"], &["b\na", "a"]),
    ("{ all: [{ prefix: a }, { suffix: b }] }", &["ab"], &["a", "b"]),
    ("{ any: [{ prefix: a }, { is: ip }] }", &["abc", "::1"], &["b"]),
    ("{ not: { prefix: a } }", &["b"], &["a"]),
    ("{ not: a }", &["b"], &["a"]),
    ("{ bind: x }", &["a"], &["a\nb"]),
];

#[test]
fn every_key_accepts_and_catches() {
    let head = |value: &str| value.split('\n').map(|v| format!("X: {v}\r\n")).collect::<String>();
    for (matcher, accepted, caught) in TABLE {
        let spec = format!("hops:\n  h:\n    request:\n      headers:\n        X: {matcher}\n");
        for value in *accepted {
            let request = format!("GET / HTTP/1.1\r\n{}\r\n", head(value));
            assert_eq!(verdict(&spec, &request, "request.header.X"), Verdict::Met, "{matcher} must accept {value:?}");
        }
        for value in *caught {
            let request = format!("GET / HTTP/1.1\r\n{}\r\n", head(value));
            assert_eq!(verdict(&spec, &request, "request.header.X"), Verdict::Violated, "{matcher} must catch {value:?}");
        }
        let missing = "GET / HTTP/1.1\r\nY: 1\r\n\r\n";
        assert_eq!(verdict(&spec, missing, "request.header.X"), Verdict::Violated, "{matcher} must catch a missing field");
    }
}

#[test]
fn optional_is_not_judged_where_it_is_missing() {
    let spec = "hops:\n  h:\n    request:\n      headers:\n        X: { optional: true, is: ip }\n";
    assert_eq!(verdict(spec, "GET / HTTP/1.1\r\n\r\n", "request.header.X"), Verdict::NotObserved);
    assert_eq!(verdict(spec, "GET / HTTP/1.1\r\nX: ::1\r\n\r\n", "request.header.X"), Verdict::Met);
    assert_eq!(verdict(spec, "GET / HTTP/1.1\r\nX: a\r\n\r\n", "request.header.X"), Verdict::Violated);
}

#[test]
fn optional_parts_alone_are_not_met_by_what_is_not_there() {
    for (matcher, without, right, wrong) in [
        ("{ pairs: { a: { optional: true, is: integer } } }", "b=1", "a=1", "a=x"),
        ("{ json: { a: { optional: true, is: integer } } }", "{}", "{\"a\":1}", "{\"a\":\"x\"}"),
        ("{ jwt: { payload.n: { optional: true, is: integer } } }", "e30.e30.", "e30.eyJuIjozfQ.", "e30.eyJuIjoieCJ9."),
    ] {
        let spec = format!("hops:\n  h:\n    request:\n      headers:\n        X: {matcher}\n");
        let run = |value: &str| verdict(&spec, &format!("GET / HTTP/1.1\r\nX: {value}\r\n\r\n"), "request.header.X");
        assert_eq!(run(without), Verdict::NotObserved, "{matcher}");
        assert_eq!(run(right), Verdict::Met, "{matcher}");
        assert_eq!(run(wrong), Verdict::Violated, "{matcher}");
    }
}

#[test]
fn the_rule_says_how_a_field_is_wrong() {
    let spec = "hops:\n  h:\n    request:\n      headers:\n        X: a\n";
    for (head, rule) in
        [("Y: a\r\n", Rule::FieldMissing), ("X: b\r\n", Rule::FieldValueMismatch), ("X: a\r\nx: a\r\n", Rule::FieldRepeated)]
    {
        let outcome = Check::new(spec).request(&format!("GET / HTTP/1.1\r\n{head}\r\n")).run();
        let rules: Vec<Rule> = outcome.findings.iter().map(|f| f.rule).collect();
        assert_eq!(rules, [rule], "{head:?}");
    }
}

#[test]
fn parts_of_the_start_line() {
    for (part, value, met, violated) in [
        ("method", "GET", "GET / HTTP/1.1", "HEAD / HTTP/1.1"),
        ("target", "'/a?b=c'", "GET /a?b=c HTTP/1.1", "GET /a HTTP/1.1"),
        ("path", "/a", "GET /a?b HTTP/1.1", "GET /ab HTTP/1.1"),
        ("query", "{ b: c d }", "GET /?x&b=c%20d HTTP/1.1", "GET /?b=c HTTP/1.1"),
        ("query", "{ b: c }", "GET /?b=c HTTP/1.1", "GET /?b=c&b=c HTTP/1.1"),
        ("version", "HTTP/1.1", "GET / HTTP/1.1", "GET / HTTP/1.0"),
    ] {
        let spec = format!("hops:\n  h:\n    request:\n      {part}: {value}\n");
        let subject = if part == "query" { "request.query.b".to_owned() } else { format!("request.{part}") };
        assert_eq!(verdict(&spec, &format!("{met}\r\n\r\n"), &subject), Verdict::Met, "{part} {met}");
        assert_eq!(verdict(&spec, &format!("{violated}\r\n\r\n"), &subject), Verdict::Violated, "{part} {violated}");
    }
}

#[test]
fn parts_of_the_status_line() {
    for (part, value, met, violated) in [
        ("status", "200", "HTTP/1.1 200 OK", "HTTP/1.1 500 OK"),
        ("status", "{ at_least: 200, at_most: 299 }", "HTTP/1.1 204 No", "HTTP/1.1 301 Moved"),
        ("reason", "OK", "HTTP/1.1 200 OK", "HTTP/1.1 200 Fine"),
        ("version", "HTTP/1.1", "HTTP/1.1 200 OK", "HTTP/1.0 200 OK"),
    ] {
        let spec = format!("hops:\n  h:\n    response:\n      {part}: {value}\n");
        let subject = format!("response.{part}");
        let run = |line: &str| {
            let check = Check::new(&spec)
                .request("GET / HTTP/1.1\r\n\r\n")
                .response(&format!("{line}\r\nContent-Length: 0\r\n\r\n"), b"");
            check.verdict(&subject)
        };
        assert_eq!(run(met), Verdict::Met, "{part} {met}");
        assert_eq!(run(violated), Verdict::Violated, "{part} {violated}");
    }
}

#[test]
fn content_codings_are_undone_or_inconclusive() {
    use std::io::Write as _;
    let spec = "hops:\n  h:\n    response:\n      body: { json: { a: 1 }, text: '{\"a\":1}' }\n";
    let gzip = |text: &str| {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(text.as_bytes()).unwrap();
        encoder.finish().unwrap()
    };
    let zlib = |text: &str| {
        let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(text.as_bytes()).unwrap();
        encoder.finish().unwrap()
    };
    let run = |coding: &str, body: &[u8]| {
        let head = format!("HTTP/1.1 200 OK\r\nContent-Encoding: {coding}\r\nContent-Length: {}\r\n\r\n", body.len());
        let check = Check::new(spec).request("GET / HTTP/1.1\r\n\r\n").response(&head, body);
        (check.verdict("response.body.json.a"), check.verdict("response.body.text"))
    };
    let (right, wrong) = ("{\"a\":1}", "{\"a\":2}");
    assert_eq!(run("gzip", &gzip(right)), (Verdict::Met, Verdict::Met));
    assert_eq!(run("GZIP", &gzip(wrong)), (Verdict::Violated, Verdict::Violated));
    assert_eq!(run("deflate", &zlib(right)), (Verdict::Met, Verdict::Met));
    assert_eq!(run("identity, gzip", &gzip(right)), (Verdict::Met, Verdict::Met));
    assert_eq!(run("br", b"\x1b\x00"), (Verdict::Inconclusive, Verdict::Inconclusive));
    assert_eq!(run("gzip", b"no gzip"), (Verdict::Inconclusive, Verdict::Inconclusive));
    // A bomb: 32 MiB of blanks.
    assert_eq!(run("gzip", &gzip(&" ".repeat(32 << 20))), (Verdict::Inconclusive, Verdict::Inconclusive));
}

#[test]
fn bodies() {
    for (body, subject, met, violated) in [
        ("text: hello", "response.body.text", "hello", "hullo"),
        ("length: 5", "response.body.length", "hello", "hell"),
        ("sha256: 2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824", "response.body.sha256", "hello", "hullo"),
        ("json: { 'a[-1].b': 2 }", "response.body.json.a[-1].b", "{\"a\":[{},{\"b\":2}]}", "{\"a\":[{\"b\":2},{}]}"),
        ("json: { a: x }", "response.body.json.a", "{\"a\":\"x\"}", "no json"),
        ("json: { a: x }", "response.body.json.a", "{\"a\":\"x\"}", "{\"a\":\"x\",\"a\":\"x\"}"),
    ] {
        let spec = format!("hops:\n  h:\n    response:\n      body: {{ {body} }}\n");
        let run = |text: &str| {
            let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", text.len());
            Check::new(&spec).request("GET / HTTP/1.1\r\n\r\n").response(&head, text.as_bytes()).verdict(subject)
        };
        assert_eq!(run(met), Verdict::Met, "{body}");
        assert_eq!(run(violated), Verdict::Violated, "{body}");
    }
}

#[test]
fn a_param_stands_for_any_json_scalar() {
    let spec = "params: { n: { is: integer }, o: { optional: true } }\nhops:\n  h:\n    response:\n      body: { json: { a: '${n}', b: '${n}', c: '${o}', d: '${dst.port}' } }\n";
    let run = |body: &str, params: &[(&str, &str)], subject: &str| {
        let check = Check::new(spec).params(params).request("GET / HTTP/1.1\r\n\r\n");
        check.response("HTTP/1.1 200 OK\r\n\r\n", body.as_bytes()).verdict(&format!("response.body.json.{subject}"))
    };
    let body = r#"{"a": 7, "b": 7, "c": 1, "d": 8000}"#;
    for (params, body, subject, verdict) in [
        (&[][..], body, "a", Verdict::Met),
        (&[], body, "b", Verdict::Met),
        (&[], r#"{"a": 7, "b": 8}"#, "b", Verdict::Violated),
        (&[], r#"{"a": true}"#, "a", Verdict::Violated),
        (&[("n", "7")], body, "a", Verdict::Met),
        (&[("n", "8")], body, "a", Verdict::Violated),
        (&[], body, "c", Verdict::NotObserved),
        (&[], body, "d", Verdict::Met),
    ] {
        assert_eq!(run(body, params, subject), verdict, "{params:?} {body} {subject}");
    }
}
