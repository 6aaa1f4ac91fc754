//! How sources are read, beside what they are.

use std::sync::Arc;

use crate::tls::KeyLogs;

/// What holds for every source of a run. A part of reading that can be chosen is a field here.
#[derive(Debug, Clone, Default)]
pub struct ReadOptions {
    /// The secrets that TLS connections are opened with.
    pub keys: Arc<KeyLogs>,
}
