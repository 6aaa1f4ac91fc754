//! Where the lines of a head lie: heads that repeat know of each other that they are laid out alike, and need no comparison.

use std::sync::atomic::{AtomicU64, Ordering};

/// How a head is laid out. Heads with the same known layout have as many lines, all in the same places, with the same names
/// and the same end of the start line; values may differ. It is a hint: no head is another one because of it, so all are
/// equal, and where nothing is known of it a head has lost nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Layout(u32);

impl Layout {
    /// One that no head had before, in this process. After so many that they can be told apart no longer, nothing is known.
    pub(super) fn another() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        Self(u32::try_from(NEXT.fetch_add(1, Ordering::Relaxed)).unwrap_or_default())
    }

    /// Whether a head with this layout is surely laid out as one with the other.
    #[inline]
    #[must_use]
    pub fn is_as(self, other: Self) -> bool {
        self.0 != 0 && self.0 == other.0
    }
}

impl PartialEq for Layout {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Layout {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_known_is_like_nothing() {
        let (one, other) = (Layout::another(), Layout::another());
        assert!(one.is_as(one) && !one.is_as(other) && !Layout::default().is_as(Layout::default()));
        assert_eq!(one, other);
    }
}
