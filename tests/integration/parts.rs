//! Cookies, tokens, signatures, trailers and lines as they stand: the real program on captures, right and with one thing
//! wrong, and nothing secret in what it prints.

use crate::edge::{connection, pcap};
use crate::kit::root;
use crate::program::Program;

const SPEC: &str = r#"
hops:
  client-to-app:
    request:
      headers:
        Host: { wire: "Host: ${dst}" }
        Authorization: { jwt: { header.alg: ES256, payload.sub: { is: uuid, bind: user }, payload.iss: { prefix: 'https://' } } }
        X-User: ${user}
        X-Request-Arn: { is: arn }
      cookies:
        sid: { regex: '[0-9a-f]{32}', bind: session }
        theme: { one_of: [dark, light], optional: true }
      trailers: { X-Checksum: { is: base64url } }
    response:
      set_cookies:
        sid:
          value: ${session}
          Path: /
          Expires: { is: http-date }
          Secure: true
          HttpOnly: true
          Domain: false
      trailers: { Digest: { regex: '[0-9a-f]{8}' } }
"#;

// {"alg":"ES256","typ":"JWT"} . {"sub":"b66fce5c-943e-46cd-b965-dc98eef6c8c1","iss":"https://a.example"}
const TOKEN: &str = "eyJhbGciOiJFUzI1NiIsInR5cCI6IkpXVCJ9.\
    eyJzdWIiOiJiNjZmY2U1Yy05NDNlLTQ2Y2QtYjk2NS1kYzk4ZWVmNmM4YzEiLCJpc3MiOiJodHRwczovL2EuZXhhbXBsZSJ9.c2lnbmF0dXJl";
const USER: &str = "b66fce5c-943e-46cd-b965-dc98eef6c8c1";
const SESSION: &str = "0123456789abcdef0123456789abcdef";

fn request() -> String {
    format!(
        "POST /a HTTP/1.1\r\nHost: 10.0.2.7:8000\r\nAuthorization: Bearer {TOKEN}\r\nX-User: {USER}\r\n\
         X-Request-Arn: arn:aws:iam::123456789012:role/app\r\nCookie: theme=dark; sid={SESSION}\r\n\
         Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX-Checksum: aGVsbG8\r\n\r\n"
    )
}

fn response() -> String {
    format!(
        "HTTP/1.1 200 OK\r\n\
         Set-Cookie: sid={SESSION}; Expires=Sun, 22 Nov 2026 10:04:49 GMT; Path=/; Secure; HttpOnly\r\n\
         Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nDigest: 00c0ffee\r\n\r\n"
    )
}

fn program(request: &str, response: &str) -> Program {
    let capture = pcap(&[connection().says(request).answers(response)]);
    Program::new().file("app.yaml", SPEC).file("a.pcap", capture)
}

#[test]
fn what_is_right_is_met() {
    let run = program(&request(), &response()).run(&["check", "-s", "app.yaml", "a.pcap", "--strict"]).code(0);
    assert!(run.stdout.starts_with("met "), "{}", run.stdout);
}

#[test]
fn one_thing_wrong_is_one_finding_that_names_it() {
    let other = "11111111-943e-46cd-b965-dc98eef6c8c1";
    for (from, to, subject) in [
        ("Host: 10", "host: 10", "request.header.Host"),
        ("Host: 10", "Host:  10", "request.header.Host"),
        // {"alg":"none","typ":"JWT"}
        ("eyJhbGciOiJFUzI1NiIsInR5cCI6IkpXVCJ9", "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0", "request.header.Authorization"),
        (".c2lnbmF0dXJl", "", "request.header.Authorization"),
        ("Bearer ", "Basic ", "request.header.Authorization"),
        (&format!("X-User: {USER}"), &format!("X-User: {other}"), "request.header.X-User"),
        ("arn:aws:iam", "aws:iam", "request.header.X-Request-Arn"),
        ("theme=dark", "theme=pink", "request.cookie.theme"),
        ("; sid=", "; Sid=", "request.cookie.sid"),
        ("theme=dark", "sid=00", "request.cookie.sid"),
        ("X-Checksum: aGVsbG8", "X-Checksum: a+b/", "request.trailer.X-Checksum"),
        ("X-Checksum: aGVsbG8\r\n", "", "request.trailer.X-Checksum"),
        (&format!("Set-Cookie: sid={SESSION}"), &format!("Set-Cookie: sid=x{SESSION}"), "response.set_cookie.sid"),
        ("Set-Cookie: sid", "Set-Cookie: Sid", "response.set_cookie.sid"),
        ("Path=/", "Path=/a", "response.set_cookie.sid.Path"),
        ("Sun, 22 Nov", "Mon, 22 Nov", "response.set_cookie.sid.Expires"),
        ("; Secure", "", "response.set_cookie.sid.Secure"),
        ("; HttpOnly", "", "response.set_cookie.sid.HttpOnly"),
        ("; Secure", "; Secure; domain=a.example", "response.set_cookie.sid.Domain"),
        ("Digest: 00c0ffee", "Digest: 00c0", "response.trailer.Digest"),
        ("Digest: ", "Digests: ", "response.trailer.Digest"),
    ] {
        let (request, response) = (request(), response());
        assert!(request.contains(from) || response.contains(from), "{from}");
        let program = program(&request.replacen(from, to, 1), &response.replacen(from, to, 1));
        let run = program.run(&["check", "--format", "json", "-s", "app.yaml", "a.pcap"]).code(1);
        let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
        let errors: Vec<&str> = report["findings"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|f| f["severity"] == "error")
            .map(|f| f["subject"].as_str().unwrap())
            .collect();
        assert_eq!(errors, [subject], "{from:?} → {to:?}");
        // Nothing secret is printed, in any form.
        for args in [&["--format", "json"][..], &["-v"], &[]] {
            let run = program.run(&[&["check", "-s", "app.yaml", "a.pcap"], args].concat());
            for secret in [SESSION, "eyJ", "c2lnbmF0dXJl"] {
                assert!(
                    !run.stdout.contains(secret) && !run.stderr.contains(secret),
                    "{from:?} → {to:?}: {secret}\n{}",
                    run.stdout
                );
            }
        }
    }
}

#[test]
fn what_is_shown_of_them() {
    let program = program(&request().replace("sid=", "Sid="), &response().replace("Path=/", "Path=/a"));
    let run = program.run(&["check", "-s", "app.yaml", "a.pcap"]).code(1);
    insta::assert_snapshot!(run.stdout);
}

#[test]
fn secrets_are_shown_where_they_are_asked_for() {
    let program = program(&request().replace("; sid=", "; Sid="), &response());
    let run = program.run(&["check", "--show-secrets", "-s", "app.yaml", "a.pcap"]).code(1);
    assert!(run.stdout.contains(&format!("Cookie: theme=dark; Sid={SESSION}")), "{}", run.stdout);
}

#[test]
fn a_body_without_end_has_unknown_trailers() {
    let cut = response().replace("0\r\nDigest: 00c0ffee\r\n\r\n", "");
    let run = program(&request(), &cut).run(&["check", "--format", "json", "-s", "app.yaml", "a.pcap"]).code(0);
    let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    let expectations = report["specs"][0]["hops"][0]["expectations"].as_array().unwrap();
    let digest = expectations.iter().find(|e| e["subject"] == "response.trailer.Digest").unwrap();
    assert_eq!(digest["verdict"], "inconclusive");
}

/// Requests of real clients: curl and the SDK for JavaScript, signed in the field and in the target.
#[test]
fn signatures_of_real_clients() {
    let spec = r#"
hops:
  signed:
    select: { request: { headers: { Authorization: { prefix: AWS4- } } } }
    request:
      headers:
        Authorization: { is: sigv4 }
        X-Amz-Date: { prefix: '${header("Authorization").sigv4().date}T', suffix: Z }
        X-Scope: { optional: true, equals: '${header("Authorization").sigv4().scope}' }
  presigned:
    select: { request: { query: { X-Amz-Signature: { present: true } } } }
    request:
      query:
        X-Amz-Date: { prefix: '${request.target.sigv4().date}' }
        X-Amz-Credential: { suffix: '/${request.query.sigv4().region}/s3/aws4_request' }
        X-Amz-Expires: '${request.target.sigv4().expires}'
        X-Amz-Algorithm: '${request.target.sigv4().algorithm}'
"#;
    let captures = root().join("tests/fixtures/captures/s3");
    let mut exchanges = [0, 0];
    for name in ["s3-presigned-curl.pcap", "s3-sdk-js-v3.pcap"] {
        let capture = std::fs::read(captures.join(name)).unwrap();
        let program = Program::new().file("s3.yaml", spec).file("a.pcap", &capture);
        let run = program.run(&["check", "--format", "json", "-s", "s3.yaml", "a.pcap"]);
        let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
        for (at, hop) in report["specs"][0]["hops"].as_array().unwrap().iter().enumerate() {
            exchanges[at] += hop["exchanges"].as_u64().unwrap();
            assert_ne!(hop["verdict"], "violated", "{name}: {}", run.stdout);
        }
        // Another day in the scope is caught, and the scope is shown.
        let wrong: Vec<u8> = String::from_utf8_lossy(&capture)
            .contains("20261123")
            .then(|| replaced(&capture, b"/20261123/", b"/20261124/"))
            .unwrap();
        let program = Program::new().file("s3.yaml", spec).file("a.pcap", wrong);
        let run = program.run(&["check", "-s", "s3.yaml", "a.pcap"]).code(1);
        assert!(run.stdout.contains("a value that begins with `20261124T`"), "{}", run.stdout);
        assert!(!run.stdout.contains("AKIAIOSFODNN7EXAMPLE"), "{}", run.stdout);
    }
    assert!(exchanges[0] >= 4 && exchanges[1] >= 2, "{exchanges:?}");
}

fn replaced(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let mut at = 0;
    while let Some(found) = bytes[at..].windows(from.len()).position(|window| window == from) {
        bytes[at + found..at + found + to.len()].copy_from_slice(to);
        at += found + to.len();
    }
    bytes
}
