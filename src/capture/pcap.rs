//! Classic pcap (<https://www.ietf.org/archive/id/draft-ietf-opsawg-pcap-04.html>): both byte orders, microseconds,
//! nanoseconds, and the "modified" format of old Linux kernels, whose record headers have eight bytes more.
//!
//! The file header is pcap-parser's; the record header is read here, since its length decides how much to read and
//! pcap-parser knows the modified format in one byte order only. A captured length beyond 16 MiB is damage: nothing in
//! the format says where the next record begins, so reading stops there.

use super::order::ByteOrder;
use super::record::{MOST_CAPTURED, Record, note_damage, note_end};
use super::window::Window;
use super::{CaptureError, LinkType, Timestamp};
use crate::anomaly::Anomalies;

const LAYER: &str = "pcap file header";
const FILE_HEADER: usize = 24;

/// Reads the records behind a file header.
pub(super) struct Pcap {
    order: ByteOrder,
    /// What one tick of its time stamps is, in nanoseconds.
    tick: u64,
    link: LinkType,
    record_header: usize,
}

const MICROSECOND: u64 = 1000;
const NANOSECOND: u64 = 1;

/// What the magic number says: byte order, tick, length of a record's header. `None` for other formats.
pub(super) fn variant(magic: [u8; 4]) -> Option<(ByteOrder, u64, usize)> {
    use ByteOrder::{Big, Little};
    Some(match magic {
        [0xd4, 0xc3, 0xb2, 0xa1] => (Little, MICROSECOND, 16),
        [0xa1, 0xb2, 0xc3, 0xd4] => (Big, MICROSECOND, 16),
        [0x4d, 0x3c, 0xb2, 0xa1] => (Little, NANOSECOND, 16),
        [0xa1, 0xb2, 0x3c, 0x4d] => (Big, NANOSECOND, 16),
        [0x34, 0xcd, 0xb2, 0xa1] => (Little, MICROSECOND, 24),
        [0xa1, 0xb2, 0xcd, 0x34] => (Big, MICROSECOND, 24),
        _ => return None,
    })
}

impl Pcap {
    /// Reads the file header.
    pub(super) fn open(window: &mut Window, (order, tick, record_header): (ByteOrder, u64, usize)) -> Result<Self, CaptureError> {
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
        Ok(Self { order, tick, link: LinkType((header.network.0 & 0xffff) as u16), record_header })
    }

    /// The next record; `None` at the end and where reading must stop.
    #[inline]
    pub(super) fn next(&mut self, window: &mut Window, packets: u64, anomalies: &mut Anomalies) -> Option<Record> {
        let there = window.available();
        if let Some(header) = there.first_chunk() {
            let (record, captured) = self.record(header);
            let whole = self.record_header.saturating_add(captured as usize);
            if captured <= MOST_CAPTURED && whole <= there.len() {
                return Some(Record { range: window.consume_behind(self.record_header, whole), ..record });
            }
        }
        self.next_slowly(window, packets, anomalies)
    }

    /// The same, where the record is not in the window yet.
    #[cold]
    fn next_slowly(&mut self, window: &mut Window, packets: u64, anomalies: &mut Anomalies) -> Option<Record> {
        if !window.fill(self.record_header) {
            note_end(window, self.record_header as u64, packets, anomalies);
            return None;
        }
        let (record, captured) = self.record(window.available().first_chunk()?);
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
        Some(Record { range: window.consume_behind(self.record_header, whole), ..record })
    }

    /// A record by its header, without its bytes, and how many of these were captured.
    #[inline]
    fn record(&self, header: &[u8; 16]) -> (Record, u32) {
        let [seconds, ticks, captured, wire_length] = self.order.words(header);
        // Both fit: 32 bits of seconds are less than 2^62 nanoseconds, and so are 32 bits of microseconds.
        let time = u64::from(seconds).wrapping_mul(1_000_000_000).wrapping_add(u64::from(ticks).wrapping_mul(self.tick));
        (Record { time: Timestamp::from_nanoseconds(time), link: self.link, range: 0..0, wire_length }, captured)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_and_ticks() {
        let time = |tick, seconds: u32, ticks: u32| {
            let pcap = Pcap { order: ByteOrder::Little, tick, link: LinkType::ETHERNET, record_header: 16 };
            let header = [seconds.to_le_bytes(), ticks.to_le_bytes(), [0; 4], [0; 4]].concat();
            pcap.record(header.first_chunk().expect("16 bytes")).0.time.nanoseconds
        };
        assert_eq!(time(MICROSECOND, 2, 3), 2_000_003_000);
        assert_eq!(time(NANOSECOND, u32::MAX, u32::MAX), 4_294_967_299_294_967_295);
        assert_eq!(time(MICROSECOND, u32::MAX, u32::MAX), 4_294_967_295_000_000_000 + 4_294_967_295_000);
    }
}
