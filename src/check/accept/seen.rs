//! What was there in the exchanges of a finding.

use super::super::matcher::is_type;
use super::body::TYPES;
use crate::spec::TypeName;

/// So many different sets of lines are kept.
const MOST: usize = 8;
/// Longer ones are not.
const LONGEST: usize = 512;

/// What was there: the lines of a name, the value of a part, the names of an order.
#[derive(Debug, Default)]
pub(in crate::check) struct Seen {
    /// Different sets of lines, in the order in which they came.
    pub(super) sets: Vec<Set>,
    /// What is known of those beyond.
    pub(super) more: Option<More>,
    /// Something was there that no suggestion may tell: a secret, something masked or too long.
    pub(super) hidden: bool,
    /// The most lines of a set.
    pub(super) most_lines: usize,
}

/// The lines of one name in one exchange.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Set {
    pub(super) lines: Vec<Vec<u8>>,
    /// Of each clause of the matcher that was not met: whether it held in that exchange.
    pub(super) held: Vec<bool>,
}

/// What all values share, where there are too many to keep.
#[derive(Debug, Clone)]
pub(super) struct More {
    pub(super) types: Vec<TypeName>,
    pub(super) prefix: Vec<u8>,
}

impl More {
    fn narrow(&mut self, value: &[u8]) {
        self.types.retain(|kind| is_type(*kind, value));
        let same = self.prefix.iter().zip(value).take_while(|(a, b)| a == b).count();
        self.prefix.truncate(same);
    }
}

impl Seen {
    /// Notes what was there, and which clauses held.
    pub(in crate::check) fn note(&mut self, lines: &[&[u8]], held: impl FnOnce() -> Vec<bool>) {
        self.most_lines = self.most_lines.max(lines.len());
        if self.hidden {
            return;
        }
        if let Some(known) = self.find(lines) {
            // The same lines in another exchange: what a clause with a hole said of them may differ.
            if known.held.contains(&true) {
                known.held.iter_mut().zip(held()).for_each(|(known, held)| *known &= held);
            }
            return;
        }
        if lines.iter().map(|line| line.len()).sum::<usize>() > LONGEST {
            self.hide(lines.len());
        } else if self.sets.len() < MOST {
            self.sets.push(Set { lines: lines.iter().map(|line| line.to_vec()).collect(), held: held() });
        } else {
            self.narrow(lines);
        }
    }

    fn find(&mut self, lines: &[&[u8]]) -> Option<&mut Set> {
        self.sets.iter_mut().find(|set| set.lines.iter().map(Vec::as_slice).eq(lines.iter().copied()))
    }

    /// Whether these lines were told before.
    pub(in crate::check) fn knows(&mut self, lines: &[&[u8]]) -> bool {
        self.find(lines).is_some()
    }

    /// Something was there of which nothing is told.
    pub(in crate::check) fn hide(&mut self, lines: usize) {
        self.most_lines = self.most_lines.max(lines);
        (self.hidden, self.more) = (true, None);
        self.sets.clear();
    }

    /// Too many to keep: what they have in common is still known, where each is one line.
    fn narrow(&mut self, lines: &[&[u8]]) {
        let [value] = lines else { return self.hide(lines.len()) };
        if self.sets.iter().any(|set| set.lines.len() != 1) {
            return self.hide(1);
        }
        let more = self.more.get_or_insert_with(|| {
            let mut values = self.sets.iter().flat_map(|set| &set.lines);
            let mut more = More { types: TYPES.to_vec(), prefix: values.next().cloned().unwrap_or_default() };
            self.sets.iter().flat_map(|set| &set.lines).for_each(|value| more.narrow(value));
            more
        });
        more.narrow(value);
    }

    /// Whether no further value is kept.
    pub(in crate::check) fn is_full(&self) -> bool {
        self.hidden || self.more.is_some()
    }

    /// Whether nothing was there in any of them.
    pub(super) fn nothing(&self) -> bool {
        !self.hidden && self.most_lines == 0
    }

    /// Every line of every set.
    pub(super) fn lines(&self) -> impl Iterator<Item = &[u8]> {
        self.sets.iter().flat_map(|set| &set.lines).map(Vec::as_slice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: &[&str]) -> Seen {
        let mut seen = Seen::default();
        values.iter().for_each(|value| seen.note(&[value.as_bytes()], Vec::new));
        seen
    }

    #[test]
    fn few_are_kept_and_of_many_what_they_share() {
        let values: Vec<String> = (0..20).map(|n| format!("10.0.0.{n}")).collect();
        let seen = of(&values.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(seen.sets.len(), MOST);
        let more = seen.more.unwrap();
        assert_eq!(more.prefix, b"10.0.0.");
        assert!(more.types.contains(&TypeName::PrivateIp) && !more.types.contains(&TypeName::Uuid));
        assert!(of(&["a", "a", "b"]).more.is_none());
    }

    #[test]
    fn what_is_hidden_stays_hidden() {
        let mut seen = of(&["a"]);
        seen.hide(2);
        seen.note(&[b"b"], Vec::new);
        assert!(seen.hidden && seen.sets.is_empty() && seen.most_lines == 2);
        assert!(of(&[&"a".repeat(1000)]).hidden);
    }
}
