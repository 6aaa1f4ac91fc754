//! Cuts a text into messages: heads as they would be on the wire, and the bytes of their bodies.

use std::collections::VecDeque;

use super::curl::{Heard, Transcript, begins, is_start, takes_content};
use super::json;
use super::line::{Line, lines};
use super::piece::{Item, Piece, Speaker};
use super::recognise::{asks_for_heads, bullet, command, is_bullet, is_fence, is_field_line, is_start_line};
use crate::http::Fidelity;
use crate::secret;
use crate::source::shown::{Announced, Shown, push};

/// Lines that belong to no message.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Ignored {
    /// How many, without blank ones.
    pub(super) count: u64,
    /// Number and beginning of the first.
    pub(super) first: Option<(u32, String)>,
    /// How many of them say something: not the fences.
    prose: u64,
}

/// Gives out the messages of a text in their order.
pub(super) struct Split<I> {
    lines: I,
    ignored: Ignored,
    /// Follows what `curl -v` wrote, where the text holds some.
    curl: Option<Transcript>,
    /// Where to go on if what is read now turns out not to be curl's.
    place: Option<I>,
    /// Found, but not yet given out.
    ready: VecDeque<Item>,
    /// The next response has a head only: its request, or the command before it, says so.
    heads: bool,
}

/// Cuts a text.
pub(super) fn split(text: &[u8]) -> Split<impl Iterator<Item = Line<'_>> + Clone> {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let curl = lines(text).any(|line| is_start(line.text)).then(|| Transcript::new(begins(text)));
    Split { lines: lines(text), ignored: Ignored::default(), curl, place: None, ready: VecDeque::new(), heads: false }
}

impl<'a, I: Iterator<Item = Line<'a>> + Clone> Iterator for Split<I> {
    type Item = Item;

    fn next(&mut self) -> Option<Item> {
        loop {
            if let Some(item) = self.ready.pop_front() {
                return Some(item);
            }
            let here = self.lines.clone();
            let Some(line) = self.lines.next() else {
                match self.curl.as_mut().map(|curl| curl.end(&mut self.ready)) {
                    Some(Heard::Back) => self.go_back(),
                    _ if self.ready.is_empty() => return None,
                    _ => {}
                }
                continue;
            };
            match self.curl.as_mut().map(|curl| curl.hear(&line, &mut self.ready)) {
                Some(Heard::Taken) => continue,
                Some(Heard::Marked) => {
                    self.place = Some(here);
                    continue;
                }
                Some(Heard::Back) => {
                    self.go_back();
                    continue;
                }
                Some(Heard::Unclear) => {
                    self.ignore(&line);
                    continue;
                }
                Some(Heard::Foreign) | None => {}
            }
            let piece = if is_start_line(line.text.trim_ascii_start()) { Some(self.piece(&line)) } else { self.bulleted(&line) };
            match piece {
                Some(piece) => {
                    if let Some(curl) = &mut self.curl {
                        curl.give_way(&mut self.ready);
                    }
                    self.ready.push_back(Item::Message(piece));
                }
                None => self.ignore(&line),
            }
        }
    }
}

impl<'a, I: Iterator<Item = Line<'a>> + Clone> Split<I> {
    /// What belonged to no message so far.
    pub(super) fn ignored(self) -> Ignored {
        let within = self.curl.map_or(0, |curl| curl.prose);
        Ignored { count: self.ignored.count + within, ..self.ignored }
    }

    fn go_back(&mut self) {
        if let Some(place) = self.place.take() {
            self.lines = place;
        }
    }

    fn ignore(&mut self, line: &Line<'_>) {
        if line.is_blank() {
            return;
        }
        self.ignored.count += 1;
        self.ignored.prose += u64::from(!is_fence(line.text));
        if let Some(command) = command(line.text) {
            self.heads = asks_for_heads(command);
        }
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
        // A text that stops within a head shows what its writer wanted to.
        push(&mut head, b"");
        let announced = Announced::by(&head);
        // People leave fields away: what stands behind a request that usually has a body is one, whatever its head says.
        let silent = announced.status.is_none() && announced.length.is_none() && !announced.typed && !announced.chunked;
        let without = self.asked_for_heads(&head, announced) || if silent { !takes_content(&head) } else { announced.none() };
        let body = if ended && !without { self.body(outer) } else { Vec::new() };
        let body = match body {
            body if !body.is_empty() => Shown::Whole(body),
            _ if without && !silent => Shown::Whole(Vec::new()),
            _ => announced.nothing(),
        };
        self.told(start, head, body)
    }

    fn told(&self, start: &Line<'_>, head: Vec<u8>, body: Shown) -> Piece {
        Piece {
            line: start.number,
            head,
            body,
            lost: None,
            speaker: Speaker::Person(self.ignored.prose),
            fidelity: Fidelity::TEXT,
        }
    }

    /// Whether this is a response to a request for a head alone; remembers what this request asks for.
    fn asked_for_heads(&mut self, head: &[u8], announced: Announced) -> bool {
        if announced.interim {
            return true;
        }
        let asked = self.heads;
        self.heads = announced.status.is_none() && head.starts_with(b"HEAD ");
        asked && announced.status.is_some()
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
        let announced = Announced::by(&head);
        let without = self.asked_for_heads(&head, announced);
        let body = if without { Shown::Whole(Vec::new()) } else { announced.nothing() };
        Some(self.told(start, head, body))
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
            let begins = is_start_line(line.text.trim_ascii_start()) || self.is_curl(&line);
            if outside || is_fence(line.text) || is_bullet(text) || begins {
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
            if !inside || is_fence(text) || command(text).is_some() || is_start_line(text) || self.is_curl(&line) {
                trim_blank_lines(&mut body);
                break;
            }
            body.extend(line.whole.strip_prefix(indent).unwrap_or(line.whole));
            self.lines.next();
        }
        if let Some(end) = json::end(&body) {
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
    /// Whether `curl -v` goes on here.
    fn is_curl(&self, line: &Line<'_>) -> bool {
        self.curl.is_some() && is_start(line.text)
    }
}

/// Leaves one line end behind the last line that is not blank: blank lines before the next message separate.
fn trim_blank_lines(body: &mut Vec<u8>) {
    let shown = body.trim_ascii_end().len();
    let end = memchr::memchr(b'\n', body.get(shown..).unwrap_or_default()).map_or(body.len(), |at| shown + at + 1);
    body.truncate(if shown == 0 { 0 } else { end });
}
