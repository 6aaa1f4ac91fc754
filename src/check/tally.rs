//! What is counted of one hop in a run: a few integers for each expectation.

use super::judged::Judged;
use super::memo::Memo;
use super::plan::PlanHop;
use super::settled::Settled;
use crate::finding::Counts;

/// What was counted for one hop.
#[derive(Debug, Default, Clone)]
pub(super) struct HopTally {
    pub(super) exchanges: u64,
    pub(super) counts: Vec<Counts>,
    /// By [`PlanHop::combination`].
    pub(super) variants: Vec<u64>,
    /// Exchanges without a request or without a response of which something was expected.
    pub(super) one_sided: [u64; 2],
    /// By expectation: what met last.
    pub(super) memo: Vec<Memo>,
    /// What was met and holds on; not in `counts` yet.
    pub(super) settled: Settled,
    pub(super) nearest: Option<Nearest>,
    /// Exchanges that were looked at for what comes near.
    pub(super) looked: u64,
}

/// The exchanges that came nearest to an unseen hop.
#[derive(Debug, Clone)]
pub(super) struct Nearest {
    /// How many entries of the select they miss.
    pub(super) missing: usize,
    pub(super) what: String,
    pub(super) exchanges: u64,
}

impl HopTally {
    /// Nothing counted yet.
    pub(super) fn new(hop: &PlanHop) -> Self {
        Self {
            counts: vec![Counts::default(); hop.expectations.len()],
            variants: vec![0; hop.combinations()],
            memo: vec![Memo::default(); hop.expectations.len()],
            ..Self::default()
        }
    }

    /// Counts what is not counted yet.
    pub(super) fn finish(&mut self) {
        self.settled.end(&mut self.counts);
    }

    /// Counts one judgement.
    pub(super) fn count(&mut self, at: usize, judged: &Judged) {
        let Some(counts) = self.counts.get_mut(at) else { return };
        match judged {
            Judged::Met => counts.met += 1,
            Judged::Violated(_) => counts.violated += 1,
            Judged::Inconclusive(_) => counts.inconclusive += 1,
            Judged::NotObserved => {}
        }
    }
}
