//! What a recorder says of itself (Interface Statistics Block of pcapng, §4.6): how many packets it could not keep.

use super::order::ByteOrder;

/// `isb_ifdrop`: dropped by the interface.
const BY_INTERFACE: u16 = 5;
/// `isb_osdrop`: dropped by the system.
const BY_SYSTEM: u16 = 7;
const END: u16 = 0;

/// How many packets each interface of a section dropped. Numbers count from the beginning of the capture, and may be said again.
#[derive(Debug, Default)]
pub(super) struct Statistics {
    known: Vec<u64>,
}

impl Statistics {
    /// How many packets were dropped since the last block of the same interface; `None` where the block has no number of one.
    /// `described` interfaces have numbers of their own, others share one.
    pub(super) fn dropped_since(&mut self, block: &[u8], described: usize, order: ByteOrder) -> Option<u64> {
        let interface = (order.u32(block, 8)? as usize).min(described);
        let total = total(block, order);
        if self.known.len() <= interface {
            self.known.resize(interface.saturating_add(1), 0);
        }
        let known = self.known.get_mut(interface)?;
        let since = total.saturating_sub(*known);
        *known = total.max(*known);
        Some(since)
    }
}

/// All that were dropped, by interface and system. What cannot be read of the options ends them.
fn total(block: &[u8], order: ByteOrder) -> u64 {
    let mut total = 0_u64;
    let options = block.get(20..block.len().saturating_sub(4)).unwrap_or_default();
    let mut at = 0_usize;
    while let (Some(code), Some(length)) = (order.u16(options, at), order.u16(options, at.saturating_add(2))) {
        if code == END {
            break;
        }
        let value = at.saturating_add(4);
        if matches!((code, length), (BY_INTERFACE | BY_SYSTEM, 8))
            && let Some(dropped) = options.get(value..value.saturating_add(8)).and_then(|bytes| order.u64(bytes))
        {
            total = total.saturating_add(dropped);
        }
        at = value.saturating_add(usize::from(length).next_multiple_of(4));
    }
    total
}
