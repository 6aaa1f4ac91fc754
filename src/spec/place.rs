//! Places in a spec file.

use std::sync::Arc;

/// A range of bytes of the spec file, from the first byte of a key or value to behind its last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash, PartialOrd, Ord)]
pub struct Place {
    /// First byte.
    pub start: u32,
    /// Behind the last byte.
    pub end: u32,
}

/// A value with the place where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub place: Place,
}

impl<T> Spanned<T> {
    /// A value at a place.
    #[must_use]
    pub fn new(value: T, place: Place) -> Self {
        Self { value, place }
    }
}

/// A spec file's text, for places and excerpts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The path as the user gave it or as it was found, with forward slashes.
    pub file: String,
    /// The text.
    pub text: Arc<str>,
    /// It is part of the program, and was read with every care by the project's tests: what costs time and only finds
    /// mistakes may be put off to the first use.
    pub trusted: bool,
    line_starts: Arc<[u32]>,
}

impl Source {
    /// A source from its path and text.
    #[must_use]
    pub fn new(file: String, text: &str) -> Self {
        let newline = |(i, b): (usize, u8)| (b == b'\n').then(|| u32::try_from(i + 1).unwrap_or(u32::MAX));
        let line_starts = std::iter::once(0).chain(text.bytes().enumerate().filter_map(newline)).collect();
        Self { file, text: Arc::from(text), trusted: false, line_starts }
    }

    /// Line and column of a byte, both counted from 1, the column in characters.
    #[must_use]
    pub fn line_column(&self, byte: u32) -> (u32, u32) {
        let line = self.line_starts.partition_point(|start| *start <= byte).max(1);
        let start = self.line_starts.get(line - 1).copied().unwrap_or(0);
        let before = self.text.get(start as usize..byte as usize).unwrap_or_default();
        let column = before.chars().count() + 1;
        (u32::try_from(line).unwrap_or(u32::MAX), u32::try_from(column).unwrap_or(u32::MAX))
    }

    /// The text at a place.
    #[must_use]
    pub fn excerpt(&self, place: Place) -> &str {
        self.text.get(place.start as usize..place.end as usize).unwrap_or_default()
    }
}
