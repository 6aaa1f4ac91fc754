//! Which exchanges belong together.

use std::sync::Arc;

use crate::capture::Timestamp;
use crate::hop::{By, IdKind, Joined, Leg, Legs, Unjoined, ids};
use crate::http::{
    Body, CaptureId, Exchange, Fidelity, FieldLine, Head, HeadFlags, HeadRef, Layout, Message, Origin, Provenance, Range,
    StartLine,
};
use crate::wire::Endpoint;

/// An exchange: its request line and fields, the capture, the last number of client and server, begin and end.
fn leg(target: &str, fields: &str, capture: u32, (client, server): (u8, u8), (begin, end): (u64, u64)) -> Leg {
    let endpoint = |last: u8| Endpoint { ip: [10, 0, 0, last].into(), port: 80 };
    let head = |raw: &str, start: StartLine, (src, dst), time: u64, lines: &[FieldLine], with: &mut dyn FnMut(HeadRef<'_>)| {
        let stream = u32::from(client) * 1000 + u32::from(server) + begin as u32;
        let origin = Origin::Packet { packet: time, stream, time: Timestamp::from_nanoseconds(time * 1000), src, dst };
        let head = Head {
            start,
            start_line: Range::new(0, 0),
            at: Provenance { capture: CaptureId(capture), origin },
            flags: HeadFlags::default(),
            fidelity: Fidelity::WIRE,
            h2_stream: None,
            layout: Layout::default(),
        };
        with(HeadRef { raw: raw.as_bytes(), lines, head: &head });
    };
    let mut raw = format!("GET {target} ");
    let start =
        StartLine::Request { method: Range::new(0, 3), target: Range::new(4, 4 + target.len()), version: Range::new(0, 0) };
    let mut lines = Vec::new();
    for field in fields.split('|').filter(|field| !field.is_empty()) {
        let (name, value) = field.split_once(": ").unwrap();
        let from = raw.len();
        raw.push_str(name);
        let name = Range::new(from, raw.len());
        let from = raw.len();
        raw.push_str(value);
        lines.push(FieldLine { name, value: Range::new(from, raw.len()), line: Range::default() });
    }
    let length = fields.split('|').find_map(|field| field.strip_prefix("Content-Length: ")).unwrap_or("0");
    let body = Body::of_length(length.parse().unwrap(), Some(true));
    let mut made = None;
    let ends = (endpoint(client), endpoint(server));
    head(&raw, start, ends, begin, &lines, &mut |request| {
        let response = StartLine::Response { version: Range::default(), status: 200, reason: Range::default() };
        head("", response, (ends.1, ends.0), end, &[], &mut |response| {
            let message = |head| Some(Message { head, body: &body });
            let exchange = Exchange { request: message(request), response: message(response), connection: None };
            made = Some(Leg::of(&exchange, ids(&exchange, |_| false)));
        });
    });
    made.unwrap()
}

/// The number of an exchange, and that of the one that it belongs to.
type Pair = (u64, Result<(u64, By), Unjoined>);

/// What is joined to what: the numbers of both, and by what.
fn joined(legs: Vec<(Leg, Option<u32>)>) -> Vec<Pair> {
    let mut all = Legs::default();
    for (leg, level) in legs {
        all.add(Arc::new(leg), level);
    }
    all.join().into_iter().map(|Joined { inner, outer }| (inner, outer)).collect()
}

const ID: &str = "X-Amzn-Trace-Id: Root=1-a-b";

#[test]
fn one_capture_shows_a_chain_by_itself() {
    let legs = vec![
        (leg("/a", "", 0, (1, 2), (0, 100)), None),
        (leg("/a", "", 0, (2, 3), (10, 90)), None),
        (leg("/a", "", 0, (3, 4), (20, 80)), None),
        (leg("/b", "", 0, (1, 2), (200, 300)), None),
    ];
    let none = Err(Unjoined::NoneFits);
    assert_eq!(joined(legs), [(0, none.clone()), (1, Ok((0, By::Look))), (2, Ok((1, By::Look))), (3, none)]);
}

#[test]
fn two_at_one_time_are_told_apart_by_their_ids_only() {
    let pair = |id: &str, other: &str| {
        vec![
            (leg("/a", id, 0, (1, 2), (0, 100)), None),
            (leg("/a", other, 0, (1, 2), (1, 99)), None),
            (leg("/a", other, 0, (2, 3), (10, 90)), None),
        ]
    };
    assert_eq!(joined(pair("X-Request-Id: 1", "X-Request-Id: 2")).pop(), Some((2, Ok((1, By::Id(IdKind::Request))))));
    assert_eq!(joined(pair("", "")).pop(), Some((2, Err(Unjoined::Several(2)))));
    assert_eq!(joined(pair(ID, ID)).pop(), Some((2, Err(Unjoined::Several(2)))));
}

#[test]
fn a_target_that_was_rewritten_is_known_by_time_where_the_connection_goes_on() {
    let legs = |server| vec![(leg("/a%2Fb", "", 0, (1, 2), (0, 100)), None), (leg("/a/b", "", 0, (server, 3), (10, 90)), None)];
    assert_eq!(joined(legs(2)).pop(), Some((1, Ok((0, By::Time)))));
    assert_eq!(joined(legs(7)).pop(), Some((1, Err(Unjoined::NoneFits))));
}

#[test]
fn a_node_that_gave_up_before_the_answer_came_is_known_by_its_target() {
    // Another length, as where the node gave up within the body; it answered before it was answered.
    let legs = |target: &str| {
        let outer = (leg("/a", "Content-Length: 11", 0, (1, 2), (0, 50)), None);
        vec![outer, (leg(target, "Content-Length: 5", 0, (2, 3), (10, 90)), None)]
    };
    assert_eq!(joined(legs("/a")).pop(), Some((1, Ok((0, By::Time)))));
    assert_eq!(joined(legs("/b")).pop(), Some((1, Err(Unjoined::NoneFits))));
}

#[test]
fn captures_of_two_machines_need_levels_and_tolerate_clocks() {
    let two = |levels: [Option<u32>; 2]| {
        vec![(leg("/a", ID, 0, (1, 2), (500, 600)), levels[0]), (leg("/a", ID, 1, (2, 3), (10, 90)), levels[1])]
    };
    assert_eq!(joined(two([Some(0), Some(1)])), [(1, Ok((0, By::Id(IdKind::Trace))))]);
    assert!(joined(two([None, None])).iter().all(|(_, outer)| *outer == Err(Unjoined::NoneFits)));
    // Two health checks that look alike and one that caused neither: none is taken.
    let (one, other) = (leg("/h", "", 1, (2, 3), (10, 20)), leg("/h", "", 1, (2, 3), (5000, 5010)));
    let legs = vec![(leg("/h", "", 0, (1, 2), (0, 100)), Some(0)), (one, Some(1)), (other, Some(1))];
    assert!(joined(legs).iter().all(|(_, outer)| *outer == Err(Unjoined::Several(2))));
}

#[test]
fn what_is_taken_away_joins_nothing() {
    let mut legs = Legs::default();
    let outer = legs.add(Arc::new(leg("/a", ID, 0, (1, 2), (0, 100))), Some(0));
    let inner = legs.add(Arc::new(leg("/a", ID, 0, (2, 3), (10, 90))), Some(1));
    assert_eq!(legs.surely_within(outer), [(inner, By::Id(IdKind::Trace))]);
    assert!(legs.remove(outer).is_some() && legs.len() == 1);
    assert_eq!(legs.join(), [Joined { inner, outer: Err(Unjoined::NoneFits) }]);
    assert!(legs.remove(inner).is_some() && legs.is_empty() && legs.weight() == 0);
}

#[test]
fn what_is_masked_joins_nothing() {
    let masked = |value: &[u8]| value.starts_with(b"/xxx");
    let of = |leg: &Leg| Leg::recognised(&leg.exchange(), masked);
    let legs = |target: &str| {
        let (outer, inner) = (leg(target, "", 0, (1, 2), (0, 100)), leg(target, "", 1, (2, 3), (10, 90)));
        joined(vec![(of(&outer), Some(0)), (of(&inner), Some(1))])
    };
    assert_eq!(legs("/a"), [(1, Ok((0, By::Look)))]);
    assert_eq!(legs("/xxxxxx"), [(1, Err(Unjoined::NoneFits))]);
}
