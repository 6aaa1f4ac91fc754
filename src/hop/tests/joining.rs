//! Which exchanges belong together.

use std::sync::Arc;

use crate::capture::Timestamp;
use crate::hop::{By, IdKind, Joined, Leg, Legs, Running, Unjoined};
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
            made = Some(Leg::recognised(&exchange, None, |_| false));
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
    all.join().into_iter().map(|Joined { inner, outer, .. }| (inner, outer)).collect()
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
    assert_eq!(legs.surely_within(outer, &Running::default()), [(inner, By::Id(IdKind::Trace))]);
    assert!(legs.remove(outer).is_some() && legs.len() == 1);
    assert_eq!(legs.join(), [Joined { inner, outer: Err(Unjoined::NoneFits), sure: false }]);
    assert!(legs.remove(inner).is_some() && legs.is_empty() && legs.weight() == 0);
}

#[test]
fn what_is_masked_joins_nothing() {
    let masked = |value: &[u8]| value.starts_with(b"/xxx");
    let of = |leg: &Leg| Leg::recognised(&leg.exchange(), None, masked);
    let legs = |target: &str| {
        let (outer, inner) = (leg(target, "", 0, (1, 2), (0, 100)), leg(target, "", 1, (2, 3), (10, 90)));
        joined(vec![(of(&outer), Some(0)), (of(&inner), Some(1))])
    };
    assert_eq!(legs("/a"), [(1, Ok((0, By::Look)))]);
    assert_eq!(legs("/xxxxxx"), [(1, Err(Unjoined::NoneFits))]);
}

#[test]
fn siblings_are_not_chained() {
    // A gateway calls two services at once, and the first of them a database.
    let legs = vec![
        (leg("/a", ID, 0, (1, 2), (0, 100)), None),
        (leg("/one", ID, 0, (2, 11), (10, 90)), None),
        (leg("/two", ID, 0, (2, 12), (11, 80)), None),
        (leg("/db", ID, 0, (11, 21), (20, 30)), None),
    ];
    let by = |outer| Ok((outer, By::Id(IdKind::Trace)));
    assert_eq!(joined(legs), [(0, Err(Unjoined::NoneFits)), (1, by(0)), (2, by(0)), (3, by(1))]);
    // The gateway's own hop is not in the capture: one service did not call the other.
    let legs = vec![(leg("/one", ID, 0, (2, 11), (10, 90)), None), (leg("/two", ID, 0, (2, 12), (11, 80)), None)];
    assert!(joined(legs).iter().all(|(_, outer)| *outer == Err(Unjoined::NoneFits)));
    // Two clients ask two load balancers at once; the one whose server goes on is meant.
    let legs = |other| {
        vec![
            (leg("/a", "", 0, (1, 2), (0, 100)), None),
            (leg("/a", "", 0, (1, other), (1, 90)), None),
            (leg("/a", "", 0, (2, 3), (10, 50)), None),
        ]
    };
    assert_eq!(joined(legs(9)).pop(), Some((2, Ok((0, By::Look)))));
    assert_eq!(joined(legs(2)).pop(), Some((2, Err(Unjoined::Several(2)))));
}

#[test]
fn two_outers_with_one_id_are_in_doubt_whichever_ended_first() {
    let inner = || (leg("/b", ID, 0, (2, 3), (10, 50)), Some(1));
    for ends in [(100, 90), (90, 100)] {
        let outers = [(leg("/a", ID, 0, (1, 2), (0, ends.0)), Some(0)), (leg("/a", ID, 0, (5, 2), (1, ends.1)), Some(0))];
        let legs = outers.into_iter().chain([inner()]).collect();
        assert_eq!(joined(legs), [(2, Err(Unjoined::Several(2)))]);
    }
    // At once only where no other waits, runs or was given up.
    let mut legs = Legs::default();
    let early = legs.add(Arc::new(inner().0), Some(1));
    let outer = legs.add(Arc::new(leg("/a", ID, 0, (1, 2), (0, 90))), Some(0));
    assert_eq!(legs.surely_within(outer, &Running::default()), [(early, By::Id(IdKind::Trace))]);
    let mut running = Running::default();
    let other = leg("/a", ID, 0, (5, 2), (1, 100));
    running.head(&other.exchange().request.unwrap().head);
    assert_eq!(legs.surely_within(outer, &running), []);
    assert_eq!(legs.join_early(&running), [Joined { inner: early, outer: Err(Unjoined::GivenUp), sure: false }]);
    running.over(&other.exchange());
    assert_eq!(legs.surely_within(outer, &running).len(), 1);
    let other = legs.add(Arc::new(other), Some(0));
    assert_eq!(legs.surely_within(outer, &running), []);
    assert!(legs.give_up(other).is_some());
    assert_eq!(legs.surely_within(outer, &running), []);
}

#[test]
fn an_exchange_does_not_join_itself() {
    let once = leg("/a", ID, 0, (1, 2), (0, 100));
    let text = |leg: &Leg, line| {
        let mut exchange = leg.exchange();
        let mut heads = exchange.request.map(|request| *request.head.head).unwrap();
        heads.at.origin = Origin::Line(line);
        if let Some(request) = &mut exchange.request {
            request.head.head = &heads;
        }
        exchange.response = None;
        Leg::recognised(&exchange, None, |_| false)
    };
    let of = |outer, inner| joined(vec![(text(&once, outer), Some(0)), (text(&once, inner), Some(1))]);
    assert_eq!(of(1, 1), [(1, Err(Unjoined::NoneFits))]);
    assert_eq!(of(1, 7), [(1, Ok((0, By::Id(IdKind::Trace))))]);
}

#[test]
fn what_many_fit_is_given_to_none() {
    // One that began long ago and still runs is one of two, however many began since.
    let mut legs: Vec<_> = vec![(leg("/slow", "", 0, (1, 2), (0, 90_000)), Some(0))];
    legs.extend((0..600).map(|n| (leg("/other", "", 0, (1, 2), (1 + n * 10, 5 + n * 10)), Some(0))));
    legs.push((leg("/fast", "", 0, (5, 2), (50_000, 60_000)), Some(0)));
    legs.push((leg("/new", "", 0, (2, 3), (55_000, 56_000)), Some(1)));
    assert_eq!(joined(legs).pop(), Some((602, Err(Unjoined::Several(2)))));
    // By another clock, one of very many is none.
    let mut legs: Vec<_> = (0..1000).map(|n| (leg("/a", "", 0, (1, 2), (n * 1000, n * 1000 + 5)), Some(0))).collect();
    legs.push((leg("/a", "", 1, (2, 3), (500_400, 500_410)), Some(1)));
    assert_eq!(joined(legs).pop(), Some((1000, Err(Unjoined::Crowd))));
    // As many run at once.
    let mut legs: Vec<_> = (0..1000).map(|n| (leg("/a", "", 0, (1, 2), (n, 5000 + n)), Some(0))).collect();
    legs.push((leg("/a", "", 0, (2, 3), (2000, 3000)), Some(1)));
    assert_eq!(joined(legs).pop(), Some((1000, Err(Unjoined::Crowd))));
}

#[test]
fn what_may_belong_to_one_that_was_given_up_is_given_to_no_other() {
    let mut legs = Legs::default();
    let first = legs.add(Arc::new(leg("/a", "X-Request-Id: 1", 0, (1, 2), (0, 100))), Some(0));
    legs.add(Arc::new(leg("/a", "X-Request-Id: 2", 0, (5, 2), (1, 99))), Some(0));
    legs.add(Arc::new(leg("/a", "", 0, (2, 3), (10, 90))), Some(1));
    legs.add(Arc::new(leg("/a", "X-Request-Id: 1", 1, (2, 3), (10, 90))), Some(1));
    assert!(legs.give_up(first).is_some());
    assert!(legs.join().iter().all(|joined| joined.outer == Err(Unjoined::GivenUp)), "{:?}", legs.join());
    // What began when that was over is not in doubt.
    let outer = legs.add(Arc::new(leg("/a", "", 0, (5, 2), (200, 300))), Some(0));
    legs.add(Arc::new(leg("/a", "", 0, (2, 3), (210, 290))), Some(1));
    assert_eq!(legs.join().pop().map(|joined| joined.outer), Some(Ok((outer, By::Look))));
}

#[test]
fn contradicting_and_empty_ids_join_nothing() {
    let two = |outer: &str, inner: &str, target: &str| {
        joined(vec![(leg("/a", outer, 0, (1, 2), (0, 100)), Some(0)), (leg(target, inner, 0, (2, 3), (10, 90)), Some(1))])
            .pop()
            .unwrap()
            .1
    };
    let of = |root: &str| format!("X-Amzn-Trace-Id: Root={root}|X-Request-Id: same");
    assert_eq!(two(&of("1-a"), &of("1-a"), "/b"), Ok((0, By::Id(IdKind::Trace))));
    assert_eq!(two(&of("1-a"), &of("1-b"), "/b"), Err(Unjoined::NoneFits));
    let parent = |id: &str| format!("traceparent: 00-{id}-00f067aa0ba902b7-01");
    let joins = |id: &str| two(&parent(id), &parent(id), "/b") == Ok((0, By::Id(IdKind::TraceParent)));
    assert!(joins("4bf92f3577b34da6a3ce929d0e0e4736"));
    assert!(!joins("00000000000000000000000000000000") && !joins("4bf92f") && !joins("4bf92f3577b34da6a3ce929d0e0e473g"));
    let twice = "X-Amzn-Trace-Id: Root=1-a;Root=1-b";
    assert_ne!(two(twice, twice, "/b"), Ok((0, By::Id(IdKind::Trace))));
}

#[test]
fn an_id_does_not_reach_beyond_what_caused_it_by_one_clock() {
    let of = |begin| joined(vec![(leg("/a", ID, 0, (1, 2), (100, 200)), Some(0)), (leg("/a", ID, 0, (2, 3), begin), Some(1))]);
    assert_eq!(of((110, 190)), [(1, Ok((0, By::Id(IdKind::Trace))))]);
    assert_eq!(of((300, 310)), [(1, Err(Unjoined::NoneFits))]);
    assert_eq!(of((10, 20)), [(1, Err(Unjoined::NoneFits))]);
}

#[test]
fn what_looks_alike_hours_apart_is_another() {
    const HOUR: u64 = 3600 * 1_000_000;
    let of = |id: &str, begin| {
        joined(vec![(leg("/a", id, 0, (1, 2), (0, 5)), Some(0)), (leg("/a", id, 1, (2, 3), (begin, begin + 1)), Some(1))])
    };
    assert_eq!(of("", HOUR), [(1, Ok((0, By::Look)))]);
    assert_eq!(of("", HOUR + 1), [(1, Err(Unjoined::NoneFits))]);
    assert_eq!(of(ID, 48 * HOUR), [(1, Ok((0, By::Id(IdKind::Trace))))]);
}

#[test]
fn absolute_targets_keep_their_query() {
    let of = |outer: &str, inner: &str| {
        joined(vec![(leg(outer, "", 0, (1, 2), (0, 9)), Some(0)), (leg(inner, "", 1, (2, 3), (1, 8)), Some(1))])
    };
    for (outer, inner) in [("http://x?a=1", "/?a=1"), ("HTTP://x/b", "/b"), ("https://x", "/"), ("http://x?a=/b", "/?a=/b")] {
        assert_eq!(of(outer, inner), [(1, Ok((0, By::Look)))], "{outer}");
    }
    assert_eq!(of("http://x?a=1", "/"), [(1, Err(Unjoined::NoneFits))]);
}

#[test]
fn all_that_is_kept_weighs() {
    let alone = leg("/a", "", 0, (1, 2), (0, 100));
    let connection = Arc::new(crate::http::Connection {
        proxy: Some(Box::new(crate::proxy_protocol::ProxyHeader {
            tlvs: vec![crate::proxy_protocol::Tlv { kind: 5, value: vec![0; 50_000] }],
            ..Default::default()
        })),
        ..Default::default()
    });
    let with = |connection: &Arc<_>| Arc::new(Leg::of(&alone.exchange(), Vec::new(), Some(Arc::clone(connection))));
    let mut legs = Legs::default();
    let first = legs.add(with(&connection), Some(0));
    let second = legs.add(with(&connection), Some(0));
    assert!((50_000..60_000).contains(&legs.weight()), "a connection counts once: {}", legs.weight());
    legs.remove(first);
    assert!(legs.weight() > 50_000);
    legs.remove(second);
    assert_eq!(legs.weight(), 0);
    let mut exchange = alone.exchange();
    let mut body = exchange.request.unwrap().body.clone();
    body.trailers_mut().push(b"X", &[b'x'; 10_000]);
    if let Some(request) = &mut exchange.request {
        request.body = &body;
    }
    assert!(Leg::of(&exchange, Vec::new(), None).weight() > 10_000);
    assert!(alone.clone().lacking("x".repeat(10_000)).weight() > 10_000);
}
