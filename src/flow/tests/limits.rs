//! What is bounded, and what happens at the bound.

use super::recorder::{ACK, C, Hand, S};
use crate::anomaly::AnomalyKind::{FlowBeganBefore, FlowIdle, FlowLimit, ReassemblyLimit, StreamGap};
use crate::flow::{Limits, StreamSink as _};

#[test]
fn a_full_queue_gives_up_its_hole() {
    let mut hand = Hand::with(Limits { stream_bytes: 2000, ..Limits::default() });
    hand.shake();
    for i in 0..20 {
        hand.says(10 + i * 10, "0123456789");
    }
    assert!(hand.heard().starts_with("[10]0123456789"), "{}", hand.heard());
    let (heard, counts) = hand.client_heard();
    assert_eq!(heard, format!("[10]{}", "0123456789".repeat(20)));
    assert_eq!((counts.of(StreamGap), counts.of(ReassemblyLimit) > 0), (1, true));
}

#[test]
fn all_queues_together_are_bounded() {
    let mut hand = Hand::with(Limits { total_bytes: 1000, ..Limits::default() });
    for port in 1..40 {
        hand.port = port;
        hand.shake();
        hand.says(3, "def");
    }
    let (flows, counts) = hand.finish();
    assert!(flows.iter().all(|flow| flow.streams[0] == "[3]def"));
    assert_eq!(counts.of(StreamGap), 39);
    assert!(counts.of(ReassemblyLimit) > 20);
}

#[test]
fn early_segments_and_what_is_held_above_them_are_bounded_together() {
    for (each, gave_up) in [(0, false), (3000, true)] {
        let mut hand = Hand::with(Limits { memory: 64 << 10, ..Limits::default() });
        hand.table.sink_mut().each = each;
        for port in 1..15 {
            hand.port = port;
            hand.shake();
            hand.says(3, "def");
            let (_, room) = (hand.table.sink().flows.len(), hand.table.sink().room);
            assert!(room <= (64 << 10) - 1000, "what waits here is not for those above: {room}");
        }
        let (flows, counts) = hand.finish();
        assert!(flows.iter().all(|flow| flow.streams[0] == "[3]def"));
        assert_eq!(counts.of(StreamGap), 14);
        assert_eq!(counts.of(ReassemblyLimit) > 0, gave_up, "{each}");
        assert_eq!(counts.of(FlowLimit), 0);
    }
}

#[test]
fn the_quietest_flows_are_closed_where_too_much_is_held_of_them() {
    for (each, closed) in [(100, false), (3000, true)] {
        let mut hand = Hand::with(Limits { memory: 64 << 10, ..Limits::default() });
        hand.table.sink_mut().each = each;
        for port in 1..=50 {
            hand.port = port;
            hand.client(C, S, ACK, "");
        }
        assert!(hand.table.sink().held() <= 64 << 10);
        let (flows, counts) = hand.finish();
        assert_eq!(flows.len(), 50);
        assert!(flows.iter().all(|flow| flow.events.last().is_some_and(|last| last == "closed")));
        assert_eq!(counts.of(FlowLimit) > 0, closed, "{each}");
    }
}

#[test]
fn a_segment_far_outside_its_stream_does_not_stop_it() {
    let mut hand = Hand::open();
    hand.says(1 << 29, "wild");
    hand.says(0, "abc");
    hand.says(3, "def");
    assert_eq!(hand.heard(), "abcdef");
    let (heard, counts) = hand.client_heard();
    assert_eq!(heard, "abcdef");
    assert_eq!(counts.of(StreamGap), 1, "left out, and noted");
}

#[test]
fn the_quietest_flow_makes_room() {
    let mut hand = Hand::with(Limits { flows: 3, ..Limits::default() });
    for port in [1, 2, 3, 1, 4] {
        hand.port = port;
        hand.client(C, S, ACK, "");
    }
    let (flows, counts) = hand.finish();
    assert_eq!(flows.len(), 4);
    counts.are(&[(FlowLimit, 1)]);
    assert!(flows.iter().all(|flow| flow.events.last().is_some_and(|last| last == "closed")));
}

#[test]
fn many_flows_cost_little_time() {
    let mut hand = Hand::with(Limits { flows: 1000, remembered: 100, ..Limits::default() });
    for round in 0..30_000_u32 {
        hand.port = (round % 60_000) as u16 + 1;
        hand.client(C, S, ACK, "");
    }
    let (flows, counts) = hand.finish();
    assert_eq!(flows.len(), 30_000);
    assert!((29_000..30_000).contains(&counts.of(FlowLimit)));
}

#[test]
fn one_byte_segments_in_reverse_cost_little_time() {
    let mut hand = Hand::open();
    for offset in (0..20_000).rev() {
        hand.says(offset, "x");
    }
    let (heard, _) = hand.client_heard();
    assert!(heard.len() >= 5_000);
}

#[test]
fn a_flow_that_fell_silent_is_closed_in_capture_time() {
    let mut hand = Hand::with(Limits { idle: 100, ..Limits::default() });
    hand.shake();
    hand.says(0, "early");
    let talkative = |hand: &mut Hand, segments: u32| {
        hand.port = 2;
        for _ in 0..segments {
            hand.client(C, S, ACK, "");
        }
        hand.port = 40000;
    };
    talkative(&mut hand, 2000);
    hand.clock = 90;
    talkative(&mut hand, 2000);
    hand.says(5, "+");
    hand.clock = 180;
    talkative(&mut hand, 2000);
    hand.clock = 300;
    talkative(&mut hand, 2000);
    // What comes after all is a flow of its own.
    hand.clock = 301;
    hand.says(6, "late");
    let (flows, counts) = hand.finish();
    let heard: Vec<_> = flows.iter().map(|flow| flow.streams[0].as_str()).collect();
    assert_eq!(heard, ["early+", "", "late"]);
    counts.are(&[(FlowBeganBefore, 1), (FlowIdle, 1)]);
}

#[test]
fn holes_that_there_is_no_room_for_are_told_at_once() {
    for (each, all) in [(100, true), (6300, false)] {
        let mut hand = Hand::with(Limits { memory: 64 << 10, ..Limits::default() });
        for port in 1..=10 {
            hand.port = port;
            hand.shake();
        }
        hand.table.sink_mut().each = each;
        for port in 1..=10 {
            hand.port = port;
            hand.says(0, "!1000");
            hand.says(105, "x");
        }
        assert_eq!(hand.table.remembered_holes() == 10, all, "{each}");
        let (_, counts) = hand.finish();
        counts.are(&[(StreamGap, 10)]);
    }
}

#[test]
fn holes_in_skipped_bytes_are_bounded_in_all() {
    use crate::flow::backlog::HOLES_IN_ALL;
    let mut hand = Hand::new();
    let (flows, each) = (HOLES_IN_ALL / 200 + 3, 200);
    for port in 0..flows {
        hand.port = port as u16 + 1;
        hand.shake();
        hand.says(0, "!100000");
        for hole in 0..each {
            hand.says(7 + 100 + hole * 200, "x");
        }
        assert!(hand.table.remembered_holes() <= HOLES_IN_ALL + 1);
    }
    assert!(hand.table.remembered_holes() > HOLES_IN_ALL / 2);
    let (_, counts) = hand.finish();
    assert_eq!(counts.of(StreamGap) as usize, flows * each as usize, "every hole is noted, remembered or not");
}

#[test]
fn what_a_packet_touches_of_a_flow_lies_in_two_lines() {
    use crate::flow::connection::Flow;
    use crate::flow::stream::Stream;
    // As large as what the layers above keep.
    type Kept = Flow<(Box<u8>, Option<Box<u8>>, [u8; 2])>;
    assert!(std::mem::offset_of!(Kept, streams) + 2 * size_of::<Stream>() <= 128, "{}", std::mem::offset_of!(Kept, streams));
    assert_eq!(size_of::<Kept>(), 192);
}
