//! `checks`, `when`, `for_each`, and every `${…}` that is more than a path.

use super::driver::Check;
use super::formulas::without_formulas;
use crate::finding::{Outcome, Rule, Verdict};
use crate::spec::{Function, Loaded, parse};

const REQUEST: &str = "GET /a?x=1 HTTP/1.1\r\nHost: app:8000\r\nX-Forwarded-For: 203.0.113.9, 10.0.0.1\r\n\
    X-Forwarded-Port: 443\r\nX-Amzn-Trace-Id: Self=1-5ee5f642-b7ceb780f01cd2f07af9b4d0;Root=1-5ee5f641-b7ceb780f01cd2f07af9b4d0\r\n\
    Cookie: session=s3cret; theme=dark\r\nA: x\r\nA: y\r\n\r\n";
const RESPONSE: &str = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nDate: Sun, 14 Jun 2020 10:04:49 GMT\r\n\r\n";
const BODY: &[u8] = br#"{"n": 3, "f": 1.5, "whole": 2.0, "text": "3", "none": null, "list": ["a", "b"], "yes": true,
    "headers": {"Host": "app", "Accept": "b"}, "multi": {"Host": ["x", "app"], "Accept": ["a", "b"]}, "n s": 1}"#;

fn spec(that: &str) -> String {
    format!(
        "hops:\n  h:\n    request: {{ headers: {{ Host: {{ present: true, bind: host }} }} }}\n    checks:\n      - id: c\n        that: {that}\n"
    )
}

fn exchange(spec: &str) -> Check {
    Check::new(spec).request(REQUEST).response(RESPONSE, BODY)
}

/// What is said of a condition: the same whether its formula works it out or the interpreter.
fn verdict(that: &str) -> Verdict {
    let said = || exchange(&spec(&format!("'{}'", that.replace('\'', "''")))).verdict("check.c");
    let by_formula = said();
    assert_eq!(without_formulas(said), by_formula, "{that}");
    by_formula
}

/// The messages of a spec that does not load.
fn refused(that: &str) -> Option<String> {
    let text = spec(&format!("'{}'", that.replace('\'', "''")));
    match parse("specs/t.yaml", "t", text.as_bytes()) {
        Ok(Loaded::Spec(_)) => None,
        Ok(Loaded::NotASpec) => panic!("{text}"),
        Err(errors) => Some(errors.iter().map(|e| e.message.clone()).collect::<Vec<_>>().join("; ")),
    }
}

#[test]
fn what_holds_and_what_does_not() {
    // Each row: what is true of the exchange, and what is not.
    for (holds, fails) in [
        ("request.method == \"GET\"", "request.method == \"POST\""),
        ("request.method != \"POST\"", "request.method != \"GET\""),
        ("response.status == 200", "response.status == 404"),
        ("response.status >= 200 && response.status < 300", "response.status > 200 || response.status < 200"),
        ("src.ip == \"10.0.1.5\" && dst.port == 8000", "dst.port == 80"),
        ("host == \"app:8000\"", "host == \"app\""),
        ("host.port() == dst.port", "host.port() != dst.port"),
        ("!(request.method == \"POST\")", "!(request.method == \"GET\")"),
        ("request.method in [\"GET\", \"HEAD\"]", "request.method in [\"POST\"]"),
        (
            "\"10.0.0.1\" in request.header(\"X-Forwarded-For\").members()",
            "\"10.0.0.2\" in request.header(\"X-Forwarded-For\").members()",
        ),
        ("request.header(\"X-Forwarded-For\").members().size() == 2", "size(request.header(\"X-Forwarded-For\").members()) == 3"),
        (
            "request.header(\"X-Forwarded-For\").members()[-1].startsWith(\"10.\")",
            "request.header(\"X-Forwarded-For\").members()[0].startsWith(\"10.\")",
        ),
        ("request.has_header(\"host\")", "request.has_header(\"Via\")"),
        ("request.has_header(\"Host\") && !request.has_header(\"Via\")", "!request.has_header(\"Host\")"),
        (
            "request.header(\"X-Amzn-Trace-Id\").pair(\"Self\").epoch() - request.header(\"X-Amzn-Trace-Id\").pair(\"Root\").epoch() <= 1",
            "request.header(\"X-Amzn-Trace-Id\").pair(\"Self\").epoch() == request.header(\"X-Amzn-Trace-Id\").pair(\"Root\").epoch()",
        ),
        ("response.header(\"Date\").epoch() == time.epoch()", "response.header(\"Date\").epoch() > time.epoch()"),
        ("time >= timestamp(\"2020-06-14T10:04:49Z\")", "time > timestamp(\"2020-06-14T10:04:49Z\")"),
        (
            "time - timestamp(\"2020-06-14T10:04:39Z\") == duration(\"10s\")",
            "time + duration(\"1s\") == timestamp(\"2020-06-14T10:04:49Z\")",
        ),
        ("int(request.header(\"X-Forwarded-Port\")) == 443", "int(request.header(\"X-Forwarded-Port\")) == dst.port"),
        ("string(dst.port) == \"8000\"", "string(dst.port) == \"80\""),
        ("response.json.n == 3", "response.json.n == 4"),
        ("response.json.n * 2 + 1 == 7 && 7 / 2 == response.json.n && 7 % 2 == 1", "-response.json.n == 3"),
        ("response.json.f == 1.5 && response.json.f < 2.0", "response.json.f > 2.0"),
        ("response.json.whole == 2 && response.json.whole < response.json.n", "response.json.whole == 3"),
        ("response.json.none == null", "response.json.text == null"),
        ("response.json.yes", "!response.json.yes"),
        ("response.json[\"n s\"] == 1", "response.json[\"n s\"] == 2"),
        ("has(response.json.n) && !has(response.json.absent)", "has(response.json.absent)"),
        ("response.json.list == [\"a\", \"b\"]", "response.json.list == [\"b\", \"a\"]"),
        ("response.json.list.all(x, x < \"c\")", "response.json.list.all(x, x == \"a\")"),
        ("response.json.list.exists(x, x == \"b\")", "response.json.list.exists(x, x == \"c\")"),
        ("response.json.list.exists_one(x, x == \"b\")", "response.json.list.exists_one(x, x < \"c\")"),
        ("response.json.list.map(x, x + \"1\") == [\"a1\", \"b1\"]", "response.json.list.map(x, x + \"1\") == [\"a1\"]"),
        ("response.json.list.filter(x, x != \"a\") == [\"b\"]", "response.json.list.filter(x, true).size() == 1"),
        (
            "response.json.headers.all(k, response.json.headers[k] == response.json.multi[k][1])",
            "response.json.headers.all(k, k == \"Host\")",
        ),
        ("request.headers.exists(h, h.name == \"A\" && h.value == \"y\")", "request.headers.exists(h, h.name == \"a\")"),
        ("request.headers.filter(h, h.name.lower() == \"a\").size() == 2", "request.headers.size() == 1"),
        ("request.headers[0].name == \"Host\"", "request.headers[0].name == \"A\""),
        ("request.path.matches(\"^/[a-z]$\")", "request.path.matches(\"^/[0-9]$\")"),
        ("host.contains(\":\") && host.endsWith(\"0\")", "host.contains(\"/\")"),
        ("(dst.port == 8000 ? \"a\" : \"b\") == \"a\"", "(dst.port == 80 ? \"a\" : \"b\") == \"a\""),
        (
            "(dst.port == 8000 ? host : request.path).lower().host() == \"app\"",
            "(dst.port == 80 ? host : request.path).lower() == host",
        ),
        ("response.body.sha256().size() == 64", "response.body.md5() == response.body.sha256()"),
    ] {
        assert_eq!(verdict(holds), Verdict::Met, "{holds}");
        assert_eq!(verdict(fails), Verdict::Violated, "{fails}");
    }
}

/// What CEL or YAML alone would take for true, or for false, without evidence: each is refused, or inconclusive.
#[test]
fn no_silent_truth() {
    let inconclusive = [
        // Missing equals nothing, not even what is missing too.
        "request.header(\"X-None\") == request.header(\"X-Nothing\")",
        "request.header(\"X-None\") != \"x\"",
        "!(request.header(\"X-None\") == \"x\")",
        "response.json.absent == response.json.missing",
        "response.json.absent != \"x\"",
        "!(response.json.absent == null)",
        "!response.json.absent",
        "response.json.absent.deeper == 1",
        "response.json.list[9] != \"x\"",
        // Two types in JSON.
        "response.json.n == response.json.text",
        "response.json.n != response.json.text",
        "response.json.n < response.json.text",
        "response.json.n in [\"3\"]",
        "response.json.text in [3]",
        "response.json.list != [1, 2]",
        "response.json.list.exists(x, x == 1)",
        "!response.json.list.exists(x, x == 1)",
        "request.headers.all(h, h.value.epoch() > 0)",
        // Not true or false at all.
        "response.json.n",
        "response.json.n && true",
        "response.json.n || false",
        "!response.json.n",
        "response.json.text ? true : true",
        // Several lines have no one value.
        "request.header(\"A\") != \"x\"",
        "request.header(\"A\") == \"x\" || request.header(\"A\") == \"y\"",
        // No number, no date.
        "int(host) > 0",
        "!(int(host) > 0)",
        "host.epoch() < 1",
        "1 / (response.json.n - 3) == 1",
        "response.json.n * 9223372036854775807 > 0",
        "timestamp(host) < time",
    ];
    for that in inconclusive {
        assert_eq!(verdict(that), Verdict::Inconclusive, "{that}");
    }
    // What decides alone, decides.
    assert_eq!(verdict("request.header(\"X-None\") == \"x\" || request.method == \"GET\""), Verdict::Met);
    assert_eq!(verdict("request.header(\"X-None\") == \"x\" && request.method == \"POST\""), Verdict::Violated);
    let refused_at_load = [
        ("dst.port == \"8000\"", "means nothing here"),
        ("\"443\" == dst.port", "means nothing here"),
        ("request.header(\"X-Forwarded-Port\") == 443", "means nothing here"),
        ("request.header(\"X-Forwarded-Port\") < 443", "means nothing here"),
        ("response.status != \"200\"", "means nothing here"),
        ("response.status in [\"200\"]", "means nothing here"),
        ("request.header(\"A\") == null", "means nothing here"),
        ("host == 8000", "means nothing here"),
        ("time > 3", "means nothing here"),
        ("time > \"2020\"", "means nothing here"),
        // A typo behind what decides.
        ("request.method == \"GET\" || hots == \"x\"", "`hots` is neither a param nor bound in this hop"),
        ("request.method == \"GET\" || request.haeder(\"A\") == \"x\"", "a request has no `haeder`"),
        ("request.method == \"GET\" || request.header(\"A\").piar(\"x\") == \"x\"", "unknown function `piar`"),
        ("true || foo(1)", "unknown function `foo`"),
        ("response.json.list.exists(x, y == \"a\")", "`y` is neither a param nor bound in this hop"),
        ("request.headers.exists(h, h.nmae == \"A\")", "a field line has no `nmae`"),
        ("request.headers[\"Host\"] == \"x\"", "a list of field lines"),
        ("request.header(\"A\").pair() == \"x\"", "takes one argument"),
        ("host.startsWith() == true", "takes one argument"),
        ("startsWith(host, \"a\")", "is called on a value"),
        ("host.int() == 1", "is not called on a value"),
        ("response.status.startsWith(\"2\")", "is for a text"),
        ("response.status.pair(\"2\") == \"x\"", "is for texts"),
        ("size(dst.port) == 1", "is for"),
        // No truth at all.
        ("request.method", "must be true or false"),
        ("response.status", "must be true or false"),
        ("\"true\"", "must be true or false"),
        ("1", "must be true or false"),
        ("request.headers", "must be true or false"),
        ("request.method && true", "must be true or false"),
        ("!request.method", "must be true or false"),
        ("request.headers.all(h, h.value)", "must be true or false"),
        ("request.method ? true : false", "must be true or false"),
        ("request.method = \"GET\"", ""),
        ("request.method == \"GET\" &&", "ends too early"),
        ("request.method === \"GET\"", ""),
        ("", ""),
        ("host.matches(request.path)", "takes a pattern as a text in quotes"),
        ("host.matches(\"(\")", "cannot be read"),
        ("1 + \"a\" == \"1a\"", "means nothing here"),
        ("request.method == \"a\" + 1", "means nothing here"),
        ("event.pear(\"a\") == \"b\"", "unknown function"),
        ("hop(\"a\").request.method == \"GET\"", "is of another hop, and this one follows none"),
    ];
    for (that, message) in refused_at_load {
        let told = refused(that).unwrap_or_else(|| panic!("loads: {that}"));
        assert!(told.contains(message), "{that}: {told}");
    }
    // `!(…)` unquoted is a YAML tag, not a negation.
    for text in ["!(request.method == \"GET\")", "!request.method"] {
        assert!(parse("t.yaml", "t", spec(text).as_bytes()).is_err(), "{text}");
    }
}

#[test]
fn masked_texts_decide_nothing_in_texts() {
    let spec = spec("'request.header(\"Host\") == request.header(\"X-Host\")'");
    let verdict = |host: &str| {
        Check::new(&spec).text(&format!("GET / HTTP/1.1\r\nHost: {host}\r\nX-Host: 10.0.0.1:80\r\n\r\n")).verdict("check.c")
    };
    assert_eq!(verdict("xxx.xxx.xxx.xxx:80"), Verdict::Inconclusive);
    assert_eq!(verdict("xxx.xxx.xxx.xxx:90"), Verdict::Violated);
    assert_eq!(verdict("10.0.0.1:80"), Verdict::Met);
}

#[test]
fn parts_and_sizes_of_masked_texts_are_open() {
    let verdict = |that: &str| {
        let text = "GET / HTTP/1.1\r\nHost: api.xxx.example.com\r\n\r\n";
        Check::new(&spec(&format!("'{that}'"))).text(text).verdict("check.c")
    };
    for (that, expected) in [
        ("request.header(\"Host\").startsWith(\"api.\")", Verdict::Met),
        ("request.header(\"Host\").startsWith(\"web\")", Verdict::Violated),
        ("request.header(\"Host\").startsWith(\"api.eu\")", Verdict::Inconclusive),
        ("request.header(\"Host\").endsWith(\".com\")", Verdict::Met),
        ("request.header(\"Host\").endsWith(\".org\")", Verdict::Violated),
        ("request.header(\"Host\").endsWith(\"eu.example.com\")", Verdict::Inconclusive),
        ("request.header(\"Host\").contains(\"example\")", Verdict::Met),
        ("request.header(\"Host\").contains(\"eu\")", Verdict::Inconclusive),
        ("!request.header(\"Host\").contains(\"eu\")", Verdict::Inconclusive),
        ("request.header(\"Host\").size() == 3", Verdict::Inconclusive),
        ("request.header(\"Host\").matches(\"^api\")", Verdict::Inconclusive),
        ("request.header(\"Host\").sha256() == \"a\"", Verdict::Inconclusive),
        ("request.headers.exists(h, h.value.md5() == \"a\")", Verdict::Inconclusive),
    ] {
        assert_eq!(verdict(that), expected, "{that}");
    }
}

#[test]
fn a_condition_on_a_message_that_is_not_there_is_not_observed() {
    let alone = |that: &str| Check::new(&spec(&format!("'{that}'"))).request(REQUEST).verdict("check.c");
    assert_eq!(alone("response.status == 200"), Verdict::NotObserved);
    assert_eq!(alone("response.has_header(\"A\")"), Verdict::NotObserved);
    assert_eq!(alone("response.json.n == 3 && request.method == \"GET\""), Verdict::NotObserved);
    // What is there decides, where it decides alone.
    assert_eq!(alone("response.status == 200 || request.method == \"GET\""), Verdict::Met);
    assert_eq!(alone("response.status == 200 && request.method == \"POST\""), Verdict::Violated);
}

#[test]
fn for_each_goes_through_members() {
    let check = |for_each: &str, that: &str| {
        let spec = format!("hops: {{ h: {{ checks: [ {{ id: c, for_each: '{for_each}', that: '{that}' }} ] }} }}\n");
        exchange(&spec).verdict("check.c")
    };
    assert_eq!(check("response.json.headers", "value == response.json.multi[key][-1]"), Verdict::Met);
    assert_eq!(
        check("response.json.headers", "value == response.json.multi[key][size(response.json.multi[key]) - 1]"),
        Verdict::Met
    );
    assert_eq!(check("response.json.headers", "value == response.json.multi[key][-3]"), Verdict::Inconclusive);
    assert_eq!(check("response.json.headers", "value == response.json.multi[key][0]"), Verdict::Violated);
    assert_eq!(check("response.json.list", "key < 2 && value != \"c\""), Verdict::Met);
    assert_eq!(check("request.headers", "key.size() > 0"), Verdict::Met);
    assert_eq!(check("request.headers", "key != \"Host\""), Verdict::Violated);
    assert_eq!(check("request.header(\"X-Forwarded-For\").members()", "value.size() > 0"), Verdict::Met);
    assert_eq!(
        check("response.json.headers", "value == absent_".replace("absent_", "response.json.gone").as_str()),
        Verdict::Inconclusive
    );
    // No element: nothing was shown.
    assert_eq!(check("response.json.list.filter(x, x == \"z\")", "false"), Verdict::NotObserved);
    assert_eq!(check("response.json.none", "false"), Verdict::NotObserved);
    assert_eq!(check("response.json.gone", "true"), Verdict::Inconclusive);
    assert_eq!(check("response.json.n", "true"), Verdict::Inconclusive);
}

#[test]
fn when_decides_what_is_judged() {
    let check = |when: &str| {
        let spec = format!("hops: {{ h: {{ checks: [ {{ id: c, when: '{when}', that: 'false' }} ] }} }}\n");
        exchange(&spec).verdict("check.c")
    };
    assert_eq!(check("request.method == \"GET\""), Verdict::Violated);
    assert_eq!(check("request.method == \"POST\""), Verdict::NotObserved);
    assert_eq!(check("request.header(\"X-None\") == \"a\""), Verdict::Inconclusive);
    let field = |when: &str| {
        let spec = format!("hops: {{ h: {{ request: {{ headers: {{ Host: {{ equals: other, when: '{when}' }} }} }} }} }}\n");
        exchange(&spec).verdict("request.header.Host")
    };
    assert_eq!(field("has_header(\"A\")"), Verdict::Violated);
    assert_eq!(field("!has_header(\"A\")"), Verdict::NotObserved);
    assert_eq!(field("header(\"X-None\") == \"a\""), Verdict::Inconclusive);
    let hop = |when: &str| {
        let spec = format!("hops: {{ h: {{ when: '{when}', request: {{ method: POST }} }} }}\n");
        exchange(&spec).verdict("request.method")
    };
    assert_eq!(hop("response.status == 200"), Verdict::Violated);
    assert_eq!(hop("response.status == 404"), Verdict::NotObserved);
    assert_eq!(hop("response.header(\"X-None\") == \"\""), Verdict::Inconclusive);
}

#[test]
fn holes_may_be_more_than_paths() {
    let field = |text: &str| {
        let spec = format!("hops: {{ h: {{ request: {{ headers: {{ X-Forwarded-Port: '{text}' }} }} }} }}\n");
        exchange(&spec).verdict("request.header.X-Forwarded-Port")
    };
    assert_eq!(field("${response.status + 243}"), Verdict::Met);
    assert_eq!(field("${response.status == 200 ? \"443\" : \"80\"}"), Verdict::Met);
    assert_eq!(field("${response.status == 200 ? \"80\" : \"443\"}"), Verdict::Violated);
    assert_eq!(field("${response.json.gone + 1}"), Verdict::Inconclusive);
}

#[test]
fn an_optional_param_without_a_value_is_nothing_to_judge() {
    let text =
        "params: { lb: { is: ip, optional: true } }\nhops: { h: { checks: [ { id: c, that: 'src.ip == lb || true' } ] } }\n";
    assert_eq!(exchange(text).verdict("check.c"), Verdict::NotObserved);
    assert_eq!(exchange(text).params(&[("lb", "10.0.1.5")]).verdict("check.c"), Verdict::Met);
}

fn told(outcome: &Outcome) -> String {
    let finding = outcome.findings.iter().find(|f| f.rule == Rule::CheckFailed).expect("a finding");
    let parts = finding.parts.iter().map(|part| format!("{} is {}\n", part.text, part.value));
    format!("{}: {}\n{}", finding.subject, finding.message, parts.collect::<String>())
}

#[test]
fn a_failed_check_tells_its_parts() {
    let text = spec(
        "|\n          request.header(\"X-Forwarded-Port\") == string(dst.port) &&\n          request.header(\"Cookie\").cookie(\"session\") == \"x\"",
    );
    let outcome = exchange(&text).run();
    let finding = outcome.findings.iter().find(|f| f.rule == Rule::CheckFailed).expect("a finding");
    assert_eq!(finding.subject, "check.c");
    insta::assert_snapshot!(told(&outcome));
    let shown = exchange(&text).show_secrets().run();
    assert!(shown.findings[0].parts.iter().any(|part| part.value == "\"s3cret\""), "{:?}", shown.findings[0].parts);
    let members = "hops: { h: { checks: [ { id: c, for_each: response.json.headers, that: 'value == \"app\"' } ] } }\n";
    insta::assert_snapshot!(told(&exchange(members).run()));
}

#[test]
fn hostile_expressions_end() {
    let lines: String = (0..900).map(|n| format!("X-{n}: {n}\r\n")).collect();
    let request = format!("GET / HTTP/1.1\r\n{lines}\r\n");
    for that in [
        "request.headers.all(a, request.headers.all(b, request.headers.all(c, a.name + b.name + c.name != \"\")))",
        "request.headers.map(a, request.headers.map(b, request.headers.map(c, a.name + b.name + c.name))).size() == 3",
    ] {
        let start = std::time::Instant::now();
        let check = Check::new(&spec(&format!("'{that}'"))).request(&request);
        assert_eq!(check.verdict("check.c"), Verdict::Inconclusive, "{that}");
        assert!(start.elapsed().as_secs() < 60, "{that}: {:?}", start.elapsed());
    }
    let deep = format!("{}true{}", "(".repeat(200), ")".repeat(200));
    assert!(refused(&deep).is_some_and(|told| told.contains("more than 32")), "{:?}", refused(&deep));
    let long = format!("\"{}\" == \"a\"", "a".repeat(9000));
    assert!(refused(&long).is_some_and(|told| told.contains("at most")), "{:?}", refused(&long));
    let nested = "request.headers.all(a, request.headers.all(b, request.headers.all(c, request.headers.all(d, true))))";
    assert!(refused(nested).is_some_and(|told| told.contains("macros in one another")));
}

/// Every function, compiled and interpreted, makes the same of a value; where one has none, so has the other.
#[test]
fn both_ways_to_run_agree() {
    let values = [
        "Self=1-5ee5f642-b7ceb780f01cd2f07af9b4d0;Root=1-5ee5f641-b7ceb780f01cd2f07af9b4d0",
        "1-5ee5f641-b7ceb780f01cd2f07af9b4d0",
        "Sun, 14 Jun 2020 10:04:49 GMT",
        "App.Example.com:8000",
        "[2001:db8::1]:443",
        "a, b,, \"c, d\"",
        "{\"a\": [1, \"b\", null]}",
        "aGVsbG8=",
        "",
        "Root=; x",
        "a\u{e4}",
    ];
    for (function, name) in Function::ALL {
        let argument = if function.arguments() > 0 { "\"Root\"" } else { "" };
        for value in values {
            let run = |on: &str| {
                let call = format!("{on}.{name}({argument})");
                let spec = format!(
                    "hops: {{ h: {{ checks: [ {{ id: c, for_each: request.headers, that: '{call} == request.header(\"X\").{name}({argument})' }} ] }} }}\n"
                );
                Check::new(&spec).request(&format!("GET / HTTP/1.1\r\nX: {value}\r\n\r\n")).verdict("check.c")
            };
            let (compiled, interpreted) = (run("request.header(\"X\")"), run("value"));
            assert_eq!(compiled, interpreted, "{name} of {value}");
            assert_ne!(compiled, Verdict::Violated, "{name} of {value}");
        }
    }
}

proptest::proptest! {
    #[test]
    fn texts_compare_the_same_both_ways(a in "[ -~]{0,12}", b in "[ -~]{0,12}") {
        // As a field of its own, and as the operator.
        let request = format!("GET / HTTP/1.1\r\nA: {a}\r\nB: {b}\r\n\r\n");
        let compiled = "hops: { h: { request: { headers: { A: '${header(\"B\")}' } } } }\n";
        let compiled = Check::new(compiled).request(&request).verdict("request.header.A");
        let check = "hops: { h: { checks: [ { id: c, that: 'request.header(\"A\") == request.header(\"B\")' } ] } }\n";
        proptest::prop_assert_eq!(compiled, Check::new(check).request(&request).verdict("check.c"));
    }
}

/// What is said of a check of a response with this JSON body, that goes through members.
fn each(for_each: &str, that: &str, body: &str) -> (Verdict, String) {
    let spec = format!(
        "hops:\n  h:\n    response: {{ status: 200 }}\n    checks:\n      - id: c\n        for_each: {for_each}\n        that: {that}\n"
    );
    let outcome = Check::new(&spec).request("GET / HTTP/1.1\r\n\r\n").response(RESPONSE, body.as_bytes()).run();
    let verdict = outcome.specs[0].hops[0].expectations.iter().find(|e| e.subject == "check.c").map(|e| e.verdict);
    let notes = outcome.findings.iter().filter(|f| f.subject == "check.c").flat_map(|f| f.notes.clone()).collect::<Vec<_>>();
    (verdict.expect("the check is counted"), notes.join("; "))
}

#[test]
fn going_through_many_members_of_a_large_body_ends() {
    // Each member asks for a key of the other object: made anew for each, these were 10 000 copies of both.
    let members: Vec<String> = (0..10_000).map(|n| format!("\"name-{n:05}\": \"{}\"", "v".repeat(300))).collect();
    let members = members.join(", ");
    let both = |last: &str| {
        let two = members.replace("\"name-09999\": \"v", &format!("\"name-09999\": \"{last}"));
        format!("{{\"one\": {{{members}}}, \"two\": {{{two}}}}}")
    };
    let that = "key in response.json.two && response.json.two[key] == value";
    assert_eq!(each("response.json.one", that, &both("v")), (Verdict::Met, String::new()));
    assert_eq!(each("response.json.two", that, &both("v")), (Verdict::Met, String::new()));
    assert_eq!(each("response.json.one", that, &both("w")).0, Verdict::Violated);
}

#[test]
fn what_costs_too_much_is_inconclusive() {
    let body = format!("[{}]", (0..3000).map(|n| format!("\"{n:01000}\"")).collect::<Vec<_>>().join(", "));
    let (verdict, why) = each("response.json", "response.json == response.json", &body);
    assert_eq!(verdict, Verdict::Inconclusive);
    assert!(why.contains("takes more steps than a check may"), "{why}");
}

#[test]
fn what_a_formula_copies_again_and_again_ends() {
    let lines: String = (0..300).map(|n| format!("N{n}: v{n}\r\n")).collect();
    let request = format!("GET / HTTP/1.1\r\n{lines}\r\n");
    let response = format!("HTTP/1.1 200 OK\r\n{lines}\r\n");
    let many = format!("{{\"a\": [0{}]}}", ", 0".repeat(400_000));
    let latin = "\u{e9}".repeat(1 << 20).chars().map(|c| c as u8).collect::<Vec<u8>>();
    let members = [b"{}".as_slice(), &b",a".repeat(99_999)].concat();
    let sums = (0..8).fold("l".to_owned(), |sum, _| format!("({sum}+{sum})"));
    let nested = ["request.headers.all(a, request.headers.all(b, request.headers.all(c, true)))"; 12].join(" && ");
    for (that, body) in [
        ("[response.json.a.map(x, x)].all(l, response.json.a.all(y, l[0] >= 0))", many.as_bytes()),
        (r#"[response.body].all(t, request.headers.all(a, response.headers.all(b, t != "")))"#, &latin),
        ("request.headers.all(a, response.headers.all(b, response.body.members().size() == 1))", &latin),
        (&format!("[response.body.members()].all(l, {sums}.size() > 0)"), &members),
        (&nested, b"{}"),
    ] {
        let spec = format!("hops:\n  h:\n    checks:\n      - id: c\n        that: '{that}'\n");
        let verdict = Check::new(&spec).request(&request).response(&response, body).verdict("check.c");
        assert!(matches!(verdict, Verdict::Met | Verdict::Inconclusive), "{verdict:?} of {that}");
    }
    // A formula that ends without a value costs what it costs, for every member.
    let spec = "hops:\n  h:\n    checks:\n      - id: c\n        for_each: response.json\n        that: >-\n          \
                request.headers.all(a, request.headers.all(b, a.name != b.name || true)) ? int(request.method) == 0 : true\n";
    let each = format!("[0{}]", ", 0".repeat(9_999));
    let verdict = Check::new(spec).request(&request).response(&response, each.as_bytes()).verdict("check.c");
    assert_eq!(verdict, Verdict::Inconclusive);
}

#[test]
fn a_list_has_so_many_members_and_a_reason_so_many_characters() {
    let spec = "hops:\n  h:\n    checks:\n      - id: c\n        that: response.body.members().size() == 100000\n";
    let of = |members: usize| {
        let body = b",a".repeat(members);
        let outcome = Check::new(spec).request(REQUEST).response("HTTP/1.1 200 OK\r\n\r\n", &body).run();
        let note = outcome.findings.iter().flat_map(|finding| finding.notes.clone()).collect::<String>();
        (outcome.specs[0].hops[0].expectations[0].verdict, note)
    };
    assert_eq!(of(100_000), (Verdict::Met, String::new()));
    let (verdict, note) = of(100_001);
    assert_eq!(verdict, Verdict::Inconclusive);
    assert!(note.ends_with(",a,a…` has more than 100000 members") && note.chars().count() < 300, "{note}");
}
