//! HTTP/2: frames of a client and a server behind their prefaces, whole, in segments, with bytes lost; or header blocks.

use hopspec::anomaly::AnomalyKind;
use hopspec::capture::{PacketAt, Timestamp};
use hopspec::flow::{Chunk, Direction, FlowInfo, Gap, Need, StreamEnd, StreamSink};
use hopspec::http::{CaptureId, HttpStreams};
use hopspec::wire::Endpoint;

use super::notes::Notes;

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";
const SETTINGS: &[u8] = b"\0\0\0\x04\0\0\0\0\0";

/// The first byte says how the rest is taken, the next two how much of it the client sends.
pub fn h2(data: &[u8]) {
    let Some((&[how, low, high], rest)) = data.split_first_chunk::<3>() else { return };
    let length = usize::from(u16::from_le_bytes([low, high])).min(rest.len());
    let (mut asks, mut answers) = (rest[..length].to_vec(), rest[length..].to_vec());
    if how & 1 != 0 {
        (asks, answers) = (blocks(&asks), blocks(&answers));
    }
    if how & 2 == 0 {
        asks.splice(0..0, PREFACE.iter().copied());
        answers.splice(0..0, SETTINGS.iter().copied());
    }
    let keep = if how & 4 == 0 { 1 << 12 } else { 0 };
    let whole = conversation(&asks, &answers, usize::MAX, 0, keep);
    // Where the beginning is known, what is told does not depend on the segments.
    for size in [1, 1 + data.len() % 17] {
        let told = conversation(&asks, &answers, size, 0, keep);
        // Where the place is lost, frames are looked for where a segment begins.
        if how & 2 == 0 && whole.is_some() && told.is_some() {
            assert_eq!(told, whole, "in segments of {size}");
        }
    }
    conversation(&asks, &answers, 1 + data.len() % 90, 1 + usize::from(how >> 4), keep);
}

/// A header block in each piece, in a frame of its own.
fn blocks(bytes: &[u8]) -> Vec<u8> {
    let mut frames = Vec::new();
    for (number, block) in (0u32..).zip(bytes.split(|&b| b == 0xf9)) {
        let length = u32::try_from(block.len()).unwrap().to_be_bytes();
        frames.extend(&length[1..]);
        frames.extend([1, 5]);
        frames.extend((2 * number + 1).to_be_bytes());
        frames.extend(block);
    }
    frames
}

/// What is told; nothing where the borders of frames were lost on the way.
fn conversation(asks: &[u8], answers: &[u8], size: usize, lost: usize, keep: usize) -> Option<Vec<String>> {
    let mut notes = Notes::wanting(keep);
    let mut streams = HttpStreams::new(CaptureId(0), &mut notes);
    let ends = [40_000, 80].map(|port| Endpoint { ip: [10, 0, 0, 1].into(), port });
    let flow = FlowInfo { number: 0, ends, opener: Some(Direction::Forward), accepted: true };
    let mut talk = streams.open(&flow);
    let at = PacketAt { number: 1, time: Timestamp::default() };
    for (direction, bytes) in [(Direction::Forward, asks), (Direction::Backward, answers)] {
        let (mut skip, mut rest, mut number) = (0u64, bytes, 0usize);
        while !rest.is_empty() {
            number += 1;
            let passed = usize::try_from(skip).unwrap_or(usize::MAX).min(rest.len());
            skip -= passed as u64;
            rest = &rest[passed..];
            if skip > 0 || rest.is_empty() {
                break;
            }
            let (piece, behind) = rest.split_at(size.min(rest.len()));
            rest = behind;
            let need = if lost > 0 && number % 7 == lost % 7 {
                streams.gap(&flow, &mut talk, Gap { direction, length: piece.len() as u64, at })
            } else {
                streams.data(&flow, &mut talk, Chunk { direction, data: piece, at })
            };
            match need {
                Need::Bytes => {}
                Need::Skip(bytes) => skip = bytes,
                Need::Nothing => break,
            }
        }
        streams.end(&flow, &mut talk, direction, StreamEnd::Fin, skip, at);
    }
    streams.close(&flow, talk);
    let lost = streams.anomalies().count(AnomalyKind::Http2Lost) > 0;
    drop(streams);
    notes.finish();
    // A byte of a header block may name a long entry, but no head is longer than what is kept of one.
    assert!(notes.bytes <= 600 * (asks.len() + answers.len()) * 64 + 64);
    (!lost).then_some(notes.lines)
}
