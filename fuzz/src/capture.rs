//! Capture files: any bytes as a file, read whole and in pieces.

use std::io::{Cursor, Read};

use hopspec::anomaly::Anomalies;
use hopspec::capture::{Opened, open};
use hopspec::http::CaptureId;
use hopspec::source::read_from;

use super::notes::Notes;

/// Gives out so many bytes at a time.
struct Pieces(Cursor<Vec<u8>>, usize);

impl Read for Pieces {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let most = buffer.len().min(self.1);
        self.0.read(&mut buffer[..most])
    }
}

fn pieces(data: &[u8], size: usize) -> Box<dyn Read> {
    Box::new(Pieces(Cursor::new(data.to_vec()), size))
}

/// Packets are bounded by the file; the same bytes in any pieces give the same packets, messages and anomalies.
pub fn capture(data: &[u8]) {
    let size = 1 + data.len() % 13;
    let whole = packets(data, usize::MAX);
    let cut = packets(data, size);
    let sound = |(_, anomalies): &(Vec<String>, Option<Anomalies>)| anomalies.as_ref().is_some_and(Anomalies::is_empty);
    if is_packed(data) && !(sound(&whole) && sound(&cut)) {
        // How much comes out of damaged gzip or zstd before it is noticed is up to the decompressor: one is the beginning of the other.
        assert!(cut.0.iter().zip(&whole.0).all(|(a, b)| a == b), "in pieces of {size}");
        messages(data, size);
        messages(data, usize::MAX);
        return;
    }
    assert_eq!(cut, whole, "in pieces of {size}");
    let (told, summary) = messages(data, usize::MAX);
    assert_eq!(messages(data, size), (told, summary), "in pieces of {size}");
}

/// Whether it is gzip or zstd, of which more comes out than is in it.
fn is_packed(data: &[u8]) -> bool {
    data.starts_with(&[0x1f, 0x8b])
        || data.get(1..4).is_some_and(|magic| magic == [0xb5, 0x2f, 0xfd] || magic == [0x2a, 0x4d, 0x18])
}

/// Number, link type and bytes of each packet, and the anomalies.
fn packets(data: &[u8], size: usize) -> (Vec<String>, Option<Anomalies>) {
    let Ok(Opened::Packets(mut reader)) = open(pieces(data, size)) else { return (Vec::new(), None) };
    let (mut anomalies, mut found, mut bytes, mut last) = (Anomalies::default(), Vec::new(), 0, 0);
    while let Some(packet) = reader.next(&mut anomalies) {
        bytes += packet.data.len();
        assert!(packet.data.len() <= 16 << 20);
        // A packet that cannot be read has a number, too, as in other tools.
        assert!(packet.at.number > last, "{} behind {last}", packet.at.number);
        last = packet.at.number;
        found.push(format!("{} {:?} {} {}", packet.at.number, packet.link, packet.wire_length, packet.data.len()));
    }
    if !is_packed(data) {
        assert!(bytes <= data.len(), "{bytes} bytes of packets in a file of {}", data.len());
    }
    (found, Some(anomalies))
}

fn messages(data: &[u8], size: usize) -> (Vec<String>, String) {
    let mut notes = Notes::wanting(1 << 12);
    let summary = match read_from(pieces(data, size), CaptureId(0), &mut notes) {
        Ok(summary) => {
            notes.finish();
            assert_eq!(summary.requests + summary.responses, notes.messages());
            format!("{} {} {:?}", summary.packets, summary.flows, summary.anomalies)
        }
        Err(error) => error.to_string(),
    };
    (notes.lines, summary)
}
