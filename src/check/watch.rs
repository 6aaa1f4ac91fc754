//! What a run tells while it runs: each exchange as it is judged, and what was found in it.
//!
//! Whoever stands at a hop wants to hear of a difference when it happens, and to know when enough was seen. A run that nobody
//! watches pays one test of a flag an exchange.

use super::hop::Verdicts;
use super::judged::Judged;
use super::plan::PlanHop;
use super::tally::HopTally;
use crate::finding::{Finding, Verdict};
use crate::http::Exchange;
use crate::spec::Side;

/// Hears what a run judges.
pub trait Watch {
    /// An exchange came and was judged.
    fn exchange(&mut self, watched: &Watched<'_>);
}

/// An exchange and what came of it.
#[derive(Debug)]
pub struct Watched<'w> {
    /// The exchange.
    pub exchange: &'w Exchange<'w>,
    /// The hops that it, or what it echoes, is of, and exchanges that waited for it: in the order in which they were judged.
    pub hops: Vec<WatchedHop<'w>>,
    /// What was found in it, as far as it is known now; at most [`MOST_FINDINGS`].
    pub findings: Vec<WatchedFinding>,
    /// Every required hop was seen as often as its spec asks, and there is one. What comes may be one more than a spec allows.
    pub observed: bool,
}

/// What was judged of an exchange at a hop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WatchedHop<'w> {
    /// The spec's name.
    pub spec: &'w str,
    /// The hop's name.
    pub hop: &'w str,
    /// `None` where it waits for the exchange of the hop before; [`Verdict::NotObserved`] where nothing of it was to be judged.
    pub verdict: Option<Verdict>,
}

/// A finding that an exchange gave.
#[derive(Debug, Clone)]
pub struct WatchedFinding {
    /// The finding; its count is of all exchanges so far.
    pub finding: Finding,
    /// It was not there before.
    pub first: bool,
}

/// So many findings of one exchange are told; the report in the end has all.
pub const MOST_FINDINGS: usize = 100;

/// What a watched run notes between two tellings: hops by their number, with a verdict where there is one.
pub(super) type Heard = Vec<(usize, Option<Verdict>)>;

/// The verdict on one exchange. Met is what something was held against, and nothing was open.
pub(super) fn verdict(hop: &PlanHop, verdicts: &Verdicts<'_>) -> Verdict {
    let Verdicts { case, open, judged, .. } = verdicts;
    if open.iter().any(|(_, judged)| matches!(judged, Judged::Violated(_))) {
        return Verdict::Violated;
    }
    if !open.is_empty() {
        return Verdict::Inconclusive;
    }
    let exchange = case.looked.exchange;
    let there = |side: Side| match side {
        Side::Request => exchange.request.is_some(),
        Side::Response => exchange.response.is_some(),
    };
    if *judged && hop.expectations.iter().any(|e| there(e.side)) { Verdict::Met } else { Verdict::NotObserved }
}

/// Whether every hop that must be seen was seen often enough; not where no hop must be.
pub(super) fn observed<'p>(hops: impl Iterator<Item = (&'p PlanHop, u64)>, tallies: &[HopTally]) -> bool {
    let mut any = false;
    for ((_, least), tally) in hops.zip(tallies).filter(|((hop, least), _)| hop.judged && *least > 0) {
        any = true;
        if tally.exchanges < least {
            return false;
        }
    }
    any
}
