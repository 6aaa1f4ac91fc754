//! The filter that the kernel runs on each packet: which interfaces, one copy of what passes the loopback, ports and addresses.
//!
//! Where ports or addresses are given, packets pass that may hold TCP of these. The kernel looks behind one VLAN tag, and into no
//! tunnel: what may be one passes as a whole. A fragment that is not the first has no ports, and passes by its addresses.

use std::net::IpAddr;

use super::assembler::{Assembler, Instruction, Label, code};

/// What a packet says of itself beside its bytes, from this place on (`SKF_AD_OFF`).
const BESIDE: u32 = 0xffff_f000;
pub(super) const PROTOCOL: u32 = BESIDE;
pub(super) const DIRECTION: u32 = BESIDE + 4;
pub(super) const INTERFACE: u32 = BESIDE + 8;
pub(super) const HARDWARE: u32 = BESIDE + 28;

/// `ARPHRD_LOOPBACK`
pub(super) const LOOPBACK: u32 = 772;
/// `PACKET_OUTGOING`: on the loopback each packet goes out and comes in.
pub(super) const OUTGOING: u32 = 4;

pub(super) const IPV4: u16 = 0x0800;
pub(super) const IPV6: u16 = 0x86dd;
pub(super) const VLAN_TAGS: [u16; 4] = [0x8100, 0x88a8, 0x9100, 0x9200];
/// Protocols beside IP that may have IP in them: MPLS, PPPoE, MACsec, provider bridges, NSH.
pub(super) const CARRIERS: [u16; 6] = [0x8847, 0x8848, 0x8864, 0x88e5, 0x88e7, 0x894f];
/// From here on numbers are protocols. What is below has a length there, and may be SNAP.
pub(super) const FIRST_PROTOCOL: u16 = 0x0600;

pub(super) const TCP: u8 = 6;
pub(super) const UDP: u8 = 17;
/// ICMP, IGMP, ICMPv6: no packet of TCP is in them. What other protocols are is looked at by who reads the capture.
pub(super) const NO_CARRIERS: [u8; 3] = [1, 2, 58];
/// Ports of tunnels over UDP: L2TP, GTP, VXLAN, VXLAN-GPE, GENEVE, former VXLAN.
pub(super) const TUNNELS: [u16; 6] = [1701, 2152, 4789, 4790, 6081, 8472];

/// So many instructions the kernel takes (`BPF_MAXINSNS`).
pub(super) const MOST: usize = 4096;

/// Takes all bytes of the packet.
const PASS: u32 = u32::MAX;
const DROP: u32 = 0;

/// Lets no packet pass.
pub(super) fn nothing() -> Vec<Instruction> {
    vec![Instruction { code: code::RETURN, jt: 0, jf: 0, k: DROP }]
}

/// Lets packets pass of these interfaces (all if `None`), ports and addresses (all if there are none); `None` where these are
/// too many.
pub(super) fn program(interfaces: Option<&[u32]>, ports: &[u16], hosts: &[IpAddr]) -> Option<Vec<Instruction>> {
    let mut assembler = Assembler::default();
    let (pass, drop) = (assembler.label(), assembler.label());
    let mut filter = Filter { assembler, pass, drop, ports, hosts };
    filter.origin(interfaces);
    if !(ports.is_empty() && hosts.is_empty()) {
        filter.content();
    }
    filter.assembler.here(pass);
    filter.assembler.step(code::RETURN, PASS);
    filter.assembler.here(drop);
    filter.assembler.step(code::RETURN, DROP);
    filter.assembler.assemble().filter(|program| program.len() <= MOST)
}

struct Filter<'s> {
    assembler: Assembler,
    pass: Label,
    drop: Label,
    ports: &'s [u16],
    hosts: &'s [IpAddr],
}

impl Filter<'_> {
    /// Where the packet was met.
    fn origin(&mut self, interfaces: Option<&[u32]>) {
        let asm = &mut self.assembler;
        if let Some(interfaces) = interfaces {
            let chosen = asm.label();
            asm.step(code::LOAD_WORD, INTERFACE);
            asm.go_if_one_of(interfaces.iter().copied(), chosen);
            asm.go(self.drop);
            asm.here(chosen);
        }
        let once = asm.label();
        asm.step(code::LOAD_WORD, HARDWARE);
        asm.go_unless(code::IF_EQUAL, LOOPBACK, once);
        asm.step(code::LOAD_WORD, DIRECTION);
        asm.go_if(code::IF_EQUAL, OUTGOING, self.drop);
        asm.here(once);
    }

    /// What it holds: `X` is where IP begins.
    fn content(&mut self) {
        let asm = &mut self.assembler;
        let [tagged, known, ipv4, ipv6, tcp, udp] = std::array::from_fn(|_| asm.label());
        asm.step(code::SET_X, 0);
        asm.step(code::LOAD_WORD, PROTOCOL);
        asm.go_if_one_of(VLAN_TAGS.map(u32::from), tagged);
        asm.go(known);
        asm.here(tagged);
        asm.step(code::SET_X, 4);
        asm.step(code::LOAD_HALF, 2);
        asm.go_if_one_of(VLAN_TAGS.map(u32::from), self.pass);
        asm.here(known);
        asm.go_if(code::IF_EQUAL, u32::from(IPV4), ipv4);
        asm.go_if(code::IF_EQUAL, u32::from(IPV6), ipv6);
        asm.go_if_one_of(CARRIERS.map(u32::from), self.pass);
        asm.go_if(code::IF_AT_LEAST, u32::from(FIRST_PROTOCOL), self.drop);
        asm.go(self.pass);
        asm.here(ipv4);
        self.ipv4(tcp, udp);
        self.assembler.here(ipv6);
        self.ipv6(tcp, udp);
        self.assembler.here(udp);
        self.udp();
        self.assembler.here(tcp);
        self.tcp();
    }

    fn ipv4(&mut self, tcp: Label, udp: Label) {
        let asm = &mut self.assembler;
        let [of_tcp, of_udp, addressed] = std::array::from_fn(|_| asm.label());
        self.protocols(9, of_tcp, of_udp);
        let asm = &mut self.assembler;
        asm.here(of_udp);
        self.whole_ipv4();
        self.assembler.go(udp);
        self.assembler.here(of_tcp);
        if !self.hosts.is_empty() {
            let addresses = self.hosts.iter().filter_map(|host| match host.to_canonical() {
                IpAddr::V4(address) => Some(u32::from(address)),
                IpAddr::V6(_) => None,
            });
            for end in [12, 16] {
                self.assembler.step(code::LOAD_WORD_AT_X, end);
                self.assembler.go_if_one_of(addresses.clone(), addressed);
            }
            self.assembler.go(self.drop);
        }
        self.assembler.here(addressed);
        self.whole_ipv4();
        self.assembler.go(tcp);
    }

    /// Lets fragments pass but the first, and sets `X` behind the header.
    fn whole_ipv4(&mut self) {
        let asm = &mut self.assembler;
        asm.step(code::LOAD_HALF_AT_X, 6);
        asm.go_if(code::IF_ANY_BIT, 0x1fff, self.pass);
        asm.step(code::LOAD_BYTE_AT_X, 0);
        asm.step(code::AND, 0x0f);
        asm.step(code::SHIFT_LEFT, 2);
        asm.step(code::ADD_X, 0);
        asm.step(code::A_TO_X, 0);
    }

    fn ipv6(&mut self, tcp: Label, udp: Label) {
        const HEADER: u32 = 40;
        let asm = &mut self.assembler;
        let [of_tcp, of_udp, addressed] = std::array::from_fn(|_| asm.label());
        self.protocols(6, of_tcp, of_udp);
        let behind = |asm: &mut Assembler, to: Label| {
            asm.step(code::X_TO_A, 0);
            asm.step(code::ADD, HEADER);
            asm.step(code::A_TO_X, 0);
            asm.go(to);
        };
        let asm = &mut self.assembler;
        asm.here(of_udp);
        behind(asm, udp);
        asm.here(of_tcp);
        if !self.hosts.is_empty() {
            for host in self.hosts {
                let IpAddr::V6(address) = host.to_canonical() else { continue };
                for end in [8_u32, 24] {
                    let other = asm.label();
                    for (place, word) in (end..).step_by(4).zip(address.octets().chunks(4)) {
                        let word = word.iter().fold(0_u32, |word, byte| word << 8 | u32::from(*byte));
                        asm.step(code::LOAD_WORD_AT_X, place);
                        asm.go_unless(code::IF_EQUAL, word, other);
                    }
                    asm.go(addressed);
                    asm.here(other);
                }
            }
            asm.go(self.drop);
        }
        asm.here(addressed);
        behind(asm, tcp);
    }

    /// By what IP carries: extension headers, fragments of IPv6 and tunnels pass, since the kernel does not look behind them.
    fn protocols(&mut self, place: u32, tcp: Label, udp: Label) {
        let asm = &mut self.assembler;
        asm.step(code::LOAD_BYTE_AT_X, place);
        asm.go_if(code::IF_EQUAL, u32::from(TCP), tcp);
        asm.go_if(code::IF_EQUAL, u32::from(UDP), udp);
        asm.go_if_one_of(NO_CARRIERS.map(u32::from), self.drop);
        asm.go(self.pass);
    }

    fn udp(&mut self) {
        let asm = &mut self.assembler;
        asm.step(code::LOAD_HALF_AT_X, 2);
        asm.go_if_one_of(TUNNELS.map(u32::from), self.pass);
        asm.go(self.drop);
    }

    fn tcp(&mut self) {
        if self.ports.is_empty() {
            return self.assembler.go(self.pass);
        }
        for end in [0, 2] {
            self.assembler.step(code::LOAD_HALF_AT_X, end);
            self.assembler.go_if_one_of(self.ports.iter().copied().map(u32::from), self.pass);
        }
        self.assembler.go(self.drop);
    }
}
