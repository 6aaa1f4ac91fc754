//! Messages that stand one behind the other in bytes of the wire, requests and responses as they come: what a test holds.
//!
//! The bytes of both sides are told apart at the borders of messages, where `HTTP/` begins a response; everything else is
//! read as the bytes of a connection are, framing included. Linear in the bytes, and bounded as a connection is.

use std::net::{IpAddr, Ipv4Addr};

use super::conversation::{Conversation, Mode};
use super::{CaptureId, HttpStreams, Limits, MessageSink, Standing};
use crate::anomaly::Anomalies;
use crate::capture::{PacketAt, Timestamp};
use crate::flow::{Direction, FlowInfo, StreamEnd, StreamSink};
use crate::wire::Endpoint;

/// What was read of bytes.
#[derive(Debug, Clone, Default)]
pub struct BytesRead {
    /// Requests told.
    pub requests: u64,
    /// Responses told, interim ones too.
    pub responses: u64,
    /// What was lost or odd; a detail begins with the line where.
    pub anomalies: Anomalies,
    /// What stands behind the messages, where it is no HTTP/1 any more (a tunnel, another protocol).
    pub behind: Option<&'static str>,
}

/// What one side said at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Said<'b> {
    /// The client's, or the server's.
    pub direction: Direction,
    /// The bytes, which may begin and end anywhere in a message.
    pub bytes: &'b [u8],
    /// The line at which they begin, counted from 1.
    pub line: u64,
}

/// Reads bytes and tells the sink of every message and exchange. Their origin is the line of their start line, their
/// fidelity that of the wire. Nobody knows who sent them.
pub fn read_bytes<M: MessageSink>(bytes: &[u8], limits: Limits, capture: CaptureId, sink: &mut M) -> BytesRead {
    let mut reading = Reading::new(limits, capture, sink);
    let mut direction = Direction::Forward;
    let mut rest = bytes;
    while !rest.is_empty() {
        if reading.talk.stream(direction).is_at_border() {
            let begin = rest.iter().position(|b| !matches!(b, b'\r' | b'\n')).unwrap_or(rest.len());
            let (empty, head) = rest.split_at_checked(begin).unwrap_or((rest, &[]));
            reading.pass(empty);
            rest = head;
            direction = if rest.starts_with(b"HTTP/") { Direction::Backward } else { Direction::Forward };
            if rest.is_empty() {
                break;
            }
        }
        rest = reading.step(direction, rest);
    }
    reading.end()
}

/// The same of bytes of which is said who sent them.
pub fn read_said<'b, M: MessageSink>(
    said: impl IntoIterator<Item = Said<'b>>,
    limits: Limits,
    capture: CaptureId,
    sink: &mut M,
) -> BytesRead {
    let mut reading = Reading::new(limits, capture, sink);
    for Said { direction, bytes, line } in said {
        reading.at.number = line;
        let mut rest = bytes;
        while !rest.is_empty() {
            rest = reading.step(direction, rest);
        }
    }
    reading.end()
}

/// A connection between nobody and nobody.
pub(super) struct Reading<'s, M: MessageSink> {
    flow: FlowInfo,
    http: HttpStreams<'s, M>,
    talk: Box<Conversation>,
    at: PacketAt,
}

impl<'s, M: MessageSink> Reading<'s, M> {
    pub(super) fn new(limits: Limits, capture: CaptureId, sink: &'s mut M) -> Self {
        let nobody = Endpoint { ip: IpAddr::V4(Ipv4Addr::UNSPECIFIED), port: 0 };
        let flow = FlowInfo { number: 0, ends: [nobody; 2], opener: Some(Direction::Forward), accepted: true };
        let http = HttpStreams::of_bytes(capture, sink, limits);
        Self { flow, http, talk: Box::new(Conversation::new()), at: PacketAt { number: 1, time: Timestamp::default() } }
    }

    /// A connection between ends that are known, which may speak HTTP/2: its bytes come one side after the other, as they came.
    pub(super) fn between(client: Endpoint, server: Endpoint, limits: Limits, capture: CaptureId, sink: &'s mut M) -> Self {
        let flow = FlowInfo { number: 0, ends: [client, server], opener: Some(Direction::Forward), accepted: true };
        let http = HttpStreams::with_limits(capture, sink, limits);
        Self { flow, http, talk: Box::new(Conversation::new()), at: PacketAt { number: 1, time: Timestamp::default() } }
    }

    /// Where a side stands.
    pub(super) fn standing(&mut self, direction: Direction) -> Standing {
        let stream = self.talk.stream(direction);
        match stream.mode {
            Mode::Start if stream.partial.is_empty() => Standing::Between,
            Mode::Start => Standing::Head,
            Mode::Doubtful(_)
            | Mode::Length(_)
            | Mode::UntilClose
            | Mode::ChunkSize
            | Mode::ChunkData(_)
            | Mode::ChunkEnd
            | Mode::Trailers => Standing::Body,
            Mode::Frames(_) => Standing::Frames,
            Mode::Lost | Mode::Foreign | Mode::Passed | Mode::Over => Standing::Other,
        }
    }

    fn pass(&mut self, bytes: &[u8]) {
        self.at.number = self.at.number.saturating_add(lines(bytes));
    }

    /// Takes some of what a side sends; what is left.
    pub(super) fn step<'b>(&mut self, direction: Direction, rest: &'b [u8]) -> &'b [u8] {
        let left = self.http.step(&self.flow, &mut self.talk, direction, rest, self.at);
        self.pass(rest.get(..rest.len().saturating_sub(left.len())).unwrap_or_default());
        left
    }

    /// Who is told.
    pub(super) fn told(&mut self) -> &mut M {
        self.http.told()
    }

    /// Whether a side said something that is no HTTP.
    pub(super) fn is_other(&mut self) -> bool {
        let mut directions = [Direction::Forward, Direction::Backward].into_iter();
        directions.any(|direction| self.standing(direction) == Standing::Other)
    }

    /// A side says no more.
    pub(super) fn over(&mut self, direction: Direction) {
        // Every byte was given, whether it was needed or not.
        self.http.end(&self.flow, &mut self.talk, direction, StreamEnd::Fin, u64::MAX, self.at);
    }

    pub(super) fn end(mut self) -> BytesRead {
        for direction in [Direction::Forward, Direction::Backward] {
            self.over(direction);
        }
        let Self { flow, mut http, talk, at: _ } = self;
        http.close(&flow, talk);
        let mut anomalies = Anomalies::default();
        for (kind, noted) in http.anomalies().iter() {
            anomalies.note_many(kind, noted.count, None, || match noted.first_packet {
                Some(line) => format!("line {line}: {}", noted.detail),
                None => noted.detail.clone(),
            });
        }
        let behind = http.undecoded().map(|(content, ..)| content).next();
        BytesRead { requests: http.requests(), responses: http.responses(), anomalies, behind }
    }
}

fn lines(bytes: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', bytes).count() as u64
}

impl super::conversation::HttpStream {
    /// Whether a message may begin here, and none has.
    fn is_at_border(&self) -> bool {
        self.mode == Mode::Start && self.partial.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::{Body, BodyWant, Connection, Exchange, Fidelity, HeadRef, Message, MessageId, Origin};

    #[derive(Default)]
    struct Told(Vec<String>);

    impl MessageSink for Told {
        fn head(&mut self, _: MessageId, head: &HeadRef<'_>, _: Option<&HeadRef<'_>>, _: Option<&Connection>) -> BodyWant {
            assert_eq!(head.head.fidelity, Fidelity::WIRE);
            let Origin::Line(line) = head.head.at.origin else { panic!("a packet") };
            self.0.push(format!("{line} {}", String::from_utf8_lossy(head.start_line())));
            BodyWant { keep: 100, sha256: false }
        }

        fn message(&mut self, _: MessageId, body: &Body) {
            let kept = String::from_utf8_lossy(body.kept().unwrap_or_default()).into_owned();
            self.0.push(format!("body {kept:?} complete {:?}", body.complete));
        }

        fn exchange(&mut self, exchange: &Exchange<'_>) {
            let shown =
                |m: Option<Message<'_>>| m.map_or("-".to_owned(), |m| String::from_utf8_lossy(m.head.start_line()).into());
            self.0.push(format!("{} / {}", shown(exchange.request), shown(exchange.response)));
        }
    }

    fn told(bytes: &str) -> (Vec<String>, BytesRead) {
        let mut sink = Told::default();
        let read = read_bytes(bytes.as_bytes(), Limits::default(), CaptureId(0), &mut sink);
        (sink.0, read)
    }

    #[test]
    fn requests_and_responses_are_told_apart_and_framed() {
        let (lines, read) = told(
            "POST /a HTTP/1.1\r\nContent-Length: 11\r\n\r\nHTTP/1.1 no\r\nHTTP/1.1 100 Continue\r\n\r\n\
             HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\nGET /b HTTP/1.1\r\n\r\nHTTP/1.1 404 \r\n\r\nto the end",
        );
        assert_eq!(
            lines,
            [
                "1 POST /a HTTP/1.1",
                "body \"HTTP/1.1 no\" complete Some(true)",
                "5 HTTP/1.1 100 Continue",
                "body \"\" complete Some(true)",
                "7 HTTP/1.1 200 OK",
                "body \"abc\" complete Some(true)",
                "POST /a HTTP/1.1 / HTTP/1.1 200 OK",
                "14 GET /b HTTP/1.1",
                "body \"\" complete Some(true)",
                "16 HTTP/1.1 404 ",
                "body \"to the end\" complete Some(true)",
                "GET /b HTTP/1.1 / HTTP/1.1 404 ",
            ]
        );
        assert_eq!((read.requests, read.responses, read.anomalies.total(), read.behind), (2, 3, 0, None));
    }

    #[test]
    fn one_request_alone_and_one_response_alone() {
        assert_eq!(told("GET / HTTP/1.1\nHost: a\n\n").0.last().map(String::as_str), Some("GET / HTTP/1.1 / -"));
        let (lines, _) = told("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        assert_eq!(lines[1..], ["body \"ok\" complete Some(true)", "- / HTTP/1.1 200 OK"]);
    }

    #[test]
    fn what_is_cut_or_no_http_is_noted() {
        let kinds = |bytes: &str| -> Vec<String> {
            told(bytes).1.anomalies.iter().map(|(kind, noted)| format!("{kind} {}", noted.detail)).collect()
        };
        assert_eq!(kinds("GET / HTTP/1.1\r\nHost: a"), ["head-incomplete line 1: \"GET / HTTP/1.1\""]);
        assert_eq!(
            kinds("POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nab"),
            ["body-incomplete line 4: a body is not whole: its stream ended"]
        );
        let junk = kinds("GET / HTTP/1.1\r\n\r\n{\"a\": 1}\r\n");
        assert!(junk.len() == 1 && junk[0].starts_with("not-http line "), "{junk:?}");
        for nothing in ["", "\r\n\r\n", "no http", "\u{16}\u{3}\u{1}\0\0"] {
            let read = told(nothing).1;
            assert_eq!((read.requests, read.responses), (0, 0), "{nothing:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_end(bytes in "(GET / HTTP/1.1\r\n|HTTP/1.1 200 OK\r\n|Content-Length: 3\r\n|Transfer-Encoding: chunked\r\n|\r\n|3\r\nabc\r\n|0\r\n|.|\n){0,24}") {
            told(&bytes);
        }
    }
}
