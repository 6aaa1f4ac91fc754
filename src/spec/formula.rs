//! An interpreted expression in the form in which this program works it out by itself, from values where they lie.
//!
//! The interpreter makes objects of its own of all that it looks at, for each exchange anew. Most of what specs ask needs none
//! of that: comparisons, texts, numbers, and loops over field lines and lists. A formula gives a value only where the
//! interpreter gives the same; where anything is missing, of another type or masked, it gives none, and the interpreter is
//! asked, which knows the reason.

use std::sync::OnceLock;

use regex::{Regex, RegexBuilder};

use super::{Function, Side};

/// An expression or a part of one.
#[derive(Debug, Clone)]
pub enum Formula {
    /// A text of the spec.
    Text(String),
    /// A number of the spec.
    Int(i64),
    /// `true` or `false`
    Truth(bool),
    /// A compiled part, by its number.
    Part(usize),
    /// `headers` of a message: its field lines.
    Lines(Side),
    /// The member that a macro is at: 0 for the innermost, 1 for the one around it.
    Member(usize),
    /// `key` of a `for_each`.
    Key,
    /// `value` of a `for_each`.
    Value,
    /// `x.name`: of a field line, or of JSON.
    Named(Box<Formula>, Name),
    /// `has(x.name)`
    Has(Box<Formula>, String),
    /// `!x`
    Not(Box<Formula>),
    /// `-x`
    Negative(Box<Formula>),
    /// `x.size()`
    Size(Box<Formula>),
    /// `int(x)`
    ToInt(Box<Formula>),
    /// `string(x)`
    ToText(Box<Formula>),
    /// What is asked of two: true or false.
    Holds(Question, Box<[Formula; 2]>),
    /// What is made of two.
    Two(Operator, Box<[Formula; 2]>),
    /// `x ? y : z`
    If(Box<[Formula; 3]>),
    /// `x.matches("…")`
    Matches(Box<Formula>, Within),
    /// A function for headers, with its argument.
    Call(Function, Box<Formula>, Option<Box<Formula>>),
    /// `[x, y]`
    List(Vec<Formula>),
    /// A macro.
    Loop(Box<Loop>),
}

/// A name behind a point.
#[derive(Debug, Clone)]
pub struct Name {
    /// As it stands.
    pub text: String,
    /// What it is of a field line.
    pub of_line: Option<OfLine>,
}

/// A text of a field line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OfLine {
    /// `name`
    Name,
    /// `value`
    Value,
}

/// What is asked of two values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Question {
    /// `&&`
    And,
    /// `||`
    Or,
    /// `==`
    Equal,
    /// `!=`
    Unequal,
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    Greater,
    /// `>=`
    AtLeast,
    /// `in`
    OneOf,
    /// `startsWith`
    Starts,
    /// `endsWith`
    Ends,
    /// `contains`
    Contains,
}

/// What makes a value of two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `%`
    Remainder,
    /// `list[n]`, from the end where `n` is below 0.
    Nth,
    /// `object["name"]`
    OfKey,
}

/// A macro over the members of a list.
#[derive(Debug, Clone)]
pub struct Loop {
    /// The list.
    pub over: Formula,
    /// What is made of its members.
    pub gives: Gives,
}

/// What a macro makes of the members of a list. Within, the member is [`Formula::Member`]`(0)`.
#[derive(Debug, Clone)]
pub enum Gives {
    /// `exists`: whether this is true of one at least.
    Exists(Formula),
    /// `all`
    All(Formula),
    /// `exists_one`
    ExistsOne(Formula),
    /// `filter`: the members of which this is true.
    Filter(Formula),
    /// `map`: this of each member, of which the first is true where it is asked.
    Map(Option<Formula>, Formula),
}

/// A regular expression that is looked for anywhere in a text, compiled at first use.
#[derive(Debug, Clone)]
pub struct Within {
    text: String,
    compiled: OnceLock<Option<Regex>>,
}

impl Within {
    /// A pattern that can be parsed.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self { text, compiled: OnceLock::new() }
    }

    /// Whether a text holds it; `None` where it grows beyond the size limit when it is compiled.
    #[must_use]
    pub fn is_in(&self, text: &str) -> Option<bool> {
        let build = || RegexBuilder::new(&self.text).size_limit(1 << 20).build().ok();
        self.compiled.get_or_init(build).as_ref().map(|regex| regex.is_match(text))
    }
}
