//! How sources are read, beside what they are.

use std::sync::Arc;

use super::Limits;
use crate::tls::KeyLogs;

/// What holds for every source of a run. A part of reading that can be chosen is a field here.
#[derive(Debug, Clone, Default)]
pub struct ReadOptions {
    /// How much is held.
    pub limits: Limits,
    /// The secrets that TLS connections are opened with.
    pub keys: Arc<KeyLogs>,
}
