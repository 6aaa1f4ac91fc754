//! A change is suggested only once it is known to be right: the changed spec is read anew, nothing else of it is another,
//! and it takes all that was seen.

use std::sync::Arc;

use super::super::matcher::{self, holds_json};
use super::super::params::Params;
use super::super::plan::{Aspect, Plan, PlanExpectation, PlanHop};
use super::super::scope::{Notes, Scope};
use super::super::truth::Truth;
use super::edit::Edit;
use super::seen::{Seen, Set};
use super::suggest::Asked;
use super::{values, yaml};
use crate::finding::Rule;
use crate::spec::{self, Claim, Clause, Form, Loaded, OrderItem, Source, Spec, Value};

/// Whether a change is right.
pub(super) fn proved(asked: &Asked<'_>, edit: &Edit) -> bool {
    let (Some(hop), Some((spec, _))) = (asked.hop(), asked.model()) else { return false };
    // Where captures say different things of params, what is right for one may be wrong for another.
    let [params] = spec.params.as_slice() else { return false };
    let old = &spec.spec;
    let Some(text) = edit.applied(&old.source.text) else { return false };
    let Ok(Loaded::Spec(new)) = spec::parse(&old.source.file, &old.name, text.as_bytes()) else { return false };
    let new = Arc::new(*new);
    let plan = Plan::compile(&[(Arc::clone(&new), false)], &[]);
    let of_old: Vec<&PlanHop> = asked.plan.hops.iter().filter(|h| h.spec == hop.spec).collect();
    if plan.hops.len() != of_old.len() {
        return false;
    }
    let mut right = false;
    for (old_hop, new_hop) in of_old.iter().zip(&plan.hops) {
        let changed = (old_hop.hop == hop.hop).then_some(asked.expectation);
        let Some(matching) = matching(old_hop, new_hop, changed, asked.rule, &old.source, &new.source) else { return false };
        if changed.is_some() {
            right = is_right(asked, params, new_hop, matching, old, &new);
        }
    }
    right
}

/// How the expectations of the changed hop stand to those that it had.
#[derive(Debug, Clone, Copy)]
enum Matching {
    /// As many.
    Same,
    /// One is gone.
    Gone,
    /// One more, at this index.
    Added(usize),
}

/// Whether all other expectations are what they were.
fn matching(
    old: &PlanHop,
    new: &PlanHop,
    changed: Option<usize>,
    rule: Rule,
    before: &Source,
    after: &Source,
) -> Option<Matching> {
    let same = |a: &PlanExpectation, b: &PlanExpectation| {
        let excerpt = |source: &Source, e: &PlanExpectation| source.excerpt(e.expectation.place).trim_end().to_owned();
        let subject = match rule {
            Rule::FieldNameCase => a.subject.eq_ignore_ascii_case(&b.subject),
            _ => a.subject == b.subject,
        };
        subject && a.side == b.side && a.variant == b.variant && excerpt(before, a) == excerpt(after, b)
    };
    let (from, to) = (&old.expectations, &new.expectations);
    match (to.len().cmp(&from.len()), changed) {
        (std::cmp::Ordering::Equal, changed) => {
            let other = |at: &usize| Some(*at) != changed;
            let all = (0..from.len()).filter(other).all(|at| from.get(at).zip(to.get(at)).is_some_and(|(a, b)| same(a, b)));
            all.then_some(Matching::Same)
        }
        (std::cmp::Ordering::Less, Some(changed)) if to.len() + 1 == from.len() => {
            let kept = from.iter().enumerate().filter(|(at, _)| *at != changed).map(|(_, e)| e);
            kept.zip(to).all(|(a, b)| same(a, b)).then_some(Matching::Gone)
        }
        (std::cmp::Ordering::Greater, Some(_)) if from.len() + 1 == to.len() => {
            let added = from.iter().zip(to).position(|(a, b)| !same(a, b)).unwrap_or(from.len());
            let kept = to.iter().enumerate().filter(|(at, _)| *at != added).map(|(_, e)| e);
            kept.zip(from).all(|(b, a)| same(a, b)).then_some(Matching::Added(added))
        }
        _ => None,
    }
}

/// Whether what was found is no finding in the changed hop.
fn is_right(asked: &Asked<'_>, params: &Params, hop: &PlanHop, matching: Matching, before: &Spec, after: &Spec) -> bool {
    let notes = Notes::default();
    let scope = Scope::without_exchange(params, &notes);
    // What no longer stands in the spec is one of the others, which may not be allowed.
    let of_others = |e: &PlanExpectation| matches!(e.aspect, Aspect::Others { .. }) && e.side == asked.side();
    let index = match matching {
        Matching::Gone => return !(asked.names_field() && hop.expectations.iter().any(of_others)),
        Matching::Same => asked.expectation,
        Matching::Added(at) => at,
    };
    let Some(new) = hop.expectations.get(index) else { return false };
    match (&new.aspect, &new.expectation.claim) {
        (Aspect::Field { name, .. }, Claim::Part { value, .. }) if asked.rule == Rule::FieldUnexpected => {
            let named = asked.name.is_some_and(|wire| wire.eq_ignore_ascii_case(name.as_bytes()));
            named && value.meta.optional && takes_all(asked.seen, None, value, before, after, &scope)
        }
        (Aspect::BodyJson(_) | Aspect::Event(_), Claim::Part { value, .. }) => {
            asked.seen.sets.iter().all(|set| match set.lines.as_slice() {
                [] => value.meta.optional,
                [text] => takes_json(set, text, asked.value(), value, before, after, &scope),
                _ => false,
            }) && !asked.seen.hidden
        }
        (_, Claim::Part { value, .. }) => takes_all(asked.seen, asked.value(), value, before, after, &scope),
        (Aspect::Order(_), Claim::Order(items)) => asked.seen.sets.iter().all(|set| in_order(items, &set.lines)),
        (Aspect::NameCase { exact: Some(exact), .. }, _) => {
            asked.seen.lines().all(|wire| exact.iter().any(|(_, name)| name.as_bytes() == wire))
        }
        _ => false,
    }
}

/// Whether a value takes whatever was seen. What is hidden is known by the number of its lines only.
fn takes_all<'s>(seen: &Seen, old: Option<&Value>, new: &'s Value, before: &Spec, after: &Spec, scope: &Scope<'s>) -> bool {
    if seen.hidden {
        let anything: Vec<&[u8]> = vec![b"\xffanything"; seen.most_lines];
        return seen.most_lines > 0 && values::lines_hold(new, &anything, scope);
    }
    seen.sets.iter().all(|set| takes(set, old, new, before, after, scope))
}

fn takes<'s>(set: &Set, old: Option<&Value>, new: &'s Value, before: &Spec, after: &Spec, scope: &Scope<'s>) -> bool {
    let lines: Vec<&[u8]> = set.lines.iter().map(Vec::as_slice).collect();
    if values::lines_hold(new, &lines, scope) {
        return true;
    }
    let Form::Matcher(clauses) = &new.form else { return false };
    let several =
        new.meta.present || clauses.iter().any(|c| matches!(c.kind, spec::ClauseKind::List(_) | spec::ClauseKind::Lines(_)));
    if lines.is_empty() || (lines.len() > 1 && !several) || clauses.is_empty() {
        return false;
    }
    clauses.iter().all(|clause| {
        let truth = matcher::clause_takes(clause, new.meta.ignore_case, &lines, scope);
        matches!(truth, Truth::Yes | Truth::Skip) || held(set, old, clause, before, after)
    })
}

fn takes_json<'s>(
    set: &Set,
    text: &[u8],
    old: Option<&Value>,
    new: &'s Value,
    before: &Spec,
    after: &Spec,
    scope: &Scope<'s>,
) -> bool {
    let Ok(json) = serde_json::from_slice(text) else { return false };
    if holds_json(new, &json, scope) == Truth::Yes {
        return true;
    }
    let Form::Matcher(clauses) = &new.form else { return false };
    !clauses.is_empty()
        && clauses.iter().all(|clause| {
            let truth = matcher::clause_takes_json(clause, new.meta.ignore_case, &json, scope);
            matches!(truth, Truth::Yes | Truth::Skip) || held(set, old, clause, before, after)
        })
}

/// Whether a clause stood in the spec before, and held in the exchange.
fn held(set: &Set, old: Option<&Value>, clause: &Clause, before: &Spec, after: &Spec) -> bool {
    let written = |source: &Source, clause: &Clause| {
        let value = source.excerpt(clause.place).trim();
        (source.excerpt(clause.key).trim().to_owned(), yaml::in_flow(value).unwrap_or_else(|| value.to_owned()))
    };
    let new = written(&after.source, clause);
    let known: Vec<(String, String)> = match old.map(|old| (&old.form, old.place)) {
        Some((Form::Matcher(clauses), _)) => clauses.iter().map(|clause| written(&before.source, clause)).collect(),
        Some((_, place)) => {
            yaml::in_flow(before.source.excerpt(place)).map(|text| ("equals".to_owned(), text)).into_iter().collect()
        }
        None => Vec::new(),
    };
    known.iter().zip(&set.held).any(|(old, held)| *held && *old == new)
}

/// Whether names stand in an order.
fn in_order(items: &[OrderItem], names: &[Vec<u8>]) -> bool {
    let rank = |name: &Vec<u8>| {
        let named = |item: &OrderItem| matches!(item, OrderItem::Name(n) if n.as_bytes().eq_ignore_ascii_case(name));
        items.iter().position(named).or_else(|| items.iter().position(|item| *item == OrderItem::Others))
    };
    let ranks: Vec<usize> = names.iter().filter_map(rank).collect();
    ranks.is_sorted()
}
