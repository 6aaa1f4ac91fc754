//! Why a source cannot be read.

/// A source that cannot be read at all. What is lost on the way is no error but an anomaly of the [`super::Summary`].
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// The file cannot be opened or read.
    #[error("{file}: {why}")]
    Io {
        /// As given.
        file: String,
        /// What the system says, in plain words.
        why: String,
    },
    /// Neither a capture nor a text with HTTP messages.
    #[error("{file}: {why}")]
    NotACapture {
        /// As given.
        file: String,
        /// What its beginning looks like, and what would be read.
        why: String,
    },
}
