//! What was met and holds on: expectations of a hop whose verdict depends on nothing that changed since.
//!
//! Where the next exchange of a hop has the lines of the one before (`ways`), they are met again and are counted
//! together once that ends. The same is judged, and the same is counted, as without it.

use super::dispatch::{Dispatch, numbers};
use super::looked::Looked;
use super::plan::PlanExpectation;
use crate::finding::Counts;

/// What holds on in one hop.
#[derive(Debug, Default, Clone)]
pub(super) struct Settled {
    dispatch: Option<Dispatch>,
    /// The ways of request and response, and how many heads of each side there were.
    seen: Option<[(usize, u64); 2]>,
    /// The expectations that are due where the names are these.
    due: Vec<u64>,
    /// Those that hold on.
    met: Vec<u64>,
    /// By expectation: the exchange in which it was met.
    since: Vec<u64>,
    /// How many exchanges were judged.
    exchanges: u64,
    /// Those to judge.
    open: Vec<u64>,
}

impl Settled {
    /// The next exchange: those of its expectations that are to be judged. To be given back.
    pub(super) fn next(&mut self, expectations: &[PlanExpectation], looked: &Looked<'_>, counts: &mut [Counts]) -> Vec<u64> {
        let Self { dispatch, seen, due, met, since, exchanges, open } = self;
        let dispatch = dispatch.get_or_insert_with(|| Dispatch::of(expectations));
        let heads = [looked.request, looked.response];
        let now = match heads.map(|head| head.remembered()) {
            [Some(request), Some(response)] => Some([request, response]),
            _ => None,
        };
        let goes_on = match (&seen, &now) {
            (Some(seen), Some(now)) => seen
                .iter()
                .zip(now)
                .zip(heads)
                .all(|((seen, now), head)| seen.0 == now.0 && head.way().is_some_and(|way| way.since.names <= seen.1)),
            _ => false,
        };
        if goes_on {
            for (side, (head, (_, seen))) in heads.into_iter().zip(seen.iter().flatten()).enumerate() {
                dispatch.changed(side, head, *seen, &mut |set| leave(met, set, since, *exchanges, counts));
            }
        } else {
            leave(met, std::iter::repeat(&u64::MAX), since, *exchanges, counts);
            met.resize(expectations.len().div_ceil(64), 0);
            since.resize(expectations.len(), 0);
            dispatch.due(heads, due);
        }
        *seen = now;
        *exchanges += 1;
        let mut open = std::mem::take(open);
        open.clear();
        open.extend(due.iter().zip(&*met).map(|(due, met)| due & !met));
        open
    }

    /// Gives the space back that [`Self::next`] lent.
    pub(super) fn give_back(&mut self, open: Vec<u64>) {
        self.open = open;
    }

    /// An expectation is met in this exchange, which is counted.
    pub(super) fn met(&mut self, at: usize) {
        let stable = self.seen.is_some() && self.dispatch.as_ref().is_some_and(|dispatch| dispatch.is_stable(at));
        if let (true, Some(word), Some(since)) = (stable, self.met.get_mut(at / 64), self.since.get_mut(at)) {
            *word |= 1 << (at % 64);
            *since = self.exchanges;
        }
    }

    /// Nothing holds on: what did is counted.
    pub(super) fn end(&mut self, counts: &mut [Counts]) {
        leave(&mut self.met, std::iter::repeat(&u64::MAX), &self.since, self.exchanges, counts);
        self.seen = None;
    }
}

/// What is in a set does not hold on: it was met in every exchange up to this one.
fn leave<'s>(met: &mut [u64], set: impl IntoIterator<Item = &'s u64>, since: &[u64], exchanges: u64, counts: &mut [Counts]) {
    for (word, (met, set)) in met.iter_mut().zip(set).enumerate() {
        let left = *met & set;
        if left == 0 {
            continue;
        }
        *met &= !set;
        for bit in numbers(&[left]) {
            let at = 64 * word + bit;
            if let (Some(since), Some(counts)) = (since.get(at), counts.get_mut(at)) {
                counts.met += exchanges - since;
            }
        }
    }
}
