//! Where bodies end (RFC 9112 §6.3), what is kept of them, and what is lost.

use super::listener::{Step, client, hear, hear_bodies, hear_with, server};
use crate::anomaly::AnomalyKind::{AmbiguousLength, BodyIncomplete, ControlByte, MalformedChunk};
use crate::http::BodyWant;

const GET: &str = "GET / HTTP/1.1\r\n\r\n";

/// The bodies of the responses to one GET (or another request).
fn bodies(request: &str, response: &[u8]) -> Vec<(u64, Option<bool>, u64)> {
    let [skipped, kept] = [BodyWant::NOTHING, BodyWant { keep: 1 << 20, sha256: true }]
        .map(|want| hear_with(want, &[client(request), server(response), Step::ServerEnds]));
    let of = |heard: &super::listener::Heard| -> Vec<_> {
        heard.messages.iter().filter(|m| m.src == 80).map(|m| m.body.unwrap()).collect()
    };
    assert_eq!(of(&skipped), of(&kept), "skipping changes nothing");
    of(&kept)
}

#[test]
fn framing() {
    let next = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n";
    let whole = |length| (length, Some(true), 0);
    for (head, body, length) in [
        ("HTTP/1.1 200 OK\r\nContent-Length: 5", "hello", 5),
        ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5", "hello", 5),
        ("HTTP/1.1 200 OK\r\nContent-Length: 5, 5", "hello", 5),
        ("HTTP/1.1 204 No Content\r\nContent-Length: 5", "", 0),
        ("HTTP/1.1 304 Not Modified\r\nContent-Length: 5", "", 0),
        ("HTTP/1.1 100 Continue", "", 0),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked", "3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n", 5),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, Chunked", "3\nabc\n0\n\n", 3),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 99", "3\r\nabc\r\n0\r\n\r\n", 3),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\nContent-Length: 3", "abc", 3),
    ] {
        let response = format!("{head}\r\n\r\n{body}{next}");
        assert_eq!(bodies(GET, response.as_bytes()), [whole(length), whole(0)], "{head}");
    }
    let until_close = format!("HTTP/1.0 200 OK\r\n\r\n{next}");
    assert_eq!(bodies(GET, until_close.as_bytes()), [whole(next.len() as u64)]);
    let gzip = format!("HTTP/1.0 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n{next}");
    assert_eq!(bodies(GET, gzip.as_bytes()), [whole(next.len() as u64)]);
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{next}");
    assert_eq!(bodies("HEAD / HTTP/1.1\r\n\r\n", head.as_bytes()), [whole(0), whole(0)]);
}

#[test]
fn requests_without_a_length_have_no_body() {
    let heard = hear(&[client("POST / HTTP/1.1\r\n\r\nGET /2 HTTP/1.1\r\n\r\n")]);
    assert_eq!(heard.lines(), ["POST / HTTP/1.1", "GET /2 HTTP/1.1"]);
    let heard = hear(&[client("POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabcGET /2 HTTP/1.1\r\n\r\n")]);
    assert_eq!(heard.lines(), ["POST / HTTP/1.1", "GET /2 HTTP/1.1"]);
}

#[test]
fn contradicting_lengths_are_marked() {
    for fields in [
        "Content-Length: 3\r\nContent-Length: 4",
        "Content-Length: 3, 4",
        "Content-Length: x\r\nContent-Length: 3",
        "Content-Length: 3\r\nContent-Length: -3",
        "Content-Length: 3\r\nContent-Length: 99999999999999999999999",
    ] {
        let heard = hear(&[client(GET), server(format!("HTTP/1.1 200 OK\r\n{fields}\r\n\r\nabc"))]);
        assert_eq!(heard.messages[1].flags, [AmbiguousLength], "{fields}");
        assert_eq!(heard.messages[1].body, Some((3, Some(true), 0)), "{fields}");
    }
    let heard = hear(&[client("POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n")]);
    assert_eq!(heard.messages[0].flags, [AmbiguousLength]);
}

#[test]
fn bodies_are_kept_to_their_cap_and_hashed() {
    let steps = [
        client(GET),
        server("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n"),
        server("2\r\nlo\r\n0\r\n\r\n"),
    ];
    let heard = hear_bodies(&steps);
    assert_eq!(heard.messages[1].kept.as_deref(), Some("hello"));
    let hash = heard.messages[1].hash.unwrap();
    assert_eq!(hash[..4], [0x2c, 0xf2, 0x4d, 0xba]);
    let heard = hear_with(BodyWant { keep: 4, sha256: true }, &steps);
    assert_eq!((heard.messages[1].kept.as_deref(), heard.messages[1].hash), (Some("hell"), Some(hash)));
    assert_eq!(hear(&steps).messages[1].kept, None);
}

#[test]
fn trailers_are_told() {
    let heard = hear(&[
        client(GET),
        server("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nDigest: x\r\nA\x01: y\r\n\r\n"),
    ]);
    let trailers: Vec<_> = heard.messages[1].trailers.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    assert_eq!(trailers, [("Digest", "x"), ("A\x01", "y")]);
    assert_eq!(heard.anomalies.count(ControlByte), 1);
}

#[test]
fn a_malformed_chunk_ends_the_body_and_the_next_start_line_is_found() {
    for broken in ["g\r\nabc\r\n", "3\r\nabcd\r\n", "\r\n"] {
        let text = format!(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{broken}0\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n"
        );
        let heard = hear(&[client(GET), server(text)]);
        assert_eq!(heard.lines()[1..], ["HTTP/1.1 200 OK", "HTTP/1.1 201 Created"], "{broken:?}");
        assert_eq!(heard.anomalies.count(MalformedChunk), 1, "{broken:?}");
        assert_eq!(heard.messages[1].body.unwrap().1, Some(false), "{broken:?}");
    }
    let endless = format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{}", "0".repeat(100_000));
    assert_eq!(hear(&[client(GET), server(endless)]).anomalies.count(MalformedChunk), 1);
}

#[test]
fn a_body_that_ends_too_early_is_told() {
    for (text, length) in [
        ("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nabc", 3),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc", 3),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", 3),
    ] {
        assert_eq!(bodies(GET, text.as_bytes()), [(length, Some(false), 0)], "{text:?}");
        let heard = hear(&[client(GET), server(text)]);
        assert_eq!(heard.anomalies.count(BodyIncomplete), 1);
        assert_eq!(heard.pairs(), [("GET / HTTP/1.1", "HTTP/1.1 200 OK")]);
    }
    // Without its end, a body until close is not whole either.
    let heard = hear(&[client(GET), server("HTTP/1.0 200 OK\r\n\r\nabc")]);
    assert_eq!(heard.messages[1].body, Some((3, Some(false), 0)));
}

#[test]
fn lost_bytes_inside_a_body_are_counted_and_framing_goes_on() {
    let next = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n";
    for (head, behind) in [
        ("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nab", "hij"),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\na\r\nab", "hij\r\n0\r\n\r\n"),
    ] {
        let steps = [client(GET), server(head), Step::ServerLoses(5), server(format!("{behind}{next}"))];
        let heard = hear_bodies(&steps);
        assert_eq!(heard.messages[1].body, Some((10, Some(true), 5)), "{head:?}");
        assert_eq!((heard.messages[1].kept.as_deref(), heard.messages[1].hash), (Some("ab"), None));
        assert_eq!(heard.messages.len(), 3);
        assert_eq!(hear(&steps).messages.len(), 3, "skipped");
    }
}
