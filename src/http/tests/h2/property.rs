//! However another encoder cuts, pads, mixes and codes messages, they are the same.

use proptest::prelude::*;

use super::super::listener::{Step, client, hear_bodies, hear_in, server};
use super::wire::{CONTINUATION, DATA, END_HEADERS, END_STREAM, HEADERS, PADDED, PING, PRIORITY, Sender, begun, frame};
use crate::http::{BodyWant, Limits};

#[derive(Debug, Clone)]
struct Said {
    fields: Vec<(String, String)>,
    body: Vec<u8>,
    trailers: Vec<(String, String)>,
    /// How it is written: coding, cuts of the block, padding.
    flags: u8,
    pieces: usize,
    padding: u8,
    priority: bool,
}

fn said() -> impl Strategy<Value = Said> {
    let name = prop::sample::select(vec!["x-id", "accept", "cookie", "date", "x-amzn-trace-id"]);
    let field = (name, "[ -~&&[^ ]]{0,20}").prop_map(|(name, value)| (name.to_owned(), value));
    let trailer = ("grpc-[a-z]{1,8}", "[a-z0-9]{0,9}");
    (
        prop::collection::vec(field, 0..6),
        prop::collection::vec(any::<u8>(), 0..60),
        prop::collection::vec(trailer, 0..3),
        0..32u8,
        1..9usize,
        any::<u8>(),
        any::<bool>(),
    )
        .prop_map(|(fields, body, trailers, flags, pieces, padding, priority)| Said {
            fields,
            body,
            trailers,
            flags,
            pieces,
            padding: padding % 20,
            priority,
        })
}

fn block(sender: &mut Sender, said: &Said, fields: &[(String, String)], stream: u32, end: bool) -> Vec<u8> {
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let block = sender.block_as(&fields, said.flags);
    let size = block.len().div_ceil(said.pieces).max(1);
    let pieces: Vec<&[u8]> = block.chunks(size).collect();
    let mut out = Vec::new();
    for (at, piece) in pieces.iter().enumerate() {
        let last = if at + 1 == pieces.len() { END_HEADERS } else { 0 };
        if at > 0 {
            out.extend(frame(CONTINUATION, last, stream, piece));
            continue;
        }
        let (mut flags, mut payload) = (last, Vec::new());
        if end {
            flags |= END_STREAM;
        }
        if said.padding > 0 {
            flags |= PADDED;
            payload.push(said.padding);
        }
        if said.priority {
            flags |= PRIORITY;
            payload.extend(b"\0\0\0\0\x10");
        }
        payload.extend(*piece);
        payload.extend(vec![0; usize::from(said.padding)]);
        out.extend(frame(HEADERS, flags, stream, &payload));
    }
    out
}

/// The frames of a message; between them others may stand.
fn frames(sender: &mut Sender, said: &Said, start: &[(String, String)], stream: u32) -> Vec<Vec<u8>> {
    let fields = [start, &said.fields].concat();
    let (body, trailers) = (!said.body.is_empty(), !said.trailers.is_empty());
    let mut out = vec![block(sender, said, &fields, stream, !body && !trailers)];
    let size = said.body.len().div_ceil(said.pieces).max(1);
    let pieces: Vec<&[u8]> = said.body.chunks(size).collect();
    for (at, piece) in pieces.iter().enumerate() {
        let end = if at + 1 == pieces.len() && !trailers { END_STREAM } else { 0 };
        if said.padding % 2 == 1 {
            let padded = [&[said.padding][..], piece, &vec![0; usize::from(said.padding)]].concat();
            out.push(frame(DATA, end | PADDED, stream, &padded));
        } else {
            out.push(frame(DATA, end, stream, piece));
        }
        if at % 3 == 2 {
            out.push(frame(PING, 0, 0, b"12345678"));
        }
    }
    if trailers {
        out.push(block(sender, said, &said.trailers, stream, true));
    }
    out
}

fn start(fields: &[(&str, &str)]) -> Vec<(String, String)> {
    fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_way_of_writing_gives_the_same_messages(
        exchanges in prop::collection::vec((said(), said()), 1..6),
        size in 1..300usize,
        order in prop::collection::vec(any::<prop::sample::Index>(), 60),
    ) {
        let (mut asks, mut answers, mut from, mut to) = begun();
        let mut waiting: Vec<std::collections::VecDeque<Vec<u8>>> = Vec::new();
        for (at, (request, _)) in exchanges.iter().enumerate() {
            let stream = 2 * at as u32 + 1;
            let path = format!("/{at}");
            let start = start(&[(":method", "POST"), (":scheme", "http"), (":path", &path), (":authority", "a.example")]);
            from.extend(frames(&mut asks, request, &start, stream).concat());
        }
        for (at, (_, response)) in exchanges.iter().enumerate() {
            // Blocks are coded in their order; what is between them mixes.
            let stream = 2 * at as u32 + 1;
            let mut all = frames(&mut answers, &Said { trailers: Vec::new(), ..response.clone() }, &start(&[(":status", "200")]), stream);
            to.extend(all.remove(0));
            waiting.push(all.into());
        }
        for pick in &order {
            let open: Vec<usize> = (0..waiting.len()).filter(|at| !waiting[*at].is_empty()).collect();
            if open.is_empty() { break; }
            to.extend(waiting[open[pick.index(open.len())]].pop_front().unwrap());
        }
        to.extend(waiting.into_iter().flatten().flatten());
        let mut steps: Vec<Step> = from.chunks(size).map(client).collect();
        steps.extend(to.chunks(size).map(server));
        // Where little may be held, that is kept to, all is given back (`hear_in` sees to both), and what is not told is said.
        for room in [0, 1500, 4000] {
            let little = hear_in(room, Limits::default(), BodyWant::NOTHING, &steps);
            prop_assert!(little.messages.len() == 2 * exchanges.len() || !little.anomalies.is_empty());
        }
        let heard = hear_bodies(&steps);
        let kinds: Vec<_> = heard.kinds().into_iter().filter(|(kind, _)| *kind != crate::anomaly::AnomalyKind::Http2Malformed).collect();
        prop_assert_eq!(kinds, vec![]);
        prop_assert_eq!(heard.messages.len(), 2 * exchanges.len());
        let (requests, responses) = heard.messages.split_at(exchanges.len());
        let text = |bytes: &[u8]| bytes.iter().copied().map(char::from).collect::<String>();
        for (at, (request, response)) in exchanges.iter().enumerate() {
            let line = format!("POST /{at} HTTP/2");
            prop_assert_eq!(&requests[at].line, &line);
            prop_assert_eq!(&requests[at].fields[4..], &request.fields[..]);
            prop_assert_eq!(requests[at].kept.clone(), Some(text(&request.body)));
            prop_assert_eq!(&requests[at].trailers, &request.trailers);
            prop_assert_eq!(&responses[at].fields[1..], &response.fields[..]);
            prop_assert_eq!(responses[at].kept.clone(), Some(text(&response.body)));
            prop_assert_eq!(responses[at].answers.as_deref(), Some(line.as_str()));
        }
        prop_assert!(heard.exchanges.iter().all(|(request, response)| request != "-" && response != "-"));
    }
}
