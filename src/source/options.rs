//! How sources are read, beside what they are.

use super::Limits;

/// What holds for every source of a run. A part of reading that can be chosen is a field here.
#[derive(Debug, Clone, Default)]
pub struct ReadOptions {
    /// How much is held.
    pub limits: Limits,
}
