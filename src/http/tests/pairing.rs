//! Which response answers which request.

use super::listener::{Step, client, hear, server};
use crate::anomaly::AnomalyKind::{AmbiguousLength, PipelineLimit, ResponseWithoutRequest};

fn get(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\n\r\n")
}

fn ok(status: &str) -> String {
    format!("HTTP/1.1 {status} OK\r\nContent-Length: 2\r\n\r\nok")
}

const G: fn(&str) -> String = |path| format!("GET {path} HTTP/1.1");

#[test]
fn pipelined_requests_are_answered_in_their_order() {
    let heard = hear(&[client(get("/1") + &get("/2") + &get("/3")), server(ok("201") + &ok("202")), server(ok("203"))]);
    let expected = [("/1", "201"), ("/2", "202"), ("/3", "203")].map(|(p, s)| (G(p), format!("HTTP/1.1 {s} OK")));
    assert_eq!(heard.exchanges, expected);
    assert_eq!(heard.messages[5].answers.as_deref(), Some("GET /3 HTTP/1.1"));
    assert!(heard.anomalies.is_empty());
}

#[test]
fn interim_responses_are_messages_of_no_exchange() {
    let heard = hear(&[
        client("POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"),
        server("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n"),
        client("ab"),
        server(ok("200")),
    ]);
    assert_eq!(heard.messages.len(), 4);
    assert_eq!(heard.pairs(), [("POST / HTTP/1.1", "HTTP/1.1 200 OK")]);
    assert_eq!(heard.messages[1].answers.as_deref(), Some("POST / HTTP/1.1"));
    assert!(heard.anomalies.is_empty());
}

#[test]
fn a_response_before_the_end_of_its_request_waits_for_it() {
    let heard = hear(&[
        client("POST / HTTP/1.1\r\nContent-Length: 4\r\n\r\nab"),
        server(ok("400")),
        client("cd"),
        client(get("/2")),
        server(ok("200")),
    ]);
    assert_eq!(heard.pairs(), [("POST / HTTP/1.1", "HTTP/1.1 400 OK"), ("GET /2 HTTP/1.1", "HTTP/1.1 200 OK")]);
    assert_eq!(heard.messages[0].body, Some((4, Some(true), 0)));
}

#[test]
fn what_is_alone_is_told_alone() {
    let heard = hear(&[server(ok("200")), client(get("/1")), server(ok("201")), client(get("/2"))]);
    assert_eq!(heard.pairs(), [("-", "HTTP/1.1 200 OK"), ("GET /1 HTTP/1.1", "HTTP/1.1 201 OK"), ("GET /2 HTTP/1.1", "-")]);
    assert_eq!(heard.kinds(), [(ResponseWithoutRequest, 1)]);
    assert_eq!(heard.messages[0].answers, None);
}

#[test]
fn a_lost_request_leaves_its_response_alone() {
    let heard = hear(&[
        client(get("/1")),
        server(ok("201")),
        Step::ClientLoses(18),
        server(ok("202")),
        client(get("/3")),
        server(ok("203")),
    ]);
    assert_eq!(
        heard.pairs(),
        [("GET /1 HTTP/1.1", "HTTP/1.1 201 OK"), ("-", "HTTP/1.1 202 OK"), ("GET /3 HTTP/1.1", "HTTP/1.1 203 OK")]
    );
}

#[test]
fn a_lost_response_leaves_its_request_alone() {
    let heard = hear(&[client(get("/1")), Step::ServerLoses(40), client(get("/2")), server(ok("202"))]);
    assert_eq!(heard.pairs(), [("GET /1 HTTP/1.1", "-"), ("GET /2 HTTP/1.1", "HTTP/1.1 202 OK")]);
    // Part of it was lost: its head may still come.
    let heard = hear(&[client(get("/1")), Step::ServerLoses(4), server(ok("201"))]);
    assert_eq!(heard.pairs(), [("GET /1 HTTP/1.1", "HTTP/1.1 201 OK")]);
}

#[test]
fn where_a_pair_would_be_guessed_both_are_alone() {
    let heard =
        hear(&[client(get("/1") + &get("/2")), Step::ServerLoses(40), server(ok("202")), client(get("/3")), server(ok("203"))]);
    assert!(heard.exchanges.iter().all(|(request, response)| request == "-" || response == "-"), "{:?}", heard.exchanges);
    assert_eq!(heard.exchanges.len(), 5);
    // What waited before a lost request is still sure.
    let heard = hear(&[client(get("/1")), Step::ClientLoses(18), client(get("/3")), server(ok("201") + &ok("202") + &ok("203"))]);
    assert_eq!(heard.exchanges[1], (G("/1"), "HTTP/1.1 201 OK".to_owned()));
    assert_eq!(heard.exchanges.iter().filter(|(request, response)| request != "-" && response != "-").count(), 1);
}

#[test]
fn tunnels_and_upgrades_end_http() {
    for (request, response, content) in [
        ("CONNECT a:443 HTTP/1.1\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n", "CONNECT tunnel"),
        ("GET / HTTP/1.1\r\nUpgrade: websocket\r\n\r\n", "HTTP/1.1 101 Switching\r\n\r\n", "upgraded"),
        ("GET / HTTP/1.1\r\n\r\n", "HTTP/1.1 101 Switching\r\nUpgrade: WebSocket\r\n\r\n", "WebSocket"),
    ] {
        let heard = hear(&[client(request), server(response), client(get("/inside")), server(ok("200")), client(b"\x81\x02hi")]);
        assert_eq!((heard.messages.len(), heard.exchanges.len()), (2, 1));
        assert_ne!(heard.exchanges[0].1, "-");
        assert_eq!(heard.undecoded, [(content, 80, 1)]);
        assert_eq!(heard.beyond, (get("/inside").len() as u64 + 4, ok("200").len() as u64));
        assert!(heard.anomalies.is_empty());
    }
    let heard = hear(&[
        client("CONNECT a:443 HTTP/1.1\r\n\r\n"),
        server("HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n"),
        client(get("/2")),
    ]);
    assert_eq!(heard.messages.len(), 3);
}

#[test]
fn waiting_requests_are_bounded() {
    let heard = hear(&[client(get("/").repeat(1500)), server(ok("200").repeat(1500))]);
    assert_eq!((heard.messages.len(), heard.exchanges.len()), (3000, 476 + 1024 + 476));
    assert!(heard.anomalies.count(PipelineLimit) > 0);
    assert_eq!(heard.exchanges.iter().filter(|(request, response)| request != "-" && response != "-").count(), 1024);
}

#[test]
fn a_response_to_an_unknown_head_request_has_no_body() {
    let head = "HTTP/1.1 302 Found\r\nContent-Length: 689\r\n\r\n";
    let all = head.repeat(2) + &ok("200");
    for cut in 0..all.len() {
        let (a, b) = all.split_at(cut);
        let heard = hear(&[server(a), server(b)]);
        assert_eq!(heard.messages.len(), 3, "cut at {cut}");
        assert_eq!(heard.messages[0].body, Some((0, Some(true), 0)));
        assert_eq!(heard.anomalies.count(AmbiguousLength), 2);
    }
    // A body is a body, though, when it begins otherwise, and where the request is known.
    let heard = hear(&[server("HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nHTTP/1.1 is a version")]);
    assert_eq!(heard.messages.len(), 1);
    let heard = hear(&[client(get("/")), server(format!("HTTP/1.1 200 OK\r\nContent-Length: 40\r\n\r\n{}", ok("200")))]);
    assert_eq!((heard.messages.len(), heard.anomalies.is_empty()), (2, true));
}

#[test]
fn a_cut_request_is_answered_and_so_is_the_next() {
    let heard =
        hear(&[client("GET /1 HTTP/1.1\r\nHo"), Step::ClientLoses(9), server(ok("201")), client(get("/2")), server(ok("202"))]);
    assert_eq!(heard.pairs(), [("GET /1 HTTP/1.1", "HTTP/1.1 201 OK"), ("GET /2 HTTP/1.1", "HTTP/1.1 202 OK")]);
}

#[test]
fn what_all_flows_hold_is_bounded() {
    use super::listener::{Listener, feed_open};
    let mut listener = Listener::default();
    let count = {
        let limits = crate::http::Limits { held_in_all: 10 << 20, ..crate::http::Limits::default() };
        let mut streams = crate::http::HttpStreams::with_limits(crate::http::CaptureId(0), &mut listener, limits);
        let big = format!("HTTP/1.1 200 OK\r\nX: {}\r\nContent-Length: 9\r\n\r\n1", "x".repeat(200_000));
        let talks: Vec<_> = (0..300).map(|number| feed_open(&mut streams, number, &[server(&big)])).collect();
        assert!(streams.held_in_all() < 11 << 20, "{}", streams.held_in_all());
        for (flow, talk) in talks {
            crate::flow::StreamSink::close(&mut streams, &flow, talk);
        }
        streams.anomalies().count(PipelineLimit)
    };
    assert!(count > 60, "{count}");
    let running = listener.messages.iter().filter(|m| m.body.is_some_and(|(_, complete, _)| complete.is_none())).count();
    assert_eq!(running as u64, count, "told before their end");
}
