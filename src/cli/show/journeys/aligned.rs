//! A message as it arrived, line by line, with what became of it since it left the hop before.

use super::super::form::{Masks, decode};
use crate::hop::{Change, Changes, How, changes};
use crate::http::{AUTHORITY, HeadRef};
use crate::report::{Paint, Tone, value};

/// Where the remarks begin, if the lines are no longer.
const COLUMN: usize = 46;

/// Writes messages for a way.
#[derive(Debug, Clone, Copy)]
pub(super) struct Aligned {
    pub(super) masks: Masks,
    pub(super) paint: Paint,
}

impl Aligned {
    /// A message as it is, a line each.
    pub(super) fn whole(self, head: &HeadRef<'_>) -> Vec<String> {
        let start = format!("  {}", self.paint.paint(Tone::Strong, &self.start(head)));
        let fields = head.fields().map(|(name, value)| format!("  {}", self.field(name, value)));
        std::iter::once(start).chain(fields).collect()
    }

    /// A message as it arrived, held against how it left the hop before.
    pub(super) fn against(self, before: &HeadRef<'_>, after: &HeadRef<'_>) -> Vec<String> {
        let changes = changes(before, after);
        let mut lines = vec![self.start_line(after, &changes)];
        let mut told: Vec<&[u8]> = Vec::new();
        for (name, value) in after.fields() {
            let known = if name == AUTHORITY { b"host".as_slice() } else { name };
            let is_first = !told.iter().any(|told| told.eq_ignore_ascii_case(known));
            told.push(known);
            lines.push(self.line(&changes, known, &self.field(name, value), is_first));
        }
        for change in changes.fields.iter().filter(|change| change.after.is_empty()) {
            let (mark, tone, remark) = match change.how {
                How::Unshown => ('?', Tone::Unknown, "not shown behind"),
                _ => ('-', Tone::Expected, "removed"),
            };
            for gone in &change.before {
                lines.push(self.marked(mark, tone, &self.field(change.name, gone), &[remark.to_owned()]));
            }
        }
        lines
    }

    fn start_line(self, after: &HeadRef<'_>, changes: &Changes<'_>) -> String {
        let text = self.start(after);
        if changes.start.is_empty() {
            return format!("  {text}");
        }
        let was: Vec<String> = changes
            .start
            .iter()
            .map(|(what, before, _)| {
                let before = decode(before, &mut false).into_owned();
                let before = if *what == "target" { self.masks.target(&before).into_owned() } else { before };
                format!("{what} was {}", value(&before))
            })
            .collect();
        self.marked('~', Tone::Seen, &text, &was)
    }

    /// A line of the message that arrived. What is said of a name stands beside its first line.
    fn line(self, changes: &Changes<'_>, name: &[u8], text: &str, is_first: bool) -> String {
        let same = |other: &[u8]| other.eq_ignore_ascii_case(name);
        let change = changes.fields.iter().find(|change| same(change.name));
        let new = change.and_then(|change| match change.how {
            How::Added => Some(('+', Tone::Seen, "added")),
            How::Unshown => Some(('?', Tone::Unknown, "not shown before")),
            _ => None,
        });
        if let Some((mark, tone, remark)) = new {
            let remark = if is_first { vec![remark.to_owned()] } else { Vec::new() };
            return self.marked(mark, tone, text, &remark);
        }
        let mut remarks = Vec::new();
        if is_first {
            remarks.extend(change.map(|change| self.became(change)));
            if let Some((before, _)) = changes.recased.iter().find(|(_, after)| same(after)) {
                remarks.push(format!("written {} before", value(&decode(before, &mut false))));
            }
            if changes.moved.iter().any(|(moved, _)| same(moved)) {
                remarks.push("moved".to_owned());
            }
        }
        match (change, remarks.is_empty()) {
            (Some(_), _) => self.marked('~', Tone::Seen, text, &remarks),
            (None, false) => self.marked('>', Tone::Unknown, text, &remarks),
            (None, true) => format!("  {text}"),
        }
    }

    /// What became of a field.
    fn became(self, change: &Change<'_>) -> String {
        let shown = |bytes: &[u8]| self.value(change.name, bytes);
        let before = || change.before.iter().map(|value| shown(value)).collect::<Vec<_>>().join(" | ");
        match &change.how {
            How::Added => "added".to_owned(),
            How::Removed => "removed".to_owned(),
            How::Unshown => "not shown".to_owned(),
            How::Appended { what, own_line: true } => format!("appended in a line of its own: {}", shown(what)),
            How::Appended { what, own_line: false } => format!("appended: {}", shown(what)),
            How::Merged { separator, appended } => {
                let appended = appended.map(|what| format!(", and appended: {}", shown(what))).unwrap_or_default();
                format!("merged from {} lines with `{separator}`{appended}", change.before.len())
            }
            How::Split => format!("split, was {}", before()),
            How::Dropped => format!(
                "{} of {} lines dropped, were {}",
                change.before.len() - change.after.len(),
                change.before.len(),
                before()
            ),
            How::Changed => format!("was {}", before()),
        }
    }

    fn marked(self, mark: char, tone: Tone, text: &str, remarks: &[String]) -> String {
        let line = self.paint.paint(tone, &format!("{mark} {text}"));
        if remarks.is_empty() {
            return line;
        }
        let pad = " ".repeat(COLUMN.saturating_sub(text.chars().count()).max(2));
        format!("{line}{pad}{}", self.paint.paint(Tone::Faint, &remarks.join(", ")))
    }

    fn start(self, head: &HeadRef<'_>) -> String {
        value(&self.masks.target(&decode(head.start_line(), &mut false)))
    }

    fn field(self, name: &[u8], bytes: &[u8]) -> String {
        format!("{}: {}", value(&decode(name, &mut false)), self.value(name, bytes))
    }

    fn value(self, name: &[u8], bytes: &[u8]) -> String {
        value(&self.masks.field(name, &decode(bytes, &mut false)))
    }
}
