//! Suggestions: the narrowest change that is known to be right, proven by making it.

use super::driver::Check;
use crate::finding::{Finding, Outcome, Verdict};

/// A finding as it is told apart from others.
fn of(finding: &Finding) -> (&'static str, &str, Option<u32>) {
    (finding.rule.id(), &finding.subject, finding.spec.as_ref().map(|place| place.line))
}

/// Makes every suggested change by itself: its finding is gone, and no other has come. What was suggested, in order.
#[track_caller]
fn accept(check: &Check, spec: &str) -> Vec<String> {
    let before = check.run();
    let has = |outcome: &Outcome, finding: &Finding| outcome.findings.iter().any(|other| of(other) == of(finding));
    assert!(!before.findings.is_empty(), "nothing was found\n{spec}");
    let mut told = Vec::new();
    for finding in &before.findings {
        let Some(suggestion) = &finding.suggestion else {
            told.push("-".to_owned());
            continue;
        };
        let changed = suggestion.applied(spec);
        let after = check.clone().against(&changed).run();
        let same = |other: &&Finding| (other.rule, &other.subject) == (finding.rule, &finding.subject);
        let (was, is) = (before.findings.iter().filter(same).count(), after.findings.iter().filter(same).count());
        assert!(is < was, "{:?} did not go away:\n{changed}\n{:#?}", suggestion.text, after.findings);
        let new: Vec<_> = after.findings.iter().filter(|other| other.rule.id() != "evidence-inconclusive").collect();
        for other in new {
            let known = before.findings.iter().any(|known| (known.rule, &known.subject) == (other.rule, &other.subject));
            assert!(known || has(&before, other), "{:?} made a finding: {other:#?}\n{changed}", suggestion.text);
        }
        told.push(match suggestion.start == suggestion.end {
            true => format!("+ {}", suggestion.text.trim().trim_matches([',', ' '])),
            false if suggestion.text.is_empty() => {
                let removed = &spec[suggestion.start as usize..suggestion.end as usize];
                format!("remove {}", removed.trim().trim_matches([',', ' ']))
            }
            false => suggestion.text.clone(),
        });
    }
    told
}

/// What is suggested where a request's field `X` has these values (`|` between exchanges, `&` between lines).
#[track_caller]
fn field(value: &str, seen: &str) -> String {
    let spec = format!("hops:\n  h:\n    request:\n      headers:\n        Host: {{ present: true }}\n        X: {value}\n");
    let mut check = Check::new(&spec);
    for exchange in seen.split('|') {
        let lines: String = exchange.split('&').filter(|line| !line.is_empty()).map(|line| format!("X: {line}\r\n")).collect();
        check = check.request(&format!("GET / HTTP/1.1\r\nHost: a\r\n{lines}\r\n"));
    }
    accept(&check, &spec).join(" / ")
}

/// A row for each value and what was seen.
fn table(rows: &[(&str, &str)]) -> String {
    rows.iter().map(|(value, seen)| format!("{value} ← {seen}\n    {}\n", field(value, seen))).collect()
}

#[test]
fn texts() {
    insta::assert_snapshot!(table(&[
        // One value, and never the right one: it is this one.
        ("close", "keep-alive"),
        ("close", "*/*"),
        ("close", "a: b"),
        ("close", "${x}"),
        ("'\"abc\"'", "\"def\""),
        ("80", "443"),
        // The right one was there, too.
        ("close", "close|keep-alive"),
        ("close", "keep-alive|upgrade"),
        ("10.0.0.1", "10.0.0.2|10.0.0.3"),
        ("10.0.0.1", "10.0.0.1|10.0.0.2"),
        ("abc1", "abc1|abc2|abc3|abc4|abc5|abc6"),
        // Too many to name, with nothing in common.
        ("a", "b|c|d|e|f|g|h"),
        ("{ equals: close, why: because }", "keep-alive"),
        ("{ equals: close, why: because }", "close|keep-alive"),
        ("{ one_of: [http, https] }", "ftp"),
        ("{ one_of: [http, 'a, b'] }", "http|*"),
        ("{ prefix: AmazonAPI_ }", "AmazonCloud"),
        ("{ prefix: probe/ }", "curl"),
        ("{ prefix: probe/ }", "probe/1|curl"),
        ("{ regex: '[a-z]+' }", "abc|A1"),
        ("{ is: port }", "80|none"),
        ("{ is: private-ip }", "8.8.8.8"),
        ("{ at_most: 5 }", "7|9"),
        ("{ at_least: 5 }", "6|3"),
        ("{ any: [{ is: ip }, { equals: none }] }", "unknown"),
        ("{ not: { prefix: a } }", "abc"),
    ]), @r#"
    close ← keep-alive
        X: keep-alive
    close ← */*
        X: '*/*'
    close ← a: b
        X: 'a: b'
    close ← ${x}
        X: '$${x}'
    '"abc"' ← "def"
        X: '"def"'
    80 ← 443
        X: 443
    close ← close|keep-alive
        X: { one_of: [close, keep-alive] }
    close ← keep-alive|upgrade
        X: { one_of: [keep-alive, upgrade] }
    10.0.0.1 ← 10.0.0.2|10.0.0.3
        X: { is: private-ip }
    10.0.0.1 ← 10.0.0.1|10.0.0.2
        X: { is: private-ip }
    abc1 ← abc1|abc2|abc3|abc4|abc5|abc6
        X: { prefix: abc }
    a ← b|c|d|e|f|g|h
        -
    { equals: close, why: because } ← keep-alive
        X: { equals: keep-alive, why: because }
    { equals: close, why: because } ← close|keep-alive
        X: { one_of: [close, keep-alive], why: because }
    { one_of: [http, https] } ← ftp
        X: { one_of: [http, https, ftp] }
    { one_of: [http, 'a, b'] } ← http|*
        X: { one_of: [http, 'a, b', '*'] }
    { prefix: AmazonAPI_ } ← AmazonCloud
        X: { prefix: Amazon }
    { prefix: probe/ } ← curl
        X: { equals: curl }
    { prefix: probe/ } ← probe/1|curl
        X: { any: [{ prefix: probe/ }, { equals: curl }] }
    { regex: '[a-z]+' } ← abc|A1
        X: { any: [{ regex: '[a-z]+' }, { equals: A1 }] }
    { is: port } ← 80|none
        X: { any: [{ is: port }, { equals: none }] }
    { is: private-ip } ← 8.8.8.8
        X: { is: ip }
    { at_most: 5 } ← 7|9
        X: { at_most: 9 }
    { at_least: 5 } ← 6|3
        X: { at_least: 3 }
    { any: [{ is: ip }, { equals: none }] } ← unknown
        X: { any: [{ is: ip }, { equals: none }, { equals: unknown }] }
    { not: { prefix: a } } ← abc
        -
    "#);
}

#[test]
fn structures() {
    insta::assert_snapshot!(table(&[
        ("{ list: { length: 1, each: { is: ip } } }", "10.0.0.1, 10.0.0.2"),
        ("{ list: { length: 1, each: { is: ip } } }", "8.8.8.8|10.0.0.1, 10.0.0.2"),
        ("{ list: { length: { at_most: 1 } } }", "a|a, b, c"),
        ("{ list: { each: { is: ip } } }", "10.0.0.1|10.0.0.1, unknown"),
        ("{ list: { length: 1, last: a } }", "b, c"),
        ("{ list: { at: { -2: a } } }", "b, c"),
        ("{ list: { first: a } }", "b"),
        ("{ list: { includes: a } }", "b"),
        ("{ pairs: { Root: { is: uuid }, Self: b } }", "Root=x;Self=b"),
        ("{ pairs: { Root: a, Self: b } }", "Root=a"),
        ("{ pairs: { Root: a, Self: { prefix: b } } }", "Root=a"),
        ("{ pairs: { a: '1' }, others: error }", "a=1;b=2"),
        ("{ json: { a: 1, b: x } }", r#"{"a": 2, "b": "x"}"#),
        ("{ json: { a: 1 } }", r#"{"a": 1}|{"a": "1"}"#),
        ("{ json: { a: 1, b: true } }", r#"{"a": 1}"#),
        ("{ all: [{ prefix: a }, { suffix: z }] }", "abc"),
        ("[a, b]", "a&c"),
        ("[a, b]", "a&b|a&c"),
    ]), @r#"
    { list: { length: 1, each: { is: ip } } } ← 10.0.0.1, 10.0.0.2
        X: { list: { length: 2, each: { is: ip } } }
    { list: { length: 1, each: { is: ip } } } ← 8.8.8.8|10.0.0.1, 10.0.0.2
        X: { list: { length: { at_least: 1, at_most: 2 }, each: { is: ip } } }
    { list: { length: { at_most: 1 } } } ← a|a, b, c
        X: { list: { length: { at_most: 3 } } }
    { list: { each: { is: ip } } } ← 10.0.0.1|10.0.0.1, unknown
        X: { list: { each: { any: [{ is: ip }, { equals: unknown }] } } }
    { list: { length: 1, last: a } } ← b, c
        X: { list: { length: 2, last: c } }
    { list: { at: { -2: a } } } ← b, c
        X: { list: { at: { -2: b } } }
    { list: { first: a } } ← b
        X: { list: { first: b } }
    { list: { includes: a } } ← b
        -
    { pairs: { Root: { is: uuid }, Self: b } } ← Root=x;Self=b
        X: { pairs: { Root: { equals: x }, Self: b } }
    { pairs: { Root: a, Self: b } } ← Root=a
        X: { pairs: { Root: a, Self: { equals: b, optional: true } } }
    { pairs: { Root: a, Self: { prefix: b } } } ← Root=a
        X: { pairs: { Root: a, Self: { prefix: b, optional: true } } }
    { pairs: { a: '1' }, others: error } ← a=1;b=2
        -
    { json: { a: 1, b: x } } ← {"a": 2, "b": "x"}
        X: { json: { a: 2, b: x } }
    { json: { a: 1 } } ← {"a": 1}|{"a": "1"}
        X: { json: { a: { one_of: [1, '1'] } } }
    { json: { a: 1, b: true } } ← {"a": 1}
        X: { json: { a: 1, b: { equals: true, optional: true } } }
    { all: [{ prefix: a }, { suffix: z }] } ← abc
        X: { all: [{ prefix: a }, { equals: abc }] }
    [a, b] ← a&c
        X: [a, c]
    [a, b] ← a&b|a&c
        -
    "#);
}

#[test]
fn what_is_not_there_or_too_often() {
    insta::assert_snapshot!(table(&[
        ("close", ""),
        ("'*/*'", ""),
        ("{ one_of: [a, b] }", "a|"),
        ("{ present: true }", ""),
        ("[a, b]", ""),
        ("a", "a&a"),
        ("a", "a|a&a"),
        ("a", "a&b"),
        ("a", "a|a&b"),
        ("{ is: ip }", "10.0.0.1|10.0.0.1&10.0.0.2"),
        ("{ is: ip }", "10.0.0.1&unknown"),
        ("{ lines: { length: 1, each: a } }", "a&a"),
    ]), @r#"
    close ← 
        X: { equals: close, optional: true }
    '*/*' ← 
        X: { equals: '*/*', optional: true }
    { one_of: [a, b] } ← a|
        X: { one_of: [a, b], optional: true }
    { present: true } ← 
        remove X: { present: true }
    [a, b] ← 
        X: { lines: { equals: [a, b] }, optional: true }
    a ← a&a
        X: [a, a]
    a ← a|a&a
        X: { equals: a, present: true }
    a ← a&b
        X: [a, b]
    a ← a|a&b
        X: { one_of: [a, b], present: true }
    { is: ip } ← 10.0.0.1|10.0.0.1&10.0.0.2
        X: { is: ip, present: true }
    { is: ip } ← 10.0.0.1&unknown
        -
    { lines: { length: 1, each: a } } ← a&a
        X: { lines: { length: 2, each: a } }
    "#);
    // A finding for what is missing, another for what is wrong: each goes by its own change.
    assert_eq!(field("a", "a||b"), "X: { equals: a, optional: true } / X: { one_of: [a, b] }");
}

#[test]
fn in_block_style() {
    let spec = "\
hops:
  h:
    request:
      headers:
        User-Agent:
          equals: old
          why: because
        X:
          prefix: abc
          reference: 0
      absent:
        - Via
        - Forwarded
references: [{ title: a }]
";
    let check = Check::new(spec)
        .request("GET / HTTP/1.1\r\nUser-Agent: new\r\nX: abc\r\nVia: 1.1 p\r\n\r\n")
        .request("GET / HTTP/1.1\r\nUser-Agent: new\r\n\r\n");
    assert_eq!(
        accept(&check, spec),
        ["equals: new", "+ optional: true\n          prefix: abc".split('\n').next().unwrap(), "remove - Via"]
    );
}

#[test]
fn holes_leave_open_what_varies() {
    let spec = "\
hops:
  h:
    request:
      headers:
        Id: { bind: id }
        User-Agent: AmazonAPIGateway_${id}
        X: '${id}'
        Y: { equals: '${id}', why: because }
";
    let check = Check::new(spec)
        .request("GET / HTTP/1.1\r\nId: a1\r\nUser-Agent: AmazonAPIGateway_b2\r\nX: a1\r\nY: a1\r\n\r\n")
        .request("GET / HTTP/1.1\r\nId: a1\r\nUser-Agent: AmazonAPIGateway_a1\r\nX: b2\r\nY: b2\r\n\r\n");
    assert_eq!(
        accept(&check, spec),
        [
            "User-Agent: { prefix: AmazonAPIGateway_ }",
            "X: { one_of: ['${id}', b2] }",
            "Y: { one_of: ['${id}', b2], why: because }"
        ]
    );
}

#[test]
fn of_many_values_what_they_share() {
    let spec = "hops:\n  h:\n    request:\n      headers: { X: a, Y: b, Z: c }\n";
    let mut check = Check::new(spec);
    for n in 0..50 {
        check = check.request(&format!("GET / HTTP/1.1\r\nX: 10.0.0.{n}\r\nY: trace-{n}\r\nZ: {}\r\n\r\n", "x".repeat(n)));
    }
    assert_eq!(accept(&check, spec), ["X: { is: private-ip }", "Y: { prefix: trace- }", "-"]);
}

#[test]
fn heads_as_a_whole() {
    let request = "GET / HTTP/1.1\r\nb: 1\r\nA: 2\r\nVia: x\r\nMore: y\r\n\r\n";
    let told = |message: &&str| {
        let spec = format!("hops:\n  h:\n    request:\n      {}\n", message.replace("; ", "\n      "));
        format!("{message}\n    {}\n", accept(&Check::new(&spec).request(request), &spec).join(" / "))
    };
    let rows = [
        "absent: [Via, Forwarded]",
        "absent: [Forwarded, Via]",
        "order: [A, B]",
        "order: [A, others]",
        "order: [Via, More, others]",
        "order: [More, Via, Missing]",
        "order: [others, B]",
        "name_case: exact; headers: { B: '1', A: '2' }",
        "name_case: lower",
        "others: error",
        "others: error; headers: { A: '2', B: '1' }",
        "headers: { A: '2', B: '1' }; absent: [Via]; others: error",
    ];
    insta::assert_snapshot!(rows.iter().map(told).collect::<String>(), @r#"
    absent: [Via, Forwarded]
        absent: [Forwarded]
    absent: [Forwarded, Via]
        absent: [Forwarded]
    order: [A, B]
        order: [B, A]
    order: [A, others]
        -
    order: [Via, More, others]
        order: [others, Via, More]
    order: [More, Via, Missing]
        order: [Via, Missing, More]
    order: [others, B]
        order: [B, others]
    name_case: exact; headers: { B: '1', A: '2' }
        headers: { b: '1', A: '2' }
    name_case: lower
        name_case: any / name_case: any / name_case: any
    others: error
        + headers: { A: { equals: 2, optional: true } } / + headers: { More: { equals: y, optional: true } } / + headers: { Via: { equals: x, optional: true } } / + headers: { b: { equals: 1, optional: true } }
    others: error; headers: { A: '2', B: '1' }
        headers: { More: { equals: y, optional: true }, A: '2', B: '1' } / headers: { Via: { equals: x, optional: true }, A: '2', B: '1' }
    headers: { A: '2', B: '1' }; absent: [Via]; others: error
        - / headers: { More: { equals: y, optional: true }, A: '2', B: '1' }
    "#);
    // In another order each time, no order is right.
    let spec = "hops:\n  h:\n    request:\n      order: [A, B, C]\n";
    let check = Check::new(spec)
        .request("GET / HTTP/1.1\r\nB: 1\r\nA: 2\r\nC: 2\r\n\r\n")
        .request("GET / HTTP/1.1\r\nC: 1\r\nA: 2\r\n\r\n");
    assert_eq!(accept(&check, spec), ["-"]);
    // A name that is written in two ways.
    let spec = "hops:\n  h:\n    request:\n      headers: { X-Id: a }\n      name_case: exact\n";
    let check = Check::new(spec).request("GET / HTTP/1.1\r\nx-id: a\r\n\r\n").request("GET / HTTP/1.1\r\nX-Id: a\r\n\r\n");
    assert_eq!(accept(&check, spec), ["name_case: any"]);
}

#[test]
fn start_lines_and_bodies() {
    let spec = "\
hops:
  h:
    request: { method: GET, path: /a, query: { q: '1', missing: x } }
    response:
      status: 200
      body: { json: { a: 1, b: x, c.d: true, e: [1, 2], f: '1', g: { is: uuid } }, length: 1 }
";
    let check = Check::new(spec)
        .request("POST /b?q=2 HTTP/1.1\r\n\r\n")
        .response("HTTP/1.1 404 Not Found\r\n\r\n", br#"{"a": "1", "b": 5, "c": {}, "e": ["a", null], "f": 1, "g": "none"}"#);
    assert_eq!(
        accept(&check, spec),
        [
            "method: POST",
            "path: /b",
            "q: 2",
            "missing: { equals: x, optional: true }",
            "status: 404",
            "a: '1'",
            "b: 5",
            "c.d: { equals: true, optional: true }",
            "e: [a, null]",
            "f: 1",
            "g: { equals: none }",
            "length: 66",
        ]
    );
}

#[test]
fn hops_and_counts() {
    for (count, suggested) in [
        ("3", "count: 2"),
        ("{ at_most: 1 }", "count: { at_least: 0, at_most: 2 }"),
        ("{ at_least: 4 }", "count: { at_least: 2 }"),
    ] {
        let spec = format!("hops:\n  h:\n    count: {count}\n");
        let request = "GET / HTTP/1.1\r\n\r\n";
        assert_eq!(accept(&Check::new(&spec).request(request).request(request), &spec), [suggested]);
    }
}

#[test]
fn variants_are_widened_as_hops_are() {
    let spec = "\
hops:
  h:
    request: { headers: { Host: { present: true } } }
    variants:
      a: { request: { headers: { X: one, Y: one } } }
      b: { request: { absent: [X, Y] } }
";
    let check = Check::new(spec).request("GET / HTTP/1.1\r\nHost: a\r\nX: one\r\nY: two\r\n\r\n");
    assert_eq!(accept(&check, spec).iter().filter(|told| *told == "Y: two").count(), 1);
}

#[test]
fn nothing_secret_or_masked_is_told() {
    let spec = "\
hops:
  h:
    request:
      target: /x
      others: error
      headers:
        Authorization: Basic abc
        X: y
        Host: a.b
        Missing: z
";
    let head = "GET /a?X-Amz-Signature=deadbeefcafe HTTP/1.1\r\nAuthorization: Bearer topsecrettoken\r\nX: has topsecrettoken in it\r\nHost: a.b\r\nCookie: session=HUSHHUSH\r\n\r\n";
    for check in [Check::new(spec).request(head), Check::new(spec).show_secrets().request(head)] {
        let told = accept(&check, spec);
        assert!(
            !told.iter().any(|text| ["topsecret", "HUSH", "deadbeef"].iter().any(|secret| text.contains(secret))),
            "{told:?}"
        );
        let missing = "Missing: { equals: z, optional: true }";
        assert_eq!(told, ["-", "+ Cookie: { regex: '.*', optional: true }", "-", "-", missing]);
    }
    let masked = Check::new(spec).text("GET /x HTTP/1.1\nAuthorization: Basic abc\nMissing: z\nX: zzz-xxxxx\nHost: xxx.c\n\n");
    assert_eq!(accept(&masked, spec), ["-", "-"]);
}

#[test]
fn what_a_mask_left_open_stays_open() {
    let spec = "hops:\n  h:\n    request:\n      headers:\n        X: abc\n";
    let check = Check::new(spec).text("GET / HTTP/1.1\nX: axxx\n\n").request("GET / HTTP/1.1\r\nX: def\r\n\r\n");
    assert_eq!(accept(&check, spec), ["X: { one_of: [abc, def] }", "-"]);
    let after = check.against("hops:\n  h:\n    request:\n      headers:\n        X: { one_of: [abc, def] }\n").run();
    assert_eq!(after.verdict, Verdict::Met);
}

#[test]
fn what_stands_at_two_places_is_not_changed_at_one() {
    let spec = "\
hops:
  a: { select: { request: { path: /a } }, request: { headers: &h { X: one } } }
  b: { select: { request: { path: /b } }, request: { headers: *h } }
";
    let check = Check::new(spec).request("GET /a HTTP/1.1\r\nX: two\r\n\r\n");
    let told: Vec<_> = check.run().findings.iter().filter_map(|f| f.suggestion.clone()).collect();
    assert_eq!(told, []);
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(300))]

    /// Whatever is said of a field, and whatever is seen: a suggestion is right, or there is none.
    #[test]
    fn a_suggestion_is_right_or_there_is_none(
        value in proptest::sample::select(VALUES),
        seen in proptest::collection::vec(proptest::collection::vec(proptest::sample::select(SEEN), 0..3), 1..12),
    ) {
        let spec = format!("hops:\n  h:\n    request:\n      headers:\n        Id: {{ bind: id }}\n        X: {value}\n");
        let mut check = Check::new(&spec);
        for (number, lines) in seen.iter().enumerate() {
            let lines: String = lines.iter().map(|line| format!("X: {line}\r\n")).collect();
            check = check.request(&format!("GET / HTTP/1.1\r\nId: {}\r\n{lines}\r\n", number % 3));
        }
        if !check.run().findings.is_empty() {
            accept(&check, &spec);
        }
    }
}

const VALUES: &[&str] = &[
    "a",
    "'*/*'",
    "'${id}'",
    "id-${id}",
    "[a, b]",
    "{ equals: a, why: 'w: #' }",
    "{ equals: '${id}' }",
    "{ equals: a, ignore_case: true }",
    "{ one_of: [a, '${id}', \"b\"] }",
    "{ prefix: id- }",
    "{ prefix: id-, suffix: x }",
    "{ suffix: 'x' }",
    "{ contains: ', ' }",
    "{ regex: '[a-z]{1,2}' }",
    "{ is: ip }",
    "{ is: private-ip, severity: warning }",
    "{ is: integer, at_least: 2, at_most: 5 }",
    "{ cidr: 10.0.0.0/8 }",
    "{ present: true }",
    "{ present: true, is: ip }",
    "{ optional: true, equals: a }",
    "{ list: { length: 2, each: { is: ip } } }",
    "{ list: { first: a, last: '${id}', at: { 1: b } } }",
    "{ list: { length: { at_most: 1 }, each: { any: [{ is: ip }, { is: ip-port }] } } }",
    "{ lines: { length: 2, each: a } }",
    "{ pairs: { Root: { is: uuid }, Self: { equals: '1', optional: true } } }",
    "{ pairs: { Root: a }, others: error }",
    "{ pairs: { Root: a }, others: warning }",
    "{ json: { a: 1, b: x } }",
    "{ all: [{ prefix: i }, { suffix: x }] }",
    "{ any: [{ is: ip }, a] }",
    "{ not: a }",
    "{ not: { equals: '${id}' }, prefix: id }",
    "{ equals: a, not: { equals: '${id}' } }",
];

const SEEN: &[&str] = &[
    "a",
    "A",
    "b",
    "0",
    "1",
    "7",
    "",
    "*/*",
    "id-1",
    "id-2x",
    "a, b",
    "b, a, b",
    "10.0.0.1",
    "10.0.0.1, 8.8.8.8",
    "8.8.8.8",
    "10.0.0.1:80",
    "Root=a",
    "Root=a;Self=2",
    "Root=b;Root=c",
    "Self=1",
    "{\"a\": 1, \"b\": \"x\"}",
    "{\"a\": \"1\"}",
    "{\"a\": 2, \"b\": [true]}",
    "it's",
    "${id}",
    "x: y #z",
    "\"q\"",
];
