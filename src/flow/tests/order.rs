//! Bytes in order, whatever the order of the segments.

use super::recorder::{ACK, C, FIN, Hand, S, SYN};
use crate::anomaly::AnomalyKind::{ConflictingRetransmission, FlowBeganBefore, OutOfOrder, Retransmission, StreamGap};

#[test]
fn in_order_segments_are_told_at_once() {
    let mut hand = Hand::open();
    hand.says(0, "abc");
    assert_eq!(hand.heard(), "abc");
    hand.says(3, "def");
    assert_eq!(hand.heard(), "abcdef");
    let (_, counts) = hand.finish();
    counts.are(&[]);
}

#[test]
fn whole_and_partial_retransmissions_are_told_once() {
    let mut hand = Hand::open();
    for (offset, data) in [(0, "abc"), (0, "abc"), (1, "bcdef"), (3, "def"), (6, "g")] {
        hand.says(offset, data);
    }
    let (heard, counts) = hand.client_heard();
    assert_eq!(heard, "abcdefg");
    counts.are(&[(Retransmission, 3)]);
}

#[test]
fn keep_alive_probes_and_zero_windows_are_no_retransmissions() {
    let mut hand = Hand::open();
    hand.says(0, "abc");
    hand.client(C + 2, S, ACK, "c");
    hand.client(C + 2, S, ACK, "");
    hand.says(3, "d");
    let (heard, counts) = hand.client_heard();
    assert_eq!(heard, "abcd");
    counts.are(&[]);
}

#[test]
fn early_segments_wait_and_the_first_copy_counts() {
    let mut hand = Hand::open();
    hand.says(3, "def");
    hand.says(2, "CDEF");
    hand.says(5, "fgh");
    assert_eq!(hand.heard(), "");
    hand.says(0, "ab");
    assert_eq!(hand.heard(), "abCdefgh");
    let (_, counts) = hand.finish();
    counts.are(&[(Retransmission, 1), (ConflictingRetransmission, 1), (OutOfOrder, 1)]);
}

#[test]
fn sequence_numbers_wrap() {
    let mut hand = Hand::new();
    let first = u32::MAX - 3;
    hand.client(first.wrapping_sub(1), 0, SYN, "");
    hand.client(first.wrapping_add(6), 0, ACK, "ghi");
    hand.client(first, 0, ACK, "abc");
    hand.client(first.wrapping_add(2), 0, ACK, "cdef");
    let (heard, counts) = hand.client_heard();
    assert_eq!(heard, "abcdefghi");
    assert_eq!(counts.of(StreamGap), 0);
}

#[test]
fn an_acknowledged_hole_is_lost_after_a_while_and_not_before() {
    let mut hand = Hand::open();
    hand.says(0, "ab");
    hand.says(5, "fg");
    hand.wait(600);
    assert_eq!(hand.heard(), "ab", "nobody acknowledged the hole: it may still come");
    hand.server(S, C + 7, ACK, "");
    hand.wait(100);
    assert_eq!(hand.heard(), "ab", "the capture may hold the acknowledgement before the bytes");
    hand.wait(200);
    assert_eq!(hand.heard(), "ab[3]fg");
    let (_, counts) = hand.finish();
    counts.are(&[(StreamGap, 1)]);
}

#[test]
fn late_bytes_fill_an_acknowledged_hole() {
    let mut hand = Hand::open();
    hand.says(3, "def");
    hand.server(S, C + 6, ACK, "");
    hand.wait(100);
    hand.says(0, "abc");
    let (heard, counts) = hand.client_heard();
    assert_eq!(heard, "abcdef");
    counts.are(&[(OutOfOrder, 1)]);
}

#[test]
fn bytes_that_nothing_follows_are_missed_by_their_acknowledgement() {
    let mut hand = Hand::open();
    hand.server(S, C + 10, ACK, "answer");
    hand.client(C + 10, S + 6, FIN, "");
    hand.server(S + 6, C + 11, FIN, "");
    let (flows, counts) = hand.finish();
    assert_eq!(flows[0].events, [">[10]", ">Fin", "<answer", "<Fin", "closed"]);
    counts.are(&[(StreamGap, 1)]);
}

#[test]
fn a_response_waits_for_the_request_that_it_acknowledges() {
    let mut hand = Hand::open();
    hand.server(S, C + 3, ACK, "pong");
    hand.says(0, "ask");
    let (flows, counts) = hand.finish();
    assert_eq!(flows[0].events[..2], [">ask", "<pong"]);
    counts.are(&[]);
}

#[test]
fn skipped_bytes_are_passed_whether_they_are_there_or_not() {
    let mut hand = Hand::open();
    hand.says(0, "head!10");
    hand.says(7, "12345");
    hand.says(14, "8xyz");
    hand.says(18, "end");
    assert_eq!(hand.heard(), "head!10zend", "from 7 on ten bytes are skipped");
    hand.says(12, "67");
    let (_, counts) = hand.finish();
    counts.are(&[(OutOfOrder, 1)]);
}

#[test]
fn a_hole_in_skipped_bytes_is_an_anomaly_and_no_gap() {
    let mut hand = Hand::open();
    hand.says(0, "head!10");
    hand.says(17, "end");
    let (heard, counts) = hand.client_heard();
    assert_eq!(heard, "head!10end");
    counts.are(&[(StreamGap, 1)]);
    let mut hand = Hand::open();
    hand.says(0, "head!2");
    hand.says(11, "end");
    hand.server(S, C + 14, ACK, "");
    hand.wait(600);
    assert_eq!(hand.heard(), "head!2[3]end", "two of the five lost bytes were skipped");
}

#[test]
fn nothing_more_is_told_of_an_unwanted_stream() {
    let mut hand = Hand::open();
    hand.says(0, "tls!");
    hand.says(100, "far");
    hand.says(4, "near");
    hand.client(C + 103, S, FIN, "");
    hand.server(S, C + 104, FIN, "");
    let (flows, counts) = hand.finish();
    assert_eq!(flows[0].events, [">tls!", ">Fin", "<Fin", "closed"]);
    counts.are(&[]);
}

#[test]
fn a_cut_segment_is_its_bytes_and_a_gap() {
    let mut hand = Hand::open();
    hand.segment(true, C, S, ACK, "abc", 10);
    hand.says(10, "kl");
    let (heard, counts) = hand.client_heard();
    assert_eq!(heard, "abc[7]kl");
    counts.are(&[(StreamGap, 1)]);
    let mut hand = Hand::open();
    hand.segment(true, C + 3, S, ACK, "d", 4);
    hand.says(0, "abc");
    assert_eq!(hand.heard(), "abcd[3]", "an early one is cut as well");
}

#[test]
fn without_a_syn_a_stream_begins_at_its_lowest_byte() {
    let mut hand = Hand::new();
    hand.client(503, 1, ACK, "def");
    hand.client(500, 1, ACK, "abc");
    assert_eq!(hand.heard(), "");
    hand.wait(40);
    assert_eq!(hand.heard(), "abcdef");
    hand.client(506, 1, ACK, "ghi");
    assert_eq!(hand.heard(), "abcdefghi");
    let (_, counts) = hand.finish();
    counts.are(&[(OutOfOrder, 1), (FlowBeganBefore, 1)]);
}

#[test]
fn a_late_syn_says_where_the_stream_begins() {
    let mut hand = Hand::new();
    hand.client(C + 3, S, ACK, "def");
    hand.server(S - 1, C, super::recorder::SYN_ACK, "");
    hand.client(C - 1, 0, SYN, "");
    assert_eq!(hand.heard(), "");
    hand.client(C, S, ACK, "abc");
    let (heard, counts) = hand.client_heard();
    assert_eq!(heard, "abcdef");
    counts.are(&[(OutOfOrder, 1)]);
}
