//! Fragments: any packet in any pieces and order, limits, overlaps, tunnels.

use proptest::prelude::*;

use super::{FragmentLimits, Fragments};
use crate::anomaly::{Anomalies, AnomalyKind};
use crate::capture::{LinkType, Packet, PacketAt, Timestamp};
use crate::wire::tests::{IPV4, IPV6, TCP, V4, V6, bytes, said};
use crate::wire::{Decoded, segment};

/// What comes of packets one behind the other, one a millisecond where nothing else is said.
struct Heard {
    fragments: Fragments,
    anomalies: Anomalies,
    number: u64,
    /// Nanoseconds from packet to packet.
    step: u64,
    said: Vec<String>,
}

impl Heard {
    fn new(limits: FragmentLimits) -> Self {
        Self {
            fragments: Fragments::with_limits(limits),
            anomalies: Anomalies::default(),
            number: 0,
            step: 1_000_000,
            said: Vec::new(),
        }
    }

    fn hear(&mut self, data: &[u8], lost: u32) {
        self.number += 1;
        let at = PacketAt { number: self.number, time: Timestamp::from_nanoseconds(self.number * self.step) };
        let packet = Packet { at, link: LinkType::RAW, data, wire_length: data.len() as u32 + lost };
        match segment(&packet) {
            Decoded::Fragment(fragment) => {
                if let Some(whole) = self.fragments.put_together(at, &fragment, &mut self.anomalies) {
                    self.said.push(said(&whole.decode()));
                }
            }
            other => self.said.push(said(&other)),
        }
    }

    fn noted(&mut self) -> Vec<(AnomalyKind, u64, String)> {
        self.fragments.finish(&mut self.anomalies);
        assert_eq!(self.fragments.held(), 0);
        self.anomalies.iter().map(|(kind, noted)| (kind, noted.count, noted.detail.clone())).collect()
    }
}

fn heard<'a>(packets: impl IntoIterator<Item = &'a Vec<u8>>) -> Heard {
    let mut heard = Heard::new(FragmentLimits::default());
    packets.into_iter().for_each(|packet| heard.hear(packet, 0));
    heard
}

/// A packet that carries `payload` of this protocol, in fragments that begin at these offsets.
fn fragments(six: bool, protocol: u8, payload: &[u8], id: u16, offsets: &[usize]) -> Vec<Vec<u8>> {
    let mut ends: Vec<usize> = offsets.iter().skip(1).copied().collect();
    ends.push(payload.len());
    offsets.iter().zip(&ends).map(|(&start, &end)| fragment(six, protocol, payload, id, start..end)).collect()
}

fn fragment(six: bool, protocol: u8, payload: &[u8], id: u16, range: std::ops::Range<usize>) -> Vec<u8> {
    let more = range.end < payload.len();
    let part = &payload[range.clone()];
    if six {
        let mut packet = bytes(IPV6);
        packet[4..6].copy_from_slice(&(part.len() as u16 + 8).to_be_bytes());
        packet[6] = 44;
        packet.extend([protocol, 0]);
        packet.extend((range.start as u16 | u16::from(more)).to_be_bytes());
        packet.extend(u32::from(id).to_be_bytes());
        [packet, part.to_vec()].concat()
    } else {
        let mut packet = bytes(IPV4);
        packet[2..4].copy_from_slice(&(part.len() as u16 + 20).to_be_bytes());
        packet[4..6].copy_from_slice(&id.to_be_bytes());
        packet[6..8].copy_from_slice(&((range.start / 8) as u16 | u16::from(more) << 13).to_be_bytes());
        packet[9] = protocol;
        [packet, part.to_vec()].concat()
    }
}

#[test]
fn a_packet_is_whole_with_its_last_fragment_in_any_order() {
    for (six, expected) in [(false, V4), (true, V6)] {
        let mut parts = fragments(six, 6, &bytes(TCP), 7, &[0, 8, 16]);
        for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0], [1, 0, 2]] {
            let mut heard = heard(order.map(|at| &parts[at]));
            assert_eq!(heard.said, [expected]);
            assert_eq!(heard.noted(), []);
        }
        // Each of them twice, at once and one round behind the other; then another packet with the same identification.
        for order in [&[0, 0, 1, 1, 2, 2][..], &[0, 1, 2, 0, 1, 2]] {
            let mut heard = heard(order.iter().map(|at| &parts[*at]));
            assert_eq!(heard.said, [expected]);
            let noted = heard.noted();
            assert_eq!((noted.len(), noted[0].0, noted[0].1), (1, AnomalyKind::DuplicatePacket, 3));
        }
        let mut next = [&bytes(TCP)[..20], b"POST "].concat();
        next[7] += 1;
        parts.extend(fragments(six, 6, &next, 7, &[0, 16]));
        let next = expected.replace("GET /", "POST ").replace("seq 100", "seq 101");
        assert_eq!(heard(&parts).said, [expected.to_owned(), next]);
    }
}

#[test]
fn what_never_comes_is_said() {
    let parts = fragments(false, 6, &bytes(TCP), 7, &[0, 8, 16]);
    for (present, missing) in
        [(&[1, 2][..], "the first did not come"), (&[0, 1], "the last did not come"), (&[0, 2], "8 of 25 bytes did not come")]
    {
        let mut heard = heard(present.iter().map(|at| &parts[*at]));
        let expected = format!("of the fragments of 10.0.1.5 > 10.0.2.7 (id 0x0007) {missing}");
        assert_eq!((heard.said.len(), heard.noted()), (0, vec![(AnomalyKind::IpFragment, 2, expected)]));
    }
    // UDP that goes to no tunnel, and ICMP, carry nothing that is missed.
    let udp = [&[0xd4, 0x31, 0, 0x35, 0, 24, 0, 0][..], &[0; 16]].concat();
    assert_eq!(heard([&fragments(false, 17, &udp, 7, &[0, 16])[0]]).noted(), []);
    assert_eq!(heard([&fragments(true, 58, &udp, 7, &[0, 16])[0]]).noted(), []);
}

#[test]
fn snap_lengths_cut_what_is_put_together() {
    let parts = fragments(false, 6, &bytes(TCP), 7, &[0, 8, 16]);
    let mut cut = Heard::new(FragmentLimits::default());
    cut.hear(&parts[0], 0);
    cut.hear(&parts[1], 0);
    cut.hear(&parts[2][..26], 3);
    assert_eq!(cut.said, [V4.replace("GET /", "GE")]);
}

#[test]
fn overlaps_are_told_and_decide_nothing_silently() {
    let payload = bytes(TCP);
    let other = [&payload[..16], &[0; 4], b"PUT /"].concat();
    // The same bytes again, in other pieces: no harm for IPv4.
    let mut parts = vec![fragment(false, 6, &payload, 7, 0..16), fragment(false, 6, &payload, 7, 8..24)];
    parts.push(fragment(false, 6, &payload, 7, 16..25));
    let mut same = heard(&parts);
    assert_eq!((same.said.clone(), same.noted()), (vec![V4.to_owned()], vec![]));
    // Other bytes: the first count.
    let mut parts = vec![fragment(false, 6, &payload, 7, 8..24), fragment(false, 6, &other, 7, 16..25)];
    parts.push(fragment(false, 6, &payload, 7, 0..8));
    let mut differ = heard(&parts);
    assert_eq!(differ.said, [V4]);
    assert_eq!(differ.noted()[0].0, AnomalyKind::FragmentOverlap);
    // IPv6 forbids it.
    let mut parts = vec![fragment(true, 6, &payload, 7, 0..16), fragment(true, 6, &payload, 7, 8..24)];
    parts.push(fragment(true, 6, &payload, 7, 16..25));
    let mut six = heard(&parts);
    assert!(six.said.is_empty());
    let noted = six.noted();
    assert!(noted[0].0 == AnomalyKind::IpFragment && noted[0].2.contains("which IPv6 forbids"), "{noted:?}");
    // Where the packet ends is said twice.
    let longer = [&payload[..], &[0; 15]].concat();
    let mut ends = heard(&[fragment(false, 6, &payload, 7, 16..25), fragment(false, 6, &longer, 7, 32..40)]);
    assert!(ends.noted()[0].2.contains("contradict each other about where it ends"));
}

#[test]
fn fragments_that_cannot_be_are_said() {
    let mut odd = heard(&[fragment(false, 6, &[0; 100], 7, 0..30)]);
    assert!(odd.noted()[0].2.ends_with("has 30 bytes and is not the last, where a multiple of 8 was expected"));
    let mut far = bytes(IPV4);
    far[6..8].copy_from_slice(&0x1fff_u16.to_be_bytes());
    let mut far = heard(&[[far, vec![0; 25]].concat()]);
    assert!(far.noted()[0].2.contains("reaches to byte 65553, where a packet has at most 65535"));
}

#[test]
fn every_limit_is_told_and_holds() {
    let some = |id: u16| fragment(false, 6, &[0; 2000], id, 0..1000);
    let few = FragmentLimits { bytes: 4000, ..FragmentLimits::default() };
    let mut bounded = Heard::new(few);
    for id in 0..100 {
        bounded.hear(&some(id), 0);
        assert!(bounded.fragments.held() <= few.bytes);
    }
    let noted = bounded.noted();
    assert_eq!((noted[0].0, noted[0].1, noted[1].0, noted[1].1), (AnomalyKind::IpFragment, 3, AnomalyKind::FragmentLimit, 97));
    assert!(noted[1].2.contains("too many bytes"), "{noted:?}");

    let mut pieces = Heard::new(FragmentLimits { pieces: 10, ..FragmentLimits::default() });
    (0..30).for_each(|at| pieces.hear(&fragment(false, 6, &[0; 2000], 7, at * 16..at * 16 + 8), 0));
    assert!(pieces.noted().iter().any(|(kind, _, detail)| *kind == AnomalyKind::FragmentLimit && detail.ends_with("too many")));

    for limits in
        [FragmentLimits { age: 5, ..FragmentLimits::default() }, FragmentLimits { packets: 5, ..FragmentLimits::default() }]
    {
        let mut old = Heard::new(limits);
        old.step = 1_000_000_000;
        let parts = fragments(false, 6, &bytes(TCP), 7, &[0, 8]);
        old.hear(&parts[0], 0);
        (0..6).for_each(|id| old.hear(&some(100 + id), 0));
        assert_eq!(old.anomalies.count(AnomalyKind::IpFragment), 1);
        old.hear(&parts[1], 0);
        assert!(old.said.is_empty(), "its first was given up");
    }
}

#[test]
fn fragments_within_a_tunnel_whose_packets_are_fragments() {
    let inner = fragments(false, 6, &bytes(TCP), 7, &[0, 16]);
    let outer: Vec<Vec<u8>> = inner
        .iter()
        .zip(0..)
        .flat_map(|(packet, id)| {
            let gre = [&[0, 0, 8, 0][..], packet].concat();
            fragments(false, 47, &gre, id, &[0, 16, 24]).into_iter().rev()
        })
        .collect();
    let mut both = heard(&outer);
    assert_eq!((both.said.clone(), both.noted()), (vec![V4.to_owned()], vec![]));
    // The same identification outside the tunnel is another packet.
    let mut apart = heard(&[outer[..3].to_vec(), vec![inner[1].clone()]].concat());
    assert_eq!((apart.said.len(), apart.noted().len()), (0, 1));
}

#[test]
fn extension_headers_are_in_the_fragments_of_ipv6() {
    let payload = [&[6, 0, 1, 4, 0, 0, 0, 0][..], &bytes(TCP)].concat();
    assert_eq!(heard(&fragments(true, 60, &payload, 7, &[0, 8, 24])).said, [V6]);
    let authenticated = [&bytes("06 01 0000 00000001 00000001")[..], &bytes(TCP)].concat();
    assert_eq!(heard(&fragments(false, 51, &authenticated, 7, &[0, 8, 24])).said, [V4]);
}

proptest! {
    /// Any packet in any fragments, some twice, in any order: it is there once, and nothing is odd but the repeats.
    #[test]
    fn fragments_in_any_order_are_their_packet(
        six: bool,
        text in prop::collection::vec(any::<u8>(), 0..600),
        cuts in prop::collection::btree_set(1..70_usize, 1..12),
        order in prop::collection::vec(any::<prop::sample::Index>(), 0..6),
        shuffle: u64,
    ) {
        let payload = [&bytes(TCP)[..20], &text].concat();
        let mut offsets: Vec<usize> = cuts.iter().map(|cut| cut * 8).filter(|at| *at < payload.len()).collect();
        offsets.insert(0, 0);
        prop_assume!(offsets.len() > 1);
        let mut parts = fragments(six, 6, &payload, 7, &offsets);
        let once = parts.len();
        for at in order {
            parts.push(parts[at.index(once)].clone());
        }
        let mut state = shuffle;
        for at in (1..parts.len()).rev() {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            parts.swap(at, (state >> 33) as usize % (at + 1));
        }
        let mut heard = heard(&parts);
        let mut whole = bytes(if six { IPV6 } else { IPV4 });
        let length = if six { payload.len() } else { payload.len() + 20 };
        let at = if six { 4 } else { 2 };
        whole[at..at + 2].copy_from_slice(&(length as u16).to_be_bytes());
        let whole = [whole, payload].concat();
        let mut expected = Heard::new(FragmentLimits::default());
        expected.hear(&whole, 0);
        prop_assert_eq!(&heard.said, &expected.said);
        let repeats = (parts.len() - once) as u64;
        let noted = heard.noted();
        prop_assert!(noted.iter().all(|(kind, count, _)| *kind == AnomalyKind::DuplicatePacket && *count == repeats), "{:?}", noted);
    }
}
