//! Where bytes come from.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::PathBuf;
use std::sync::Arc;

use super::{SourceError, Stream};

/// What bytes at hand are called in reports.
pub const BYTES: &str = "bytes";

/// What a live source that keeps no file is called in reports begins so.
pub const LIVE: &str = "live:";

/// Whether what has this name in reports can be looked into by another command: not so bytes of a test, and what was live.
#[must_use]
pub fn is_kept(name: &str) -> bool {
    name != BYTES && !name.starts_with(LIVE)
}

/// A file, standard input, bytes at hand, or a live source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// A file.
    File(PathBuf),
    /// `-`
    Stdin,
    /// Messages as they stand on the wire, one behind the other: what a test holds. No capture file.
    Bytes(Arc<[u8]>),
    /// A capture that is being made.
    Stream(Stream),
}

impl Input {
    /// Its name in reports: the path with forward slashes, `-`, or `bytes`.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            // Elsewhere a backslash is a character of the name.
            Self::File(path) if cfg!(windows) => path.to_string_lossy().replace('\\', "/"),
            Self::File(path) => path.to_string_lossy().into_owned(),
            Self::Stdin => "-".to_owned(),
            Self::Bytes(_) => BYTES.to_owned(),
            Self::Stream(stream) => stream.name().to_owned(),
        }
    }

    /// Its name in a sentence.
    pub(super) fn spoken(&self) -> String {
        match self {
            Self::File(_) => self.name(),
            Self::Stream(stream) => stream.spoken().to_owned(),
            Self::Stdin => "standard input".to_owned(),
            Self::Bytes(_) => "the bytes".to_owned(),
        }
    }

    /// Opens it for reading.
    pub(super) fn open(&self) -> Result<Box<dyn Read>, SourceError> {
        let path = match self {
            Self::File(path) => path,
            Self::Stdin => return Ok(Box::new(std::io::stdin())),
            Self::Bytes(bytes) => return Ok(Box::new(std::io::Cursor::new(Arc::clone(bytes)))),
            Self::Stream(stream) => {
                let reader = stream.take().ok_or_else(|| self.refused("is read only once".to_owned()))?;
                return Ok(reader);
            }
        };
        if path.is_dir() {
            return Err(self.refused("is a folder; its captures are read one by one".to_owned()));
        }
        let file = File::open(path).map_err(|error| self.failed(&error))?;
        Ok(Box::new(file))
    }

    /// The error for what the system said.
    pub(super) fn failed(&self, error: &std::io::Error) -> SourceError {
        self.refused(match error.kind() {
            ErrorKind::NotFound => "there is no such file".to_owned(),
            ErrorKind::PermissionDenied => "may not be read (permission denied)".to_owned(),
            _ => format!("cannot be read: {error}"),
        })
    }

    fn refused(&self, why: String) -> SourceError {
        SourceError::Io { file: self.spoken(), why }
    }
}
