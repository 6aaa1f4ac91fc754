//! Whether what one value says holds wherever what another says does. `true` is certain; `false` is "cannot be told".

use std::sync::Arc;

use super::clauses::of;
use crate::spec::{Clause, ClauseKind, Form, Template, Value};

/// Whether every single value that fits `select` fits `expected`, too.
pub(super) fn implies(select: &Value, expected: &Value) -> bool {
    if let Some(texts) = texts(select)
        && texts.iter().all(|text| accepts(expected, text))
    {
        return true;
    }
    match (&select.form, &expected.form) {
        (Form::Scalar(one), Form::Scalar(other)) => same_text(one, other),
        (Form::Typed(one), Form::Typed(other)) => one == other,
        (_, Form::Matcher(wanted)) => {
            let same_case = select.meta.ignore_case == expected.meta.ignore_case;
            !wanted.is_empty()
                && same_case
                && wanted.iter().all(|wanted| of(select).iter().any(|said| clause_implies(said, wanted)))
        }
        _ => false,
    }
}

/// The texts of which a value must be one, where they can be told.
fn texts(value: &Value) -> Option<Vec<&str>> {
    match &value.form {
        Form::Scalar(text) => Some(vec![text.literal()?]),
        Form::Matcher(clauses) if !value.meta.ignore_case => clauses.iter().find_map(|clause| match &clause.kind {
            ClauseKind::Equals(text) => Some(vec![text.literal()?]),
            ClauseKind::OneOf(texts) => texts.iter().map(Template::literal).collect(),
            _ => None,
        }),
        _ => None,
    }
}

/// Whether a text certainly fits a value.
fn accepts(value: &Value, text: &str) -> bool {
    match &value.form {
        Form::Scalar(expected) => expected.literal() == Some(text),
        Form::List(lines) => matches!(lines.as_slice(), [line] if line.literal() == Some(text)),
        Form::Matcher(clauses) => !clauses.is_empty() && clauses.iter().all(|c| clause_accepts(c, value.meta.ignore_case, text)),
        Form::Typed(_) | Form::JsonArray(_) | Form::JsonObject(_) => false,
    }
}

fn clause_accepts(clause: &Clause, ignore_case: bool, text: &str) -> bool {
    let fold = |text: &str| if ignore_case { text.to_ascii_lowercase() } else { text.to_owned() };
    let is = |template: &Template, test: fn(&str, &str) -> bool| {
        template.literal().is_some_and(|literal| test(&fold(text), &fold(literal)))
    };
    let number = || text.parse::<i64>().ok();
    match &clause.kind {
        ClauseKind::Equals(template) => is(template, |a, b| a == b),
        ClauseKind::Prefix(template) => is(template, |a, b| a.starts_with(b)),
        ClauseKind::Suffix(template) => is(template, |a, b| a.ends_with(b)),
        ClauseKind::Contains(template) => is(template, |a, b| a.contains(b)),
        ClauseKind::OneOf(templates) => templates.iter().any(|template| is(template, |a, b| a == b)),
        ClauseKind::Regex(pattern) => pattern.fits(text.as_bytes(), ignore_case) == Some(true),
        ClauseKind::AtLeast(least) => number().is_some_and(|n| n >= *least),
        ClauseKind::AtMost(most) => number().is_some_and(|n| n <= *most),
        ClauseKind::All(values) => values.iter().all(|value| accepts(value, text)),
        ClauseKind::Any(values) => values.iter().any(|value| accepts(value, text)),
        ClauseKind::Type(named) => named.value().is_some_and(|value| accepts(value, text)),
        _ => false,
    }
}

/// Whether what one clause says holds wherever what another says does, both of one value.
fn clause_implies(said: &Clause, wanted: &Clause) -> bool {
    let literals = |one: &Template, other: &Template, test: fn(&str, &str) -> bool| match (one.literal(), other.literal()) {
        (Some(one), Some(other)) => test(one, other),
        _ => same_text(one, other),
    };
    match (&said.kind, &wanted.kind) {
        (ClauseKind::Equals(a), ClauseKind::Equals(b)) | (ClauseKind::Contains(a), ClauseKind::Contains(b)) => same_text(a, b),
        (ClauseKind::Prefix(a), ClauseKind::Prefix(b)) => literals(a, b, |a, b| a.starts_with(b)),
        (ClauseKind::Suffix(a), ClauseKind::Suffix(b)) => literals(a, b, |a, b| a.ends_with(b)),
        (ClauseKind::Regex(a), ClauseKind::Regex(b)) => a.text == b.text,
        (ClauseKind::OneOf(a), ClauseKind::OneOf(b)) => a.iter().all(|a| b.iter().any(|b| same_text(a, b))),
        (ClauseKind::Is(a), ClauseKind::Is(b)) => a == b,
        (ClauseKind::Type(a), ClauseKind::Type(b)) => Arc::ptr_eq(a, b),
        (ClauseKind::Cidr(a), ClauseKind::Cidr(b)) => a == b,
        (ClauseKind::AtLeast(a), ClauseKind::AtLeast(b)) => a >= b,
        (ClauseKind::AtMost(a), ClauseKind::AtMost(b)) => a <= b,
        _ => false,
    }
}

/// Whether two texts are written alike; their places are no part of them.
fn same_text(one: &Template, other: &Template) -> bool {
    one.to_string() == other.to_string()
}
