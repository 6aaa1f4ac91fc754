//! What is wrong with a spec: every error has its place, what was expected, and help.

use std::fmt;

use super::{Place, Source};

/// One error of a spec file. A spec that does not load gives all of them at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpecError {
    /// The file.
    pub source: Source,
    /// Where in it.
    pub place: Place,
    /// One sentence, without a full stop: `unknown key \`headrs\` in a request`.
    pub message: String,
    /// What stands under the caret: `expected one of …`; may be empty.
    pub label: String,
    /// What to do, a line each: `did you mean \`headers\`?`.
    pub help: Vec<String>,
}

/// One line: `specs/a.yaml:7:3: unknown key \`headrs\` in a request`.
impl fmt::Display for SpecError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (line, column) = self.source.line_column(self.place.start);
        write!(f, "{}:{line}:{column}: {}", self.source.file, self.message)
    }
}

impl std::error::Error for SpecError {}
