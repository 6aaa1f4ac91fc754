//! Filters are run as the kernel runs them, on packets made for it, and held against what they are to do in plain words.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use super::assembler::{Assembler, Instruction, code};
use super::filter;

/// A packet as a socket hears it.
#[derive(Debug, Clone)]
struct Packet {
    interface: u32,
    hardware: u32,
    direction: u32,
    protocol: u16,
    bytes: Vec<u8>,
}

/// Runs a filter (`bpf(4)` of BSD, `Documentation/networking/filter.rst` of Linux): how many bytes pass.
fn run(program: &[Instruction], packet: &Packet) -> u32 {
    let (mut a, mut x, mut at) = (0_u32, 0_u32, 0_usize);
    let load = |place: u32, size: usize| -> Option<u32> {
        match place {
            filter::PROTOCOL => return Some(u32::from(packet.protocol)),
            filter::DIRECTION => return Some(packet.direction),
            filter::INTERFACE => return Some(packet.interface),
            filter::HARDWARE => return Some(packet.hardware),
            _ => {}
        }
        let place = usize::try_from(place).unwrap();
        let bytes = packet.bytes.get(place..place.checked_add(size)?)?;
        Some(bytes.iter().fold(0, |word, byte| word << 8 | u32::from(*byte)))
    };
    loop {
        let Instruction { code, jt, jf, k } = program[at];
        at += 1;
        let loaded = match code {
            code::LOAD_WORD => load(k, 4),
            code::LOAD_HALF => load(k, 2),
            code::LOAD_WORD_AT_X => load(x + k, 4),
            code::LOAD_HALF_AT_X => load(x + k, 2),
            code::LOAD_BYTE_AT_X => load(x + k, 1),
            _ => Some(a),
        };
        // A load from behind the end of a packet ends the program.
        let Some(loaded) = loaded else { return 0 };
        a = loaded;
        let mut branch = |so: bool| at += usize::from(if so { jt } else { jf });
        match code {
            code::IF_EQUAL => branch(a == k),
            code::IF_AT_LEAST => branch(a >= k),
            code::IF_ANY_BIT => branch(a & k != 0),
            code::JUMP => at += k as usize,
            code::SET_X => x = k,
            code::A_TO_X => x = a,
            code::X_TO_A => a = x,
            code::AND => a &= k,
            code::SHIFT_LEFT => a <<= k,
            code::ADD => a += k,
            code::ADD_X => a += x,
            code::RETURN => return k,
            _ => assert!(code & 7 <= 2, "instruction {code:#x}"),
        }
    }
}

#[test]
fn jumps_reach_any_distance() {
    for steps in [0, 1, 254, 255, 256, 257, 3000] {
        let mut assembler = Assembler::default();
        let [far, end] = std::array::from_fn(|_| assembler.label());
        assembler.step(code::LOAD_WORD, filter::INTERFACE);
        assembler.go_if(code::IF_EQUAL, 7, far);
        assembler.go_unless(code::IF_EQUAL, 8, end);
        (0..steps).for_each(|_| assembler.step(code::ADD, 1));
        assembler.step(code::RETURN, 1);
        assembler.here(far);
        assembler.step(code::RETURN, 2);
        assembler.here(end);
        assembler.step(code::RETURN, 3);
        let program = assembler.assemble().unwrap();
        let packet = |interface| Packet { interface, hardware: 1, direction: 0, protocol: 0, bytes: Vec::new() };
        assert_eq!([7, 8, 9].map(|interface| run(&program, &packet(interface))), [2, 1, 3], "{steps}");
    }
    let mut assembler = Assembler::default();
    let nowhere = assembler.label();
    assembler.go(nowhere);
    assert_eq!(assembler.assemble(), None);
}

#[test]
fn only_forward() {
    let mut assembler = Assembler::default();
    let before = assembler.label();
    assembler.here(before);
    assembler.step(code::ADD, 1);
    assembler.go(before);
    assert_eq!(assembler.assemble(), None);
}

/// What a packet is to be, so that it can be written and judged.
#[derive(Debug, Clone)]
struct Made {
    interface: u32,
    hardware: u32,
    direction: u32,
    tags: Vec<u16>,
    /// EtherType, for what is no IP.
    other: Option<u16>,
    six: bool,
    protocol: u8,
    options: u8,
    fragment: u16,
    addresses: [u8; 2],
    ports: [u16; 2],
}

const PROTOCOLS: [u8; 10] = [6, 6, 6, 6, 17, 1, 58, 47, 4, 44];
const PORTS: [u16; 8] = [80, 81, 443, 8080, 8081, 41_000, 4789, 6081];

fn address(six: bool, number: u8) -> IpAddr {
    if six { Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, number.into()).into() } else { Ipv4Addr::new(10, 0, 0, number).into() }
}

fn octets(address: IpAddr) -> Vec<u8> {
    match address {
        IpAddr::V4(address) => address.octets().to_vec(),
        IpAddr::V6(address) => address.octets().to_vec(),
    }
}

impl Made {
    fn packet(&self) -> Packet {
        let inner = self.other.unwrap_or(if self.six { filter::IPV6 } else { filter::IPV4 });
        let mut kinds = self.tags.clone();
        kinds.push(inner);
        let mut bytes = Vec::new();
        for kind in &kinds[1..] {
            bytes.extend([0, 5]);
            bytes.extend(kind.to_be_bytes());
        }
        let [src, dst] = self.addresses.map(|number| octets(address(self.six, number)));
        if self.six {
            bytes.extend([0x60, 0, 0, 0, 0, 20, self.protocol, 64]);
        } else {
            bytes.extend([0x45 + self.options, 0, 0, 60, 0, 1]);
            bytes.extend(self.fragment.to_be_bytes());
            bytes.extend([64, self.protocol, 0, 0]);
        }
        bytes.extend([src, dst].concat());
        if !self.six {
            bytes.extend(vec![1; usize::from(self.options) * 4]);
        }
        bytes.extend(self.ports.map(u16::to_be_bytes).concat());
        bytes.extend([0; 12]);
        let Self { interface, hardware, direction, .. } = *self;
        Packet { interface, hardware, direction, protocol: kinds[0], bytes }
    }

    /// What the filter is to do.
    fn passes(&self, interfaces: Option<&[u32]>, ports: &[u16], hosts: &[IpAddr]) -> bool {
        let here = interfaces.is_none_or(|interfaces| interfaces.contains(&self.interface));
        let copy = self.hardware == filter::LOOPBACK && self.direction == filter::OUTGOING;
        if !here || copy {
            return false;
        }
        if ports.is_empty() && hosts.is_empty() || self.tags.len() > 1 {
            return here;
        }
        if let Some(other) = self.other {
            return other < filter::FIRST_PROTOCOL || filter::CARRIERS.contains(&other);
        }
        let later = !self.six && self.fragment & 0x1fff != 0;
        match self.protocol {
            6 => {
                let host = hosts.is_empty() || self.addresses.iter().any(|one| hosts.contains(&address(self.six, *one)));
                host && (later || ports.is_empty() || self.ports.iter().any(|port| ports.contains(port)))
            }
            17 => later || filter::TUNNELS.contains(&self.ports[1]),
            1 | 2 | 58 => false,
            _ => true,
        }
    }
}

fn made() -> impl Strategy<Value = Made> {
    let place = (1..4_u32, select(&[1_u32, 1, filter::LOOPBACK, 65_534][..]), select(&[0_u32, 4][..]));
    let tags = proptest::collection::vec(select(&filter::VLAN_TAGS[..]), 0..3);
    let other = proptest::option::weighted(0.1, select(&[0x0806_u16, 4, 0x8847, 0x8864, 0x894f, 0x88cc][..]));
    let ip = (any::<bool>(), select(&PROTOCOLS[..]), 0..11_u8, select(&[0_u16, 0, 0x4000, 0x2000, 1, 0x2005][..]));
    let ends = ([1..5_u8, 1..5_u8], [select(&PORTS[..]), select(&PORTS[..])]);
    (place, tags, other, ip, ends).prop_map(|((interface, hardware, direction), tags, other, ip, (addresses, ports))| {
        let (six, protocol, options, fragment) = ip;
        Made { interface, hardware, direction, tags, other, six, protocol, options, fragment, addresses, ports }
    })
}

fn hosts() -> impl Strategy<Value = Vec<IpAddr>> {
    let all: Vec<IpAddr> = (1..4).flat_map(|number| [address(false, number), address(true, number)]).collect();
    subsequence(all, 0..6)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn a_filter_does_what_it_is_to_do(
        made in made(),
        interfaces in proptest::option::of(subsequence(vec![1_u32, 2, 3], 1..3)),
        ports in subsequence(PORTS[..4].to_vec(), 0..4),
        hosts in hosts(),
    ) {
        let program = filter::program(interfaces.as_deref(), &ports, &hosts).unwrap();
        let passed = run(&program, &made.packet());
        prop_assert_eq!(passed, if made.passes(interfaces.as_deref(), &ports, &hosts) { u32::MAX } else { 0 });
    }

    #[test]
    fn a_filter_of_any_bytes_ends(
        protocol in select(&[0x0800_u16, 0x86dd, 0x8100, 0x0806, 4][..]),
        bytes in proptest::collection::vec(any::<u8>(), 0..80),
    ) {
        let program = filter::program(None, &[80], &[address(false, 1), address(true, 1)]).unwrap();
        let packet = Packet { interface: 1, hardware: 1, direction: 0, protocol, bytes };
        prop_assert!(matches!(run(&program, &packet), 0 | u32::MAX));
    }
}

#[test]
fn many_ports_and_addresses_are_one_filter() {
    let ports: Vec<u16> = (1..=200).collect();
    let hosts: Vec<IpAddr> = (1..=100).flat_map(|number| [address(false, number), address(true, number)]).collect();
    let program = filter::program(Some(&[1]), &ports, &hosts).unwrap();
    let made = |addresses, ports| Made {
        interface: 1,
        hardware: 1,
        direction: 0,
        tags: Vec::new(),
        other: None,
        six: true,
        protocol: 6,
        options: 0,
        fragment: 0,
        addresses,
        ports,
    };
    for (addresses, ports, passes) in [
        ([100, 1], [200, 9999], true),
        ([101, 102], [200, 9999], false),
        ([1, 101], [9999, 201], false),
        ([101, 1], [9999, 1], true),
    ] {
        assert_eq!(run(&program, &made(addresses, ports).packet()) > 0, passes, "{addresses:?} {ports:?}");
    }
    let all: Vec<u16> = (1..=5000).collect();
    assert_eq!(filter::program(None, &all, &[]), None);
    assert_eq!(run(&filter::nothing(), &made([1, 1], [1, 1]).packet()), 0);
}
