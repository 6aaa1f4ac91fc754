//! Listings of heads that are put together here.

use std::io::{self, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use serde_json::{Value, json};

use super::form::{Form, Masks};
use super::jsonl::Jsonl;
use super::listing::{Listing, Which};
use super::near::Near;
use super::order::Ordered;
use super::text::Text;
use crate::anomaly::AnomalyKind;
use crate::capture::Timestamp;
use crate::http::{
    Body, CaptureId, Fidelity, FieldLine, Head, HeadBuf, HeadFlags, Layout, MessageId, MessageSink, Origin, Provenance, Range,
    StartLine,
};
use crate::report::Paint;
use crate::wire::Endpoint;

/// A head from its lines, parsed as far as these tests need.
fn head(packet: u64, text: &[u8]) -> HeadBuf {
    let end = |ip, port| Endpoint { ip, port };
    let time = Timestamp::from_nanoseconds(1_592_129_089_612_000_000);
    let (src, dst) = (end(IpAddr::V4(Ipv4Addr::new(10, 0, 1, 5)), 41022), end(IpAddr::V6(Ipv6Addr::LOCALHOST), 80));
    let origin = Origin::Packet { packet, stream: 3, time, src, dst };
    let mut lines = Vec::new();
    let mut at = 0;
    let mut start_line = None;
    for line in text.split(|b| *b == b'\n') {
        let range = |from: usize, to: usize| Range::new(at + from, at + to);
        let whole = range(0, line.len());
        if start_line.is_none() {
            start_line = Some(whole);
        } else {
            let colon = line.iter().position(|b| *b == b':');
            let (name, value) = colon.map_or((range(0, 0), whole), |c| (range(0, c), range(c + 2, line.len())));
            lines.push(FieldLine { name, value, line: whole });
        }
        at += line.len() + 1;
    }
    let start_line = start_line.unwrap();
    let mut spaces = start_line.of(text).iter().enumerate().filter(|(_, b)| **b == b' ').map(|(i, _)| i);
    let (one, two) = (spaces.next().unwrap(), spaces.next().unwrap());
    let parts = [Range::new(0, one), Range::new(one + 1, two), Range::new(two + 1, start_line.end as usize)];
    let start = if text.starts_with(b"HTTP/") {
        let status = std::str::from_utf8(parts[1].of(text)).unwrap().parse().unwrap_or(0);
        StartLine::Response { version: parts[0], status, reason: parts[2] }
    } else {
        StartLine::Request { method: parts[0], target: parts[1], version: parts[2] }
    };
    let at = Provenance { capture: CaptureId(0), origin };
    let head = Head {
        start,
        start_line,
        at,
        flags: HeadFlags::default(),
        fidelity: Fidelity::WIRE,
        h2_stream: None,
        layout: Layout::default(),
    };
    HeadBuf { raw: text.to_vec(), lines, head }
}

fn ended(length: u64) -> Body {
    Body::of_length(length, Some(true))
}

const MASKED: Masks = Masks { show_secrets: false };

fn jsonl(heads: &[(HeadBuf, Body)], masks: Masks) -> Vec<Value> {
    let text = listed(Jsonl::new(masks), heads);
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn listed(form: impl Form, heads: &[(HeadBuf, Body)]) -> String {
    let mut listing = Listing::new(Ordered::new(Vec::new(), form), Which::All);
    listing.capture("a.pcap", false, None);
    for (id, (head, body)) in (0..).zip(heads) {
        listing.head(MessageId(id), &head.as_ref(), None, None);
        listing.message(MessageId(id), body);
    }
    let (written, out) = listing.finish();
    assert_eq!(written, heads.len() as u64);
    String::from_utf8(out.unwrap()).unwrap()
}

#[test]
fn a_request_is_as_the_contract_says() {
    let text = listed(Jsonl::new(MASKED), &[(head(4, b"GET /?a=b HTTP/1.1\nHost: 10.0.2.7:8000\nConnection: close"), ended(0))]);
    insta::assert_snapshot!(text, @r#"{"capture": "a.pcap", "packet": 4, "stream": 3, "time": "2020-06-14T10:04:49.612000Z", "src": "10.0.1.5:41022", "dst": "[::1]:80", "kind": "request", "line": "GET /?a=b HTTP/1.1", "method": "GET", "target": "/?a=b", "version": "HTTP/1.1", "fields": [["Host", "10.0.2.7:8000"], ["Connection", "close"]], "body_length": 0, "body_complete": true, "anomalies": []}"#);
}

#[test]
fn a_response_has_status_trailers_and_anomalies() {
    let mut response = head(9, b"HTTP/1.1 200 OK\nX: 1\nX: 2");
    response.head.flags.insert(AnomalyKind::LfOnly);
    let mut body = Body::of_length(5, Some(false));
    body.trailers_mut().push(b"Digest", b"abc");
    let mut of_a_text = head(1, b"GET / HTTP/1.0");
    of_a_text.head.at.origin = Origin::Line(12);
    let lines = jsonl(&[(response, body), (of_a_text, ended(0))], MASKED);
    let response = &lines[0];
    assert_eq!((&response["kind"], &response["status"], &response["reason"]), (&json!("response"), &json!(200), &json!("OK")));
    assert_eq!(response["fields"], json!([["X", "1"], ["X", "2"]]));
    assert_eq!((&response["body_length"], &response["body_complete"]), (&json!(5), &json!(false)));
    assert_eq!(response["trailers"], json!([["Digest", "abc"]]));
    assert_eq!(response["anomalies"], json!([{ "kind": "lf-only" }]));
    assert_eq!(response.get("method"), None);
    assert_eq!((lines[1].get("packet"), &lines[1]["line_number"]), (None, &json!(12)));
}

#[test]
fn bytes_that_are_not_utf8_are_latin1_and_said_to_be() {
    let lines = jsonl(
        &[(head(1, b"GET / HTTP/1.1\nA: caf\xe9\nB: \xc3\xa9"), ended(0)), (head(2, "GET /é HTTP/1.1".as_bytes()), ended(0))],
        MASKED,
    );
    assert_eq!(lines[0]["fields"], json!([["A", "café"], ["B", "é"]]));
    assert_eq!(lines[0]["encoding"], "latin-1");
    assert_eq!((&lines[1]["target"], lines[1].get("encoding")), (&json!("/é"), None));
}

#[test]
fn secrets_are_masked_unless_asked_for() {
    let request =
        || head(1, b"GET /?X-Amz-Signature=S3CR3T HTTP/1.1\nAuthorization: Bearer S3CR3T\nCookie: a=S3CR3T\nCookie S3CR3T");
    for form in [
        jsonl(&[(request(), ended(0))], MASKED)[0].to_string(),
        listed(Text::new(MASKED, Paint { on: false }), &[(request(), ended(0))]),
    ] {
        assert!(!form.contains("S3CR3T"), "{form}");
        assert!(form.contains("Bearer <secret>") && form.contains("a=<secret>"), "{form}");
    }
    let open = Masks { show_secrets: true };
    let shown = jsonl(&[(request(), ended(0))], open)[0].to_string()
        + &listed(Text::new(open, Paint { on: false }), &[(request(), ended(0))]);
    assert_eq!(shown.matches("S3CR3T").count(), 2 + 4 + 3, "{shown}");
}

#[test]
fn text_reads_like_the_message() {
    let mut odd = head(9, b"HTTP/1.1 200 OK\nX : 1\nno colon\nE: \x1b[2J\xc2\x9b");
    odd.head.flags.insert(AnomalyKind::SpaceBeforeColon);
    let mut body = Body::of_length(1, Some(false));
    body.trailers_mut().push(b"Digest", b"abc");
    let request = head(4, b"GET / HTTP/1.1\nHost: 10.0.2.7:8000\nCookie: a=b");
    insta::assert_snapshot!(listed(Text::new(MASKED, Paint { on: false }), &[(request, ended(0)), (odd, body)]));
}

#[test]
fn messages_keep_the_order_of_their_heads() {
    let mut ordered = Ordered::new(Vec::new(), Jsonl::new(MASKED));
    ordered.capture("a.pcap", false);
    for id in 0..4 {
        ordered.open(MessageId(id), &head(id + 1, b"GET / HTTP/1.1").as_ref(), None);
    }
    for id in [2, 0, 3] {
        ordered.close(MessageId(id), &ended(id));
    }
    assert_eq!(ordered.written(), 1, "message 1 still runs and holds back those behind it");
    ordered.close(MessageId(1), &ended(1));
    assert_eq!(ordered.written(), 4);
    let text = String::from_utf8(ordered.finish().unwrap()).unwrap();
    let lengths: Vec<u64> =
        text.lines().map(|l| serde_json::from_str::<Value>(l).unwrap()["body_length"].as_u64().unwrap()).collect();
    assert_eq!(lengths, [0, 1, 2, 3]);
}

#[test]
fn a_running_body_holds_back_a_bounded_amount() {
    let request = head(1, b"GET / HTTP/1.1");
    let mut ordered = Ordered::new(Vec::new(), Jsonl::new(MASKED)).with_limit(1000);
    ordered.capture("a.pcap", false);
    ordered.open(MessageId(0), &request.as_ref(), None);
    for id in 1..20 {
        ordered.open(MessageId(id), &request.as_ref(), None);
        ordered.close(MessageId(id), &ended(0));
    }
    assert!(ordered.written() > 10, "{}", ordered.written());
    ordered.close(MessageId(0), &ended(7));
    let text = String::from_utf8(ordered.finish().unwrap()).unwrap();
    let first: Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
    assert_eq!((&first["body_complete"], &first["body_length"]), (&Value::Null, &Value::Null));
    assert_eq!(text.lines().count(), 20);
    assert_eq!(text.matches("\"body_complete\": true").count(), 19);
}

#[test]
fn what_never_ends_is_written_at_the_end() {
    let mut ordered = Ordered::new(Vec::new(), Text::new(MASKED, Paint { on: false }));
    ordered.open(MessageId(0), &head(1, b"GET / HTTP/1.1").as_ref(), None);
    let text = String::from_utf8(ordered.finish().unwrap()).unwrap();
    assert!(text.contains("# body: still running"), "{text}");
}

/// Takes one message, then fails.
struct Closed(bool);

impl Write for Closed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if std::mem::replace(&mut self.0, true) { Err(io::ErrorKind::BrokenPipe.into()) } else { Ok(bytes.len()) }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_reader_that_left_is_told_and_not_written_to() {
    let mut ordered = Ordered::new(Closed(false), Jsonl::new(MASKED));
    for id in 0..5 {
        ordered.open(MessageId(id), &head(1, b"GET / HTTP/1.1").as_ref(), None);
        ordered.close(MessageId(id), &ended(0));
    }
    assert_eq!(ordered.written(), 2, "the one that failed counts as written, those behind it were not tried");
    assert_eq!(ordered.finish().err().map(|e| e.kind()), Some(io::ErrorKind::BrokenPipe));
}

#[test]
fn one_packet_or_what_is_near() {
    let which = |packet| {
        let mut listing = Listing::new(Ordered::new(Vec::new(), Jsonl::new(MASKED)), Which::Packet(Near::new(packet)));
        listing.capture("a.pcap", false, None);
        for (id, packet) in (0..).zip([4, 9, 9, 12]) {
            listing.head(
                MessageId(id),
                &head(packet, format!("GET /{packet}?token=abc HTTP/1.1").as_bytes()).as_ref(),
                None,
                None,
            );
            listing.message(MessageId(id), &ended(0));
        }
        let hint = listing.hint(0, "a.pcap").unwrap();
        (listing.finish().0, hint)
    };
    assert_eq!(which(9).0, 2, "two pipelined requests in one packet");
    let (none, hint) = which(10);
    assert_eq!(none, 0);
    assert_eq!(
        hint,
        "packet 10 of a.pcap completed no head; the nearest are packets 9 (GET /9?token=<secret> HTTP/1.1) and 12 \
         (GET /12?token=<secret> HTTP/1.1)"
    );
    assert!(which(1).1.ends_with("the nearest is packet 4 (GET /4?token=<secret> HTTP/1.1)"));
    assert!(Near::new(1).hint("a").ends_with("it holds no message with packets"));
}
