//! Captures that begin later, or lost bytes: what is not known is said to be so.

use super::super::listener::{Step, client, hear, hear_bodies, server};
use super::wire::{DATA, END_STREAM, Sender, begun, frame};
use crate::anomaly::AnomalyKind::{self, HpackUnknown, Http2Lost};
use crate::capture::{PacketAt, Timestamp};
use crate::flow::{Chunk, Direction, FlowInfo, Gap, StreamSink as _};
use crate::http::{CaptureId, HttpStreams};

#[test]
fn a_connection_from_its_middle() {
    let (mut asks, mut answers) = (Sender::new(), Sender::new());
    // Not captured: the tables are filled by it.
    asks.get(1, "/first");
    answers.ok(1, "same");
    let from = [asks.get(3, "/first"), asks.get(5, "/new")];
    let to = [answers.ok(3, "same"), answers.ok(5, "other")];
    let heard = hear(&[client(&from[0]), server(&to[0]), client(&from[1]), server(&to[1])]);
    assert_eq!(heard.lines(), ["GET <unknown> HTTP/2", "HTTP/2 200", "GET /new HTTP/2", "HTTP/2 200"]);
    assert!(heard.messages.iter().all(|message| message.flags == [HpackUnknown]), "{:?}", heard.messages);
    let fields = &heard.messages[0].fields;
    assert_eq!(fields[0], (":method".to_owned(), "GET".to_owned()));
    assert_eq!(fields.iter().filter(|(name, value)| name == "<unknown>" && value == "<unknown>").count(), 3);
    // A name that is known is told; its field is new to the table.
    assert_eq!(heard.messages[3].fields[1].1, "other");
    let pairs = [("GET <unknown> HTTP/2", "HTTP/2 200"), ("GET /new HTTP/2", "HTTP/2 200")];
    assert_eq!((heard.pairs(), heard.undecoded.len()), (pairs.to_vec(), 0));
}

#[test]
fn what_is_no_http_2_is_not_taken_for_it() {
    for bytes in [&[0u8; 64][..], b"\0\0\x10\0\0\0\0\0\0some other thing", b"\0\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b"] {
        let heard = hear(&[client(bytes), server(bytes), client(bytes)]);
        assert_eq!((heard.messages.len(), heard.undecoded[0].0), (0, "other"), "{bytes:?}");
    }
}

#[test]
fn what_was_agreed_on_before_the_capture_allows_large_frames() {
    let large = frame(DATA, END_STREAM, 1, &[b'x'; 20_000]);
    for (from_start, noted) in [(true, 1), (false, 0)] {
        let (mut asks, mut answers, mut from, mut to) =
            if from_start { begun() } else { (Sender::new(), Sender::new(), vec![], vec![]) };
        from.extend(asks.get(1, "/"));
        to.extend([answers.head(1, 0, &[(":status", "200")]), large.clone()].concat());
        let heard = hear(&[client(&from), server(&to)]);
        assert_eq!(heard.messages[1].body, Some((20_000, Some(true), 0)));
        assert_eq!(heard.anomalies.count(AnomalyKind::Http2Framing), noted, "from the start: {from_start}");
    }
}

/// A loss within a body costs bytes of that body alone.
#[test]
fn a_loss_within_data_keeps_the_place() {
    let (mut asks, mut answers, mut from, mut to) = begun();
    from.extend(asks.get(1, "/"));
    from.extend(asks.get(3, "/b"));
    to.extend(answers.head(1, 0, &[(":status", "200"), ("x-id", "a")]));
    to.extend(frame(DATA, END_STREAM, 1, &[b'x'; 1000]));
    let at = to.len() - 900;
    let next = answers.ok(3, "a");
    for hear in [hear, hear_bodies] {
        let steps = [client(&from), server(&to[..at]), Step::ServerLoses(500), server(&to[at + 500..]), server(&next)];
        let heard = hear(&steps);
        assert_eq!(heard.pairs().len(), 2);
        assert_eq!(heard.messages[3].field("x-id"), Some("a"), "the table is known");
        assert_eq!(heard.messages[2].body.map(|(length, complete, _)| (length, complete)), Some((1000, Some(true))));
        assert_eq!(heard.anomalies.count(Http2Lost), 0);
    }
}

#[test]
fn a_loss_of_heads_makes_fields_unknown_and_no_wrong_pairs() {
    let (mut asks, mut answers, mut from, mut to) = begun();
    from.extend(asks.get(1, "/1"));
    to.extend(answers.ok(1, "one"));
    let mut steps = vec![client(&from), server(&to)];
    let lost = asks.get(3, "/3");
    steps.push(Step::ClientLoses(lost.len() as u64));
    steps.push(server(answers.ok(3, "three")));
    for stream in [5, 7] {
        steps.push(client(asks.get(stream, &format!("/{stream}"))));
        steps.push(server(answers.ok(stream, "one")));
    }
    let heard = hear(&steps);
    let pairs =
        [("GET /1 HTTP/2", "HTTP/2 200"), ("-", "HTTP/2 200"), ("GET /5 HTTP/2", "HTTP/2 200"), ("GET /7 HTTP/2", "HTTP/2 200")];
    assert_eq!(heard.pairs(), pairs);
    let ids: Vec<_> = heard.messages.iter().map(|m| m.field("x-id").unwrap_or("-")).collect();
    assert_eq!(ids, ["7", "one", "three", "-", "one", "-", "one"], "the requests' table is doubtful, the responses' is not");
    assert_eq!((heard.anomalies.count(HpackUnknown), heard.anomalies.count(Http2Lost)), (2, 1));
}

/// However a connection is cut out of its middle, nothing panics, no pair is wrong, and no value is made up.
#[test]
fn any_part_of_a_connection() {
    let (mut asks, mut answers, mut from, mut to) = begun();
    for stream in [1, 3, 5, 7] {
        from.extend(asks.get(stream, &format!("/{stream}")));
        to.extend(answers.head(stream, 0, &[(":status", "200"), ("x-stream", &stream.to_string()), ("server", "s")]));
        to.extend(frame(DATA, END_STREAM, stream, format!("body of {stream}").as_bytes()));
    }
    for begin in 0..from.len().max(to.len()) {
        for lost in [0, 1, 13] {
            let part = |bytes: &[u8]| bytes.get(begin..).unwrap_or_default().to_vec();
            let (from, to) = (part(&from), part(&to));
            let (first, second) = to.split_at(to.len() / 2);
            let mut steps = vec![client(&from), server(first)];
            if lost > 0 {
                steps.push(Step::ServerLoses(lost));
            }
            steps.push(server(second.get(lost as usize..).unwrap_or_default()));
            let heard = hear_bodies(&steps);
            for message in &heard.messages {
                let stream = message.field("x-stream").filter(|stream| *stream != "<unknown>");
                let asked = message.answers.as_deref().and_then(|line| line.strip_prefix("GET /"));
                if let (Some(stream), Some(asked)) = (stream, asked.and_then(|asked| asked.strip_suffix(" HTTP/2"))) {
                    assert!(stream == asked || asked == "<unknown>", "{begin} {lost}: {message:?}");
                }
            }
        }
    }
}

/// Without the flow layer's knowledge of who opened it.
#[test]
fn who_asks_is_told_by_what_is_said() {
    let mut listener = super::super::listener::Listener::default();
    let mut streams = HttpStreams::new(CaptureId(0), &mut listener);
    let ends = [80, 40_000].map(|port| crate::wire::Endpoint { ip: [10, 0, 0, 1].into(), port });
    let flow = FlowInfo { number: 0, ends, opener: None, accepted: true };
    let mut talk = streams.open(&flow);
    let at = PacketAt { number: 1, time: Timestamp::default() };
    let (mut asks, mut answers) = (Sender::new(), Sender::new());
    let response = answers.ok(1, "a");
    streams.gap(&flow, &mut talk, Gap { direction: Direction::Forward, length: 10, at });
    streams.data(&flow, &mut talk, Chunk { direction: Direction::Forward, data: &response, at });
    let request = asks.get(3, "/b");
    streams.data(&flow, &mut talk, Chunk { direction: Direction::Backward, data: &request, at });
    for direction in [Direction::Forward, Direction::Backward] {
        streams.end(&flow, &mut talk, direction, crate::flow::StreamEnd::Unfinished, 0, at);
    }
    streams.close(&flow, talk);
    assert_eq!((streams.requests(), streams.responses()), (1, 1));
    assert_eq!(streams.anomalies().count(AnomalyKind::Http2Framing), 0);
}
