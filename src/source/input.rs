//! Where bytes come from.

use std::path::PathBuf;

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
}
