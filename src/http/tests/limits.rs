//! Every limit of the layer, and what is said where it is reached.

use super::listener::{Listener, Step, client, feed_open, hear_in, hear_within, server};
use crate::anomaly::AnomalyKind::{HeadLimit, MalformedChunk, MalformedProxyHeader, PipelineLimit};
use crate::anomaly::{Anomalies, AnomalyKind};
use crate::flow::StreamSink;
use crate::http::{BodyWant, CaptureId, HttpStreams, Limits};
use crate::proxy_protocol;

const CHUNKED: &str = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";

/// The same conversation on so many connections at a time, which all stay open: the most that they hold, and what was noted.
fn crowd(flows: u32, limits: Limits, steps: &[Step]) -> (usize, Anomalies) {
    let mut listener = Listener::default();
    let mut streams = HttpStreams::with_limits(CaptureId(0), &mut listener, limits);
    let (mut open, mut most) = (Vec::new(), 0);
    for number in 0..flows {
        open.push(feed_open(&mut streams, number, steps));
        most = most.max(streams.held_in_all());
    }
    for (flow, talk) in open {
        streams.close(&flow, talk);
    }
    (most, streams.anomalies().clone())
}

fn noted(anomalies: &Anomalies) -> Vec<AnomalyKind> {
    anomalies.iter().map(|(kind, _)| kind).collect()
}

#[test]
fn each_limit_is_moved() {
    let usual = Limits::default();
    let pieces = |text: &str| text.as_bytes().chunks(50).map(client).collect::<Vec<_>>();
    let long = format!("GET / HTTP/1.1\r\nX: {}\r\n\r\n", "x".repeat(1000));
    let heard = hear_within(Limits { head: 500, ..usual }, BodyWant::NOTHING, &pieces(&long));
    assert_eq!((heard.messages[0].flags.as_slice(), heard.messages.len()), (&[HeadLimit][..], 1));
    assert!(hear_within(usual, BodyWant::NOTHING, &pieces(&long)).anomalies.is_empty());

    let many = format!("GET / HTTP/1.1\r\n{}\r\n", "A: b\r\n".repeat(300));
    let heard = hear_within(Limits { fields: 200, ..usual }, BodyWant::NOTHING, &[client(&many)]);
    assert_eq!((heard.messages[0].fields.len(), heard.messages[0].flags.as_slice()), (200, &[HeadLimit][..]));
    assert_eq!(hear_within(usual, BodyWant::NOTHING, &[client(&many)]).messages[0].fields.len(), 300);

    let requests = "GET / HTTP/1.1\r\n\r\n".repeat(5);
    let heard = hear_within(Limits { pipeline: 2, ..usual }, BodyWant::NOTHING, &[client(&requests)]);
    assert_eq!(noted(&heard.anomalies), [PipelineLimit]);

    let trailers = format!("{CHUNKED}0\r\n{}\r\n", "A: b\r\n".repeat(100));
    let heard = hear_within(Limits { trailers: 100, ..usual }, BodyWant::NOTHING, &[client(trailers)]);
    assert_eq!(noted(&heard.anomalies), [HeadLimit]);
    assert!(heard.messages[0].trailers.len() < 30, "{:?}", heard.messages[0].trailers);
    let heard = hear_within(Limits { trailers: 100, ..usual }, BodyWant::NOTHING, &[client(CHUNKED), client("1".repeat(200))]);
    assert_eq!(noted(&heard.anomalies), [MalformedChunk]);

    let response = format!("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{}", "x".repeat(500));
    let steps = [client("GET / HTTP/1.1\r\n\r\n"), server(response)];
    let want = BodyWant { keep: 1000, sha256: false };
    let kept = |limits| hear_within(limits, want, &steps).messages[1].kept.as_ref().map(String::len);
    assert_eq!((kept(usual), kept(Limits { bodies_in_all: 100, ..usual })), (Some(500), Some(100)));
}

#[test]
fn limits_of_proxy_headers_are_moved() {
    let usual = Limits::default();
    // Two values of 3 and 5 bytes.
    let header = b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x1a\x01\x02\x03\x04\x05\x06\x07\x08\0\x50\0\x50\xe5\0\x03abc\xe6\0\x05fghij";
    let steps = [client([&header[..], b"GET / HTTP/1.1\r\n\r\n"].concat())];
    let proxy = usual.proxy;
    for (proxy, values, expected) in [
        (proxy, 2, &[][..]),
        (proxy_protocol::Limits { values: 2, bytes: 8, ..proxy }, 2, &[]),
        (proxy_protocol::Limits { values: 1, ..proxy }, 1, &[MalformedProxyHeader]),
        (proxy_protocol::Limits { bytes: 7, ..proxy }, 1, &[MalformedProxyHeader]),
    ] {
        let heard = hear_within(Limits { proxy, ..usual }, BodyWant::NOTHING, &steps);
        assert_eq!((noted(&heard.anomalies).as_slice(), heard.messages.len()), (expected, 1), "{proxy:?}");
        let said = heard.connections[0].proxy.as_ref().expect("a header");
        assert_eq!((said.tlvs.len(), said.fault.is_some()), (values, !expected.is_empty()), "{proxy:?}: {:?}", said.fault);
    }
    let none = Limits { proxy: proxy_protocol::Limits { in_all: 0, ..proxy }, ..usual };
    let heard = hear_within(none, BodyWant::NOTHING, &steps);
    assert_eq!((noted(&heard.anomalies), heard.messages.len()), (vec![HeadLimit], 1));
    assert!(heard.connections[0].proxy.is_none() && heard.connections[0].proxy_unkept, "it is said that there was one");
}

/// Whatever it is that many connections leave open, it is bounded in all, and said.
#[test]
fn what_many_connections_leave_open_is_bounded_in_all() {
    let limits = Limits { held_in_all: 1 << 20, ..Limits::default() };
    let proxy: Vec<u8> = b"\r\n\r\n\0\r\nQUIT\n\x21\x11\xff\xff".iter().copied().chain([7; 9000]).collect();
    let lost = [client("GET / HTTP/1.1\r\n\r\n\x01\r\n"), client("y".repeat(8000))];
    let cases: [(&str, Vec<Step>, &[AnomalyKind]); 7] = [
        ("a head", vec![client(format!("GET / HTTP/1.1\r\nX: {}", "x".repeat(9000)))], &[HeadLimit]),
        ("a start line", vec![client(format!("GET /{}", "x".repeat(9000)))], &[HeadLimit]),
        ("a PROXY header", vec![client(proxy)], &[]),
        ("a line behind lost bytes", lost.to_vec(), &[HeadLimit, PipelineLimit]),
        ("a chunk's line", vec![client(CHUNKED), client(format!("5;{}", "x".repeat(9000)))], &[MalformedChunk, PipelineLimit]),
        ("a request", vec![client(format!("GET / HTTP/1.1\r\nX: {}\r\n\r\n", "x".repeat(9000)))], &[PipelineLimit]),
        (
            "a response",
            vec![server(format!("HTTP/1.1 200 OK\r\nContent-Length: 9\r\nX: {}\r\n\r\n1", "x".repeat(9000)))],
            &[PipelineLimit],
        ),
    ];
    for (name, steps, expected) in cases {
        let (most, anomalies) = crowd(400, limits, &steps);
        assert!(most > limits.held_in_all / 2 && most < limits.held_in_all + (64 << 10), "{name}: {most} bytes");
        let noted = noted(&anomalies);
        assert!(expected.iter().all(|kind| noted.contains(kind)), "{name}: {noted:?}");
    }
}

#[test]
fn ports_of_flows_without_messages_are_bounded() {
    use crate::flow::{Direction, FlowInfo};
    use crate::wire::Endpoint;
    let mut listener = Listener::default();
    let mut streams = HttpStreams::new(CaptureId(0), &mut listener);
    for port in 1..=6000 {
        let ends = [60_000, port].map(|port| Endpoint { ip: [10, 0, 0, 1].into(), port });
        let flow = FlowInfo { number: port.into(), ends, opener: Some(Direction::Forward), accepted: true };
        let talk = streams.open(&flow);
        streams.close(&flow, talk);
    }
    let told: Vec<_> = streams.undecoded().collect();
    assert_eq!((told.len(), told.iter().map(|(.., unread)| unread.flows).sum::<u64>()), (4097, 6000));
    assert!(
        told.iter().any(|(content, port, unread)| (*content, *port, unread.flows) == ("no bytes", 0, 1904)),
        "{:?}",
        told.first()
    );
}

#[test]
fn each_message_that_is_told_early_for_want_of_room_is_said() {
    // The first is not kept, so that which response answers the second cannot be told: it would be kept until its body ended.
    let steps = [client("GET / HTTP/1.1\r\n\r\n"), client("POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\n1")];
    let heard = hear_in(0, Limits::default(), BodyWant::NOTHING, &steps);
    assert_eq!(heard.anomalies.count(PipelineLimit), 2);
    assert_eq!(heard.messages[1].body, Some((0, None, 0)));
    assert_eq!(heard.pairs(), [("GET / HTTP/1.1", "-"), ("POST / HTTP/1.1", "-")]);
    let heard = hear_within(Limits::default(), BodyWant::NOTHING, &steps);
    assert_eq!((heard.anomalies.count(PipelineLimit), heard.messages[1].body), (0, Some((1, Some(false), 0))));
}
