//! Generated traffic of every framing (RFC 9112 §6), and what a reader must tell of it.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use proptest::collection::vec;
use proptest::prelude::*;

use crate::kit::{Closing, Conversation, Segment, interleaved};

/// What must be told of one message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) line: String,
    pub(super) fields: Vec<(String, String)>,
    pub(super) length: u64,
    pub(super) complete: Option<bool>,
    pub(super) trailers: Vec<(String, String)>,
}

/// A message and where its bytes are in its stream.
#[derive(Debug, Clone)]
pub(super) struct Sent {
    pub(super) told: Told,
    pub(super) bytes: std::ops::Range<usize>,
    /// Where its head ends.
    pub(super) head: usize,
}

/// Sender and receiver.
pub(super) type Direction = (SocketAddr, SocketAddr);

/// The messages of each stream.
pub(super) type Streams<T> = BTreeMap<Direction, Vec<T>>;

/// How a request and its response are framed.
#[derive(Debug, Clone)]
pub(super) enum Kind {
    Plain,
    Post(usize),
    Head,
    NoContent,
    NotModified,
    Chunked(Vec<usize>),
    ChunkedPost(Vec<usize>),
    Continue(usize),
    LongHead(usize),
    /// The response ends with the connection; the last of it.
    Close(usize),
}

/// One connection.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    kinds: Vec<Kind>,
    /// So many requests are sent before the first response of them.
    pipelined: usize,
    mss: usize,
    first_seq: [u32; 2],
    v6: bool,
    reset: bool,
    later: u64,
    whole: bool,
}

fn kind(head: bool) -> impl Strategy<Value = Kind> {
    prop_oneof![
        3 => Just(Kind::Plain),
        1 => (0_usize..3000).prop_map(Kind::Post),
        1 => Just(if head { Kind::Head } else { Kind::Plain }),
        1 => Just(Kind::NoContent),
        1 => Just(Kind::NotModified),
        2 => vec(1_usize..900, 0..5).prop_map(Kind::Chunked),
        1 => vec(1_usize..900, 0..4).prop_map(Kind::ChunkedPost),
        1 => (1_usize..500).prop_map(Kind::Continue),
        1 => (20_000_usize..60_000).prop_map(Kind::Post),
        1 => (1_usize..60).prop_map(Kind::LongHead),
        1 => (0_usize..5000).prop_map(Kind::Close),
    ]
}

/// A connection. Where something may be lost, nothing in it depends on what was: no response to HEAD, which its request
/// frames, and no body that holds messages.
pub(super) fn plan(whole: bool) -> impl Strategy<Value = Plan> {
    let seq = prop_oneof![any::<u32>(), (u32::MAX - 5000)..=u32::MAX];
    (vec(kind(whole), 1..7), 1_usize..5, 15_usize..1461, [seq.clone(), seq], any::<bool>(), any::<bool>(), 0_u64..20_000_000)
        .prop_map(move |(kinds, pipelined, mss, first_seq, v6, reset, later)| {
            // Bodies of this size in segments of a few bytes would be slow and show nothing more.
            let large = kinds.iter().any(|kind| matches!(kind, Kind::Post(10_000..)));
            Plan { kinds, pipelined, mss: if large { mss.max(700) } else { mss }, first_seq, v6, reset, later, whole }
        })
}

/// Writes the messages of one stream and keeps what they must be told as.
struct Stream {
    sent: Vec<Sent>,
    length: usize,
    number: usize,
    /// Nothing of it will be lost.
    whole: bool,
}

impl Stream {
    fn new(whole: bool) -> Self {
        Self { sent: Vec::new(), length: 0, number: 0, whole }
    }

    /// The bytes of a message: head, and body as framed.
    fn message(
        &mut self,
        line: &str,
        fields: &[(&str, String)],
        body: &[u8],
        length: usize,
        trailers: &[(&str, &str)],
    ) -> Vec<u8> {
        self.number += 1;
        let mut all = vec![("X-Number".to_owned(), self.number.to_string())];
        all.extend(fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
        let mut bytes = format!("{line}\r\n").into_bytes();
        for (name, value) in &all {
            bytes.extend(format!("{name}: {value}\r\n").bytes());
        }
        bytes.extend(b"\r\n");
        let head = self.length + bytes.len();
        bytes.extend(body);
        let told = Told {
            line: line.to_owned(),
            fields: all,
            length: length as u64,
            complete: Some(true),
            trailers: trailers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        };
        self.sent.push(Sent { told, bytes: self.length..self.length + bytes.len(), head });
        self.length += bytes.len();
        bytes
    }

    fn sized(&mut self, line: &str, length: usize) -> Vec<u8> {
        self.message(line, &[("Content-Length", length.to_string())], &body(length, self.whole), length, &[])
    }

    fn chunked(&mut self, line: &str, chunks: &[usize]) -> Vec<u8> {
        let mut framed = Vec::new();
        for (number, chunk) in chunks.iter().enumerate() {
            framed.extend(format!("{chunk:X}{}\r\n", if number % 2 == 1 { ";a=\"b\"" } else { "" }).bytes());
            framed.extend(body(*chunk, self.whole));
            framed.extend(b"\r\n");
        }
        let trailers = if chunks.len() % 2 == 1 { &[("Digest", "x"), ("X-Last", "")][..] } else { &[] };
        framed.extend(b"0\r\n");
        for (name, value) in trailers {
            framed.extend(format!("{name}: {value}\r\n").bytes());
        }
        framed.extend(b"\r\n");
        self.message(line, &[("Transfer-Encoding", "chunked".to_owned())], &framed, chunks.iter().sum(), trailers)
    }
}

/// A body, with messages in it where nothing is lost: only its framing tells that they are none.
fn body(length: usize, whole: bool) -> Vec<u8> {
    let text: &[u8] =
        if whole { b"GET /in/body HTTP/1.1\r\nHost: a\r\n\r\n0\r\n\r\nX: y\n" } else { b"http\r\n\r\n0\r\n\r\nx: y\n" };
    text.iter().copied().cycle().take(length).collect()
}

/// The conversations of plans, and what must be told of their streams.
pub(super) fn traffic(plans: &[Plan]) -> (Vec<Conversation>, Streams<Sent>) {
    let mut streams = Streams::new();
    let mut all = Vec::new();
    for (number, plan) in plans.iter().enumerate() {
        let port = 40_000 + u16::try_from(number).unwrap();
        let (client, server): Direction = if plan.v6 {
            (format!("[2001:db8::5]:{port}").parse().unwrap(), "[2001:db8::80]:80".parse().unwrap())
        } else {
            (format!("10.0.1.5:{port}").parse().unwrap(), "10.0.2.7:8000".parse().unwrap())
        };
        let (conversation, requests, responses) = converse(plan, Conversation::new(client, server));
        streams.insert((client, server), requests.sent);
        streams.insert((server, client), responses.sent);
        all.push(conversation);
    }
    (all, streams)
}

fn converse(plan: &Plan, mut conversation: Conversation) -> (Conversation, Stream, Stream) {
    conversation = conversation.with_mss(plan.mss).later(plan.later);
    conversation.first_seq = plan.first_seq;
    let (mut requests, mut responses) = (Stream::new(plan.whole), Stream::new(plan.whole));
    // What comes behind a response that ends with the connection is no longer sent.
    let until = plan.kinds.iter().position(|kind| matches!(kind, Kind::Close(_))).map_or(plan.kinds.len(), |at| at + 1);
    let kinds = &plan.kinds[..until];
    let ends = matches!(kinds.last(), Some(Kind::Close(_)));
    conversation.closing = if plan.reset && !ends { Closing::Reset } else { Closing::Fin };
    for group in kinds.chunks(plan.pipelined) {
        let (mut asked, mut answered) = (Vec::new(), Vec::new());
        for kind in group {
            if let Kind::Continue(length) = kind {
                // The client waits for the interim response before it sends the body.
                conversation = said(conversation, &mut asked, &mut answered);
                let fields = [("Content-Length", length.to_string()), ("Expect", "100-continue".to_owned())];
                let whole = requests.message("PUT /continue HTTP/1.1", &fields, &body(*length, requests.whole), *length, &[]);
                let (head, rest) = whole.split_at(whole.len() - length);
                let interim = responses.message("HTTP/1.1 100 Continue", &[], b"", 0, &[]);
                conversation = conversation.says(head).answers(interim).says(rest);
            } else {
                asked.extend(request(&mut requests, kind));
            }
            answered.extend(response(&mut responses, kind));
        }
        conversation = said(conversation, &mut asked, &mut answered);
    }
    (conversation, requests, responses)
}

fn said(conversation: Conversation, asked: &mut Vec<u8>, answered: &mut Vec<u8>) -> Conversation {
    let conversation = if asked.is_empty() { conversation } else { conversation.says(std::mem::take(asked)) };
    if answered.is_empty() { conversation } else { conversation.answers(std::mem::take(answered)) }
}

fn request(stream: &mut Stream, kind: &Kind) -> Vec<u8> {
    let host = || ("Host", "a.example".to_owned());
    match kind {
        Kind::Post(length) => stream.sized("POST /post HTTP/1.1", *length),
        Kind::ChunkedPost(chunks) => stream.chunked("POST /chunked HTTP/1.1", chunks),
        Kind::Head => stream.message("HEAD / HTTP/1.1", &[host()], b"", 0, &[]),
        Kind::LongHead(lines) => {
            let fields: Vec<_> =
                std::iter::once(host()).chain((0..*lines).map(|n| ("Cookie", format!("{n}={}", "v".repeat(n))))).collect();
            stream.message("GET /long HTTP/1.1", &fields, b"", 0, &[])
        }
        _ => stream.message("GET /plain?a=b HTTP/1.1", &[host()], b"", 0, &[]),
    }
}

fn response(stream: &mut Stream, kind: &Kind) -> Vec<u8> {
    let length = |n: usize| ("Content-Length", n.to_string());
    match kind {
        Kind::Head => stream.message("HTTP/1.1 200 OK", &[length(4711)], b"", 0, &[]),
        Kind::NoContent => stream.message("HTTP/1.1 204 No Content", &[], b"", 0, &[]),
        Kind::NotModified => stream.message("HTTP/1.1 304 Not Modified", &[length(4711)], b"", 0, &[]),
        Kind::Chunked(chunks) => stream.chunked("HTTP/1.1 200 OK", chunks),
        Kind::Post(size) => stream.sized("HTTP/1.1 201 Created", *size / 2),
        Kind::Close(size) => stream.message("HTTP/1.0 200 OK", &[], &body(*size, stream.whole), *size, &[]),
        _ => stream.sized("HTTP/1.1 200 OK", 12),
    }
}

/// The segments of all conversations in the order of their times.
pub(super) fn segments(conversations: &[Conversation]) -> Vec<Segment> {
    interleaved(conversations)
}
