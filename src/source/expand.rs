//! From what a user names to what is read: folders become their captures.

use super::folder::captures_in;
use super::series::arrange;
use super::{Input, SourceError};
use crate::capture::Timestamp;

/// An input, and whether it was named itself: what only lies in a folder may be something else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// The input.
    pub input: Input,
    /// Named by the user, not found in a folder.
    pub named: bool,
    /// It goes on from the one before it, since both are of one recording that its program cut into files; when its first
    /// packet was captured.
    pub goes_on: Option<Timestamp>,
}

impl Named {
    fn new(input: Input, named: bool) -> Self {
        Self { input, named, goes_on: None }
    }
}

/// The inputs that are read for those named.
#[derive(Debug, Default)]
pub struct Expanded {
    /// In the order named; those of a folder by path; those of one recording by time.
    pub inputs: Vec<Named>,
    /// Files of folders that are no captures.
    pub skipped: u64,
    /// Parts of folders that cannot be read.
    pub unreadable: Vec<SourceError>,
}

impl Expanded {
    /// The inputs by recording: usually each alone, and the files of a recording that was cut together.
    pub fn recordings(&self) -> impl Iterator<Item = &[Named]> {
        self.inputs.chunk_by(|_, next| next.goes_on.is_some())
    }
}

/// The sentence for folders in which no capture is.
#[must_use]
pub fn no_capture_in(named: &[Input], others: u64) -> String {
    let folders: Vec<String> = named.iter().map(Input::name).collect();
    let others = match others {
        0 => "no file".to_owned(),
        1 => "1 other file".to_owned(),
        n => format!("{n} other files"),
    };
    format!(
        "no capture in {}: {others} there; captures end in .pcap, .pcapng, .cap, .dmp, .txt, .http, .har, .json, .jsonl, .log or .csv",
        folders.join(", ")
    )
}

/// Replaces folders by the captures in them.
#[must_use]
pub fn expand(named: &[Input]) -> Expanded {
    let mut expanded = Expanded::default();
    for input in named {
        match input {
            Input::File(path) if path.is_dir() => {
                let found = captures_in(path);
                expanded.inputs.extend(found.files.into_iter().map(|file| Named::new(Input::File(file), false)));
                expanded.skipped += found.others;
                let error = |why| SourceError::Io { file: input.name(), why };
                expanded.unreadable.extend(found.unreadable.into_iter().map(error));
            }
            other => expanded.inputs.push(Named::new(other.clone(), true)),
        }
    }
    expanded.inputs = arrange(std::mem::take(&mut expanded.inputs));
    expanded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_become_their_captures() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("b")).unwrap();
        for file in ["b/z.pcap", "a.pcap", "readme.md"] {
            std::fs::write(folder.path().join(file), "").unwrap();
        }
        let inputs = [Input::Stdin, Input::File(folder.path().to_owned()), Input::File("missing".into())];
        let expanded = expand(&inputs);
        let ends: Vec<_> =
            expanded.inputs.iter().map(|n| (n.input.name().rsplit('/').next().unwrap().to_owned(), n.named)).collect();
        assert_eq!(ends, [("-".into(), true), ("a.pcap".into(), false), ("z.pcap".into(), false), ("missing".into(), true)]);
        assert_eq!(expanded.skipped, 1);
    }
}
