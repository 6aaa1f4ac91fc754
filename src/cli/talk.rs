//! What is said beside the report: errors and remarks, on standard error.

use std::fmt::Display;
use std::io::Write;

use crate::report::{Paint, Tone, escape};

/// Writes to standard error. That nobody listens is no error.
#[derive(Debug, Clone, Copy)]
pub(super) struct Talk {
    paint: Paint,
}

impl Talk {
    /// With or without colour.
    pub(super) fn new(color: bool) -> Self {
        Self { paint: Paint { on: color } }
    }

    /// Something that ends in another exit code than hoped for; one sentence.
    pub(super) fn error(self, message: impl Display) {
        self.say(Tone::Bad, "error", &message.to_string());
    }

    /// Something worth knowing; one sentence.
    pub(super) fn note(self, message: impl Display) {
        self.say(Tone::Unknown, "note", &message.to_string());
    }

    /// A text that was made for the terminal, as it is.
    pub(super) fn print(self, text: &str) {
        let _ = std::io::stderr().lock().write_all(text.as_bytes());
    }

    /// Whether texts may have colours.
    pub(super) fn color(self) -> bool {
        self.paint.on
    }

    fn say(self, tone: Tone, head: &str, message: &str) {
        // Messages of several lines exist; what they quote is escaped line by line.
        let lines = message.lines().map(|line| escape(line).into_owned()).collect::<Vec<_>>().join("\n");
        self.print(&format!("{}: {lines}\n", self.paint.paint(tone, head)));
    }
}
