//! One run: every exchange of every capture against the plan.

use std::cell::RefCell;

use hashbrown::HashMap;

use super::book::{Book, Entry};
use super::evaluate::path_of;
use super::hop::{self as judging, Verdicts};
use super::judged::Judged;
use super::legible::show;
use super::looked::Looked;
use super::names::HeadIndex;
use super::plan::{Plan, PlanHop};
use super::select::{describe_entry, misses};
use super::selection;
use super::tally::{HopTally, Nearest};
use crate::finding::Finding;
use crate::http::{Body, BodyWant, CaptureId, Exchange, HeadRef, MessageId, MessageSink};
use crate::secret;

/// Unselected exchanges are told apart by so many start lines, and by so many characters of each.
const MOST_GROUPS: usize = 1000;
const MOST_OF_LINE: usize = 512;
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

impl<'p> Run<'p> {
    /// A run of a plan.
    #[must_use]
    pub fn new(plan: &'p Plan, show_secrets: bool) -> Self {
        let state = State {
            book: Book::new(show_secrets),
            hops: plan.hops.iter().map(HopTally::new).collect(),
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
                let State { hops, .. } = &mut *state;
                let (Some(tally), Some(spec)) = (hops.get_mut(at), self.plan.specs.get(hop.spec)) else { continue };
                let verdicts = judging::judge(hop, &spec.params, tally, &looked);
                state.book(self.plan, at, &verdicts);
            } else {
                state.look_near(self.plan, at, hop, &looked);
            }
        }
        if !own {
            state.unselected(exchange);
        }
    }
}

/// A start line as far as groups are told apart by it: it may be as long as a head.
fn cut(line: String) -> String {
    match line.char_indices().nth(MOST_OF_LINE) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default()),
        None => line,
    }
}

impl State {
    fn unselected(&mut self, exchange: &Exchange<'_>) {
        self.unselected += 1;
        let line = match (exchange.request, exchange.response) {
            (Some(request), _) => {
                let target = show(path_of(request.head.target().unwrap_or_default()));
                let method = show(request.head.method().unwrap_or_default());
                cut(format!("{method} {}", secret::mask_target(&target)))
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
        let mut what: Vec<String> = missing.iter().take(2).map(|m| describe_entry(m, &spec.params)).collect();
        if missing.len() > 2 {
            what.push(format!("{} more", missing.len() - 2));
        }
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

    fn book(&mut self, plan: &Plan, hop: usize, verdicts: &Verdicts<'_>) {
        let Verdicts { case, open, variant_notes } = verdicts;
        if open.is_empty() {
            return;
        }
        let mut entry = Entry { plan, hop, case, open, blocks: [None, None] };
        for (at, result) in open {
            let at = *at;
            match result {
                Judged::Violated(faults) => {
                    let group = plan.hops.get(hop).and_then(|h| h.group_of(at));
                    let note = group.and_then(|group| variant_notes.get(group)?.as_ref());
                    for fault in faults {
                        self.book.violated(&mut entry, at, fault, note.map(std::slice::from_ref).unwrap_or_default());
                    }
                }
                Judged::Inconclusive(reason) => self.book.inconclusive(&mut entry, at, reason),
                Judged::Met | Judged::NotObserved => {}
            }
        }
    }
}
