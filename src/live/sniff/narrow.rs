//! What the kernel's filter lets pass since it does not look into it, tunnels above all: the TCP in it is held against the scope
//! before it is recorded.

use std::net::IpAddr;

use super::Scope;
use crate::capture::{LinkType, Packet, PacketAt};
use crate::wire::{Decoded, Endpoint, segment};

/// All headers, of tunnels in one another, too, lie in so many bytes.
const HEADERS: usize = 1024;

/// Ports and addresses of a scope that has any.
#[derive(Debug)]
pub(super) struct Narrow {
    ports: Vec<u16>,
    hosts: Vec<IpAddr>,
    packet: Vec<u8>,
}

impl Narrow {
    /// `None` where every packet is of the scope.
    pub(super) fn to(scope: &Scope) -> Option<Self> {
        let hosts = scope.hosts.iter().map(IpAddr::to_canonical).collect();
        let narrow = Self { ports: scope.ports.clone(), hosts, packet: Vec::new() };
        (!narrow.ports.is_empty() || !narrow.hosts.is_empty()).then_some(narrow)
    }

    /// Whether a packet, which its cooked header precedes, is of the scope, or cannot be told: a fragment, what cannot be decoded.
    pub(super) fn admits(&mut self, header: &[u8], bytes: &[u8]) -> bool {
        self.packet.clear();
        self.packet.extend_from_slice(header);
        self.packet.extend_from_slice(bytes.get(..HEADERS).unwrap_or(bytes));
        let wire_length = u32::try_from(header.len().saturating_add(bytes.len())).unwrap_or(u32::MAX);
        let packet = Packet { at: PacketAt::default(), link: LinkType::LINUX_SLL2, wire_length, data: &self.packet };
        match segment(&packet) {
            Decoded::Tcp(segment) => {
                let either = |of: &dyn Fn(Endpoint) -> bool| of(segment.src) || of(segment.dst);
                (self.ports.is_empty() || either(&|end| self.ports.contains(&end.port)))
                    && (self.hosts.is_empty() || either(&|end| self.hosts.contains(&end.ip.to_canonical())))
            }
            _ => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn narrow(ports: &[u16], hosts: &[&str]) -> Option<Narrow> {
        let hosts = hosts.iter().map(|host| host.parse().unwrap()).collect();
        Narrow::to(&Scope { interfaces: Vec::new(), ports: ports.to_vec(), hosts })
    }

    /// The header of a cooked packet that holds IPv4.
    const COOKED: [u8; 20] = [8, 0, 0, 0, 0, 0, 0, 2, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0];

    fn ipv4(protocol: u8, [src, dst]: [u8; 2], payload: &[u8]) -> Vec<u8> {
        let length = u16::try_from(20 + payload.len()).unwrap().to_be_bytes();
        let mut packet = vec![0x45, 0, length[0], length[1], 0, 1, 0, 0, 64, protocol, 0, 0, 10, 0, 0, src, 10, 0, 0, dst];
        packet.extend_from_slice(payload);
        packet
    }

    fn tcp(ends: [u8; 2], [src, dst]: [u16; 2], payload: usize) -> Vec<u8> {
        let mut segment = [src.to_be_bytes(), dst.to_be_bytes()].concat();
        segment.extend([0, 0, 0, 1, 0, 0, 0, 1, 0x50, 0x10, 1, 0, 0, 0, 0, 0]);
        segment.resize(20 + payload, b'a');
        ipv4(6, ends, &segment)
    }

    /// A packet as a mirror sends it.
    fn mirrored(packet: &[u8]) -> Vec<u8> {
        let mut vxlan = [61_000_u16.to_be_bytes(), 4789_u16.to_be_bytes()].concat();
        vxlan.extend(u16::try_from(8 + 8 + 14 + packet.len()).unwrap().to_be_bytes());
        vxlan.extend([0, 0, 8, 0, 0, 0, 0, 0, 7, 0]);
        vxlan.extend([2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0]);
        vxlan.extend_from_slice(packet);
        ipv4(17, [91, 92], &vxlan)
    }

    #[test]
    fn what_is_mirrored_is_narrowed_by_what_is_in_it() {
        assert!(narrow(&[], &[]).is_none(), "all are wanted");
        for payload in [0, 9000] {
            let packet = mirrored(&tcp([1, 2], [41_000, 8000], payload));
            let admitted = |ports: &[u16], hosts: &[&str]| narrow(ports, hosts).unwrap().admits(&COOKED, &packet);
            assert!(admitted(&[8000], &[]) && admitted(&[1, 41_000], &[]) && admitted(&[], &["10.0.0.2"]));
            assert!(admitted(&[8000], &["10.0.0.9", "::ffff:10.0.0.1"]));
            assert!(!admitted(&[8001], &[]) && !admitted(&[4789], &[]) && !admitted(&[], &["10.0.0.9"]));
            assert!(!admitted(&[8000], &["10.0.0.9"]) && !admitted(&[8001], &["10.0.0.1"]));
            assert!(!admitted(&[], &["10.0.0.91"]), "the mirror's own address is no end of the connection");
        }
    }

    #[test]
    fn what_cannot_be_told_passes() {
        let whole = tcp([1, 2], [41_000, 8000], 40);
        let mut fragment = whole.clone();
        fragment[6] = 0x20;
        for packet in [&fragment[..], &whole[..22], &[], &[0x61; 60]] {
            assert!(narrow(&[8001], &[]).unwrap().admits(&COOKED, packet), "{packet:?}");
        }
        assert!(!narrow(&[8001], &[]).unwrap().admits(&COOKED, &whole));
    }
}
