//! One exchange of one hop: the hop's own expectations, and of each group of variants the one that fits best.

use std::ops::Range;

use super::checks::{self, Condition};
use super::judge::Case;
use super::judged::Judged;
use super::looked::Looked;
use super::params::Params;
use super::plan::{Aspect, PlanExpectation, PlanHop};
use super::tally::HopTally;
use crate::spec::Side;

/// What is not met: the index of an expectation, and how.
pub(super) type Open = Vec<(usize, Judged)>;

/// The verdicts on an exchange of a hop.
pub(super) struct Verdicts<'e> {
    /// The case that they were found in; names are bound in it.
    pub(super) case: Case<'e>,
    /// What is not met.
    pub(super) open: Open,
    /// Of each group of variants, where none is met: which is the nearest, and what the others miss.
    pub(super) variant_notes: Vec<Option<String>>,
}

/// Judges an exchange and counts.
pub(super) fn judge<'e>(hop: &'e PlanHop, params: &'e Params, tally: &mut HopTally, looked: &'e Looked<'e>) -> Verdicts<'e> {
    tally.exchanges += 1;
    count_missing_sides(hop, tally, looked);
    let own = hop.expectations.get(..hop.own).unwrap_or_default();
    let mut case = Case::new(looked, own.iter());
    if let Some(when) = &hop.when {
        let reason = match checks::condition(when, &case.scope(params)) {
            Condition::Holds => None,
            Condition::Fails | Condition::Skip => return Verdicts { case, open: Vec::new(), variant_notes: Vec::new() },
            Condition::Open(reason) => Some(format!("whether it is to be judged is open: {reason}")),
        };
        if let Some(reason) = reason {
            let open: Open = (0..own.len()).map(|at| (at, Judged::Inconclusive(reason.clone()))).collect();
            open.iter().for_each(|(at, judged)| tally.count(*at, judged));
            return Verdicts { case, open, variant_notes: Vec::new() };
        }
    }
    let (mut of_variants, mut variant_notes, mut combination) = (Open::new(), Vec::new(), 0);
    for group in &hop.groups {
        let Some(chosen) = choose_variant(hop, group, params, &case) else { continue };
        combination = combination * group.len() + chosen.number;
        case = chosen.case;
        of_variants.extend(chosen.judged);
        variant_notes.push(chosen.note);
    }
    if let Some(count) = tally.variants.get_mut(combination) {
        *count += 1;
    }
    let mut open = judge_all(tally, &case, own, params);
    for (at, result) in of_variants {
        tally.count(at, &result);
        if !matches!(result, Judged::Met | Judged::NotObserved) {
            open.push((at, result));
        }
    }
    Verdicts { case, open, variant_notes }
}

fn count_missing_sides(hop: &PlanHop, tally: &mut HopTally, looked: &Looked<'_>) {
    for (side, message) in [(Side::Request, looked.exchange.request), (Side::Response, looked.exchange.response)] {
        let expected = message.is_none()
            && hop.expectations.iter().any(|e| e.side == side && !matches!(e.aspect, Aspect::Check(_) | Aspect::Connection(_)));
        if let (true, Some(count)) = (expected, tally.one_sided.get_mut(side as usize)) {
            *count += 1;
        }
    }
}

struct Chosen<'e> {
    /// Which of its group.
    number: usize,
    case: Case<'e>,
    judged: Open,
    note: Option<String>,
}

/// The variant of a group with the fewest violations, then the fewest open questions, then the first of the file. What
/// was chosen of groups before is part of the case.
fn choose_variant<'e>(hop: &'e PlanHop, group: &Range<usize>, params: &'e Params, before: &Case<'e>) -> Option<Chosen<'e>> {
    let mut best: Option<((usize, usize), Chosen<'e>)> = None;
    let mut misses: Vec<(usize, String)> = Vec::new();
    let variants = hop.variants.get(group.clone()).unwrap_or_default();
    for (number, (name, range)) in variants.iter().enumerate() {
        let expectations = hop.expectations.get(range.clone()).unwrap_or_default();
        let case = before.with(expectations.iter());
        let judged: Open = expectations.iter().enumerate().map(|(i, e)| (range.start + i, case.judge(e, params))).collect();
        let violated: Vec<usize> = judged.iter().filter(|(_, j)| matches!(j, Judged::Violated(_))).map(|(at, _)| *at).collect();
        let undecided = judged.iter().filter(|(_, j)| matches!(j, Judged::Inconclusive(_))).count();
        if let Some(first) = violated.first().and_then(|at| hop.expectations.get(*at)) {
            misses.push((number, format!("`{name}` misses `{}`", first.subject)));
        }
        let score = (violated.len(), undecided);
        if best.as_ref().is_none_or(|(known, _)| score < *known) {
            best = Some((score, Chosen { number, case, judged, note: None }));
        }
    }
    let ((violated, _), mut chosen) = best?;
    if violated > 0 && variants.len() > 1 {
        let name = variants.get(chosen.number).map(|(name, _)| name.as_str()).unwrap_or_default();
        let others: Vec<String> =
            misses.into_iter().filter(|(number, _)| *number != chosen.number).map(|(_, told)| told).collect();
        let none = if hop.groups.len() > 1 { "no variant of its group" } else { "no variant" };
        chosen.note = Some(format!("{none} is met; `{name}` is the nearest, {}", others.join(", ")));
    }
    Some(chosen)
}

/// Judges the hop's own expectations, counts them, and gives back those that are not met.
fn judge_all<'e>(tally: &mut HopTally, case: &Case<'e>, expectations: &'e [PlanExpectation], params: &'e Params) -> Open {
    let mut open = Vec::new();
    let masks = case.masks();
    for (at, expectation) in expectations.iter().enumerate() {
        if expectation.optional && is_missing(case, expectation) {
            continue;
        }
        // What a mask hides is not remembered: the same bytes on the wire mean something else.
        let value = if expectation.pure && !masks { single_value(case, expectation) } else { None };
        let known = value.is_some_and(|value| tally.memo.get(at).is_some_and(|memo| !memo.is_empty() && memo == value));
        let result = if known { Judged::Met } else { case.judge(expectation, params) };
        if let (Judged::Met, Some(value), Some(memo), false) = (&result, value, tally.memo.get_mut(at), known)
            && value.len() <= 512
        {
            memo.clear();
            memo.extend_from_slice(value);
        }
        tally.count(at, &result);
        if !matches!(result, Judged::Met | Judged::NotObserved) {
            open.push((at, result));
        }
    }
    open
}

/// Whether a field stands on no line of a message that is there.
fn is_missing(case: &Case<'_>, expectation: &PlanExpectation) -> bool {
    match &expectation.aspect {
        Aspect::Field { id, .. } => case.looked.index(expectation.side).lines(*id).next().is_none(),
        _ => false,
    }
}

/// The value of a field that stands on one line.
fn single_value<'e>(case: &Case<'e>, expectation: &PlanExpectation) -> Option<&'e [u8]> {
    let Aspect::Field { id, .. } = &expectation.aspect else { return None };
    let message = match expectation.side {
        Side::Request => case.looked.exchange.request,
        Side::Response => case.looked.exchange.response,
    }?;
    if message.head.head.flags.is_cut() {
        return None;
    }
    let mut lines = case.looked.index(expectation.side).lines(*id);
    match (lines.next(), lines.next()) {
        // What the capture cuts may go on in another way than what was met before.
        (Some(at), None) => {
            let line = message.head.lines.get(at).filter(|line| !message.head.is_open(line.line))?;
            Some(line.value.of(message.head.raw))
        }
        _ => None,
    }
}
