//! The field lines of one name against a value: how many, and each as the value says.

use super::super::scope::Scope;
use super::super::truth::Truth;
use super::clause::{clause_holds, holds};
use super::compare;
use super::list::{holds_list, parts};
use crate::spec::{Clause, ClauseKind, Form, MembersClause, Value};

/// What is wrong with the lines of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LineFault {
    /// There is none.
    Missing,
    /// There are several where one must be.
    Repeated,
    /// The value is wrong.
    Mismatch,
}

/// Whether the lines of one name are as a value says, and if not, how. No line and `optional` is nothing to judge.
pub(crate) fn holds_lines<'a>(value: &'a Value, lines: &[&[u8]], scope: &Scope<'a>) -> (Truth, Option<LineFault>) {
    let fault = |truth: Truth| (truth, (truth == Truth::No).then_some(LineFault::Mismatch));
    match (&value.form, lines) {
        (_, []) if value.meta.optional => (Truth::Skip, None),
        (Form::Matcher(clauses), []) if counts_lines(clauses) => match clauses_hold(value, lines, scope) {
            Truth::No => (Truth::No, Some(LineFault::Missing)),
            truth => (truth, None),
        },
        (Form::List(items), []) if items.is_empty() => (Truth::Yes, None),
        (_, []) => (Truth::No, Some(LineFault::Missing)),
        (Form::List(items), _) => {
            if items.len() != lines.len() {
                return (Truth::No, Some(LineFault::Mismatch));
            }
            fault(Truth::all(items.iter().zip(lines).map(|(t, l)| compare::equals(t, l, value.meta.ignore_case, scope))))
        }
        (Form::Scalar(_) | Form::Typed(_), [one]) => fault(holds(value, one, scope)),
        (Form::Matcher(clauses), _) if value.meta.present || counts_lines(clauses) || clauses.iter().any(Clause::is_list) => {
            fault(clauses_hold(value, lines, scope))
        }
        (Form::Matcher(_), [one]) => fault(holds(value, one, scope)),
        _ => (Truth::No, Some(LineFault::Repeated)),
    }
}

fn counts_lines(clauses: &[Clause]) -> bool {
    clauses.iter().any(|c| matches!(c.kind, ClauseKind::Lines(_)))
}

/// Clauses over several lines: `lines` and `list` see them together, the others each.
fn clauses_hold<'a>(value: &'a Value, lines: &[&[u8]], scope: &Scope<'a>) -> Truth {
    let Form::Matcher(clauses) = &value.form else { return Truth::No };
    if clauses.is_empty() {
        return Truth::of(!lines.is_empty());
    }
    Truth::all(clauses.iter().map(|clause| clause_takes(clause, value.meta.ignore_case, lines, scope)))
}

/// Whether one clause holds of the lines of a name: `lines` and `list` see them together, the others each.
pub(crate) fn clause_takes<'a>(clause: &'a Clause, ignore_case: bool, lines: &[&[u8]], scope: &Scope<'a>) -> Truth {
    match &clause.kind {
        ClauseKind::Lines(clause) => holds_clause(clause, lines, scope),
        ClauseKind::List(clause) => holds_list(clause, lines, scope),
        ClauseKind::Type(named) if clause.is_list() => named.value().map_or(Truth::Unknown, |v| clauses_hold(v, lines, scope)),
        _ => Truth::all(lines.iter().map(|line| clause_holds(clause, ignore_case, line, scope))),
    }
}

/// `lines: { … }`
pub(super) fn holds_clause<'a>(clause: &'a MembersClause, lines: &[&[u8]], scope: &Scope<'a>) -> Truth {
    Truth::all(parts(clause, &[], lines, |value, line| holds(value, line, scope)))
}
