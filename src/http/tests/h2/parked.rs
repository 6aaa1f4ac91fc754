//! Many connections in little room: what is kept of a connection goes, is said to, and no message is lost.

use super::super::listener::{Heard, Listener, Step, client, feed_open, hear_in, server};
use super::wire::{CONTINUATION, DATA, END_HEADERS, END_STREAM, HEADERS, PING, begun, frame};
use crate::anomaly::Anomalies;
use crate::anomaly::AnomalyKind::{HpackUnknown, Http2Limit, Http2Lost, ResponseWithoutRequest};
use crate::capture::{PacketAt, Timestamp};
use crate::flow::{Chunk, Direction, StreamEnd, StreamSink as _};
use crate::http::{BodyWant, CaptureId, HttpStreams, Limits};

/// Nothing may be held of the connection between two packets.
fn parked(steps: &[Step]) -> Heard {
    hear_in(0, Limits::default(), BodyWant::NOTHING, steps)
}

fn roomy(steps: &[Step]) -> Heard {
    hear_in(1 << 20, Limits::default(), BodyWant::NOTHING, steps)
}

/// Heads of which the tables know nothing.
fn plain(stream: u32, flags: u8, block: &[u8]) -> Vec<u8> {
    frame(HEADERS, END_HEADERS | flags, stream, block)
}

const POST: &[u8] = b"\x83\x86\x84";
const GET: &[u8] = b"\x82\x86\x84";
const OK: &[u8] = b"\x88";

#[test]
fn messages_are_told_alone_where_nothing_is_kept() {
    let (_, _, from, to) = begun();
    let body = frame(DATA, END_STREAM, 1, &[b'x'; 1000]);
    let steps = [
        client([from, plain(1, 0, POST)].concat()),
        client(&body[..300]),
        client(&body[300..]),
        client(plain(3, END_STREAM, GET)),
        server([to, plain(1, 0, OK)].concat()),
        server(frame(PING, 0, 0, b"12345678")),
        server(plain(3, END_STREAM, b"\x8d")),
        server(frame(DATA, END_STREAM, 1, b"done")),
        client(plain(5, END_STREAM, GET)),
        server(plain(5, END_STREAM, OK)),
    ];
    let heard = parked(&steps);
    let post = "POST / HTTP/2";
    let lines = [post, "GET / HTTP/2", "HTTP/2 200", "HTTP/2 404", "GET / HTTP/2", "HTTP/2 200"];
    assert_eq!(heard.lines(), lines);
    assert_eq!(heard.pairs().len(), 6, "{:?}", heard.pairs());
    assert_eq!((heard.anomalies.count(ResponseWithoutRequest), heard.anomalies.count(Http2Lost)), (3, 0), "{:?}", heard.kinds());
    assert!(heard.anomalies.count(Http2Limit) >= 3);
    // Below the limit nothing is noted.
    let usual = roomy(&steps);
    assert_eq!((usual.lines(), usual.kinds()), (lines.to_vec(), vec![]));
    assert_eq!(usual.pairs(), [("GET / HTTP/2", "HTTP/2 404"), (post, "HTTP/2 200"), ("GET / HTTP/2", "HTTP/2 200")]);
}

#[test]
fn what_a_table_held_is_unknown_where_it_was_given_up() {
    let (mut asks, mut answers, from, to) = begun();
    let steps = [
        client([from, asks.get(1, "/one")].concat()),
        server([to, answers.ok(1, "7")].concat()),
        client(asks.get(3, "/one")),
        server(answers.ok(3, "7")),
    ];
    let heard = parked(&steps);
    // The first of each is known whole.
    assert_eq!(heard.messages[0].field("x-id"), Some("7"));
    assert_eq!(heard.messages[1].field("server"), Some("s"));
    assert_eq!(heard.messages.len(), 4);
    for later in &heard.messages[2..] {
        assert!(later.flags.contains(&HpackUnknown), "{later:?}");
        assert!(later.fields.iter().any(|(name, _)| name == "<unknown>"), "{later:?}");
    }
    let usual = roomy(&steps);
    assert_eq!((usual.messages[2].field("x-id"), usual.kinds()), (Some("7"), vec![]));
}

/// Cut anywhere, frames are found again, and what was not read is named.
#[test]
fn a_frame_that_is_cut_is_lost_and_said() {
    let (_, _, from, _) = begun();
    let head = plain(1, END_STREAM, GET);
    let behind: Vec<u8> = (0..4).flat_map(|n| plain(3 + 2 * n, END_STREAM, GET)).collect();
    for cut in 1..head.len() {
        let heard = parked(&[client(&from), client(&head[..cut]), client([&head[cut..], &behind].concat())]);
        assert!(heard.messages.len() >= 4, "cut at {cut}: {:?}", heard.lines());
        assert!(heard.anomalies.count(Http2Limit) > 0, "cut at {cut}");
    }
    // A head whose rest comes in another frame is told before its end.
    let first = frame(HEADERS, END_STREAM, 1, GET);
    let heard = parked(&[client([from, first].concat()), client(frame(CONTINUATION, END_HEADERS, 1, b"")), client(&behind)]);
    assert_eq!(heard.messages.len(), 5, "{:?}", heard.lines());
}

/// So many connections ask, and then all are answered: requests and responses told, what was held at most, what was noted.
fn crowd(connections: u32, room: usize) -> (u64, u64, usize, Anomalies) {
    let mut listener = Listener::default();
    let mut streams = HttpStreams::new(CaptureId(0), &mut listener);
    streams.room(room);
    let (mut asks, mut answers, from, to) = begun();
    let long = "v".repeat(500);
    let asked = asks.head(1, 0, &[(":method", "POST"), (":scheme", "http"), (":path", "/"), ("x-long", &long)]);
    let answer = [to, answers.head(1, END_STREAM, &[(":status", "200"), ("x-long", &long)])].concat();
    let (asked, mut most) = ([client([from, asked].concat())], 0);
    let mut open = Vec::new();
    for number in 0..connections {
        open.push(feed_open(&mut streams, number, &asked));
        most = most.max(streams.held());
    }
    let at = PacketAt { number: 2, time: Timestamp::default() };
    for (flow, talk) in &mut open {
        streams.data(flow, talk, Chunk { direction: Direction::Backward, data: &answer, at });
        most = most.max(streams.held());
    }
    for (flow, mut talk) in open {
        for direction in [Direction::Forward, Direction::Backward] {
            streams.end(&flow, &mut talk, direction, StreamEnd::Unfinished, 0, at);
        }
        streams.close(&flow, talk);
    }
    assert_eq!((streams.h2.held(), streams.buffered, streams.held), (0, 0, 0), "all is given back");
    (streams.requests(), streams.responses(), most, streams.anomalies().clone())
}

#[test]
fn all_messages_of_many_connections_are_told_in_bounded_room() {
    let room = 500 << 10;
    let (requests, responses, most, anomalies) = crowd(1000, room);
    assert_eq!((requests, responses), (1000, 1000));
    // What connections take that come later is the flow layer's to bound.
    assert!(most < room + 1000 * 300 && most > room / 2, "{most}");
    assert!(anomalies.count(Http2Limit) > 0 && anomalies.count(HpackUnknown) == 0);
    let (requests, responses, _, anomalies) = crowd(50, room);
    assert_eq!((requests, responses, anomalies.count(Http2Limit)), (50, 50, 0));
}
