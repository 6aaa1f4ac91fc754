//! `absent`, `others`, `order`, `name_case`, `count`: what is said of a head or a hop as a whole.

use super::driver::{Check, verdict};
use crate::finding::{Rule, Verdict};
use crate::spec::Severity;

fn request(head: &str) -> String {
    format!("GET / HTTP/1.1\r\n{head}\r\n")
}

#[test]
fn absent_names_and_patterns() {
    let spec = "hops:\n  h:\n    request:\n      absent: [Via, X-Forwarded-*]\n";
    assert_eq!(verdict(spec, &request("Host: a\r\n"), "request.header.Via"), Verdict::Met);
    assert_eq!(verdict(spec, &request("via: x\r\n"), "request.header.Via"), Verdict::Violated);
    let outcome = Check::new(spec).request(&request("x-forwarded-for: 1\r\nX-Forwarded-Port: 2\r\n")).run();
    let subjects: Vec<&str> = outcome.findings.iter().map(|f| f.subject.as_str()).collect();
    assert_eq!(subjects, ["request.header.X-Forwarded-Port", "request.header.x-forwarded-for"]);
    assert!(outcome.findings.iter().all(|f| f.rule == Rule::FieldUnexpected));
}

#[test]
fn others_are_what_nothing_names() {
    let spec = "hops:\n  h:\n    request:\n      headers: { Host: { present: true }, X: { optional: true, is: ip } }\n      others: error\n";
    assert_eq!(verdict(spec, &request("Host: a\r\nx: ::1\r\n"), "request.others"), Verdict::Met);
    let outcome = Check::new(spec).request(&request("Host: a\r\nAccept: b\r\nACCEPT: c\r\n")).run();
    assert_eq!(outcome.findings.len(), 1);
    assert_eq!(outcome.findings[0].subject, "request.header.Accept");
    assert_eq!(outcome.findings[0].severity, Severity::Error);
    let warning = spec.replace("others: error", "others: warning");
    let outcome = Check::new(&warning).request(&request("Host: a\r\nAccept: b\r\n")).run();
    assert_eq!(outcome.findings[0].severity, Severity::Warning);
}

#[test]
fn other_parts_of_a_value_can_be_a_warning() {
    let spec = "hops:\n  h:\n    request:\n      headers:\n        X: { pairs: { a: '1' }, others: warning }\n";
    let severities = |value: &str| {
        let outcome = Check::new(spec).request(&request(&format!("X: {value}\r\n"))).run();
        outcome.findings.iter().map(|f| f.severity).collect::<Vec<_>>()
    };
    assert_eq!(severities("a=1"), []);
    assert_eq!(severities("a=1;b=2"), [Severity::Warning]);
    assert_eq!(severities("a=2;b=2"), [Severity::Error]);
}

#[test]
fn order_of_the_named_and_of_others() {
    let named = "hops:\n  h:\n    request:\n      order: [A, B]\n";
    assert_eq!(verdict(named, &request("A: 1\r\nX: 1\r\nB: 1\r\n"), "request.order"), Verdict::Met);
    assert_eq!(verdict(named, &request("B: 1\r\nA: 1\r\n"), "request.order"), Verdict::Violated);
    // One of them alone has no order.
    assert_eq!(verdict(named, &request("B: 1\r\n"), "request.order"), Verdict::NotObserved);
    let top = "hops:\n  h:\n    request:\n      order: [A, others]\n";
    assert_eq!(verdict(top, &request("A: 1\r\nX: 1\r\n"), "request.order"), Verdict::Met);
    assert_eq!(verdict(top, &request("X: 1\r\nA: 1\r\n"), "request.order"), Verdict::Violated);
    let end = "hops:\n  h:\n    request:\n      order: [others, Z]\n";
    assert_eq!(verdict(end, &request("X: 1\r\nZ: 1\r\n"), "request.order"), Verdict::Met);
    assert_eq!(verdict(end, &request("Z: 1\r\nX: 1\r\n"), "request.order"), Verdict::Violated);
}

#[test]
fn case_of_names() {
    let exact = "hops:\n  h:\n    request:\n      headers: { X-Id: a }\n      name_case: exact\n";
    assert_eq!(verdict(exact, &request("X-Id: a\r\n"), "request.name_case"), Verdict::Met);
    let outcome = Check::new(exact).request(&request("x-id: a\r\n")).run();
    assert_eq!(
        (outcome.findings[0].rule, outcome.findings[0].subject.as_str()),
        (Rule::FieldNameCase, "request.header.X-Id"),
        "as the spec writes it"
    );
    let lower = "hops:\n  h:\n    request:\n      name_case: lower\n";
    assert_eq!(verdict(lower, &request("x-id: a\r\n"), "request.name_case"), Verdict::Met);
    assert_eq!(verdict(lower, &request("X-id: a\r\n"), "request.name_case"), Verdict::Violated);
}

#[test]
fn case_of_one_name() {
    let spec = |fields: &str, message: &str| format!("hops:\n  h:\n    request:\n      headers: {{ {fields} }}\n{message}");
    let told = |spec: &str, head: &str| {
        let findings = Check::new(spec).request(&request(head)).run().findings;
        findings.into_iter().map(|f| (f.rule, f.subject, f.expected.unwrap_or_default())).collect::<Vec<_>>()
    };
    let one = |subject: &str, expected: &str| vec![(Rule::FieldNameCase, subject.to_owned(), expected.to_owned())];
    let exact = spec("X-Id: { name_case: exact, equals: a }, Host: { present: true }", "");
    assert_eq!(told(&exact, "X-Id: a\r\nhost: b\r\n"), []);
    assert_eq!(told(&exact, "x-id: a\r\nhost: b\r\n"), one("request.header.X-Id", "the name `X-Id`"));
    let lower = spec("X-Id: { name_case: lower }", "");
    assert_eq!(told(&lower, "x-id: a\r\n"), []);
    assert_eq!(told(&lower, "X-Id: a\r\n"), one("request.header.X-Id", "the name `x-id`"));
    // It stands for what the message says of all.
    let but_one = spec("Host: { name_case: any, present: true }, X: a", "      name_case: lower\n");
    assert_eq!(told(&but_one, "Host: b\r\nx: a\r\n"), []);
    assert_eq!(told(&but_one, "Host: b\r\nX: a\r\n"), one("request.header.X", "a name in lower case"));
    let but_two = spec("Host: { name_case: lower, present: true }, X: a", "      name_case: exact\n");
    assert_eq!(told(&but_two, "host: b\r\nX: a\r\n"), []);
    assert_eq!(told(&but_two, "Host: b\r\nx: a\r\n").len(), 2);
}

#[test]
fn a_name_that_is_not_there_has_no_case() {
    let spec = "hops:\n  h:\n    request:\n      headers: { X-Id: { name_case: exact, optional: true } }\n";
    let verdicts = |check: Check| {
        let outcome = check.run();
        outcome.specs[0].hops[0].expectations.iter().map(|e| e.verdict).collect::<Vec<_>>()
    };
    let not_there = [Verdict::NotObserved, Verdict::NotObserved];
    assert_eq!(verdicts(Check::new(spec).request(&request("Host: a\r\n"))), not_there);
    assert_eq!(verdicts(Check::new(spec).request(&request("X-Id: a\r\n"))), [Verdict::Met, Verdict::Met]);
    let cut = Check::new(spec).cut_request("GET / HTTP/1.1\r\nHost: a\r\nAcce");
    assert_eq!(verdicts(cut)[1], Verdict::Inconclusive);
    let of_all = "hops:\n  h:\n    request:\n      headers: { X-Id: { optional: true, is: ip } }\n      name_case: exact\n";
    assert_eq!(verdicts(Check::new(of_all).request(&request("Host: a\r\n"))), not_there);
}

#[test]
fn count_of_a_hop() {
    let spec = |count: &str| format!("hops:\n  h:\n    select: {{ request: {{ path: /a }} }}\n    count: {count}\n");
    let a = "GET /a HTTP/1.1\r\n\r\n";
    let b = "GET /b HTTP/1.1\r\n\r\n";
    assert_eq!(Check::new(&spec("1")).request(a).verdict("hop"), Verdict::Met);
    assert_eq!(Check::new(&spec("2")).request(a).verdict("hop"), Verdict::Violated);
    assert_eq!(Check::new(&spec("{ at_least: 2 }")).request(a).request(a).verdict("hop"), Verdict::Met);
    assert_eq!(Check::new(&spec("{ at_most: 1 }")).request(a).request(a).verdict("hop"), Verdict::Violated);
    // Traffic that must not be seen: met only where other messages were decoded.
    assert_eq!(Check::new(&spec("0")).request(b).verdict("hop"), Verdict::Met);
    assert_eq!(Check::new(&spec("0")).request(a).verdict("hop"), Verdict::Violated);
    assert_eq!(Check::new(&spec("0")).verdict("hop"), Verdict::NotObserved);
    let unseen = Check::new(&spec("1")).request(b).run();
    assert_eq!(unseen.findings[0].rule, Rule::HopNotObserved);
    assert_eq!(unseen.exit_code, crate::exit::NOTHING_JUDGED);
}

#[test]
fn a_cut_head_shows_no_absence() {
    let spec = "hops:\n  h:\n    request:\n      headers: { Host: a, X: b }\n      absent: [Via]\n";
    let check = Check::new(spec).cut_request("GET / HTTP/1.1\r\nHost: a\r\nAcce");
    assert_eq!(check.verdict("request.header.Host"), Verdict::Met);
    assert_eq!(check.verdict("request.header.X"), Verdict::Inconclusive);
    assert_eq!(check.verdict("request.header.Via"), Verdict::Inconclusive);
    let orders = "hops:\n  h:\n    request:\n      order: [Host, X]\n      name_case: lower\n";
    let check = Check::new(orders).cut_request("GET / HTTP/1.1\r\nhost: a\r\nx: b\r\nAcce");
    assert_eq!(check.verdict("request.order"), Verdict::Inconclusive);
    let check = Check::new(orders).cut_request("GET / HTTP/1.1\r\nhost: a\r\nx: b\r\nacce");
    assert_eq!(check.verdict("request.name_case"), Verdict::Inconclusive);
    let there = Check::new(spec).cut_request("GET / HTTP/1.1\r\nHost: a\r\nVia: x\r\nAcce");
    assert_eq!(there.verdict("request.header.Via"), Verdict::Violated);
}

#[test]
fn a_line_that_is_cut_shows_nothing() {
    let spec = "hops:\n  h:\n    request:\n      headers: { Host: { is: ip, bind: host }, X: '${host}' }\n      others: error\n      order: [Host, X, others]\n      name_case: lower\n";
    // More of the value may have followed, right or wrong.
    for host in ["10.0.0.1", "10.0."] {
        let check = Check::new(spec).cut_request(&format!("GET / HTTP/1.1\r\nX: 10.0.0.1\r\nHost: {host}"));
        assert_eq!(check.verdict("request.header.Host"), Verdict::Inconclusive, "{host}");
        assert_eq!(check.verdict("request.header.X"), Verdict::Inconclusive, "{host}");
    }
    // With its line end it is whole.
    let whole = |host| Check::new(spec).cut_request(&format!("GET / HTTP/1.1\r\nHost: {host}\r\n"));
    assert_eq!(whole("10.0.0.1").verdict("request.header.Host"), Verdict::Met);
    assert_eq!(whole("10.0.").verdict("request.header.Host"), Verdict::Violated);
    // What is left of a name is none.
    let name = Check::new(spec).cut_request("GET / HTTP/1.1\r\nhost: 10.0.0.1\r\nX-Mo");
    assert_eq!(name.verdict("request.others"), Verdict::Inconclusive);
    assert_eq!(name.run().findings.iter().filter(|f| f.rule == Rule::FieldUnexpected).count(), 0);
    // What was met before on whole heads is not met by the beginning of a value.
    let memo =
        Check::new(spec).request("GET / HTTP/1.1\r\nHost: 10.0.0.1\r\n\r\n").cut_request("GET / HTTP/1.1\r\nHost: 10.0.0.1");
    let counts = memo.run().specs[0].hops[0].expectations.iter().find(|e| e.subject == "request.header.Host").unwrap().counts;
    assert_eq!((counts.met, counts.inconclusive), (1, 1));
}

#[test]
fn a_value_that_is_cut_shows_only_that_it_is_there() {
    let spec = |x: &str| format!("hops:\n  h:\n    request:\n      path: /a\n      headers: {{ X: {x} }}\n");
    let of = |x: &str, head: &str| Check::new(&spec(x)).cut_request(head).verdict("request.header.X");
    for x in ["10.0.0.1", "{ is: ip }", "{ contains: zz }"] {
        assert_eq!(of(x, "GET /a HTTP/1.1\r\nX: 10.0.0.1"), Verdict::Inconclusive, "{x}");
    }
    assert_eq!(of("{ present: true }", "GET /a HTTP/1.1\r\nX: 10.0.0.1"), Verdict::Met);
    assert_eq!(of("10.0.0.1", "GET /a HTTP/1.1\r\nX: 10.0.0.1\r\n"), Verdict::Met, "the line is whole");
    assert_eq!(of("10.0.0.1", "GET /a HTTP/1.1\r\nX: 10.0.0.2\r\n"), Verdict::Violated, "the line is whole");
    // What was met on a whole line is no memory for a cut one.
    let after = Check::new(&spec("10.0.0.1")).request("GET /a HTTP/1.1\r\nX: 10.0.0.1\r\n\r\n");
    let outcome = after.cut_request("GET /a HTTP/1.1\r\nX: 10.0.0.1").run();
    let x = outcome.specs[0].hops[0].expectations.iter().find(|e| e.subject == "request.header.X").unwrap();
    assert_eq!((x.counts.met, x.counts.inconclusive), (1, 1));
    let start = Check::new(&spec("a")).cut_request("GET /a");
    assert_eq!(start.verdict("request.path"), Verdict::Inconclusive);
}

#[test]
fn names_of_any_length_are_found() {
    for length in [127, 128, 129, 500] {
        let name = "x".repeat(length);
        let spec = format!("hops:\n  h:\n    request:\n      headers:\n        {name}: a\n");
        let longer = format!("GET / HTTP/1.1\r\n{name}y: a\r\n\r\n");
        let check = Check::new(&spec).request(&longer).request(&format!("GET / HTTP/1.1\r\n{name}: a\r\n\r\n"));
        let counts = check.run().specs[0].hops[0].expectations[0].counts;
        assert_eq!((counts.met, counts.violated), (1, 1), "{length}");
    }
}
