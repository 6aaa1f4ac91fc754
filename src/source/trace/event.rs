//! The lines that a trace is made of, and what they say: blocks of bytes, and notes.

use super::block::{Block, Form};
use crate::source::text::{begins_message, behind_stamp};

/// What a block or a note is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// `== Info: `
    Note,
    /// `=> Send header`
    SentHead,
    /// `=> Send data`
    SentData,
    /// `<= Recv header`
    ReceivedHead,
    /// `<= Recv data`
    ReceivedData,
    /// `=> Send SSL data`, `<= Recv SSL data`: records of TLS, whose content stands in blocks of its own.
    Record,
}

const LABELS: [(&[u8], Kind); 6] = [
    (b"=> Send header, ", Kind::SentHead),
    (b"=> Send data, ", Kind::SentData),
    (b"<= Recv header, ", Kind::ReceivedHead),
    (b"<= Recv data, ", Kind::ReceivedData),
    (b"=> Send SSL data, ", Kind::Record),
    (b"<= Recv SSL data, ", Kind::Record),
];
const NOTE: &[u8] = b"== Info: ";

/// The beginning of something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Label<'t> {
    kind: Kind,
    /// The number of the transfer (`--trace-ids`).
    transfer: Option<u32>,
    /// How many bytes are to come.
    size: usize,
    note: &'t [u8],
}

/// Something that the trace says.
#[derive(Debug)]
pub(super) struct Event<'t> {
    /// The line where it begins, counted from 1.
    pub(super) line: u32,
    pub(super) kind: Kind,
    pub(super) transfer: Option<u32>,
    /// What a note says.
    pub(super) note: &'t [u8],
    /// The bytes of a block.
    pub(super) bytes: Vec<u8>,
    /// They are shown as text: what cannot be printed is a dot.
    pub(super) dotted: bool,
    /// Some of them are not there.
    pub(super) cut: bool,
}

/// Lines that are no part of the trace.
#[derive(Debug, Default)]
pub(super) struct Beside<'t> {
    pub(super) count: u64,
    pub(super) first: Option<(u32, &'t [u8])>,
}

/// Reads a trace: tells of each event in its order, and gives back what stands beside them.
pub(super) fn events<'t>(text: &'t [u8], mut hear: impl FnMut(Event<'t>)) -> Beside<'t> {
    let mut beside = Beside::default();
    let mut open: Option<(u32, Label<'_>, Block<'_>)> = None;
    let mut form = None;
    for (line, number) in text.split(|byte| *byte == b'\n').zip(1_u32..) {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if let Some((_, _, block)) = &mut open
            && block.take(line)
        {
            continue;
        }
        // With `--trace -` bodies stand between the lines of the trace, and may end within one.
        let Some((before, label)) = label(line) else {
            if !line.trim_ascii().is_empty() {
                beside.note(number, line);
            }
            continue;
        };
        if !before.trim_ascii().is_empty() {
            beside.note(number, before);
        }
        open.take().into_iter().for_each(|open| hear(end(open, &mut form)));
        let block = Block::new(label.size);
        open = Some((number, label, block));
    }
    open.into_iter().for_each(|open| hear(end(open, &mut form)));
    beside
}

fn end<'t>((line, label, block): (u32, Label<'t>, Block<'_>), form: &mut Option<Form>) -> Event<'t> {
    let Label { kind, transfer, note, .. } = label;
    let wanted = !matches!(kind, Kind::Note | Kind::Record);
    let read = if wanted { block.bytes(form, matches!(kind, Kind::ReceivedHead)) } else { Default::default() };
    Event { line, kind, transfer, note, bytes: read.bytes, dotted: read.dotted, cut: read.cut }
}

impl<'t> Beside<'t> {
    fn note(&mut self, number: u32, line: &'t [u8]) {
        self.count += 1;
        self.first.get_or_insert((number, line));
    }
}

/// The label in a line, and what stands before it.
fn label(line: &[u8]) -> Option<(&[u8], Label<'_>)> {
    if let Some(label) = stamped(line) {
        return Some((b"", label));
    }
    for at in memchr::memchr2_iter(b'=', b'<', line) {
        let (before, rest) = line.split_at_checked(at)?;
        let begins = rest.starts_with(NOTE) || LABELS.iter().any(|(label, _)| rest.starts_with(label));
        if begins {
            return bare(rest, None).map(|label| (before, label));
        }
    }
    None
}

/// A label behind time and numbers.
fn stamped(line: &[u8]) -> Option<Label<'_>> {
    let (rest, transfer) = behind_stamp(line.trim_ascii_start());
    bare(rest, transfer)
}

fn bare(line: &[u8], transfer: Option<u32>) -> Option<Label<'_>> {
    if let Some(note) = line.strip_prefix(NOTE) {
        return Some(Label { kind: Kind::Note, transfer, size: 0, note });
    }
    let (size, kind) = LABELS.iter().find_map(|(label, kind)| Some((line.strip_prefix(*label)?, *kind)))?;
    // `150 bytes (0x96)`
    let (digits, rest) = size.split_at_checked(size.iter().position(|byte| !byte.is_ascii_digit())?)?;
    let size = std::str::from_utf8(digits).ok()?.parse().ok()?;
    rest.starts_with(b" bytes (0x").then_some(Label { kind, transfer, size, note: b"" })
}

/// Whether a text begins with what a trace is made of. Progress or warnings may stand before it.
pub(super) fn begins(text: &[u8]) -> bool {
    /// So many lines at the beginning are looked at for one of a trace.
    const LOOKED_AT: usize = 10;
    let lines = text.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty());
    // A message's body may hold all of this.
    let found = lines.take(LOOKED_AT).find_map(|line| match stamped(line) {
        Some(_) => Some(true),
        None => begins_message(line).then_some(false),
    });
    found.unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_and_what_is_none() {
        let told = |line: &'static str| {
            label(line.as_bytes()).map(|(before, label)| (before.len(), label.kind, label.transfer, label.size))
        };
        for (line, expected) in [
            ("=> Send header, 150 bytes (0x96)", (0, Kind::SentHead, None, 150)),
            ("01:03:46.104611 <= Recv data, 20 bytes (0x14)", (0, Kind::ReceivedData, None, 20)),
            ("01:03:46.104611 [1-0] <= Recv SSL data, 5 bytes (0x5)", (0, Kind::Record, Some(1), 5)),
            ("[0-x] == Info:   Trying 127.0.0.1:80...", (0, Kind::Note, Some(0), 0)),
            ("hello== Info: Connection #0 to host a left intact", (5, Kind::Note, None, 0)),
            ("hello<= Recv header, 17 bytes (0x11)", (5, Kind::ReceivedHead, None, 17)),
        ] {
            assert_eq!(told(line), Some(expected), "{line}");
        }
        for line in [
            "",
            "=> Send",
            "=> Send header, x bytes (0x1)",
            "0000: 47 45",
            "<= Recv data, 99999999999999999999999 bytes (0x1)",
            "a == b",
        ] {
            assert_eq!(told(line), None, "{line}");
        }
        assert!(begins(b"Warning: something\n== Info: Trying\n") && !begins(b"GET / HTTP/1.1\n") && !begins(b""));
        assert!(!begins(b"HTTP/1.1 503 Busy\r\n\r\n=> Send header, 18 bytes (0x12)\n0000: GET / HTTP/1.1\n"));
    }
}
