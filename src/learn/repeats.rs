//! The lines of a field that stands on several in one message: whether they are always the same ones, and how many at least.

use super::limits::{Budget, MOST_VALUES};
use crate::http::HeadRef;

/// Lines of more bytes in all are none that anybody wants to read.
const LONGEST: usize = 480;

/// The lines of a field, message for message.
#[derive(Debug, Clone, Default)]
pub(super) struct Repeats {
    /// In how many messages it was.
    messages: u64,
    /// On how many lines at least.
    least: usize,
    /// The lines of every message so far; none where messages differ, or nobody knows.
    same: Option<Vec<Vec<u8>>>,
}

impl Repeats {
    /// Another message has it on so many lines, those of its head; without a head where more may have been sent.
    pub(super) fn add(&mut self, head: Option<&HeadRef<'_>>, lines: usize, name: &str, budget: &mut Budget) {
        let first = self.another(lines);
        if !first && self.same.is_none() {
            return;
        }
        let here: Option<Vec<&[u8]>> =
            head.filter(|_| lines <= MOST_VALUES).map(|head| head.values(name.as_bytes()).take(MOST_VALUES + 1).collect());
        let here = here.filter(|here| here.len() == lines);
        self.same = match (self.same.take(), here) {
            (None, Some(here)) => {
                let length: usize = here.iter().map(|line| line.len()).sum();
                let kept = length <= LONGEST && budget.take(length);
                kept.then(|| here.iter().map(|line| line.to_vec()).collect())
            }
            (Some(same), Some(here)) => Some(same).filter(|same| same.iter().map(Vec::as_slice).eq(here)),
            (_, None) => None,
        };
    }

    /// Another message has it on one line, as all before.
    pub(super) fn alone(&mut self) {
        self.another(1);
    }

    /// Counts a message; tells whether it is the first.
    fn another(&mut self, lines: usize) -> bool {
        let first = self.messages == 0;
        self.messages = self.messages.saturating_add(1);
        self.least = if first { lines } else { self.least.min(lines) };
        first
    }

    /// Takes those of another kind of exchange to these.
    pub(super) fn merge(&mut self, other: Self) {
        match (self.messages, other.messages) {
            (_, 0) => {}
            (0, _) => *self = other,
            _ => {
                self.messages = self.messages.saturating_add(other.messages);
                self.least = self.least.min(other.least);
                self.same = self.same.take().filter(|same| other.same.as_ref() == Some(same));
            }
        }
    }

    /// The lines that every message had; none where there was one message only.
    pub(super) fn same(&self) -> Option<&[Vec<u8>]> {
        self.same.as_deref().filter(|_| self.messages > 1)
    }

    /// On how many lines it was at least; one message is no evidence of more than one.
    pub(super) fn least(&self) -> usize {
        if self.messages > 1 { self.least } else { 1 }
    }
}
