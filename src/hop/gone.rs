//! Exchanges that were given up for lack of room: what may have belonged to one of them is not given to another.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, RandomState};

use super::Leg;
use crate::http::CaptureId;

/// By so many ids and looks they are remembered; of more it is only known that they were there.
const MOST: usize = 1 << 17;

/// Until when something ran, by the clock of a capture; without one where it had no clock, or there were several.
#[derive(Debug, Clone, Copy)]
struct Until {
    clock: Option<CaptureId>,
    time: u64,
}

impl Until {
    fn and(self, other: Self) -> Self {
        Self { clock: self.clock.filter(|_| self.clock == other.clock), time: self.time.max(other.time) }
    }

    fn reaches(self, leg: &Leg) -> bool {
        match (self.clock, leg.clock()) {
            (Some(one), Some((other, begin, _))) if one == other => begin <= self.time,
            _ => true,
        }
    }
}

/// What was given up. Two values of one hash are taken for one: that can only make more doubt.
#[derive(Debug, Default)]
pub(super) struct Gone {
    hasher: RandomState,
    by: HashMap<u64, Until>,
    rest: Option<Until>,
}

impl Gone {
    /// An exchange with the keys by which others may belong to it.
    pub(super) fn note<K: Hash>(&mut self, leg: &Leg, keys: impl Iterator<Item = K>) {
        let until = match leg.clock() {
            Some((capture, _, end)) => Until { clock: Some(capture), time: end },
            None => Until { clock: None, time: u64::MAX },
        };
        for key in keys {
            let key = self.hasher.hash_one(key);
            if let Some(known) = self.by.get_mut(&key) {
                *known = known.and(until);
            } else if self.by.len() < MOST {
                self.by.insert(key, until);
            } else {
                self.rest = Some(self.rest.map_or(until, |rest| rest.and(until)));
            }
        }
    }

    /// Whether a leg may belong to one of them by one of these keys.
    pub(super) fn may_hold<K: Hash>(&self, leg: &Leg, mut keys: impl Iterator<Item = K>) -> bool {
        if self.by.is_empty() {
            return false;
        }
        let known = |key: K| self.by.get(&self.hasher.hash_one(key)).is_some_and(|until| until.reaches(leg));
        self.rest.is_some_and(|rest| rest.reaches(leg)) || keys.any(known)
    }
}
