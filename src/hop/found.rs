//! What was found so far while legs are gone through.

use std::collections::{HashMap, HashSet};

use super::{By, Joined, Unjoined};

/// A way has no more hops than this.
pub(super) const MOST_HOPS: usize = 16;

/// What was found so far.
#[derive(Debug, Default)]
pub(super) struct Found {
    joined: Vec<Joined>,
    pub(super) outer: HashMap<u64, u64>,
}

impl Found {
    pub(super) fn note(&mut self, inner: u64, outer: Result<(u64, By, bool), Unjoined>) {
        if let Ok((outer, ..)) = &outer {
            self.outer.insert(inner, *outer);
        }
        let sure = outer.as_ref().is_ok_and(|(.., sure)| *sure);
        self.joined.push(Joined { inner, outer: outer.map(|(outer, by, _)| (outer, by)), sure });
    }

    /// Whether the first is on the way to the second.
    pub(super) fn is_before(&self, outer: u64, inner: u64) -> bool {
        let before = |number: &u64| self.outer.get(number).copied();
        std::iter::successors(before(&inner), before).take(MOST_HOPS).any(|number| number == outer)
    }

    /// Several legs that do not lie within one, and seem to belong to it by their looks alone, are in each other's way; and what
    /// seems so, or was found by time alone, is none of a leg that surely has one. `taken` knows those whose was taken away.
    pub(super) fn sorted_out(mut self, taken: impl Fn(u64) -> bool) -> Vec<Joined> {
        let mut unsure: HashMap<u64, usize> = HashMap::new();
        let mut surely: HashSet<u64> = HashSet::new();
        for Joined { outer, sure, .. } in &self.joined {
            match outer {
                Ok((outer, By::Look)) if !sure => *unsure.entry(*outer).or_default() += 1,
                Ok((outer, By::Id(_) | By::Look)) => {
                    surely.insert(*outer);
                }
                _ => {}
            }
        }
        let is_taken = |outer: u64| surely.contains(&outer) || taken(outer);
        for Joined { outer, sure, .. } in &mut self.joined {
            match outer {
                Ok((at, By::Look)) if !*sure && unsure.get(at).is_some_and(|n| *n > 1) => {
                    *outer = Err(Unjoined::Several(unsure.get(at).copied().unwrap_or_default()));
                }
                Ok((at, By::Look)) if !*sure && is_taken(*at) => *outer = Err(Unjoined::NoneFits),
                Ok((at, By::Time)) if is_taken(*at) => *outer = Err(Unjoined::NoneFits),
                _ => {}
            }
            *sure = *sure && outer.is_ok();
        }
        self.joined
    }
}
