//! However the bytes were cut into segments: the same messages.

use proptest::prelude::*;

use super::listener::{Heard, Step, client, hear_bodies, hear_with, server};
use crate::http::BodyWant;

/// Conversations that go through every state of a stream.
fn conversations() -> Vec<Vec<Step>> {
    let folded = b"HTTP/1.1 200 OK\nX: a\n b\nTransfer-Encoding: chunked\n\n5;e=1\r\nhello\r\n0\r\nT: 1\r\n\r\n";
    let junk = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcdef\r\nghHTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n";
    vec![
        vec![
            client("GET /1 HTTP/1.1\r\nHost: x\r\n\r\n\r\nGET /2 HTTP/1.1\nHost : y\n\n"),
            server(folded),
            server("HTTP/1.0 200 OK\r\n\r\nuntil the end"),
            Step::ServerEnds,
        ],
        vec![
            client("POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\n0123456789HEAD / HTTP/1.1\r\n\r\n"),
            server(junk),
            server("HTTP/1.1 404 No\r\nContent-Length: 9\r\n\r\n"),
        ],
        vec![
            client("more junk{}GET /a b HTTP/1.1\r\nno colon\r\n\r\nrest\nOPTIONS\r\nX: 1\r\n\r\nGET"),
            server(
                "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nHTTP/1.1 202 OK\r\n\r\n",
            ),
        ],
        vec![client("\r\n\r\nGET / HTTP/1.1\r\nUpgrade: x\r\n\r\n"), server(b"HTTP/1.1 101 Go\r\n\r\n\x81\x05hello")],
        vec![client("\x16\x03\x01\x00\x05hello"), server("HTTP/1.1 200 OK\r\n\r\n")],
    ]
}

/// What must not depend on the cuts.
fn told(heard: &Heard) -> impl PartialEq + std::fmt::Debug + use<> {
    let messages: Vec<_> = heard.messages.iter().map(|m| super::listener::Seen { packet: 0, ..m.clone() }).collect();
    (messages, heard.exchanges.clone(), heard.kinds(), heard.undecoded.clone())
}

fn cut(step: &Step, pieces: &mut dyn FnMut(usize) -> Vec<usize>) -> Vec<Step> {
    let (data, make): (_, fn(Vec<u8>) -> Step) = match step {
        Step::Client(data) => (data, Step::Client),
        Step::Server(data) => (data, Step::Server),
        other => return vec![other.clone()],
    };
    let mut steps = Vec::new();
    let mut rest = &data[..];
    for length in pieces(data.len()) {
        let (head, tail) = rest.split_at(length.min(rest.len()));
        steps.push(make(head.to_vec()));
        rest = tail;
    }
    steps.push(make(rest.to_vec()));
    steps
}

#[test]
fn every_cut_gives_the_same_messages() {
    for (number, steps) in conversations().iter().enumerate() {
        let whole = told(&hear_bodies(steps));
        for (which, step) in steps.iter().enumerate() {
            let length = if let Step::Client(data) | Step::Server(data) = step { data.len() } else { 0 };
            for at in 0..=length {
                let mut all = steps[..which].to_vec();
                all.extend(cut(step, &mut |_| vec![at]));
                all.extend_from_slice(&steps[which + 1..]);
                assert_eq!(told(&hear_bodies(&all)), whole, "conversation {number}, step {which}, cut at {at}");
            }
        }
        let bytes: Vec<_> = steps.iter().flat_map(|step| cut(step, &mut |length| vec![1; length])).collect();
        assert_eq!(told(&hear_bodies(&bytes)), whole, "conversation {number}, byte by byte");
    }
}

proptest! {
    #[test]
    fn any_cuts_give_the_same_messages(which in 0..5usize, lengths in prop::collection::vec(1..60usize, 0..40), keep in 0..20usize) {
        let steps = &conversations()[which];
        let want = BodyWant { keep, sha256: false };
        let mut lengths = lengths.into_iter();
        let pieces: Vec<_> = steps.iter().flat_map(|step| cut(step, &mut |total| {
            let mut sum = 0;
            lengths.by_ref().take_while(|length| { sum += length; sum < total }).collect()
        })).collect();
        prop_assert_eq!(format!("{:?}", told(&hear_with(want, &pieces))), format!("{:?}", told(&hear_with(want, steps))));
    }

    #[test]
    fn hostile_streams_do_no_harm(steps in prop::collection::vec((0..6u8, prop::collection::vec(prop::sample::select(FRAGMENTS.to_vec()), 0..6)), 0..20)) {
        let steps: Vec<_> = steps.into_iter().map(|(what, parts)| match what {
            0 | 1 => client(parts.concat()),
            2 | 3 => server(parts.concat()),
            4 => Step::ClientLoses(parts.len() as u64 * 7 + 1),
            _ => Step::ServerLoses(parts.len() as u64 * 7 + 1),
        }).collect();
        let heard = hear_bodies(&steps);
        let told = heard.exchanges.iter().flat_map(|(a, b)| [a, b]).filter(|line| *line != "-").count();
        let interim = heard.messages.iter().filter(|m| m.line.starts_with("HTTP/") && m.line.contains(" 100 ")).count();
        prop_assert_eq!(told + interim, heard.messages.len(), "each message is in one exchange: {:?}", heard);
    }
}

const FRAGMENTS: &[&str] = &[
    "GET / HTTP/1.1\r\n",
    "POST /x HTTP/1.0\n",
    "HTTP/1.1 200 OK\r\n",
    "HTTP/1.1 100 Continue\r\n",
    "HTTP/1.1 101 Go\r\n",
    "\r\n",
    "\n",
    "\r\n\r\n",
    "Content-Length: 5\r\n",
    "Content-Length: 99999\r\n",
    "Transfer-Encoding: chunked\r\n",
    " fold\r\n",
    "no colon\r\n",
    "5\r\n",
    "0\r\n",
    "hello",
    "\x00",
    "CONNECT a:1 HTTP/1.1\r\n",
    "HEAD / HTTP/1.1\r\n",
    "\x16\x03\x01",
    "PRI * HTTP/2.0\r\n",
    "PROXY TCP4\r\n",
    "HTTP/1.",
    "GET",
];
