//! Which expectations of a hop an exchange is held against, as sets of bits: what is about absent fields costs nothing,
//! whatever its number, and what is left is judged in the order of the file.

use super::names::{HeadIndex, NameId};
use super::plan::{Aspect, PlanExpectation, Purity};

/// The expectations of one hop by what they need, and by what their verdict depends on.
#[derive(Debug, Default, Clone)]
pub(super) struct Dispatch {
    words: usize,
    /// Those that are judged anyway.
    always: Vec<u64>,
    /// Those of an optional field, which must be there.
    optional: [ByName; 2],
    /// Those whose verdict depends on the lines of a name.
    on_lines: [ByName; 2],
    /// Those whose verdict depends on the start line.
    on_start: [Vec<u64>; 2],
    /// Those whose verdict depends on the source, or on the destination.
    on_ends: [Vec<u64>; 2],
    /// Those whose verdict depends on nothing but that, and on which names are there.
    stable: Vec<u64>,
}

/// Sets by side and number of a name.
#[derive(Debug, Default, Clone)]
struct ByName {
    /// Where the set of a name begins in `sets`, counted from 1; 0 where it has none.
    begins: Vec<u32>,
    sets: Vec<u64>,
}

impl ByName {
    fn add(&mut self, id: NameId, at: usize, words: usize) {
        if self.begins.len() <= id.number() {
            self.begins.resize(id.number() + 1, 0);
        }
        let Some(begin) = self.begins.get_mut(id.number()) else { return };
        if *begin == 0 {
            // Bounded by the number of expectations of a spec.
            *begin = self.sets.len() as u32 + 1;
            self.sets.resize(self.sets.len() + words, 0);
        }
        let set = self.sets.get_mut(*begin as usize - 1..);
        add(set.unwrap_or_default(), at);
    }

    fn of(&self, id: NameId) -> &[u64] {
        let begin = self.begins.get(id.number()).copied().unwrap_or_default() as usize;
        begin.checked_sub(1).and_then(|begin| self.sets.get(begin..)).unwrap_or_default()
    }
}

fn add(set: &mut [u64], at: usize) {
    if let Some(word) = set.get_mut(at / 64) {
        *word |= 1 << (at % 64);
    }
}

impl Dispatch {
    /// Sorts expectations.
    pub(super) fn of(expectations: &[PlanExpectation]) -> Self {
        let words = expectations.len().div_ceil(64);
        let none = || vec![0; words];
        let mut dispatch = Self {
            words,
            always: none(),
            on_start: [none(), none()],
            on_ends: [none(), none()],
            stable: none(),
            ..Self::default()
        };
        for (at, expectation) in expectations.iter().enumerate() {
            dispatch.add(at, expectation);
        }
        dispatch
    }

    fn add(&mut self, at: usize, expectation: &PlanExpectation) {
        let side = expectation.side as usize;
        match (&expectation.aspect, self.optional.get_mut(side)) {
            (Aspect::Field { id, .. }, Some(optional)) if expectation.optional => optional.add(*id, at, self.words),
            _ => add(&mut self.always, at),
        }
        match &expectation.aspect {
            // Names alone decide.
            Aspect::Absent { .. } | Aspect::Others { .. } | Aspect::Order(_) | Aspect::NameCase { .. } => {
                return add(&mut self.stable, at);
            }
            _ if expectation.purity == Purity::None => return,
            Aspect::Method
            | Aspect::Target
            | Aspect::Path
            | Aspect::Query(_)
            | Aspect::Version
            | Aspect::Status
            | Aspect::Reason => {
                if let Some(set) = self.on_start.get_mut(side) {
                    add(set, at);
                }
            }
            aspect => match (aspect.field_id(), self.on_lines.get_mut(side)) {
                (Some(id), Some(lines)) => lines.add(id, at, self.words),
                _ => return,
            },
        }
        if let Purity::Ends { src, dst } = expectation.purity {
            for (set, depends) in self.on_ends.iter_mut().zip([src, dst]) {
                if depends {
                    add(set, at);
                }
            }
        }
        add(&mut self.stable, at);
    }

    /// The expectations that are due for a request and a response, into `due`.
    pub(super) fn due(&self, heads: [&HeadIndex; 2], due: &mut Vec<u64>) {
        due.clear();
        due.extend_from_slice(&self.always);
        for (optional, head) in self.optional.iter().zip(heads).filter(|(optional, _)| !optional.sets.is_empty()) {
            for id in head.present() {
                due.iter_mut().zip(optional.of(*id)).for_each(|(due, set)| *due |= set);
            }
        }
    }

    /// Whether the verdict holds again while nothing that it depends on changed.
    pub(super) fn is_stable(&self, at: usize) -> bool {
        self.stable.get(at / 64).is_some_and(|word| word >> (at % 64) & 1 == 1)
    }

    /// Shows the set of those that depend on something that changed in a head since the `seen`th of its side, where its
    /// names did not.
    pub(super) fn changed(&self, side: usize, head: &HeadIndex, seen: u64, see: &mut impl FnMut(&[u64])) {
        let Some(way) = head.way() else { return };
        let since = &way.since;
        if since.any <= seen {
            return;
        }
        if let Some(set) = self.on_start.get(side).filter(|_| since.start > seen) {
            see(set);
        }
        // The ends of an exchange are those of its request.
        if side == 0 {
            for (set, _) in self.on_ends.iter().zip(since.ends).filter(|(_, since)| *since > seen) {
                see(set);
            }
        }
        let Some(lines) = self.on_lines.get(side) else { return };
        for (id, _) in way.ids().iter().zip(&since.lines).filter(|(_, since)| **since > seen) {
            if let Some(id) = id {
                see(lines.of(*id));
            }
        }
    }
}

/// The numbers in a set, in order.
pub(super) fn numbers(set: &[u64]) -> impl Iterator<Item = usize> {
    set.iter().enumerate().flat_map(|(word, bits)| {
        let rest = |bits: &u64| Some(bits & (bits - 1)).filter(|bits| *bits != 0);
        let bits = std::iter::successors(Some(*bits).filter(|bits| *bits != 0), rest);
        bits.map(move |bits| 64 * word + bits.trailing_zeros() as usize)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_in_order() {
        assert_eq!(numbers(&[0, 1 << 63 | 0b101, 0, 2]).collect::<Vec<_>>(), [64, 66, 127, 193]);
        assert_eq!(numbers(&[]).count(), 0);
    }
}
