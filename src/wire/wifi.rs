//! IEEE 802.11 frames, as far as they carry data in the clear; captures of a wireless network that is encrypted hold
//! nothing to read.

use super::rest::Rest;
use super::{Decoded, WireError, link};

const LAYER: &str = "802.11 header";
const DATA: u8 = 2;
const WITHOUT_DATA: u8 = 0x40;
const QUALITY: u8 = 0x80;
const BOTH_WAYS: u8 = 0x03;
const MORE_FRAGMENTS: u8 = 0x04;
const PROTECTED: u8 = 0x40;
const MORE_CONTROL: u8 = 0x80;

/// What a data frame carries, behind a header whose length its flags decide (IEEE 802.11-2020 §9.3.2.1).
pub(super) fn frame(rest: Rest<'_>) -> Result<Decoded<'_>, WireError> {
    let header: &[u8; 24] = rest.head(LAYER)?;
    let [control, flags] = [header[0], header[1]];
    if control >> 2 & 0x03 != DATA || control & WITHOUT_DATA != 0 {
        return Ok(Decoded::Other("802.11 without data"));
    }
    if flags & MORE_FRAGMENTS != 0 || header[22] & 0x0f != 0 {
        return Ok(Decoded::Unread("fragments of 802.11"));
    }
    let mut inner = rest.behind(24, LAYER)?;
    if flags & BOTH_WAYS == BOTH_WAYS {
        inner = inner.behind(6, LAYER)?;
    }
    if control & QUALITY != 0 {
        let &[quality, _] = inner.head(LAYER)?;
        if quality & 0x80 != 0 {
            return Ok(Decoded::Unread("aggregated 802.11 frames"));
        }
        inner = inner.behind(if flags & MORE_CONTROL != 0 { 6 } else { 2 }, LAYER)?;
    }
    // Some recorders decrypt and leave the flag.
    if flags & PROTECTED != 0 && !inner.bytes.starts_with(&[0xaa, 0xaa, 0x03]) {
        return Ok(Decoded::Unread("encrypted 802.11"));
    }
    link::ieee_802_2(inner)
}

/// A frame behind a radiotap header (<https://www.radiotap.org>), whose length is in little-endian order.
pub(super) fn radiotap(rest: Rest<'_>) -> Result<Decoded<'_>, WireError> {
    const LAYER: &str = "radiotap header";
    let header: &[u8; 4] = rest.head(LAYER)?;
    frame(rest.behind(usize::from(u16::from_le_bytes([header[2], header[3]])), LAYER)?)
}
