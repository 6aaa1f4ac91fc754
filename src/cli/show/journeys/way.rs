//! Ways: exchanges as trees, each below the one that caused it.

use std::collections::BTreeMap;

use crate::hop::{By, Joined, Leg, Legs, Unjoined};

/// A step of a way: an exchange, and those that it caused.
#[derive(Debug)]
pub(in super::super) struct Way<'l> {
    pub(super) number: u64,
    pub(super) leg: &'l Leg,
    /// By what it was joined to the one before; why to none.
    pub(super) by: Option<Result<By, Unjoined>>,
    /// What it caused, in the order in which it began.
    pub(super) inner: Vec<Way<'l>>,
}

impl Way<'_> {
    /// Over how many hops it goes.
    pub(super) fn hops(&self) -> usize {
        self.inner.iter().map(Way::hops).max().unwrap_or_default().saturating_add(1)
    }

    /// The numbers of its exchanges.
    pub(super) fn numbers(&self) -> Box<dyn Iterator<Item = u64> + '_> {
        Box::new(std::iter::once(self.number).chain(self.inner.iter().flat_map(Way::numbers)))
    }
}

/// The ways of all legs, in the order in which they began. Each leg is in one way.
pub(super) fn ways<'l>(legs: &'l Legs, joined: &[Joined]) -> Vec<Way<'l>> {
    let mut by: BTreeMap<u64, Result<By, Unjoined>> = BTreeMap::new();
    let mut below: BTreeMap<u64, Vec<u64>> = BTreeMap::new();
    for Joined { inner, outer, .. } in joined {
        match outer {
            Ok((outer, how)) => {
                below.entry(*outer).or_default().push(*inner);
                by.insert(*inner, Ok(*how));
            }
            Err(why) => {
                by.insert(*inner, Err(why.clone()));
            }
        }
    }
    let first: Vec<u64> = legs.numbers().into_iter().filter(|number| !matches!(by.get(number), Some(Ok(_)))).collect();
    first.into_iter().filter_map(|number| way(legs, number, &mut below, &by)).collect()
}

/// Legs are joined to others that began no later and do not come back to a server, so a way has an end.
fn way<'l>(
    legs: &'l Legs,
    number: u64,
    below: &mut BTreeMap<u64, Vec<u64>>,
    by: &BTreeMap<u64, Result<By, Unjoined>>,
) -> Option<Way<'l>> {
    let leg = legs.leg(number)?;
    let inner = below.remove(&number).unwrap_or_default();
    let inner = inner.into_iter().filter_map(|number| way(legs, number, below, by)).collect();
    Some(Way { number, leg, by: by.get(&number).cloned(), inner })
}
