//! Legs that wait for each other, and which belong together: by what a spec says, by ids, by method, target and body, and by
//! time. Where several fit alike none is taken: a guess would be no evidence.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use super::pick::{Candidates, Fit, Picked, fit, pick};
use super::{Id, IdKind, Leg};

/// So many legs are looked at for one, on either side of it in time.
const MOST_LOOKED: usize = 512;

/// By what two exchanges were found to be of one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// The same id.
    Id(IdKind),
    /// Method, target and body, and the time where several have the same.
    Look,
    /// Method and time alone: one lies within the other, and in no other.
    Time,
}

impl By {
    /// In words: `method, target and body`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Id(kind) => kind.name(),
            Self::Look => "method, target and body",
            Self::Time => "method and time",
        }
    }
}

/// Why an exchange belongs to none of the hop before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unjoined {
    /// None has an id of it, or its method, target and body at its time.
    NoneFits,
    /// So many fit alike.
    Several(usize),
    /// What joins it is not there.
    Lack(String),
}

/// An exchange with the one of the hop before, by number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Joined {
    /// The exchange nearer to the server.
    pub inner: u64,
    /// The one that it belongs to, and by what; or why to none.
    pub outer: Result<(u64, By), Unjoined>,
}

#[derive(Debug)]
struct Entry {
    leg: Arc<Leg>,
    /// On which hop, counted from the client; none where that is to be found out.
    level: Option<u32>,
    look: Option<Vec<u8>>,
}

/// Numbers of legs by when they began.
type ByTime = BTreeSet<(u64, u64)>;

/// Legs that wait.
#[derive(Debug, Default)]
pub struct Legs {
    next: u64,
    entries: BTreeMap<u64, Entry>,
    by_id: HashMap<Id, ByTime>,
    by_look: HashMap<Vec<u8>, ByTime>,
    by_time: ByTime,
    /// Only ids join.
    only_ids: bool,
    weight: usize,
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
        let key = (begun(&leg), number);
        for id in &leg.ids {
            self.by_id.entry(id.clone()).or_default().insert(key);
        }
        let look = leg.look().filter(|_| !self.only_ids);
        if let Some(look) = &look {
            self.by_look.entry(look.clone()).or_default().insert(key);
        }
        self.by_time.insert(key);
        self.weight = self.weight.saturating_add(leg.weight());
        self.entries.insert(number, Entry { leg, level, look });
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
        self.weight
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
    pub fn numbers(&self) -> impl Iterator<Item = u64> {
        self.by_time.iter().map(|(_, number)| *number)
    }

    /// Takes a leg away.
    pub fn remove(&mut self, number: u64) -> Option<Arc<Leg>> {
        let entry = self.entries.remove(&number)?;
        let key = (begun(&entry.leg), number);
        for id in &entry.leg.ids {
            forget(&mut self.by_id, id, key);
        }
        if let Some(look) = &entry.look {
            forget(&mut self.by_look, look, key);
        }
        self.by_time.remove(&key);
        self.weight = self.weight.saturating_sub(entry.leg.weight());
        Some(entry.leg)
    }

    /// Legs that surely belong to this one already: they have an id of it and lie within it.
    #[must_use]
    pub fn surely_within(&self, outer: u64) -> Vec<(u64, By)> {
        let Some(entry) = self.entries.get(&outer) else { return Vec::new() };
        let mut found: Vec<(u64, By)> = Vec::new();
        for id in &entry.leg.ids {
            for (_, number) in self.by_id.get(id).into_iter().flat_map(|set| near(set, begun(&entry.leg))) {
                let Some(inner) = self.entries.get(&number).filter(|inner| may_follow(inner, entry)) else { continue };
                let is_new = !found.iter().any(|(known, _)| *known == number);
                if is_new && fit(&inner.leg, &entry.leg) == Fit::Within {
                    found.push((number, By::Id(id.kind)));
                }
            }
        }
        found
    }

    /// Finds out of each leg which one it belongs to, in the order in which they began; those of the first hop are left out.
    #[must_use]
    pub fn join(&self) -> Vec<Joined> {
        let mut found = Found::default();
        for (_, number) in &self.by_time {
            let Some(entry) = self.entries.get(number) else { continue };
            if entry.level == Some(0) {
                continue;
            }
            let outer = self.outer(*number, entry, &found);
            found.note(*number, outer);
        }
        self.sort_out(&mut found);
        found.joined
    }

    /// What a leg belongs to, by the strongest evidence that there is.
    fn outer(&self, number: u64, entry: &Entry, found: &Found) -> Result<(u64, By, bool), Unjoined> {
        if entry.leg.ids.is_empty()
            && let Some(lack) = &entry.leg.lack
        {
            return Err(Unjoined::Lack(lack.clone()));
        }
        let chain = entry.level.is_none();
        let begin = begun(&entry.leg);
        let allowed = |set: Option<&ByTime>| -> Candidates<'_> {
            let numbers = set.into_iter().flat_map(|set| near(set, begin)).map(|(_, number)| number);
            let others = numbers.filter(|other| *other != number);
            let legs = others.filter_map(|other| Some((other, self.entries.get(&other)?)));
            legs.filter(|(other, outer)| may_follow(entry, outer) && !self.is_loop(entry, *other, found))
                .map(|(other, outer)| (other, &*outer.leg))
                .collect()
        };
        let mut several = 0;
        for id in &entry.leg.ids {
            let same = allowed(self.by_id.get(id));
            let of_look: Candidates<'_> = same.iter().filter(|(_, leg)| leg.look() == entry.look).copied().collect();
            match pick(&entry.leg, &same, chain, !chain) {
                Picked::One(outer, _) => return Ok((outer, By::Id(id.kind), true)),
                Picked::Many(many) => match pick(&entry.leg, &of_look, chain, !chain) {
                    Picked::One(outer, _) => return Ok((outer, By::Id(id.kind), true)),
                    _ => several = many,
                },
                Picked::None => {}
            }
        }
        if several > 0 {
            return Err(Unjoined::Several(several));
        }
        if self.only_ids {
            return Err(Unjoined::NoneFits);
        }
        let mut alike = allowed(entry.look.as_ref().and_then(|look| self.by_look.get(look)));
        alike.retain(|(_, outer)| !contradicts(&entry.leg, outer, IdKind::is_kept) && !entry.leg.has_another_body(outer));
        match pick(&entry.leg, &alike, chain, false) {
            Picked::One(outer, sure) => return Ok((outer, By::Look, sure)),
            Picked::Many(many) => return Err(Unjoined::Several(many)),
            Picked::None => {}
        }
        let mut around = allowed(Some(&self.by_time));
        around.retain(|(_, outer)| {
            // A node that gave up waiting said so before the answer came; then the target must say what belongs to what.
            let fits = match fit(&entry.leg, outer) {
                Fit::Within => true,
                Fit::Begun => outer.target().is_some() && outer.target() == entry.leg.target(),
                _ => false,
            };
            fits && !contradicts(&entry.leg, outer, |_| true)
                && outer.method() == entry.leg.method()
                && (!chain || goes_on(outer, &entry.leg))
        });
        match pick(&entry.leg, &around, chain, false) {
            Picked::One(outer, _) => Ok((outer, By::Time, true)),
            Picked::Many(many) => Err(Unjoined::Several(many)),
            Picked::None => Err(Unjoined::NoneFits),
        }
    }

    /// Whether a leg would come back to a server that its way went through. That is another request, or cannot be told from one.
    fn is_loop(&self, entry: &Entry, outer: u64, found: &Found) -> bool {
        let (None, Some((_, server))) = (entry.level, entry.leg.ends()) else { return false };
        let mut at = Some(outer);
        for _ in 0..16 {
            let Some(number) = at else { return false };
            if self.leg(number).and_then(|leg| leg.ends()).is_some_and(|(_, known)| known == server) {
                return true;
            }
            at = found.outer.get(&number).copied();
        }
        true
    }

    /// Several legs that do not lie within one, and seem to belong to it by their looks alone, are in each other's way; and one
    /// that was found by time alone is none of a leg that has one by its looks.
    fn sort_out(&self, found: &mut Found) {
        let mut unsure: HashMap<u64, usize> = HashMap::new();
        let mut surely: HashSet<u64> = HashSet::new();
        for (joined, sure) in found.joined.iter().zip(&found.sure) {
            match &joined.outer {
                Ok((outer, By::Look)) if !sure => *unsure.entry(*outer).or_default() += 1,
                Ok((outer, By::Id(_) | By::Look)) => {
                    surely.insert(*outer);
                }
                _ => {}
            }
        }
        for (joined, sure) in found.joined.iter_mut().zip(&found.sure) {
            match &joined.outer {
                Ok((outer, By::Look)) if !sure && unsure.get(outer).is_some_and(|n| *n > 1) => {
                    joined.outer = Err(Unjoined::Several(unsure.get(outer).copied().unwrap_or_default()));
                }
                Ok((outer, By::Time)) if surely.contains(outer) => joined.outer = Err(Unjoined::NoneFits),
                _ => {}
            }
        }
    }
}

/// What was found so far.
#[derive(Debug, Default)]
struct Found {
    joined: Vec<Joined>,
    sure: Vec<bool>,
    outer: HashMap<u64, u64>,
}

impl Found {
    fn note(&mut self, inner: u64, outer: Result<(u64, By, bool), Unjoined>) {
        if let Ok((outer, ..)) = &outer {
            self.outer.insert(inner, *outer);
        }
        self.sure.push(outer.as_ref().is_ok_and(|(.., sure)| *sure));
        self.joined.push(Joined { inner, outer: outer.map(|(outer, by, _)| (outer, by)) });
    }
}

/// When a leg began; 0 where that is not known.
fn begun(leg: &Leg) -> u64 {
    leg.begin().map_or(0, |time| time.nanoseconds)
}

/// Whether a leg's hop may be the one behind another's.
fn may_follow(inner: &Entry, outer: &Entry) -> bool {
    match (inner.level, outer.level) {
        (Some(inner), Some(outer)) => outer.checked_add(1) == Some(inner),
        (None, None) => true,
        _ => false,
    }
}

/// Whether two exchanges have ids of one kind, and others.
fn contradicts(inner: &Leg, outer: &Leg, counts: impl Fn(IdKind) -> bool) -> bool {
    let of = |id: &Id| outer.ids.iter().find(|other| other.kind == id.kind);
    inner.ids.iter().filter(|id| counts(id.kind)).any(|id| of(id).is_some_and(|other| other != id))
}

/// Whether a connection begins where another ended, by address.
fn goes_on(outer: &Leg, inner: &Leg) -> bool {
    outer.ends().zip(inner.ends()).is_some_and(|((_, server), (client, _))| server.ip == client.ip)
}

/// Those of a set that began nearest to a time.
fn near(set: &ByTime, time: u64) -> impl Iterator<Item = (u64, u64)> + use<'_> {
    let before = set.range(..=(time, u64::MAX)).rev().take(MOST_LOOKED);
    let after = set.range((std::ops::Bound::Excluded((time, u64::MAX)), std::ops::Bound::Unbounded)).take(MOST_LOOKED);
    before.chain(after).copied()
}

fn forget<K: std::hash::Hash + Eq>(sets: &mut HashMap<K, ByTime>, key: &K, of: (u64, u64)) {
    if let Some(set) = sets.get_mut(key) {
        set.remove(&of);
        if set.is_empty() {
            sets.remove(key);
        }
    }
}
