//! What was seen of one field in the messages of one kind.

use super::limits::Budget;
use super::parts::Parts;
use super::repeats::Repeats;
use super::values::Values;
use crate::check::is_masked;

/// A field.
#[derive(Debug, Clone)]
pub(super) struct Field {
    /// Its name as it was first written.
    pub(super) name: String,
    /// In how many messages it was.
    pub(super) messages: u64,
    /// Of these, those of which more fields may have been sent than the capture holds.
    pub(super) in_partial: u64,
    /// On how many lines in all.
    pub(super) lines: u64,
    /// On how many lines of a message at most.
    pub(super) most_lines: usize,
    /// Its name was always written so, as far as sources keep that.
    pub(super) one_case: bool,
    pub(super) values: Values,
    pub(super) parts: Option<Parts>,
    pub(super) repeats: Repeats,
}

impl Field {
    pub(super) fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            messages: 0,
            in_partial: 0,
            lines: 0,
            most_lines: 0,
            one_case: true,
            values: Values::default(),
            parts: Parts::of(name),
            repeats: Repeats::default(),
        }
    }

    /// The value of another line.
    pub(super) fn value(&mut self, value: &[u8], masks: bool, budget: &mut Budget) {
        self.values.add(&self.name, value, masks, budget);
        if let Some(parts) = &mut self.parts {
            parts.add(value, !(masks && is_masked(value)), budget);
        }
    }

    /// Another message has it on so many lines.
    pub(super) fn message(&mut self, lines: usize, partial: bool) {
        self.messages = self.messages.saturating_add(1);
        self.in_partial = self.in_partial.saturating_add(u64::from(partial));
        self.lines = self.lines.saturating_add(lines as u64);
        self.most_lines = self.most_lines.max(lines);
    }

    /// Takes what was seen in another kind of exchange.
    pub(super) fn merge(&mut self, other: Self) {
        self.messages = self.messages.saturating_add(other.messages);
        self.in_partial = self.in_partial.saturating_add(other.in_partial);
        self.lines = self.lines.saturating_add(other.lines);
        self.most_lines = self.most_lines.max(other.most_lines);
        self.one_case &= other.one_case && self.name == other.name;
        self.values.merge(other.values);
        self.repeats.merge(other.repeats);
        if let (Some(parts), Some(others)) = (&mut self.parts, other.parts) {
            parts.merge(others);
        }
    }
}
