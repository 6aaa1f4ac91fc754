//! A message as it arrived, line by line, with what became of it since it left the hop before.

use std::collections::{HashMap, VecDeque};

use super::super::form::{Masks, decode};
use super::super::text::proxy;
use crate::check::is_masked;
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
        let mut changes = changes(&before.head, after, is_masked);
        let overall = overall(&mut changes, after);
        let mut lines = vec![self.start_line(after, &changes, overall)];
        let remarks = Remarks::of(&changes);
        let mut told: HashMap<Vec<u8>, usize> = HashMap::new();
        for (name, value) in after.fields() {
            let known = if name == AUTHORITY { b"host".to_vec() } else { name.to_ascii_lowercase() };
            let of_name = remarks.get(&known);
            let at = told.entry(known).or_default();
            lines.push(self.line(&of_name, &self.field(name, value), *at));
            *at += 1;
        }
        for change in changes.fields.iter().filter(|change| change.after.is_empty()) {
            let (mark, tone, remark) = self.became(change);
            for gone in &change.before {
                lines.push(self.marked(mark, tone, &self.field(change.name, gone), std::slice::from_ref(&remark)));
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
        // A line that stands there twice is there twice: each is taken once.
        let key = |name: &[u8], value: &[u8]| (name.to_ascii_lowercase(), value.to_vec());
        let mut known: HashMap<_, VecDeque<&[u8]>> = HashMap::new();
        for (name, value) in old.fields() {
            known.entry(key(name, value)).or_default().push_back(name);
        }
        let mut lines = Vec::new();
        for (name, value) in new.fields() {
            let text = shown(name, value);
            lines.push(match known.get_mut(&key(name, value)).and_then(VecDeque::pop_front) {
                Some(known) if known == name => format!("  {text}"),
                Some(known) => self.marked('>', Tone::Unknown, &text, &[written(known)]),
                None if whole(before) => self.marked('+', Tone::Seen, &text, &["added".to_owned()]),
                None => self.marked('?', Tone::Unknown, &text, &["the body is not whole before".to_owned()]),
            });
        }
        for (name, value) in old.fields() {
            // What is left is the last of those that are alike.
            let left = known.get_mut(&key(name, value)).and_then(VecDeque::pop_front).is_some();
            match whole(after) {
                _ if !left => {}
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
    fn line(self, of_name: &OfName<'_>, text: &str, at: usize) -> String {
        let is_first = at == 0;
        let (mut mark, mut remarks) = (None, Vec::new());
        if let Some(change) = of_name.change {
            let (how, tone, remark) = self.became(change);
            let is_own_line = matches!(change.how, How::Appended { own_line: true, .. });
            if is_own_line && change.before.len() == at {
                return self.marked('+', tone, text, &[remark]);
            }
            if !is_own_line {
                mark = Some((how, tone));
                remarks.extend(is_first.then_some(remark));
            }
            if change.before.is_empty() {
                return self.marked(how, tone, text, &remarks);
            }
        }
        if is_first {
            remarks.extend(of_name.recased.map(written));
            remarks.extend(of_name.moved.then(|| "moved".to_owned()));
            remarks.extend(of_name.padded.map(|(was, is)| {
                let bytes = |(before, behind): Padding| format!("{before} + {behind}");
                format!("white space around it was {}, is {}", bytes(was), bytes(is))
            }));
        }
        match (mark, remarks.is_empty()) {
            (Some((mark, tone)), _) => self.marked(mark, tone, text, &remarks),
            (None, false) => self.marked('>', Tone::Unknown, text, &remarks),
            (None, true) => format!("  {text}"),
        }
    }

    /// What became of a field: its mark, and in words.
    fn became(self, change: &Change<'_>) -> (char, Tone, String) {
        let shown = |bytes: &[u8]| self.value(change.name, bytes);
        let before = || change.before.iter().map(|value| shown(value)).collect::<Vec<_>>().join(" | ");
        let text = match &change.how {
            How::Added => return ('+', Tone::Seen, "added".to_owned()),
            How::Removed => return ('-', Tone::Expected, "removed".to_owned()),
            How::Unshown => {
                let side = if change.after.is_empty() { "behind" } else { "before" };
                return ('?', Tone::Unknown, format!("not shown {side}"));
            }
            How::Open(why) => return ('?', Tone::Unknown, format!("{why}; before it is shown as {}", before())),
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
        };
        ('~', Tone::Seen, text)
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

/// What is said of a name.
#[derive(Debug, Clone, Copy, Default)]
struct OfName<'c> {
    change: Option<&'c Change<'c>>,
    recased: Option<&'c [u8]>,
    moved: bool,
    padded: Option<(Padding, Padding)>,
}

/// What is said of all names, by the names in lower case.
struct Remarks<'c>(HashMap<Vec<u8>, OfName<'c>>);

impl<'c> Remarks<'c> {
    fn of(changes: &'c Changes<'c>) -> Self {
        let mut by_name: HashMap<Vec<u8>, OfName<'c>> = HashMap::new();
        let mut of = |name: &[u8], say: &dyn Fn(&mut OfName<'c>)| say(by_name.entry(name.to_ascii_lowercase()).or_default());
        changes.fields.iter().for_each(|change| of(change.name, &|of| of.change = Some(change)));
        changes.recased.iter().for_each(|(before, after)| of(after, &|of| of.recased = Some(before)));
        changes.moved.iter().for_each(|(name, _)| of(name, &|of| of.moved = true));
        changes.padded.iter().for_each(|(name, was, is)| of(name, &|of| of.padded = Some((*was, *is))));
        Self(by_name)
    }

    fn get(&self, name: &[u8]) -> OfName<'c> {
        self.0.get(name).copied().unwrap_or_default()
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
