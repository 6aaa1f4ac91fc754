//! Fragments: a packet's payload, and how it is cut, ordered, repeated and overlapped; and any bytes as fragments.

use hopspec::anomaly::{Anomalies, AnomalyKind};
use hopspec::capture::{LinkType, Packet, PacketAt, Timestamp};
use hopspec::wire::{Decoded, FragmentLimits, Fragments, segment};

const LIMITS: FragmentLimits = FragmentLimits { bytes: 16 << 10, pieces: 64, age: 60, packets: 1000 };

/// A packet whose fragments all come is there once, whatever their order; what else comes is bounded and told.
pub fn fragments(data: &[u8]) {
    let Some((&[flags, cut, order], payload)) = data.split_first_chunk::<3>() else { return };
    let six = flags & 1 == 1;
    let piece = (usize::from(cut % 16) + 1) * 8;
    let payload = payload.get(..payload.len().min(4000)).unwrap_or_default();
    let protocol = [6, 17, 47, 4, 41, 1, 97, 137][usize::from(flags >> 1 & 7)];
    let whole = packet(six, protocol, payload, 0, payload.len(), false);
    let expected = match decoded(&whole) {
        Some(said) => said,
        // A packet in a packet: what is in it is a fragment itself.
        None => return hostile(data),
    };
    let mut parts: Vec<Vec<u8>> = (0..payload.len())
        .step_by(piece)
        .map(|start| packet(six, protocol, payload, start, (start + piece).min(payload.len()), true))
        .collect();
    if parts.len() > 1 && parts.len() <= LIMITS.pieces {
        let count = parts.len();
        (0..count).for_each(|at| parts.swap(at, (at + usize::from(order)) % count));
        parts.extend_from_within(..usize::from(order) % count);
        let (mut pool, mut anomalies, mut told) = (Fragments::with_limits(LIMITS), Anomalies::default(), Vec::new());
        for (number, part) in (1..).zip(&parts) {
            hear(&mut pool, &mut anomalies, number, part, &mut told);
        }
        assert_eq!(told, [expected]);
        pool.finish(&mut anomalies);
        assert!(anomalies.iter().all(|(kind, _)| kind == AnomalyKind::DuplicatePacket), "{anomalies:?}");
    }
    hostile(data);
}

/// The bytes as fragments of one packet, behind their place and length.
fn hostile(data: &[u8]) {
    let (mut pool, mut anomalies, mut told) = (Fragments::with_limits(LIMITS), Anomalies::default(), Vec::new());
    let (mut rest, mut number) = (data, 0);
    while let Some((&[place, length, flags], behind)) = rest.split_first_chunk::<3>() {
        let (payload, next) = behind.split_at(usize::from(length).min(behind.len()));
        rest = next;
        number += 1;
        let start = usize::from(place) * 8;
        let six = flags & 1 == 1;
        let mut part = packet(six, 6, payload, 0, payload.len(), false);
        let more = u16::from(flags >> 1 & 1);
        let field = if six { start as u16 | more } else { (start / 8) as u16 | more << 13 };
        if six {
            part[6] = 44;
            part.splice(40..40, [[6, 0], field.to_be_bytes(), [0, 0], [0, flags >> 2 & 3]].concat());
            let length = u16::try_from(part.len() - 40).unwrap();
            part[4..6].copy_from_slice(&length.to_be_bytes());
        } else {
            part[5] = flags >> 2 & 3;
            part[6..8].copy_from_slice(&field.to_be_bytes());
        }
        hear(&mut pool, &mut anomalies, number, &part, &mut told);
        assert!(pool.held() <= LIMITS.bytes, "{} bytes are held", pool.held());
    }
    pool.finish(&mut anomalies);
    assert_eq!(pool.held(), 0);
}

fn hear(pool: &mut Fragments, anomalies: &mut Anomalies, number: u64, data: &[u8], told: &mut Vec<String>) {
    let at = PacketAt { number, time: Timestamp::from_nanoseconds(number * 1_000_000) };
    let packet = Packet { at, link: LinkType::RAW, data, wire_length: u32::try_from(data.len()).unwrap() };
    match segment(&packet) {
        Decoded::Fragment(fragment) => {
            if let Some(whole) = pool.put_together(at, &fragment, anomalies) {
                told.push(said(&whole.decode()));
            }
        }
        other => told.push(said(&other)),
    }
}

/// What a whole packet is; `None` where it holds a fragment.
fn decoded(data: &[u8]) -> Option<String> {
    let wire_length = u32::try_from(data.len()).unwrap();
    match segment(&Packet { at: PacketAt::default(), link: LinkType::RAW, data, wire_length }) {
        Decoded::Fragment(_) => None,
        other => Some(said(&other)),
    }
}

/// The answer, without where in the packet an error is: a packet that was put together has no header of its own.
fn said(decoded: &Decoded<'_>) -> String {
    match decoded {
        Decoded::Tcp(s) => format!("{:?}", (s.src, s.dst, s.tunnel, s.seq, s.ack, s.flags, s.payload, s.wire_length)),
        Decoded::Undecodable(_) => "undecodable".to_owned(),
        other => format!("{other:?}"),
    }
}

/// An IP packet with a part of a payload; a fragment where it is not all of it.
fn packet(six: bool, protocol: u8, payload: &[u8], start: usize, end: usize, fragment: bool) -> Vec<u8> {
    let part = &payload[start..end];
    let more = u16::from(end < payload.len());
    let start = u16::try_from(start).unwrap();
    if six {
        let head: Vec<u8> =
            if fragment { [[protocol, 0], (start | more).to_be_bytes(), [0, 0], [0, 7]].concat() } else { Vec::new() };
        let length = u16::try_from(head.len() + part.len()).unwrap().to_be_bytes();
        let next = if fragment { 44 } else { protocol };
        [&[0x60, 0, 0, 0, length[0], length[1], next, 64][..], &[1; 16], &[2; 16], &head, part].concat()
    } else {
        let length = u16::try_from(20 + part.len()).unwrap().to_be_bytes();
        let place = if fragment { ((start / 8) | (more << 13)).to_be_bytes() } else { [0, 0] };
        let head = [0x45, 0, length[0], length[1], 0, 7, place[0], place[1], 64, protocol, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2];
        [&head[..], part].concat()
    }
}
