//! Puts together what a log says of each request: lines of other requests stand between its own.

use std::collections::{HashMap, VecDeque};

use super::entries::{Entry, Text};
use super::json::Invocation;
use super::line::{Line, line};
use super::record::{Known, Part, Place, Record};
use super::statement::{Statement, Whose};
use crate::secret;

/// How many requests may be open at once; of more, the oldest are told as far as they were read.
pub(super) const MOST_OPEN: usize = 4096;
/// How many calls of endpoints a request has at most; more are told by themselves.
const MOST_CALLS: usize = 64;

/// Lines that are none of the log.
#[derive(Debug, Default)]
pub(super) struct Ignored {
    pub(super) count: u64,
    /// Number and beginning of the first.
    pub(super) first: Option<(u32, String)>,
}

/// Puts together what is said of each request, in the order in which they began.
#[derive(Debug, Default)]
pub(super) struct Gathering<'t> {
    records: VecDeque<Record<'t>>,
    /// How many were given out. Records are numbered from the first of all on.
    gone: usize,
    by_id: HashMap<Vec<u8>, usize>,
    /// Whose lines without an id are.
    current: Option<usize>,
    /// What the next line may go on with.
    last: Option<(usize, Part)>,
    pub(super) ignored: Ignored,
    /// How many requests were given out before their end.
    pub(super) unfinished: u64,
}

impl Ignored {
    pub(super) fn add(&mut self, line: u32, text: &[u8]) {
        let text = text.trim_ascii();
        if text.is_empty() {
            return;
        }
        self.count += 1;
        if self.first.is_none() {
            let first = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
            let shown = secret::mask_line(&String::from_utf8_lossy(first)).chars().take(60).collect();
            self.first = Some((line, shown));
        }
    }
}

impl<'t> Gathering<'t> {
    /// Takes a part of the log.
    pub(super) fn take(&mut self, entry: Entry<'t>) {
        match entry {
            Entry::Line(part) => self.line(&part),
            Entry::Event(part) => self.event(&part),
            Entry::Answer(answer) => self.answer(answer),
        }
    }

    /// The oldest record, where more are open than may be.
    pub(super) fn surplus(&mut self) -> Option<Record<'t>> {
        if self.records.len() <= MOST_OPEN {
            return None;
        }
        let oldest = self.next()?;
        self.unfinished += u64::from(!oldest.completed);
        Some(oldest)
    }

    /// The oldest record.
    pub(super) fn next(&mut self) -> Option<Record<'t>> {
        let mut record = self.records.pop_front()?;
        if self.by_id.get(&record.id) == Some(&self.gone) {
            self.by_id.remove(&record.id);
        }
        self.gone += 1;
        for note in record.notes() {
            note.cut_prose(&mut self.ignored);
        }
        Some(record)
    }

    fn find(&self, number: usize) -> Option<&Record<'t>> {
        self.records.get(number.checked_sub(self.gone)?)
    }

    fn record(&mut self, number: usize) -> Option<&mut Record<'t>> {
        self.records.get_mut(number.checked_sub(self.gone)?)
    }

    fn line(&mut self, part: &Text<'_>) {
        match line(&part.text) {
            Some(line) => self.said(&line, part, false),
            // A block of code in Markdown ends.
            None if part.text.trim_ascii_start().starts_with(b"```") => {
                self.last = None;
                self.ignore(part);
            }
            None if self.names(&part.text) => self.last = None,
            None => self.go_on(part),
        }
    }

    /// A message of CloudWatch: whatever its other lines look like, they go on with the first.
    fn event(&mut self, part: &Text<'_>) {
        let mut lines = part.text.split(|byte| *byte == b'\n');
        let first = lines.next().unwrap_or_default();
        self.last = None;
        match line(first) {
            Some(line) => self.said(&line, part, true),
            None => return self.ignore(part),
        }
        for text in lines {
            self.go_on(&Text { line: part.line, time: None, text: text.into() });
        }
        self.last = None;
    }

    fn answer(&mut self, answer: Invocation<'t>) {
        (self.current, self.last) = (None, None);
        for text in answer.log.split('\n') {
            let text = text.strip_suffix('\r').unwrap_or(text).as_bytes();
            self.line(&Text { line: answer.line, time: None, text: text.into() });
        }
        let last = self.last.map(|(at, _)| at);
        // Where no line of its log is one, the answer stands alone.
        let at = self.current.take().or(last).unwrap_or_else(|| self.begin(b""));
        if let Some(record) = self.record(at) {
            record.answer = Some(answer);
        }
        self.last = None;
    }

    /// Takes down what a line says, which is all of a message of CloudWatch (`exact`), or of a text that somebody wrote.
    fn said(&mut self, line: &Line<'_>, part: &Text<'_>, exact: bool) {
        let statement = &line.statement;
        let at = match (line.request, statement) {
            (Some(id), _) => self.of(id, statement),
            (None, Statement::Begins(id)) => self.begins(id),
            (None, _) => self.unnamed(statement),
        };
        if self.find(at).is_some_and(|record| record.knows(statement) == Known::Same) {
            // Exports that overlap.
            self.ignore(part);
            self.last = None;
            return;
        }
        let place = Place { line: part.line, time: line.time.or(part.time) };
        let taken = self.record(at).map_or(Part::Nothing, |record| record.take(statement, place, exact));
        self.last = Some((at, taken));
    }

    /// The record of an id. One that is completed and begins again is another: ids of test invocations may be the same.
    fn of(&mut self, id: &[u8], statement: &Statement<'_>) -> usize {
        match self.by_id.get(id).copied() {
            Some(at) if !self.is_over(at, statement) => at,
            _ => self.begin(id),
        }
    }

    /// A log begins, or an execution after its authorizer.
    fn begins(&mut self, id: &[u8]) -> usize {
        let goes_on = |record: &Record<'_>| record.id == id && !record.completed;
        let current = self.current.filter(|at| self.find(*at).is_some_and(goes_on));
        let at = current.unwrap_or_else(|| self.begin(id));
        self.current = Some(at);
        at
    }

    fn unnamed(&mut self, statement: &Statement<'_>) -> usize {
        let current = self.current.filter(|at| !self.is_over(*at, statement));
        let at = current.unwrap_or_else(|| self.begin(b""));
        self.current = Some(at);
        at
    }

    fn is_over(&self, at: usize, statement: &Statement<'_>) -> bool {
        let begins =
            matches!(statement, Statement::Method { .. } | Statement::Begins(_) | Statement::Fields(Whose::MethodRequest, _));
        self.find(at).is_none_or(|record| {
            let more = record.calls.len() >= MOST_CALLS && record.calls_again(statement);
            begins && record.completed || more || record.knows(statement) == Known::Other
        })
    }

    fn begin(&mut self, id: &[u8]) -> usize {
        let at = self.gone + self.records.len();
        self.records.push_back(Record { id: id.to_vec(), ..Record::default() });
        self.by_id.insert(id.to_vec(), at);
        at
    }

    /// A line that goes on with the one before it: bodies have several, and people break long ones.
    fn go_on(&mut self, part: &Text<'_>) {
        let last = self.last.and_then(|(at, part)| self.record(at)?.text(part).map(|text| (text, part)));
        match last {
            Some((text, Part::Fields(_))) if !is_whole(text) => {
                text.truncate(text.trim_ascii_end().len());
                text.push(b' ');
                text.extend(part.text.trim_ascii());
            }
            Some((text, Part::Body(_))) => {
                text.push(b'\n');
                text.extend(part.text.as_ref());
            }
            _ => self.ignore(part),
        }
    }

    fn ignore(&mut self, part: &Text<'_>) {
        self.ignored.add(part.line, &part.text);
    }

    /// Whether a line begins with an id that was read before, so that it is one of the log, too.
    fn names(&self, text: &[u8]) -> bool {
        let inside = text.trim_ascii_start().strip_prefix(b"(").unwrap_or_default();
        let end = memchr::memmem::find(inside.get(..inside.len().min(200)).unwrap_or_default(), b") ");
        end.and_then(|end| inside.get(..end)).is_some_and(|id| self.by_id.contains_key(id))
    }
}

/// Whether nothing of a map follows in the next line.
fn is_whole(map: &[u8]) -> bool {
    let map = map.trim_ascii_end();
    map.ends_with(b"}") || map.ends_with(b"[TRUNCATED]")
}
