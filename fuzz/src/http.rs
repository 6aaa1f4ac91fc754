//! HTTP: what a client and a server send on a connection, whole and in segments; and heads alone.

use hopspec::capture::{PacketAt, Timestamp};
use hopspec::flow::FlowTable;
use hopspec::http::{CaptureId, Fidelity, HttpStreams, Origin, Provenance, parse_head};
use hopspec::wire::{Endpoint, Segment, TcpFlags};

use super::notes::{Notes, held};

/// The first two bytes say how much of the rest the client sends. The same bytes in any segments give the same messages.
pub fn http(data: &[u8]) {
    let at = Provenance { capture: CaptureId(0), origin: Origin::Line(1) };
    for fidelity in [Fidelity::WIRE, Fidelity::TEXT] {
        let head = parse_head(data, at, fidelity);
        held(&head.as_ref());
        assert!(head.raw.len() <= 2 * data.len(), "unfolded values are no longer than their lines");
    }
    let Some((length, rest)) = data.split_first_chunk::<2>() else { return };
    let (request, response) = rest.split_at(usize::from(u16::from_le_bytes(*length)).min(rest.len()));
    let keep = if length[0] % 2 == 0 { 1 << 12 } else { 0 };
    let whole = conversation(request, response, usize::MAX, keep);
    for size in [1, 1 + data.len() % 17] {
        let told = conversation(request, response, size, keep);
        // Behind other bytes, frames of HTTP/2 are looked for where a segment begins.
        let of_frames = |line: &String| line.contains("HTTP/2") || line.contains("\"h2-");
        let frames = |(lines, rest): &(Vec<String>, String)| lines.iter().chain([rest]).any(of_frames);
        if !frames(&told) && !frames(&whole) {
            assert_eq!(told, whole, "in segments of {size}");
        }
    }
}

fn conversation(request: &[u8], response: &[u8], size: usize, keep: usize) -> (Vec<String>, String) {
    let mut notes = Notes::wanting(keep);
    let mut flows = FlowTable::new(HttpStreams::new(CaptureId(0), &mut notes));
    let mut number = 0;
    let mut send = |client: bool, seq: u32, ack: u32, flags: u8, payload: &[u8]| {
        number += 1;
        let ends = ["10.0.0.1:40000", "10.0.0.2:80"].map(|end| {
            let end: std::net::SocketAddr = end.parse().unwrap();
            Endpoint { ip: end.ip(), port: end.port() }
        });
        let [src, dst] = if client { ends } else { [ends[1], ends[0]] };
        let wire_length = u32::try_from(payload.len()).unwrap();
        let segment = Segment { src, dst, tunnel: 0, mark: 0, seq, ack, flags: TcpFlags::from_byte(flags), payload, wire_length };
        flows.segment(PacketAt { number, time: Timestamp::default() }, &segment);
    };
    const SYN: u8 = 0x02;
    const ACK: u8 = 0x10;
    const FIN: u8 = 0x11;
    send(true, 99, 0, SYN, b"");
    send(false, 499, 100, SYN | ACK, b"");
    let mut seq = 100_u32;
    for piece in request.chunks(size.min(60_000)) {
        send(true, seq, 500, ACK, piece);
        seq += u32::try_from(piece.len()).unwrap();
    }
    let mut ack = 500_u32;
    for piece in response.chunks(size.min(60_000)) {
        send(false, ack, seq, ACK, piece);
        ack += u32::try_from(piece.len()).unwrap();
    }
    send(true, seq, ack, FIN, b"");
    send(false, ack, seq + 1, FIN, b"");
    flows.finish();
    let http = flows.into_sink();
    let kinds: Vec<String> = http.anomalies().iter().map(|(kind, anomaly)| format!("{kind} {}", anomaly.count)).collect();
    let told = format!("{kinds:?} {:?}", http.undecoded().collect::<Vec<_>>());
    drop(http);
    notes.finish();
    // A byte of HPACK may stand for a long field; what that adds up to is `h2`'s matter.
    let expands = notes.lines.iter().any(|line| line.contains("HTTP/2"));
    assert!(expands || notes.bytes <= 3 * (request.len() + response.len()) + 64, "{} bytes of messages", notes.bytes);
    (notes.lines, told)
}
