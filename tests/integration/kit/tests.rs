//! The kit's own tests: a kit that makes wrong captures would prove nothing.

use super::{
    Carrier, Conversation, Format, Hop, Link, Segment, Site, duplicated, interleaved, lost, overlapped, packets, segments,
    shuffled, split, write_file, wrong_table,
};
use etherparse::{NetSlice, SlicedPacket, TransportSlice};
use std::collections::BTreeMap;
use std::net::SocketAddr;

fn conversation() -> Conversation {
    let (client, server) = (SocketAddr::from(([10, 0, 1, 5], 41_022)), SocketAddr::from(([10, 0, 10, 7], 8_000)));
    Conversation::new(client, server).says(*b"hello, this is a client").answers(*b"and this a server").with_mss(5)
}

/// Puts a stream together from segments in any order, as a receiver does.
fn heard(segments: &[Segment], by: SocketAddr) -> Vec<u8> {
    let mut bytes = BTreeMap::new();
    for segment in segments.iter().filter(|s| s.dst == by) {
        for (i, byte) in segment.payload.iter().enumerate() {
            bytes.entry(segment.seq.wrapping_add(u32::try_from(i).expect("short"))).or_insert(*byte);
        }
    }
    bytes.into_values().collect()
}

#[test]
fn segments_carry_what_was_said_whatever_became_of_them() {
    let of = conversation();
    let plain = segments(&of);
    for way in [
        plain.clone(),
        shuffled(&plain, 4, &[9, 3, 7, 1, 8, 2, 6, 4, 5, 0, 3]),
        duplicated(&plain, &[3, 5, 40], 2),
        overlapped(&plain, &[1, 2, 6], 7),
        split(&plain, &[0, 3], 2),
    ] {
        assert_eq!(heard(&way, of.server), b"hello, this is a client");
        assert_eq!(heard(&way, of.client), b"and this a server");
        assert!(way.is_sorted_by_key(|s| s.time), "a capture is in the order of its times");
    }
    assert_ne!(shuffled(&plain, 4, &[9, 3, 7, 1, 8, 2, 6, 4, 5, 0, 3]), plain);
    assert_eq!(duplicated(&plain, &[3, 5], 2).len(), plain.len() + 2);
    assert_eq!(heard(&lost(&plain, &[1]), of.server), b"hellos is a client");
}

#[test]
fn sequence_numbers_follow_each_other_and_both_ends_close() {
    let all = segments(&conversation());
    for pair in [0, 1].map(|end| all.iter().filter(|s| s.src == all[end].src).collect::<Vec<_>>()) {
        for (one, next) in pair.iter().zip(pair.iter().skip(1)) {
            let length = u32::try_from(one.payload.len()).expect("short") + u32::from(one.syn) + u32::from(one.fin);
            assert_eq!(one.seq.wrapping_add(length), next.seq);
        }
        assert_eq!(pair.iter().filter(|s| s.syn).count(), 1);
        assert_eq!(pair.iter().filter(|s| s.fin).count(), 1);
    }
}

#[test]
fn packets_are_what_others_can_read() {
    for v6 in [false, true] {
        let mut of = conversation();
        if v6 {
            of.client = "[2001:db8::1]:41022".parse().expect("an address");
            of.server = "[2001:db8::2]:8000".parse().expect("an address");
        }
        for link in [Link::Ethernet, Link::Vlan(7), Link::QinQ(100, 7)] {
            let all = segments(&of);
            for (packet, segment) in packets(&all, Carrier { link, vxlan: None }).iter().zip(&all) {
                let sliced = SlicedPacket::from_ethernet(&packet.bytes).expect("a packet");
                assert_eq!(matches!(sliced.net, Some(NetSlice::Ipv6(_))), v6);
                let Some(TransportSlice::Tcp(tcp)) = sliced.transport else { panic!("no TCP in {packet:?}") };
                assert_eq!((tcp.sequence_number(), tcp.payload()), (segment.seq, segment.payload.as_slice()));
                assert_eq!((tcp.source_port(), tcp.syn(), tcp.fin()), (segment.src.port(), segment.syn, segment.fin));
            }
        }
        let all = segments(&of);
        for packet in packets(&all, Carrier { link: Link::Raw, vxlan: Some(42) }) {
            let sliced = SlicedPacket::from_ip(&packet.bytes).expect("a packet");
            let Some(TransportSlice::Udp(udp)) = sliced.transport else { panic!("no UDP in {packet:?}") };
            assert_eq!((udp.destination_port(), &udp.payload()[..8]), (4789, [8, 0, 0, 0, 0, 0, 42, 0].as_slice()));
            SlicedPacket::from_ethernet(&udp.payload()[8..]).expect("an inner frame");
        }
    }
}

#[test]
fn files_hold_every_packet() {
    let all = packets(&segments(&conversation()), Carrier::ETHERNET);
    let bytes: usize = all.iter().map(|p| p.bytes.len()).sum();
    for big_endian in [false, true] {
        let pcap = write_file(&all, Link::Ethernet, Format::Pcap { big_endian, nanoseconds: big_endian });
        assert_eq!(pcap.len(), 24 + 16 * all.len() + bytes);
    }
    for format in Format::ALL {
        assert!(!write_file(&all, Link::Ethernet, format).is_empty(), "{format:?}");
    }
}

#[test]
fn interleaved_conversations_are_in_the_order_of_their_times() {
    let other = conversation().later(30_000);
    let all = interleaved(&[conversation(), other]);
    assert!(all.is_sorted_by_key(|s| s.time));
    assert_eq!(all.len(), 2 * segments(&conversation()).len());
}

#[test]
fn sites_differ_and_stay_the_same() {
    let host = |n| Site::numbered(n).alb_host;
    assert_eq!(host(1), host(1));
    assert_ne!(host(1), host(2));
    assert!(Site::numbered(2).target.is_ipv6() && Site::numbered(1).target.is_ipv4());
}

#[test]
fn every_wrong_differs_from_right_in_what_it_names() {
    for site in (0..9).map(Site::numbered) {
        for wrong in wrong_table() {
            let right = site.traffic(wrong.hop);
            let mut altered = right.clone();
            (wrong.edit)(&mut altered, &site);
            let changed = (&altered.request, &altered.response) != (&right.request, &right.response);
            assert!(changed, "{}: {}", wrong.hop.spec(), wrong.what);
            let side = match wrong.subject.split('.').next() {
                Some("request") => altered.request == right.request,
                Some("response") => altered.response == right.response,
                // A check is about both.
                _ => false,
            };
            assert!(!side, "{}: {} alters the other side than {}", wrong.hop.spec(), wrong.what, wrong.subject);
        }
    }
    for hop in Hop::ALL {
        assert!(wrong_table().iter().filter(|w| w.hop == hop).count() > 10, "{hop:?}");
    }
}
