//! The capture that a dump shows, as far as it does.

use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;

use super::header::header;
use super::numbers::Numbers;
use super::packet::{Packet, begins_with_packet, packets};
use super::payload::payload;
use crate::anomaly::{Anomalies, AnomalyKind};
use crate::capture::LinkType;
use crate::secret;
use crate::source::Undecoded;
use crate::source::remade::{Place, Remade, Segment};
use crate::wire::Endpoint;

/// So many lines at the beginning are looked at for one of headers.
const LOOKED_AT: usize = 40;
/// What a client says first where it knows that the server speaks HTTP/2 (RFC 9113 §3.4).
const PREFACE: &[u8] = b"PRI * HTTP/2.0";

/// Whether a text is what tcpdump prints of TCP.
pub(in crate::source) fn is_dotted(text: &[u8]) -> bool {
    begins_with_packet(text) && text.split(|byte| *byte == b'\n').take(LOOKED_AT).any(|line| header(line).is_some())
}

/// A capture that is put together again, and what is to be said of it.
#[derive(Debug)]
pub(in crate::source) struct Shown {
    pub(in crate::source) capture: Remade,
    pub(in crate::source) anomalies: Anomalies,
    pub(in crate::source) undecoded: Vec<Undecoded>,
}

/// Puts the capture together; `None` where no packet's bytes are printed.
pub(in crate::source) fn capture(text: &[u8]) -> Option<Shown> {
    let (packets, beside) = packets(text);
    if packets.iter().all(|packet| packet.printed.trim_ascii().is_empty()) {
        return None;
    }
    let mut making = Making::default();
    let mut capture = Remade::new(LinkType::RAW);
    for (packet, number) in packets.iter().zip(1_u64..) {
        making.packet(packet, number, &mut capture);
    }
    let Making { mut anomalies, frames, .. } = making;
    let undated = packets.iter().filter(|packet| !packet.dated).count() as u64;
    if undated > 0 {
        anomalies.note_many(AnomalyKind::TimeUnknown, undated, Some(1), || {
            "without a date they are shown as of 1970-01-01, without a time zone as UTC; `tcpdump -tt` prints all of it"
                .to_owned()
        });
    }
    if let Some((line, shown)) = beside.first {
        anomalies.note_many(AnomalyKind::TextIgnored, beside.count, None, || {
            let shown = String::from_utf8_lossy(shown.trim_ascii());
            let shown: String = secret::mask_line(&shown).chars().take(60).collect();
            format!("line {line}: `{shown}`")
        });
    }
    let mut ports: BTreeMap<u16, u64> = BTreeMap::new();
    for (_, server) in frames {
        *ports.entry(server.port).or_default() += 1;
    }
    let of_port = |(port, flows)| Undecoded { content: "HTTP/2", port, flows, ..Undecoded::default() };
    Some(Shown { capture, anomalies, undecoded: ports.into_iter().map(of_port).collect() })
}

#[derive(Debug, Default)]
struct Making<'t> {
    numbers: Numbers,
    /// Addresses that stand for names.
    names: BTreeMap<&'t str, u32>,
    /// Ports that stand for names of services.
    services: BTreeMap<&'t str, u16>,
    /// Connections of HTTP/2, from client to server: dots are no frames.
    frames: BTreeSet<(Endpoint, Endpoint)>,
    anomalies: Anomalies,
}

impl<'t> Making<'t> {
    fn packet(&mut self, packet: &Packet<'t>, number: u64, capture: &mut Remade) {
        if packet.tunnel {
            self.anomalies.note(AnomalyKind::UndecodablePacket, Some(number), || {
                "a packet in a tunnel is not read of dots; print it with `tcpdump -nn -tt -X`".to_owned()
            });
        }
        let Some(header) = packet.header.filter(|_| !packet.tunnel) else { return };
        let ((src, known_src), (dst, known_dst)) = (self.end(header.src), self.end(header.dst));
        let (seq, ack) = self.numbers.of((src, dst), header.flags, (header.seq, header.ack), header.length);
        let line = if known_src && known_dst { None } else { Some(packet.line) };
        let place = Place { number, line };
        let read = match (header.length, packet.payload()) {
            (0, _) => payload(b"", 0),
            (length, Some(printed)) => payload(printed, length),
            (length, None) => {
                self.anomalies.note(AnomalyKind::UndecodablePacket, Some(number), || {
                    "its bytes are not printed, or do not begin with an IP header".to_owned()
                });
                payload(b"", length)
            }
        };
        if packet.unclear {
            self.anomalies.note(AnomalyKind::CaptureDamaged, Some(number), || {
                format!("line {}: what the packet holds looks like packets of its own; give the capture itself", packet.line)
            });
        }
        if read.beside {
            self.anomalies.note(AnomalyKind::TextIgnored, Some(number), || {
                format!("line {}: more is printed than the packet holds", packet.line)
            });
        }
        if read.bytes.starts_with(PREFACE) {
            self.frames.insert((src, dst));
        }
        if self.frames.contains(&(src, dst)) || self.frames.contains(&(dst, src)) {
            return;
        }
        let (flags, missing) = (header.flags, read.missing);
        // Every packet counts as another: what is printed does not say which are copies.
        let id = u16::try_from(number & 0xffff).unwrap_or(0);
        let segment = Segment { src, dst, id, seq, ack, flags, payload: &read.bytes, missing };
        capture.segment(place, packet.time, &segment);
    }

    /// An end of a connection, and whether that is its address: it may be printed as a name.
    fn end(&mut self, (address, port): (&'t str, &'t str)) -> (Endpoint, bool) {
        let number = port.parse().ok();
        let ip = address.parse().ok();
        let known = number.is_some() && ip.is_some();
        let services = self.services.len();
        let port =
            number.unwrap_or_else(|| *self.services.entry(port).or_insert(u16::try_from(services + 1).unwrap_or(u16::MAX)));
        let names = self.names.len();
        let ip = ip.unwrap_or_else(|| {
            let at = *self.names.entry(address).or_insert(u32::try_from(names + 1).unwrap_or(u32::MAX));
            // Nobody has an address of these (RFC 1112 §4).
            Ipv4Addr::from(0xf000_0000_u32 | at & 0x0fff_ffff).into()
        });
        (Endpoint { ip, port }, known)
    }
}
