//! Lines as they stand on the wire, and those behind the body.

use super::driver::{Check, verdict};
use crate::finding::{Finding, Rule, Verdict};

fn only(check: &Check) -> Finding {
    let outcome = check.run();
    let [finding] = &outcome.findings[..] else { panic!("{:#?}", outcome.findings) };
    finding.clone()
}

#[test]
fn a_line_is_compared_byte_for_byte() {
    use Verdict::{Met, NotObserved, Violated};
    for (matcher, lines, verdict_) in [
        (r#"{ wire: "X: a" }"#, "X: a\r\n", Met),
        (r#"{ wire: "X: a" }"#, "X:a\r\n", Violated),
        (r#"{ wire: "X: a" }"#, "x: a\r\n", Violated),
        (r#"{ wire: "X: a" }"#, "X:  a\r\n", Violated),
        (r#"{ wire: "X: a" }"#, "X: a \r\n", Violated),
        (r#"{ wire: "X: a" }"#, "X : a\r\n", Violated),
        (r#"{ wire: "X: a" }"#, "", Violated),
        (r#"{ wire: "X: a" }"#, "X: a\r\nX: a\r\n", Violated),
        (r#"{ wire: "X: a", optional: true }"#, "", NotObserved),
        (r#"{ wire: "X: a", when: request.method == "PUT" }"#, "X: b\r\n", NotObserved),
        (r#"{ wire: "X: a", present: true }"#, "X: a\r\nX: a\r\n", Met),
        (r#"{ wire: "X: a", present: true }"#, "X: a\r\nX: b\r\n", Violated),
        (r#"{ wire: ["X: a", "x:b"] }"#, "X: a\r\nx:b\r\n", Met),
        (r#"{ wire: ["X: a", "x:b"] }"#, "x:b\r\nX: a\r\n", Violated),
        (r#"{ wire: "X:\t${dst.ip}" }"#, "X:\t10.0.2.7\r\n", Met),
        (r#"{ wire: "X: a\r\n b" }"#, "X: a\r\n b\r\n", Met),
        (r#"{ wire: "X: a\r\n b" }"#, "X: a\r\n\tb\r\n", Violated),
    ] {
        let spec = format!("hops:\n  h:\n    request:\n      headers:\n        X: {matcher}\n");
        let head = format!("GET / HTTP/1.1\r\n{lines}\r\n");
        assert_eq!(verdict(&spec, &head, "request.header.X"), verdict_, "{matcher} {lines:?}");
    }
}

#[test]
fn bytes_that_are_no_utf_8_can_be_written() {
    let spec = "hops:\n  h:\n    request:\n      headers:\n        X: { wire: \"X: caf\\xE9\" }\n";
    let run = |value: &[u8]| {
        let head = [b"GET / HTTP/1.1\r\nX: caf", value, b"\r\n\r\n"].concat();
        Check::new(spec).bytes(&head).verdict("request.header.X")
    };
    assert_eq!(run(b"\xe9"), Verdict::Met);
    assert_eq!(run("é".as_bytes()), Verdict::Met);
    assert_eq!(run(b"\xe8"), Verdict::Violated);
}

#[test]
fn other_keys_beside_wire_are_about_the_value() {
    let spec = "hops:\n  h:\n    request:\n      headers:\n        X: { wire: 'x: a', is: ip }\n";
    let rules = |head: &str| {
        let outcome = Check::new(spec).request(&format!("GET / HTTP/1.1\r\n{head}\r\n")).run();
        outcome.findings.iter().map(|f| (f.rule, f.message.clone())).collect::<Vec<_>>()
    };
    let missing = vec![(Rule::FieldMissing, "`X` is missing on hop `h`".to_owned())];
    assert_eq!(rules(""), missing);
    let value = [(Rule::FieldValueMismatch, "`X` is not what hop `h` must carry".to_owned())];
    let line = (Rule::FieldValueMismatch, "the line of `X` is not what hop `h` must carry".to_owned());
    assert_eq!(rules("x: a\r\n"), value);
    assert_eq!(rules("X: 10.0.0.1\r\n"), [line]);
}

#[test]
fn blocks_show_lines_as_they_stand_and_hide_secrets() {
    let spec =
        |name: &str, line: &str| format!("hops:\n  h:\n    request:\n      headers:\n        {name}: {{ wire: '{line}' }}\n");
    let finding = only(&Check::new(&spec("X", "X: a")).request("GET / HTTP/1.1\r\nA: b\r\nX:  a\r\n\r\n"));
    assert_eq!((finding.expected.as_deref(), finding.actual.as_deref()), (Some("`X: a`"), Some("X:  a")));
    let block = finding.block.unwrap();
    assert_eq!((block.expected[2].text.as_str(), block.actual[2].text.as_str()), ("X: a", "X:  a"));
    let secret = Check::new(&spec("Authorization", "Authorization: Bearer ${src.ip}"))
        .request("GET / HTTP/1.1\r\nauthorization:  Bearer S3CR3T\r\n\r\n");
    let finding = only(&secret);
    assert_eq!(finding.actual.as_deref(), Some("authorization:  Bearer <secret>"));
    assert_eq!(finding.block.unwrap().actual[1].text, "authorization:  Bearer <secret>");
}

#[test]
fn a_text_keeps_no_lines() {
    let spec = "hops:\n  h:\n    request:\n      headers:\n        X: { wire: 'X: a' }\n";
    let text = |head: &str| Check::new(spec).text(&format!("GET / HTTP/1.1\r\n{head}\r\n"));
    assert_eq!(text("X: a\r\n").verdict("request.header.X"), Verdict::Inconclusive);
    assert_eq!(only(&text("X: a\r\n")).notes, ["this source does not keep lines as they stood on the wire"]);
    assert_eq!(text("").verdict("request.header.X"), Verdict::Violated);
    let cut = Check::new(spec).cut_request("GET / HTTP/1.1\r\nX: a");
    assert_eq!(cut.verdict("request.header.X"), Verdict::Inconclusive);
}

fn trailers(matcher: &str, trailers: &[(&str, &str)], complete: Option<bool>) -> Check {
    let spec = format!("hops:\n  h:\n    response:\n      trailers: {{ Digest: {matcher} }}\n");
    let check = Check::new(&spec).trailers(trailers, complete);
    check.request("GET / HTTP/1.1\r\n\r\n").response("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"a")
}

#[test]
fn trailers_are_judged_as_fields() {
    use Verdict::{Inconclusive, Met, NotObserved, Violated};
    for (matcher, lines, complete, verdict) in [
        ("abc", &[("Digest", "abc")][..], Some(true), Met),
        ("abc", &[("X", "1"), ("digest", "abc")], Some(true), Met),
        ("abc", &[("Digest", "abd")], Some(true), Violated),
        ("abc", &[], Some(true), Violated),
        ("abc", &[("Digest", "abc"), ("Digest", "abc")], Some(true), Violated),
        ("[a, b]", &[("Digest", "a"), ("Digest", "b")], Some(true), Met),
        ("{ is: hex, optional: true }", &[], Some(true), NotObserved),
        ("abc", &[], Some(false), Inconclusive),
        ("abc", &[("Digest", "abc")], Some(false), Inconclusive),
        ("{ is: hex, optional: true }", &[], None, Inconclusive),
    ] {
        assert_eq!(
            trailers(matcher, lines, complete).verdict("response.trailer.Digest"),
            verdict,
            "{matcher} {lines:?} {complete:?}"
        );
    }
}

#[test]
fn findings_of_trailers() {
    for (lines, rule, message) in [
        (&[("Digets", "a")][..], Rule::FieldMissing, "trailer `Digest` is missing in the response on hop `h`"),
        (&[("Digest", "x")], Rule::FieldValueMismatch, "trailer `Digest` is not what hop `h` must carry in the response"),
        (
            &[("Digest", "a"), ("Digest", "b")],
            Rule::FieldRepeated,
            "trailer `Digest` stands 2 times in the response, hop `h` must carry it once",
        ),
    ] {
        let finding = only(&trailers("{ is: hex }", lines, Some(true)));
        assert_eq!((finding.rule, finding.message.as_str()), (rule, message));
        if rule == Rule::FieldMissing {
            assert_eq!(finding.notes, ["the message has `Digets`: a near miss?"]);
        }
        let block = finding.block.unwrap();
        assert_eq!(block.expected.last().unwrap().text.split(':').next(), Some("trailer Digest"));
    }
    assert_eq!(only(&trailers("a", &[], None)).notes, ["the body does not end in the capture, and trailers follow it"]);
}

#[test]
fn trailers_in_texts_are_inconclusive_and_may_select() {
    let spec = "hops:\n  h:\n    request:\n      trailers: { A: b }\n";
    let text = Check::new(spec).text("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n");
    assert_eq!(text.verdict("request.trailer.A"), Verdict::Inconclusive);
    let spec = "hops:\n  h:\n    select: { response: { trailers: { A: { present: true } } } }\n    request: { method: GET }\n";
    let run = |trailers: &[(&str, &str)]| {
        let check = Check::new(spec).trailers(trailers, Some(true));
        let check = check.request("GET / HTTP/1.1\r\n\r\n").response("HTTP/1.1 200 OK\r\n\r\n", b"");
        check.run().specs[0].hops[0].exchanges
    };
    assert_eq!((run(&[("a", "1")]), run(&[("b", "1")])), (1, 0));
}
