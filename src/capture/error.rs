//! Why the beginning of a capture cannot be read. What is lost later is no error but an anomaly.

use std::io;

/// The beginning of a capture cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum CaptureError {
    /// The operating system, or the decompressor, refused the first bytes.
    #[error("cannot be read: {source}")]
    Io {
        /// What it said.
        #[from]
        source: io::Error,
    },
    /// The file is compressed, and its beginning cannot be unpacked.
    #[error("is {format} that is cut or damaged: {source}; copy it again")]
    Packed {
        /// `gzip`, `zstd`.
        format: &'static str,
        /// What the decompressor said.
        source: io::Error,
    },
    /// The file begins like a capture and ends within its first header.
    #[error("the {layer} at byte {offset} needs {needed} bytes, {had} are there: the file is cut or still being written")]
    Cut {
        /// `pcap file header`, `pcapng section header`.
        layer: &'static str,
        /// Where that header begins.
        offset: u64,
        /// Its length in bytes.
        needed: u64,
        /// How many bytes of it are there.
        had: u64,
    },
    /// The first header contradicts the format.
    #[error("the {layer} at byte {offset} cannot be right: {why}")]
    Damaged {
        /// `pcap file header`, `pcapng section header`.
        layer: &'static str,
        /// Where that header begins.
        offset: u64,
        /// Which field says what, and what was expected.
        why: String,
    },
}

impl CaptureError {
    /// The same, where what the system said is what a decompressor said.
    pub(super) fn within(self, format: &'static str) -> Self {
        match self {
            Self::Io { source } if source.raw_os_error().is_none() => Self::Packed { format, source },
            other => other,
        }
    }
}
