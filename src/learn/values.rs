//! The values of one field, or of a part of a start line: what they have in common. Bounded, whatever comes.

use super::glance::Glance;
use super::hidden::is_secret;
use super::kinds_of_value::Types;
use super::limits::{Budget, LONGEST_EDGE, LONGEST_VALUE, MOST_VALUES};
use crate::check::{before_mask, is_masked, members};

/// A value that was kept.
#[derive(Debug, Clone)]
pub(super) struct Kept {
    /// The value; with its secrets masked where the field is one.
    value: Vec<u8>,
    /// It as it may be shown.
    pub(super) shown: String,
    /// How often it was seen.
    pub(super) count: u64,
}

/// The values.
#[derive(Debug, Clone)]
pub(super) struct Values {
    kept: Vec<Kept>,
    /// There are others than those kept.
    more: bool,
    /// How many values there were, repeats counted.
    seen: u64,
    /// Those of which no part is masked in a text.
    clear: u64,
    /// The types that all clear ones have.
    pub(super) types: Types,
    /// The types that all members of clear ones have, as lists.
    pub(super) members: Types,
    /// Some have several members.
    pub(super) lists: bool,
    /// Each may stand in a spec as it is.
    literal: bool,
    /// How all begin and end.
    edges: Option<(Vec<u8>, Vec<u8>)>,
}

impl Default for Values {
    fn default() -> Self {
        Self {
            kept: Vec::new(),
            more: false,
            seen: 0,
            clear: 0,
            types: Types::ALL,
            members: Types::ALL,
            lists: false,
            literal: true,
            edges: None,
        }
    }
}

impl Values {
    /// Another value of a field of this name; `masks` where the source may mask values.
    pub(super) fn add(&mut self, name: &str, value: &[u8], masks: bool, budget: &mut Budget) {
        self.seen = self.seen.saturating_add(1);
        let secret = is_secret(name);
        if !secret && let Some(known) = self.kept.iter_mut().find(|known| known.value == value) {
            known.count = known.count.saturating_add(1);
            return;
        }
        let masked = masks && is_masked(value);
        if !masked {
            self.clear = self.clear.saturating_add(1);
            self.types.add(value);
            let parts = members(value, ',');
            self.lists |= parts.len() > 1;
            parts.iter().for_each(|part| self.members.add(part));
            if parts.is_empty() {
                // What is said of each member is met by none.
                self.members.clear();
            }
        }
        if self.more {
            // No literal comes of it any more: what is not safe at its ends was taken away with those before it.
            let (head, tail) = if masked { (before_mask(value), b"".as_slice()) } else { (value, value) };
            self.narrow(head, tail);
            return;
        }
        let glance = Glance::of(name, value, masks);
        self.literal &= glance.literal;
        let head = value.get(..glance.head.min(LONGEST_EDGE)).unwrap_or_default();
        let from = value.len().saturating_sub(glance.tail.min(LONGEST_EDGE));
        let tail = value.get(from..).unwrap_or_default();
        self.narrow(head, tail);
        let value = if secret { glance.shown.as_bytes() } else { value };
        self.keep(Kept { value: value.to_vec(), shown: glance.shown.into_owned(), count: 1 }, Some(budget));
    }

    fn narrow(&mut self, head: &[u8], tail: &[u8]) {
        match &mut self.edges {
            None => self.edges = Some((head.to_vec(), tail.to_vec())),
            Some((known, end)) => {
                known.truncate(known.iter().zip(head).take_while(|(a, b)| a == b).count());
                let same = end.iter().rev().zip(tail.iter().rev()).take_while(|(a, b)| a == b).count();
                end.drain(..end.len().saturating_sub(same));
            }
        }
    }

    fn keep(&mut self, new: Kept, budget: Option<&mut Budget>) {
        if let Some(known) = self.kept.iter_mut().find(|known| known.value == new.value) {
            known.count = known.count.saturating_add(new.count);
            return;
        }
        let room = self.kept.len() < MOST_VALUES && new.value.len() <= LONGEST_VALUE;
        if room && budget.is_none_or(|budget| budget.take(new.value.len().saturating_add(new.shown.len()))) {
            self.kept.push(new);
        } else {
            self.more = true;
        }
    }

    /// Takes those of another kind of exchange to these.
    pub(super) fn merge(&mut self, other: Self) {
        self.seen = self.seen.saturating_add(other.seen);
        self.clear = self.clear.saturating_add(other.clear);
        self.more |= other.more;
        self.types.merge(other.types);
        self.members.merge(other.members);
        self.lists |= other.lists;
        self.literal &= other.literal;
        if let Some((head, tail)) = &other.edges {
            self.narrow(head, tail);
        }
        other.kept.into_iter().for_each(|kept| self.keep(kept, None));
    }

    /// How many there were.
    pub(super) fn seen(&self) -> u64 {
        self.seen
    }

    /// Whether some was clear, so that types say something.
    pub(super) fn is_clear(&self) -> bool {
        self.clear > 0
    }

    /// Those kept, in the order in which they came first, where there are no others and each may stand in a spec.
    pub(super) fn literals(&self) -> Option<&[Kept]> {
        (self.literal && !self.more).then_some(self.kept.as_slice())
    }

    /// Those that may be shown.
    pub(super) fn shown(&self) -> &[Kept] {
        &self.kept
    }

    /// Whether there are others than those kept.
    pub(super) fn is_more(&self) -> bool {
        self.more
    }

    /// How all begin.
    pub(super) fn head(&self) -> &[u8] {
        self.edges.as_ref().map(|(head, _)| head.as_slice()).unwrap_or_default()
    }

    /// How all end.
    pub(super) fn tail(&self) -> &[u8] {
        self.edges.as_ref().map(|(_, tail)| tail.as_slice()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &str, values: &[&str]) -> Values {
        let mut found = Values::default();
        values.iter().for_each(|value| found.add(name, value.as_bytes(), false, &mut Budget::default()));
        found
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let many: Vec<String> = (0..100).map(|n| format!("a{n}z")).collect();
        let found = of("X", &many.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!((found.kept.len(), found.is_more(), found.seen()), (MOST_VALUES, true, 100));
        assert!(found.literals().is_none());
        assert_eq!((found.head(), found.tail()), (b"a".as_slice(), b"z".as_slice()));
        let long = "b".repeat(10_000);
        let found = of("X", &[&long, &long]);
        assert_eq!((found.kept.len(), found.is_more(), found.head().len()), (0, true, LONGEST_EDGE));
    }

    #[test]
    fn two_kinds_together_are_as_one() {
        let (all, mut one) = (of("X", &["a-1", "a-2", "a-1"]), of("X", &["a-1"]));
        one.merge(of("X", &["a-2", "a-1"]));
        let counts = |of: &Values| of.kept.iter().map(|kept| (kept.shown.clone(), kept.count)).collect::<Vec<_>>();
        assert_eq!(counts(&all), counts(&one));
        assert_eq!((all.head(), all.tail(), all.seen()), (one.head(), one.tail(), one.seen()));
    }

    #[test]
    fn no_secret_is_kept() {
        let found = of("Authorization", &["Bearer abc", "Bearer def"]);
        assert_eq!(found.shown().len(), 1);
        assert_eq!(found.kept[0].value, b"Bearer <secret>");
        assert!(found.literals().is_none());
        assert_eq!(found.head(), b"Bearer ");
    }
}
