//! Cut into other segments, overlapped, captured twice, re-ordered, in any kind of file: the same messages.

use std::collections::BTreeMap;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::seen::see;
use super::traffic::{Plan, Sent, Streams, Told, plan, segments, traffic};
use crate::kit::{Carrier, Conversation, Format, Link, Segment, duplicated, overlapped, packets, shuffled, split, write_file};
use crate::program::Program;

/// What happens to segments on the way.
#[derive(Debug, Clone)]
struct Disorder {
    cuts: Vec<usize>,
    at: usize,
    anew: Vec<usize>,
    back: usize,
    again: Vec<usize>,
    distance: usize,
    window: usize,
    keys: Vec<u8>,
}

impl Disorder {
    fn of(&self, plain: &[Segment]) -> Vec<Segment> {
        let overlapped = overlapped(&split(plain, &self.cuts, self.at), &self.anew, self.back);
        shuffled(&duplicated(&overlapped, &self.again, self.distance), self.window, &self.keys)
    }
}

fn disorder() -> impl Strategy<Value = Disorder> {
    let which = || vec(any::<usize>(), 0..12);
    (which(), 1_usize..100, which(), 1_usize..300, which(), 0_usize..8, 1_usize..12, vec(any::<u8>(), 0..400)).prop_map(
        |(cuts, at, anew, back, again, distance, window, keys)| Disorder { cuts, at, anew, back, again, distance, window, keys },
    )
}

fn carrier() -> impl Strategy<Value = (Carrier, Format)> {
    let vxlan = prop_oneof![Just(None), (0_u32..1 << 24).prop_map(Some)];
    (select(&Link::ALL[..]), vxlan, select(&Format::ALL[..])).prop_map(|(link, vxlan, format)| (Carrier { link, vxlan }, format))
}

fn file(segments: &[Segment], (carrier, format): (Carrier, Format)) -> Vec<u8> {
    write_file(&packets(segments, carrier), carrier.link, format)
}

fn told(streams: Streams<Sent>) -> Streams<Told> {
    streams.into_iter().map(|(direction, all)| (direction, all.into_iter().map(|sent| sent.told).collect())).collect()
}

fn plans() -> impl Strategy<Value = Vec<Plan>> {
    vec(plan(true), 1..4)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn every_framing_is_read_in_order(plans in plans(), kind in carrier()) {
        let (conversations, sent) = traffic(&plans);
        let (summary, seen) = see(&file(&segments(&conversations), kind));
        let summary = summary.expect("a capture");
        prop_assert_eq!(seen.told(), told(sent));
        prop_assert_eq!(summary.anomalies.iter().map(|(kind, _)| kind.name()).collect::<Vec<_>>(), Vec::<&str>::new());
        prop_assert_eq!(summary.flows, conversations.len() as u64);
    }

    #[test]
    fn disorder_changes_nothing(plans in plans(), disorder in disorder(), kind in carrier()) {
        let (conversations, sent) = traffic(&plans);
        let plain = segments(&conversations);
        let (_, in_order) = see(&file(&plain, kind));
        let (summary, seen) = see(&file(&disorder.of(&plain), kind));
        prop_assert!(summary.is_ok());
        prop_assert_eq!(seen.told(), told(sent));
        let sorted = |mut pairs: Vec<(String, String)>| { pairs.sort(); pairs };
        prop_assert_eq!(sorted(seen.pairs), sorted(in_order.pairs));
    }
}

/// A message as the program prints it.
fn printed(line: &str) -> ((String, String), Told) {
    let message: serde_json::Value = serde_json::from_str(line).unwrap();
    let text = |key: &str| message[key].as_str().unwrap().to_owned();
    let fields = |key: &str| message.get(key).map(|fields| serde_json::from_value(fields.clone()).unwrap()).unwrap_or_default();
    let told = Told {
        line: text("line"),
        fields: fields("fields"),
        length: message["body_length"].as_u64().unwrap(),
        complete: message["body_complete"].as_bool(),
        trailers: fields("trailers"),
    };
    ((text("src"), text("dst")), told)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn the_program_prints_the_same_messages(plans in plans(), disorder in disorder(), kind in carrier()) {
        let (conversations, sent) = traffic(&plans);
        let program = Program::new().file("a.cap", file(&disorder.of(&segments(&conversations)), kind));
        let run = program.run(&["show", "--format", "jsonl", "--show-secrets", "a.cap"]).code(0);
        let mut seen: BTreeMap<(String, String), Vec<Told>> = BTreeMap::new();
        for (direction, told) in run.stdout.lines().map(printed) {
            seen.entry(direction).or_default().push(told);
        }
        let expected = told(sent).into_iter().map(|((src, dst), all)| ((src.to_string(), dst.to_string()), all)).collect();
        prop_assert_eq!(seen, expected);
    }
}

/// The server sends both responses again in one segment, the first copies are lost, and that segment is captured before
/// the second request: each waits for bytes of the other.
#[test]
fn streams_that_wait_for_each_other_go_on() {
    let get = |n: u32| format!("GET /{n} HTTP/1.1\r\nHost: a\r\nX-Number: {n}\r\n\r\n");
    let answer = |n: u32| format!("HTTP/1.1 20{n} OK\r\nContent-Length: 0\r\n\r\n");
    let conversation = Conversation::new("10.0.1.5:40000".parse().unwrap(), "10.0.2.7:8000".parse().unwrap())
        .says(get(1))
        .answers(answer(1))
        .says(get(2))
        .answers(answer(2));
    let mut segments = segments(std::slice::from_ref(&conversation));
    let data: Vec<usize> = (0..segments.len()).filter(|at| !segments[*at].payload.is_empty()).collect();
    let [first, one, second, two] = data[..] else { panic!("{data:?}") };
    assert!(first < one);
    let again =
        Segment { payload: [answer(1), answer(2)].concat().into_bytes(), seq: segments[one].seq, ..segments[two].clone() };
    segments[one] = again;
    segments.remove(two);
    assert!(segments[second].payload.starts_with(b"GET /2"));
    let (_, seen) = see(&file(&segments, (Carrier::ETHERNET, Format::ALL[0])));
    let expected = [("GET /1 HTTP/1.1 1", "HTTP/1.1 201 OK"), ("GET /2 HTTP/1.1 2", "HTTP/1.1 202 OK")];
    assert_eq!(seen.pairs, expected.map(|(request, response)| (request.to_owned(), response.to_owned())));
}
