//! `list`: the members of a list in a field value (RFC 9110 §5.6.1).

use super::super::scope::Scope;
use super::super::structure::members;
use super::super::truth::Truth;
use super::clause::holds;
use crate::spec::{Bounds, ListClause, MembersClause, Value};

/// Whether a list, given as the values of one or several lines, is as the clause says.
pub(super) fn holds_list<'a>(clause: &'a ListClause, values: &[&[u8]], scope: &Scope<'a>) -> Truth {
    let separator = clause.separator.unwrap_or(',');
    let members: Vec<&[u8]> = values.iter().flat_map(|value| members(value, separator)).collect();
    Truth::all(parts(&clause.members, &clause.at, &members, |value, member| holds(value, member, scope)))
}

/// The verdict of each part of the clause on members or lines, in the order in which faults are told; `holds` says whether
/// one of them is as a value says.
pub(super) fn parts<'a: 'm, 'm, M>(
    clause: &'a MembersClause,
    at: &'a [(i64, Value)],
    members: &'m [M],
    holds: impl Fn(&'a Value, &M) -> Truth + Copy + 'm,
) -> impl Iterator<Item = Truth> {
    let length = clause.length.map(|bounds| Truth::of(within(bounds, members.len())));
    let first = clause.first.iter().map(move |v| members.first().map_or(Truth::No, |m| holds(v, m)));
    let last = clause.last.iter().map(move |v| members.last().map_or(Truth::No, |m| holds(v, m)));
    let at = at.iter().map(move |(index, v)| member(members, *index).map_or(Truth::No, |m| holds(v, m)));
    let each = clause.each.iter().map(move |v| match members {
        [] => Truth::No,
        _ => Truth::all(members.iter().map(|m| holds(v, m))),
    });
    let includes = clause.includes.iter().map(move |v| match members {
        [] => Truth::No,
        _ => Truth::any(members.iter().map(|m| holds(v, m))),
    });
    let equals = clause.equals.iter().map(move |values| {
        if values.len() == members.len() {
            Truth::all(values.iter().zip(members).map(|(v, m)| holds(v, m)).chain([Truth::Yes]))
        } else {
            Truth::No
        }
    });
    length.into_iter().chain(first).chain(last).chain(at).chain(each).chain(includes).chain(equals)
}

/// A member by index; negative counts from the end.
pub(super) fn member<M>(members: &[M], index: i64) -> Option<&M> {
    let at = if index < 0 { i64::try_from(members.len()).ok()?.checked_add(index)? } else { index };
    members.get(usize::try_from(at).ok()?)
}

/// Whether a number of things is within bounds.
pub(super) fn within(bounds: Bounds, count: usize) -> bool {
    let count = count as u64;
    count >= bounds.at_least && bounds.at_most.is_none_or(|most| count <= most)
}
