//! Classic pcap (<https://www.ietf.org/archive/id/draft-ietf-opsawg-pcap-04.html>): both byte orders, microseconds,
//! nanoseconds, and the "modified" format of old Linux kernels, whose record headers have eight bytes more.
//!
//! The file header is pcap-parser's; the record header is read here, since its length decides how much to read and
//! pcap-parser knows the modified format in one byte order only. A captured length beyond 16 MiB is damage: nothing in
//! the format says where the next record begins, so reading stops there.

use super::clock::Clock;
use super::order::ByteOrder;
use super::record::{MOST_CAPTURED, Record, note_damage, note_end};
use super::window::Window;
use super::{CaptureError, LinkType};
use crate::anomaly::Anomalies;

const LAYER: &str = "pcap file header";
const FILE_HEADER: usize = 24;

/// Reads the records behind a file header.
pub(super) struct Pcap {
    order: ByteOrder,
    clock: Clock,
    link: LinkType,
    record_header: usize,
}

/// What the magic number says; `None` for other formats.
pub(super) fn variant(magic: [u8; 4]) -> Option<(ByteOrder, Clock, usize)> {
    use ByteOrder::{Big, Little};
    Some(match magic {
        [0xd4, 0xc3, 0xb2, 0xa1] => (Little, Clock::MICROSECONDS, 16),
        [0xa1, 0xb2, 0xc3, 0xd4] => (Big, Clock::MICROSECONDS, 16),
        [0x4d, 0x3c, 0xb2, 0xa1] => (Little, Clock::NANOSECONDS, 16),
        [0xa1, 0xb2, 0x3c, 0x4d] => (Big, Clock::NANOSECONDS, 16),
        [0x34, 0xcd, 0xb2, 0xa1] => (Little, Clock::MICROSECONDS, 24),
        [0xa1, 0xb2, 0xcd, 0x34] => (Big, Clock::MICROSECONDS, 24),
        _ => return None,
    })
}

impl Pcap {
    /// Reads the file header.
    pub(super) fn open(
        window: &mut Window,
        (order, clock, record_header): (ByteOrder, Clock, usize),
    ) -> Result<Self, CaptureError> {
        if !window.fill(FILE_HEADER) {
            let had = window.available().len() as u64;
            return Err(CaptureError::Cut { layer: LAYER, offset: 0, needed: FILE_HEADER as u64, had });
        }
        let damaged = |why: String| CaptureError::Damaged { layer: LAYER, offset: 0, why };
        let mut header = [0; FILE_HEADER];
        header.copy_from_slice(window.available().get(..FILE_HEADER).unwrap_or(&[0; FILE_HEADER]));
        // The modified magic exists in pcap-parser for one byte order; the rest of the header is the same.
        if record_header == 24 && order == ByteOrder::Big {
            header[2..4].copy_from_slice(&[0xc3, 0xd4]);
        }
        let (_, header) = pcap_parser::parse_pcap_header(&header).map_err(|e| damaged(e.to_string()))?;
        if header.version_major != 2 {
            return Err(damaged(format!("version {}.{} where 2.x was expected", header.version_major, header.version_minor)));
        }
        window.consume(FILE_HEADER);
        // The upper 16 bits say whether and how long a frame check sequence is; the link type is in the lower ones.
        Ok(Self { order, clock, link: LinkType((header.network.0 & 0xffff) as u16), record_header })
    }

    /// The next record; `None` at the end and where reading must stop.
    #[inline]
    pub(super) fn next(&mut self, window: &mut Window, packets: u64, anomalies: &mut Anomalies) -> Option<Record> {
        if !window.fill(self.record_header) {
            note_end(window, self.record_header as u64, packets, anomalies);
            return None;
        }
        let header = window.available();
        let seconds = self.order.u32(header, 0)?;
        let fraction = self.order.u32(header, 4)?;
        let captured = self.order.u32(header, 8)?;
        let wire_length = self.order.u32(header, 12)?;
        if captured > MOST_CAPTURED {
            note_damage(window, packets, anomalies, || {
                format!("a packet of {captured} captured bytes, more than the {MOST_CAPTURED} that are believed")
            });
            return None;
        }
        let whole = self.record_header.saturating_add(captured as usize);
        if !window.fill(whole) {
            note_end(window, whole as u64, packets, anomalies);
            return None;
        }
        window.consume(self.record_header);
        let range = window.consume(captured as usize);
        Some(Record { time: self.clock.at_seconds(seconds, fraction), link: self.link, range, wire_length })
    }
}
