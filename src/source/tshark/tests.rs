//! Files of tshark: whole ones, and what is left of them.

use std::fmt::Write as _;
use std::io::Cursor;

use super::is_tshark;
use crate::anomaly::AnomalyKind;
use crate::http::{BodyWant, CaptureId};
use crate::source::tests::Notebook;
use crate::source::{SourceError, Summary, read_from};

fn read(text: &str) -> (Result<Summary, SourceError>, Vec<String>) {
    assert!(is_tshark(text.as_bytes()), "{text}");
    let mut sink = Notebook { want: BodyWant { keep: 64, sha256: false }, ..Notebook::default() };
    let result = read_from(Box::new(Cursor::new(text.as_bytes().to_vec())), CaptureId(0), &mut sink);
    (result, sink.lines)
}

/// A packet of the client (an even number) or the server.
fn packet(number: u64, seq: u32, payload: &str, layers: &str) -> String {
    let hex: Vec<String> = payload.bytes().map(|byte| format!("{byte:02x}")).collect();
    let [client, server] = [("10.0.1.5", 49152), ("10.0.2.7", 8080)];
    let (src, dst) = if number.is_multiple_of(2) { (client, server) } else { (server, client) };
    let mut text = format!(
        r#"{{"_index": "packets-2026-11-23", "_source": {{"layers": {{"frame": {{"frame.time_epoch": "{number}.5", "frame.number": "{number}"}},
        "ip": {{"ip.src": "192.0.2.1", "ip.dst": "192.0.2.2"}}, "udp": {{}}, "ip": {{"ip.id": "0x{number:04x}", "ip.src": "{}", "ip.dst": "{}"}},
        "tcp": {{"tcp.srcport": "{}", "tcp.dstport": "{}", "tcp.stream": "0", "tcp.len": "{}", "tcp.seq": "9", "tcp.seq_raw": "{seq}", "tcp.ack_raw": "1", "tcp.flags": "0x0018""#,
        src.0,
        dst.0,
        src.1,
        dst.1,
        payload.len(),
    );
    if !hex.is_empty() {
        let _ = write!(text, r#", "tcp.payload": "{}""#, hex.join(":"));
    }
    text + "}" + layers + "}}}"
}

const REQUEST: &str = r#", "http": {"GET / HTTP/1.1\\r\\n": {"http.request.method": "GET", "http.request.uri": "/", "http.request.version": "HTTP/1.1"}, "http.request.line": "A: 1\r\n", "http.request.line": "A: 2\r\n", "\\r\\n": ""}"#;
const RESPONSE: &str = r#", "http": {"HTTP/1.1 200 OK\\r\\n": {"http.response.version": "HTTP/1.1", "http.response.code": "200", "http.response.phrase": "OK"}, "http.response.line": "X: \ufffd\r\n", "\\r\\n": "", "http.request_in": "2"}"#;

#[test]
fn bytes_of_segments_are_the_wire() {
    let packets = [
        packet(2, 100, "GET / HTTP/1.1\r\nA: 1\r\nA: 2\r\n\r\n", REQUEST),
        packet(5, 500, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nh", ""),
        packet(7, 539, "i", RESPONSE),
    ];
    let (result, lines) = read(&format!("[{}]", packets.join(",\n")));
    assert_eq!(
        lines,
        [
            "head 0 packet 2 10.0.1.5:49152 > 10.0.2.7:8080: GET / HTTP/1.1 [A=1,A=2]",
            "body 0: 0 complete Some(true) \"\"",
            "head 1 packet 5 10.0.2.7:8080 > 10.0.1.5:49152: HTTP/1.1 200 OK [Content-Length=2] answers GET / HTTP/1.1",
            "body 1: 2 complete Some(true) \"hi\"",
            "exchange GET / HTTP/1.1 / HTTP/1.1 200 OK",
        ]
    );
    let summary = result.expect("packets");
    assert_eq!((summary.packets, summary.flows, summary.requests, summary.responses), (3, 1, 1, 1));
}

#[test]
fn fields_are_told_where_bytes_do_not_show_messages() {
    let tls = |layer: &str| format!(r#", "tls": {{}}{layer}"#);
    let expected = [
        "head 0 packet 2 10.0.1.5:49152 > 10.0.2.7:8080: GET / HTTP/1.1 [A=1,A=2]",
        "body 0: 0 complete Some(true) \"\"",
        "head 1 packet 5 10.0.2.7:8080 > 10.0.1.5:49152: HTTP/1.1 200 OK [X=…] answers GET / HTTP/1.1",
        "body 1: 0 complete Some(false) \"\"",
        "exchange GET / HTTP/1.1 / HTTP/1.1 200 OK",
    ];
    for packets in [
        // Opened TLS; a display filter; `-j`.
        [packet(2, 100, "\u{17}\u{3}\u{3}", &tls(REQUEST)), packet(5, 500, "\u{17}\u{3}\u{3}", &tls(RESPONSE))],
        [
            packet(2, 100, "GET / HTTP/1.1\r\nA: 1\r\nA: 2\r\n\r\n", REQUEST),
            packet(5, 500, "end", &format!(r#", "tcp.segments": {{"tcp.segment": "4", "tcp.segment": "5"}}{RESPONSE}"#)),
        ],
        [packet(2, 100, "", REQUEST), packet(5, 500, "", RESPONSE)],
    ] {
        let (result, lines) = read(&format!("[{}]", packets.join(",\n")));
        assert_eq!(lines, expected);
        assert_eq!(result.expect("packets").packets, 2);
    }
}

#[test]
fn a_file_that_is_cut_is_read_to_the_cut() {
    let whole = format!("[{},\n{}]", packet(2, 100, "GET / HTTP/1.1\r\n\r\n", ""), packet(5, 500, "HTTP/1.1 204 No\r\n\r\n", ""));
    for cut in [whole.len() - 1, whole.len() - 40] {
        let (result, lines) = read(&whole[..cut]);
        let summary = result.expect("packets");
        assert_eq!(summary.anomalies.count(AnomalyKind::CaptureTruncated), 1, "{lines:#?}");
        assert_eq!(summary.requests, 1);
    }
    let deep = format!(r#"[{{"_index": "p", "_source": {{"layers": {{"x": {}{}}}}}}}]"#, "[".repeat(200), "]".repeat(200));
    for (text, expected) in [
        (&whole[..200], "is what tshark prints, and cannot be read: EOF while parsing"),
        (&deep, "of which no packet can be read: line 1: the packet is nested too deep"),
        (
            r#"[{"_index": "p", "_source": {"layers": {"http.host": ["a"]}}}]"#,
            "without the bytes of TCP segments and without messages",
        ),
    ] {
        let error = read(text).0.expect_err(expected).to_string();
        assert!(error.contains(expected) && !error.contains('\n'), "{error}");
    }
}
