//! From a finding to the change that would accept what was seen.

use serde_json::Value as Json;

use super::super::plan::{Aspect, Plan, PlanExpectation, PlanHop, PlanSpec};
use super::super::scope::{Notes, Scope};
use super::edit::{Edit, remove, suggestion};
use super::seen::Seen;
use super::values::{Ground, Wanted, widen, with_key};
use super::{claims, json, prove};
use crate::finding::{Counts, Rule, Suggestion};
use crate::spec::{Claim, Form, Hop, Place, Side, Value};

/// So many changes are tried for a finding.
const MOST_TRIALS: usize = 8;
/// So many bytes of changed specs are read in a run.
const MOST_READ: usize = 8 << 20;

/// What suggestions may cost in a run.
#[derive(Debug)]
pub(in crate::check) struct Budget(usize);

impl Default for Budget {
    fn default() -> Self {
        Self(MOST_READ)
    }
}

/// A finding, as far as a change of the spec depends on it.
pub(in crate::check) struct Asked<'a> {
    pub(in crate::check) plan: &'a Plan,
    /// Index of the hop in the plan.
    pub(in crate::check) hop: usize,
    /// Index of the expectation in the hop.
    pub(in crate::check) expectation: usize,
    pub(in crate::check) rule: Rule,
    /// The name on the wire of an unexpected or re-cased field.
    pub(in crate::check) name: Option<&'a [u8]>,
    /// How the expectation fared.
    pub(in crate::check) counts: Counts,
    /// In how many exchanges the rule broke.
    pub(in crate::check) count: u64,
    pub(in crate::check) seen: &'a Seen,
}

impl<'a> Asked<'a> {
    pub(super) fn hop(&self) -> Option<&'a PlanHop> {
        self.plan.hops.get(self.hop)
    }

    pub(super) fn model(&self) -> Option<(&'a PlanSpec, &'a Hop)> {
        self.plan.model(self.hop()?)
    }

    fn planned(&self) -> Option<&'a PlanExpectation> {
        self.hop()?.expectations.get(self.expectation)
    }

    /// The side of the expectation.
    pub(super) fn side(&self) -> Side {
        self.planned().map_or(Side::Request, |of| of.side)
    }

    /// Whether the expectation names a field, as one that must be there or must not.
    pub(super) fn names_field(&self) -> bool {
        self.planned().is_some_and(|of| matches!(of.aspect, Aspect::Field { .. } | Aspect::Absent { id: Some(_), .. }))
    }

    /// What the expectation says of a value.
    pub(super) fn value(&self) -> Option<&'a Value> {
        match &self.planned()?.expectation.claim {
            Claim::Part { value, .. } => Some(value),
            _ => None,
        }
    }
}

/// The narrowest change of the spec that makes the finding go away; none where none is known to be right.
pub(in crate::check) fn suggest(asked: &Asked<'_>, budget: &mut Budget) -> Option<Suggestion> {
    let source = &asked.model()?.0.spec.source;
    for edit in changes(asked)?.into_iter().take(MOST_TRIALS) {
        budget.0 = budget.0.checked_sub(source.text.len().max(1024))?;
        if prove::proved(asked, &edit) {
            let of = &asked.planned()?.expectation;
            let entry = match &of.claim {
                Claim::Absent(_) => None,
                _ => Some(Place { start: of.key.start, end: of.place.end }),
            };
            return suggestion(source, edit, entry);
        }
    }
    None
}

/// Changes that may be right, the narrowest first.
fn changes(asked: &Asked<'_>) -> Option<Vec<Edit>> {
    let (spec, _) = asked.model()?;
    let (hop, of, seen) = (asked.hop()?, asked.planned()?, asked.seen);
    let source = &spec.spec.source;
    // What is said of an attribute, and of a line as it stands, is compared in ways of their own.
    if matches!(of.aspect, Aspect::SetCookieAttribute { .. } | Aspect::Line { .. }) {
        return None;
    }
    // Nothing was as the spec says, and all that was otherwise is known.
    let counts = asked.counts;
    let replace = counts.met == 0 && counts.inconclusive == 0 && counts.violated == asked.count;
    Some(match (&of.expectation.claim, asked.rule) {
        (Claim::Absent(_), Rule::FieldUnexpected) => claims::absent(of, source),
        (Claim::Others, Rule::FieldUnexpected) => claims::others(hop, of, asked.name?, seen, source),
        (Claim::Order(items), Rule::FieldOrder) if replace && seen.more.is_none() => claims::order(items, of, seen, source),
        (Claim::FieldNameCase(..), Rule::FieldNameCase) => claims::any_case(of, source),
        (Claim::NameCase(case), Rule::FieldNameCase) => claims::name_case(hop, of, *case, replace, seen, source),
        (Claim::Part { value, .. }, rule) => {
            let notes = Notes::default();
            let [params] = spec.params.as_slice() else { return None };
            let scope = Scope::without_exchange(params, &notes);
            let ground = Ground { source, scope: &scope, replace };
            match rule {
                Rule::FieldMissing | Rule::MessageLineMismatch | Rule::BodyMismatch | Rule::EventMismatch if seen.nothing() => {
                    missing(of, value, ground)
                }
                Rule::FieldRepeated => repeated(value, seen, ground),
                Rule::FieldValueMismatch | Rule::MessageLineMismatch | Rule::BodyMismatch | Rule::EventMismatch => {
                    mismatch(of, value, seen, ground)
                }
                _ => Vec::new(),
            }
        }
        _ => Vec::new(),
    })
}

/// What is not there may be missing, or need not be said.
fn missing(of: &PlanExpectation, value: &Value, ground: Ground<'_, '_>) -> Vec<Edit> {
    let entry = Place { start: of.expectation.key.start, end: of.expectation.place.end };
    let optional = (!value.meta.present).then(|| with_key(value, "optional: true", ground.source)).flatten();
    optional.into_iter().chain(remove(ground.source, entry)).collect()
}

/// Several lines: those that were there, or any number where each is right.
fn repeated<'s>(value: &'s Value, seen: &Seen, ground: Ground<'_, 's>) -> Vec<Edit> {
    let sets: Vec<Vec<&[u8]>> = seen.sets.iter().map(|set| set.lines.iter().map(Vec::as_slice).collect()).collect();
    let each_right = !seen.hidden && seen.sets.iter().all(|set| set.held.iter().all(|held| *held));
    let mut found = Vec::new();
    if let (Form::Scalar(_), [_], true, false) = (&value.form, sets.as_slice(), ground.replace, seen.hidden) {
        found.extend(widen(value, &Wanted { sets: sets.clone(), more: None }, None, ground).into_iter().take(1));
    }
    if each_right && !value.meta.optional {
        found.extend(with_key(value, "present: true", ground.source));
    }
    if let (Form::Scalar(template), false) = (&value.form, seen.hidden) {
        let wanted = Wanted { sets, more: seen.more.as_ref() };
        found.extend(super::values::union(template, &wanted, ground).into_iter().map(|mut keys| {
            keys.push(("present", "true".to_owned()));
            Edit::replace(ground.source, value.place, super::body::flow(&keys))
        }));
    }
    found
}

/// Another value: wider, or the one that was there.
fn mismatch<'s>(of: &PlanExpectation, value: &'s Value, seen: &Seen, ground: Ground<'_, 's>) -> Vec<Edit> {
    if seen.hidden || seen.sets.iter().any(|set| set.lines.is_empty()) {
        return Vec::new();
    }
    let clauses = seen.sets.first().map_or(0, |set| set.held.len());
    let failing: Vec<bool> = (0..clauses).map(|at| seen.sets.iter().any(|set| set.held.get(at) != Some(&true))).collect();
    let failing = matches!(value.form, Form::Matcher(_)).then_some(failing.as_slice());
    if let Aspect::BodyJson(_) | Aspect::Event(_) = &of.aspect {
        let values: Option<Vec<Json>> = seen.lines().map(|text| serde_json::from_slice(text).ok()).collect();
        let Some(values) = values.filter(|_| seen.more.is_none()) else { return Vec::new() };
        return json::widen(value, &values, failing, ground);
    }
    let sets = seen.sets.iter().map(|set| set.lines.iter().map(Vec::as_slice).collect()).collect();
    widen(value, &Wanted { sets, more: seen.more.as_ref() }, failing, ground)
}
