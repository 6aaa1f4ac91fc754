//! Where bytes come from.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::PathBuf;

use super::SourceError;

/// A file, or standard input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// A file.
    File(PathBuf),
    /// `-`
    Stdin,
}

impl Input {
    /// Its name in reports: the path with forward slashes, or `-`.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::File(path) => path.to_string_lossy().replace('\\', "/"),
            Self::Stdin => "-".to_owned(),
        }
    }

    /// Its name in a sentence.
    pub(super) fn spoken(&self) -> String {
        match self {
            Self::File(_) => self.name(),
            Self::Stdin => "standard input".to_owned(),
        }
    }

    /// Opens it for reading.
    pub(super) fn open(&self) -> Result<Box<dyn Read>, SourceError> {
        let Self::File(path) = self else { return Ok(Box::new(std::io::stdin())) };
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
