//! From segments to packets: IP and TCP, a link layer, and a tunnel where there is one.

use super::Segment;
use etherparse::{PacketBuilder, TcpHeader};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// What a packet begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Link {
    Ethernet,
    /// IEEE 802.1Q with this VLAN.
    Vlan(u16),
    /// IEEE 802.1ad: an outer and an inner VLAN.
    QinQ(u16, u16),
    /// Linux cooked capture, as of `tcpdump -i any -y LINUX_SLL`.
    Sll,
    /// Linux cooked capture v2, as of `tcpdump -i any`.
    Sll2,
    /// No link layer (LINKTYPE_RAW).
    Raw,
    /// BSD loopback, with the address family in the byte order of a little-endian host.
    Null,
}

impl Link {
    /// Every kind.
    pub(crate) const ALL: [Self; 7] =
        [Self::Ethernet, Self::Vlan(7), Self::QinQ(100, 7), Self::Sll, Self::Sll2, Self::Raw, Self::Null];

    /// Its number in the registry of the tcpdump group.
    pub(crate) fn number(self) -> u16 {
        match self {
            Self::Null => 0,
            Self::Ethernet | Self::Vlan(_) | Self::QinQ(..) => 1,
            Self::Raw => 101,
            Self::Sll => 113,
            Self::Sll2 => 276,
        }
    }

    /// The link header before an IP packet, and the packet.
    fn wrap(self, ip: &[u8], v6: bool) -> Vec<u8> {
        let ether_type: [u8; 2] = if v6 { [0x86, 0xDD] } else { [0x08, 0x00] };
        let macs = [0x02, 0, 0, 0, 0, 0x02, 0x02, 0, 0, 0, 0, 0x01];
        let mut bytes = Vec::with_capacity(ip.len() + 24);
        match self {
            Self::Ethernet => {
                bytes.extend_from_slice(&macs);
                bytes.extend_from_slice(&ether_type);
            }
            Self::Vlan(id) => {
                bytes.extend_from_slice(&macs);
                bytes.extend_from_slice(&[0x81, 0x00]);
                bytes.extend_from_slice(&id.to_be_bytes());
                bytes.extend_from_slice(&ether_type);
            }
            Self::QinQ(outer, inner) => {
                bytes.extend_from_slice(&macs);
                bytes.extend_from_slice(&[0x88, 0xA8]);
                bytes.extend_from_slice(&outer.to_be_bytes());
                bytes.extend_from_slice(&[0x81, 0x00]);
                bytes.extend_from_slice(&inner.to_be_bytes());
                bytes.extend_from_slice(&ether_type);
            }
            Self::Sll => {
                // Packet type (to us), ARPHRD_ETHER, address length, address padded to eight bytes.
                bytes.extend_from_slice(&[0, 0, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0]);
                bytes.extend_from_slice(&ether_type);
            }
            Self::Sll2 => {
                bytes.extend_from_slice(&ether_type);
                // Reserved, interface index, ARPHRD_ETHER, packet type, address length, address padded to eight bytes.
                bytes.extend_from_slice(&[0, 0, 0, 0, 0, 2, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0]);
            }
            Self::Raw => {}
            // AF_INET; AF_INET6 as Linux and macOS number it differently, 30 being macOS.
            Self::Null => bytes.extend_from_slice(&(if v6 { 30u32 } else { 2 }).to_le_bytes()),
        }
        bytes.extend_from_slice(ip);
        bytes
    }
}

/// How packets travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Carrier {
    pub(crate) link: Link,
    /// The VXLAN network identifier (RFC 7348) of VPC Traffic Mirroring, where packets are mirrored.
    pub(crate) vxlan: Option<u32>,
}

impl Carrier {
    pub(crate) const ETHERNET: Self = Self { link: Link::Ethernet, vxlan: None };
}

/// One packet of a capture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Packet {
    /// Nanoseconds since 1970.
    pub(crate) time: u64,
    pub(crate) bytes: Vec<u8>,
    /// Length on the wire.
    pub(crate) wire_length: usize,
}

impl Packet {
    /// Cut by a snap length.
    pub(crate) fn snapped(mut self, length: usize) -> Self {
        self.bytes.truncate(length);
        self
    }
}

/// The packets of segments.
pub(crate) fn packets(segments: &[Segment], carrier: Carrier) -> Vec<Packet> {
    segments
        .iter()
        .map(|segment| {
            let v6 = segment.src.is_ipv6();
            let ip = ip_packet(segment);
            let bytes = match carrier.vxlan {
                None => carrier.link.wrap(&ip, v6),
                Some(vni) => carrier.link.wrap(&mirrored(&Link::Ethernet.wrap(&ip, v6), vni), false),
            };
            Packet { time: segment.time, wire_length: bytes.len(), bytes }
        })
        .collect()
}

fn ip_packet(segment: &Segment) -> Vec<u8> {
    let mut tcp = TcpHeader::new(segment.src.port(), segment.dst.port(), segment.seq, 64_000);
    tcp.syn = segment.syn;
    tcp.fin = segment.fin;
    tcp.rst = segment.rst;
    tcp.psh = !segment.payload.is_empty();
    tcp.ack = !(segment.syn && segment.ack == 0);
    tcp.acknowledgment_number = segment.ack;
    let builder = match (segment.src, segment.dst) {
        (SocketAddr::V4(src), SocketAddr::V4(dst)) => PacketBuilder::ipv4(src.ip().octets(), dst.ip().octets(), 64),
        (src, dst) => PacketBuilder::ipv6(v6(src.ip()), v6(dst.ip()), 64),
    };
    let mut bytes = Vec::new();
    builder.tcp_header(tcp).write(&mut bytes, &segment.payload).expect("a segment fits into a packet");
    bytes
}

fn v6(ip: IpAddr) -> [u8; 16] {
    match ip {
        IpAddr::V4(ip) => ip.to_ipv6_mapped().octets(),
        IpAddr::V6(ip) => ip.octets(),
    }
}

/// A frame in VXLAN, between a mirror source and a mirror target.
fn mirrored(frame: &[u8], vni: u32) -> Vec<u8> {
    let [_, a, b, c] = vni.to_be_bytes();
    let mut vxlan = vec![0x08, 0, 0, 0, a, b, c, 0];
    vxlan.extend_from_slice(frame);
    let (source, target) = (Ipv4Addr::new(10, 99, 0, 4), Ipv4Addr::new(10, 99, 0, 9));
    let mut bytes = Vec::new();
    PacketBuilder::ipv4(source.octets(), target.octets(), 64)
        .udp(49_152, 4789)
        .write(&mut bytes, &vxlan)
        .expect("a frame fits into a datagram");
    bytes
}
