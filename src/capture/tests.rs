//! Captures that are written and read back, whole, cut, damaged and as any bytes.

use std::io::{Cursor, Read, Write};

use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::collection::vec;
use proptest::prelude::*;

use super::fixture::{Drip, PcapVariant, Pcapng, Seen, pcap, read_all};
use super::{CaptureError, Opened, open};
use crate::anomaly::{Anomalies, AnomalyKind};

fn kinds(anomalies: &Anomalies) -> Vec<(&'static str, u64, Option<u64>)> {
    anomalies.iter().map(|(kind, a)| (kind.name(), a.count, a.first_packet)).collect()
}

fn detail(anomalies: &Anomalies) -> &str {
    anomalies.iter().next().map_or("", |(_, a)| a.detail.as_str())
}

fn seen(number: u64, nanoseconds: u64, link: u16, wire_length: u32, data: &[u8]) -> Seen {
    Seen { number, nanoseconds, link, wire_length, data: data.to_vec() }
}

#[test]
fn every_variant_of_classic_pcap() {
    for big in [false, true] {
        for (nanoseconds, modified) in [(false, false), (true, false), (false, true)] {
            let variant = PcapVariant { big, nanoseconds, modified };
            // The upper bits say that frames end with a check sequence of four bytes.
            let mut bytes = variant.header(0x2400_0001);
            variant.record(&mut bytes, 1_592_129_089, 612, 3, b"abc");
            variant.record(&mut bytes, 1_592_129_090, 0, 1500, b"");
            let unit = if nanoseconds { 1 } else { 1000 };
            let expected =
                [seen(1, 1_592_129_089_000_000_000 + 612 * unit, 1, 3, b"abc"), seen(2, 1_592_129_090_000_000_000, 1, 1500, b"")];
            let (packets, anomalies) = read_all(Cursor::new(bytes));
            assert_eq!((packets.as_slice(), kinds(&anomalies)), (expected.as_slice(), vec![]), "{variant:?}");
        }
    }
}

#[test]
fn pcapng_with_sections_interfaces_and_every_packet_block() {
    let mut file = Pcapng::default();
    for big in [false, true, false] {
        file.big = big;
        file.section();
        file.interface(1, 4, None, None);
        file.interface(276, 0, Some(9), None);
        file.block(4, b"names, of no interest"); // name resolution
        file.interface(101, 0, Some(0x8a), Some(-1));
        file.enhanced(0, 5_000_001, 3, b"abc");
        file.enhanced(1, 7, 9, b"abcdefghi");
        file.enhanced(2, 3 * 1024 + 512, 70, b"abcde");
        file.simple(6, b"abcd");
        file.obsolete(1, 8, 2, b"xy");
        file.enhanced(3, 0, 1, b"?");
        file.block(0x8000_0001, b"private");
        file.enhanced(1, 9, 0, b"z");
    }
    let (packets, anomalies) = read_all(Cursor::new(file.bytes));
    let section = |at: u64| {
        [
            seen(at + 1, 5_000_001_000, 1, 3, b"abc"),
            seen(at + 2, 7, 276, 9, b"abcdefghi"),
            seen(at + 3, 2_500_000_000, 101, 70, b"abcde"),
            seen(at + 4, 0, 1, 6, b"abcd"),
            seen(at + 5, 8, 276, 2, b"xy"),
            seen(at + 7, 9, 276, 1, b"z"),
        ]
    };
    assert_eq!(packets, [section(0), section(7), section(14)].concat());
    assert_eq!(kinds(&anomalies), [("unknown-interface", 3, Some(6))]);
    assert_eq!(detail(&anomalies), "names interface 3, the section describes 3");
}

#[test]
fn interfaces_do_not_outlive_their_section() {
    let mut file = Pcapng::default();
    file.section();
    file.interface(1, 0, None, None);
    file.section();
    file.enhanced(0, 0, 1, b"a");
    file.simple(1, b"a");
    let (packets, anomalies) = read_all(Cursor::new(file.bytes));
    assert_eq!((packets.len(), kinds(&anomalies)), (0, vec![("unknown-interface", 2, Some(1))]));
}

#[test]
fn interfaces_of_a_section_are_bounded() {
    let mut file = Pcapng::default();
    file.section();
    for _ in 0..=1 << 16 {
        file.interface(1, 0, None, None);
    }
    file.enhanced((1 << 16) - 1, 0, 1, b"a");
    file.enhanced(1 << 16, 0, 1, b"b");
    let (packets, anomalies) = read_all(Cursor::new(file.bytes));
    assert_eq!((packets.len(), kinds(&anomalies)), (1, vec![("unknown-interface", 1, Some(2))]));
}

#[test]
fn gzip_of_several_members_and_a_dripping_pipe() {
    let bytes = pcap(1, [&b"first"[..], b"second"]);
    let mut zipped = Vec::new();
    for half in [&bytes[..30], &bytes[30..]] {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(half).expect("memory");
        zipped.extend(encoder.finish().expect("memory"));
    }
    let (plain, _) = read_all(Cursor::new(bytes));
    let (unzipped, anomalies) = read_all(Drip(Cursor::new(zipped.clone())));
    assert_eq!((&unzipped, kinds(&anomalies)), (&plain, vec![]));

    let (some, anomalies) = read_all(Cursor::new(zipped[..zipped.len() - 15].to_vec()));
    assert!(some.len() < 2);
    assert_eq!(anomalies.count(AnomalyKind::CaptureTruncated), 1);
    let middle = zipped.len() - 12;
    zipped[middle] ^= 0xff;
    let (_, anomalies) = read_all(Cursor::new(zipped));
    assert_eq!(anomalies.count(AnomalyKind::CaptureDamaged), 1, "{anomalies:?}");
}

#[test]
fn a_cut_file_gives_what_is_whole_and_says_where_it_ends() {
    let bytes = pcap(1, [&b"first"[..], b"second"]);
    let second = 24 + 16 + 5;
    for end in 24..bytes.len() {
        let (packets, anomalies) = read_all(Drip(Cursor::new(bytes[..end].to_vec())));
        assert_eq!(packets.len(), usize::from(end >= second), "cut at {end}");
        let whole = end == 24 || end == second;
        assert_eq!(anomalies.count(AnomalyKind::CaptureTruncated), u64::from(!whole), "cut at {end}");
    }
    let (_, anomalies) = read_all(Cursor::new(bytes[..bytes.len() - 2].to_vec()));
    assert_eq!(kinds(&anomalies), [("capture-truncated", 1, Some(1))]);
    assert_eq!(detail(&anomalies), "the record at byte 45 behind packet 1 needs 22 bytes, 20 are there");
}

#[test]
fn a_cut_pcapng_gives_what_is_whole() {
    let mut file = Pcapng::default();
    file.section();
    file.interface(1, 0, None, None);
    file.enhanced(0, 1, 5, b"first");
    let first = file.bytes.len();
    file.block(10, &[0; 100]); // secrets
    file.enhanced(0, 2, 6, b"second");
    for end in 28..file.bytes.len() {
        let (packets, anomalies) = read_all(Cursor::new(file.bytes[..end].to_vec()));
        assert_eq!(packets.len(), usize::from(end >= first), "cut at {end}");
        let whole = [28, 48, first, first + 112].contains(&end);
        assert_eq!(anomalies.total(), u64::from(!whole), "cut at {end}: {anomalies:?}");
        assert_eq!(anomalies.count(AnomalyKind::CaptureTruncated), u64::from(!whole), "cut at {end}");
    }
}

#[test]
fn damage_is_noted_and_what_can_be_read_behind_it_is_read() {
    let mut file = Pcapng::default();
    file.section();
    file.interface(1, 0, None, None);
    file.enhanced(0, 1, 1, b"a");
    let at = file.bytes.len();
    file.enhanced(0, 2, 1, b"b");
    file.enhanced(0, 3, 1, b"c");
    let mut inner = file.clone();
    inner.bytes[at + 20] = 200; // captured length beyond the block
    let (packets, anomalies) = read_all(Cursor::new(inner.bytes));
    assert_eq!(packets.iter().map(|p| p.number).collect::<Vec<_>>(), [1, 3]);
    assert_eq!(kinds(&anomalies), [("capture-damaged", 1, Some(1))]);

    for (offset, message) in [
        (at + 4, "at byte 84 behind packet 1: a block begins with a length of 32 and ends with one of 98"),
        (at + 7, "a block of type 0x6 with a length of"),
    ] {
        let mut outer = file.clone();
        outer.bytes[offset] = 32;
        if offset == at + 7 {
            outer.bytes[at + 4] = 3;
        }
        let (packets, anomalies) = read_all(Cursor::new(outer.bytes));
        assert_eq!((packets.len(), kinds(&anomalies)), (1, vec![("capture-damaged", 1, Some(1))]));
        assert!(detail(&anomalies).contains(message), "{}", detail(&anomalies));
    }

    let mut classic = pcap(1, [&b"first"[..], b"second"]);
    classic[45 + 11] = 0x40;
    let (packets, anomalies) = read_all(Cursor::new(classic));
    assert_eq!((packets.len(), kinds(&anomalies)), (1, vec![("capture-damaged", 1, Some(1))]));
}

#[test]
fn a_long_block_of_no_interest_is_passed_without_memory() {
    let mut file = Pcapng::default();
    file.section();
    file.interface(1, 0, None, None);
    file.block(11, &vec![7; 20 << 20]);
    file.enhanced(0, 1, 1, b"a");
    let (packets, anomalies) = read_all(Cursor::new(file.bytes));
    assert_eq!((packets.len(), kinds(&anomalies)), (1, vec![]));
}

/// A Decryption Secrets Block of this type, with a length that may be another than that of its secrets.
fn secrets(kind: u32, length: usize, text: &[u8]) -> Vec<u8> {
    let mut block = [&kind.to_le_bytes()[..], &(length as u32).to_le_bytes(), text].concat();
    block.resize(block.len().next_multiple_of(4), 0);
    block
}

#[test]
fn secrets_come_before_the_packet_behind_them() {
    let mut file = Pcapng::default();
    file.section();
    file.interface(1, 0, None, None);
    file.enhanced(0, 1, 1, b"a");
    file.block(10, &secrets(0x544c_534b, 5, b"first"));
    file.block(10, &secrets(0x5747_4b4c, 5, b"other"));
    file.block(10, &secrets(0x544c_534b, 6, b"second"));
    file.enhanced(0, 1, 1, b"b");
    file.block(10, &secrets(0x544c_534b, 500, b"too short"));
    file.enhanced(0, 1, 1, b"c");
    let mut reader = super::fixture::reader(Cursor::new(file.bytes));
    let (mut anomalies, mut told) = (Anomalies::default(), Vec::new());
    loop {
        let mut secrets = Vec::new();
        let Some(packet) = reader.next_with(&mut anomalies, |bytes| secrets.extend_from_slice(bytes)) else { break };
        told.push((packet.data.to_vec(), String::from_utf8_lossy(&secrets).into_owned()));
    }
    let text = |text: &str| text.to_owned();
    assert_eq!(told[..2], [(b"a".to_vec(), text("")), (b"b".to_vec(), text("first\nsecond\n"))]);
    assert!(told[2].1.starts_with("too short"), "what is there is given out: {told:?}");
    assert_eq!(kinds(&anomalies), [("capture-damaged", 1, Some(2))]);
}

/// An Interface Statistics Block: interface, and options with a number each.
fn statistics(file: &Pcapng, interface: u32, options: &[(u16, u64)]) -> Vec<u8> {
    let mut block = [file.u32(interface), file.u32(0), file.u32(0)].concat();
    for (code, value) in options {
        block.extend([file.u16(*code), file.u16(8)].concat());
        block.extend(if file.big { value.to_be_bytes() } else { value.to_le_bytes() });
    }
    block
}

#[test]
fn what_the_recorder_dropped_is_told_once() {
    for big in [false, true] {
        let mut file = Pcapng { big, ..Pcapng::default() };
        file.section();
        file.interface(1, 0, None, None);
        file.interface(1, 0, None, None);
        file.block(5, &statistics(&file, 0, &[(4, 900), (5, 0), (7, 0)]));
        file.enhanced(0, 1, 3, b"one");
        // By the interface and by the system; the same again, and more of it.
        file.block(5, &statistics(&file, 0, &[(4, 900), (5, 2), (7, 5)]));
        file.block(5, &statistics(&file, 0, &[(5, 2), (7, 5)]));
        file.block(5, &statistics(&file, 0, &[(7, 9), (5, 2), (0, 0), (7, 1000)]));
        file.block(5, &statistics(&file, 1, &[(7, 100)]));
        // One that nobody described.
        file.block(5, &statistics(&file, u32::MAX, &[(7, 1000)]));
        let mut wrong = statistics(&file, 0, &[(7, 20_000)]);
        wrong.truncate(16);
        file.block(5, &wrong);
        file.enhanced(0, 1, 3, b"two");
        let (seen, anomalies) = read_all(Cursor::new(file.bytes));
        assert_eq!(seen.len(), 2);
        assert_eq!(kinds(&anomalies), [("packets-dropped", 11 + 100 + 1000, Some(1))], "{anomalies:?}");
    }
    // Where nothing was dropped nothing is said, nor of a block without numbers.
    let mut file = Pcapng::default();
    file.section();
    file.interface(1, 0, None, None);
    file.block(5, &statistics(&file, 0, &[(4, 900), (5, 0), (7, 0)]));
    let (_, anomalies) = read_all(Cursor::new(file.bytes.clone()));
    assert!(anomalies.is_empty(), "{anomalies:?}");
    // The length at its end stands where the interface would.
    file.block(5, &[]);
    let (_, anomalies) = read_all(Cursor::new(file.bytes));
    assert!(anomalies.is_empty(), "{anomalies:?}");
}

#[test]
fn beginnings_that_cannot_be_read_say_why() {
    let header = PcapVariant::USUAL.header(1);
    let mut odd_version = header.clone();
    odd_version[4] = 9;
    let mut section = Pcapng::default();
    section.section();
    let mut odd_magic = section.bytes.clone();
    odd_magic[8] = 0;
    for (bytes, message) in [
        (header[..20].to_vec(), "the pcap file header at byte 0 needs 24 bytes, 20 are there"),
        (odd_version, "version 9.4 where 2.x was expected"),
        (section.bytes[..27].to_vec(), "the pcapng section header at byte 0 needs 28 bytes, 27 are there"),
        (odd_magic, "byte-order magic [00, 3c, 2b, 1a] where"),
    ] {
        let error = open(Box::new(Cursor::new(bytes))).err().expect("it is refused");
        assert!(error.to_string().contains(message), "{error}");
    }
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::Error::from_raw_os_error(5))
        }
    }
    assert!(matches!(open(Box::new(Broken)), Err(CaptureError::Io { .. })));
    let mut reader = super::fixture::reader(Cursor::new(header).chain(Broken));
    assert!(reader.next(&mut Anomalies::default()).is_none());
    assert!(reader.failure().is_some());
}

#[test]
fn other_bytes_are_given_back_whole() {
    for text in ["", "GET", "GET / HTTP/1.1\r\n\r\n"] {
        let Ok(Opened::Other(mut rest)) = open(Box::new(Drip(Cursor::new(text)))) else { panic!("no capture") };
        let mut back = String::new();
        rest.read_to_string(&mut back).expect("memory");
        assert_eq!(back, text);
    }
}

fn packet() -> impl Strategy<Value = (u32, u32, u16, Vec<u8>)> {
    (any::<u32>(), 0..1_000_000_u32, any::<u16>(), vec(any::<u8>(), 0..80))
}

proptest! {
    #[test]
    fn any_bytes_never_panic(start in 0..4_usize, bytes in vec(any::<u8>(), 0..400)) {
        let mut section = Pcapng::default();
        section.section();
        section.interface(1, 0, None, None);
        let mut file = match start {
            0 => Vec::new(),
            1 => PcapVariant::USUAL.header(1),
            2 => section.bytes,
            _ => vec![0x1f, 0x8b, 8, 0],
        };
        file.extend(bytes);
        if let Ok(Opened::Packets(mut reader)) = open(Box::new(Cursor::new(file))) {
            let mut anomalies = Anomalies::default();
            while let Some(packet) = reader.next(&mut anomalies) {
                prop_assert!(packet.data.len() <= packet.wire_length as usize);
            }
        }
    }

    #[test]
    fn one_wrong_byte_never_panics(at in 0..400_usize, value: u8, big: bool) {
        let mut file = Pcapng { big, ..Pcapng::default() };
        file.section();
        file.interface(1, 0, Some(6), Some(1));
        for data in [&b"abc"[..], b"defg", b""] {
            file.enhanced(0, 1, 5, data);
            file.simple(5, data);
            file.obsolete(0, 1, 5, data);
        }
        let at = at % file.bytes.len();
        file.bytes[at] = value;
        if let Ok(Opened::Packets(mut reader)) = open(Box::new(Cursor::new(file.bytes))) {
            let mut anomalies = Anomalies::default();
            let mut most = 0;
            while reader.next(&mut anomalies).is_some() {
                most += 1;
            }
            prop_assert!(most <= 9);
        }
    }

    #[test]
    fn written_pcap_reads_back(packets in vec(packet(), 0..20), big: bool, nanoseconds: bool, drip: bool) {
        let variant = PcapVariant { big, nanoseconds, modified: false };
        let (mut file, mut expected) = (variant.header(101), Vec::new());
        for (index, (seconds, fraction, more, data)) in packets.iter().enumerate() {
            let wire_length = data.len() as u32 + u32::from(*more);
            variant.record(&mut file, *seconds, *fraction, wire_length, data);
            let unit = if nanoseconds { 1 } else { 1000 };
            let time = u64::from(*seconds) * 1_000_000_000 + u64::from(*fraction) * unit;
            expected.push(seen(index as u64 + 1, time, 101, wire_length, data));
        }
        let file = Cursor::new(file);
        let (read, anomalies) = if drip { read_all(Drip(file)) } else { read_all(file) };
        prop_assert_eq!(read, expected);
        prop_assert!(anomalies.is_empty());
    }

    #[test]
    fn written_pcapng_reads_back(packets in vec((packet(), 0..3_u32), 0..20), big: bool, drip: bool) {
        let mut file = Pcapng { big, ..Pcapng::default() };
        let mut expected = Vec::new();
        file.section();
        for (link, resolution) in [(1, None), (113, Some(9)), (276, Some(0x80))] {
            file.interface(link, 0, resolution, None);
        }
        for (index, ((ticks, _, more, data), interface)) in packets.iter().enumerate() {
            let wire_length = data.len() as u32 + u32::from(*more);
            file.enhanced(*interface, u64::from(*ticks), wire_length, data);
            let (unit, link) = [(1000, 1), (1, 113), (1_000_000_000, 276)][*interface as usize];
            expected.push(seen(index as u64 + 1, u64::from(*ticks) * unit, link, wire_length, data));
        }
        let bytes = Cursor::new(file.bytes);
        let (read, anomalies) = if drip { read_all(Drip(bytes)) } else { read_all(bytes) };
        prop_assert_eq!(read, expected);
        prop_assert!(anomalies.is_empty());
    }
}
