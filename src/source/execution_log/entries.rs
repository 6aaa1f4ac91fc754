//! What a file holds of a log: lines of a text, messages of an export, the answer of a test invocation.

use std::borrow::Cow;

use super::json::{self, Found, Invocation};
use super::line::line;
use super::statement::is_in;
use super::time::time;
use crate::capture::Timestamp;
use crate::source::event::is_event;
use crate::source::table::{Columns, rows};
use crate::source::text::is_start_line;

/// A part of a log.
#[derive(Debug)]
pub(super) enum Entry<'t> {
    /// A line of a text: one of the log, or one that goes on with it.
    Line(Text<'t>),
    /// A whole message of CloudWatch.
    Event(Text<'t>),
    /// The answer of a test invocation, with its log.
    Answer(Invocation<'t>),
}

/// A part of a log that is text.
#[derive(Debug)]
pub(super) struct Text<'t> {
    /// The line of the file, counted from 1.
    pub(super) line: u32,
    /// The time beside it.
    pub(super) time: Option<Timestamp>,
    /// Without line end.
    pub(super) text: Cow<'t, [u8]>,
}

/// A log.
#[derive(Debug)]
pub(super) enum Log<'t> {
    /// The lines of a text.
    Lines(&'t [u8]),
    /// What an export or an answer holds, in the order of the file.
    Parts {
        /// Messages, and what belongs to them. Those that are none of the log are left out and counted.
        entries: Vec<Entry<'t>>,
        /// The line of the first message that is none of the log, and how many are.
        others: (u64, u32),
        /// The line of the first of them that is a Lambda event.
        event: Option<u32>,
        /// JSON or a row that ends too early, or is broken: what stands behind that place is not here.
        broken: bool,
    },
}

/// Takes a file apart; `None` where it holds no log.
pub(super) fn log(text: &[u8]) -> Option<Log<'_>> {
    if !is_in(text) {
        return None;
    }
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    if json::is_json(text) {
        of_json(text)
    } else if Columns::of(text).is_some() {
        of_csv(text)
    } else {
        is_text(text).then_some(Log::Lines(text))
    }
}

/// Whether a text is a log. Where messages of HTTP stand before the log, the text is about them.
fn is_text(text: &[u8]) -> bool {
    for whole in text.split(|byte| *byte == b'\n') {
        if line(whole).is_some_and(|line| line.statement.tells()) {
            return true;
        }
        if is_start_line(whole.trim_ascii()) {
            return false;
        }
    }
    false
}

/// The lines of a text.
pub(super) fn lines(text: &[u8]) -> impl Iterator<Item = Entry<'_>> {
    (1..).zip(text.split(|byte| *byte == b'\n')).map(|(line, whole)| {
        let whole = whole.strip_suffix(b"\r").unwrap_or(whole);
        Entry::Line(Text { line, time: None, text: Cow::Borrowed(whole) })
    })
}

/// Keeps what is of the log, and counts the rest.
#[derive(Default)]
struct Keeping<'t> {
    entries: Vec<Entry<'t>>,
    others: (u64, u32),
    event: Option<u32>,
    told: bool,
}

impl<'t> Keeping<'t> {
    fn event(&mut self, text: Text<'t>) {
        match line(&text.text) {
            Some(line) => {
                self.told |= line.statement.tells();
                self.entries.push(Entry::Event(text));
            }
            None if text.text.trim_ascii().is_empty() => {}
            None => {
                if self.event.is_none() && is_event(&text.text) {
                    self.event = Some(text.line);
                }
                self.other(text.line);
            }
        }
    }

    fn other(&mut self, line: u32) {
        self.others.1 = if self.others.0 == 0 { line } else { self.others.1 };
        self.others.0 += 1;
    }

    fn log(self, broken: bool) -> Option<Log<'t>> {
        self.told.then_some(Log::Parts { entries: self.entries, others: self.others, event: self.event, broken })
    }
}

fn of_csv(text: &[u8]) -> Option<Log<'_>> {
    let columns = Columns::of(text)?;
    let mut keeping = Keeping::default();
    let mut is_cut = false;
    for row in rows(text).skip(1) {
        is_cut |= row.is_cut;
        match columns.pick(&row.values) {
            (when, Some(message)) => {
                keeping.event(Text { line: row.line, time: when.and_then(time), text: Cow::Owned(message.to_vec()) });
            }
            (_, None) if row.values.iter().all(|value| value.trim_ascii().is_empty()) => {}
            (_, None) => keeping.other(row.line),
        }
    }
    keeping.log(is_cut)
}

fn of_json(text: &[u8]) -> Option<Log<'_>> {
    let (found, whole) = json::find(text);
    let mut keeping = Keeping::default();
    for found in found {
        match found {
            Found::Message { line, time: when, text } => {
                let time = when.and_then(|when| time(when.as_bytes()));
                keeping.event(Text { line, time, text: bytes(text) });
            }
            Found::Invocation(answer) => {
                keeping.told = true;
                keeping.entries.push(Entry::Answer(answer));
            }
        }
    }
    keeping.log(!whole)
}

fn bytes(text: Cow<'_, str>) -> Cow<'_, [u8]> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
        Cow::Owned(text) => Cow::Owned(text.into_bytes()),
    }
}
