//! What is bounded, and what happens at the bound.

use super::recorder::{ACK, C, Hand, S};
use crate::anomaly::AnomalyKind::{FlowLimit, ReassemblyLimit, StreamGap};
use crate::flow::Limits;

#[test]
fn a_full_queue_gives_up_its_hole() {
    let mut hand = Hand::with(Limits { stream_bytes: 1000, ..Limits::default() });
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
    assert!(heard.len() >= 10_000);
}
