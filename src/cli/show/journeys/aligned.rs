//! A message as it arrived, line by line, with what became of it since it left the hop before.

use super::super::form::{Masks, decode};
use super::super::text::proxy;
use crate::hop::{Change, Changes, How, Padding, changes};
use crate::http::{AUTHORITY, HeadRef, Message};
use crate::proxy_protocol::ProxyHeader;
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
    pub(super) fn whole(self, message: &Message<'_>) -> Vec<String> {
        let head = &message.head;
        let trailers = message.body.trailers().fields().map(|(name, value)| format!("  trailer {}", self.field(name, value)));
        let start = format!("  {}", self.paint.paint(Tone::Strong, &self.start(head)));
        let fields = head.fields().map(|(name, value)| format!("  {}", self.field(name, value)));
        std::iter::once(start).chain(fields).chain(trailers).collect()
    }

    /// A message that a node made of itself: nothing of it came from behind.
    pub(super) fn made(self, message: &Message<'_>) -> Vec<String> {
        let head = &message.head;
        let new = |text: &str| self.marked('+', Tone::Seen, text, &[]);
        let trailers = message.body.trailers().fields().map(|(name, value)| new(&format!("trailer {}", self.field(name, value))));
        let start = self.marked('+', Tone::Seen, &self.start(head), &["made by this node".to_owned()]);
        let fields = head.fields().map(|(name, value)| new(&self.field(name, value)));
        std::iter::once(start).chain(fields).chain(trailers).collect()
    }

    /// What a proxy said before the first message of a connection, and whether the hop before had that, too.
    pub(super) fn proxy_header(self, header: &ProxyHeader, before: bool) -> String {
        let text = proxy(header);
        if before { format!("  {text}") } else { self.marked('+', Tone::Seen, &text, &["added".to_owned()]) }
    }

    /// A message as it arrived, held against how it left the hop before.
    pub(super) fn against(self, before: &Message<'_>, after: &Message<'_>) -> Vec<String> {
        let (trailers, after) = (self.trailers(before, after), &after.head);
        let mut changes = changes(&before.head, after);
        let overall = overall(&mut changes, after);
        let mut lines = vec![self.start_line(after, &changes, overall)];
        let mut told: Vec<&[u8]> = Vec::new();
        for (name, value) in after.fields() {
            let known = if name == AUTHORITY { b"host".as_slice() } else { name };
            let at = told.iter().filter(|told| told.eq_ignore_ascii_case(known)).count();
            told.push(known);
            lines.push(self.line(&changes, known, &self.field(name, value), at));
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
        lines.extend(trailers);
        lines
    }

    /// The trailer section (RFC 9110 §6.5), which many nodes drop.
    fn trailers(self, before: &Message<'_>, after: &Message<'_>) -> Vec<String> {
        let (old, new) = (before.body.trailers(), after.body.trailers());
        // A body that is not whole may have had one.
        let whole = |message: &Message<'_>| message.body.complete == Some(true) && message.head.head.fidelity.trailers;
        let shown = |name: &[u8], value: &[u8]| format!("trailer {}", self.field(name, value));
        let mut lines = Vec::new();
        for (name, value) in new.fields() {
            let text = shown(name, value);
            let known = old.fields().find(|(other, same)| other.eq_ignore_ascii_case(name) && *same == value);
            lines.push(match known {
                Some((known, _)) if known == name => format!("  {text}"),
                Some((known, _)) => self.marked('>', Tone::Unknown, &text, &[written(known)]),
                None if whole(before) => self.marked('+', Tone::Seen, &text, &["added".to_owned()]),
                None => self.marked('+', Tone::Seen, &text, &[]),
            });
        }
        for (name, value) in old.fields() {
            let stays = new.fields().any(|(other, same)| other.eq_ignore_ascii_case(name) && same == value);
            match whole(after) {
                _ if stays => {}
                true => lines.push(self.marked('-', Tone::Expected, &shown(name, value), &["removed".to_owned()])),
                false => {
                    let open = "the body is not whole here".to_owned();
                    lines.push(self.marked('?', Tone::Unknown, &shown(name, value), &[open]));
                }
            }
        }
        lines
    }

    fn start_line(self, after: &HeadRef<'_>, changes: &Changes<'_>, overall: Vec<String>) -> String {
        let text = self.start(after);
        if changes.start.is_empty() && overall.is_empty() {
            return format!("  {text}");
        }
        let (mark, tone) = if changes.start.is_empty() { ('>', Tone::Unknown) } else { ('~', Tone::Seen) };
        let mut was: Vec<String> = changes
            .start
            .iter()
            .map(|(what, before, _)| {
                let before = decode(before, &mut false).into_owned();
                let before = if *what == "target" { self.masks.target(&before).into_owned() } else { before };
                format!("{what} was {}", value(&before))
            })
            .collect();
        was.extend(overall);
        self.marked(mark, tone, &text, &was)
    }

    /// A line of the message that arrived, which is number `at` of its name. What is said of a name stands beside its first
    /// line; that one was appended, beside that one.
    fn line(self, changes: &Changes<'_>, name: &[u8], text: &str, at: usize) -> String {
        let is_first = at == 0;
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
        let appended = change.filter(|change| matches!(change.how, How::Appended { own_line: true, .. }));
        if let Some(change) = appended.filter(|change| change.before.len() == at) {
            return self.marked('+', Tone::Seen, text, &[self.became(change)]);
        }
        let change = change.filter(|_| appended.is_none());
        let mut remarks = Vec::new();
        if is_first {
            remarks.extend(change.map(|change| self.became(change)));
            if let Some((before, _)) = changes.recased.iter().find(|(_, after)| same(after)) {
                remarks.push(written(before));
            }
            if changes.moved.iter().any(|(moved, _)| same(moved)) {
                remarks.push("moved".to_owned());
            }
            if let Some((_, was, is)) = changes.padded.iter().find(|(padded, ..)| same(padded)) {
                let bytes = |(before, behind): Padding| format!("{before} + {behind}");
                remarks.push(format!("white space around it was {}, is {}", bytes(*was), bytes(*is)));
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
            How::Appended { own_line: true, .. } => "appended in a line of its own".to_owned(),
            How::Appended { what, close: true, .. } => format!("appended with a comma and no space: {}", shown(what)),
            How::Appended { what, .. } => format!("appended: {}", shown(what)),
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

/// `written X-Id before`
fn written(name: &[u8]) -> String {
    format!("written {} before", value(&decode(name, &mut false)))
}

/// So many names that are written or placed otherwise are told together, where one rule explains them.
const TOGETHER: usize = 3;

/// What is true of all fields now and was not before. It takes the place of a remark beside each of them.
fn overall(changes: &mut Changes<'_>, after: &HeadRef<'_>) -> Vec<String> {
    let names: Vec<Vec<u8>> = after.regular_fields().map(|(name, _)| name.to_vec()).collect();
    let mut told = Vec::new();
    if changes.recased.len() >= TOGETHER && names.iter().all(|name| !name.iter().any(u8::is_ascii_uppercase)) {
        changes.recased.clear();
        told.push("every name in lower case".to_owned());
    }
    // Host stands first whatever the order, and User-Agent behind it where programs are written in Go.
    let behind =
        names.iter().take(2).take_while(|name| [b"host".as_slice(), b"user-agent"].contains(&&*name.to_ascii_lowercase()));
    let (behind, rest) = names.split_at(behind.count());
    if changes.moved.len() >= TOGETHER && rest.is_sorted_by_key(|name| name.to_ascii_lowercase()) {
        changes.moved.clear();
        let behind = behind.last().map(|name| format!(" behind {}", value(&decode(name, &mut false)))).unwrap_or_default();
        told.push(format!("fields{behind} in alphabetical order"));
    }
    told
}
