//! Findings: one for each rule at each place, with up to three values, their block and nothing secret.

use super::driver::Check;
use crate::finding::{EvidencePlace, Rule};

const SPEC: &str = "
hops:
  h:
    request:
      method: GET
      headers:
        Host: a.b
        X-Mode: { one_of: [x, y], why: the gateway knows two modes }
        User-Agent: { prefix: probe/ }
      absent: [Via]
";

#[test]
fn one_finding_however_often() {
    let mut check = Check::new(SPEC);
    for mode in ["1", "2", "1", "3", "4", "1"] {
        check = check.request(&format!("GET / HTTP/1.1\r\nHost: a.b\r\nX-Mode: {mode}\r\nUser-Agent: probe/1\r\n\r\n"));
    }
    let outcome = check.request("GET / HTTP/1.1\r\nHost: a.b\r\nX-Mode: x\r\nUser-Agent: probe/1\r\n\r\n").run();
    assert_eq!(outcome.findings.len(), 1);
    let finding = &outcome.findings[0];
    assert_eq!((finding.count, finding.of), (6, 7));
    let values: Vec<(Option<&str>, u64)> = finding.samples.iter().map(|s| (s.actual.as_deref(), s.count)).collect();
    assert_eq!(values, [(Some("1"), 3), (Some("2"), 1), (Some("3"), 1)]);
    assert!(matches!(finding.samples[0].evidence.place, EvidencePlace::Packet { packet: 1, .. }));
    assert_eq!(finding.why.as_deref(), Some("the gateway knows two modes"));
}

#[test]
fn the_block_puts_everything_right() {
    let request = "POST / HTTP/1.1\r\nVia: 1.1 p\r\nHost: c.d\r\nUser-Agent: curl/8\r\nAccept: */*\r\n\r\n";
    let outcome = Check::new(SPEC).request(request).run();
    let block = outcome.findings[0].block.as_ref().expect("a block");
    let side = |lines: &[crate::finding::BlockLine]| lines.iter().map(|l| l.text.clone()).collect::<Vec<_>>().join("\n");
    insta::assert_snapshot!(format!("{}\n---\n{}", side(&block.expected), side(&block.actual)), @r"
    GET / HTTP/1.1
    Host: a.b
    X-Mode: ‹one of `x`, `y`›
    User-Agent: ‹a value that begins with `probe/`›
    Accept: */*
    ---
    POST / HTTP/1.1
    Via: 1.1 p
    Host: c.d
    User-Agent: curl/8
    Accept: */*
    ");
    // All findings of the exchange share it.
    assert_eq!(outcome.findings.len(), 5);
    assert!(outcome.findings.iter().all(|f| f.block.as_ref().is_some_and(|b| std::sync::Arc::ptr_eq(b, block))));
}

#[test]
fn headlines_and_expected() {
    let request = "POST / HTTP/1.1\r\nVia: 1.1 p\r\nHost: c.d\r\nHost: e.f\r\nX_Mode: x\r\nUser-Agent: curl/8\r\n\r\n";
    let outcome = Check::new(SPEC).request(request).run();
    let told: Vec<String> = outcome
        .findings
        .iter()
        .map(|f| {
            format!("{}: {} | {} | {}", f.rule.id(), f.message, f.expected.as_deref().unwrap_or("-"), f.notes.join("; "))
                .trim_end()
                .to_owned()
        })
        .collect();
    insta::assert_snapshot!(told.join("\n"), @r"
    message-line-mismatch: the request's method is not what hop `h` must carry | `GET` |
    field-repeated: `Host` stands on 2 lines, hop `h` must carry one | one line, `a.b` |
    field-missing: `X-Mode` is missing on hop `h` | one of `x`, `y` | the message has `X_Mode`: a near miss?
    field-value-mismatch: `User-Agent` is not what hop `h` must carry | a value that begins with `probe/` |
    field-unexpected: `Via` must not be there on hop `h` | no such field |
    ");
}

#[test]
fn secrets_are_never_in_findings() {
    let spec = "
hops:
  h:
    request:
      target: /x
      headers:
        Authorization: { prefix: 'Basic ', bind: auth }
        X-Echo: { equals: '${auth}' }
        Cookie: { pairs: { session: { regex: '[a-z]+' } } }
";
    let request = "GET /a?X-Amz-Signature=deadbeefcafe HTTP/1.1\r\nAuthorization: Bearer topsecrettoken\r\nX-Echo: nope\r\nCookie: session=HUSHHUSH\r\n\r\n";
    let outcome = Check::new(spec).request(request).run();
    let told = format!(
        "{:?}",
        outcome.findings.iter().map(|f| (&f.expected, &f.actual, &f.samples, &f.bound, &f.notes, &f.block)).collect::<Vec<_>>()
    );
    for secret in ["topsecrettoken", "HUSHHUSH", "deadbeefcafe"] {
        assert!(!told.contains(secret), "{secret} in {told}");
    }
    assert!(outcome.findings.len() >= 4);
    // What the spec spells out is shown: it is no secret.
    assert!(told.contains("begins with `Basic `"), "{told}");
    let shown = Check::new(spec).show_secrets().request(request).run();
    assert!(shown.findings.iter().any(|f| f.actual.as_deref().is_some_and(|a| a.contains("topsecrettoken"))));
}

/// Everything that a report may print of an outcome.
fn told(check: &Check) -> String {
    let findings = check.run().findings;
    assert!(!findings.is_empty());
    findings
        .iter()
        .map(|f| {
            format!("{} {:?} {:?} {:?} {:?} {:?} {:?}\n", f.message, f.expected, f.actual, f.samples, f.bound, f.notes, f.block)
        })
        .collect()
}

#[test]
fn what_is_made_of_a_secret_is_named_and_not_shown() {
    let of = |fields: &str| format!("hops:\n  h:\n    request:\n      headers:\n{fields}");
    let head = "GET / HTTP/1.1\r\nAuthorization: Bearer TopSecretToken\r\nCookie: sid=HushHush; t=xxxx\r\nX: nope\r\n\r\n";
    for (fields, shown) in [
        ("        X: ${request.header(\"Authorization\").lower()}\n", "${request.header("),
        ("        X: ${request.header(\"Authorization\")}\n", "<secret>"),
        ("        X: ${request.header(\"Cookie\").cookie(\"sid\").port()}\n", ".cookie("),
        ("        Authorization: { bind: token }\n        X: a${token.pair(\"y\")}\n", "`token` has no part"),
        ("        Cookie: { contains: zzz }\n", "the value is masked"),
    ] {
        let told = told(&Check::new(&of(fields)).text(head)).to_lowercase();
        assert!(!told.contains("topsecrettoken") && !told.contains("hushhush"), "{fields}{told}");
        assert!(told.contains(shown), "{fields}{told}");
    }
    let given = of("        Authorization: Bearer ${token}\n").replace("hops:", "params: { token: { is: hex } }\nhops:");
    let told = told(&Check::new(&given).params(&[("token", "c0ffeec0ffee")]).request(head));
    assert!(!told.contains("c0ffee"), "{told}");
}

#[test]
fn secrets_in_bodies_and_malformed_lines_are_masked() {
    let spec = "
hops:
  h:
    request: { headers: { Host: a } }
    response:
      body: { json: { headers.authorization: Bearer abc, 'headers[\"x-api-key\"]': abc, headers: { present: true, json: { a: 1 } } } }
";
    let body = br#"{"headers": {"authorization": "Bearer TOPSECRET", "x-api-key": "HUSHHUSH", "Cookie": "s=QUIET"}}"#;
    let check = Check::new(spec)
        .request("GET / HTTP/1.1\r\n Cookie: s=QUIET\r\nAuthorization Bearer TOPSECRET\r\nHost: b\r\n\r\n")
        .response("HTTP/1.1 200 OK\r\n\r\n", body);
    let told = told(&check);
    for secret in ["TOPSECRET", "HUSHHUSH", "QUIET"] {
        assert!(!told.contains(secret), "{secret} in {told}");
    }
    assert!(told.contains("body-mismatch") || told.contains("headers.authorization"), "{told}");
}

#[test]
fn the_name_of_a_secret_field_is_none() {
    let spec = "hops:\n  h:\n    request:\n      name_case: lower\n";
    let outcome = Check::new(spec).request("GET / HTTP/1.1\r\nCookie: session=HUSHHUSH\r\n\r\n").run();
    let finding = &outcome.findings[0];
    assert_eq!((finding.expected.as_deref(), finding.actual.as_deref()), (Some("a name in lower case"), Some("Cookie")));
    assert!(!format!("{:?}", finding.block).contains("HUSHHUSH"));
}

#[test]
fn blocks_are_bounded_whatever_is_missing_or_there() {
    let fields: String = (0..300).map(|n| format!("        A-{n}: a\n")).collect();
    let head: String = (0..200).map(|n| format!("B-{n}: b\r\n")).collect();
    let check = Check::new(&format!("hops:\n  h:\n    request:\n      headers:\n{fields}"));
    let outcome = check.request(&format!("GET / HTTP/1.1\r\n{head}\r\n")).run();
    assert_eq!(outcome.findings.len(), 300);
    let block = outcome.findings[0].block.as_ref().unwrap();
    assert_eq!((block.expected.len(), block.actual.len(), block.left_out), (161, 81, 120 + 220));
}

#[test]
fn unexpected_names_are_capped() {
    let spec = "hops:\n  h:\n    request:\n      others: error\n";
    let head: String = (0..500).map(|n| format!("X-{n}: 1\r\n")).collect();
    let outcome = Check::new(spec).request(&format!("GET / HTTP/1.1\r\n{head}\r\n")).run();
    assert!(outcome.findings.len() <= 101, "{}", outcome.findings.len());
    assert!(outcome.findings.iter().all(|f| f.rule == Rule::FieldUnexpected));
    assert_eq!(outcome.findings.iter().map(|f| f.count).sum::<u64>(), 500);
    let shared: Vec<u64> = outcome.findings.iter().filter(|f| !f.notes.is_empty()).map(|f| f.count).collect();
    assert_eq!(shared, [400], "the one that stands for all further names says so");
}
