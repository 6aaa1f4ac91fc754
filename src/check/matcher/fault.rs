//! Which part of a value does not hold, in words: `exactly 1 member, there are 2`.

use super::super::scope::Scope;
use super::super::structure::{members, pairs};
use super::super::truth::Truth;
use super::clause::{clause_holds, holds};
use super::describe::{count, describe, describe_clause};
use super::list::{member, within};
use super::pairs::other;
use crate::spec::{Clause, ClauseKind, Form, ListClause, PairsClause, TypeName, Value};

/// Says what of a value does not hold for these lines, where it has several parts; `None` where the whole value is the
/// best description.
pub(crate) fn fault<'a>(value: &'a Value, lines: &[&[u8]], scope: &Scope<'a>) -> Option<String> {
    let Form::Matcher(clauses) = &value.form else { return None };
    let failing: Vec<&'a Clause> = clauses
        .iter()
        .filter(|clause| match &clause.kind {
            ClauseKind::List(list) => super::list::holds_list(list, lines, scope) == Truth::No,
            ClauseKind::Type(named) if clause.is_list() => named.value().is_some_and(|v| fault(v, lines, scope).is_some()),
            ClauseKind::Lines(_) => false,
            _ => lines.iter().any(|line| clause_holds(clause, value.meta.ignore_case, line, scope) == Truth::No),
        })
        .collect();
    let told: Vec<String> = failing.iter().map(|clause| clause_fault(clause, lines, scope)).collect();
    (!told.is_empty()).then(|| told.join(" and "))
}

fn clause_fault<'a>(clause: &'a Clause, lines: &[&[u8]], scope: &Scope<'a>) -> String {
    let told = match (&clause.kind, lines) {
        (ClauseKind::List(list), _) => list_fault(list, lines, scope),
        (ClauseKind::Pairs(clause), [line]) => pairs_fault(clause, line, scope),
        (ClauseKind::Type(named), _) => {
            let inner = named.value().and_then(|value| fault(value, lines, scope));
            inner.map(|inner| format!("a value of type `{}` ({inner})", named.name))
        }
        (ClauseKind::Jwt(clause), [line]) => super::jwt::jwt_fault(clause, line, scope),
        (ClauseKind::Is(kind @ TypeName::Sigv4), [line]) => {
            super::types::sigv4_fault(line).map(|why| format!("{}, {why}", super::describe::article(kind.name())))
        }
        (ClauseKind::All(values), _) => values.iter().find_map(|v| {
            let fails = lines.iter().any(|line| holds(v, line, scope) == Truth::No);
            fails.then(|| fault(v, lines, scope).unwrap_or_else(|| describe(v, scope)))
        }),
        _ => None,
    };
    told.unwrap_or_else(|| describe_clause(clause, scope))
}

fn list_fault<'a>(list: &'a ListClause, lines: &[&[u8]], scope: &Scope<'a>) -> Option<String> {
    let separator = list.separator.unwrap_or(',');
    let all: Vec<&[u8]> = lines.iter().flat_map(|line| members(line, separator)).collect();
    if let Some(bounds) = list.members.length
        && !within(bounds, all.len())
    {
        let there = if all.len() == 1 { "there is 1".to_owned() } else { format!("there are {}", all.len()) };
        return Some(format!("a list of {}, {there}", count(bounds, "member")));
    }
    let wrong = |value: &'a Value, found: Option<&[u8]>, which: &str| match found {
        Some(found) if holds(value, found, scope) != Truth::No => None,
        _ => Some(format!("{which}: {}", describe(value, scope))),
    };
    if let Some(first) = &list.members.first
        && let Some(told) = wrong(first, all.first().copied(), "the first member")
    {
        return Some(told);
    }
    if let Some(last) = &list.members.last
        && let Some(told) = wrong(last, all.last().copied(), "the last member")
    {
        return Some(told);
    }
    for (index, value) in &list.at {
        if let Some(told) = wrong(value, member(&all, *index).copied(), &format!("member {index}")) {
            return Some(told);
        }
    }
    let each = list.members.each.as_deref()?;
    let at = all.iter().position(|m| holds(each, m, scope) == Truth::No)?;
    Some(format!("member {} of the list: {}", at + 1, describe(each, scope)))
}

fn pairs_fault<'a>(clause: &'a PairsClause, line: &[u8], scope: &Scope<'a>) -> Option<String> {
    let found = pairs(line, clause.separator);
    for (name, value) in &clause.pairs {
        let values: Vec<&[u8]> =
            found.iter().filter(|(n, _)| n.eq_ignore_ascii_case(name.value.as_bytes())).map(|(_, v)| *v).collect();
        match values.as_slice() {
            [one] if holds(value, one, scope) == Truth::No => {
                return Some(format!("part `{}`: {}", name.value, describe(value, scope)));
            }
            [_] => {}
            [] if value.meta.optional => {}
            [] => return Some(format!("a part `{}`, it is missing", name.value)),
            _ => return Some(format!("one part `{}`, it stands {} times", name.value, values.len())),
        }
    }
    other(clause, &found).map(|name| format!("no part `{}`", super::super::legible::show(name)))
}
