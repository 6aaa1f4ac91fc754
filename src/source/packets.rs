//! Packets to streams: what a capture holds goes down to TCP segments and into the table of flows.
//!
//! Whatever cannot be followed is noted: cut and undecodable packets, fragments whose rest is missing, link types that are
//! not read. Generic over the layer above the flows.

use crate::anomaly::{Anomalies, AnomalyKind};
use crate::capture::{Packet, PacketAt, PacketReader, Timestamp};
use crate::flow::{FlowTable, StreamSink};
use crate::wire::{Decoded, Fragment, Fragments, Limits, segment_within, usual_segment};

/// So much earlier than the last packet of a file the next one may begin and still go on from it.
const OVERLAP: u64 = 1_000_000_000;

/// A recording that is being followed: one file, or several that go on from one another.
#[derive(Debug, Default)]
pub(super) struct Following {
    limits: Limits,
    fragments: Fragments,
    /// How many packets the files before held.
    before: u64,
    /// When the last packet was captured.
    last: Timestamp,
}

impl Following {
    /// Within these limits.
    pub(super) fn new(limits: Limits) -> Self {
        Self { limits, fragments: Fragments::with_limits(limits.fragments), ..Self::default() }
    }

    /// Reads a file to its end, or to where it is cut or damaged. What the file itself lost goes to `anomalies`, by numbers
    /// of its own packets; all else to the sink of the table, by numbers that go on from those of the files before; TLS secrets
    /// that the file holds to `secrets`, before the packets behind them.
    pub(super) fn follow<S: StreamSink>(
        &mut self,
        reader: &mut PacketReader,
        flows: &mut FlowTable<S>,
        anomalies: &mut Anomalies,
        mut secrets: impl FnMut(&mut S, &[u8]),
    ) {
        let before = self.before;
        let mut last = self.last;
        while let Some(packet) = reader.next_with(anomalies, |bytes| secrets(flows.sink_mut(), bytes)) {
            let at = PacketAt { number: packet.at.number.saturating_add(before), time: packet.at.time };
            last = at.time;
            match usual_segment(&packet) {
                Some(segment) if segment.wire_length as usize == segment.payload.len() => flows.take(at, &segment),
                _ => self.packet(at, &packet, flows),
            }
        }
        self.last = last;
        self.before = before.saturating_add(reader.packets());
    }

    /// The number of the last packet.
    pub(super) fn packets(&self) -> u64 {
        self.before
    }

    /// Whether a file that begins then goes on where the last one ended.
    pub(super) fn goes_on(&self, began: Timestamp) -> bool {
        began.nanoseconds.saturating_add(OVERLAP) >= self.last.nanoseconds
    }

    /// Nothing comes any more: finishes every flow.
    pub(super) fn finish<S: StreamSink>(&mut self, flows: &mut FlowTable<S>) {
        self.fragments.finish(flows.sink_mut().anomalies());
        flows.finish();
    }

    /// A packet that is not as nearly all are.
    #[inline(never)]
    fn packet<S: StreamSink>(&mut self, at: PacketAt, packet: &Packet<'_>, flows: &mut FlowTable<S>) {
        match segment_within(packet, &self.limits) {
            Decoded::Tcp(segment) => {
                if segment.wire_length as usize > segment.payload.len() {
                    note_cut(at, packet, flows.sink_mut().anomalies());
                }
                flows.segment(at, &segment);
            }
            Decoded::Other(_) => {}
            Decoded::Fragment(fragment) => self.fragment(at, packet, &fragment, flows),
            other => note(at, packet, &other, flows.sink_mut().anomalies()),
        }
    }

    #[cold]
    fn fragment<S: StreamSink>(&mut self, at: PacketAt, packet: &Packet<'_>, fragment: &Fragment<'_>, flows: &mut FlowTable<S>) {
        if (packet.wire_length as usize) > packet.data.len() {
            note_cut(at, packet, flows.sink_mut().anomalies());
        }
        let Some(whole) = self.fragments.put_together(at, fragment, flows.sink_mut().anomalies()) else { return };
        match whole.decode() {
            Decoded::Tcp(segment) => flows.segment(at, &segment),
            other => note(at, packet, &other, flows.sink_mut().anomalies()),
        }
    }
}

#[cold]
fn note_cut(at: PacketAt, packet: &Packet<'_>, anomalies: &mut Anomalies) {
    anomalies.note(AnomalyKind::PacketCut, Some(at.number), || {
        let (had, length) = (packet.data.len(), packet.wire_length);
        if had < length as usize {
            format!("{had} of {length} bytes captured; record with a larger snap length (tcpdump -s 0)")
        } else {
            format!("its headers speak of more than the {had} bytes that the packet has")
        }
    });
}

#[cold]
fn note(at: PacketAt, packet: &Packet<'_>, decoded: &Decoded<'_>, anomalies: &mut Anomalies) {
    let number = Some(at.number);
    match decoded {
        // Fragments were put together before.
        Decoded::Tcp(_) | Decoded::Other(_) | Decoded::Fragment(_) => {}
        Decoded::Unread(what) => {
            anomalies.note(AnomalyKind::UndecodablePacket, number, || format!("{what} is not looked into"));
        }
        Decoded::UnsupportedLink(link) => anomalies.note(AnomalyKind::UnsupportedLinkType, number, || {
            format!("link type {} (https://www.tcpdump.org/linktypes.html) is not read", link.0)
        }),
        Decoded::Undecodable(error) => {
            if (packet.wire_length as usize) > packet.data.len() {
                note_cut(at, packet, anomalies);
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
    use crate::wire::FragmentLimits;

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
        add(&ipv4(50, 0, &[0; 8]), 0);
        add(&ipv4(6, 0x2000, &[0; 8]), 0);
        add(&[0x35; 20], 0);
        let cut = tcp(Side::Client, 4, b"defgh");
        add(&cut[..cut.len() - 3], 3);
        add(&cut[..30], 15);
        let (mut reader, mut anomalies) = (reader(std::io::Cursor::new(file)), Anomalies::default());
        let mut flows = FlowTable::new(Bytes::default());
        let mut following = Following::default();
        following.follow(&mut reader, &mut flows, &mut anomalies, |_, _| {});
        following.finish(&mut flows);
        assert!(anomalies.is_empty() && following.packets() == 7);
        let anomalies = flows.sink().anomalies.clone();
        let noted: Vec<_> = anomalies.iter().map(|(k, a)| (k.name(), a.count, a.first_packet, a.detail.as_str())).collect();
        let snap = "42 of 45 bytes captured; record with a larger snap length (tcpdump -s 0)";
        assert_eq!(
            noted,
            [
                ("packet-cut", 2, Some(6), snap),
                ("undecodable-packet", 3, Some(3), "ESP is not looked into"),
                ("ip-fragment", 1, Some(4), "of the fragments of 10.0.1.5 > 10.0.2.7 (id 0x0001) the last did not come"),
                ("stream-gap", 1, Some(6), "3 bytes are not in the capture"),
                ("flow-began-before", 1, Some(1), "the first packet of a flow from 10.0.1.5:49152 is no SYN"),
            ]
        );
        let sink = flows.into_sink();
        assert_eq!((sink.told.as_slice(), sink.lost, sink.closed), (&b"abcde"[..], 3, 1));
    }

    #[test]
    fn a_packet_whose_headers_speak_of_more_than_it_has_is_not_blamed_on_the_snap_length() {
        let whole = tcp(Side::Client, 1, b"abc");
        let mut file = PcapVariant::USUAL.header(101);
        PcapVariant::USUAL.record(&mut file, 1, 0, whole.len() as u32 - 1, &whole[..whole.len() - 1]);
        let (mut reader, mut anomalies) = (reader(std::io::Cursor::new(file)), Anomalies::default());
        let mut flows = FlowTable::new(Bytes::default());
        Following::default().follow(&mut reader, &mut flows, &mut anomalies, |_, _| {});
        let (kind, noted) = flows.sink().anomalies.iter().next().expect("one");
        assert_eq!(kind, AnomalyKind::PacketCut);
        assert_eq!(noted.detail, "its headers speak of more than the 42 bytes that the packet has");
    }

    /// What is noted of a packet in four fragments, and the bytes that come of it.
    fn in_fragments(limits: Limits) -> (Vec<&'static str>, Vec<u8>) {
        let payload = &tcp(Side::Client, 1, b"abcdefghijkl")[20..];
        let mut file = PcapVariant::USUAL.header(101);
        for (number, part) in payload.chunks(8).enumerate() {
            let more = if number < 3 { 0x2000 } else { 0 };
            let packet = ipv4(6, more | number as u16, part);
            PcapVariant::USUAL.record(&mut file, 10 * number as u32, 0, packet.len() as u32, &packet);
        }
        let (mut reader, mut anomalies) = (reader(std::io::Cursor::new(file)), Anomalies::default());
        let mut flows = FlowTable::new(Bytes::default());
        let mut following = Following::new(limits);
        following.follow(&mut reader, &mut flows, &mut anomalies, |_, _| {});
        following.finish(&mut flows);
        let sink = flows.into_sink();
        (sink.anomalies.iter().map(|(kind, _)| kind.name()).filter(|name| name.contains("fragment")).collect(), sink.told)
    }

    #[test]
    fn limits_of_fragments_are_moved() {
        let (usual, whole) = (Limits::default(), b"abcdefghijkl".to_vec());
        let within = |fragments| in_fragments(Limits { fragments, ..usual });
        assert_eq!(in_fragments(usual), (vec![], whole.clone()));
        assert_eq!(within(FragmentLimits { bytes: 500, ..usual.fragments }), (vec!["ip-fragment", "fragment-limit"], vec![]));
        assert_eq!(within(FragmentLimits { pieces: 2, ..usual.fragments }), (vec!["ip-fragment", "fragment-limit"], vec![]));
        assert_eq!(within(FragmentLimits { pieces: 3, ..usual.fragments }), (vec![], whole.clone()));
        assert_eq!(within(FragmentLimits { age: 29, ..usual.fragments }), (vec!["ip-fragment"], vec![]));
        assert_eq!(within(FragmentLimits { age: 30, ..usual.fragments }), (vec![], whole));
    }

    #[test]
    fn other_link_types_are_noted() {
        let mut file = PcapVariant::USUAL.header(147);
        PcapVariant::USUAL.record(&mut file, 1, 0, 1, b"x");
        let (mut reader, mut anomalies) = (reader(std::io::Cursor::new(file)), Anomalies::default());
        let mut flows = FlowTable::new(Bytes::default());
        Following::default().follow(&mut reader, &mut flows, &mut anomalies, |_, _| {});
        let anomalies = flows.into_sink().anomalies;
        let (kind, noted) = anomalies.iter().next().expect("one");
        assert_eq!((kind, noted.first_packet), (AnomalyKind::UnsupportedLinkType, Some(1)));
        assert!(noted.detail.starts_with("link type 147 "), "{}", noted.detail);
    }
}
