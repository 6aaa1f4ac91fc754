//! What connections say before their messages, and connections that say nothing.

use super::listener::{Listener, Step, client, feed, feed_open, hear, hear_in, server};
use crate::anomaly::AnomalyKind::{HeadLimit, MalformedProxyHeader, NotHttp};
use crate::flow::StreamSink as _;
use crate::http::{BodyWant, CaptureId, HttpStreams, Limits};
use crate::proxy_protocol::Addresses;

const LINE: &str = "PROXY TCP4 192.0.2.1 10.0.0.2 4711 80\r\n";
const GET: &str = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

/// A header of version 2 with a checksum that is wrong.
fn version_2() -> Vec<u8> {
    let addresses = [192, 0, 2, 1, 10, 0, 0, 2, 0x12, 0x67, 0, 80];
    [b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x13".as_slice(), &addresses, &[3, 0, 4, 1, 2, 3, 4]].concat()
}

#[test]
fn a_header_is_read_however_it_is_cut() {
    for header in [LINE.as_bytes().to_vec(), version_2()] {
        let sent = [&header, GET.as_bytes()].concat();
        for cut in 0..sent.len() {
            let (a, b) = sent.split_at(cut);
            let heard = hear(&[client(a), client(b), server(OK), client(GET), server(OK)]);
            assert_eq!(heard.exchanges.len(), 2, "cut at {cut}");
            assert_eq!(heard.anomalies.count(NotHttp), 0);
            for connection in &heard.connections {
                let proxy = connection.proxy.as_deref().expect("a header");
                let Addresses::Ip { src, dst } = proxy.addresses else { panic!("no addresses") };
                assert_eq!((src.to_string(), dst.to_string()), ("192.0.2.1:4711".to_owned(), "10.0.0.2:80".to_owned()));
                assert!(connection.from_start);
            }
            assert_eq!(heard.anomalies.count(MalformedProxyHeader), u64::from(header != LINE.as_bytes()));
        }
    }
}

#[test]
fn what_is_known_without_a_header() {
    let heard = hear(&[client(GET), server(OK)]);
    assert!(heard.connections[0].from_start && heard.connections[0].proxy.is_none());
    // Its beginning was lost: a header may have stood there.
    let heard = hear(&[Step::ClientLoses(10), client(GET), server(OK)]);
    assert!(!heard.connections[0].from_start);
    // One header, and only of who opened the connection.
    let twice = hear(&[client(LINE), client(LINE), client(GET), server(OK)]);
    assert_eq!((twice.exchanges.len(), twice.anomalies.count(NotHttp)), (1, 1));
    let other = hear(&[client(GET), server(LINE.to_owned() + OK)]);
    assert!(other.connections[0].proxy.is_none());
}

#[test]
fn a_malformed_header_is_told_and_messages_behind_it_are_found() {
    let mut version_3 = version_2();
    version_3[12] = 0x31;
    for (begin, detail) in [
        ("PROXY TCP4 nowhere 10.0.0.2 1 80\r\n".as_bytes(), "byte 11: an address of TCP4 is expected, not \"nowhere\""),
        (&version_3, "byte 12: version 2 is expected behind the signature, not 3"),
    ] {
        let heard = hear(&[client([begin, b"\r\n", GET.as_bytes()].concat()), server(OK)]);
        assert_eq!(heard.pairs(), [("GET / HTTP/1.1", "HTTP/1.1 200 OK")]);
        let (_, told) = heard.anomalies.iter().find(|(kind, _)| *kind == MalformedProxyHeader).expect("told");
        assert_eq!((told.count, told.detail.as_str()), (1, detail));
    }
}

#[test]
fn tls_behind_a_header_is_named() {
    for cut in 0..LINE.len() + 5 {
        let sent = [LINE.as_bytes(), b"\x16\x03\x01\x02\x00\x01"].concat();
        let (a, b) = sent.split_at(cut);
        let heard = hear(&[client(a), client(b)]);
        assert_eq!(heard.undecoded, [("TLS", 80, 1)], "cut at {cut}");
    }
    let heard = hear(&[
        client("CONNECT a:443 HTTP/1.1\r\n\r\n"),
        server("HTTP/1.1 200 OK\r\n\r\n"),
        client(b"\x16\x03\x01\x00\x05hello"),
        server(b"\x16\x03\x03\x00\x05"),
        server(b"world"),
    ]);
    assert_eq!((heard.undecoded, heard.beyond), (vec![("TLS in a CONNECT tunnel", 80, 1)], (10, 10)));
    assert!(heard.anomalies.is_empty());
}

#[test]
fn connections_without_a_message() {
    let ends = [Step::ClientEnds, Step::ServerEnds];
    let heard = hear(&ends);
    assert_eq!(heard.empty.len(), 1);
    let (from, to) = *heard.empty[0].ends.clone().expect("its ends");
    assert_eq!((from.port, to.port), (40_000, 80));
    assert_eq!(heard.undecoded, [("no bytes", 80, 1)]);
    // A header is no message.
    let heard = hear(&[&[client(LINE)], ends.as_slice()].concat());
    assert_eq!((heard.empty.len(), heard.empty[0].proxy.is_some()), (1, true));
    assert_eq!(heard.undecoded, [("no bytes", 80, 1)]);
    // What goes on behind the capture, is lost in it, or is no HTTP, is not empty.
    for steps in [&[][..], &[Step::ClientLoses(1), Step::ClientEnds], &[client(LINE), client("x"), Step::ClientEnds]] {
        assert!(hear(steps).empty.is_empty(), "{steps:?}");
    }
}

#[test]
fn a_header_that_there_is_no_room_for_is_not_kept_and_said() {
    let steps = [client(LINE), client("GET / HTTP/1.1\r\n\r\n"), server("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")];
    for (room, kept) in [(1 << 20, true), (300, false)] {
        let heard = hear_in(room, Limits::default(), BodyWant::NOTHING, &steps);
        assert_eq!(heard.messages.len(), 2);
        assert_eq!(heard.anomalies.count(HeadLimit) > 0, !kept);
        for connection in &heard.connections {
            assert_eq!((connection.proxy.is_some(), connection.proxy_unkept), (kept, !kept));
        }
    }
}

#[test]
fn what_headers_of_all_connections_hold_is_bounded() {
    let value = [&[0xe5, 0x0f, 0xa0][..], &[b'x'; 4000]].concat();
    let length = u16::try_from(12 + value.len()).expect("short").to_be_bytes();
    let addresses = [192, 0, 2, 1, 10, 0, 0, 2, 0x12, 0x67, 0, 80];
    let header = [b"\r\n\r\n\0\r\nQUIT\n\x21\x11".as_slice(), &length, &addresses, &value].concat();
    let mut listener = Listener::default();
    let mut streams = HttpStreams::new(CaptureId(0), &mut listener);
    let open: Vec<_> = (0..2200).map(|number| feed_open(&mut streams, number, &[client(&header)])).collect();
    assert!((50..300).contains(&streams.anomalies().count(HeadLimit)), "{}", streams.anomalies().count(HeadLimit));
    // What is over gives its room back.
    for (flow, talk) in open {
        streams.close(&flow, talk);
    }
    let before = streams.anomalies().count(HeadLimit);
    feed(&mut streams, 9999, &[client(&header), client(GET), server(OK)]);
    assert_eq!(streams.anomalies().count(HeadLimit), before);
    assert_eq!(listener.connections[0].proxy.as_ref().map(|proxy| proxy.tlvs.len()), Some(1));
}
