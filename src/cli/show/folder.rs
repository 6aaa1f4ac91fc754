//! Captures as named: files, standard input, and folders with what lies in them.

use std::path::Path;

use walkdir::WalkDir;

use crate::source::{Input, SourceError};

/// A source, and whether it was named itself: what only lies in a folder may be something else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) input: Input,
    pub(super) named: bool,
}

/// Folders become their files, sorted by name; all else stays.
///
/// # Errors
/// A folder that cannot be listed.
pub(super) fn expand(inputs: &[Input]) -> Result<Vec<Named>, SourceError> {
    let mut expanded = Vec::new();
    for input in inputs {
        match input {
            Input::File(path) if path.is_dir() => files(path, &mut expanded)?,
            input => expanded.push(Named { input: input.clone(), named: true }),
        }
    }
    Ok(expanded)
}

fn files(folder: &Path, expanded: &mut Vec<Named>) -> Result<(), SourceError> {
    for entry in WalkDir::new(folder).sort_by_file_name() {
        let entry = entry.map_err(|error| SourceError::Io {
            file: Input::File(folder.to_owned()).name(),
            why: format!("the folder cannot be listed: {error}"),
        })?;
        if entry.file_type().is_file() {
            expanded.push(Named { input: Input::File(entry.into_path()), named: false });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_become_their_files() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("b")).unwrap();
        for file in ["b/z.pcap", "a.pcap"] {
            std::fs::write(folder.path().join(file), "").unwrap();
        }
        let inputs = [Input::Stdin, Input::File(folder.path().to_owned()), Input::File("missing".into())];
        let expanded = expand(&inputs).unwrap();
        let ends: Vec<_> = expanded.iter().map(|n| (n.input.name().rsplit('/').next().unwrap().to_owned(), n.named)).collect();
        assert_eq!(ends, [("-".into(), true), ("a.pcap".into(), false), ("z.pcap".into(), false), ("missing".into(), true)]);
    }
}
