//! What a connection says from its beginning on.

use super::super::listener::{Heard, Step, client, hear, hear_bodies, server};
use super::wire::{
    ACK, DATA, END_HEADERS, END_STREAM, GOAWAY, HEADERS, PADDED, PING, PREFACE, PRIORITY, PUSH_PROMISE, RST_STREAM, SETTINGS,
    Sender, begun, frame,
};
use crate::anomaly::AnomalyKind;

/// A POST with a body in two frames, padded; a response with a body and trailers.
fn post() -> (Vec<u8>, Vec<u8>) {
    let (mut asks, mut answers, mut from, mut to) = begun();
    from.extend(frame(PING, 0, 0, b"pingpong"));
    let fields = [(":method", "POST"), (":scheme", "http"), (":path", "/a?b=c"), (":authority", "a.example"), ("te", "trailers")];
    from.extend(asks.head(1, 0, &fields));
    from.extend(frame(DATA, PADDED, 1, b"\x03hel\0\0\0"));
    from.extend(frame(DATA, END_STREAM, 1, b"lo"));
    to.extend(ACK);
    to.extend(answers.head(1, 0, &[(":status", "200"), ("content-type", "application/grpc")]));
    to.extend(frame(DATA, 0, 1, b"\0\0\0\0\x02ok"));
    to.extend(answers.head(1, END_STREAM, &[("grpc-status", "0"), ("grpc-message", "")]));
    (from, to)
}

fn texts(fields: &[(String, String)]) -> Vec<String> {
    fields.iter().map(|(name, value)| format!("{name}={value}")).collect()
}

#[test]
fn messages_of_a_stream() {
    let (from, to) = post();
    let heard = hear_bodies(&[client(from), server(to)]);
    assert_eq!(heard.lines(), ["POST /a?b=c HTTP/2", "HTTP/2 200"]);
    assert_eq!(heard.pairs(), [("POST /a?b=c HTTP/2", "HTTP/2 200")]);
    let [request, response] = &heard.messages[..] else { panic!("two") };
    let fields = [":method=POST", ":scheme=http", ":path=/a?b=c", ":authority=a.example", "te=trailers"];
    assert_eq!(texts(&request.fields), fields);
    assert_eq!((request.body, request.kept.as_deref()), (Some((5, Some(true), 0)), Some("hello")));
    assert_eq!((response.body, response.kept.as_deref()), (Some((7, Some(true), 0)), Some("\0\0\0\0\x02ok")));
    assert_eq!(texts(&response.trailers), ["grpc-status=0", "grpc-message="]);
    assert_eq!((response.answers.as_deref(), response.src), (Some("POST /a?b=c HTTP/2"), 80));
    assert_eq!((heard.kinds(), heard.undecoded), (vec![], vec![]));
}

/// In segments of any size, and whether bodies are read or passed over, the messages are the same.
#[test]
fn cuts_change_nothing() {
    let (from, to) = post();
    let told = |heard: Heard| {
        let messages: Vec<_> = heard.messages.into_iter().map(|m| (m.line, m.fields, m.body, m.trailers, m.answers)).collect();
        (messages, heard.exchanges, heard.anomalies)
    };
    let whole = told(hear(&[client(&from), server(&to)]));
    for size in 1..=from.len().max(to.len()) {
        let mut steps: Vec<Step> = from.chunks(size).map(client).collect();
        steps.extend(to.chunks(size).map(server));
        assert_eq!(told(hear(&steps)), whole, "in segments of {size}");
        assert_eq!(told(hear_bodies(&steps)).0, whole.0, "in segments of {size}");
    }
    // The server may speak first.
    let swapped = hear(&[server(&to[..9]), client(&from), server(&to[9..])]);
    assert_eq!(told(swapped), whole);
}

#[test]
fn streams_interleave_and_pair_by_their_number() {
    let (mut asks, mut answers, mut from, mut to) = begun();
    for (stream, path) in [(1, "/one"), (3, "/two"), (5, "/three")] {
        from.extend(asks.get(stream, path));
    }
    let heads = [1, 3].map(|stream| answers.head(stream, 0, &[(":status", "200"), ("x-for", &stream.to_string())]));
    to.extend(heads.concat());
    to.extend(frame(DATA, 0, 1, b"1"));
    to.extend(frame(DATA, END_STREAM, 3, b"33"));
    to.extend(answers.ok(5, "5"));
    to.extend(frame(DATA, END_STREAM, 1, b"1"));
    let heard = hear_bodies(&[client(from), server(to)]);
    let pairs = [("GET /two HTTP/2", "HTTP/2 200"), ("GET /three HTTP/2", "HTTP/2 200"), ("GET /one HTTP/2", "HTTP/2 200")];
    assert_eq!(heard.pairs(), pairs);
    let kept: Vec<_> = heard.messages.iter().filter_map(|m| m.kept.as_deref()).collect();
    assert_eq!(kept, ["", "", "", "11", "33", ""]);
    assert_eq!(heard.kinds(), []);
}

#[test]
fn interim_responses_belong_to_no_exchange() {
    let (mut asks, mut answers, mut from, mut to) = begun();
    from.extend(asks.get(1, "/"));
    to.extend(answers.head(1, 0, &[(":status", "103"), ("link", "</a>")]));
    to.extend(answers.ok(1, "a"));
    let heard = hear(&[client(from), server(to)]);
    assert_eq!(heard.lines(), ["GET / HTTP/2", "HTTP/2 103", "HTTP/2 200"]);
    assert_eq!((heard.pairs(), heard.kinds()), (vec![("GET / HTTP/2", "HTTP/2 200")], vec![]));
}

#[test]
fn an_upgraded_request_is_that_of_stream_1() {
    let (mut asks, mut answers) = (Sender::new(), Sender::new());
    let ask =
        "GET /up HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n";
    let switch = b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n";
    let to = [&switch[..], SETTINGS, &answers.ok(1, "a")].concat();
    let from = [PREFACE, SETTINGS, &asks.get(3, "/next")].concat();
    let answer = answers.ok(3, "b");
    let wanted = [("GET /up HTTP/1.1", "HTTP/2 200"), ("GET /next HTTP/2", "HTTP/2 200")];
    for size in [1, 5, 1000] {
        let mut steps = vec![client(ask)];
        steps.extend(to.chunks(size).map(server));
        steps.extend(from.chunks(size).map(client));
        steps.push(server(&answer));
        let heard = hear(&steps);
        assert_eq!(heard.pairs(), wanted, "{:?}", heard.kinds());
        assert_eq!(heard.lines()[1], "HTTP/1.1 101 Switching Protocols");
        assert_eq!((heard.kinds(), heard.undecoded), (vec![], vec![]));
    }
    // A server that does not switch answers as ever.
    let heard = hear(&[client(ask), server("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")]);
    assert_eq!(heard.pairs(), [("GET /up HTTP/1.1", "HTTP/1.1 200 OK")]);
}

#[test]
fn an_upgrade_behind_an_early_response_still_tells_the_exchange() {
    let ask = "POST /early HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc";
    let early = "HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n";
    let switch = b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n";
    let mut answers = Sender::new();
    let to = [&switch[..], SETTINGS, &answers.ok(1, "a")].concat();
    let heard = hear(&[client(ask), server(early), server(to)]);
    let wanted = ("POST /early HTTP/1.1", "HTTP/1.1 413 Content Too Large");
    assert_eq!(heard.pairs().iter().filter(|pair| **pair == wanted).count(), 1, "{:?}", heard.pairs());
    assert!(!heard.pairs().contains(&("POST /early HTTP/1.1", "HTTP/2 200")), "{:?}", heard.pairs());
    assert_eq!(heard.anomalies.count(AnomalyKind::BodyIncomplete), 1, "and its body is told to lack its end");
    // Without the early response it is what asked.
    let heard = hear(&[client(format!("{ask}defghij")), server([switch, SETTINGS, &Sender::new().ok(1, "a")].concat())]);
    assert_eq!(heard.pairs(), [("POST /early HTTP/1.1", "HTTP/2 200")]);
}

#[test]
fn a_server_without_http_2_answers_a_preface_in_http_1() {
    let heard = hear(&[client([PREFACE, SETTINGS].concat()), server("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")]);
    assert_eq!(heard.pairs(), [("-", "HTTP/1.1 400 Bad Request")]);
}

#[test]
fn a_proxy_line_may_stand_before_the_preface() {
    let (from, to) = post();
    let line = b"PROXY TCP4 192.0.2.1 192.0.2.2 40000 80\r\n";
    for size in [7, 1000] {
        let mut steps: Vec<Step> = [&line[..], &from].concat().chunks(size).map(client).collect();
        steps.push(server(&to));
        let heard = hear(&steps);
        assert_eq!((heard.pairs(), heard.kinds()), (vec![("POST /a?b=c HTTP/2", "HTTP/2 200")], vec![]));
    }
}

/// A preface that is cut is no request.
#[test]
fn a_preface_alone_is_no_message() {
    for end in 0..=PREFACE.len() {
        assert_eq!(hear(&[client(&PREFACE[..end])]).messages.len(), 0, "{end}");
    }
}

#[test]
fn a_promised_request_is_shown_and_answered() {
    let (mut asks, mut answers, mut from, mut to) = begun();
    from.extend(asks.get(1, "/"));
    let promise = [(":method", "GET"), (":scheme", "http"), (":path", "/style.css"), (":authority", "a.example")];
    let promise = [&2u32.to_be_bytes()[..], &answers.block(&promise)].concat();
    to.extend(frame(PUSH_PROMISE, END_HEADERS, 1, &promise));
    to.extend(answers.ok(1, "a"));
    to.extend(answers.ok(2, "b"));
    let heard = hear(&[client(from), server(to)]);
    assert_eq!(heard.pairs(), [("GET / HTTP/2", "HTTP/2 200"), ("GET /style.css HTTP/2", "HTTP/2 200")]);
    assert_eq!((heard.messages[1].src, heard.kinds()), (80, vec![]));
}

#[test]
fn resets_end_messages_and_say_why() {
    let (mut asks, mut answers, mut from, mut to) = begun();
    from.extend(asks.get(1, "/"));
    from.extend(asks.get(3, "/b"));
    to.extend(answers.head(1, 0, &[(":status", "200"), ("content-length", "100")]));
    to.extend(frame(DATA, 0, 1, b"some"));
    let reset = frame(RST_STREAM, 0, 1, &2u32.to_be_bytes());
    let late = frame(DATA, END_STREAM, 1, b"late");
    let away = frame(GOAWAY, 0, 0, &[3u32.to_be_bytes(), 1u32.to_be_bytes()].concat());
    let heard = hear(&[client(from), server(to), server([reset, late, away].concat())]);
    assert_eq!(heard.pairs(), [("GET / HTTP/2", "HTTP/2 200"), ("GET /b HTTP/2", "-")]);
    assert_eq!(heard.messages[2].body, Some((4, Some(false), 0)));
    assert_eq!(heard.kinds(), [(AnomalyKind::BodyIncomplete, 1), (AnomalyKind::Http2Error, 2)]);
    let (_, error) = heard.anomalies.iter().find(|(kind, _)| *kind == AnomalyKind::Http2Error).unwrap();
    assert_eq!(error.detail, "RST_STREAM of stream 1: INTERNAL_ERROR");
}

/// A header block in several frames, with priority and padding.
#[test]
fn a_head_may_come_in_several_frames() {
    let (mut asks, _, from, _) = begun();
    let block =
        asks.block(&[(":method", "GET"), (":scheme", "http"), (":path", "/long"), (":authority", "a"), ("x", "yyyyyyyyyyyy")]);
    let (first, rest) = block.split_at(3);
    let (second, third) = rest.split_at(4);
    let padded = [b"\x02\0\0\0\0\x10", first, b"\0\0"].concat();
    let frames = [
        from,
        frame(HEADERS, END_STREAM | PADDED | PRIORITY, 1, &padded),
        frame(super::wire::CONTINUATION, 0, 1, second),
        frame(super::wire::CONTINUATION, 0, 1, b""),
        frame(super::wire::CONTINUATION, END_HEADERS, 1, third),
    ];
    for number in 0..3 {
        let steps: Vec<Step> = frames.concat().chunks([1, 20, 10_000][number]).map(client).collect();
        let heard = hear(&steps);
        assert_eq!((heard.lines(), heard.kinds()), (vec!["GET /long HTTP/2"], vec![]));
        assert_eq!(heard.messages[0].field("x"), Some("yyyyyyyyyyyy"));
        assert_eq!(heard.messages[0].body, Some((0, Some(true), 0)));
    }
}
