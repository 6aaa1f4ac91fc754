//! Bytes that are no HTTP, and the way back to the next start line.

use super::listener::{Step, client, hear, server};
use crate::anomaly::AnomalyKind::{
    BodyIncomplete, HeadIncomplete, MalformedFieldLine, MalformedStartLine, NotHttp, ResponseWithoutRequest,
};

const GET: &str = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

#[test]
fn bytes_between_messages_are_passed_over_and_noted() {
    let heard = hear(&[client(GET.to_owned() + "junk\r\n{\"a\":1}" + GET), server(OK.to_owned() + "\x01\x02" + OK)]);
    assert_eq!(heard.lines(), ["GET / HTTP/1.1", "GET / HTTP/1.1", "HTTP/1.1 200 OK", "HTTP/1.1 200 OK"]);
    assert_eq!(heard.kinds(), [(NotHttp, 2)]);
}

#[test]
fn a_line_that_is_lost_before_another_protocol_begins_is_noted() {
    const UPGRADE: &str = "GET / HTTP/1.1\r\nUpgrade: websocket\r\n\r\n";
    const SWITCHING: &[u8] = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n\x81\0";
    for (lost, noted) in [("GE", 1), ("", 0)] {
        let heard = hear(&[client(UPGRADE), Step::ClientLoses(7), client(lost), server(SWITCHING)]);
        assert_eq!(heard.anomalies.count(NotHttp), noted, "{lost:?}: {:?}", heard.anomalies);
        assert_eq!(heard.beyond, (0, 2), "{lost:?}");
    }
}

#[test]
fn a_cut_head_is_told_with_what_is_there() {
    let heard = hear(&[
        client("GET / HTTP/1.1\r\nHost: x\r\nAcc"),
        Step::ClientLoses(9),
        client("pt: x\r\n\r\n"),
        server(OK),
        client(GET),
    ]);
    assert_eq!(heard.lines(), ["GET / HTTP/1.1", "HTTP/1.1 200 OK", "GET / HTTP/1.1"]);
    // A line that is cut is not malformed.
    assert_eq!(heard.messages[0].flags, [HeadIncomplete]);
    assert_eq!((heard.messages[0].field("Host"), heard.messages[0].field("")), (Some("x"), Some("Acc")));
    assert_eq!(heard.messages[0].body, Some((0, Some(false), 0)));
    assert_eq!(heard.messages[0].packet, 1);
    assert_eq!(heard.pairs()[0], ("GET / HTTP/1.1", "HTTP/1.1 200 OK"));
}

#[test]
fn a_malformed_line_of_a_cut_head_is_marked() {
    let heard = hear(&[client("GET / HTTP/1.1\r\nno colon\r\nAcc")]);
    assert_eq!(heard.messages[0].flags, [HeadIncomplete, MalformedFieldLine]);
    let heard = hear(&[client("GET  / HTTP/1.1\r\nAcc")]);
    assert_eq!(heard.messages[0].flags, [HeadIncomplete, MalformedStartLine]);
}

#[test]
fn a_start_line_right_behind_lost_bytes_leaves_nothing_to_pass_over() {
    // Whole, and in two pieces.
    for cut in [GET.len(), 9] {
        let (a, b) = GET.split_at(cut);
        let heard = hear(&[client("GET /a HTTP/1.1\r\nHost"), Step::ClientLoses(7), client(a), client(b), server(OK)]);
        assert_eq!(heard.lines(), ["GET /a HTTP/1.1", "GET / HTTP/1.1", "HTTP/1.1 200 OK"]);
        assert_eq!(heard.anomalies.count(NotHttp), 0, "{:?}", heard.anomalies);
    }
    // What stands before the start line, or never becomes one, is.
    for rest in [format!(": x\r\n\r\n{GET}"), "GET /b HT".to_owned(), "body\r\n".to_owned()] {
        let heard = hear(&[client("GET /a HTTP/1.1\r\nHost"), Step::ClientLoses(7), client(rest.clone()), server(OK)]);
        assert_eq!(heard.anomalies.count(NotHttp), 1, "{rest:?}");
    }
}

#[test]
fn a_head_at_the_end_of_a_stream_is_told() {
    for text in ["GET /x HTTP/1.1\r\nHost: x\r\n", "GET /x HTTP/1.1", "GET /x"] {
        let heard = hear(&[client(text)]);
        assert_eq!(heard.anomalies.count(HeadIncomplete), 1, "{text:?}");
        assert!(heard.messages[0].line.starts_with("GET /x"));
        assert_eq!(heard.exchanges.len(), 1);
    }
    assert_eq!(hear(&[client("GE")]).messages.len(), 0);
}

#[test]
fn lost_chunk_framing_leads_to_the_next_start_line() {
    let steps = [
        client(GET),
        server("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab"),
        Step::ServerLoses(10),
        server(format!("ff\r\n{}", OK.replace("200", "201"))),
    ];
    let heard = hear(&steps);
    assert_eq!(heard.lines()[1..], ["HTTP/1.1 200 OK", "HTTP/1.1 201 OK"]);
    assert_eq!(heard.anomalies.count(BodyIncomplete), 1);
    assert_eq!(heard.anomalies.count(ResponseWithoutRequest), 1);
}

#[test]
fn a_flow_that_began_before_is_found_at_its_next_start_line() {
    let heard = hear(&[server(format!("rest of a body{OK}")), client(format!("more of a form{GET}"))]);
    assert_eq!(heard.messages.len(), 2);
    assert_eq!(heard.kinds(), [(NotHttp, 2), (ResponseWithoutRequest, 1)]);
}

#[test]
fn other_protocols_are_told_by_their_first_bytes() {
    for (bytes, content) in [
        (&b"\x16\x03\x01\x02\x00\x01\x00"[..], "TLS"),
        (b"\x17\x03\x03\x00\x20xxxxx", "TLS"),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "HTTP/2"),
        (b"SSH-2.0-OpenSSH_9.6\r\n", "other"),
        (b"\x00\x01\x02", "other"),
        (b"", "no bytes"),
    ] {
        let mut steps: Vec<_> = bytes.iter().map(|&b| client([b])).collect();
        let heard = hear(&steps);
        assert_eq!((heard.undecoded, heard.messages.len()), (vec![(content, 80, 1)], 0));
        assert!(heard.anomalies.is_empty(), "{content}");
        steps = vec![client(bytes), server("\x01")];
        let other = if content == "no bytes" { "other" } else { content };
        assert_eq!(hear(&steps).undecoded, [(other, 80, 1)]);
    }
    assert_eq!(hear(&[client(GET)]).undecoded, []);
}

#[test]
fn a_proxy_header_is_passed_over() {
    let mut second = b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c".to_vec();
    second.extend([10, 0, 0, 1, 10, 0, 0, 2, 0, 80, 0, 81]);
    for header in [b"PROXY TCP4 10.0.0.1 10.0.0.2 40000 80\r\n".to_vec(), second] {
        let whole = [&header, GET.as_bytes()].concat();
        for cut in 0..whole.len() {
            let (a, b) = whole.split_at(cut);
            let heard = hear(&[client(a), client(b), server(OK)]);
            assert_eq!(heard.lines(), ["GET / HTTP/1.1", "HTTP/1.1 200 OK"], "cut at {cut}");
            assert!(heard.anomalies.is_empty(), "cut at {cut}: {:?}", heard.anomalies);
        }
    }
}
