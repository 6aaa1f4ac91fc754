//! What breaks the rules of messages and frames: it is shown, and marked.

use super::super::listener::{Heard, client, hear};
use super::wire::{CONTINUATION, END_HEADERS, END_STREAM, Fields, HEADERS, Sender, begun, frame};
use crate::anomaly::AnomalyKind::{AuthorityMismatch, ControlByte, Http2Framing, Http2Malformed};

fn request(fields: Fields<'_>) -> Heard {
    let (mut asks, _, mut from, _) = begun();
    from.extend(asks.head(1, END_STREAM, fields));
    hear(&[client(from)])
}

const GET: [(&str, &str); 4] = [(":method", "GET"), (":scheme", "http"), (":path", "/"), (":authority", "a")];

#[test]
fn malformed_messages_are_shown_and_marked() {
    let with = |field| request(&[&GET[..], &[field]].concat());
    for field in [
        ("X-Id", "a"),
        ("connection", "close"),
        ("transfer-encoding", "chunked"),
        ("te", "gzip"),
        ("x y", "a"),
        (":path", "/b"),
        (":status", "200"),
        (":new", "a"),
        ("x", " a"),
    ] {
        let heard = with(field);
        assert_eq!(heard.lines(), ["GET / HTTP/2"]);
        assert_eq!(heard.messages[0].flags, [Http2Malformed], "{field:?}");
        assert!(heard.messages[0].fields.iter().any(|(name, value)| (name.as_str(), value.as_str()) == field));
    }
    for field in [("x-id", "a"), ("te", "trailers"), ("host", "A"), ("cookie", "")] {
        assert_eq!(with(field).messages[0].flags, [], "{field:?}");
    }
    assert_eq!(with(("host", "b")).messages[0].flags, [AuthorityMismatch]);
    assert_eq!(with(("x", "a\r\nb")).messages[0].flags, [ControlByte]);
}

#[test]
fn pseudo_header_fields_that_are_missing_or_late() {
    for (fields, line) in [
        (&[(":method", "GET"), (":scheme", "http")][..], "GET  HTTP/2"),
        (&[(":path", "/"), (":scheme", "http")], " / HTTP/2"),
        (&[("x", "y")], "  HTTP/2"),
        (&[(":method", "GET"), ("x", "y"), (":scheme", "http"), (":path", "/")], "GET / HTTP/2"),
        (&[(":method", "CONNECT"), (":path", "/"), (":scheme", "http"), (":authority", "a")], "CONNECT / HTTP/2"),
    ] {
        let heard = request(fields);
        assert_eq!(heard.lines(), [line]);
        assert_eq!(heard.messages[0].flags, [Http2Malformed], "{fields:?}");
    }
    let tunnel = request(&[(":method", "CONNECT"), (":authority", "a:443")]);
    assert_eq!((tunnel.lines(), tunnel.kinds()), (vec!["CONNECT a:443 HTTP/2"], vec![]));
}

#[test]
fn a_length_that_is_not_that_of_the_body() {
    let heard = request(&[&GET[..], &[("content-length", "5")]].concat());
    assert_eq!(heard.kinds(), [(Http2Malformed, 1)]);
    assert_eq!(request(&[&GET[..], &[("content-length", "0")]].concat()).kinds(), []);
}

/// A header block that another frame interrupts is told as far as it came.
#[test]
fn an_interrupted_head_is_told_and_the_next_too() {
    let (mut asks, _, from, _) = begun();
    let block = asks.block_as(&[(":method", "GET"), (":path", "/cut"), ("x", "a-value")], 0);
    let cut = frame(HEADERS, 0, 1, &block[..block.len() - 3]);
    let mut other = Sender::new();
    let next = frame(HEADERS, END_HEADERS | END_STREAM, 3, &other.block_as(&[&GET[..], &[("x", "y")]].concat(), 0));
    let stray = frame(CONTINUATION, END_HEADERS, 3, b"");
    let heard = hear(&[client([from, cut, next, stray].concat())]);
    assert_eq!(heard.lines(), ["GET /cut HTTP/2", "GET / HTTP/2"]);
    assert!(heard.messages[0].flags.contains(&crate::anomaly::AnomalyKind::HeadIncomplete));
    assert_eq!(heard.anomalies.count(Http2Framing), 2);
}
