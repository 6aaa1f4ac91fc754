//! Tokens and signatures: what is compared, and that nothing of them is shown.

use super::driver::Check;
use crate::finding::{Finding, Verdict};

const TOKEN: &str = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2ln";
const SIGNED: &str = "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, \
    SignedHeaders=host;x-amz-date, Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41";
const PRESIGNED: &str = "/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Feu-west-1%2Fs3\
    %2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host\
    &X-Amz-Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41";

fn fields(spec: &str) -> String {
    format!("hops:\n  h:\n    request:\n      headers: {spec}\n")
}

fn only(check: &Check) -> Finding {
    let outcome = check.run();
    let [finding] = &outcome.findings[..] else { panic!("{:#?}", outcome.findings) };
    finding.clone()
}

/// What a finding tells, but for the text of the spec.
fn told(finding: &Finding) -> String {
    let mut finding = finding.clone();
    finding.spec = None;
    format!("{finding:?}")
}

#[test]
fn a_token_that_is_wrong_is_told_by_its_path_alone() {
    for (spec, value, expected) in [
        ("{ Authorization: { jwt: { payload.sub: bob } } }", format!("Bearer {TOKEN}"), "a JWT whose `payload.sub` is `bob`"),
        ("{ Authorization: { jwt: { payload.iss: x } } }", format!("Bearer {TOKEN}"), "a JWT with `payload.iss`, it is missing"),
        ("{ Authorization: { jwt: { payload.sub: bob } } }", "Bearer abc".to_owned(), "a JWT, but it has 1 part and not 3"),
        (
            "{ Authorization: { jwt: { header.alg: ES256 }, others: error } }",
            format!("Bearer {TOKEN}").replace("NiJ9.", "NiIsImEiOjF9."),
            "a JWT without `header.a`",
        ),
    ] {
        let finding = only(&Check::new(&fields(spec)).request(&format!("GET / HTTP/1.1\r\nAuthorization: {value}\r\n\r\n")));
        assert_eq!((finding.expected.as_deref(), finding.actual.as_deref()), (Some(expected), Some("Bearer <secret>")));
        assert!(!told(&finding).contains("eyJ") && !told(&finding).contains("alice"), "{finding:?}");
    }
}

#[test]
fn a_token_in_any_field_is_hidden_with_its_claims() {
    let spec = fields("{ X-Token: { jwt: { payload.sub: { bind: sub } } }, X-User: '${sub}' }");
    let check = |user: &str| Check::new(&spec).request(&format!("GET / HTTP/1.1\r\nX-Token: {TOKEN}\r\nX-User: {user}\r\n\r\n"));
    assert_eq!(check("alice").verdict("request.header.X-User"), Verdict::Met);
    let finding = only(&check("bob"));
    assert_eq!((finding.expected.as_deref(), finding.bound[0].value.as_str()), (Some("`<secret>`"), "<secret>"));
    assert!(!told(&finding).contains("eyJ") && !told(&finding).contains("alice"), "{finding:?}");
}

#[test]
fn an_encrypted_token_cannot_be_looked_into() {
    // {"alg":"dir","enc":"A128GCM"}
    let value = "eyJhbGciOiJkaXIiLCJlbmMiOiJBMTI4R0NNIn0.a.b.c.d";
    let check =
        Check::new(&fields("{ A: { jwt: { payload.sub: x } } }")).request(&format!("GET / HTTP/1.1\r\nA: {value}\r\n\r\n"));
    assert_eq!(check.verdict("request.header.A"), Verdict::Inconclusive);
    assert_eq!(only(&check).notes, ["the token cannot be looked into: it is encrypted (JWE), and its payload cannot be read"]);
}

#[test]
fn masked_tokens_and_signatures_are_inconclusive() {
    let run = |spec: &str, value: &str| {
        let text = format!("GET / HTTP/1.1\r\nA: {value}\r\n\r\n");
        Check::new(&fields(spec)).text(&text).verdict("request.header.A")
    };
    assert_eq!(run("{ A: { jwt: { payload.sub: alice } } }", "eyJhbGciOiJFUzI1NiJ9.xxxx.xxxx"), Verdict::Inconclusive);
    // What stands there is judged.
    let half = TOKEN.replace("c2ln", "xxxx");
    assert_eq!(run("{ A: { jwt: { payload.sub: alice } } }", &half), Verdict::Met);
    assert_eq!(run("{ A: { is: sigv4 } }", &SIGNED.replace("AKIAIOSFODNN7EXAMPLE", "xxxx")), Verdict::Inconclusive);
}

#[test]
fn the_scope_of_a_signature_is_shown_and_the_rest_is_not() {
    let spec = fields(
        "{ Authorization: { is: sigv4 }, X-Amz-Date: { prefix: '${header(\"Authorization\").sigv4().date}' }, \
         X: { optional: true, equals: '${header(\"Authorization\").sigv4().signature}' } }",
    );
    let run = |fields: &str| Check::new(&spec).request(&format!("GET / HTTP/1.1\r\nAuthorization: {SIGNED}\r\n{fields}\r\n"));
    assert!(run("X-Amz-Date: 20130524T000000Z\r\n").run().findings.is_empty());
    let finding = only(&run("X-Amz-Date: 20130525T000000Z\r\n"));
    assert_eq!(finding.expected.as_deref(), Some("a value that begins with `20130524`"));
    let finding = only(&run("X-Amz-Date: 20130524T000000Z\r\nX: other\r\n"));
    assert_eq!(
        finding.expected.as_deref(),
        Some("`{ optional: true, equals: '${header(\"Authorization\").sigv4().signature}' }`")
    );
    for finding in
        run("X-Amz-Date: 1\r\nX: AKIAIOSFODNN7EXAMPLE f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41\r\n")
            .run()
            .findings
    {
        assert!(!told(&finding).contains("f0e8bd") && !told(&finding).contains("AKIAIOS"), "{finding:?}");
    }
}

#[test]
fn presigned_targets_tell_their_scope() {
    let spec = fields(
        "{ Host: 'b.s3.${request.target.sigv4().region}.amazonaws.com', X: { optional: true, equals: '${request.query.sigv4().signature}' } }",
    );
    let run = |target: &str, fields: &str| Check::new(&spec).request(&format!("GET {target} HTTP/1.1\r\n{fields}\r\n"));
    let host = "Host: b.s3.eu-west-1.amazonaws.com\r\n";
    assert_eq!(run(PRESIGNED, host).verdict("request.header.Host"), Verdict::Met);
    assert_eq!(run(PRESIGNED, "Host: b.s3.us-east-1.amazonaws.com\r\n").verdict("request.header.Host"), Verdict::Violated);
    assert_eq!(run("/k", host).verdict("request.header.Host"), Verdict::Inconclusive);
    let finding = only(&run(PRESIGNED, &format!("{host}X: other\r\n")));
    assert!(!told(&finding).contains("f0e8bd") && !told(&finding).contains("AKIAIOS"), "{finding:?}");
    // A reason names the expression, and quotes nothing of what it stands on.
    let broken = PRESIGNED.replace("X-Amz-SignedHeaders", "X-Amz-Signed");
    let finding = only(&run(&broken, host));
    assert_eq!(finding.notes, ["`request.target` has no `X-Amz-SignedHeaders`"]);
}

#[test]
fn conditions_look_into_signatures_and_hide_them() {
    let spec = "
hops:
  h:
    checks:
      - id: date
        that: request.header(\"X-Amz-Date\").startsWith(request.header(\"Authorization\").sigv4().date)
      - id: host-is-signed
        that: request.header(\"Authorization\").sigv4().signed_headers.exists(name, name == \"host\")
      - id: signature
        that: request.header(\"Authorization\").sigv4().signature == \"00\" || (request.target + \"\").sigv4().signature == \"1\"
";
    let check =
        Check::new(spec).request(&format!("GET {PRESIGNED} HTTP/1.1\r\nAuthorization: {SIGNED}\r\nX-Amz-Date: 2013\r\n\r\n"));
    assert_eq!(check.verdict("check.date"), Verdict::Violated);
    assert_eq!(check.verdict("check.host-is-signed"), Verdict::Met);
    assert_eq!(check.verdict("check.signature"), Verdict::Violated);
    let findings = check.run().findings;
    let all: String = findings.iter().map(told).collect();
    assert!(!all.contains("f0e8bd") && !all.contains("AKIAIOS"), "{all}");
    assert!(all.contains("\\\"20130524\\\""), "the date of the scope is shown: {all}");
}
