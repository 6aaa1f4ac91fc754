//! Cuts a text into messages: heads as they would be on the wire, and the bytes of their bodies.

use super::line::{Line, lines};
use super::recognise::{bullet, is_bullet, is_fence, is_field_line, is_prompt, is_start_line};
use crate::secret;

/// One message of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    /// The line of its start line, counted from 1.
    pub(super) line: u32,
    /// Its head with CRLF line ends and its empty line: a text that stops within a head shows what its writer wanted to.
    pub(super) head: Vec<u8>,
    /// Its body.
    pub(super) body: Vec<u8>,
}

/// Lines that belong to no message.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Ignored {
    /// How many, without blank ones.
    pub(super) count: u64,
    /// Number and beginning of the first.
    pub(super) first: Option<(u32, String)>,
}

/// Gives out the messages of a text in their order.
pub(super) struct Split<I> {
    lines: I,
    ignored: Ignored,
}

/// Cuts a text.
pub(super) fn split(text: &[u8]) -> Split<impl Iterator<Item = Line<'_>> + Clone> {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    Split { lines: lines(text), ignored: Ignored::default() }
}

impl<'a, I: Iterator<Item = Line<'a>> + Clone> Iterator for Split<I> {
    type Item = Piece;

    fn next(&mut self) -> Option<Piece> {
        loop {
            let line = self.lines.next()?;
            if is_start_line(line.text.trim_ascii_start()) {
                return Some(self.piece(&line));
            }
            if let Some(piece) = self.bulleted(&line) {
                return Some(piece);
            }
            self.ignore(&line);
        }
    }
}

impl<'a, I: Iterator<Item = Line<'a>> + Clone> Split<I> {
    /// What belonged to no message so far.
    pub(super) fn ignored(self) -> Ignored {
        self.ignored
    }

    fn ignore(&mut self, line: &Line<'_>) {
        if line.is_blank() {
            return;
        }
        self.ignored.count += 1;
        if self.ignored.first.is_none() {
            let shown = secret::mask_line(&String::from_utf8_lossy(line.text.trim_ascii())).chars().take(60).collect();
            self.ignored.first = Some((line.number, shown));
        }
    }

    fn peek(&self) -> Option<Line<'a>> {
        self.lines.clone().next()
    }

    fn piece(&mut self, start: &Line<'a>) -> Piece {
        // A pasted block is indented as a whole; some indent the fields under the start line.
        let fields = self.peek().filter(|line| is_field_line(line.text.trim_ascii_start()));
        let indent = fields.as_ref().map_or(start.indent(), Line::indent);
        let outer = if indent.starts_with(start.indent()) { start.indent() } else { indent };
        let mut head = Vec::new();
        push(&mut head, start.text.trim_ascii());
        let ended = self.fields(&mut head, indent);
        push(&mut head, b"");
        let body = if ended && announces_body(&head) { self.body(outer) } else { Vec::new() };
        Piece { line: start.number, head, body }
    }

    /// A head whose every line is an entry of a list, as wikis make of what is pasted into one. A start line without such
    /// a field line behind it is prose about a message.
    fn bulleted(&mut self, start: &Line<'a>) -> Option<Piece> {
        let (prefix, text) = start.text.split_at_checked(bullet(start.text)?)?;
        let entry = |line: &Line<'a>| line.text.strip_prefix(prefix).filter(|text| is_field_line(text));
        if !is_start_line(text) || self.peek().as_ref().and_then(entry).is_none() {
            return None;
        }
        let mut head = Vec::new();
        push(&mut head, text.trim_ascii());
        while let Some(text) = self.peek().as_ref().and_then(entry) {
            push(&mut head, text);
            self.lines.next();
        }
        push(&mut head, b"");
        Some(Piece { line: start.number, head, body: Vec::new() })
    }

    /// Reads field lines; whether an empty line ended them, so that a body may follow.
    fn fields(&mut self, head: &mut Vec<u8>, indent: &[u8]) -> bool {
        while let Some(line) = self.peek() {
            let text = line.text.strip_prefix(indent).unwrap_or(line.text);
            let outside = !line.text.starts_with(indent) && !is_field_line(text);
            if line.is_blank() {
                self.lines.next();
                return true;
            }
            if outside || is_fence(line.text) || is_bullet(text) || is_start_line(line.text.trim_ascii_start()) {
                return false;
            }
            let folded = text.first().is_some_and(|byte| matches!(byte, b' ' | b'\t'));
            if !folded && !is_field_line(text) && !self.lines.clone().nth(1).is_some_and(|next| is_field_line(next.text)) {
                // Prose right behind the head. A malformed line between field lines is a part of it.
                return false;
            }
            push(head, text);
            self.lines.next();
        }
        false
    }

    /// Reads a body: to the next start line, a prompt, the end of a fenced or indented block, or the end of the text. JSON ends
    /// where its brackets say, since a note goes on with prose.
    fn body(&mut self, indent: &[u8]) -> Vec<u8> {
        if self.peek().is_some_and(|line| line.marker) {
            self.lines.next();
        }
        let begin = self.lines.clone();
        let mut body = Vec::new();
        while let Some(line) = self.peek() {
            let inside = line.is_blank() || line.text.starts_with(indent);
            let text = line.text.trim_ascii_start();
            if !inside || is_fence(text) || is_prompt(text) || is_start_line(text) {
                trim_blank_lines(&mut body);
                break;
            }
            body.extend(line.whole.strip_prefix(indent).unwrap_or(line.whole));
            self.lines.next();
        }
        if let Some(end) = json_end(&body) {
            let mut length = 0;
            self.lines = begin;
            while length < end
                && let Some(line) = self.lines.next()
            {
                length += line.whole.strip_prefix(indent).unwrap_or(line.whole).len();
            }
            body.truncate(end);
        } else {
            let _ = body.pop_if(|byte| *byte == b'\n').and_then(|_| body.pop_if(|byte| *byte == b'\r'));
        }
        body
    }
}

fn push(head: &mut Vec<u8>, line: &[u8]) {
    head.extend(line);
    head.extend(b"\r\n");
}

/// Leaves one line end behind the last line that is not blank: blank lines before the next message separate.
fn trim_blank_lines(body: &mut Vec<u8>) {
    let shown = body.trim_ascii_end().len();
    let end = memchr::memchr(b'\n', body.get(shown..).unwrap_or_default()).map_or(body.len(), |at| shown + at + 1);
    body.truncate(if shown == 0 { 0 } else { end });
}

/// Where a JSON text ends that is followed by something else in lines of its own.
fn json_end(body: &[u8]) -> Option<usize> {
    if !matches!(body.trim_ascii_start().first(), Some(b'{' | b'[')) {
        return None;
    }
    let mut values = serde_json::Deserializer::from_slice(body).into_iter::<serde::de::IgnoredAny>();
    values.next()?.ok()?;
    let end = values.byte_offset();
    let behind = body.get(end..)?;
    let line_end = memchr::memchr(b'\n', behind)?;
    let (same_line, others) = behind.split_at_checked(line_end)?;
    (same_line.trim_ascii().is_empty() && !others.trim_ascii().is_empty()).then_some(end)
}

/// Whether a body may follow this head. In a text the value of Content-Length frames nothing, since people re-format
/// bodies; that a request names neither length, coding nor type says that it has none (RFC 9112 §6.3).
fn announces_body(head: &[u8]) -> bool {
    let mut lines = head.split(|byte| *byte == b'\n');
    let start = lines.next().unwrap_or_default();
    let (mut announced, mut empty) = (false, false);
    for line in lines {
        let Some(colon) = memchr::memchr(b':', line) else { continue };
        let (name, value) = line.split_at_checked(colon).unwrap_or_default();
        let name = name.trim_ascii_end();
        let length = name.eq_ignore_ascii_case(b"Content-Length");
        empty |= length && value.get(1..).unwrap_or_default().trim_ascii() == b"0";
        announced |= length || name.eq_ignore_ascii_case(b"Transfer-Encoding") || name.eq_ignore_ascii_case(b"Content-Type");
    }
    let status = start.starts_with(b"HTTP/").then(|| start.split(|byte| *byte == b' ').nth(1).unwrap_or_default());
    match status {
        Some([b'1', ..] | b"204" | b"304") => false,
        Some(_) => !empty,
        None => announced && !empty,
    }
}
