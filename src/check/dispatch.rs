//! Which expectations of a hop an exchange is held against: all but those of an optional field that is not there.
//!
//! Sets of expectations are bits, so that what is about absent fields costs nothing, whatever their number, and what is
//! left is judged in the order of the file.

use super::names::HeadIndex;
use super::plan::{Aspect, PlanExpectation};

/// The expectations of one hop by the names that must be there for them.
#[derive(Debug, Default, Clone)]
pub(super) struct Dispatch {
    /// Those that are judged anyway.
    always: Vec<u64>,
    /// By side and number of a name: where its set begins in `sets`, counted from 1; 0 where it has none.
    by_name: [Vec<u32>; 2],
    sets: Vec<u64>,
}

impl Dispatch {
    /// Sorts expectations.
    pub(super) fn of(expectations: &[PlanExpectation]) -> Self {
        let words = expectations.len().div_ceil(64);
        let mut dispatch = Self { always: vec![0; words], ..Self::default() };
        for (at, expectation) in expectations.iter().enumerate() {
            let (word, bit) = (at / 64, 1 << (at % 64));
            let set = match &expectation.aspect {
                Aspect::Field { id, .. } if expectation.optional => {
                    let Some(begins) = dispatch.by_name.get_mut(expectation.side as usize) else { continue };
                    if begins.len() <= id.number() {
                        begins.resize(id.number() + 1, 0);
                    }
                    let Some(begin) = begins.get_mut(id.number()) else { continue };
                    if *begin == 0 {
                        // Bounded by the number of expectations of a spec.
                        *begin = dispatch.sets.len() as u32 + 1;
                        dispatch.sets.resize(dispatch.sets.len() + words, 0);
                    }
                    dispatch.sets.get_mut(*begin as usize - 1 + word)
                }
                _ => dispatch.always.get_mut(word),
            };
            if let Some(set) = set {
                *set |= bit;
            }
        }
        dispatch
    }

    /// The expectations that are due for a request and a response, into `due`.
    pub(super) fn due(&self, heads: [&HeadIndex; 2], due: &mut Vec<u64>) {
        due.clear();
        due.extend_from_slice(&self.always);
        if self.sets.is_empty() {
            return;
        }
        for (begins, head) in self.by_name.iter().zip(heads) {
            for id in head.present() {
                let begin = begins.get(id.number()).copied().unwrap_or_default() as usize;
                let Some(set) = begin.checked_sub(1).and_then(|begin| self.sets.get(begin..)) else { continue };
                due.iter_mut().zip(set).for_each(|(due, set)| *due |= set);
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
