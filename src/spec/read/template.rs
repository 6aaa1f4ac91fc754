//! A text with holes, from the scalar that was typed.

use super::expression::parse;
use super::functions::Type;
use super::lexer::hole;
use crate::spec::problem::Problem;
use crate::spec::{Piece, Place, Side, Template};

/// Where the text of a scalar stands, for places inside of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ground {
    /// The whole scalar.
    pub(super) whole: Place,
    /// Where its first byte stands, if its text stands in the file as it is: without escapes and on one line.
    pub(super) start: Option<u32>,
}

impl Ground {
    /// The place of a range of the text; the whole scalar where it cannot be told.
    pub(super) fn place(self, start: usize, end: usize) -> Place {
        let at = |base: u32, n: usize| base.saturating_add(u32::try_from(n).unwrap_or(u32::MAX));
        self.start.map_or(self.whole, |base| Place { start: at(base, start), end: at(base, end) })
    }
}

/// Splits a text into literals and holes. `side`: in which message it stands.
pub(super) fn template(text: &str, ground: Ground, side: Option<Side>) -> Result<Template, Vec<Problem>> {
    let mut pieces = Vec::new();
    let mut problems = Vec::new();
    let mut literal = String::new();
    let mut at = 0;
    while let Some(dollar) = text.get(at..).and_then(|rest| rest.find('$')).map(|i| at + i) {
        literal.push_str(text.get(at..dollar).unwrap_or_default());
        let rest = text.get(dollar..).unwrap_or_default();
        if rest.starts_with("$${") {
            literal.push_str("${");
            at = dollar + 3;
        } else if rest.starts_with("${") {
            let Some(length) = hole(rest) else {
                let place = ground.place(dollar, text.len());
                problems
                    .push(Problem::new(place, "this `${` has no end").help("close it with `}`; the text `${` is written `$${`"));
                at = text.len();
                continue;
            };
            let place = ground.place(dollar, dollar + length);
            match parse(rest.get(2..length - 1).unwrap_or_default(), side) {
                Ok((_, of)) if !of.has_text() => problems.push(
                    Problem::new(place, format!("a text is needed here, and this is {}", of.what())).help(match of {
                        Type::Bool => "choose between two texts: `${condition ? \"a\" : \"b\"}`",
                        _ => "pick a member: `members()[0]` is the first, `members()[-1]` the last",
                    }),
                ),
                Ok((expr, _)) => {
                    if !literal.is_empty() {
                        pieces.push(Piece::Literal(std::mem::take(&mut literal)));
                    }
                    pieces.push(Piece::Hole(expr, place));
                }
                Err(mistake) => problems.push(Problem {
                    place: ground.place(dollar + 2 + mistake.range.start, dollar + 2 + mistake.range.end),
                    message: mistake.message,
                    label: String::new(),
                    help: mistake.help,
                }),
            }
            at = dollar + length;
        } else {
            literal.push('$');
            at = dollar + 1;
        }
    }
    literal.push_str(text.get(at..).unwrap_or_default());
    if !literal.is_empty() {
        pieces.push(Piece::Literal(literal));
    }
    if problems.is_empty() { Ok(Template { pieces, place: ground.whole }) } else { Err(problems) }
}
