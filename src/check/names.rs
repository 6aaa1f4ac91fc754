//! Field names of all specs, interned: what a head carries is looked up once, whatever the number of expectations.

use hashbrown::HashMap;

use crate::http::HeadRef;

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

/// Longer names are looked up without the space on the stack, and never predicted.
const LONGEST: usize = 128;

impl Names {
    /// The number of a name, without regard to case.
    pub(super) fn intern(&mut self, name: &str) -> NameId {
        self.longest = self.longest.max(name.len());
        let next = NameId(u32::try_from(self.by_name.len()).unwrap_or(u32::MAX));
        *self.by_name.entry(name.to_ascii_lowercase().into_bytes()).or_insert(next)
    }

    fn find(&self, name: &[u8]) -> Option<NameId> {
        let mut lower = [0; LONGEST];
        let Some(lower) = lower.get_mut(..name.len()) else {
            // Specs have a size, too: what is longer than their longest name is not copied.
            return (name.len() <= self.longest).then(|| self.by_name.get(&name.to_ascii_lowercase()).copied()).flatten();
        };
        lower.copy_from_slice(name);
        lower.make_ascii_lowercase();
        self.by_name.get(&*lower).copied()
    }
}

const NONE: u32 = u32::MAX;
/// Lines of a head whose names are predicted.
const PREDICTED: usize = 48;

/// Which lines of one head carry which interned name. Scratch: filled anew for each head without clearing.
#[derive(Debug, Default)]
pub(super) struct HeadIndex {
    /// By name: generation, first line, last line.
    by_name: Vec<(u32, u32, u32)>,
    /// By line: the next line of the same name.
    next: Vec<u32>,
    /// By line: the name that stood there last, and its number. Heads of one kind repeat; most names are found here.
    predicted: Vec<(Vec<u8>, Option<NameId>)>,
    /// The names that are there, each once.
    present: Vec<NameId>,
    generation: u32,
}

impl HeadIndex {
    /// Forgets the head before.
    pub(super) fn clear(&mut self, names: &Names) {
        self.generation = self.generation.wrapping_add(1);
        if self.generation == 0 {
            self.by_name.clear();
            self.generation = 1;
        }
        self.by_name.resize(names.by_name.len(), (0, NONE, NONE));
        self.predicted.resize(PREDICTED, (Vec::new(), None));
        self.next.clear();
        self.present.clear();
    }

    /// Looks up every line of a head.
    pub(super) fn fill(&mut self, names: &Names, head: &HeadRef<'_>) {
        self.clear(names);
        self.next.resize(head.lines.len(), NONE);
        for (at, line) in (0u32..).zip(head.lines) {
            let Some(id) = self.find(names, at, line.name.of(head.raw)) else { continue };
            let Some(entry) = self.by_name.get_mut(id.0 as usize) else { continue };
            if entry.0 == self.generation {
                if let Some(next) = self.next.get_mut(entry.2 as usize) {
                    *next = at;
                }
                entry.2 = at;
            } else {
                *entry = (self.generation, at, at);
                self.present.push(id);
            }
        }
    }

    /// The number of the name on a line.
    fn find(&mut self, names: &Names, at: u32, name: &[u8]) -> Option<NameId> {
        match self.predicted.get_mut(at as usize) {
            Some((known, id)) if known == name => *id,
            Some((known, id)) if name.len() <= LONGEST => {
                *id = names.find(name);
                known.clear();
                known.extend_from_slice(name);
                *id
            }
            _ => names.find(name),
        }
    }

    /// The interned names that are there, each once.
    pub(super) fn present(&self) -> &[NameId] {
        &self.present
    }

    /// The number of the line with this name, where there is exactly one.
    #[inline]
    pub(super) fn only(&self, id: NameId) -> Option<usize> {
        match self.by_name.get(id.number())? {
            (generation, first, last) if *generation == self.generation && first == last => Some(*first as usize),
            _ => None,
        }
    }

    /// The numbers of the lines with this name, in order.
    pub(super) fn lines(&self, id: NameId) -> impl Iterator<Item = usize> {
        let first = match self.by_name.get(id.0 as usize) {
            Some((generation, first, _)) if *generation == self.generation => *first,
            _ => NONE,
        };
        std::iter::successors((first != NONE).then_some(first), |at| {
            self.next.get(*at as usize).copied().filter(|next| *next != NONE)
        })
        .map(|at| at as usize)
    }
}
