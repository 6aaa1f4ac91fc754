//! How flows begin and end, and whose packets are whose.

use super::recorder::{ACK, C, FIN, Hand, RST, S, SYN, SYN_ACK};
use crate::anomaly::AnomalyKind::{Retransmission, StreamGap};
use crate::flow::{Direction, Limits};

#[test]
fn two_fins_close_a_flow_and_late_packets_do_not_open_it_again() {
    let mut hand = Hand::open();
    hand.says(0, "ask");
    hand.server(S, C + 3, FIN, "answer");
    hand.client(C + 3, S + 7, FIN, "");
    hand.server(S + 7, C + 4, ACK, "");
    hand.server(S, C + 3, FIN, "answer");
    hand.says(0, "ask");
    let (flows, counts) = hand.finish();
    assert_eq!(flows.len(), 1);
    assert_eq!(flows[0].events, [">ask", "<answer", "<Fin", ">Fin", "closed"]);
    assert_eq!(flows[0].opener, Some(Direction::Forward));
    counts.are(&[(Retransmission, 2)]);
}

/// Where none is remembered, too.
#[test]
fn a_slot_is_freed_once() {
    let mut hand = Hand::with(Limits { remembered: 0, ..Limits::default() });
    hand.shake();
    hand.says(0, "ask");
    // The ports are used again without an end.
    hand.client(C + 5_000_000, 0, SYN, "");
    for port in 1..4 {
        hand.port = port;
        hand.shake();
    }
    for (port, text) in [(1, "one"), (2, "two"), (3, "three")] {
        hand.port = port;
        hand.says(0, text);
    }
    let (flows, _) = hand.finish();
    let heard: Vec<&str> = flows.iter().map(|flow| flow.streams[0].as_str()).collect();
    assert_eq!(heard, ["ask", "", "one", "two", "three"]);
    assert!(flows.iter().all(|flow| flow.events.last().is_some_and(|event| event == "closed")), "each is told to its end");
}

/// The flow of the last segment is asked first; one that is forgotten is no flow any more, whatever came last.
#[test]
fn a_flow_that_is_forgotten_is_not_asked() {
    let mut hand = Hand::with(Limits { remembered: 0, ..Limits::default() });
    for round in 0..3 {
        hand.shake();
        hand.says(0, "ask");
        hand.server(S, C + 3, FIN, "answer");
        hand.client(C + 3, S + 7, FIN, "");
        if round == 1 {
            // Nobody knows whose they are.
            hand.says(0, "ask");
            hand.server(S, C + 3, FIN, "answer");
            hand.client(C + 3, S + 7, FIN, "");
        }
    }
    hand.port += 1;
    hand.shake();
    hand.says(0, "else");
    hand.port += 1;
    hand.shake();
    hand.says(0, "other");
    let (flows, _) = hand.finish();
    let heard: Vec<&str> = flows.iter().map(|flow| flow.streams[0].as_str()).collect();
    assert_eq!(heard, ["ask", "ask", "ask", "ask", "else", "other"]);
    assert!(flows.iter().all(|flow| flow.events.last().is_some_and(|event| event == "closed")), "each is told to its end");
}

#[test]
fn an_early_fin_waits_for_the_bytes_before_it() {
    let mut hand = Hand::open();
    hand.client(C + 3, S, FIN, "d");
    hand.says(0, "abc");
    let (flows, _) = hand.finish();
    assert_eq!(flows[0].events, [">abc", ">d", ">Fin", "<Unfinished", "closed"]);
}

#[test]
fn bytes_behind_the_fin_are_left_out_and_noted() {
    let mut hand = Hand::open();
    hand.client(C, S, FIN, "abc");
    hand.says(4, "more");
    let (heard, counts) = hand.client_heard();
    assert_eq!(heard, "abc");
    counts.are(&[(StreamGap, 1)]);
}

#[test]
fn the_syn_may_carry_data_and_come_twice() {
    let mut hand = Hand::new();
    hand.client(C - 1, 0, SYN, "abc");
    hand.client(C - 1, 0, SYN, "abc");
    hand.server(S - 1, C + 3, SYN_ACK, "");
    hand.says(3, "def");
    let (flows, counts) = hand.finish();
    assert_eq!((flows.len(), flows[0].streams[0].as_str()), (1, "abcdef"));
    counts.are(&[(Retransmission, 1)]);
}

#[test]
fn the_opener_is_known_from_either_handshake_packet() {
    let mut hand = Hand::new();
    hand.server(S - 1, C, SYN_ACK, "");
    hand.says(0, "abc");
    let (flows, counts) = hand.finish();
    assert_eq!((flows[0].opener, flows[0].streams[1].as_str()), (Some(Direction::Backward), "abc"));
    counts.are(&[]);
}

#[test]
fn both_ends_may_open_at_once() {
    let mut hand = Hand::new();
    hand.client(C - 1, 0, SYN, "");
    hand.server(S - 1, 0, SYN, "");
    hand.client(C - 1, S, SYN_ACK, "");
    hand.server(S - 1, C, SYN_ACK, "");
    hand.says(0, "abc");
    hand.server(S, C + 3, ACK, "def");
    let (flows, counts) = hand.finish();
    assert_eq!(flows.len(), 1);
    assert_eq!(flows[0].streams, ["abc", "def"]);
    counts.are(&[]);
}

#[test]
fn ports_used_again_are_another_flow() {
    for ending in [Some(FIN), Some(RST), None] {
        let mut hand = Hand::open();
        hand.says(0, "one");
        if let Some(flags) = ending {
            hand.client(C + 3, S, flags, "");
        }
        hand.client(90_000, 0, SYN, "");
        hand.server(70_000, 90_001, SYN_ACK, "");
        hand.client(90_001, 70_001, ACK, "two");
        let (flows, counts) = hand.finish();
        let told: Vec<_> = flows.iter().map(|flow| flow.streams[0].as_str()).collect();
        assert_eq!(told, ["one", "two"], "{ending:?}");
        counts.are(&[]);
    }
}

#[test]
fn ports_and_numbers_used_again_later_are_another_flow() {
    for (later, flows_seen) in [(0, 1), (60, 2)] {
        let mut hand = Hand::open();
        hand.client(C, S, FIN, "one");
        hand.server(S, C + 4, FIN, "");
        hand.client(C + 4, S + 1, ACK, "");
        hand.clock += later;
        hand.shake();
        hand.client(C, S, FIN, "one");
        let (flows, counts) = hand.finish();
        assert_eq!(flows.len(), flows_seen, "{later} s later");
        assert!(flows.iter().all(|flow| flow.streams[0] == "one"));
        assert_eq!(counts.of(Retransmission), u64::from(flows_seen == 1));
    }
}

#[test]
fn ports_used_again_right_after_a_close_are_another_flow_without_a_syn_too() {
    let mut hand = Hand::open();
    hand.client(C, S, FIN, "one");
    hand.server(S, C + 4, FIN, "");
    hand.client(900_000_000, 70_001, ACK, "two");
    let (flows, _) = hand.finish();
    let told: Vec<_> = flows.iter().map(|flow| flow.streams[0].as_str()).collect();
    assert_eq!(told, ["one", "two"]);
}

#[test]
fn a_reset_ends_both_streams_a_little_later() {
    let mut hand = Hand::open();
    hand.client(C + 3, S, RST, "");
    hand.says(0, "abc");
    hand.wait(300);
    let (flows, counts) = hand.finish();
    assert_eq!(flows[0].events, [">abc", ">Reset", "<Reset", "closed"]);
    counts.are(&[]);
}

#[test]
fn a_reset_far_outside_the_stream_is_forged() {
    let mut hand = Hand::open();
    hand.client(C.wrapping_add(1 << 30), S, RST, "");
    hand.wait(300);
    hand.says(0, "abc");
    let (flows, _) = hand.finish();
    assert_eq!(flows[0].events, [">abc", ">Unfinished", "<Unfinished", "closed"]);
}

#[test]
fn one_direction_alone_is_read() {
    let mut hand = Hand::new();
    hand.client(C - 1, 0, SYN, "");
    hand.client(C, S, ACK, "abc");
    hand.client(C + 3, S + 900, ACK, "def");
    hand.client(C + 6, S + 1800, FIN, "");
    let (flows, counts) = hand.finish();
    assert_eq!(flows[0].events, [">abc", ">def", ">Fin", "<Unfinished", "closed"]);
    counts.are(&[]);
}

#[test]
fn what_was_to_be_skipped_and_never_came_is_told() {
    let mut hand = Hand::open();
    hand.says(0, "head!10");
    hand.client(C + 7, S, FIN, "1234");
    let (flows, _) = hand.finish();
    assert_eq!(flows[0].unskipped, [6, 0]);
}

#[test]
fn the_same_ends_in_two_tunnels_are_two_flows() {
    use crate::capture::PacketAt;
    use crate::flow::FlowTable;
    use crate::wire::{Endpoint, Segment};
    let mut table = FlowTable::new(super::recorder::Recorder::default());
    let [src, dst] = [1, 2].map(|last| Endpoint { ip: [10, 0, 0, last].into(), port: 80 });
    for (number, tunnel) in [1, 2, 1].into_iter().enumerate() {
        let at = PacketAt { number: number as u64 + 1, ..PacketAt::default() };
        let segment = Segment { src, dst, tunnel, mark: 0, seq: 1, ack: 1, flags: ACK, payload: b"", wire_length: 0 };
        table.segment(at, &segment);
    }
    assert_eq!(table.count(), 2);
}
