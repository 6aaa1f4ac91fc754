//! JSON bodies: lists and objects as a whole, and members that the hop does not name.

use super::driver::Check;
use crate::finding::{Finding, Rule, Verdict};
use crate::spec::Severity;

fn check(body: &str, found: &str) -> Check {
    let spec = format!(
        "params: {{ p: {{ is: host }} }}\nhops:\n  h:\n    request: {{ headers: {{ X: {{ bind: x }} }} }}\n    response: {{ body: {body} }}\n"
    );
    Check::new(&spec).request("GET / HTTP/1.1\r\nX: seen\r\n\r\n").response("HTTP/1.1 200 OK\r\n\r\n", found.as_bytes())
}

#[test]
fn lists_are_compared_typed_and_whole() {
    let table: &[(&str, &[&str], &[&str])] = &[
        (
            "[1, '1', true, null]",
            &[r#"[1, "1", true, null]"#, r#"[1.0, "1", true, null]"#],
            &[r#"["1", "1", true, null]"#, "[1]"],
        ),
        ("[]", &["[]"], &["[1]", "{}", "null"]),
        ("['${x}', 2]", &[r#"["seen", 2]"#], &[r#"["other", 2]"#, r#"["seen", "2"]"#, r#"["seen"]"#, r#""seen""#]),
        (
            "['id-${x}', [3, ['${x}']]]",
            &[r#"["id-seen", [3, ["seen"]]]"#],
            &[r#"["id-seen", [3, ["sean"]]]"#, r#"["id-seen", [3]]"#],
        ),
        ("['${dst.port}']", &["[8000]", r#"["8000"]"#], &["[8001]", "[null]"]),
        (
            "[{ name: '${x}', n: 1 }]",
            &[r#"[{"n": 1, "name": "seen"}]"#],
            &[r#"[{"name": "seen"}]"#, r#"[{"n": 1, "name": "seen", "o": 2}]"#, "[{}]"],
        ),
        (
            "[{ equals: a, d: { e: [], f: {} } }]",
            &[r#"[{"d": {"f": {}, "e": []}, "equals": "a"}]"#],
            &[r#"["a"]"#, r#"[{"d": {"f": {}, "e": {}}, "equals": "a"}]"#],
        ),
        ("[[1, { a: 2 }]]", &[r#"[[1, {"a": 2.0}]]"#], &[r#"[[1, {"a": "2"}]]"#]),
        ("['$${x}']", &[r#"["${x}"]"#], &[r#"["seen"]"#]),
        (
            "{ equals: { a: 1, b: ['${x}'] } }",
            &[r#"{"b": ["seen"], "a": 1}"#],
            &[r#"{"a": 1}"#, r#"{"a": 1, "b": ["seen"], "c": 1}"#],
        ),
        ("{ one_of: [{ a: 1 }, [2]] }", &[r#"{"a": 1}"#, "[2]"], &[r#"{"a": 2}"#, "2"]),
        ("{ list: { first: 200, last: { json: { a: 1 } } } }", &[r#"[200, {"a": 1}]"#], &[r#"["200", {"a": 1}]"#]),
        ("{ list: { includes: { equals: { a: 1, b: 2 } } } }", &[r#"[0, {"b": 2, "a": 1}]"#], &[r#"[{"a": 1}]"#]),
    ];
    for (value, accepted, caught) in table {
        let run = |found: &str| {
            check(&format!("{{ json: {{ v: {value} }} }}"), &format!(r#"{{"v": {found}}}"#)).verdict("response.body.json.v")
        };
        for found in *accepted {
            assert_eq!(run(found), Verdict::Met, "{value} must accept {found}");
        }
        for found in *caught {
            assert_eq!(run(found), Verdict::Violated, "{value} must catch {found}");
        }
    }
}

#[test]
fn what_a_list_wants_is_told_with_its_holes_filled_in() {
    let findings = check("{ json: { v: ['${x}', { a: [1, '${p}'] }] } }", r#"{"v": 1}"#).run().findings;
    assert_eq!(findings[0].expected.as_deref(), Some(r#"[`seen`, {"a": [1, a host (param `p`)]}]"#));
}

#[test]
fn a_param_without_value_is_one_text_within_a_list() {
    let run = |found: &str| check("{ json: { v: ['${p}', '${p}'] } }", found).verdict("response.body.json.v");
    assert_eq!(run(r#"{"v": ["a.example", "a.example"]}"#), Verdict::Met);
    assert_eq!(run(r#"{"v": ["a.example", "b.example"]}"#), Verdict::Violated);
}

#[test]
fn members_that_no_path_names() {
    let told = |body: &str, found: &str| {
        let told = |f: Finding| (f.rule, f.severity, f.subject, f.actual.unwrap_or_default());
        check(body, found).run().findings.into_iter().map(told).collect::<Vec<_>>()
    };
    let other = |severity, subject: &str, actual: &str| {
        vec![(Rule::BodyMismatch, severity, format!("response.body.json.{subject}"), actual.to_owned())]
    };
    let error = "{ json: { a.b: 1, c: { optional: true, is: ip } }, others: error }";
    assert_eq!(told(error, r#"{"a": {"b": 1, "x": 2}}"#), []);
    assert_eq!(told(error, r#"{"a": {"b": 1}, "x": [7]}"#), other(Severity::Error, "x", "[7]"));
    assert_eq!(told(error, r#"{"a": {"b": 1}, "A": 2}"#), other(Severity::Error, "A", "2"), "names of members have a case");
    assert_eq!(
        told(&error.replace("error", "warning"), r#"{"a": {"b": 1}, "x.y": 2}"#),
        other(Severity::Warning, r#"["x.y"]"#, "2")
    );
    assert_eq!(told(&error.replace("error", "allow"), r#"{"a": {"b": 1}, "x": 2}"#), []);
    // What may be a secret by its name is not shown.
    assert_eq!(told(error, r#"{"a": {"b": 1}, "password": "hush-hush"}"#).len(), 1);
    assert!(!format!("{:?}", check(error, r#"{"a": {"b": 1}, "password": "hush-hush"}"#).run()).contains("hush-hush"));
}

#[test]
fn other_members_are_met_only_where_a_body_shows_it() {
    let body = "{ json: { a: { optional: true, is: integer } }, others: error }";
    let run = |found: &str| check(body, found).verdict("response.body.json");
    assert_eq!(run(r#"{"a": 1}"#), Verdict::Met);
    assert_eq!(run("{}"), Verdict::Met);
    assert_eq!(run("[1]"), Verdict::NotObserved, "only an object has members");
    assert_eq!(run("no json"), Verdict::NotObserved, "the member's own finding says it");
    let spec = format!("hops:\n  h:\n    response: {{ body: {body} }}\n");
    assert_eq!(Check::new(&spec).request("GET / HTTP/1.1\r\n\r\n").verdict("response.body.json"), Verdict::NotObserved);
}

#[test]
fn other_members_are_those_that_no_variant_names() {
    let spec = "
hops:
  h:
    response: { body: { json: { a: 1 }, others: error } }
    variants:
      - b: { response: { body: { json: { b: 1 } } } }
        c: { response: { body: { json: { c: 1 }, others: error } } }
";
    let run = |found: &str| {
        let outcome =
            Check::new(spec).request("GET / HTTP/1.1\r\n\r\n").response("HTTP/1.1 200 OK\r\n\r\n", found.as_bytes()).run();
        outcome.findings.into_iter().map(|f| f.subject).collect::<Vec<_>>()
    };
    assert_eq!(run(r#"{"a": 1, "b": 1}"#), [""; 0]);
    assert_eq!(run(r#"{"a": 1, "c": 1}"#), [""; 0]);
    assert_eq!(run(r#"{"a": 1, "b": 1, "d": 1}"#), ["response.body.json.d"]);
}
