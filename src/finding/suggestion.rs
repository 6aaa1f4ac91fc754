//! The change of a spec that would accept what was seen.

/// A change of the spec that makes its finding go away: `text` in place of what stands from one place to another.
///
/// Nothing stands there for an insertion, and `text` is empty for a removal. It holds no secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// Where the change begins: line, counted from 1.
    pub line: u32,
    /// Column, counted from 1, in characters.
    pub column: u32,
    /// Behind the last character that is replaced: line.
    pub end_line: u32,
    /// Column.
    pub end_column: u32,
    /// First byte in the file.
    pub start: u32,
    /// Behind the last byte.
    pub end: u32,
    /// What stands there then.
    pub text: String,
}

impl Suggestion {
    /// The file's text with the change; as it was where the places are not of this text.
    #[must_use]
    pub fn applied(&self, file: &str) -> String {
        match (file.get(..self.start as usize), file.get(self.end as usize..)) {
            (Some(before), Some(behind)) if self.start <= self.end => format!("{before}{}{behind}", self.text),
            _ => file.to_owned(),
        }
    }
}
