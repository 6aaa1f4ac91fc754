//! Legs that wait for each other, and which belong together: by what a spec says, by ids, by method, target and body, and by
//! time. Where several fit alike none is taken: a guess would be no evidence.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

use super::candidates::{Index, Key};
use super::found::{Found, MOST_HOPS};
use super::gone::Gone;
use super::pick::{Candidates, Fit, Pick, Picked, fit};
use super::weights::Weights;
use super::{By, Id, IdKind, Joined, Leg, Running, Unjoined};

/// So many legs with an id are looked at when another one of it comes.
const MOST_AT_ONCE: usize = 64;
/// What is farther off by another clock is not known again by its looks alone: an hour, in nanoseconds.
const FARTHEST: u64 = 3600 * 1_000_000_000;

#[derive(Debug)]
struct Entry {
    leg: Arc<Leg>,
    /// On which hop, counted from the client; none where that is to be found out.
    level: Option<u32>,
    look: Option<Vec<u8>>,
    weight: usize,
    /// A leg that surely belongs to it was taken away.
    taken: bool,
}

impl Entry {
    fn look(&self) -> Option<&[u8]> {
        self.look.as_deref()
    }

    /// The level of the hop before; nothing where there is none.
    fn before(&self) -> Option<Option<u32>> {
        match self.level {
            Some(level) => level.checked_sub(1).map(Some),
            None => Some(None),
        }
    }

    /// By what others may belong to it.
    fn keys(&self) -> impl Iterator<Item = (Option<u32>, Key<'_>)> {
        let method = self.look().and(self.leg.method()).map(|method| Key::Method(method, None));
        let keys = self.leg.ids.iter().map(Key::Id).chain(self.look().map(Key::Look)).chain(method);
        keys.map(|key| (self.level, key))
    }
}

/// Legs that wait.
#[derive(Debug, Default)]
pub struct Legs {
    next: u64,
    entries: BTreeMap<u64, Entry>,
    /// Those with an id, by the hash of that and of their level: what has one hash is looked at, and not taken for the same.
    by_id: HashMap<u64, BTreeSet<u64>>,
    hasher: RandomState,
    /// Only ids join.
    only_ids: bool,
    weights: Weights,
    gone: Gone,
}

impl Legs {
    /// Legs that nothing but their ids joins.
    #[must_use]
    pub fn by_ids() -> Self {
        Self { only_ids: true, ..Self::default() }
    }

    /// Adds a leg, and gives its number. `level` is its hop's place on the way, counted from the client.
    pub fn add(&mut self, leg: Arc<Leg>, level: Option<u32>) -> u64 {
        let number = self.next;
        self.next = self.next.saturating_add(1);
        for id in &leg.ids {
            self.by_id.entry(self.hasher.hash_one((level, id))).or_default().insert(number);
        }
        let look = leg.look().filter(|_| !self.only_ids);
        let weight = leg.weight().saturating_add(look.as_ref().map_or(0, Vec::len));
        self.weights.add(&leg, weight);
        self.entries.insert(number, Entry { leg, level, look, weight, taken: false });
        number
    }

    /// A leg by its number.
    #[must_use]
    pub fn leg(&self, number: u64) -> Option<&Arc<Leg>> {
        self.entries.get(&number).map(|entry| &entry.leg)
    }

    /// About how many bytes wait.
    #[must_use]
    pub fn weight(&self) -> usize {
        self.weights.total()
    }

    /// How many wait.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether none waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The number of the leg that waits longest.
    #[must_use]
    pub fn oldest(&self) -> Option<u64> {
        self.entries.keys().next().copied()
    }

    /// The number of the leg that came last.
    #[must_use]
    pub fn newest(&self) -> Option<u64> {
        self.entries.keys().next_back().copied()
    }

    /// The numbers of all legs, in the order in which they began.
    #[must_use]
    pub fn numbers(&self) -> Vec<u64> {
        self.in_order().into_iter().map(|(number, _)| number).collect()
    }

    /// Legs in the order in which they began. Of those that began at one time an outer hop is the first, then what ended last.
    fn in_order(&self) -> Vec<(u64, &Entry)> {
        let mut all: Vec<(u64, &Entry)> = self.entries.iter().map(|(number, entry)| (*number, entry)).collect();
        all.sort_by_cached_key(|(number, entry)| {
            let end = entry.leg.end().map_or(u64::MAX, |time| time.nanoseconds);
            (begun(&entry.leg), entry.level, std::cmp::Reverse(end), *number)
        });
        all
    }

    /// Takes a leg away that nothing more can belong to.
    pub fn remove(&mut self, number: u64) -> Option<Arc<Leg>> {
        let Entry { leg, level, weight, .. } = self.entries.remove(&number)?;
        for id in &leg.ids {
            let key = self.hasher.hash_one((level, id));
            if let Some(set) = self.by_id.get_mut(&key) {
                set.remove(&number);
                if set.is_empty() {
                    self.by_id.remove(&key);
                }
            }
        }
        self.weights.remove(&leg, weight);
        Some(leg)
    }

    /// Takes a leg away that belongs to another, which is given.
    pub fn remove_of(&mut self, number: u64, outer: u64) -> Option<(Arc<Leg>, Arc<Leg>)> {
        let entry = self.entries.get_mut(&outer)?;
        entry.taken = true;
        let outer = Arc::clone(&entry.leg);
        Some((self.remove(number)?, outer))
    }

    /// Whether a leg that surely belongs to this one was taken away.
    #[must_use]
    pub fn is_taken(&self, number: u64) -> bool {
        self.entries.get(&number).is_some_and(|entry| entry.taken)
    }

    /// Takes a leg away for lack of room. What may belong to it is then given to no other.
    pub fn give_up(&mut self, number: u64) -> Option<Arc<Leg>> {
        let entry = self.entries.get(&number)?;
        self.gone.note(&entry.leg, entry.keys());
        self.remove(number)
    }

    /// Legs that belong to this one, and to no other that may still come: they have an id of it and lie within it, no other has
    /// an id of them, and all that ran when they began is over.
    #[must_use]
    pub fn surely_within(&self, outer: u64, running: &Running) -> Vec<(u64, By)> {
        let Some(entry) = self.entries.get(&outer) else { return Vec::new() };
        let Some(level) = entry.level.map(|level| level.saturating_add(1)) else { return Vec::new() };
        let with = |level: Option<u32>, id: &Id| self.by_id.get(&self.hasher.hash_one((level, id)));
        let is_alone = |id: &Id| with(entry.level, id).is_none_or(|outers| outers.iter().all(|number| *number == outer));
        let mut found: Vec<(u64, By)> = Vec::new();
        for id in entry.leg.ids.iter().filter(|id| is_alone(id)) {
            for number in with(Some(level), id).into_iter().flatten().take(MOST_AT_ONCE) {
                let Some(inner) = self.entries.get(number).filter(|inner| inner.level == Some(level)) else { continue };
                let is_new = !found.iter().any(|(known, _)| known == number) && inner.leg.ids.contains(id);
                let is_known = is_new && fit(&inner.leg, &entry.leg) == Fit::Within && all_known(&inner.leg, running);
                let is_only =
                    is_known && inner.leg.ids.iter().all(is_alone) && !contradicts(&inner.leg, &entry.leg, IdKind::is_kept);
                if is_only && !self.may_be_gone(inner, inner.leg.ids.iter().map(Key::Id)) {
                    found.push((*number, By::Id(id.kind)));
                }
            }
        }
        found
    }

    /// Finds out of each leg which one it belongs to, in the order in which they began; those of the first hop are left out.
    #[must_use]
    pub fn join(&self) -> Vec<Joined> {
        let (legs, mut found, mut index) = (self.in_order(), Found::default(), Index::default());
        for (number, entry) in &legs {
            index.beside(*number, &entry.leg, entry.level, entry.look());
        }
        for (number, entry) in &legs {
            if let Some(before) = entry.before() {
                let outer = self.outer(entry, before, &mut index, &found);
                found.note(*number, outer);
            }
            index.runs(*number, &entry.leg, entry.level, entry.look());
        }
        found.sorted_out(|number| self.is_taken(number))
    }

    /// The same before all were read: what may belong to an exchange that still runs is not joined.
    #[must_use]
    pub fn join_early(&self, running: &Running) -> Vec<Joined> {
        let mut joined = self.join();
        for Joined { inner, outer, sure } in &mut joined {
            let is_open = self.leg(*inner).is_some_and(|leg| !all_known(leg, running));
            if outer.is_ok() && (is_open || !*sure) {
                (*outer, *sure) = (Err(Unjoined::GivenUp), false);
            }
        }
        joined
    }

    /// What a leg belongs to, by the strongest evidence that there is.
    fn outer<'l>(
        &'l self,
        entry: &'l Entry,
        before: Option<u32>,
        index: &mut Index<'l>,
        found: &Found,
    ) -> Result<(u64, By, bool), Unjoined> {
        let leg = &*entry.leg;
        if leg.ids.is_empty()
            && let Some(lack) = &leg.lack
        {
            return Err(Unjoined::Lack(lack.clone()));
        }
        let chain = entry.level.is_none();
        let is_before = |outer: u64, inner: u64| found.is_before(outer, inner);
        let pick = |candidates: &Candidates<'_>, outside: bool, farthest: u64| {
            let chain: Option<&dyn Fn(u64, u64) -> bool> = if chain { Some(&is_before) } else { None };
            Pick { chain, outside, farthest }.of(leg, candidates)
        };
        let mut allowed = |key: Key<'l>, outside: bool| {
            let mut candidates = index.of((before, key), leg, outside, |number| Some(&*self.entries.get(&number)?.leg));
            let cannot = |other: u64, outer: &Leg| chain && are_siblings(outer, leg) || self.is_loop(entry, other, found);
            candidates.retain(|other, outer| !cannot(other, outer));
            candidates
        };
        let same_look = |other: u64| self.entries.get(&other).is_some_and(|other| other.look == entry.look);
        let mut several = None;
        for id in &leg.ids {
            // What a spec joins, and what a log says, holds whatever the time; any other id stands in what caused it.
            let outside = !chain && matches!(id.kind, IdKind::Join | IdKind::Log);
            let mut same = allowed(Key::Id(id), outside);
            same.retain(|_, outer| !contradicts(leg, outer, IdKind::is_kept));
            let mut of_look = same.clone();
            of_look.retain(|other, _| same_look(other));
            match pick(&same, outside, u64::MAX) {
                Picked::Many(many) => match pick(&of_look, outside, u64::MAX) {
                    Picked::One(outer, _) => return self.unless_gone(entry, Key::Id(id), (outer, By::Id(id.kind), true)),
                    _ => several = Some(many),
                },
                Picked::One(outer, _) => return self.unless_gone(entry, Key::Id(id), (outer, By::Id(id.kind), true)),
                Picked::None => {}
            }
        }
        if let Some(several) = several {
            return Err(Unjoined::of_several(several));
        }
        if self.may_be_gone(entry, leg.ids.iter().map(Key::Id)) {
            return Err(Unjoined::GivenUp);
        }
        let (Some(look), Some(method)) = (entry.look(), leg.method()) else { return Err(Unjoined::NoneFits) };
        let mut alike = allowed(Key::Look(look), false);
        alike.retain(|_, outer| !contradicts(leg, outer, IdKind::is_kept) && !leg.has_another_body(outer));
        match pick(&alike, false, FARTHEST) {
            Picked::One(outer, sure) => return self.unless_gone(entry, Key::Look(look), (outer, By::Look, sure)),
            Picked::Many(many) => return Err(Unjoined::of_several(many)),
            Picked::None => {}
        }
        let from = leg.ends().filter(|_| chain).map(|(client, _)| client.ip);
        let mut around = allowed(Key::Method(method, from), false);
        around.retain(|_, outer| {
            // A node that gave up waiting said so before the answer came; then the target must say what belongs to what.
            let fits = match fit(leg, outer) {
                Fit::Within => true,
                Fit::Begun => outer.target().is_some() && outer.target() == leg.target(),
                _ => false,
            };
            fits && !contradicts(leg, outer, |_| true)
        });
        match pick(&around, false, FARTHEST) {
            Picked::One(outer, _) => self.unless_gone(entry, Key::Method(method, None), (outer, By::Time, true)),
            Picked::Many(many) => Err(Unjoined::of_several(many)),
            Picked::None if self.may_be_gone(entry, [Key::Look(look)].into_iter()) => Err(Unjoined::GivenUp),
            Picked::None => Err(Unjoined::NoneFits),
        }
    }

    fn unless_gone(&self, entry: &Entry, key: Key<'_>, joined: (u64, By, bool)) -> Result<(u64, By, bool), Unjoined> {
        let is_gone = self.may_be_gone(entry, entry.leg.ids.iter().map(Key::Id).chain([key]));
        if is_gone { Err(Unjoined::GivenUp) } else { Ok(joined) }
    }

    /// Whether a leg may belong to one that was given up.
    fn may_be_gone<'k>(&self, entry: &Entry, keys: impl Iterator<Item = Key<'k>>) -> bool {
        entry.before().is_some_and(|before| self.gone.may_hold(&entry.leg, keys.map(|key| (before, key))))
    }

    /// Whether a leg would come back to a server that its way went through. That is another request, or cannot be told from one.
    fn is_loop(&self, entry: &Entry, outer: u64, found: &Found) -> bool {
        let (None, Some((_, server))) = (entry.level, entry.leg.ends()) else { return false };
        let mut at = Some(outer);
        for _ in 0..MOST_HOPS {
            let Some(number) = at else { return false };
            if self.leg(number).and_then(|leg| leg.ends()).is_some_and(|(_, known)| known == server) {
                return true;
            }
            at = found.outer.get(&number).copied();
        }
        true
    }
}

/// When a leg began; 0 where that is not known.
fn begun(leg: &Leg) -> u64 {
    leg.begin().map_or(0, |time| time.nanoseconds)
}

/// Whether a client that is not the server of the one opened both connections: none is behind the other.
fn are_siblings(outer: &Leg, inner: &Leg) -> bool {
    let ends = outer.ends().zip(inner.ends());
    ends.is_some_and(|((one, server), (other, _))| one.ip == other.ip && server.ip != other.ip)
}

/// Whether all that ran when a leg began is over.
fn all_known(leg: &Leg, running: &Running) -> bool {
    leg.clock().is_none_or(|(capture, begin, _)| begin < running.earliest(capture))
}

/// Whether two exchanges have ids of one kind, and others.
fn contradicts(inner: &Leg, outer: &Leg, counts: impl Fn(IdKind) -> bool) -> bool {
    let of = |id: &Id| outer.ids.iter().find(|other| other.kind == id.kind);
    inner.ids.iter().filter(|id| counts(id.kind)).any(|id| of(id).is_some_and(|other| other != id))
}
