//! Splits a head that is not as RFC 9112 wants it: keeps every byte, takes what can be told, marks what is odd.
//!
//! Linear in the head's length; the number of lines is bounded by [`Limits::fields`](super::Limits::fields).

use memchr::memchr;

use super::framing::Said;
use super::start::{is_token, is_version};
use super::{FieldLine, HeadFlags, Layout, MessageKind, Range, StartLine};
use crate::anomaly::AnomalyKind;

/// What a head was split into, besides its field lines.
#[derive(Debug, Clone, Copy)]
pub(super) struct Split {
    pub(super) start: StartLine,
    pub(super) start_line: Range,
    pub(super) flags: HeadFlags,
    /// What its lines say of its body, where that is known already.
    pub(super) said: Option<Said>,
    /// How its lines lie, where that is known.
    pub(super) layout: Layout,
}

/// Splits a head into at most so many field lines; more are `head-limit`. Unfolded values are appended to `unfolded`, which stands behind `raw` for the ranges. Of a line that is
/// `cut` nobody can say whether it is malformed.
pub(super) fn split(
    raw: &[u8],
    cut: bool,
    most: usize,
    kind: MessageKind,
    lines: &mut Vec<FieldLine>,
    unfolded: &mut Vec<u8>,
) -> Split {
    let is_cut = |line: Range| cut && line.end as usize == raw.len();
    lines.clear();
    unfolded.clear();
    let mut flags = HeadFlags::default();
    let mut rows = Rows { raw, at: 0 };
    let (start_line, crlf) = rows.next().unwrap_or((Range::default(), true));
    if !crlf {
        flags.insert(AnomalyKind::LfOnly);
    }
    let (start, regular) = match kind {
        MessageKind::Request => request_line(raw, start_line),
        MessageKind::Response => status_line(raw, start_line),
    };
    if !regular && !is_cut(start_line) {
        flags.insert(AnomalyKind::MalformedStartLine);
    }
    for (line, crlf) in rows {
        if !crlf {
            flags.insert(AnomalyKind::LfOnly);
        }
        if line.start == line.end {
            break;
        }
        let folded = matches!(raw.get(line.start as usize), Some(b' ' | b'\t'));
        let many = lines.len() >= most;
        match lines.last_mut().filter(|_| folded) {
            Some(last) => {
                flags.insert(AnomalyKind::ObsFold);
                unfold(raw, line, last, unfolded);
                if has_control(line.of(raw)) {
                    flags.insert(AnomalyKind::ControlByte);
                }
            }
            None if many => {
                flags.insert(AnomalyKind::HeadLimit);
                break;
            }
            None if is_cut(line) => lines.push(field_line(raw, line, &mut HeadFlags::default())),
            None => lines.push(field_line(raw, line, &mut flags)),
        }
    }
    Split { start, start_line, flags, said: None, layout: Layout::default() }
}

/// The lines of a head, without their ends, and whether they end with CRLF (or are cut).
struct Rows<'a> {
    raw: &'a [u8],
    at: usize,
}

impl Iterator for Rows<'_> {
    type Item = (Range, bool);

    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.raw.get(self.at..).filter(|rest| !rest.is_empty())?;
        let start = self.at;
        match memchr(b'\n', rest) {
            Some(length) => {
                self.at = start.saturating_add(length).saturating_add(1);
                let crlf = rest.get(..length).is_some_and(|line| line.ends_with(b"\r"));
                Some((Range::new(start, start.saturating_add(length).saturating_sub(usize::from(crlf))), crlf))
            }
            None => {
                self.at = self.raw.len();
                Some((Range::new(start, self.at), true))
            }
        }
    }
}

/// Splits one line at its colon. A line without one has no name and the whole line as its value.
pub(super) fn field_line(raw: &[u8], line: Range, flags: &mut HeadFlags) -> FieldLine {
    let bytes = line.of(raw);
    if has_control(bytes) {
        flags.insert(AnomalyKind::ControlByte);
    }
    let start = line.start as usize;
    let Some(colon) = memchr(b':', bytes) else {
        flags.insert(AnomalyKind::MalformedFieldLine);
        return FieldLine { name: Range::new(start, start), value: trimmed(raw, line), line };
    };
    let mut name = Range::new(start, start.saturating_add(colon));
    let tight = trimmed_end(name.of(raw));
    if tight < colon {
        flags.insert(AnomalyKind::SpaceBeforeColon);
        name = Range::new(start, start.saturating_add(tight));
    }
    let word = name.of(raw);
    if word.is_empty() || !word.iter().all(|&b| is_token(b)) {
        flags.insert(AnomalyKind::MalformedFieldLine);
    }
    FieldLine { name, value: trimmed(raw, Range::new(start.saturating_add(colon).saturating_add(1), line.end as usize)), line }
}

fn has_control(bytes: &[u8]) -> bool {
    bytes.iter().any(|&b| (b < b' ' && b != b'\t') || b == 0x7f)
}

fn is_blank(byte: u8) -> bool {
    byte == b' ' || byte == b'\t'
}

/// The length without blanks at the end.
fn trimmed_end(bytes: &[u8]) -> usize {
    bytes.iter().rposition(|&b| !is_blank(b)).map_or(0, |last| last.saturating_add(1))
}

/// The range without blanks around it.
fn trimmed(raw: &[u8], range: Range) -> Range {
    let bytes = range.of(raw);
    let end = trimmed_end(bytes);
    let begin = bytes.iter().position(|&b| !is_blank(b)).unwrap_or(0).min(end);
    let start = range.start as usize;
    Range::new(start.saturating_add(begin), start.saturating_add(end))
}

/// Adds a continuation to the field line before it (RFC 9112 §5.2).
fn unfold(raw: &[u8], line: Range, last: &mut FieldLine, unfolded: &mut Vec<u8>) {
    last.line.end = line.end;
    let more = trimmed(raw, line).of(raw);
    let begun = last.value.start as usize >= raw.len() && last.value.end as usize == raw.len().saturating_add(unfolded.len());
    if !begun {
        let from = raw.len().saturating_add(unfolded.len());
        unfolded.extend_from_slice(last.value.of(raw));
        last.value = Range::new(from, from);
    }
    if !more.is_empty() {
        let used = raw.len().saturating_add(unfolded.len()).saturating_sub(last.value.start as usize);
        if used > 0 {
            unfolded.push(b' ');
        }
        unfolded.extend_from_slice(more);
    }
    last.value.end = Range::new(0, raw.len().saturating_add(unfolded.len())).end;
}

/// `method SP request-target SP HTTP-version`, and whether it is exactly that.
fn request_line(raw: &[u8], line: Range) -> (StartLine, bool) {
    let whole = trimmed(raw, line);
    let (bytes, base) = (whole.of(raw), whole.start as usize);
    let method_end = bytes.iter().position(|&b| is_blank(b)).unwrap_or(bytes.len());
    let method_stop = base.saturating_add(method_end);
    let method = Range::new(base, method_stop);
    let last = bytes.iter().rposition(|&b| is_blank(b)).map_or(bytes.len(), |blank| blank.saturating_add(1));
    let versioned = last > method_end && bytes.get(last..).is_some_and(|word| word.starts_with(b"HTTP/"));
    let end = whole.end as usize;
    let version = if versioned { Range::new(base.saturating_add(last), end) } else { Range::new(end, end) };
    let target = trimmed(raw, Range::new(method_stop, version.start as usize));
    let regular = whole == line
        && is_version(version.of(raw))
        && !method.of(raw).is_empty()
        && method.of(raw).iter().all(|&b| is_token(b))
        && target.start as usize == method_stop.saturating_add(1)
        && target.end.saturating_add(1) == version.start
        && !target.of(raw).is_empty()
        && target.of(raw).iter().all(|&b| b > b' ' && b != 0x7f);
    (StartLine::Request { method, target, version }, regular)
}

/// `HTTP-version SP status-code SP [ reason-phrase ]`, and whether it is that (a missing last space is common).
fn status_line(raw: &[u8], line: Range) -> (StartLine, bool) {
    let (bytes, base) = (line.of(raw), line.start as usize);
    let version_end = bytes.iter().position(|&b| is_blank(b)).unwrap_or(bytes.len());
    let version_stop = base.saturating_add(version_end);
    let version = Range::new(base, version_stop);
    let rest = trimmed(raw, Range::new(version_stop, line.end as usize));
    let code_end = rest.of(raw).iter().position(|&b| is_blank(b)).unwrap_or(rest.of(raw).len());
    let code = rest.of(raw).get(..code_end).unwrap_or_default();
    let digits = code.len() == 3 && code.iter().all(u8::is_ascii_digit);
    let status = if digits {
        code.iter().fold(0, |n: u16, &b| n.saturating_mul(10).saturating_add(b.saturating_sub(b'0').into()))
    } else {
        0
    };
    let reason = trimmed(raw, Range::new((rest.start as usize).saturating_add(code_end), line.end as usize));
    let regular =
        digits && is_version(version.of(raw)) && rest.start as usize == version_stop.saturating_add(1) && !has_control(bytes);
    (StartLine::Response { version, status, reason }, regular)
}
