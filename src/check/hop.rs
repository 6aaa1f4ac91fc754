//! One exchange of one hop: the hop's own expectations, and of each group of variants the one that fits best.

use std::ops::Range;

use super::checks::{self, Condition};
use super::dispatch::numbers;
use super::judge::Case;
use super::judged::Judged;
use super::looked::Looked;
use super::memo;
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
    /// Its expectations were held against it: `when` did not leave it out.
    pub(super) judged: bool,
}

/// Judges an exchange and counts.
pub(super) fn judge<'e>(hop: &'e PlanHop, params: &'e Params, tally: &mut HopTally, looked: &'e Looked<'e>) -> Verdicts<'e> {
    count_missing_sides(hop, tally, looked);
    let own = hop.expectations.get(..hop.own).unwrap_or_default();
    let mut case = Case::new(looked, own.iter());
    if let Some(when) = &hop.when {
        let reason = match checks::condition(when, &case.scope(params)) {
            Condition::Holds => None,
            Condition::Fails | Condition::Skip => {
                return Verdicts { case, open: Vec::new(), variant_notes: Vec::new(), judged: false };
            }
            Condition::Open(reason) => Some(format!("whether it is to be judged is open: {reason}")),
        };
        if let Some(reason) = reason {
            let open: Open = (0..own.len()).map(|at| (at, Judged::Inconclusive(reason.clone()))).collect();
            open.iter().for_each(|(at, judged)| tally.count(*at, judged));
            return Verdicts { case, open, variant_notes: Vec::new(), judged: false };
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
    Verdicts { case, open, variant_notes, judged: true }
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
    // What a mask hides is not remembered: the same bytes on the wire mean something else.
    let masks = case.masks();
    let due = tally.settled.next(expectations, case.looked, &mut tally.counts);
    for at in numbers(&due) {
        let Some(expectation) = expectations.get(at) else { continue };
        let mut digits = [0; 5];
        let key = if masks { None } else { memo::key(case, expectation, &mut digits) };
        let memo = tally.memo.get_mut(at);
        if let (Some(key), Some(memo)) = (&key, &memo)
            && memo.knows(key)
        {
            tally.count(at, &Judged::Met);
            tally.settled.met(at);
            continue;
        }
        let result = case.judge(expectation, params);
        if matches!(result, Judged::Met) {
            if let (Some(key), Some(memo)) = (&key, memo) {
                memo.learn(key);
            }
            tally.settled.met(at);
        }
        tally.count(at, &result);
        if !matches!(result, Judged::Met | Judged::NotObserved) {
            open.push((at, result));
        }
    }
    tally.settled.give_back(due);
    open
}
