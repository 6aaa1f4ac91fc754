//! The stable text: what is replaced and what is not, and that the same traffic gives the same text.

use std::fs;
use std::net::IpAddr;

use super::finder::Finder;
use super::text::{of_input, text};
use crate::source::Input;
use crate::volatile::{Sign, TABLE};

fn of(bytes: &str) -> String {
    of_input(&Input::Bytes(bytes.as_bytes().into())).unwrap()
}

/// A field's value with its placeholders, alone in a capture.
fn field(name: &str, value: &str) -> String {
    let mut finder = Finder::default();
    finder.learn_field(name, value);
    finder.write_field(name, value)
}

#[test]
fn every_pattern_of_the_table_compiles_and_has_its_groups() {
    for row in TABLE {
        let (pattern, groups) = match row.sign {
            Sign::Field(names) => {
                assert!(!names.is_empty(), "{row:?}");
                continue;
            }
            Sign::Address(pattern) => (pattern, 1..=2),
            Sign::Part(_, pattern) | Sign::Shape(pattern) | Sign::Port(pattern) => (pattern, 1..=1),
        };
        let regex = regex::Regex::new(pattern).unwrap_or_else(|error| panic!("{row:?}: {error}"));
        assert!(groups.contains(&(regex.captures_len() - 1)), "{row:?}");
        assert!(regex.find("").is_none(), "{row:?} matches nothing");
    }
    assert!(TABLE.iter().all(|row| !row.why.is_empty() && row.kind.chars().all(|c| c.is_ascii_lowercase() || c == '-')));
    assert_eq!(field("X", "10.0.0.1"), "<ip:1>", "the alternation of all compiles");
}

#[test]
fn what_differs_between_recordings_is_replaced() {
    for (name, value, expected) in [
        ("Host", "10.0.11.20:8000", "<ip:1>:8000"),
        ("Host", "[2001:db8::7]:8000", "[<ip:1>]:8000"),
        ("X-Forwarded-For", "203.0.113.7, 198.51.100.9, 203.0.113.7", "<ip:1>, <ip:2>, <ip:1>"),
        ("X-Forwarded-For", "203.0.113.7:41022, 2001:db8::1, ::1", "<ip:1>:<port:1>, <ip:2>, <ip:3>"),
        ("Forwarded", "for=10.0.0.1;by=\"[fd00:ec2::1]:41000\"", "for=<ip:1>;by=\"[<ip:2>]:<port:1>\""),
        ("Host", "ip-10-0-1-5.ec2.internal, 10.0.1.5", "ip-<ip:1>.ec2.internal, <ip:1>"),
        ("Referer", "http://10.0.0.1/a", "http://<ip:1>/a"),
        (
            "X-Amzn-Trace-Id",
            "Self=1-5ee5a43c-dd74d6339c12b241bc3c6a38;Root=1-5ee5a43c-1bbb2733e2f4da50ca3b3d4d",
            "Self=<xray-id:1>;Root=<xray-id:2>",
        ),
        (
            "X-Amzn-Trace-Id",
            "Root=1-5ee5a43c-1bbb2733e2f4da50ca3b3d4d;Parent=53995c3f42cd8ad8;Sampled=1;Lineage=a87bd80c:0",
            "Root=<xray-id:1>;Parent=<span-id:1>;Sampled=1;Lineage=<id:1>",
        ),
        ("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "00-<trace-id:1>-<span-id:1>-01"),
        ("x-amzn-RequestId", "ac27b88f-32d7-4875-ad75-857a469c5429", "<uuid:1>"),
        ("x-amz-request-id", "656C76696E672E20", "<id:1>"),
        ("X-Request-Id", "checkout", "<id:1>"),
        ("X-Request-Id", "1592129089, 10.0.0.1", "<id:1>"),
        ("Host", "my-alb-1592129089.eu-west-1.elb.amazonaws.com", "my-alb-<id:1>.eu-west-1.elb.amazonaws.com"),
        ("User-Agent", "AmazonAPIGateway_a1b2c3d4e5", "AmazonAPIGateway_<id:1>"),
        ("Host", "a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com", "<id:1>.execute-api.eu-west-1.amazonaws.com"),
        ("Host", "my-alb-104729351.eu-west-1.elb.amazonaws.com", "my-alb-<id:1>.eu-west-1.elb.amazonaws.com"),
        ("Via", "2.0 0123456789abcdef0123456789abcdef.cloudfront.net (CloudFront)", "2.0 <id:1>.cloudfront.net (CloudFront)"),
        ("X", "arn:aws:lambda:eu-west-1:123456789012:function:f", "arn:aws:lambda:eu-west-1:<account:1>:function:f"),
        ("Date", "Sun, 14 Jun 2020 09:58:34 GMT", "<date:1>"),
        ("X-Amz-Date", "20200614T095834Z", "<date:1>"),
        ("X-Time", "2020-06-14T09:58:34.123Z/14/Jun/2020:09:58:34 +0000", "<date:1>/<date:2>"),
        ("X-Request-Start", "t=1592129089.123", "t=<epoch:1>"),
        ("X-Time", "1592129089123", "<epoch:1>"),
        ("Age", "12", "<duration:1>"),
        ("Server-Timing", "db;dur=53.2, app;dur=47.2", "db;dur=<duration:1>, app;dur=<duration:2>"),
        ("ETag", "W/\"33a64df5\"", "W/\"<etag:1>\""),
        ("ETag", "\"b1946ac92492d2347c6235b4d2611184\"", "\"<hash:1>\""),
        ("Content-MD5", "XrY7u+Ae7tCTyyK7j1rNww==", "<hash:1>"),
        ("x-amz-content-sha256", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "<hash:1>"),
        ("Location", "/items/ac27b88f-32d7-4875-ad75-857a469c5429", "/items/<uuid:1>"),
        ("X", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc-_", "<jwt:1>"),
    ] {
        assert_eq!(field(name, value), expected, "{name}: {value}");
    }
}

#[test]
fn what_people_chose_stays() {
    for (name, value) in [
        ("User-Agent", "Mozilla/5.0 (X11; Linux x86_64) Chrome/120.0.0.0 Safari/537.36"),
        ("Server", "nginx/1.27.0.1"),
        ("X", "1.2.3.4.5"),
        ("X", "256.1.1.1"),
        ("X", "10:04:49"),
        ("X", "std::mem::take a::b"),
        ("Content-Length", "1592129089"),
        ("Content-Range", "bytes 0-99/1592129089"),
        ("X-Forwarded-Port", "41022"),
        ("Host", "api.example.com:8443"),
        ("Host", "localhost:41022"),
        ("Accept", "text/html, */*;q=0.8"),
        ("x-amz-content-sha256", "UNSIGNED-PAYLOAD"),
        ("Cache-Control", "max-age=31536000"),
        ("X", "/2015-03-31/functions"),
        ("X", ""),
        ("Cookie", "session=<secret>"),
        ("X-Phone", "5551234567"),
    ] {
        assert_eq!(field(name, value), value, "{name}");
    }
}

#[test]
fn a_value_that_comes_again_has_its_number_again() {
    let text = of("GET /a1b2c3d4e5/x HTTP/1.1\r\nUser-Agent: AmazonAPIGateway_a1b2c3d4e5\r\nX-Id: a1b2c3d4e5, a1b2c3d4e6\r\n\
         x-amzn-apigateway-api-id: a1b2c3d4e5\r\nX-Request-Id: r-77aa88bb\r\n\r\n\
         HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 64\r\nX-Request-Id: r-77aa88bb\r\n\r\n\
         {\"id\": \"r-77aa88bb\", \"api\": \"a1b2c3d4e5\", \"other\": \"r-77aa88bc\"}");
    assert_eq!(
        text,
        "# 1\nGET /<id:1>/x HTTP/1.1\nUser-Agent: AmazonAPIGateway_<id:1>\nX-Id: <id:1>, a1b2c3d4e6\n\
         x-amzn-apigateway-api-id: <id:1>\nX-Request-Id: <id:2>\n\n\
         HTTP/1.1 200 OK\nContent-Type: application/json\nContent-Length: <length:1>\nX-Request-Id: <id:2>\n\n\
         {\"id\": \"<id:2>\", \"api\": \"<id:1>\", \"other\": \"r-77aa88bc\"}\n"
    );
}

#[test]
fn clocks_are_compared_within_a_message_and_versions_across_the_capture() {
    let exchange = |since: &str, date: &str, modified: &str| {
        format!(
            "GET / HTTP/1.1\r\nIf-Modified-Since: {since}\r\n\r\n\
             HTTP/1.1 304 Not Modified\r\nDate: {date}\r\nExpires: {date}\r\nLast-Modified: {modified}\r\n\r\n"
        )
    };
    let at = |second: u8| format!("Sun, 14 Jun 2020 09:58:{second:02} GMT");
    let one = of(&(exchange(&at(1), &at(7), &at(1)) + &exchange(&at(1), &at(7), &at(1))));
    assert_eq!(
        one.lines().filter(|line| line.contains("<date:")).collect::<Vec<_>>(),
        [
            "If-Modified-Since: <date:1>",
            "Date: <date:2>",
            "Expires: <date:2>",
            "Last-Modified: <date:1>",
            "If-Modified-Since: <date:1>",
            "Date: <date:3>",
            "Expires: <date:3>",
            "Last-Modified: <date:1>",
        ]
    );
    let other = of(&(exchange(&at(11), &at(12), &at(11)) + &exchange(&at(11), &at(59), &at(11))));
    assert_eq!(one, other, "the second at which a message came is chance");
}

#[test]
fn secrets_stay_masked() {
    let text =
        of("POST /?token=S3CR3T HTTP/1.1\r\nAuthorization: Bearer S3CR3T\r\nCookie: a=S3CR3T\r\nContent-Length: 31\r\n\r\n\
                   password=S3CR3T&user=1&b=S3CR3T\r\n\
                   HTTP/1.1 200 OK\r\nSet-Cookie: a=S3CR3T; Path=/\r\nContent-Length: 35\r\n\r\n\
                   {\"headers\": {\"cookie\": \"a=S3CR3T\"}}");
    let text = text.replace("b=S3CR3T", "b=");
    assert!(!text.contains("S3CR3T"), "{text}");
    assert!(text.contains("\npassword=<secret>&user=1"), "{text}");
}

#[test]
fn bodies_are_shown_where_they_are_text() {
    let with = |fields: &str, body: &[u8]| {
        let head = format!("HTTP/1.1 200 OK\r\n{fields}Content-Length: {}\r\n\r\n", body.len());
        let bytes = [head.as_bytes(), body].concat();
        let text = of_input(&Input::Bytes(bytes.into())).unwrap();
        text.split_once("HTTP/1.1 200 OK\n").unwrap().1.to_owned()
    };
    assert_eq!(with("", b"a\r\nb\n"), "Content-Length: 5\n\na\nb\n");
    assert_eq!(with("", b"\x00\x01"), "Content-Length: 2\n\n# body: 2 bytes\n");
    assert_eq!(
        with("Content-Encoding: gzip\r\n", b"abc"),
        "Content-Encoding: gzip\nContent-Length: <length:1>\n\n# body: encoded\n"
    );
    assert_eq!(with("", b"at 10.0.0.1"), "Content-Length: <length:1>\n\nat <ip:1>\n");
    let long = with("", "é".repeat(40_000).as_bytes());
    assert!(long.ends_with("é\n# … the body goes on\n") && long.chars().count() < 17_000, "{}", long.len());
    let cut = of("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab");
    assert!(cut.ends_with("\n\nab\n# … the body is incomplete\n"), "{cut}");
    let boundary = with(
        "Content-Type: multipart/form-data; boundary=------------------------d74496d66958873e\r\n",
        b"--------------------------d74496d66958873e\r\n\r\nx\r\n--------------------------d74496d66958873e--\r\n",
    );
    assert!(boundary.contains("boundary=------------------------<boundary:1>\n"), "{boundary}");
    assert_eq!(boundary.matches("<boundary:1>").count(), 3, "{boundary}");
}

#[test]
fn one_side_interim_responses_and_odd_heads_are_there() {
    let text = of("PUT / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 1\r\nA : b\r\n\r\nx\
                   HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\ny\r\n0\r\nT: 1\r\n\r\n\
                   GET /alone HTTP/1.1\r\n\r\n");
    assert_eq!(
        text,
        "# 1\nPUT / HTTP/1.1\nExpect: 100-continue\nContent-Length: 1\nA : b\n\nx\n# odd: space-before-colon\n\n\
         HTTP/1.1 100 Continue\n\nHTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\ny\n# trailer: T: 1\n\n\
         # 2\nGET /alone HTTP/1.1\n\n# its response is not in the capture\n"
    );
    assert!(of("HTTP/1.1 204 No Content\r\n\r\n").starts_with("# 1\n# its request is not in the capture\n\nHTTP/1.1 204"));
}

#[test]
fn what_is_not_http_is_named() {
    let text = text("tests/fixtures/captures/tls/tls13-h1.pcap").unwrap();
    assert!(text.ends_with("\n\n# not decoded: TLS on port 18443\n"), "{text}");
    assert!(matches!(super::text("captures/none.pcap"), Err(error) if error.to_string().contains("there is no such file")));
}

#[test]
fn nothing_of_a_terminal_and_no_time_comes_through() {
    let text = of("GET /\u{1b}[2J HTTP/1.1\r\nX: a\u{202e}b\r\n\r\n");
    assert!(text.contains("/\\x1b[2J") && text.contains("a\\u{202e}b"), "{text}");
}

/// The same file with other addresses: what is different between two machines.
fn elsewhere(file: &str, from: [u8; 4], to: [u8; 4]) -> Vec<u8> {
    let mut bytes = fs::read(file).unwrap();
    let text = |ip: [u8; 4]| IpAddr::from(ip).to_string().into_bytes();
    for (old, new) in [(from.to_vec(), to.to_vec()), (text(from), text(to))] {
        assert_eq!(old.len(), new.len(), "lengths of packets stay");
        while let Some(at) = bytes.windows(old.len()).position(|window| window == old) {
            bytes[at..at + new.len()].copy_from_slice(&new);
        }
    }
    bytes
}

#[test]
fn the_same_traffic_elsewhere_gives_the_same_text() {
    let file = "captures/aws/alb/health-check/ip-port-8000.pcap";
    let folder = tempfile::tempdir().unwrap();
    let other = folder.path().join("other.pcap");
    fs::write(&other, elsewhere(file, [10, 0, 11, 20], [10, 9, 21, 33])).unwrap();
    let text = |path: &std::path::Path| of_input(&Input::File(path.to_owned())).unwrap();
    assert_eq!(text(file.as_ref()), text(&other));
    assert!(!text(file.as_ref()).contains("10."));
}

proptest::proptest! {
    #[test]
    fn any_text_is_taken(text in proptest::prelude::any::<String>()) {
        let mut finder = Finder::default();
        finder.learn(&text);
        finder.write(&text);
        finder.write_field("X-Request-Id", &text);
    }

    #[test]
    fn near_shapes_are_taken(text in "([0-9]{1,4}[.:/-]){0,9}[0-9a-f]{0,40}(1592129089|T|Z| |::|\\[|\\]|<|>|é){0,4}") {
        let mut finder = Finder::default();
        finder.learn(&text);
        finder.write(&text);
    }
}
