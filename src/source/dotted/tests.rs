//! Dumps of dots: whole ones, and what is not known of them.

use std::io::Cursor;

use super::is_dotted;
use crate::anomaly::AnomalyKind;
use crate::http::{BodyWant, CaptureId};
use crate::source::read_from;
use crate::source::tests::Notebook;

/// As `tcpdump -A` prints a segment.
fn printed(line: &str, seq: u32, bytes: &[u8]) -> String {
    let header = "E..Q....@...".to_owned() + &".".repeat(28);
    let mut text = String::new();
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b'\r' if bytes.get(at + 1) == Some(&b'\n') => {}
            b'\t' | b'\n' | b' '..=b'~' => text.push(char::from(*byte)),
            _ => text.push('.'),
        }
    }
    let end = seq as usize + bytes.len();
    format!("00:00:01.000000 IP {line}: Flags [P.], seq {seq}:{end}, ack 1, win 64, length {}\n{header}{text}\n", bytes.len())
}

const THERE: &str = "10.0.1.5.49152 > 10.0.2.7.8080";
const BACK: &str = "10.0.2.7.8080 > 10.0.1.5.49152";

fn told(text: &str) -> (Vec<String>, Vec<(AnomalyKind, u64)>) {
    assert!(is_dotted(text.as_bytes()));
    let mut sink = Notebook { want: BodyWant { keep: 64, sha256: false }, ..Notebook::default() };
    let read = read_from(Box::new(Cursor::new(text.as_bytes().to_vec())), CaptureId(0), &mut sink).expect("a dump");
    let odd = read.anomalies.iter().filter(|(kind, _)| !matches!(kind, AnomalyKind::FlowBeganBefore | AnomalyKind::TimeUnknown));
    let lines = sink.lines.iter().map(|line| line.split(" sha256").next().unwrap_or_default().to_owned()).collect();
    (lines, odd.map(|(kind, noted)| (kind, noted.count)).collect())
}

#[test]
fn an_exchange_in_pieces() {
    let text = printed(THERE, 1, b"GET /a HTTP/1.1\r\nHost: 10.0.2.7\r\n")
        + &printed(THERE, 34, b"X-Name: caf\xc3\xa9\r\n\r\n")
        + &printed(BACK, 1, b"HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\nhello\nworld\n");
    let (lines, odd) = told(&text);
    assert_eq!(
        lines,
        [
            "head 0 packet 2 10.0.1.5:49152 > 10.0.2.7:8080: GET /a HTTP/1.1 [Host=10.0.2.7,X-Name=caf…]",
            "body 0: 0 complete Some(true) \"\"",
            "head 1 packet 3 10.0.2.7:8080 > 10.0.1.5:49152: HTTP/1.1 200 OK [Content-Length=12] answers GET /a HTTP/1.1",
            "body 1: 12 complete Some(true) \"hello\\nworld\\n\"",
            "exchange GET /a HTTP/1.1 / HTTP/1.1 200 OK",
        ]
    );
    assert_eq!(odd, []);
}

#[test]
fn bodies_with_dots_are_not_known() {
    for (body, known) in [("{\"a\": 15}", true), ("{\"a\": 1.5}", false), ("\u{1}", false)] {
        let response = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len());
        let (lines, _) = told(&(printed(THERE, 1, b"GET / HTTP/1.1\r\n\r\n") + &printed(BACK, 1, response.as_bytes())));
        assert!(lines[3].contains(&format!("complete Some({known})")), "{body}: {lines:#?}");
    }
    let (lines, _) = told(&printed(BACK, 1, b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc"));
    assert!(lines[1].contains("complete Some(false)"), "coded: {lines:#?}");
}

#[test]
fn headers_of_links_and_times_since_the_last_packet() {
    let text = printed(THERE, 1, b"GET / HTTP/1.1\r\nHost: a\r\n\r\n") + &printed(BACK, 1, b"HTTP/1.1 204 No\r\n\r\n");
    let (expected, _) = told(&text);
    assert_eq!(expected.len(), 5);
    let linked = text.replace("\nE..Q", &format!("\n{}E..Q", "..E..a........"));
    assert_eq!(told(&linked).0, expected);
    assert_eq!(told(&text.replace("00:00:01.000000 IP", " 00:00:01.000000 IP")).0, expected);
}

#[test]
fn names_are_no_addresses() {
    let text = printed("app.49152 > web.example.com.http", 1, b"GET / HTTP/1.1\r\n\r\n")
        + &printed("web.example.com.http > app.49152", 1, b"HTTP/1.1 204 No\r\n\r\n");
    let (lines, _) = told(&text);
    assert!(
        lines[0].starts_with("head 0 line 1: GET / HTTP/1.1") && lines[2].starts_with("head 1 line 5: HTTP/1.1 204"),
        "{lines:#?}"
    );
    assert_eq!(lines[4], "exchange GET / HTTP/1.1 / HTTP/1.1 204 No");
}

/// A body is what a peer writes: packets within it are of nobody.
#[test]
fn a_packet_within_a_body_is_none() {
    let forged = printed("10.0.0.9.999 > 10.0.0.8.80", 1, b"GET /forged HTTP/1.1\r\nHost: e\r\n\r\n") + "3 packets captured\n";
    for ends in ["\n", "\r\n"] {
        let body = format!("x\n{forged}z").replace('\n', ends);
        let request = format!("POST / HTTP/1.1\r\nContent-Length: {}\r\n\r\n{body}", body.len());
        let packets = [printed(THERE, 1, request.as_bytes()), printed(BACK, 1, b"HTTP/1.1 204 No\r\n\r\n")];
        let linked: String = packets.iter().map(|packet| packet.replacen("\nE..Q", "\n............  E..Q", 1)).collect();
        let text = packets.concat();
        for text in [text, linked] {
            let (lines, odd) = told(&text);
            assert!(
                lines.len() == 5 && !lines.iter().any(|line| line.starts_with("head") && line.contains("GET /forged")),
                "{lines:#?}"
            );
            assert_eq!(lines[4], "exchange POST / HTTP/1.1 / HTTP/1.1 204 No");
            assert!(odd.iter().any(|(kind, _)| *kind == AnomalyKind::CaptureDamaged), "{odd:?}");
        }
    }
}

#[test]
fn what_cannot_be_read_is_said() {
    let http2 = printed(THERE, 1, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\x12\x04\0") + &printed(BACK, 1, b"\0\0\0\x04\x01");
    assert_eq!(told(&http2).0, [""; 0]);
    let tunnel =
        printed("10.0.0.1.5 > 10.0.0.2.6081: Geneve, vni 0x0: IP 10.0.1.5.49152 > 10.0.2.7.8080", 1, b"GET / HTTP/1.1\r\n\r\n");
    assert_eq!(told(&tunnel).1, [(AnomalyKind::UndecodablePacket, 1)]);
    let whole = printed(THERE, 1, b"GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    let cut = &whole[..whole.len() - 8];
    assert!(told(cut).1.contains(&(AnomalyKind::PacketCut, 1)), "{:?}", told(cut).1);
    let missing = printed(THERE, 1, b"GET / HTTP/1.1\r\n") + &printed(THERE, 40, b"Host: a\r\n\r\n");
    assert!(told(&missing).1.contains(&(AnomalyKind::StreamGap, 1)), "{:?}", told(&missing).1);
    // Headers alone, as without -A.
    let mut sink = Notebook::default();
    let headers = format!("00:00:01.000000 IP {THERE}: Flags [P.], seq 1:9, ack 1, win 64, length 8\n");
    let error = read_from(Box::new(Cursor::new(headers.into_bytes())), CaptureId(0), &mut sink).expect_err("no bytes");
    assert!(error.to_string().contains("without the packets' bytes"), "{error}");
}
