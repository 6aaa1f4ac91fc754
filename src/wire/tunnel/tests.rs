//! Tunnels as hex: each of them, in one another, cut, and what is none.

use crate::wire::network::Network;
use crate::wire::tests::{ETHERNET, IPV4, IPV6, TCP, V4, V6, bytes, decode, packet, said};
use crate::wire::{Limits, segment, segment_within};

/// An IPv4 packet between tunnel ends with this protocol.
fn outer(protocol: &str, content: &str) -> String {
    let length = bytes(content).len() + 20;
    format!("45 00 {length:04x} 0001 0000 40 {protocol} 0000 c0a80001 c0a80002 {content}")
}

/// A UDP datagram within one.
fn datagram(port: &str, content: &str) -> String {
    outer("11", &format!("d431 {port} {:04x} 0000 {content}", bytes(content).len() + 8))
}

fn vxlan(network: &str, frame: &str) -> String {
    datagram("12b5", &format!("08000000 {network} 00 {frame}"))
}

fn geneve(network: &str, kind: &str, content: &str) -> String {
    datagram("17c1", &format!("0000 {kind} {network} 00 {content}"))
}

fn gre(header: &str, content: &str) -> String {
    outer("2f", &format!("{header} {content}"))
}

/// What is inside: an IPv4 packet, an IPv6 packet, a frame.
fn inside() -> (String, String, String) {
    (format!("{IPV4} {TCP}"), format!("{IPV6} {TCP}"), format!("{ETHERNET} 0800 {IPV4} {TCP}"))
}

fn in_network(said: &str, network: u32) -> String {
    said.replace("tunnel 0", &format!("tunnel {network}"))
}

/// Each prefix of a packet says what is too short, or gives the segment with what there is of its payload.
fn holds_when_cut(link: u16, hex: &str, whole: &str) {
    let data = bytes(hex);
    for length in 0..data.len() {
        let said = said(&segment(&packet(link, &data[..length], data.len())));
        let cut = (0..=5).any(|payload| said == whole.replace("GET /", &"GET /"[..payload]));
        assert!(
            cut || said.contains(" needs ") || said.contains(" where ") || said.starts_with("other: "),
            "{length} of {hex}: {said}"
        );
    }
}

#[test]
fn networks_are_part_of_a_flow() {
    let (v4, v6, frame) = inside();
    let nested = |networks: [Network; 2]| networks.iter().fold(0, |outer, network| network.within(outer));
    for (hex, expected) in [
        (vxlan("00002a", &frame), in_network(V4, 43)),
        (vxlan("ffffff", &frame), in_network(V4, 0x100_0000)),
        (vxlan("000000", &frame), in_network(V4, 1)),
        (vxlan("000001", &format!("{ETHERNET} 0800 {}", vxlan("000002", &frame))), {
            in_network(V4, nested([Network::Vxlan(1), Network::Vxlan(2)]))
        }),
        // Reserved bits do not matter, the flag does.
        (vxlan("00002a", &frame).replace("08000000", "88ffffff"), in_network(V4, 43)),
        (vxlan("00002a", &frame).replace("08000000", "00000000"), "other: UDP".to_owned()),
        // The port that flannel uses, where everything is as it should be.
        (datagram("2118", &format!("08000000 00002a 00 {frame}")), in_network(V4, 43)),
        (datagram("2118", &format!("08000001 00002a 00 {frame}")), "other: UDP".to_owned()),
        (datagram("2118", "08000000 00002a 00 00"), "other: UDP".to_owned()),
        // The extension, with and without a next protocol.
        (datagram("12b6", &format!("08000000 00002a 00 {frame}")), in_network(V4, 43)),
        (datagram("12b6", &format!("0c000001 00002a 00 {v4}")), in_network(V4, 43)),
        (datagram("12b6", &format!("0c000002 00002a 00 {v6}")), in_network(V6, 43)),
        (datagram("12b6", &format!("0c000003 00002a 00 {frame}")), in_network(V4, 43)),
        (datagram("12b6", &format!("0c000004 00002a 00 0002 01 01 00000101 {v4}")), in_network(V4, 43)),
        (datagram("12b6", &format!("0c000005 00002a 00 00012140 {v4}")), in_network(V4, 43)),
        (datagram("12b6", &format!("0d000001 00002a 00 {v4}")), "other: UDP".to_owned()),
        // GENEVE with IP, with a frame, and with the options of a Gateway Load Balancer.
        (geneve("00002a", "0800", &v4), in_network(V4, Network::Geneve(42).within(0))),
        (geneve("000000", "86dd", &v6), in_network(V6, Network::Geneve(0).within(0))),
        (geneve("00002a", "6558", &frame), in_network(V4, Network::Geneve(42).within(0))),
        (
            datagram(
                "17c1",
                &format!(
                    "0800 0800 000000 00 0108 01 02 {} 0108 02 02 {} 0108 03 01 00000001 {v4}",
                    "00".repeat(8),
                    "11".repeat(8)
                ),
            ),
            in_network(V4, Network::Geneve(0).within(0)),
        ),
        (datagram("17c1", &format!("0080 0800 000000 00 {v4}")), "other: GENEVE control".to_owned()),
        (datagram("17c1", "4000 0800 000000 00"), "GENEVE header at byte 28 has version 1 where 0 was expected".to_owned()),
        // One in the other.
        (vxlan("000001", &format!("{ETHERNET} 0800 {}", geneve("000002", "0800", &v4))), {
            in_network(V4, nested([Network::Vxlan(1), Network::Geneve(2)]))
        }),
        // NVGRE: the subnet is the upper part of the key.
        (gre("2000 6558 00002a07", &frame), in_network(V4, Network::Nvgre(42).within(0))),
        (datagram("0035", &frame), "other: UDP".to_owned()),
    ] {
        assert_eq!(said(&decode(101, &bytes(&hex))), expected, "{hex}");
    }
    holds_when_cut(101, &geneve("00002a", "6558", &frame), &in_network(V4, Network::Geneve(42).within(0)));
    holds_when_cut(101, &vxlan("00002a", &frame), &in_network(V4, 43));
}

#[test]
fn tunnels_without_a_network_change_nothing() {
    let (v4, v6, frame) = inside();
    let wlan =
        |control: &str, more: &str| format!("{control} 0000 {0} {0} {0} 0010 {more} aaaa03 000000 0800 {v4}", "020000000001");
    for (hex, expected) in [
        (outer("04", &v4), V4),
        (outer("29", &v6), V6),
        (outer("61", &format!("3000 {frame}")), V4),
        (outer("89", &format!("00012140 {v4}")), V4),
        (gre("0000 0800", &v4), V4),
        (gre("b000 86dd 12340000 0000002a 00000001", &v6), V6),
        (gre("0000 6558", &frame), V4),
        (gre("0000 8847", &format!("00010040 00012140 {v4}")), V4),
        (gre("0000 88be", &frame), V4),
        (gre("1000 88be 00000001", &format!("10000014 00000001 {frame}")), V4),
        (gre("1000 22eb 00000001", &format!("20000014 00000001 00000000 {frame}")), V4),
        (gre("1000 22eb 00000001", &format!("20000014 00000001 00000801 0000000000000000 {v4}")), V4),
        (gre("3081 880b 000f 002a 00000001 00000001", &format!("ff03 0021 {v4}")), V4),
        (gre("0000 8200", &wlan("8801", "0000")), V4),
        (gre("0000 8200", &wlan("0800", "")), V4),
        (gre("4000 0800", &v4), "unread: GRE with a route (RFC 1701)"),
        (gre("2081 880b 0000 002a 00000001", ""), "other: PPTP"),
        (gre("0000 8200", &wlan("4800", "")), "other: 802.11 without data"),
        (gre("0000 8200", &wlan("0840", "ffff")), "unread: encrypted 802.11"),
        (datagram("0868", &format!("30ff 002d 00000001 {v4}")), V4),
        (datagram("0868", &format!("34ff 0035 00000001 0001 00 85 01 000000 {v4}")), V4),
        (datagram("0868", &format!("3001 0000 00000001 {v4}")), "other: GTP"),
        (datagram("06a5", &format!("0002 0001 0001 0021 {v4}")), V4),
        (datagram("06a5", &format!("4a02 0049 0001 0001 0001 0001 0002 ffff ff03 21 {v4}")), V4),
        (datagram("06a5", "c802 000c 0001 0000 0000 0000"), "other: L2TP control"),
        (datagram("06a5", "0003 00000001"), "unread: L2TP version 3"),
    ] {
        assert_eq!(said(&decode(101, &bytes(&hex))), expected, "{hex}");
    }
    for (hex, expected) in [
        (format!("8847 00012140 {v4}"), V4),
        (format!("8847 00012140 {v6}"), V6),
        // A pseudowire with and without a control word, and with an address that begins as IP does.
        (format!("8847 00012140 00000000 {frame}"), V4),
        (format!("8847 00012140 {frame}"), V4),
        (format!("8848 00012140 43{}", &frame[2..]), V4),
        (format!("8864 1100 0001 002f 0021 {v4}"), V4),
        (format!("8864 1100 0001 0043 0057 {v6}"), V6),
        ("8864 1100 0001 0004 c021 0101".to_owned(), "other: PPP"),
        ("8864 1109 0000 0000".to_owned(), "other: PPPoE discovery"),
        (format!("88e5 2000 00000001 0200000000010001 0800 {v4} {}", "00".repeat(16)), V4),
        (format!("88e5 0000 00000001 0800 {v4} {}", "00".repeat(16)), V4),
        (format!("88e7 00000001 {frame}"), V4),
        (format!("894f 0002 0101 00000101 {v4}"), V4),
        ("894f 0000 0101".to_owned(), "network service header at byte 14 has length 0 where 2 or more was expected"),
    ] {
        let hex = format!("{ETHERNET} {hex}");
        assert_eq!(said(&decode(1, &bytes(&hex))), expected, "{hex}");
        if expected == V4 {
            holds_when_cut(1, &hex, expected);
        }
    }
}

#[test]
fn link_types_that_wrap_a_packet() {
    let (v4, v6, frame) = inside();
    for (link, hex, expected) in [
        (7, format!("0102 f0 {v4}"), V4),
        (129, format!("0102 0000 d4 00 0001 {v4}"), V4),
        (129, format!("0102 0000 d4 01 0001 {v4}"), "unread: ARCnet packets in parts"),
        (9, format!("ff03 0021 {v4}"), V4),
        (50, format!("0f00 86dd {v6}"), V6),
        (104, format!("8f00 0800 {v4}"), V4),
        (51, format!("1100 0001 002f 0021 {v4}"), V4),
        (204, format!("01 ff03 0021 {v4}"), V4),
        (10, format!("50 {ETHERNET} aaaa03 000000 0800 {v4}"), V4),
        (105, format!("0800 0000 {ETHERNET} 020000000003 0010 aaaa03 000000 86dd {v6}"), V6),
        (127, format!("0000 0a00 00000000 0000 0800 0000 {ETHERNET} 020000000003 0010 aaaa03 000000 0800 {v4}"), V4),
        (109, format!("02000000 00000001 00000000 {v4}"), V4),
        (117, format!("0d {} {v4}", "00".repeat(15)), V4),
        (192, format!("0000 0800 01000000 {frame}"), V4),
        (226, format!("{} {v4}", "00".repeat(24)), V4),
        (239, format!("0200 002a 0800 0100 00000003 0500 0a00 00 000000 3100 0900 {v4}"), V4),
        (239, format!("0200 002a 0008 0001 00000003 0031 0009 {v4}"), V4),
        (239, "0200 002a 0800 0100 00000003".to_owned(), "other: NFLOG without a packet"),
        (258, format!("10000000 01000000 01000000 00000000 {frame}"), V4),
        (258, "10000000 00000000 01000000 00000000".to_owned(), "other: PKTAP without a packet"),
    ] {
        assert_eq!(said(&decode(link, &bytes(&hex))), expected, "link type {link}: {hex}");
        if expected == V4 {
            holds_when_cut(link, &hex, expected);
        }
    }
}

#[test]
fn how_deep_is_looked_can_be_moved() {
    let data = bytes(&(0..9).fold(inside().0, |inner, _| outer("04", &inner)));
    let within = |tunnels| said(&segment_within(&packet(101, &data, data.len()), &Limits { tunnels, ..Limits::default() }));
    assert_eq!((within(9), within(usize::MAX)), (V4.to_owned(), V4.to_owned()));
    for (tunnels, place) in [(8, "byte 180 lies in 8 tunnels"), (0, "byte 20 lies in 0 tunnels")] {
        assert!(within(tunnels).contains(place), "{}", within(tunnels));
    }
    // Whatever is asked for, the stack is enough.
    let deep = bytes(&(0..3000).fold(inside().0, |inner, _| outer("04", &inner)));
    let end = said(&segment_within(&packet(101, &deep, deep.len()), &Limits { tunnels: 5000, ..Limits::default() }));
    assert!(end.contains(" lies in 64 tunnels"), "{end}");
}

#[test]
fn nesting_has_an_end() {
    let (v4, _, frame) = inside();
    for (link, nested) in [
        (101, (0..9).fold(v4.clone(), |inner, _| outer("04", &inner))),
        (101, (0..9).fold(v4.clone(), |inner, _| gre("0000 0800", &inner))),
        (101, (0..9).fold(v4, |inner, _| vxlan("000001", &format!("{ETHERNET} 0800 {inner}")))),
        (1, (0..9).fold(frame, |inner, _| format!("{ETHERNET} 88e7 00000001 {inner}"))),
        (192, "0000 0800 c0000000".repeat(9)),
        (258, "0c000000 01000000 02010000".repeat(9)),
        (1, format!("{ETHERNET} 894f {}", "0002 0104 00000101".repeat(9))),
    ] {
        let said = said(&decode(link, &bytes(&nested)));
        assert!(said.contains(" lies in 8 tunnels, and no more are looked into"), "{said}");
    }
}
