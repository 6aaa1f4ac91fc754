//! Packets: link type, then each packet behind its length.

use hopspec::capture::{LinkType, Packet, PacketAt, Timestamp};
use hopspec::flow::{FlowTable, StreamSink};
use hopspec::http::{CaptureId, HttpStreams};
use hopspec::wire::{Decoded, Fragments, Segment, segment};

use super::notes::Notes;

const LINKS: [u16; 27] =
    [1, 101, 113, 276, 0, 108, 228, 229, 12, 147, 7, 9, 10, 14, 50, 51, 104, 105, 109, 117, 127, 129, 192, 204, 226, 239, 258];

/// A segment lies in its packet; a VLAN tag does not change it; whatever the packets say, streams and messages hold.
pub fn packets(data: &[u8]) {
    let Some((first, mut rest)) = data.split_first() else { return };
    let link = LinkType(LINKS[usize::from(*first) % LINKS.len()]);
    let mut notes = Notes::wanting(1 << 10);
    let mut flows = FlowTable::new(HttpStreams::new(CaptureId(0), &mut notes));
    let mut fragments = Fragments::default();
    let mut number = 0;
    while let Some((length, behind)) = rest.split_first_chunk::<2>() {
        let length = usize::from(u16::from_le_bytes(*length)).min(behind.len());
        let (bytes, next) = behind.split_at(length);
        rest = next;
        number += 1;
        let at = PacketAt { number, time: Timestamp::from_nanoseconds(number * 1_000_000) };
        // The snap length cuts some.
        let cut = if number % 5 == 0 { 7 } else { 0 };
        let packet = Packet { at, link, data: bytes, wire_length: u32::try_from(length).unwrap() + cut };
        match segment(&packet) {
            Decoded::Tcp(found) => {
                lies_in(&found, bytes);
                if link == LinkType::ETHERNET {
                    tagged(&packet, &found);
                }
                flows.segment(at, &found);
            }
            Decoded::Fragment(fragment) => {
                if let Some(whole) = fragments.put_together(at, &fragment, flows.sink_mut().anomalies())
                    && let Decoded::Tcp(found) = whole.decode()
                {
                    flows.segment(at, &found);
                }
            }
            _ => {}
        }
    }
    fragments.finish(flows.sink_mut().anomalies());
    flows.finish();
    drop(flows);
    notes.finish();
    assert!(notes.messages() <= data.len() as u64);
}

fn lies_in(segment: &Segment<'_>, bytes: &[u8]) {
    assert!(segment.payload.len() <= bytes.len());
    assert!(segment.payload.is_empty() || bytes.as_ptr_range().contains(&segment.payload.as_ptr()));
    assert!(segment.wire_length as usize >= segment.payload.len(), "{segment:?}");
}

/// The usual packet takes a short way through the code; with a tag it takes the long one.
fn tagged(packet: &Packet<'_>, found: &Segment<'_>) {
    let Some((addresses, rest)) = packet.data.split_at_checked(12) else { return };
    if !rest.starts_with(&[8, 0]) && !rest.starts_with(&[0x86, 0xdd]) {
        return;
    }
    let bytes = [addresses, &[0x81, 0, 0, 1], rest].concat();
    let tagged = Packet { data: &bytes, wire_length: packet.wire_length + 4, ..*packet };
    match segment(&tagged) {
        Decoded::Tcp(same) => {
            let parts = |s: &Segment<'_>| (s.src, s.dst, s.tunnel, s.seq, s.ack, s.flags, s.payload.to_vec(), s.wire_length);
            assert_eq!(parts(&same), parts(found));
        }
        other => panic!("{other:?} instead of {found:?}"),
    }
}
