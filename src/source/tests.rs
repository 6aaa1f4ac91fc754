//! Whole sources: captures, texts and what is neither, as files.

use std::fs;
use std::io::Write;
use std::path::PathBuf;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::fixture::{Side, tcp};
use super::{Input, SourceError, Summary, read};
use crate::anomaly::AnomalyKind;
use crate::capture::fixture::pcap;
use crate::http::{Body, BodyWant, CaptureId, Connection, Exchange, HeadRef, Message, MessageId, MessageSink, Origin};

/// Writes down what it is told.
#[derive(Default)]
pub(super) struct Notebook {
    pub(super) lines: Vec<String>,
    pub(super) want: BodyWant,
}

fn start(head: &HeadRef<'_>) -> String {
    String::from_utf8_lossy(head.start_line()).into_owned()
}

impl MessageSink for Notebook {
    fn head(&mut self, id: MessageId, head: &HeadRef<'_>, request: Option<&HeadRef<'_>>, _: Option<&Connection>) -> BodyWant {
        let fields: Vec<_> = head.fields().map(|(n, v)| [n, b"=", v].concat()).collect();
        let fields = String::from_utf8_lossy(&fields.join(&b","[..])).into_owned();
        let at = match head.head.at.origin {
            Origin::Line(line) => format!("line {line}"),
            Origin::Entry { number, time, server } => {
                let time = time.map(|time| format!(" at {time}")).unwrap_or_default();
                format!("entry {number}{time}{}", server.map(|server| format!(" with {server}")).unwrap_or_default())
            }
            Origin::Log { line, time, request, endpoint } => {
                let time = time.map(|time| format!(" at {time}")).unwrap_or_default();
                let id = request.map(|id| format!(" of {:02x}{:02x}", id[0], id[1])).unwrap_or_default();
                format!("line {line}{time}{id}{}", if endpoint { " endpoint" } else { "" })
            }
            Origin::Packet { packet, src, dst, .. } => format!("packet {packet} {src} > {dst}"),
        };
        let answers = request.map(|request| format!(" answers {}", start(request))).unwrap_or_default();
        self.lines.push(format!("head {} {at}: {} [{fields}]{answers}", id.0, start(head)));
        self.want
    }

    fn message(&mut self, id: MessageId, body: &Body) {
        let kept = body.kept().map(|kept| format!(" {:?}", String::from_utf8_lossy(kept))).unwrap_or_default();
        let hash = body.sha256().map(|hash| format!(" sha256 {:02x}{:02x}", hash[0], hash[1])).unwrap_or_default();
        self.lines.push(format!("body {}: {} complete {:?}{kept}{hash}", id.0, body.length, body.complete));
    }

    fn exchange(&mut self, exchange: &Exchange<'_>) {
        let shown = |message: Option<Message<'_>>| message.map_or("none".to_owned(), |m| start(&m.head));
        self.lines.push(format!("exchange {} / {}", shown(exchange.request), shown(exchange.response)));
    }
}

/// Reads these bytes as a file of this name.
fn read_bytes(name: &str, bytes: &[u8], want: BodyWant) -> (Result<Summary, SourceError>, Vec<String>) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(name);
    fs::write(&path, bytes).expect("a file");
    let mut sink = Notebook { want, ..Notebook::default() };
    let result = read(&Input::File(path), CaptureId(7), &mut sink);
    (result, sink.lines)
}

const TEXT: &str = "A note.\n\nGET / HTTP/1.1\nHost: xxx.xxx.xxx.xxx:8000\n\nGET /b HTTP/1.1\nX-Odd : 1\n\n\
    HTTP/1.1 100 Continue\n\nHTTP/1.1 200 OK\nContent-Length: 1\n\nhello\n\nHTTP/1.1 404 Not Found\n\n";

const TOLD: [&str; 12] = [
    "head 0 line 3: GET / HTTP/1.1 [Host=xxx.xxx.xxx.xxx:8000]",
    "body 0: 0 complete Some(true) \"\" sha256 e3b0",
    "head 1 line 6: GET /b HTTP/1.1 [X-Odd=1]",
    "body 1: 0 complete Some(true) \"\" sha256 e3b0",
    "head 2 line 9: HTTP/1.1 100 Continue [] answers GET / HTTP/1.1",
    "body 2: 0 complete Some(true) \"\" sha256 e3b0",
    "head 3 line 11: HTTP/1.1 200 OK [Content-Length=1] answers GET / HTTP/1.1",
    "body 3: 5 complete Some(true) \"hell\" sha256 2cf2",
    "exchange GET / HTTP/1.1 / HTTP/1.1 200 OK",
    "head 4 line 16: HTTP/1.1 404 Not Found [] answers GET /b HTTP/1.1",
    // What a text does not show is unknown.
    "body 4: 0 complete Some(false) \"\"",
    "exchange GET /b HTTP/1.1 / HTTP/1.1 404 Not Found",
];

#[test]
fn a_text_plain_and_gzipped() {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(TEXT.as_bytes()).expect("memory");
    for (name, bytes) in [("a.txt", TEXT.as_bytes().to_vec()), ("a.txt.gz", encoder.finish().expect("memory"))] {
        let (summary, lines) = read_bytes(name, &bytes, BodyWant { keep: 4, sha256: true });
        assert_eq!(lines, TOLD);
        let summary = summary.expect("a text");
        assert_eq!((summary.packets, summary.flows, summary.requests, summary.responses), (0, 0, 2, 3));
        let anomalies: Vec<_> = summary.anomalies.iter().map(|(k, a)| (k, a.count, a.detail.as_str())).collect();
        assert_eq!(
            anomalies,
            [(AnomalyKind::SpaceBeforeColon, 1, "line 6: `GET /b HTTP/1.1`"), (AnomalyKind::TextIgnored, 1, "line 1: `A note.`")]
        );
    }
}

#[test]
fn a_capture_from_its_packets_to_its_exchange() {
    let request = tcp(Side::Client, 100, b"GET / HTTP/1.1\r\nhOst: a\r\n\r\n");
    let response = tcp(Side::Server, 500, b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
    let file = pcap(101, [request.as_slice(), &response]);
    let told = [
        "head 0 packet 1 10.0.1.5:49152 > 10.0.2.7:8080: GET / HTTP/1.1 [hOst=a]",
        "body 0: 0 complete Some(true)",
        "head 1 packet 2 10.0.2.7:8080 > 10.0.1.5:49152: HTTP/1.1 200 OK [Content-Length=2] answers GET / HTTP/1.1",
        "body 1: 2 complete Some(true)",
        "exchange GET / HTTP/1.1 / HTTP/1.1 200 OK",
    ];
    for cut in [file.len(), file.len() - 1, file.len() - response.len() - 16] {
        let (summary, lines) = read_bytes("a.pcap", &file[..cut], BodyWant::NOTHING);
        let summary = summary.expect("a capture");
        if cut == file.len() {
            assert_eq!(lines, told);
            assert_eq!((summary.packets, summary.flows, summary.requests, summary.responses), (2, 1, 1, 1));
        } else {
            assert_eq!(lines[..2], told[..2]);
            assert_eq!(lines[2..], ["exchange GET / HTTP/1.1 / none"]);
            assert_eq!((summary.packets, summary.flows, summary.requests, summary.responses), (1, 1, 1, 0));
            let truncated = u64::from(cut == file.len() - 1);
            assert_eq!(summary.anomalies.count(AnomalyKind::CaptureTruncated), truncated);
        }
    }
}

#[test]
fn unanswered_requests_are_exchanges_and_unwanted_bodies_are_not_kept() {
    let (summary, lines) = read_bytes("a.http", b"POST / HTTP/1.1\nContent-Length: 3\n\nabc", BodyWant::NOTHING);
    assert_eq!(
        lines,
        ["head 0 line 1: POST / HTTP/1.1 [Content-Length=3]", "body 0: 3 complete Some(true)", "exchange POST / HTTP/1.1 / none"]
    );
    assert!(summary.expect("a text").anomalies.is_empty());
}

#[test]
fn a_text_of_nothing_but_requests_needs_no_more_memory() {
    let (summary, lines) = read_bytes("a.txt", "GET / HTTP/1.1\n".repeat(5000).as_bytes(), BodyWant::NOTHING);
    let summary = summary.expect("a text");
    assert_eq!((summary.requests, summary.anomalies.count(AnomalyKind::PipelineLimit)), (5000, 904));
    assert_eq!(lines.iter().filter(|line| line.starts_with("exchange GET / HTTP/1.1 / none")).count(), 5000);
}

#[test]
fn a_longer_text_is_refused() {
    use super::{Limits, ReadOptions, read_with};
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.http");
    fs::write(&path, "GET / HTTP/1.1\n\n".repeat(100)).expect("it can be written");
    let read = |text| {
        let options = ReadOptions { limits: Limits { text, ..Limits::default() }, ..ReadOptions::default() };
        read_with(&Input::File(path.clone()), &options, CaptureId(0), &mut Notebook::default())
    };
    assert_eq!(read(1600).expect("a text").requests, 100);
    let error = read(1599).expect_err("it is longer").to_string();
    assert!(error.contains("longer than the 1599 bytes that are read of a text"), "{error}");
}

#[test]
fn what_is_no_source_says_what_it_is() {
    let mut header = pcap(1, []);
    header.truncate(10);
    for (bytes, expected) in [
        (&b""[..], "is empty; hopspec reads"),
        (b"just words\n", "has no HTTP message: it begins with `just words`; hopspec reads"),
        (b"*   Trying 127.0.0.1:80...\n* connect to 127.0.0.1 port 80 failed: Connection refused\n", "curl found no server"),
        (b"12:00:00.000000 == Info:   Trying 127.0.0.1:80...\n", "the output of `curl --trace` without a request or response"),
        (b"<= Recv data, 30 bytes (0x1e)\n0000: 47\n\nGET / HTTP/1.1\n", "the output of `curl --trace`"),
        (b"00:41:10.4 IP 10.0.0.1.4 > 10.0.0.2.80: Flags [P.], length 9\n", "record with `tcpdump -w FILE`"),
        (b"\x7fELF\x02\x01\x01\0", "is no capture: it looks like a program"),
        (b"text with a NUL \0 in it", "begins with the bytes 74 65 78 74"),
        (b"\x1f\x8b\x08\0broken", "is gzip that is cut or damaged: "),
        (&header, "the pcap file header at byte 0 needs 24 bytes, 10 are there"),
    ] {
        let (result, lines) = read_bytes("x", bytes, BodyWant::NOTHING);
        let Err(error @ SourceError::NotACapture { .. }) = result else { panic!("{expected}: {lines:?}") };
        assert!(error.to_string().contains(expected), "{error}");
    }
}

#[test]
fn what_cannot_be_opened_says_so() {
    for (path, expected) in [
        (PathBuf::from("no/such.pcap"), "no/such.pcap: there is no such file"),
        (PathBuf::from("."), ".: is a folder; its captures are read one by one"),
    ] {
        let result = read(&Input::File(path), CaptureId(0), &mut Notebook::default());
        let Err(error @ SourceError::Io { .. }) = result else { panic!("{expected}") };
        assert_eq!(error.to_string(), expected);
    }
}

/// Every shared capture, whole and cut: no panic, and a cut one never tells of more messages.
#[test]
fn shared_captures_are_read_to_their_end_and_to_any_cut() {
    let Some(folder) = crate::wire::corpus::shared() else { return };
    for part in ["corpus", "local"] {
        for path in super::captures_in(&folder.join(part)).files {
            let bytes = fs::read(&path).expect("it can be read");
            let (Ok(whole), _) = read_bytes("whole", &bytes, BodyWant { keep: 100, sha256: true }) else { continue };
            println!("{}\t{}\t{}\t{}", path.display(), whole.packets, whole.requests, whole.responses);
            for cut in [bytes.len() / 3, bytes.len() / 2, bytes.len().saturating_sub(7)] {
                if let (Ok(some), _) = read_bytes("cut", &bytes[..cut], BodyWant::NOTHING) {
                    assert!(some.packets <= whole.packets, "{} cut at {cut}", path.display());
                }
            }
        }
    }
}
