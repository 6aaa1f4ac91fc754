//! How much a draft keeps of what it hears. What goes beyond is counted, and said in the draft.

/// From so many kinds on no further probe is told apart.
pub(super) const MOST_GROUPS: usize = 128;
/// Ports, and hosts of texts, that are told apart.
pub(super) const MOST_SERVERS: usize = 16;
/// Names of fields of a message of one kind.
pub(super) const MOST_FIELDS: usize = 128;
/// Longer names are not learned.
pub(super) const LONGEST_NAME: usize = 128;
/// Different values of a field.
pub(super) const MOST_VALUES: usize = 8;
/// Longer values are not kept; how they begin and end is.
pub(super) const LONGEST_VALUE: usize = 512;
/// So much is kept of how values begin and end.
pub(super) const LONGEST_EDGE: usize = 160;
/// A literal that is longer is no line that anybody wants to read.
pub(super) const LONGEST_LITERAL: usize = 240;

/// Bytes that values and names may take in all.
#[derive(Debug)]
pub(super) struct Budget(usize);

impl Default for Budget {
    fn default() -> Self {
        Self(16 << 20)
    }
}

impl Budget {
    /// Takes room for so many bytes, where there is any.
    pub(super) fn take(&mut self, bytes: usize) -> bool {
        // What a value takes beside its bytes.
        match self.0.checked_sub(bytes.saturating_add(64)) {
            Some(left) => {
                self.0 = left;
                true
            }
            None => false,
        }
    }
}
