//! One line of `curl -v`, told from its first characters.

use super::super::recognise::{is_request_line, is_status_line};
use super::meter;
use super::notes::{Note, tells};

/// What a line says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark<'a> {
    /// `> `: a line of a request's head.
    Sent(&'a [u8]),
    /// `< `: a line of a response's head.
    Received(&'a [u8]),
    /// `* `: what curl says.
    Note(&'a [u8]),
    /// `{ [5 bytes data]`: bytes that are not shown here.
    DataReceived,
    /// `} [5 bytes data]`
    DataSent,
    /// `curl: (56) …`: the transfer failed.
    Failed,
    /// `Warning: …`
    Warning(&'a [u8]),
    /// Progress alone; whether several transfers run at once.
    Progress {
        /// With `-Z`.
        parallel: bool,
        /// It begins behind a carriage return, as curl writes it. Without one it may be a line of a body.
        sure: bool,
    },
}

/// A line: bytes of a body, then perhaps what curl says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Marked<'a> {
    /// What stands before the mark; without one, all of it.
    pub(super) before: &'a [u8],
    /// What curl says.
    pub(super) mark: Option<Mark<'a>>,
    /// The number of the transfer, where curl says it (`--trace-ids`).
    pub(super) transfer: Option<u32>,
}

/// Takes a line apart; it has no line end.
pub(super) fn take(line: &[u8]) -> Marked<'_> {
    if meter::is_header(line) {
        return Marked {
            before: b"",
            mark: Some(Mark::Progress { parallel: meter::is_parallel_header(line), sure: false }),
            transfer: None,
        };
    }
    let Some((from, mut to)) = meter::find(line) else { return glued(line) };
    while let Some((0, more)) = line.get(to..).and_then(meter::find) {
        to += more;
    }
    let before = line.get(..from).unwrap_or_default();
    let rest = line.get(to..).unwrap_or_default();
    if rest.trim_ascii().is_empty() {
        let sure = line.get(from) == Some(&b'\r');
        return Marked { before, mark: Some(Mark::Progress { parallel: false, sure }), transfer: None };
    }
    match mark(rest) {
        (Some(mark), transfer) => Marked { before, mark: Some(mark), transfer },
        (None, _) => Marked { before: line, mark: None, transfer: None },
    }
}

/// A mark at the beginning of the line, or behind a body that does not end with its line.
fn glued(line: &[u8]) -> Marked<'_> {
    if let (Some(mark), transfer) = mark(line) {
        return Marked { before: b"", mark: Some(mark), transfer };
    }
    // Without the white space at its end, which would be looked for behind each of them.
    let shown = line.trim_ascii_end();
    for at in memchr::memchr3_iter(b'*', b'>', b'<', shown) {
        let (before, rest) = shown.split_at_checked(at).unwrap_or_default();
        let (Some(mark), _) = mark(rest) else { continue };
        if is_sure(&mark) {
            let (before, transfer) = without_stamp(before);
            return Marked { before, mark: Some(mark), transfer };
        }
    }
    Marked { before: line, mark: None, transfer: None }
}

/// Whether no line of a body looks like this.
fn is_sure(mark: &Mark<'_>) -> bool {
    match mark {
        Mark::Sent(line) => is_request_line(line),
        Mark::Received(line) => is_status_line(line),
        Mark::Note(note) => tells(note) != Note::Unknown,
        _ => false,
    }
}

/// The mark that a line begins with, behind white space, time and numbers.
fn mark(line: &[u8]) -> (Option<Mark<'_>>, Option<u32>) {
    let line = line.trim_ascii_start();
    let (line, transfer) = behind_stamp(line);
    let mark = match line {
        [b'>'] => Some(Mark::Sent(b"")),
        [b'<'] => Some(Mark::Received(b"")),
        [b'*'] => Some(Mark::Note(b"")),
        [b'>', b' ', rest @ ..] => Some(Mark::Sent(rest)),
        [b'<', b' ', rest @ ..] => Some(Mark::Received(rest)),
        [b'*', b' ', rest @ ..] => Some(Mark::Note(rest)),
        [b'{', rest @ ..] if is_count(rest) => Some(Mark::DataReceived),
        [b'}', rest @ ..] if is_count(rest) => Some(Mark::DataSent),
        _ if line.starts_with(b"curl: (") => Some(Mark::Failed),
        _ if line.starts_with(b"Warning: ") => Some(Mark::Warning(line.get(9..).unwrap_or_default())),
        _ => None,
    };
    (mark, transfer)
}

/// ` [5 bytes data]`
fn is_count(rest: &[u8]) -> bool {
    let number = rest.strip_prefix(b" [").and_then(|rest| rest.trim_ascii_end().strip_suffix(b" bytes data]"));
    number.is_some_and(|number| !number.is_empty() && number.len() < 20 && number.iter().all(u8::is_ascii_digit))
}

/// What stands behind `14:04:03.294343 ` (`--trace-time`) and `[0-0] ` (`--trace-ids`).
pub(in crate::source) fn behind_stamp(line: &[u8]) -> (&[u8], Option<u32>) {
    let line = match line.split_at_checked(16) {
        Some((time, rest)) if is_time(time) => rest,
        _ => line,
    };
    match ids(line) {
        Some((transfer, rest)) => (rest, Some(transfer)),
        None => (line, None),
    }
}

/// The same before a mark that stands behind a body.
fn without_stamp(before: &[u8]) -> (&[u8], Option<u32>) {
    let (mut rest, mut transfer) = (before, None);
    let near = before.len().saturating_sub(24);
    if let Some(open) = before.get(near..).and_then(|end| memchr::memrchr(b'[', end))
        && let Some((number, [])) = before.get(near + open..).and_then(ids)
    {
        rest = before.get(..near + open).unwrap_or_default();
        transfer = Some(number);
    }
    let body = rest.len().checked_sub(16).and_then(|at| rest.split_at_checked(at)).filter(|(_, time)| is_time(time));
    (body.map_or(rest, |(body, _)| body), transfer)
}

/// `14:04:03.294343 `
fn is_time(text: &[u8]) -> bool {
    text.len() == 16
        && text.iter().enumerate().all(|(at, byte)| match at {
            2 | 5 => *byte == b':',
            8 => *byte == b'.',
            15 => *byte == b' ',
            _ => byte.is_ascii_digit(),
        })
}

/// `[0-0] `, `[0-x] `
fn ids(line: &[u8]) -> Option<(u32, &[u8])> {
    let (inside, rest) = line.strip_prefix(b"[")?.split_at_checked(memchr::memchr(b']', line)?.checked_sub(1)?)?;
    let (transfer, connection) = inside.split_at_checked(memchr::memchr(b'-', inside)?)?;
    let transfer = std::str::from_utf8(transfer).ok()?.parse().ok()?;
    let connection = connection.get(1..)?;
    let known = connection == b"x" || (!connection.is_empty() && connection.iter().all(u8::is_ascii_digit));
    known.then_some((transfer, rest.strip_prefix(b"] ")?))
}

/// Whether a line of `curl -v` begins a message.
pub(in crate::source::text) fn is_start(line: &[u8]) -> bool {
    match take(line).mark {
        Some(Mark::Sent(line)) => is_request_line(line),
        Some(Mark::Received(line)) => is_status_line(line.trim_ascii_end()),
        _ => false,
    }
}

/// Whether a text begins with what curl writes.
pub(in crate::source) fn begins(text: &[u8]) -> bool {
    let first = text.split(|byte| *byte == b'\n').find(|line| !line.trim_ascii().is_empty()).unwrap_or_default();
    let marked = take(first.trim_ascii_end());
    match marked.mark {
        // An entry of a list may begin with a word in brackets.
        Some(Mark::Note(note)) => tells(note) != Note::Unknown && !(tells(note) == Note::Plain && note.starts_with(b"[")),
        Some(Mark::Sent(line)) => is_request_line(line.trim_ascii_end()),
        Some(Mark::Received(line)) => is_status_line(line.trim_ascii_end()),
        Some(Mark::Progress { .. }) => true,
        _ => first.starts_with(b"Note: Unnecessary use of -X") || first.starts_with(b"Warning: "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn is(line: &str, before: &str, mark: Option<Mark<'_>>, transfer: Option<u32>) {
        assert_eq!(take(line.as_bytes()), Marked { before: before.as_bytes(), mark, transfer }, "{line}");
    }

    #[test]
    fn marks_at_the_beginning() {
        is("> GET / HTTP/1.1", "", Some(Mark::Sent(b"GET / HTTP/1.1")), None);
        is("<", "", Some(Mark::Received(b"")), None);
        is("  < Server: a", "", Some(Mark::Received(b"Server: a")), None);
        is("*   Trying 1.2.3.4:80...", "", Some(Mark::Note(b"  Trying 1.2.3.4:80...")), None);
        is("{ [12 bytes data]", "", Some(Mark::DataReceived), None);
        is("} [12 bytes data]", "", Some(Mark::DataSent), None);
        is("curl: (52) Empty reply from server", "", Some(Mark::Failed), None);
        is("14:04:03.294467 > Host: a", "", Some(Mark::Sent(b"Host: a")), None);
        is("14:04:03.294467 [3-x] * Host: a", "", Some(Mark::Note(b"Host: a")), Some(3));
        is("[0-1] < HTTP/2 200 ", "", Some(Mark::Received(b"HTTP/2 200 ")), Some(0));
    }

    #[test]
    fn marks_behind_a_body() {
        is("hello* Connection #0 to host a left intact", "hello", Some(Mark::Note(b"Connection #0 to host a left intact")), None);
        is("hello< HTTP/1.1 200 OK", "hello", Some(Mark::Received(b"HTTP/1.1 200 OK")), None);
        is("a > b > GET /x HTTP/1.1", "a > b ", Some(Mark::Sent(b"GET /x HTTP/1.1")), None);
        is("a]14:04:03.294467 [7-0] * Closing connection 0", "a]", Some(Mark::Note(b"Closing connection 0")), Some(7));
        is("2 * 3 < 7 > 5", "2 * 3 < 7 > 5", None, None);
        is("{\"a\": 1}", "{\"a\": 1}", None, None);
        is("{ [x bytes data]", "{ [x bytes data]", None, None);
        is("<html>", "<html>", None, None);
        is("[1-2] text", "[1-2] text", None, None);
    }

    #[test]
    fn beginnings() {
        for text in ["*   Trying a...\n", "\n> GET / HTTP/2\n", "< HTTP/2 200 \r\n", "  % Total    % Received % Xferd\n"] {
            assert!(begins(text.as_bytes()), "{text}");
        }
        for text in ["* a list\n", "> a quote\n", "GET / HTTP/1.1\n", "", "# curl\n> GET / HTTP/1.1\n"] {
            assert!(!begins(text.as_bytes()), "{text}");
        }
    }
}
