//! Heads: bytes in, spans out (RFC 9112 §2 to §5).
//!
//! The usual head goes through `httparse` where it lies, and its slices become spans; what `httparse` rejects is split
//! by [`lenient`](super::lenient), which rejects nothing. Where a head ends is told by its first empty line alone, so
//! that both agree.

use std::mem::MaybeUninit;

use memchr::memchr;

use super::lenient::{self, Split};
use super::start::{Guess, LONGEST_METHOD, is_token, judge};
use super::{Fidelity, FieldLine, Head, HeadBuf, HeadFlags, Layout, Limits, MessageKind, Provenance, Range, StartLine};
use crate::anomaly::AnomalyKind;

/// Field lines that the usual way takes; heads with more go the other way.
pub(super) const USUAL_LINES: usize = Limits::LEAST_FIELDS;

/// What `httparse` made of bytes.
#[derive(Debug, Clone, Copy)]
pub(super) enum Strict {
    /// A whole head of this length.
    Whole(usize, Split),
    /// So far regular, but not whole.
    Partial,
    /// Something that it rejects.
    Odd,
}

/// Parses a head where it lies, when it is whole and regular.
pub(super) fn strict(bytes: &[u8], kind: MessageKind, lines: &mut Vec<FieldLine>) -> Strict {
    let mut space = [const { MaybeUninit::<httparse::Header<'_>>::uninit() }; USUAL_LINES];
    match kind {
        MessageKind::Request => {
            let mut request = httparse::Request::new(&mut []);
            let length = match request.parse_with_uninit_headers(bytes, &mut space) {
                Ok(httparse::Status::Complete(length)) => length,
                Ok(httparse::Status::Partial) => return Strict::Partial,
                Err(_) => return Strict::Odd,
            };
            let (Some(method), Some(target)) = (request.method, request.path) else { return Strict::Odd };
            // What is no start line in pieces is none in one.
            if method.len() > LONGEST_METHOD {
                return Strict::Odd;
            }
            let (method, target) = (span(bytes, method.as_bytes()), span(bytes, target.as_bytes()));
            let (start_line, flags) = spans(bytes, length, request.headers, lines);
            let version = Range { start: target.end.saturating_add(1), end: start_line.end };
            Strict::Whole(
                length,
                Split {
                    start: StartLine::Request { method, target, version },
                    start_line,
                    flags,
                    said: None,
                    layout: Layout::default(),
                },
            )
        }
        MessageKind::Response => {
            let mut response = httparse::Response::new(&mut []);
            let config = httparse::ParserConfig::default();
            let length = match config.parse_response_with_uninit_headers(&mut response, bytes, &mut space) {
                Ok(httparse::Status::Complete(length)) => length,
                Ok(httparse::Status::Partial) => return Strict::Partial,
                Err(_) => return Strict::Odd,
            };
            let status = response.code.unwrap_or(0);
            let (start_line, flags) = spans(bytes, length, response.headers, lines);
            // `HTTP/1.1 200 ` is 13 bytes; where the reason has bytes above ASCII, httparse gives none.
            let version = Range { start: start_line.start, end: start_line.start.saturating_add(8) };
            let reason = Range { start: start_line.start.saturating_add(13).min(start_line.end), end: start_line.end };
            Strict::Whole(
                length,
                Split {
                    start: StartLine::Response { version, status, reason },
                    start_line,
                    flags,
                    said: None,
                    layout: Layout::default(),
                },
            )
        }
    }
}

/// The span of a slice of these bytes.
#[inline]
fn span(bytes: &[u8], part: &[u8]) -> Range {
    let start = part.as_ptr().addr().wrapping_sub(bytes.as_ptr().addr());
    Range::new(start, start.saturating_add(part.len()))
}

/// Turns slices into spans; a line ends where the next one begins.
#[inline]
fn spans(bytes: &[u8], length: usize, headers: &[httparse::Header<'_>], lines: &mut Vec<FieldLine>) -> (Range, HeadFlags) {
    let mut lf_only = false;
    let mut line_end = |next: usize| {
        let end = next.saturating_sub(1);
        match end.checked_sub(1) {
            Some(cr) if bytes.get(cr) == Some(&b'\r') => cr,
            _ => {
                lf_only = true;
                end
            }
        }
    };
    let tail = line_end(length);
    lines.clear();
    lines.reserve(headers.len());
    let mut start_line = Range::default();
    for header in headers {
        let name = span(bytes, header.name.as_bytes());
        let before = Range::new(0, line_end(name.start as usize)).end;
        match lines.last_mut() {
            Some(last) => last.line.end = before,
            None => start_line.end = before,
        }
        lines.push(FieldLine { name, value: span(bytes, header.value), line: name });
    }
    let last = Range::new(0, line_end(tail)).end;
    match lines.last_mut() {
        Some(line) => line.line.end = last,
        None => start_line.end = last,
    }
    let mut flags = HeadFlags::default();
    if lf_only {
        flags.insert(AnomalyKind::LfOnly);
    }
    (start_line, flags)
}

/// Where the head ends: behind its first empty line. `Err` says from where to go on looking when there is more.
pub(super) fn head_end(bytes: &[u8], mut from: usize) -> Result<usize, usize> {
    loop {
        let Some(found) = bytes.get(from..).and_then(|rest| memchr(b'\n', rest)) else { return Err(bytes.len()) };
        let lf = from.saturating_add(found);
        let next = lf.saturating_add(1);
        match bytes.get(next..).unwrap_or_default() {
            [b'\n', ..] => return Ok(next.saturating_add(1)),
            [b'\r', b'\n', ..] => return Ok(next.saturating_add(2)),
            [] | [b'\r'] => return Err(lf),
            _ => from = next,
        }
    }
}

/// Parses the head of one message from text or bytes of any source. It may lack its empty line, or be cut anywhere:
/// nothing is rejected, what is odd is marked. Bytes behind the empty line are no part of it.
///
/// Lines that end with LF alone are marked only where the source preserves line ends.
#[must_use]
pub fn parse_head(bytes: &[u8], at: Provenance, fidelity: Fidelity) -> HeadBuf {
    let end = head_end(bytes, 0).unwrap_or(bytes.len());
    let raw = bytes.get(..end).unwrap_or_default();
    let kind = kind_of(raw);
    let mut lines = Vec::new();
    let mut unfolded = Vec::new();
    let split = lenient::split(raw, false, Limits::default().fields, kind, &mut lines, &mut unfolded);
    let mut flags = split.flags;
    if fidelity.reformatted {
        flags = HeadFlags::default();
        // What is left out of a start line makes it none of RFC 9112.
        let regular = !fidelity.whole || is_shown_of_frames(raw, &split.start);
        let odd = |kind| kind != AnomalyKind::LfOnly && !(regular && kind == AnomalyKind::MalformedStartLine);
        for kind in split.flags.iter().filter(|&kind| odd(kind)) {
            flags.insert(kind);
        }
    }
    let mut all = raw.to_vec();
    all.extend_from_slice(&unfolded);
    HeadBuf {
        raw: all,
        lines,
        head: Head {
            start: split.start,
            start_line: split.start_line,
            at,
            flags,
            fidelity,
            h2_stream: None,
            layout: Layout::default(),
        },
    }
}

/// Whether this is how programs write the start line of a message of HTTP/2 or HTTP/3, which has none.
fn is_shown_of_frames(raw: &[u8], start: &StartLine) -> bool {
    let frames = |version: &Range| matches!(version.of(raw), b"HTTP/2" | b"HTTP/3");
    match start {
        StartLine::Request { method, target, version } => {
            let target = target.of(raw);
            let odd = target.is_empty() || target.iter().any(|byte| *byte <= b' ' || *byte == 0x7f);
            frames(version) && !odd && method.of(raw).iter().all(|byte| is_token(*byte))
        }
        StartLine::Response { version, status, .. } => frames(version) && *status > 0,
    }
}

/// The kind of message that a start line begins, `None` where it looks like no start line.
#[must_use]
pub fn start_line_kind(line: &[u8]) -> Option<MessageKind> {
    let mut whole = line.to_vec();
    whole.push(b'\n');
    match judge(&whole, None) {
        Guess::Is(kind) => Some(kind),
        Guess::Neither | Guess::Unsure => None,
    }
}

fn kind_of(raw: &[u8]) -> MessageKind {
    if raw.starts_with(b"HTTP/") { MessageKind::Response } else { MessageKind::Request }
}
