//! Field names of all specs, interned: what a head carries is looked up once, whatever the number of expectations.

use hashbrown::HashMap;

use super::ways::{WAYS, Way, way_of};
use crate::http::{AUTHORITY, HeadRef};

/// The number of an interned name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct NameId(u32);

impl NameId {
    /// It as an index: names are numbered from 0.
    pub(super) fn number(self) -> usize {
        self.0 as usize
    }
}

/// The names that some spec asks for. They come from specs, so a fast hasher is safe.
#[derive(Debug, Default)]
pub(super) struct Names {
    by_name: HashMap<Vec<u8>, NameId, foldhash::fast::FixedState>,
    /// The length of the longest.
    longest: usize,
}

/// Longer names are looked up without the space on the stack.
const LONGEST: usize = 128;

impl Names {
    /// The number of a name, without regard to case.
    pub(super) fn intern(&mut self, name: &str) -> NameId {
        self.longest = self.longest.max(name.len());
        let next = NameId(u32::try_from(self.by_name.len()).unwrap_or(u32::MAX));
        *self.by_name.entry(name.to_ascii_lowercase().into_bytes()).or_insert(next)
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.by_name.len()
    }

    /// The number of a name.
    pub(super) fn find(&self, name: &[u8]) -> Option<NameId> {
        // It answers where a spec asks for Host.
        let name = if name == AUTHORITY { b"host" } else { name };
        if name.len() > self.longest {
            return None;
        }
        let mut lower = [0; LONGEST];
        let Some(lower) = lower.get_mut(..name.len()) else {
            return self.by_name.get(&name.to_ascii_lowercase()).copied();
        };
        lower.copy_from_slice(name);
        lower.make_ascii_lowercase();
        self.by_name.get(&*lower).copied()
    }
}

/// Which lines of one head carry which interned name. Scratch: filled anew for each head without clearing.
#[derive(Debug)]
pub(super) struct HeadIndex {
    /// The first is for heads that are not remembered.
    ways: Vec<Way>,
    way: usize,
    /// How many heads were looked up.
    heads: u64,
}

impl Default for HeadIndex {
    fn default() -> Self {
        Self { ways: vec![Way::default()], way: 0, heads: 0 }
    }
}

impl HeadIndex {
    /// There is no head.
    pub(super) fn clear(&mut self, names: &Names) {
        self.way = 0;
        if let Some(way) = self.ways.first_mut() {
            way.clear(names);
        }
    }

    /// Looks up every line of a head.
    pub(super) fn fill(&mut self, names: &Names, head: &HeadRef<'_>) {
        self.way = way_of(head);
        self.heads += 1;
        if self.ways.len() <= self.way {
            self.ways.resize_with(1 + WAYS, Way::default);
        }
        let Some(way) = self.ways.get_mut(self.way) else { return };
        if self.way == 0 {
            way.fill(names, head);
        } else if !way.follow(head, self.heads) {
            way.fill(names, head);
            way.remember(head, self.heads);
        }
    }

    /// Where what is known of earlier heads stands, and how many heads there were; nothing for a head that is not
    /// remembered.
    pub(super) fn remembered(&self) -> Option<(usize, u64)> {
        (self.way > 0).then_some((self.way, self.heads))
    }

    /// What is known of the head.
    #[inline]
    pub(super) fn way(&self) -> Option<&Way> {
        self.ways.get(self.way)
    }

    /// The interned names that are there, each once.
    pub(super) fn present(&self) -> &[NameId] {
        self.way().map(Way::present).unwrap_or_default()
    }

    /// The number of the line with this name, where there is exactly one.
    #[inline]
    pub(super) fn only(&self, id: NameId) -> Option<usize> {
        let (first, last) = self.way()?.ends_of(id)?;
        (first == last).then_some(first as usize)
    }

    /// The numbers of the lines with this name, in order.
    pub(super) fn lines(&self, id: NameId) -> impl Iterator<Item = usize> {
        let way = self.way();
        let first = way.and_then(|way| way.ends_of(id)).map(|(first, _)| first);
        std::iter::successors(first, move |at| way?.next(*at)).map(|at| at as usize)
    }
}
