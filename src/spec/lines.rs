//! A condition that goes through the field lines of a message and asks no more than their names and values.
//!
//! `request.headers.exists(h, h.name == "Via")` and its like are the most common loops in specs, and the most expensive ones
//! where the interpreter makes objects of all lines of each message. What is read here is answered where the lines lie. Only
//! what has one meaning whatever the lines hold is taken; all else stays the interpreter's.

use super::Side;

/// Whether a field line is there of which something holds, or all lines are such.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lines {
    /// The message whose lines it goes through.
    pub side: Side,
    /// `all`; otherwise `exists`.
    pub all: bool,
    /// It stands behind a `!`.
    pub negated: bool,
    /// What is asked of each line.
    pub test: LineTest,
}

/// A question about one field line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LineTest {
    /// `&&`
    Both(Box<[LineTest; 2]>),
    /// `||`
    Either(Box<[LineTest; 2]>),
    /// `!`
    Not(Box<LineTest>),
    /// A text of the line held against one of the spec.
    Text {
        /// Its value; otherwise its name.
        value: bool,
        /// `.lower()` is called on it.
        lower: bool,
        /// How it is compared.
        how: TextTest,
    },
}

/// How a text of a line is compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TextTest {
    /// `==` with one of these, or `in` a list of them.
    OneOf(Vec<String>),
    /// `startsWith`
    Starts(String),
    /// `endsWith`
    Ends(String),
    /// `contains`
    Contains(String),
    /// `matches`
    Matches(String),
}
