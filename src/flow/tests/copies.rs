//! Packets that were captured more than once: one flow, told once, and an anomaly of their own.

use super::recorder::{ACK, C, FIN, Recorder, S, SYN, SYN_ACK};
use crate::anomaly::AnomalyKind;
use crate::capture::{PacketAt, Timestamp};
use crate::flow::{FlowTable, StreamSink};
use crate::wire::{Endpoint, Segment, TcpFlags};

/// One packet of a conversation, by its sender, numbers, flags and bytes.
type Sent = (bool, u32, u32, TcpFlags, &'static str);

const TALK: [Sent; 8] = [
    (true, C - 1, 0, SYN, ""),
    (false, S - 1, C, SYN_ACK, ""),
    (true, C, S, ACK, ""),
    (true, C, S, ACK, "question"),
    (false, S, C + 8, ACK, "an"),
    (false, S + 2, C + 8, ACK, "swer"),
    (true, C + 8, S + 6, FIN, ""),
    (false, S + 6, C + 9, FIN, ""),
];

struct Wire {
    table: FlowTable<Recorder>,
    number: u64,
}

impl Wire {
    fn new() -> Self {
        Self { table: FlowTable::new(Recorder::default()), number: 0 }
    }

    /// The packet of TALK with this number, in a tunnel, with its own identification, at a time in milliseconds.
    fn pass(&mut self, number: usize, tunnel: u32, id: u32, time: u64) {
        let (from_client, seq, ack, flags, data) = TALK[number];
        self.number += 1;
        let client = Endpoint { ip: [10, 0, 0, 1].into(), port: 40000 };
        let server = Endpoint { ip: [10, 0, 0, 2].into(), port: 80 };
        let (src, dst) = if from_client { (client, server) } else { (server, client) };
        let (payload, wire_length) = (data.as_bytes(), data.len() as u32);
        let mark = id << 16 | (seq & 0xfff) << 2 | 1;
        let segment = Segment { src, dst, tunnel, mark, seq, ack, flags, payload, wire_length };
        self.table.segment(PacketAt { number: self.number, time: Timestamp::from_nanoseconds(time * 1_000_000) }, &segment);
    }

    /// The streams of each flow, and how often each anomaly was met.
    fn end(mut self) -> (Vec<[String; 2]>, Vec<(AnomalyKind, u64)>) {
        self.table.finish();
        let mut sink = self.table.into_sink();
        let noted = sink.anomalies().iter().map(|(kind, noted)| (kind, noted.count)).collect();
        (sink.flows.iter().map(|flow| flow.streams.clone()).collect(), noted)
    }
}

fn once() -> Vec<[String; 2]> {
    vec![["question".to_owned(), "answer".to_owned()]]
}

#[test]
fn every_packet_twice_is_one_conversation() {
    for tunnel in [0, 43] {
        let mut wire = Wire::new();
        for number in 0..TALK.len() {
            wire.pass(number, tunnel, 7 + number as u32, 5);
            wire.pass(number, 0, 7 + number as u32, 6);
        }
        // The one without bytes, SYN or FIN changes nothing, and is not counted.
        assert_eq!(wire.end(), (once(), vec![(AnomalyKind::DuplicatePacket, 7)]), "tunnel {tunnel}");
    }
}

#[test]
fn copies_come_in_bursts_and_without_identification() {
    let mut wire = Wire::new();
    for burst in [0..4, 4..8] {
        burst.clone().for_each(|number| wire.pass(number, 0, 0, 5));
        burst.for_each(|number| wire.pass(number, 43, 0, 5));
    }
    assert_eq!(wire.end(), (once(), vec![(AnomalyKind::DuplicatePacket, 7)]));
}

#[test]
fn a_copy_stands_in_for_a_packet_that_was_lost() {
    let mut wire = Wire::new();
    for number in 0..TALK.len() {
        for tunnel in [0, 43, 44] {
            if (number, tunnel) != (3, 0) && (number, tunnel) != (4, 43) {
                wire.pass(number, tunnel, 7, 5);
            }
        }
    }
    assert_eq!(wire.end(), (once(), vec![(AnomalyKind::DuplicatePacket, 12)]));
}

#[test]
fn a_mirror_that_was_seen_from_its_middle_is_one_flow() {
    let mut wire = Wire::new();
    for number in 2..TALK.len() {
        wire.pass(number, 43, 7, 5);
        wire.pass(number, 0, 7, 5);
    }
    let (flows, noted) = wire.end();
    assert_eq!(flows, once());
    assert_eq!(
        noted.iter().map(|(kind, _)| *kind).collect::<Vec<_>>(),
        [AnomalyKind::DuplicatePacket, AnomalyKind::FlowBeganBefore]
    );
}

#[test]
fn what_was_sent_again_is_no_copy() {
    // With another identification, or so late that it was sent again.
    for (id, later) in [(9, 1), (7, 150)] {
        let mut wire = Wire::new();
        (0..4).for_each(|number| wire.pass(number, 0, 7, 5));
        wire.pass(3, 0, id, 5 + later);
        (4..8).for_each(|number| wire.pass(number, 0, 7, 200));
        assert_eq!(wire.end(), (once(), vec![(AnomalyKind::Retransmission, 1)]), "id {id}, {later} ms later");
    }
}

/// Linux answers outside of a connection without identification: two answers to two packets look alike.
#[test]
fn answers_that_look_alike_are_no_copies() {
    for (later, copies) in [(0, 1), (2, 0)] {
        let mut wire = Wire::new();
        wire.pass(0, 0, 7, 5);
        wire.pass(1, 0, 0, 5);
        wire.pass(1, 0, 0, 5 + later);
        (2..8).for_each(|number| wire.pass(number, 0, 7, 10));
        let (flows, noted) = wire.end();
        assert_eq!((flows, noted.iter().map(|(_, count)| count).sum::<u64>()), (once(), copies), "{later} ms later");
    }
}

#[test]
fn the_same_addresses_in_two_networks_are_two_flows() {
    let mut wire = Wire::new();
    for number in 0..TALK.len() {
        wire.pass(number, 1, 7, 5);
        wire.pass(number, 2, 8, 5);
    }
    assert_eq!(wire.end(), ([once(), once()].concat(), vec![]));
}
