//! Exit codes, part of the contract. The first that applies of 2, 4, 1, 3, 0.

/// Something was judged, nothing at or above `--fail-on` was found, and no required hop is unseen.
pub const MET: u8 = 0;
/// Findings at or above `--fail-on`.
pub const FINDINGS: u8 = 1;
/// Usage, or an invalid spec.
pub const USAGE: u8 = 2;
/// Nothing was judged, or a required hop was not observed.
pub const NOTHING_JUDGED: u8 = 3;
/// A named file is no capture or cannot be read, or I/O failed.
pub const UNREADABLE: u8 = 4;
