//! What is recorded is read as it was said, by the readers of any capture.

use std::io::Read as _;
use std::net::SocketAddr;

use super::*;
use crate::http::{Body, BodyWant, CaptureId, Connection, Exchange, HeadRef, MessageId, MessageSink, Origin};
use crate::live::{Ended, Stop};
use crate::source::{Summary, read_from};

#[derive(Default)]
struct Told(Vec<String>);

impl MessageSink for Told {
    fn head(&mut self, _: MessageId, _: &HeadRef<'_>, _: Option<&HeadRef<'_>>, _: Option<&Connection>) -> BodyWant {
        BodyWant { keep: 1 << 20, sha256: false }
    }

    fn message(&mut self, _: MessageId, _: &Body) {}

    fn exchange(&mut self, exchange: &Exchange<'_>) {
        let said = |message: Option<crate::http::Message<'_>>| {
            message.map_or("nothing".to_owned(), |message| {
                let Origin::Packet { src, dst, .. } = message.head.head.at.origin else { panic!("no packet") };
                let line = String::from_utf8_lossy(message.head.start_line()).into_owned();
                format!("{src} {dst} {line} {:?}", message.body.length)
            })
        };
        self.0.push(format!("{} / {}", said(exchange.request), said(exchange.response)));
    }
}

fn read(reader: Box<dyn std::io::Read>) -> (Vec<String>, Summary) {
    let mut told = Told::default();
    let summary = read_from(reader, CaptureId(0), &mut told).expect("a capture");
    (told.0, summary)
}

fn ends(client: &str, server: &str) -> [SocketAddr; 2] {
    [client.parse().unwrap(), server.parse().unwrap()]
}

#[test]
fn a_connection_is_read_as_it_was_said() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kept.pcapng");
    let stop = Stop::after(None);
    let (recorder, reader) = Recorder::new(Some(std::fs::File::create(&path).unwrap()), "a test", &stop);
    let socket = recorder.interface(101, "socket");
    for (client, server, shown) in [
        ("10.0.1.5:41022", "10.0.2.7:8000", "10.0.1.5:41022 10.0.2.7:8000"),
        ("[::1]:41022", "[::1]:8000", "[::1]:41022 [::1]:8000"),
        // A socket of both families tells IPv4 so.
        ("[::ffff:10.0.1.6]:5", "[::ffff:10.0.2.7]:8000", "10.0.1.6:5 10.0.2.7:8000"),
        // The same ends again.
        ("10.0.1.5:41022", "10.0.2.7:8000", "10.0.1.5:41022 10.0.2.7:8000"),
    ] {
        let [client, server] = ends(client, server);
        let mut wire = Wire::open(recorder.clone(), socket, client, server);
        wire.said(Side::Client, b"POST /a HTTP/1.1\r\nHost: a\r\nContent-Le");
        wire.said(Side::Client, b"ngth: 100000\r\n\r\n");
        wire.said(Side::Client, &vec![b'x'; 100_000]);
        wire.said(Side::Server, b"HTTP/1.1 200 OK\r\n\r\nto the end");
        wire.shut(Side::Server);
        assert!(!shown.is_empty());
    }
    drop(recorder);
    let (told, summary) = read(reader);
    let expected: Vec<String> =
        ["10.0.1.5:41022 10.0.2.7:8000", "[::1]:41022 [::1]:8000", "10.0.1.6:5 10.0.2.7:8000", "10.0.1.5:41022 10.0.2.7:8000"]
            .iter()
            .map(|ends| {
                let (client, server) = ends.split_once(' ').unwrap();
                format!("{client} {server} POST /a HTTP/1.1 100000 / {server} {client} HTTP/1.1 200 OK 10")
            })
            .collect();
    assert_eq!(told, expected);
    assert!(summary.anomalies.is_empty() && summary.flows == 4, "{:?}", summary.anomalies);
    // The file is what was judged.
    let (kept, _) = read(Box::new(std::fs::File::open(&path).unwrap()));
    assert_eq!(kept, told);
}

#[test]
fn what_is_recorded_before_the_end_is_judged_and_nothing_behind_it() {
    let stop = Stop::after(None);
    let (recorder, mut reader) = Recorder::new(None, "a test", &stop);
    let socket = recorder.interface(101, "socket");
    let [client, server] = ends("10.0.1.5:41022", "10.0.2.7:8000");
    let mut wire = Wire::open(recorder, socket, client, server);
    wire.said(Side::Client, b"GET /a HTTP/1.1\r\n\r\n");
    stop.end(Ended::Interrupted);
    wire.said(Side::Client, b"GET /b HTTP/1.1\r\n\r\n");
    let mut bytes = Vec::new();
    reader.read_to_end(&mut bytes).unwrap();
    let (told, _) = read(Box::new(std::io::Cursor::new(bytes)));
    assert_eq!(told.len(), 1, "{told:?}");
}

#[test]
fn a_broken_connection_ends_its_messages() {
    let stop = Stop::after(None);
    let (recorder, reader) = Recorder::new(None, "a test", &stop);
    let socket = recorder.interface(101, "socket");
    let [client, server] = ends("10.0.1.5:41022", "10.0.2.7:8000");
    let mut wire = Wire::open(recorder.clone(), socket, client, server);
    wire.said(Side::Client, b"POST /a HTTP/1.1\r\nContent-Length: 9\r\n\r\nab");
    wire.reset(Side::Client);
    drop((wire, recorder));
    let (told, summary) = read(reader);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(!summary.anomalies.is_empty());
}
