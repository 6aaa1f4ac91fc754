//! However a capture orders, cuts, repeats and overlaps the segments: the same bytes are told.

use proptest::prelude::*;

use super::recorder::{ACK, C, FIN, Hand, S, SYN, SYN_ACK};
use crate::anomaly::AnomalyKind::StreamGap;
use crate::wire::TcpFlags;

#[derive(Debug, Clone)]
struct Sent {
    client: bool,
    seq: u32,
    ack: u32,
    flags: TcpFlags,
    data: String,
}

/// A conversation in turns, each cut into segments, some of which are sent again with bytes around them.
fn conversation() -> impl Strategy<Value = (Vec<Sent>, [String; 2])> {
    let turn = ("[a-z]{1,40}", 1..12usize, any::<u16>());
    prop::collection::vec(turn, 1..6).prop_map(|turns| {
        let mut sent = vec![
            Sent { client: true, seq: C - 1, ack: 0, flags: SYN, data: String::new() },
            Sent { client: false, seq: S - 1, ack: C, flags: SYN_ACK, data: String::new() },
            Sent { client: true, seq: C, ack: S, flags: ACK, data: String::new() },
        ];
        let mut said = [String::new(), String::new()];
        for (number, (text, cut, again)) in turns.into_iter().enumerate() {
            let side = number % 2;
            let (base, other) = if side == 0 { (C, S) } else { (S, C) };
            let before = said[side].len();
            let ack = other + said[1 - side].len() as u32;
            said[side].push_str(&text);
            let mut from = before;
            while from < said[side].len() {
                let to = (from + cut).min(said[side].len());
                let data = said[side][from..to].to_owned();
                sent.push(Sent { client: side == 0, seq: base + from as u32, ack, flags: ACK, data });
                if again & (1 << (from % 16)) != 0 {
                    let low = from.saturating_sub(3).max(before);
                    let data = said[side][low..to].to_owned();
                    sent.push(Sent { client: side == 0, seq: base + low as u32, ack, flags: ACK, data });
                }
                from = to;
            }
        }
        for (side, (base, other)) in [(C, S), (S, C)].into_iter().enumerate() {
            let (seq, ack) = (base + said[side].len() as u32, other + said[1 - side].len() as u32 + side as u32);
            sent.push(Sent { client: side == 0, seq, ack, flags: FIN, data: String::new() });
        }
        (sent, said)
    })
}

fn told(sent: &[Sent]) -> (Vec<super::recorder::Told>, super::recorder::Counts) {
    let mut hand = Hand::new();
    for Sent { client, seq, ack, flags, data } in sent {
        hand.segment(*client, *seq, *ack, *flags, data, data.len());
    }
    hand.finish()
}

/// Each packet moves by less than `window` places.
fn shuffled(sent: &[Sent], keys: &[u8], window: u8) -> Vec<Sent> {
    let mut places: Vec<_> = sent.iter().enumerate().collect();
    places.sort_by_key(|(i, _)| i + usize::from(keys.get(*i).copied().unwrap_or(0) % window));
    places.into_iter().map(|(_, sent)| sent.clone()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn order_does_not_matter((sent, said) in conversation(), keys in prop::collection::vec(any::<u8>(), 300), window in 1..16u8) {
        let (flows, counts) = told(&shuffled(&sent, &keys, window));
        prop_assert_eq!(flows.len(), 1);
        let mut streams = flows[0].streams.clone();
        if flows[0].opener == Some(crate::flow::Direction::Backward) {
            streams.reverse();
        }
        prop_assert_eq!(&streams, &said);
        prop_assert_eq!(counts.of(StreamGap), 0);
        prop_assert!(flows[0].events.iter().filter(|e| e.ends_with("Fin")).count() == 2, "{:?}", flows[0].events);
    }

    #[test]
    fn a_lost_segment_costs_its_own_bytes_alone((sent, said) in conversation(), lost in any::<prop::sample::Index>()) {
        let data: Vec<_> = (0..sent.len()).filter(|&i| !sent[i].data.is_empty()).collect();
        let lost = data[lost.index(data.len())];
        let mut left = sent;
        let gone = left.remove(lost);
        let (flows, _) = told(&left);
        for (streams, said) in flows[0].streams.iter().zip(&said) {
            let mut rest = said.as_str();
            // What is told are the bytes that were sent, but for gaps of the right length.
            for part in streams.split('[') {
                let part = match part.split_once(']') {
                    Some((length, part)) => {
                        rest = &rest[length.parse::<usize>().unwrap()..];
                        part
                    }
                    None => part,
                };
                prop_assert!(rest.starts_with(part), "{streams} of {said}");
                rest = &rest[part.len()..];
            }
            prop_assert_eq!(rest, "");
            let missing = said.len() - streams.chars().filter(char::is_ascii_lowercase).count();
            prop_assert!(missing <= gone.data.len());
        }
    }

    #[test]
    fn the_short_way_is_the_long_way(segments in prop::collection::vec((any::<bool>(), 0..6u32, 0..8u32, any::<u8>(), "[a-z!]{0,2}"), 0..60)) {
        let told = |thorough: bool| {
            let mut hand = Hand::new();
            hand.table.thorough = thorough;
            for (client, seq, ack, flags, data) in &segments {
                // Most carry nothing; a SYN now and then.
                let flag = |bit: u8| flags & bit != 0 && flags & 0x30 == 0;
                let flags = TcpFlags { syn: flag(1), ack: flags & 2 == 0, fin: flag(4), rst: flag(8) && flags & 0x40 == 0 };
                let data = if flags.fin || *seq > 3 { data.as_str() } else { "" };
                hand.segment(*client, C + seq, C + ack, flags, data, data.len());
            }
            let (flows, counts) = hand.finish();
            (format!("{flows:?}"), format!("{:?}", counts.all()))
        };
        prop_assert_eq!(told(false), told(true));
    }

    #[test]
    fn hostile_segments_do_no_harm(segments in prop::collection::vec((any::<bool>(), any::<u32>(), any::<u32>(), any::<u8>(), "[a-z!0-9]{0,9}", 0..3u32), 0..200)) {
        let mut hand = Hand::new();
        for (client, seq, ack, flags, data, shift) in segments {
            let flag = |bit: u8| flags & bit != 0 && flags & 0x30 == 0;
            let flags = TcpFlags { syn: flag(1), ack: flags & 2 != 0, fin: flag(4), rst: flag(8) };
            // Near each other, in the same quarter, or anywhere.
            let near = [0xff, 0x3fff_ffff, u32::MAX][shift as usize];
            hand.segment(client, seq & near, ack & near, flags, &data, data.len() + (seq % 3) as usize);
        }
        let (flows, _) = hand.finish();
        for flow in flows {
            prop_assert_eq!(flow.events.last().map(String::as_str), Some("closed"));
            prop_assert_eq!(flow.events.iter().filter(|e| e.ends_with("Fin") || e.ends_with("Unfinished") || e.ends_with("Reset")).count(), 2);
        }
    }
}
