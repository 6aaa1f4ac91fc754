//! A value of a spec against one value of traffic.

use super::super::scope::Scope;
use super::super::truth::Truth;
use super::{compare, json, jwt, list, pairs, types};
use crate::spec::{Clause, ClauseKind, Form, Value};

/// Whether one value of traffic is as a value of a spec says.
pub(crate) fn holds<'a>(value: &'a Value, bytes: &[u8], scope: &Scope<'a>) -> Truth {
    let ignore_case = value.meta.ignore_case;
    match &value.form {
        Form::Scalar(template) => compare::equals(template, bytes, ignore_case, scope),
        Form::Typed(expected) => Truth::of(expected.to_string().as_bytes() == bytes),
        // Only JSON has them.
        Form::JsonArray(_) | Form::JsonObject(_) => Truth::No,
        Form::List(items) => match items.as_slice() {
            [one] => compare::equals(one, bytes, ignore_case, scope),
            _ => Truth::No,
        },
        // `present`, or a name alone: whatever is there is right.
        Form::Matcher(clauses) if clauses.is_empty() => Truth::Yes,
        Form::Matcher(clauses) => Truth::all(clauses.iter().map(|c| clause_holds(c, ignore_case, bytes, scope))),
    }
}

/// Whether one clause holds.
pub(super) fn clause_holds<'a>(clause: &'a Clause, ignore_case: bool, bytes: &[u8], scope: &Scope<'a>) -> Truth {
    match &clause.kind {
        ClauseKind::Equals(template) => compare::equals(template, bytes, ignore_case, scope),
        ClauseKind::Prefix(template) => compare::prefix(template, bytes, ignore_case, scope),
        ClauseKind::Suffix(template) => compare::suffix(template, bytes, ignore_case, scope),
        ClauseKind::Contains(template) => compare::contains(template, bytes, ignore_case, scope),
        ClauseKind::Regex(pattern) => compare::regex(pattern, bytes, ignore_case, scope),
        ClauseKind::OneOf(templates) => Truth::any(templates.iter().map(|t| compare::equals(t, bytes, ignore_case, scope))),
        ClauseKind::Type(named) => named.value().map_or(Truth::Unknown, |value| holds(value, bytes, scope)),
        ClauseKind::Is(kind) => types::holds_type(*kind, bytes, scope),
        ClauseKind::Cidr(networks) => types::holds_cidr(networks, bytes, scope),
        ClauseKind::AtLeast(least) => types::holds_number(bytes, scope, |n| n >= *least),
        ClauseKind::AtMost(most) => types::holds_number(bytes, scope, |n| n <= *most),
        ClauseKind::List(clause) => list::holds_list(clause, &[bytes], scope),
        ClauseKind::Pairs(clause) => pairs::holds_pairs(clause, bytes, scope),
        ClauseKind::Json(clause) => json::holds_text(clause, bytes, scope),
        ClauseKind::Jwt(clause) => jwt::holds_jwt(clause, bytes, scope),
        ClauseKind::Lines(clause) => super::lines::holds_clause(clause, &[bytes], scope),
        ClauseKind::All(values) => Truth::all(values.iter().map(|v| holds(v, bytes, scope))),
        ClauseKind::Any(values) => Truth::any(values.iter().map(|v| holds(v, bytes, scope))),
        ClauseKind::Not(value) => holds(value, bytes, scope).negated(),
    }
}
