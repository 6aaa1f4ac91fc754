//! A condition that goes through the field lines of a message and asks no more than their names and values.
//!
//! `request.headers.exists(h, h.name == "Via")` and its like are the most common loops in specs, and the most expensive ones
//! where the interpreter makes objects of all lines of each message. What is read here is answered where the lines lie. Only
//! what has one meaning whatever the lines hold is taken; all else stays the interpreter's.

use super::Side;

/// Of how many field lines something holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lines {
    /// The message whose lines it goes through.
    pub side: Side,
    /// Of how many it must hold.
    pub of: Quantity,
    /// It stands behind a `!`.
    pub negated: bool,
    /// What is asked of each line.
    pub test: LineTest,
}

/// Of how many lines a question must be true.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantity {
    /// `exists`: of one at least.
    Some,
    /// `all`
    All,
    /// `exists_one`, `filter(…).size() < 3`, `size() < 30`: their number compared.
    Number(Comparison),
}

/// A number held against one of the spec.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Comparison {
    /// How both may lie: the number is less than the spec's, equal, greater.
    pub fits: [bool; 3],
    /// The spec's.
    pub with: i64,
}

impl Comparison {
    /// Whether it holds of a number.
    #[must_use]
    pub fn holds(self, number: usize) -> bool {
        let [less, equal, greater] = self.fits;
        match i64::try_from(number).unwrap_or(i64::MAX).cmp(&self.with) {
            std::cmp::Ordering::Less => less,
            std::cmp::Ordering::Equal => equal,
            std::cmp::Ordering::Greater => greater,
        }
    }

    /// The same with both in each other's place.
    #[must_use]
    pub fn turned(self) -> Self {
        let [less, equal, greater] = self.fits;
        Self { fits: [greater, equal, less], ..self }
    }
}

/// A question about one field line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LineTest {
    /// True of every line.
    Any,
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
    /// `size()`, compared
    Size(Comparison),
}
