//! One run: every exchange of every capture against the plan.

use std::cell::RefCell;

use hashbrown::HashMap;

use super::book::{Book, Entry};
use super::evaluate::{path_of, show};
use super::judge::{Case, Fault, Judged};
use super::names::HeadIndex;
use super::plan::{Plan, PlanExpectation, PlanHop, Target};
use super::select::{Looked, describe_entry, misses};
use super::selection;
use crate::finding::{Counts, Finding};
use crate::http::{Body, BodyWant, CaptureId, Exchange, HeadRef, MessageId, MessageSink};
use crate::secret;
use crate::spec::Side;

/// Unselected exchanges are told apart by so many start lines.
const MOST_GROUPS: usize = 1000;
/// So many exchanges are looked at for what comes near an unseen hop.
const NEAREST_LOOKS: u64 = 10_000;

/// A run over captures. It is told of messages as a [`MessageSink`].
#[derive(Debug)]
pub struct Run<'p> {
    plan: &'p Plan,
    state: RefCell<State>,
    index: [HeadIndex; 2],
}

#[derive(Debug)]
pub(super) struct State {
    pub(super) book: Book,
    pub(super) hops: Vec<HopTally>,
    pub(super) exchanges: u64,
    pub(super) unselected: u64,
    pub(super) groups: HashMap<String, u64, foldhash::fast::RandomState>,
}

/// What was counted for one hop.
#[derive(Debug, Default, Clone)]
pub(super) struct HopTally {
    pub(super) exchanges: u64,
    pub(super) counts: Vec<Counts>,
    pub(super) variants: Vec<u64>,
    /// Exchanges without a request or without a response of which something was expected.
    pub(super) one_sided: [u64; 2],
    /// Of expectations that depend on nothing but the value: the last value that met.
    memo: Vec<Vec<u8>>,
    pub(super) nearest: Option<Nearest>,
    looked: u64,
}

/// The exchanges that came nearest to an unseen hop.
#[derive(Debug, Clone)]
pub(super) struct Nearest {
    missing: usize,
    pub(super) what: String,
    pub(super) exchanges: u64,
}

impl<'p> Run<'p> {
    /// A run of a plan.
    #[must_use]
    pub fn new(plan: &'p Plan, show_secrets: bool) -> Self {
        let tally = |hop: &PlanHop| HopTally {
            counts: vec![Counts::default(); hop.expectations.len()],
            variants: vec![0; hop.variants.len()],
            memo: vec![Vec::new(); hop.expectations.len()],
            ..HopTally::default()
        };
        let state = State {
            book: Book::new(show_secrets),
            hops: plan.hops.iter().map(tally).collect(),
            exchanges: 0,
            unselected: 0,
            groups: HashMap::default(),
        };
        Self { plan, state: RefCell::new(state), index: Default::default() }
    }

    /// A capture begins; messages of it carry the number that is given back.
    pub fn capture(&mut self, file: String) -> CaptureId {
        let captures = &mut self.state.get_mut().book.captures;
        captures.push(file);
        CaptureId(u32::try_from(captures.len() - 1).unwrap_or(u32::MAX))
    }

    /// How many exchanges of any hop were seen so far.
    pub(super) fn selected(&mut self) -> u64 {
        self.state.get_mut().hops.iter().map(|h| h.exchanges).sum()
    }

    /// The counts and findings.
    pub(super) fn into_parts(self) -> (Vec<HopTally>, Vec<Finding>, State) {
        let mut state = self.state.into_inner();
        let hops = std::mem::take(&mut state.hops);
        let book = std::mem::take(&mut state.book);
        let judged = |hop: usize, expectation: usize| {
            let Some(tally) = hops.get(hop) else { return 0 };
            match tally.counts.get(expectation) {
                Some(counts) => counts.met + counts.violated + counts.inconclusive,
                None => tally.exchanges,
            }
        };
        let findings = book.into_findings(judged);
        (hops, findings, state)
    }
}

impl MessageSink for Run<'_> {
    fn head(&mut self, _id: MessageId, head: &HeadRef<'_>, request: Option<&HeadRef<'_>>) -> BodyWant {
        selection::wanted(self.plan, &mut self.index, head, request)
    }

    fn message(&mut self, _id: MessageId, _body: &Body) {}

    fn exchange(&mut self, exchange: &Exchange<'_>) {
        selection::look(self.plan, &mut self.index, exchange);
        let looked = Looked::new(exchange, &self.index);
        let mut state = self.state.borrow_mut();
        state.exchanges += 1;
        let mut own = false;
        for (at, hop) in self.plan.hops.iter().enumerate() {
            if selection::is_own(self.plan, hop, &looked) {
                own = true;
                state.judge(self.plan, at, hop, &looked);
            } else {
                state.look_near(self.plan, at, hop, &looked);
            }
        }
        if !own {
            state.unselected(exchange);
        }
    }
}

impl State {
    fn unselected(&mut self, exchange: &Exchange<'_>) {
        self.unselected += 1;
        let line = match (exchange.request, exchange.response) {
            (Some(request), _) => {
                let target = show(path_of(request.head.target().unwrap_or_default()));
                let method = show(request.head.method().unwrap_or_default());
                format!("{method} {}", secret::mask_target(&target))
            }
            (None, Some(response)) => format!("response {}", response.head.status().unwrap_or_default()),
            (None, None) => return,
        };
        let line = if self.groups.len() >= MOST_GROUPS && !self.groups.contains_key(&line) { "…".to_owned() } else { line };
        *self.groups.entry(line).or_insert(0) += 1;
    }

    fn look_near(&mut self, plan: &Plan, at: usize, hop: &PlanHop, looked: &Looked<'_>) {
        let (Some(tally), Some(spec), Some(select)) = (self.hops.get_mut(at), plan.specs.get(hop.spec), &hop.select) else {
            return;
        };
        if tally.exchanges > 0 || tally.looked >= NEAREST_LOOKS {
            return;
        }
        tally.looked += 1;
        if looked.exchange.request.is_none() {
            // Without it nothing else tells how near this comes.
            if tally.nearest.is_none() {
                let what = "the request, which is not in the captures".to_owned();
                tally.nearest = Some(Nearest { missing: usize::MAX, what, exchanges: 0 });
            }
            if let Some(nearest) = tally.nearest.as_mut().filter(|nearest| nearest.missing == usize::MAX) {
                nearest.exchanges += 1;
            }
            return;
        }
        let missing = misses(select, looked, &spec.params);
        let fewer = tally.nearest.as_ref().is_none_or(|n| missing.len() < n.missing);
        let same = tally.nearest.as_ref().is_some_and(|n| missing.len() == n.missing);
        if missing.is_empty() || !(fewer || same) {
            return;
        }
        let what: Vec<String> = missing.iter().take(3).map(|m| describe_entry(m, &spec.params)).collect();
        let what = what.join(" and ");
        match &mut tally.nearest {
            Some(nearest) if same => {
                if nearest.what == what {
                    nearest.exchanges += 1;
                }
            }
            nearest => *nearest = Some(Nearest { missing: missing.len(), what, exchanges: 1 }),
        }
    }

    fn judge(&mut self, plan: &Plan, at: usize, hop: &PlanHop, looked: &Looked<'_>) {
        let Some(spec) = plan.specs.get(hop.spec) else { return };
        let params = &spec.params;
        let Some(tally) = self.hops.get_mut(at) else { return };
        tally.exchanges += 1;
        for (side, message) in [(Side::Request, looked.exchange.request), (Side::Response, looked.exchange.response)] {
            if message.is_none() && hop.expectations.iter().any(|e| e.side == side) {
                if let Some(count) = tally.one_sided.get_mut(side as usize) {
                    *count += 1;
                }
            }
        }
        let own = hop.expectations.get(..hop.own).unwrap_or_default();
        if hop.variants.is_empty() {
            let case = Case::new(looked, own.iter());
            let judged = judge_all(tally, &case, own, 0, params);
            self.book_all(plan, at, &case, judged, &[]);
            return;
        }
        // Every variant with the hop's own expectations; the one with the fewest violations judges the exchange.
        let cases: Vec<Case<'_>> = hop
            .variants
            .iter()
            .map(|(_, range)| Case::new(looked, own.iter().chain(hop.expectations.get(range.clone()).unwrap_or_default())))
            .collect();
        let mut best: Option<(usize, (usize, usize), Vec<(usize, Judged)>)> = None;
        let mut told = Vec::new();
        for (number, ((name, range), case)) in hop.variants.iter().zip(&cases).enumerate() {
            let expectations = hop.expectations.get(range.clone()).unwrap_or_default();
            let judged: Vec<(usize, Judged)> =
                expectations.iter().enumerate().map(|(i, e)| (range.start + i, case.judge(e, params))).collect();
            let violated = judged.iter().filter(|(_, j)| matches!(j, Judged::Violated(_))).count();
            let open = judged.iter().filter(|(_, j)| matches!(j, Judged::Inconclusive(_))).count();
            if violated > 0 {
                let subject =
                    judged.iter().find(|(_, j)| matches!(j, Judged::Violated(_))).and_then(|(i, _)| hop.expectations.get(*i));
                told.push((name.clone(), subject.map(|e| e.subject.clone()).unwrap_or_default()));
            }
            if best.as_ref().is_none_or(|(_, score, _)| (violated, open) < *score) {
                best = Some((number, (violated, open), judged));
            }
        }
        let Some((chosen, (violated, _), of_variant)) = best else { return };
        let Some(case) = cases.get(chosen) else { return };
        if let Some(count) = tally.variants.get_mut(chosen) {
            *count += 1;
        }
        let mut judged = judge_all(tally, case, own, 0, params);
        for (index, result) in of_variant {
            count(tally, index, &result);
            if !matches!(result, Judged::Met | Judged::NotObserved) {
                judged.push((index, result));
            }
        }
        let mut notes = Vec::new();
        if violated > 0 {
            let name = |at: usize| hop.variants.get(at).map(|(n, _)| n.as_str()).unwrap_or_default();
            let others: Vec<String> = told
                .iter()
                .filter(|(other, _)| other != name(chosen))
                .map(|(other, subject)| format!("`{other}` misses `{subject}`"))
                .collect();
            notes.push(format!("no variant is met; `{}` is the nearest, {}", name(chosen), others.join(", ")));
        }
        self.book_all(plan, at, case, judged, &notes);
    }

    fn book_all(&mut self, plan: &Plan, hop: usize, case: &Case<'_>, judged: Vec<(usize, Judged)>, variant_notes: &[String]) {
        if judged.is_empty() {
            return;
        }
        let blamed: Vec<(usize, Fault)> = judged
            .iter()
            .flat_map(|(at, j)| match j {
                Judged::Violated(faults) => faults.iter().map(|f| (*at, f.clone())).collect::<Vec<_>>(),
                _ => Vec::new(),
            })
            .collect();
        let mut entry = Entry { plan, hop, case, blamed: &blamed, blocks: [None, None] };
        for (at, result) in judged {
            match result {
                Judged::Violated(faults) => {
                    let of_variant = plan.hops.get(hop).is_some_and(|h| at >= h.own);
                    let notes = if of_variant { variant_notes } else { &[] };
                    for fault in &faults {
                        self.book.violated(&mut entry, at, fault, notes);
                    }
                }
                Judged::Inconclusive(reason) => self.book.inconclusive(&mut entry, at, &reason),
                Judged::Met | Judged::NotObserved => {}
            }
        }
    }
}

/// Judges expectations, counts them, and gives back those that are not met.
fn judge_all<'e>(
    tally: &mut HopTally,
    case: &'e Case<'e>,
    expectations: &'e [PlanExpectation],
    offset: usize,
    params: &'e super::params::Params,
) -> Vec<(usize, Judged)> {
    let mut open = Vec::new();
    for (at, expectation) in expectations.iter().enumerate().map(|(at, e)| (at + offset, e)) {
        let value = if expectation.pure { single_value(case, expectation) } else { None };
        let known = value.is_some_and(|value| tally.memo.get(at).is_some_and(|memo| !memo.is_empty() && memo == value));
        let result = if known { Judged::Met } else { case.judge(expectation, params) };
        if let (Judged::Met, Some(value), Some(memo), false) = (&result, value, tally.memo.get_mut(at), known)
            && value.len() <= 512
        {
            memo.clear();
            memo.extend_from_slice(value);
        }
        count(tally, at, &result);
        if !matches!(result, Judged::Met | Judged::NotObserved) {
            open.push((at, result));
        }
    }
    open
}

/// The value of a field that stands on one line.
fn single_value<'e>(case: &Case<'e>, expectation: &PlanExpectation) -> Option<&'e [u8]> {
    let Target::Field { id, .. } = &expectation.target else { return None };
    let message = match expectation.side {
        Side::Request => case.looked.exchange.request,
        Side::Response => case.looked.exchange.response,
    }?;
    let mut lines = case.looked.index(expectation.side).lines(*id);
    match (lines.next(), lines.next()) {
        (Some(at), None) => message.head.lines.get(at).map(|line| line.value.of(message.head.raw)),
        _ => None,
    }
}

fn count(tally: &mut HopTally, at: usize, judged: &Judged) {
    let Some(counts) = tally.counts.get_mut(at) else { return };
    match judged {
        Judged::Met => counts.met += 1,
        Judged::Violated(_) => counts.violated += 1,
        Judged::Inconclusive(_) => counts.inconclusive += 1,
        Judged::NotObserved => {}
    }
}
