//! Packets to streams: what a capture holds goes down to TCP segments and into the table of flows.
//!
//! Whatever cannot be followed is noted: cut, fragmented, undecodable and tunnelled packets, link types that are not
//! read. Generic over the layer above the flows.

use crate::anomaly::{Anomalies, AnomalyKind};
use crate::capture::{Packet, PacketReader};
use crate::flow::{FlowTable, StreamSink};
use crate::wire::{Decoded, segment};

/// Reads a capture to its end, or to where it is cut or damaged, and finishes every flow. What the capture itself and
/// its packets lost goes to `anomalies`, what the flows lost to the sink of the table, and TLS secrets that the capture
/// holds to `secrets`, before the packets behind them.
pub(super) fn follow<S: StreamSink>(
    reader: &mut PacketReader,
    flows: &mut FlowTable<S>,
    anomalies: &mut Anomalies,
    mut secrets: impl FnMut(&mut S, &[u8]),
) {
    while let Some(packet) = reader.next_with(anomalies, |bytes| secrets(flows.sink_mut(), bytes)) {
        match segment(&packet) {
            Decoded::Tcp(segment) => {
                if segment.wire_length as usize > segment.payload.len() {
                    note_cut(&packet, anomalies);
                }
                flows.segment(packet.at, &segment);
            }
            other => note(&packet, &other, anomalies),
        }
    }
    flows.finish();
}

#[cold]
fn note_cut(packet: &Packet<'_>, anomalies: &mut Anomalies) {
    anomalies.note(AnomalyKind::PacketCut, Some(packet.at.number), || {
        let (had, length) = (packet.data.len(), packet.wire_length);
        format!("{had} of {length} bytes captured; record with a larger snap length (tcpdump -s 0)")
    });
}

#[cold]
fn note(packet: &Packet<'_>, decoded: &Decoded<'_>, anomalies: &mut Anomalies) {
    let number = Some(packet.at.number);
    match decoded {
        Decoded::Tcp(_) | Decoded::Other(_) => {}
        Decoded::Fragment => {
            anomalies.note(AnomalyKind::IpFragment, number, || "fragments are not put together yet".to_owned());
        }
        Decoded::Unread(what) => {
            anomalies.note(AnomalyKind::UndecodablePacket, number, || format!("{what} is not looked into yet"));
        }
        Decoded::UnsupportedLink(link) => anomalies.note(AnomalyKind::UnsupportedLinkType, number, || {
            format!("link type {} (https://www.tcpdump.org/linktypes.html) is not read", link.0)
        }),
        Decoded::Undecodable(error) => {
            if (packet.wire_length as usize) > packet.data.len() {
                note_cut(packet, anomalies);
            }
            anomalies.note(AnomalyKind::UndecodablePacket, number, || error.to_string());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Side, ipv4, tcp};
    use super::*;
    use crate::capture::PacketAt;
    use crate::capture::fixture::{PcapVariant, reader};
    use crate::flow::{Chunk, Direction, FlowInfo, Gap, Need, StreamEnd};

    #[derive(Default)]
    struct Bytes {
        told: Vec<u8>,
        lost: u64,
        closed: u32,
        anomalies: Anomalies,
    }

    impl StreamSink for Bytes {
        type State = ();

        fn open(&mut self, _: &FlowInfo) {}

        fn data(&mut self, _: &FlowInfo, (): &mut (), chunk: Chunk<'_>) -> Need {
            self.told.extend_from_slice(chunk.data);
            Need::Bytes
        }

        fn gap(&mut self, _: &FlowInfo, (): &mut (), gap: Gap) -> Need {
            self.lost += gap.length;
            Need::Bytes
        }

        fn end(&mut self, _: &FlowInfo, (): &mut (), _: Direction, _: StreamEnd, _: u64, _: PacketAt) {}

        fn close(&mut self, _: &FlowInfo, (): ()) {
            self.closed += 1;
        }

        fn anomalies(&mut self) -> &mut Anomalies {
            &mut self.anomalies
        }
    }

    #[test]
    fn segments_reach_their_flow_and_the_rest_is_noted() {
        let mut file = PcapVariant::USUAL.header(101);
        let mut add = |data: &[u8], lost: u32| PcapVariant::USUAL.record(&mut file, 1, 0, data.len() as u32 + lost, data);
        add(&tcp(Side::Client, 1, b"abc"), 0);
        add(&ipv4(17, 0, &[0; 8]), 0); // UDP is no loss
        add(&ipv4(47, 0, &[0; 8]), 0);
        add(&ipv4(6, 0x2000, &[0; 8]), 0);
        add(&[0x35; 20], 0);
        let cut = tcp(Side::Client, 4, b"defgh");
        add(&cut[..cut.len() - 3], 3);
        add(&cut[..30], 15);
        let (mut reader, mut anomalies) = (reader(std::io::Cursor::new(file)), Anomalies::default());
        let mut flows = FlowTable::new(Bytes::default());
        follow(&mut reader, &mut flows, &mut anomalies, |_, _| {});
        let noted: Vec<_> = anomalies.iter().map(|(k, a)| (k.name(), a.count, a.first_packet, a.detail.as_str())).collect();
        let snap = "42 of 45 bytes captured; record with a larger snap length (tcpdump -s 0)";
        assert_eq!(
            noted,
            [
                ("packet-cut", 2, Some(6), snap),
                ("undecodable-packet", 3, Some(3), "GRE is not looked into yet"),
                ("ip-fragment", 1, Some(4), "fragments are not put together yet"),
            ]
        );
        let sink = flows.into_sink();
        assert_eq!((sink.told.as_slice(), sink.lost, sink.closed), (&b"abcde"[..], 3, 1));
    }

    #[test]
    fn other_link_types_are_noted() {
        let mut file = PcapVariant::USUAL.header(127);
        PcapVariant::USUAL.record(&mut file, 1, 0, 1, b"x");
        let (mut reader, mut anomalies) = (reader(std::io::Cursor::new(file)), Anomalies::default());
        follow(&mut reader, &mut FlowTable::new(Bytes::default()), &mut anomalies, |_, _| {});
        let (kind, noted) = anomalies.iter().next().expect("one");
        assert_eq!((kind, noted.first_packet), (AnomalyKind::UnsupportedLinkType, Some(1)));
        assert!(noted.detail.starts_with("link type 127 "), "{}", noted.detail);
    }
}
