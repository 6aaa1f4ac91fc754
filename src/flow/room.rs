//! What things take in memory, as the allocator gives it: what is held is counted so, and bounded.

/// What an allocation takes beside its bytes: its header, and half of what its size is rounded up by.
pub(crate) const ALLOCATION: usize = 16;

/// What so many bytes take in a place of their own; nothing has no place.
#[inline]
pub(crate) const fn allocated(bytes: usize) -> usize {
    if bytes == 0 { 0 } else { bytes.saturating_add(ALLOCATION) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_takes_no_place() {
        assert_eq!((allocated(0), allocated(100)), (0, 116));
    }
}
