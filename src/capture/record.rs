//! What the two file formats have in common: a record that was read, and what is said where one cannot be.

use super::window::Window;
use super::{LinkType, Timestamp};
use crate::anomaly::{Anomalies, AnomalyKind};

/// The most bytes that a packet may have; more is damage. Far above every snap length in use (262 144).
pub(super) const MOST_CAPTURED: u32 = 16 << 20;

/// A packet that lies in the window, before it has a number.
pub(super) struct Record {
    pub(super) time: Timestamp,
    pub(super) link: LinkType,
    /// Where its bytes lie, as [`Window::consume`] said.
    pub(super) range: std::ops::Range<usize>,
    /// Its length on the wire as the file says.
    pub(super) wire_length: u32,
}

/// The capture ends within a record, or its decompression failed there. Nothing is noted where it ends between two.
pub(super) fn note_end(window: &Window, needed: u64, packets: u64, anomalies: &mut Anomalies) {
    let had = window.available().len();
    if had == 0 && window.failure().is_none() {
        return;
    }
    let kind = match window.failure() {
        Some(error) if error.kind() != std::io::ErrorKind::UnexpectedEof => AnomalyKind::CaptureDamaged,
        _ => AnomalyKind::CaptureTruncated,
    };
    anomalies.note(kind, (packets > 0).then_some(packets), || {
        let position = window.position();
        let record = match packets {
            0 => format!("the first record, at byte {position},"),
            _ => format!("the record at byte {position} behind packet {packets}"),
        };
        match window.failure() {
            Some(error) => format!("reading failed in {record}: {error}"),
            None => format!("{record} needs {needed} bytes, {had} are there"),
        }
    });
}

/// A record contradicts the format.
pub(super) fn note_damage(window: &Window, packets: u64, anomalies: &mut Anomalies, why: impl FnOnce() -> String) {
    anomalies.note(AnomalyKind::CaptureDamaged, (packets > 0).then_some(packets), || {
        format!("at byte {} behind packet {packets}: {}", window.position(), why())
    });
}
