//! Cookies that requests carry and responses set.

use super::driver::{Check, verdict};
use crate::finding::{Finding, Rule, Verdict};

fn request(spec: &str, fields: &str) -> Check {
    let spec = format!("hops:\n  h:\n    request:\n      cookies: {spec}\n");
    Check::new(&spec).request(&format!("GET / HTTP/1.1\r\n{fields}\r\n"))
}

fn response(spec: &str, fields: &str) -> Check {
    let spec = format!("hops:\n  h:\n    response:\n      set_cookies: {spec}\n");
    let head = format!("HTTP/1.1 200 OK\r\n{fields}Content-Length: 0\r\n\r\n");
    Check::new(&spec).request("GET / HTTP/1.1\r\n\r\n").response(&head, b"")
}

fn only(check: &Check) -> Finding {
    let outcome = check.run();
    let [finding] = &outcome.findings[..] else { panic!("{:#?}", outcome.findings) };
    finding.clone()
}

#[test]
fn a_cookie_of_a_request_is_judged_by_its_name() {
    use Verdict::{Met, Violated};
    for (spec, fields, verdict) in [
        ("{ sid: abc }", "Cookie: sid=abc\r\n", Met),
        ("{ sid: abc }", "Cookie: a=1; sid=abc; b=2\r\n", Met),
        ("{ sid: abc }", "cookie: a=1;sid=abc\r\n", Met),
        ("{ sid: abc }", "Cookie: a=1\r\nCookie: sid=abc\r\n", Met),
        ("{ sid: abc }", "Cookie: SID=abc\r\n", Violated),
        ("{ sid: abc }", "Cookie: sid=abcd\r\n", Violated),
        ("{ sid: abc }", "Cookie: sid=abc; sid=abc\r\n", Violated),
        ("{ sid: abc }", "", Violated),
        ("{ sid: [a, b] }", "Cookie: sid=a; x=1\r\nCookie: sid=b\r\n", Met),
        ("{ sid: [a, b] }", "Cookie: sid=b; sid=a\r\n", Violated),
        ("{ sid: '\"a\"' }", "Cookie: sid=\"a\"\r\n", Met),
        ("{ sid: { is: hex } }", "Cookie: sid=\"ab\"\r\n", Violated),
        ("{ sid: { is: hex, optional: true } }", "Cookie: x=1\r\n", Verdict::NotObserved),
        ("{ sid: { json: { a: 1 } } }", "Cookie: sid={\"a\":1}\r\n", Met),
    ] {
        assert_eq!(request(spec, fields).verdict("request.cookie.sid"), verdict, "{spec} {fields:?}");
    }
}

#[test]
fn findings_of_cookies_have_rules_and_no_values() {
    for (fields, rule, message) in [
        ("Cookie: a=1\r\n", Rule::FieldMissing, "cookie `session` is missing on hop `h`"),
        ("Cookie: session=S3CR3T00\r\n", Rule::FieldValueMismatch, "cookie `session` is not what hop `h` must carry"),
        (
            "Cookie: session=S3CR3T00; session=S3CR3T11\r\n",
            Rule::FieldRepeated,
            "cookie `session` stands 2 times, hop `h` must carry it once",
        ),
    ] {
        let fields = if fields.contains("S3CR3T") { format!("X: S3CR3T00\r\n{fields}") } else { fields.to_owned() };
        let finding = only(&request("{ session: { is: uuid } }", &fields));
        assert_eq!((finding.rule, finding.message.as_str()), (rule, message));
        let told = format!("{finding:?}");
        // The text of the spec is in the finding, too; it holds no secret.
        assert!(!told.contains("S3CR3T"), "{told}");
    }
    let near = only(&request("{ session: a }", "Cookie: sesion=1\r\n"));
    assert_eq!(near.notes, ["the message has `sesion`: a near miss?"]);
    let shown = request("{ session: a }", "Cookie: session=S3CR3T\r\n").show_secrets();
    assert_eq!(only(&shown).actual.as_deref(), Some("S3CR3T"));
}

#[test]
fn blocks_put_cookies_right() {
    let block = |check: &Check| {
        let block = only(check).block.unwrap();
        let lines = |lines: &[crate::finding::BlockLine]| lines.iter().skip(1).map(|l| l.text.clone()).collect::<Vec<_>>();
        (lines(&block.expected), lines(&block.actual))
    };
    let (expected, actual) = block(&request("{ sid: { is: uuid } }", "Cookie: a=1; sid=x; b=2\r\n"));
    assert_eq!(actual, ["Cookie: a=<secret>; sid=<secret>; b=<secret>"]);
    assert_eq!(expected, ["Cookie: a=<secret>; sid=‹a UUID›; b=<secret>"]);
    let (expected, _) = block(&request("{ sid: { is: uuid } }", "Cookie: a=1\r\n"));
    assert_eq!(expected, ["Cookie: a=<secret>; sid=‹a UUID›"]);
    let (expected, _) = block(&request("{ sid: { is: uuid } }", "X: y\r\n"));
    assert_eq!(expected, ["Cookie: sid=‹a UUID›", "X: y"]);
    let (expected, _) = block(&request("{ sid: { is: hex } }", "Cookie: sid=a; b=1; sid=b\r\nCookie: sid=c\r\n"));
    assert_eq!(expected, ["Cookie: sid=<secret>; b=<secret>"]);
    let (expected, actual) = block(&response("{ sid: { Secure: true } }", "Set-Cookie: sid=x; Path=/\r\n"));
    assert_eq!(actual[0], "Set-Cookie: sid=<secret>; Path=/");
    assert_eq!(expected[0], "Set-Cookie: sid=<secret>; Path=/; Secure");
    let (expected, _) = block(&response("{ sid: { path: /a } }", "Set-Cookie: sid=x; Path=/; Secure\r\n"));
    assert_eq!(expected[0], "Set-Cookie: sid=<secret>; path=/a; Secure");
    let (expected, _) = block(&response("{ sid: { Domain: false } }", "Set-Cookie: sid=x; Domain=a.b\r\n"));
    assert_eq!(expected[0], "Set-Cookie: sid=<secret>");
    let (expected, _) = block(&response("{ sid: { is: uuid } }", "Set-Cookie: sid=x; Path=/\r\n"));
    assert_eq!(expected[0], "Set-Cookie: sid=‹a UUID›; Path=/");
}

#[test]
fn cookies_that_are_set() {
    use Verdict::{Met, NotObserved, Violated};
    let line = "Set-Cookie: sid=abc; Expires=Sun, 21 Jun 2020 10:04:49 GMT; Path=/; HttpOnly; SameSite=Lax\r\n";
    for (spec, subject, verdict) in [
        ("{ sid: abc }", "sid", Met),
        ("{ sid: abcd }", "sid", Violated),
        ("{ Sid: abc }", "Sid", Violated),
        ("{ sid: { value: abc, Path: / } }", "sid.Path", Met),
        ("{ sid: { PATH: /a } }", "sid.PATH", Violated),
        ("{ sid: { Expires: { is: http-date } } }", "sid.Expires", Met),
        ("{ sid: { Expires: { is: iso-date } } }", "sid.Expires", Violated),
        ("{ sid: { HttpOnly: true } }", "sid.HttpOnly", Met),
        ("{ sid: { HttpOnly: false } }", "sid.HttpOnly", Violated),
        ("{ sid: { Secure: true } }", "sid.Secure", Violated),
        ("{ sid: { Secure: false } }", "sid.Secure", Met),
        ("{ sid: { Domain: false } }", "sid.Domain", Met),
        ("{ sid: { Path: false } }", "sid.Path", Violated),
        ("{ sid: { Path: true } }", "sid.Path", Met),
        ("{ sid: { Max-Age: { at_least: 1, optional: true } } }", "sid.Max-Age", NotObserved),
        ("{ sid: { Max-Age: { at_least: 1 } } }", "sid.Max-Age", Violated),
        ("{ sid: { SameSite: { one_of: [lax, strict], ignore_case: true } } }", "sid.SameSite", Met),
        ("{ other: { Path: /a } }", "other", Violated),
        ("{ other: { Path: /a } }", "other.Path", NotObserved),
        ("{ other: { Secure: false, optional: true } }", "other.Secure", NotObserved),
        ("{ other: { Secure: false, optional: true } }", "other", NotObserved),
    ] {
        assert_eq!(response(spec, line).verdict(&format!("response.set_cookie.{subject}")), verdict, "{spec} {subject}");
    }
}

#[test]
fn several_lines_of_one_cookie() {
    use Verdict::{Met, Violated};
    let lines = "Set-Cookie: sid=a; Path=/\r\nSet-Cookie: t=1\r\nSet-Cookie: sid=b; Path=/b\r\n";
    for (spec, subject, verdict) in [
        ("{ sid: a }", "sid", Violated),
        ("{ sid: [a, b] }", "sid", Met),
        ("{ sid: { present: true } }", "sid", Met),
        ("{ sid: { lines: { length: 2 } } }", "sid", Met),
        ("{ sid: { present: true, Path: { prefix: / } } }", "sid.Path", Met),
        ("{ sid: { present: true, Path: / } }", "sid.Path", Violated),
        ("{ sid: { value: { present: true, is: hex }, Secure: false } }", "sid", Met),
    ] {
        assert_eq!(response(spec, lines).verdict(&format!("response.set_cookie.{subject}")), verdict, "{spec} {subject}");
    }
}

#[test]
fn what_is_said_of_the_cookie_holds_for_its_attributes() {
    let spec =
        "{ sid: { value: { present: true }, Path: { equals: /, severity: note }, Secure: true, severity: warning, why: W } }";
    let findings = response(spec, "Set-Cookie: sid=a; Path=/b\r\n").run().findings;
    let told: Vec<_> = findings.iter().map(|f| (f.subject.as_str(), f.severity.name(), f.why.as_deref())).collect();
    assert_eq!(
        told,
        [("response.set_cookie.sid.Secure", "warning", Some("W")), ("response.set_cookie.sid.Path", "note", Some("W")),]
    );
    assert_eq!(findings[0].message, "`Secure` of cookie `sid` is not what hop `h` must carry in the response");
    assert_eq!((findings[0].expected.as_deref(), findings[0].actual.as_deref()), (Some("this attribute"), None));
    assert_eq!((findings[1].expected.as_deref(), findings[1].actual.as_deref()), (Some("`/`"), Some("/b")));
}

#[test]
fn a_condition_of_the_cookie_holds_for_its_attributes() {
    let spec = "{ sid: { value: a, Secure: true, when: response.status == 500 } }";
    assert_eq!(response(spec, "Set-Cookie: sid=b\r\n").verdict("response.set_cookie.sid"), Verdict::NotObserved);
    assert_eq!(response(spec, "Set-Cookie: sid=b\r\n").verdict("response.set_cookie.sid.Secure"), Verdict::NotObserved);
    let spec = spec.replace("500", "200");
    assert_eq!(response(&spec, "Set-Cookie: sid=b\r\n").verdict("response.set_cookie.sid.Secure"), Verdict::Violated);
}

#[test]
fn what_the_evidence_hides_is_inconclusive() {
    use Verdict::{Inconclusive, Met, Violated};
    let spec = |spec: &str| format!("hops:\n  h:\n    request:\n      cookies: {spec}\n");
    for (cookies, verdict) in [
        ("sid=xxxx", Inconclusive),
        ("xxxx", Inconclusive),
        ("a=xxxx", Violated),
        ("sid=abxxx", Inconclusive),
        ("sid=yxxx", Violated),
    ] {
        let check = Check::new(&spec("{ sid: abc }")).text(&format!("GET / HTTP/1.1\r\nCookie: {cookies}\r\n\r\n"));
        assert_eq!(check.verdict("request.cookie.sid"), verdict, "{cookies}");
    }
    for (head, verdict) in [("Cookie: a=1; sid=ab", Inconclusive), ("X: y", Inconclusive), ("Cookie: sid=abc\r\nX: y", Met)] {
        let check = Check::new(&spec("{ sid: abc }")).cut_request(&format!("GET / HTTP/1.1\r\n{head}"));
        assert_eq!(check.verdict("request.cookie.sid"), verdict, "{head}");
    }
}

#[test]
fn selects_and_others_know_cookies() {
    let spec = "hops:\n  h:\n    select: { request: { cookies: { sid: { prefix: a } } } }\n    request: { others: error, cookies: { sid: { present: true } } }\n";
    let run = |cookies: &str| Check::new(spec).request(&format!("GET / HTTP/1.1\r\nCookie: {cookies}\r\n\r\n")).run();
    assert_eq!(run("b=1; sid=ab").specs[0].hops[0].exchanges, 1);
    assert!(run("b=1; sid=ab").findings.is_empty(), "others knows Cookie");
    assert_eq!(run("b=1; sid=b").specs[0].hops[0].exchanges, 0);
    assert_eq!(run("b=1").specs[0].hops[0].exchanges, 0);
}

#[test]
fn a_cookie_may_be_bound_and_is_hidden() {
    let spec = "hops:\n  h:\n    request:\n      cookies: { sid: { bind: sid } }\n      headers: { X: '${sid}' }\n";
    let head = |x: &str| format!("GET / HTTP/1.1\r\nCookie: sid=abcd\r\nX: {x}\r\n\r\n");
    assert_eq!(verdict(spec, &head("abcd"), "request.header.X"), Verdict::Met);
    let finding = only(&Check::new(spec).request(&head("other")));
    assert_eq!((finding.expected.as_deref(), finding.bound[0].value.as_str()), (Some("`<secret>`"), "<secret>"));
}
