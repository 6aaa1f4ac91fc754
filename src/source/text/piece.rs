//! What a text is cut into.

use crate::http::Fidelity;
use crate::source::shown::Shown;

/// Who wrote a message down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Speaker {
    /// A person, or a program that prints messages as they are. Holds how many lines of prose stand before the message,
    /// counted from the beginning of the text.
    Person(u64),
    /// `curl -v`, with the number of the transfer where it says one (`--trace-ids`).
    Curl(Option<u32>),
}

/// One message of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    /// The line of its start line, counted from 1.
    pub(super) line: u32,
    /// Its head with CRLF line ends. Without the empty line at its end it is cut.
    pub(super) head: Vec<u8>,
    /// Its body.
    pub(super) body: Shown,
    /// Why what stands there is not told as the whole body.
    pub(super) lost: Option<String>,
    /// Who says so.
    pub(super) speaker: Speaker,
    /// What this form preserves.
    pub(super) fidelity: Fidelity,
}

/// What a text says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Item {
    /// A message.
    Message(Piece),
    /// What was asked so far is over: no later response answers it.
    Over,
}
