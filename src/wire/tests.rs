//! Packets as hex: every link type and tunnel, cut and contradictory ones, and any bytes.

use proptest::collection::vec;
use proptest::prelude::*;

use super::{Decoded, Segment, segment};
use crate::capture::{LinkType, Packet, PacketAt};

/// `10.0.1.5:49152 > 10.0.2.7:8080`, sequence number 100, acknowledgement 200, PSH and ACK, `GET /`.
pub(super) const TCP: &str = "c000 1f90 00000064 000000c8 5018 ffff 0000 0000 474554202f";
pub(super) const IPV4: &str = "45 00 002d 0001 4000 40 06 0000 0a000105 0a000207";
pub(super) const IPV6: &str = "60000000 0019 06 40 20010db8000000000000000000000001 20010db8000000000000000000000002";
pub(super) const ETHERNET: &str = "020000000002 020000000001";

pub(super) fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<u8> = hex.bytes().filter(|b| !b.is_ascii_whitespace()).collect();
    digits.chunks(2).map(|two| u8::from_str_radix(std::str::from_utf8(two).expect("ASCII"), 16).expect("hex")).collect()
}

pub(super) fn packet(link: u16, data: &[u8], wire_length: usize) -> Packet<'_> {
    Packet { at: PacketAt::default(), link: LinkType(link), data, wire_length: wire_length as u32 }
}

pub(super) fn decode(link: u16, data: &[u8]) -> Decoded<'_> {
    segment(&packet(link, data, data.len()))
}

/// One line that says everything about the answer.
pub(super) fn said(decoded: &Decoded<'_>) -> String {
    match decoded {
        Decoded::Tcp(s) => {
            let Segment { src, dst, tunnel, mark: _, seq, ack, flags, payload, wire_length } = s;
            let mut set = String::new();
            for (letter, is) in [('S', flags.syn), ('A', flags.ack), ('F', flags.fin), ('R', flags.rst)] {
                set.extend(is.then_some(letter));
            }
            let text = String::from_utf8_lossy(payload);
            format!("{src} > {dst} tunnel {tunnel} seq {seq} ack {ack} {set} {text:?} of {wire_length}")
        }
        Decoded::Undecodable(error) => format!("{error}"),
        Decoded::UnsupportedLink(link) => format!("link type {}", link.0),
        Decoded::Fragment(_) => "fragment".to_owned(),
        Decoded::Other(what) => format!("other: {what}"),
        Decoded::Unread(what) => format!("unread: {what}"),
    }
}

pub(super) const V4: &str = r#"10.0.1.5:49152 > 10.0.2.7:8080 tunnel 0 seq 100 ack 200 A "GET /" of 5"#;
pub(super) const V6: &str = r#"[2001:db8::1]:49152 > [2001:db8::2]:8080 tunnel 0 seq 100 ack 200 A "GET /" of 5"#;

#[test]
fn every_link_type_leads_to_the_segment() {
    let sll = "0000 0001 0006 020000000001 0000";
    for (link, prefix, inner, expected) in [
        (1, format!("{ETHERNET} 0800"), IPV4, V4),
        (1, format!("{ETHERNET} 86dd"), IPV6, V6),
        (1, format!("{ETHERNET} 8100 0007 0800"), IPV4, V4),
        (1, format!("{ETHERNET} 88a8 0007 8100 0008 86dd"), IPV6, V6),
        (1, format!("{ETHERNET} 9100 0007 8100 0008 8100 0009 0800"), IPV4, V4),
        (1, format!("{ETHERNET} 0035 aaaa03 000000 0800"), IPV4, V4),
        (12, String::new(), IPV4, V4),
        (14, String::new(), IPV6, V6),
        (101, String::new(), IPV4, V4),
        (101, String::new(), IPV6, V6),
        (228, String::new(), IPV4, V4),
        (229, String::new(), IPV6, V6),
        (0, "02000000".to_owned(), IPV4, V4),
        (0, "00000002".to_owned(), IPV4, V4),
        (0, "1e000000".to_owned(), IPV6, V6),
        (108, "00000002".to_owned(), IPV4, V4),
        (108, "0000001c".to_owned(), IPV6, V6),
        (113, format!("{sll} 0800"), IPV4, V4),
        (113, format!("{sll} 8100 0007 86dd"), IPV6, V6),
        (276, "0800 0000 00000003 0001 04 06 0200000000010000".to_owned(), IPV4, V4),
        (276, "86dd 0000 00000003 0304 00 06 0000000000000000".to_owned(), IPV6, V6),
    ] {
        let whole = bytes(&format!("{prefix} {inner} {TCP}"));
        assert_eq!(said(&decode(link, &whole)), expected, "link type {link}, prefix {prefix}");
        // Padding to the shortest Ethernet frame is no payload.
        let padded = [whole.as_slice(), &[0; 9]].concat();
        assert_eq!(said(&decode(link, &padded)), expected, "padded, link type {link}, prefix {prefix}");
    }
}

#[test]
fn ip_with_options_extensions_and_unset_lengths() {
    let address = "20010db8000000000000000000000001 20010db8000000000000000000000002";
    for (ip, expected) in [
        ("46 00 0031 0001 4000 40 06 0000 0a000105 0a000207 01010101".to_owned(), V4),
        // Segmentation offload leaves the length to the network card.
        ("45 00 0000 0001 4000 40 06 0000 0a000105 0a000207".to_owned(), V4),
        (format!("60000000 0000 06 40 {address}"), V6),
        (format!("60000000 0021 00 40 {address} 06 00 010400000000"), V6),
        (format!("60000000 0029 3c 40 {address} 2b 00 010400000000 06 00 000000000000"), V6),
        // A fragment header of a packet that is whole.
        (format!("60000000 0021 2c 40 {address} 06 00 0000 00000001"), V6),
        // Authentication header.
        (format!("60000000 0025 33 40 {address} 06 01 0000 00000001 00000001"), V6),
        ("45 00 0039 0001 4000 40 33 0000 0a000105 0a000207 06 01 0000 00000001 00000001".to_owned(), V4),
    ] {
        assert_eq!(said(&decode(101, &bytes(&format!("{ip} {TCP}")))), expected, "{ip}");
    }
}

#[test]
fn a_snap_length_cuts_the_payload_and_not_the_length() {
    for (link, prefix, inner, whole) in
        [(1, format!("{ETHERNET} 0800"), IPV4, V4), (1, format!("{ETHERNET} 86dd"), IPV6, V6), (101, String::new(), IPV4, V4)]
    {
        let data = bytes(&format!("{prefix} {inner} {TCP}"));
        let headers = data.len() - 5;
        for length in 0..=data.len() {
            let said = said(&segment(&packet(link, &data[..length], data.len())));
            match length.checked_sub(headers) {
                Some(payload) => assert_eq!(said, whole.replace("GET /", &"GET /"[..payload])),
                None => assert!(said.contains("by the captured length"), "{length}: {said}"),
            }
        }
    }
    // Cut within the options of TCP: the segment is known, its payload is not there.
    let options = bytes(&format!("{} c000 1f90 00000064 000000c8 8010 ffff 0000 0000 01010101", IPV4.replace("002d", "0039")));
    let decoded = segment(&packet(101, &options, 57));
    assert_eq!(said(&decoded), V4.replace("GET /", ""));
}

#[test]
fn contradictions_say_where_and_which_field() {
    let tcp_at = |offset: &str, replaced: &str| format!("{IPV4} {}", TCP.replacen(offset, replaced, 1));
    for (link, hex, expected) in [
        (101, String::new(), "IP header at byte 0 needs 1 bytes, 0 are there by the captured length"),
        (101, "35".to_owned(), "IP header at byte 0 has version 3 where 4 or 6 was expected"),
        (
            101,
            format!("{} {TCP}", IPV4.replace("45 ", "43 ")),
            "IP header at byte 0 has header length 3 where 5 or more was expected",
        ),
        (
            101,
            format!("{} {TCP}", IPV4.replace("002d", "0010")),
            "IP packet at byte 0 needs 20 bytes, 16 are there by the IPv4 total length",
        ),
        (
            101,
            format!("{} {TCP}", IPV4.replace("002d", "001e")),
            "TCP header at byte 20 needs 20 bytes, 10 are there by the IPv4 total length",
        ),
        (101, tcp_at("5018", "4018"), "TCP header at byte 20 has data offset 4 where 5 or more was expected"),
        (101, tcp_at("5018", "f018"), "TCP header at byte 20 needs 60 bytes, 25 are there by the IPv4 total length"),
        (1, format!("{ETHERNET} 08"), "Ethernet header at byte 0 needs 14 bytes, 13 are there by the captured length"),
        (1, format!("{ETHERNET} 8100 00"), "VLAN tag at byte 14 needs 4 bytes, 1 are there by the captured length"),
        (
            1,
            format!("{ETHERNET} 8100 {}", "0007 8100".repeat(9)),
            "VLAN tag at byte 46 has EtherType 33024 where at most 8 tags was expected",
        ),
        (113, "0000".to_owned(), "Linux cooked header at byte 0 needs 16 bytes, 2 are there by the captured length"),
        (276, "0800".to_owned(), "Linux cooked header v2 at byte 0 needs 20 bytes, 2 are there by the captured length"),
        (
            101,
            IPV6.replace("0019 06", "0019 00"),
            "IP extension header at byte 40 needs 8 bytes, 0 are there by the captured length",
        ),
        (101, format!("{} 00000000 00000000", IPV6.replace("0019 06", "0010 3c")), "hop-by-hop options only at the start"),
    ] {
        let data = bytes(&hex);
        let said = said(&decode(link, &data));
        assert!(said.contains(expected), "{hex}: {said}");
    }
}

#[test]
fn what_is_no_tcp_says_what_it_is() {
    let protocol = |number: &str| format!("{} {TCP}", IPV4.replace("40 06", &format!("40 {number}")));
    let fragment = |field: &str| format!("{} {TCP}", IPV4.replace("4000", field));
    let after_fragment =
        "60000000 0010 2c 40 20010db8000000000000000000000001 20010db8000000000000000000000002 3c 00 0008 00000001";
    for (link, hex, expected) in [
        (1, format!("{ETHERNET} 0806 0001"), "other: ARP"),
        (1, format!("{ETHERNET} 88cc 0001"), "other: another EtherType"),
        (1, format!("{ETHERNET} 0010 4242 03"), "other: 802.2"),
        (1, format!("{ETHERNET} 8863 1109"), "other: PPPoE discovery"),
        (1, format!("{ETHERNET} 88e5 0c00 00000001"), "unread: encrypted MACsec"),
        (0, "07000000 00".to_owned(), "other: a loopback packet of another family"),
        (101, protocol("01"), "other: ICMP"),
        (101, protocol("73"), "unread: L2TP over IP"),
        (101, protocol("32"), "unread: ESP"),
        (101, protocol("84"), "other: another IP protocol"),
        (101, fragment("2000"), "fragment"),
        (101, fragment("0001"), "fragment"),
        (101, format!("{after_fragment} ffff"), "fragment"),
        (147, "00".to_owned(), "link type 147"),
    ] {
        assert_eq!(said(&decode(link, &bytes(&hex))), expected, "{hex}");
    }
}

const LINKS: [u16; 26] =
    [0, 1, 7, 9, 10, 12, 14, 50, 51, 101, 104, 105, 108, 109, 113, 117, 127, 129, 192, 204, 226, 228, 229, 239, 258, 65_535];

proptest! {
    #[test]
    fn any_bytes_never_panic(link in 0..LINKS.len(), data in vec(any::<u8>(), 0..200), more: u16) {
        let decoded = segment(&packet(LINKS[link], &data, data.len() + usize::from(more)));
        if let Decoded::Tcp(segment) = decoded {
            prop_assert!(segment.payload.len() <= segment.wire_length as usize);
        }
    }

    /// Plain packets with any bytes changed go the short way and the long way to the same answer.
    #[test]
    fn the_short_way_is_the_long_way(
        six: bool,
        cut in 0..80_usize,
        changes in vec((0..80_usize, any::<u8>()), 0..3),
    ) {
        let (kind, ip) = if six { ("86dd", IPV6) } else { ("0800", IPV4) };
        let mut frame = bytes(&format!("{ETHERNET} {kind} {ip} {TCP}"));
        let whole = frame.len();
        for (at, value) in changes {
            if let Some(byte) = frame.get_mut(at) {
                *byte = value;
            }
        }
        frame.truncate(whole.saturating_sub(cut % 12));
        if let Some(short) = super::quick::ipv4(&frame).or_else(|| super::quick::ipv6(&frame)) {
            let long = super::decoded::slowly(&packet(1, &frame, whole), &crate::wire::Limits::default());
            prop_assert_eq!(said(&Decoded::Tcp(short)), said(&long));
        }
    }
}
