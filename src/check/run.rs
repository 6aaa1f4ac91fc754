//! One run: every exchange of every capture against the plan.

use std::cell::RefCell;
use std::collections::BTreeMap;

use hashbrown::HashMap;

use super::across::Joins;
use super::book::{Book, Entry};
use super::checks::Condition;
use super::evaluate::path_of;
use super::hop::{self as judging, Verdicts};
use super::judged::Judged;
use super::late::LateIndex;
use super::legible::show;
use super::links::Links;
use super::looked::Looked;
use super::names::HeadIndex;
use super::params::Params;
use super::plan::{Plan, PlanHop};
use super::select::{describe_entry, misses};
use super::selection::{self, Known};
use super::tally::{HopTally, Nearest};
use super::watch::{self, Heard, Watch, Watched, WatchedHop};
use crate::anomaly::Anomalies;
use crate::finding::{Counts, Finding, Rule};
use crate::http::{
    Body, BodyWant, CaptureId, Connection, EmptyConnection, Exchange, HeadRef, MessageId, MessageSink, Provenance,
};
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
    /// What is known of the capture that is being read.
    known: Known,
    watching: Watching<'p>,
}

/// Who watches.
struct Watching<'p>(Option<&'p mut dyn Watch>);

impl std::fmt::Debug for Watching<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Watching").field(&self.0.is_some()).finish()
    }
}

#[derive(Debug)]
pub(super) struct State {
    pub(super) book: Book,
    pub(super) hops: Vec<HopTally>,
    joins: Joins,
    pub(super) links: Links,
    pub(super) late: LateIndex,
    pub(super) exchanges: u64,
    /// Exchanges that `--where` leaves out, and those of which it cannot be said.
    pub(super) left_out: u64,
    pub(super) undecided: u64,
    pub(super) unselected: u64,
    pub(super) groups: HashMap<String, u64, foldhash::fast::RandomState>,
    /// What is odd about events that responses of a capture echo.
    pub(super) echoed: BTreeMap<CaptureId, Anomalies>,
    /// What was judged since the last exchange, where somebody watches.
    heard: Option<Heard>,
}

impl<'p> Run<'p> {
    /// A run of a plan.
    #[must_use]
    pub fn new(plan: &'p Plan, show_secrets: bool) -> Self {
        let state = State {
            book: Book::new(show_secrets),
            hops: plan.hops.iter().map(HopTally::new).collect(),
            joins: Joins::new(plan, show_secrets),
            links: Links::new(plan),
            late: LateIndex::default(),
            exchanges: 0,
            left_out: 0,
            undecided: 0,
            unselected: 0,
            groups: HashMap::default(),
            echoed: BTreeMap::new(),
            heard: None,
        };
        Self { plan, state: RefCell::new(state), index: Default::default(), known: Known::default(), watching: Watching(None) }
    }

    /// The same run, which tells of each exchange when it is judged.
    #[must_use]
    pub fn watched(mut self, watch: &'p mut dyn Watch) -> Self {
        let state = self.state.get_mut();
        state.heard = Some(Heard::new());
        state.book.listen();
        Self { watching: Watching(Some(watch)), ..self }
    }

    /// A capture begins; messages of it carry the number that is given back.
    pub fn capture(&mut self, file: String) -> CaptureId {
        self.capture_of(file, Known::default())
    }

    /// A capture begins of which something is known.
    pub(super) fn capture_of(&mut self, file: String, known: Known) -> CaptureId {
        self.known = known;
        let captures = &mut self.state.get_mut().book.captures;
        captures.push(file);
        CaptureId(u32::try_from(captures.len() - 1).unwrap_or(u32::MAX))
    }

    /// A case is over: exchanges of the next are none of its requests.
    pub(super) fn settle(&mut self) {
        self.state.get_mut().settle(self.plan);
    }

    /// How many exchanges of any hop were seen so far.
    pub(super) fn selected(&mut self) -> u64 {
        self.state.get_mut().hops.iter().map(|h| h.exchanges).sum()
    }

    /// What is odd beside what reading told, with the name of the capture in which it is.
    pub(super) fn take_echoed(&mut self) -> Vec<(String, Anomalies)> {
        let state = self.state.get_mut();
        let named = |(id, odd): (CaptureId, Anomalies)| Some((state.book.captures.get(id.0 as usize)?.clone(), odd));
        std::mem::take(&mut state.echoed).into_iter().filter_map(named).collect()
    }

    /// The counts and findings.
    pub(super) fn into_parts(self) -> (Vec<HopTally>, Vec<Finding>, State) {
        let mut state = self.state.into_inner();
        state.settle(self.plan);
        state.hops.iter_mut().for_each(HopTally::finish);
        state.leave_joins(self.plan);
        let hops = std::mem::take(&mut state.hops);
        let book = std::mem::take(&mut state.book);
        let counts = |hop: usize, expectation: usize| {
            let Some(tally) = hops.get(hop) else { return Counts::default() };
            tally.counts.get(expectation).copied().unwrap_or(Counts { met: tally.exchanges, ..Counts::default() })
        };
        let findings = book.into_findings(self.plan, counts);
        (hops, findings, state)
    }
}

impl MessageSink for Run<'_> {
    fn head(
        &mut self,
        _id: MessageId,
        head: &HeadRef<'_>,
        request: Option<&HeadRef<'_>>,
        connection: Option<&Connection>,
    ) -> BodyWant {
        self.state.get_mut().links.head(head);
        selection::wanted(self.plan, &mut self.index, head, request, connection, &self.known)
    }

    fn message(&mut self, _id: MessageId, _body: &Body) {}

    fn exchange(&mut self, exchange: &Exchange<'_>) {
        selection::look(self.plan, &mut self.index, exchange);
        let looked = Looked::new(exchange, &self.index);
        let mut state = self.state.borrow_mut();
        state.links.over(exchange);
        match selection::is_looked_at(self.plan, &looked) {
            Condition::Holds => {}
            Condition::Open(_) => {
                state.undecided += 1;
                return;
            }
            Condition::Fails | Condition::Skip => {
                state.left_out += 1;
                return;
            }
        }
        state.exchanges += 1;
        let mut own = false;
        for (at, hop) in self.plan.hops.iter().enumerate() {
            let Some(params) = self.plan.specs.get(hop.spec).and_then(|spec| spec.params(self.known.params)) else { continue };
            if selection::is_own(self.plan, at, hop, &looked, &self.known) {
                own = true;
                let State { hops, .. } = &mut *state;
                let Some(tally) = hops.get_mut(at) else { continue };
                tally.exchanges += 1;
                if !hop.waits {
                    let verdicts = judging::judge(hop, params, tally, &looked);
                    state.book(self.plan, at, &verdicts, params);
                    state.join(self.plan, at, &verdicts, params);
                }
                if hop.waits
                    && let Some(heard) = &mut state.heard
                {
                    heard.push((at, None));
                }
                if self.plan.echoes {
                    state.echo(self.plan, at, &looked, self.known.params);
                }
                if !self.plan.links.is_empty() {
                    state.link(self.plan, at, &looked, self.known.params);
                }
            } else if hop.judged && !hop.of_empty && self.known.may_show(at) {
                state.look_near(at, hop, &looked, params);
            }
        }
        if !own {
            state.unselected(exchange);
        }
        if let Some(watch) = &mut self.watching.0 {
            watch.exchange(&state.watched(self.plan, exchange));
        }
    }

    fn empty(&mut self, empty: &EmptyConnection<'_>) {
        if !self.plan.hops.iter().any(|hop| hop.of_empty) {
            return;
        }
        let exchange = Exchange { request: None, response: None, connection: Some(empty.connection) };
        selection::look(self.plan, &mut self.index, &exchange);
        let looked = Looked::new(&exchange, &self.index);
        if !matches!(selection::is_looked_at(self.plan, &looked), Condition::Holds) {
            return;
        }
        let state = self.state.get_mut();
        for (at, hop) in self.plan.hops.iter().enumerate() {
            if selection::is_own(self.plan, at, hop, &looked, &self.known)
                && let Some(tally) = state.hops.get_mut(at)
            {
                tally.exchanges += 1;
            }
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
    /// What was heard since the exchange before.
    fn watched<'w>(&mut self, plan: &'w Plan, exchange: &'w Exchange<'w>) -> Watched<'w> {
        let heard = self.heard.as_mut().map(std::mem::take).unwrap_or_default();
        let hops = heard.into_iter().filter_map(|(at, verdict)| {
            let (spec, model) = plan.model(plan.hops.get(at)?)?;
            Some(WatchedHop { spec: &spec.spec.name, hop: &model.name.value, verdict })
        });
        Watched {
            exchange,
            hops: hops.collect(),
            findings: self.book.heard(),
            observed: watch::observed(plan.hops.iter().map(|hop| (hop, plan.least_seen(hop))), &self.hops),
        }
    }

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

    fn look_near(&mut self, at: usize, hop: &PlanHop, looked: &Looked<'_>, params: &Params) {
        let (Some(tally), Some(select)) = (self.hops.get_mut(at), &hop.select) else { return };
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
        let missing = misses(select, looked, params);
        let fewer = tally.nearest.as_ref().is_none_or(|n| missing.len() < n.missing);
        let same = tally.nearest.as_ref().is_some_and(|n| missing.len() == n.missing);
        if missing.is_empty() || !(fewer || same) {
            return;
        }
        let mut what: Vec<String> = missing.iter().take(2).map(|m| describe_entry(m, params)).collect();
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

    /// Checks over several hops for which this exchange was the last.
    pub(super) fn join(&mut self, plan: &Plan, hop: usize, verdicts: &Verdicts<'_>, params: &Params) {
        if plan.across.is_empty() {
            return;
        }
        for decided in self.joins.take(plan, hop, &verdicts.case, params) {
            let Some(across) = plan.across.get(decided.number) else { continue };
            if let Some(tally) = across.parties.first().and_then(|party| self.hops.get_mut(party.hop)) {
                tally.count(across.counted, &decided.judged);
            }
            match &decided.judged {
                Judged::Violated(_) => {
                    self.book.across(plan, across, Rule::CheckFailed, None, &decided.parts, &decided.places, 1);
                }
                Judged::Inconclusive(reason) => {
                    self.book.across(plan, across, Rule::EvidenceInconclusive, Some(reason), &[], &decided.places, 1);
                }
                Judged::Met | Judged::NotObserved => {}
            }
        }
    }

    /// What checks over several hops waited for in vain.
    fn leave_joins(&mut self, plan: &Plan) {
        let seen = |hop: usize| self.hops.get(hop).is_some_and(|tally| tally.exchanges > 0);
        for (number, reason, count, place) in self.joins.left(plan, seen) {
            let Some(across) = plan.across.get(number) else { continue };
            let tally = across.parties.first().and_then(|party| self.hops.get_mut(party.hop));
            if let Some(counts) = tally.and_then(|tally| tally.counts.get_mut(across.counted)) {
                counts.inconclusive += count;
            }
            let places: Vec<Provenance> = place.into_iter().collect();
            self.book.across(plan, across, Rule::EvidenceInconclusive, Some(&reason), &[], &places, count);
        }
    }

    pub(super) fn book(&mut self, plan: &Plan, hop: usize, verdicts: &Verdicts<'_>, params: &Params) {
        let Verdicts { case, open, variant_notes, .. } = verdicts;
        if let (Some(heard), Some(of)) = (&mut self.heard, plan.hops.get(hop)) {
            heard.push((hop, Some(watch::verdict(of, verdicts))));
        }
        if open.is_empty() {
            return;
        }
        let mut entry = Entry { plan, hop, case, params, open, blocks: [None, None] };
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
