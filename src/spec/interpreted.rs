//! An expression that is more than paths and functions: what the interpreter is handed.
//!
//! The paths in it are compiled like any other expression. The interpreter sees their values under names of their own
//! ([`ExprPart::variable`]), so it never touches traffic, and a failed check can tell what each part was.

use cel::IdedExpr;

use super::formula::Formula;
use super::{Expr, MessagePath, walk};

/// An expression of operators and macros over compiled parts.
#[derive(Debug, Clone)]
pub struct Interpreted {
    /// As typed, without the white space around it.
    pub text: String,
    /// The compiled parts, in the order of the text.
    pub parts: Vec<ExprPart>,
    /// The rest.
    pub program: Program,
    /// The chain of `&&` or `||` at its top.
    pub chain: Option<Chain>,
}

/// What is left of an expression, or of an operand, where the compiled parts are taken out.
#[derive(Debug, Clone)]
pub struct Program {
    /// Parsed and its types checked: part `n` is the variable [`ExprPart::variable`]`(n)`.
    pub tree: IdedExpr,
    /// The same, as this program works it out by itself.
    pub formula: Option<Formula>,
    /// The numbers of the parts that it uses.
    pub parts: Vec<usize>,
    /// Nothing but parts of heads, addresses and names is in these, as they stand: they cost little.
    pub plain: bool,
}

/// A chain of one logical operator.
#[derive(Debug, Clone)]
pub struct Chain {
    /// What an operand must be to decide the chain alone: false for `&&`, true for `||`.
    pub decides: bool,
    /// Its operands, from left to right.
    pub operands: Vec<Operand>,
}

/// An operand of a chain.
#[derive(Debug, Clone)]
pub struct Operand {
    /// As typed, on one line.
    pub text: String,
    /// The operand, as the whole.
    pub program: Program,
}

impl PartialEq for Interpreted {
    /// The text decides: it is parsed in one way only.
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text && self.parts == other.parts
    }
}

impl Eq for Interpreted {}

/// A compiled part of an interpreted expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExprPart {
    /// As the spec writes it, normalised.
    pub text: String,
    /// The part.
    pub expr: Expr,
    /// It names params or bound names, of which one may have no value: then there is nothing to judge.
    pub names: bool,
}

impl ExprPart {
    /// A part as it is written, and as it is compiled.
    #[must_use]
    pub fn new(text: String, expr: Expr) -> Self {
        let mut names = false;
        walk::expr(&expr, &mut |expr| names |= matches!(expr, Expr::Name(_)));
        Self { text, expr, names }
    }

    /// Whether it is a part of a head, an address or a name, as it stands.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        match &self.expr {
            Expr::Message { path, .. } => !matches!(path, MessagePath::Body | MessagePath::Json),
            Expr::Text(_)
            | Expr::Int(_)
            | Expr::Name(_)
            | Expr::Endpoint { .. }
            | Expr::EndpointIp { .. }
            | Expr::EndpointPort { .. } => true,
            _ => false,
        }
    }

    /// The interpreter's name for part `n`. No spec can write it.
    #[must_use]
    pub fn variable(n: usize) -> String {
        format!("@{n}")
    }

    /// The number of the part that a name of the interpreter's stands for.
    #[must_use]
    pub fn number(variable: &str) -> Option<usize> {
        variable.strip_prefix('@')?.parse().ok()
    }
}

/// The operators of CEL that are answered by functions of this program, since `cel`'s own would call two values of
/// different types unequal, where the promise is that they cannot be compared; and those that keep the interpreter
/// within bounds. No spec can write these names.
pub mod operator {
    /// `==`
    pub const EQ: &str = "@eq";
    /// `!=`
    pub const NE: &str = "@ne";
    /// `<`
    pub const LT: &str = "@lt";
    /// `<=`
    pub const LE: &str = "@le";
    /// `>`
    pub const GT: &str = "@gt";
    /// `>=`
    pub const GE: &str = "@ge";
    /// `in`
    pub const ONE_OF: &str = "@one_of";
    /// `list[n]`: an index below 0 counts from the end, as in the compiled part.
    pub const MEMBER: &str = "@member";
    /// `+` within a macro: what it makes is counted.
    pub const ADD: &str = "@add";
    /// `text.startsWith("…")`, and so on: what a mask hides may begin, end or hold anything.
    pub const STARTS: &str = "@starts";
    /// `text.endsWith("…")`
    pub const ENDS: &str = "@ends";
    /// `text.contains("…")`
    pub const CONTAINS: &str = "@contains";
    /// `x.size()`: of a masked text nobody knows.
    pub const SIZE: &str = "@size";
    /// `text.matches("…")`
    pub const MATCHES: &str = "@matches";
    /// The list that a macro goes through: its members are counted as steps.
    pub const STEPS: &str = "@steps";
    /// What a macro keeps of each member: its size is counted.
    pub const KEEP: &str = "@keep";

    /// The interpreter's name of a function for headers: `pair` is `@pair`.
    #[must_use]
    pub fn function(name: &str) -> String {
        format!("@{name}")
    }
}
