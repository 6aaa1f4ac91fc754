//! Bound names, params, addresses and the functions in `${…}`.

use super::driver::Check;
use crate::finding::Verdict;

const API: &str = "
hops:
  h:
    request:
      headers:
        User-Agent: AmazonAPIGateway_${api_id}
        x-amzn-apigateway-api-id: { regex: '[a-z0-9]{10}', bind: api_id }
";

#[test]
fn a_bound_name_holds_in_the_whole_exchange() {
    let met = Check::new(API)
        .request("GET / HTTP/1.1\r\nx-amzn-apigateway-api-id: a1b2c3d4e5\r\nUser-Agent: AmazonAPIGateway_a1b2c3d4e5\r\n\r\n");
    assert_eq!(met.verdict("request.header.User-Agent"), Verdict::Met);
    let other = Check::new(API)
        .request("GET / HTTP/1.1\r\nx-amzn-apigateway-api-id: a1b2c3d4e5\r\nUser-Agent: AmazonAPIGateway_zzzzzzzzzz\r\n\r\n");
    assert_eq!(other.verdict("request.header.User-Agent"), Verdict::Violated);
    let finding = &other.run().findings[0];
    assert_eq!(finding.expected.as_deref(), Some("`AmazonAPIGateway_a1b2c3d4e5`"));
    assert_eq!(finding.bound[0].value, "a1b2c3d4e5");
    assert_eq!(finding.bound[0].from, "x-amzn-apigateway-api-id of the same request");
}

#[test]
fn a_name_without_a_value_is_inconclusive() {
    let missing = Check::new(API).request("GET / HTTP/1.1\r\nUser-Agent: AmazonAPIGateway_a1b2c3d4e5\r\n\r\n");
    assert_eq!(missing.verdict("request.header.User-Agent"), Verdict::Inconclusive);
    assert_eq!(missing.verdict("request.header.x-amzn-apigateway-api-id"), Verdict::Violated);
}

#[test]
fn names_are_bound_inside_structures() {
    let spec = "
hops:
  h:
    request:
      headers:
        T: { pairs: { Root: { is: xray-id, bind: root } } }
        X: { list: { last: { bind: peer } } }
    response:
      headers:
        R: Root=${root}
        P: ${peer}
";
    let request = "GET / HTTP/1.1\r\nT: Self=x;Root=1-5ee5f641-b7ceb780f01cd2f07af9b4d0\r\nX: a, b\r\n\r\n";
    let response = "HTTP/1.1 200 OK\r\nR: Root=1-5ee5f641-b7ceb780f01cd2f07af9b4d0\r\nP: b\r\nContent-Length: 0\r\n\r\n";
    let check = Check::new(spec).request(request).response(response, b"");
    assert_eq!(check.verdict("response.header.R"), Verdict::Met);
    assert_eq!(check.verdict("response.header.P"), Verdict::Met);
    let wrong = Check::new(spec).request(request).response(&response.replace("P: b", "P: a"), b"");
    assert_eq!(wrong.verdict("response.header.P"), Verdict::Violated);
}

#[test]
fn addresses_of_the_connection() {
    for (template, right, wrong) in [
        ("${dst}", "10.0.2.7:8000", "10.0.2.8:8000"),
        ("${src}", "10.0.1.5:41022", "10.0.2.7:8000"),
        ("${dst.ip}", "10.0.2.7", "10.0.1.5"),
        ("'port ${dst.port}'", "port 8000", "port 80"),
    ] {
        let spec = format!("hops:\n  h:\n    request:\n      headers:\n        X: {template}\n");
        let run =
            |value: &str| Check::new(&spec).request(&format!("GET / HTTP/1.1\r\nX: {value}\r\n\r\n")).verdict("request.header.X");
        assert_eq!(run(right), Verdict::Met, "{template}");
        assert_eq!(run(wrong), Verdict::Violated, "{template}");
        // A text has no addresses.
        let text = Check::new(&spec).text(&format!("GET / HTTP/1.1\r\nX: {right}\r\n\r\n"));
        assert_eq!(text.verdict("request.header.X"), Verdict::Inconclusive, "{template}");
    }
}

#[test]
fn functions_in_templates() {
    for (expression, value) in [
        ("header(\"T\").pair(\"Root\")", "1-5ee5f641-b7ceb780f01cd2f07af9b4d0"),
        ("header(\"T\").pair(\"Root\").epoch()", "1592129089"),
        ("header(\"L\").members()[1]", "B"),
        ("header(\"L\").members()[-1].lower()", "b"),
        ("header(\"H\").host()", "example.com"),
        ("header(\"H\").port()", "8443"),
        ("header(\"H\").without_default_port()", "example.com:8443"),
        ("header(\"B\").base64()", "hello"),
        ("header(\"L\").md5()", "b8b87deae04cfb6d5b5ec4a0e7e0bcc1"),
        ("header(\"J\").json().a[0].b", "7"),
        ("header(\"J\").json()[\"a\"][0][\"b\"]", "7"),
        ("header(\"C\").cookie(\"s\")", "1"),
        ("header(\"W\").jwt().header.alg", "ES256"),
        ("header(\"W\").jwt().payload[\"sub\"]", "1"),
        ("header(\"S\").sigv4().scope", "20130524/us-east-1/s3/aws4_request"),
        ("header(\"S\").sigv4().signed_headers[-1]", "x-amz-date"),
        ("request.method + \" \" + request.path", "GET /p"),
        ("request.query", "q=1"),
        ("request.target", "/p?q=1"),
        ("request.version", "HTTP/1.1"),
    ] {
        let spec = format!("hops:\n  h:\n    request:\n      headers:\n        X: '${{{expression}}}'\n");
        let head = |x: &str| {
            format!(
                "GET /p?q=1 HTTP/1.1\r\nT: Root=1-5ee5f641-b7ceb780f01cd2f07af9b4d0\r\nL: a, B\r\nH: example.com:8443\r\n\
                 B: aGVsbG8=\r\nJ: {{\"a\":[{{\"b\":7}}]}}\r\nC: t=0; s=1\r\n\
                 W: Bearer eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln\r\n\
                 S: AWS4-HMAC-SHA256 Credential=AKIA/20130524/us-east-1/s3/aws4_request, SignedHeaders=host;x-amz-date, Signature=00\r\n\
                 X: {x}\r\n\r\n"
            )
        };
        let run = |x: &str| Check::new(&spec).request(&head(x)).verdict("request.header.X");
        if !expression.contains("md5") {
            assert_eq!(run(value), Verdict::Met, "{expression}");
        }
        assert_eq!(run("other"), Verdict::Violated, "{expression}");
    }
}

#[test]
fn what_an_expression_lacks_is_inconclusive() {
    for expression in [
        "header(\"Nope\")",
        "header(\"X\").pair(\"Nope\")",
        "header(\"X\").json()",
        "header(\"X\").members()[7]",
        "header(\"X\").jwt().header.alg",
        "header(\"X\").sigv4().date",
        "header(\"X\").cookie(\"a\")",
        "response.status",
    ] {
        let spec = format!("hops:\n  h:\n    request:\n      headers:\n        X: 'a${{{expression}}}'\n");
        let check = Check::new(&spec).request("GET / HTTP/1.1\r\nX: a\r\n\r\n");
        assert_eq!(check.verdict("request.header.X"), Verdict::Inconclusive, "{expression}");
    }
}

#[test]
fn params_given_default_and_unset() {
    let spec = "
params:
  target: { default: '${dst}', is: ip-port }
  alb: { is: dns-name }
  client: { optional: true, is: ip }
hops:
  h:
    request:
      headers:
        Host: ${target}
        A: { optional: true, equals: '${alb}' }
        B: { optional: true, equals: '${alb}' }
        C: { optional: true, equals: 'x-${alb}' }
        D: { optional: true, not: '${client}' }
";
    let run = |params: &[(&str, &str)], head: &str, subject: &str| {
        Check::new(spec).params(params).request(&format!("GET / HTTP/1.1\r\n{head}\r\n")).verdict(subject)
    };
    let host = "request.header.Host";
    assert_eq!(run(&[], "Host: 10.0.2.7:8000\r\n", host), Verdict::Met);
    assert_eq!(run(&[], "Host: 10.0.2.8:8000\r\n", host), Verdict::Violated);
    assert_eq!(run(&[("target", "10.9.9.9:1")], "Host: 10.9.9.9:1\r\n", host), Verdict::Met);
    // Unset: the constraint, and the same text wherever the name stands.
    assert_eq!(run(&[], "A: a.b\r\n", "request.header.A"), Verdict::Met);
    assert_eq!(run(&[], "A: 10.0.0.1\r\n", "request.header.A"), Verdict::Violated);
    assert_eq!(run(&[], "A: a.b\r\nB: a.b\r\n", "request.header.B"), Verdict::Met);
    assert_eq!(run(&[], "A: a.b\r\nB: c.d\r\n", "request.header.B"), Verdict::Violated);
    assert_eq!(run(&[("alb", "a.b")], "A: c.d\r\n", "request.header.A"), Verdict::Violated);
    // Unset inside a longer text.
    assert_eq!(run(&[], "C: x-a.b\r\n", "request.header.C"), Verdict::Inconclusive);
    assert_eq!(run(&[("alb", "a.b")], "C: x-a.b\r\n", "request.header.C"), Verdict::Met);
    // Optional and unset: not judged.
    assert_eq!(run(&[], "D: 10.0.0.1\r\n", "request.header.D"), Verdict::NotObserved);
    assert_eq!(run(&[("client", "10.0.0.1")], "D: 10.0.0.1\r\n", "request.header.D"), Verdict::Violated);
    assert_eq!(run(&[("client", "10.0.0.1")], "D: 10.0.0.2\r\n", "request.header.D"), Verdict::Met);
}

#[test]
fn a_field_whose_line_is_cut_has_no_value() {
    let spec = "hops:\n  h:\n    request:\n      headers:\n        X: '${header(\"Y\")}'\n";
    let cut = |head: &str| Check::new(spec).cut_request(head).verdict("request.header.X");
    assert_eq!(cut("GET / HTTP/1.1\r\nX: ab\r\nY: a"), Verdict::Inconclusive);
    assert_eq!(cut("GET / HTTP/1.1\r\nX: ab\r\nY: a\r\n"), Verdict::Violated);
    assert_eq!(cut("GET / HTTP/1.1\r\nX: ab\r\nY: ab\r\nZ: a"), Verdict::Met);
}
