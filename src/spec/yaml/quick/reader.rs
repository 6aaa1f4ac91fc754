//! The blocks, lists and brackets of plainly written YAML.
//!
//! It knows block mappings and lists, `{ }` and `[ ]`, comments, texts that are plain, quoted or behind `|`, and anchors of
//! texts and of what stands in brackets. Whatever else it meets (tags, texts over several lines, `>`, tabs), it gives up, and
//! the careful readers read the file. It never guesses: tests hold every tree that it gives against theirs.

use super::super::events::{DEEPEST, MOST_NODES};
use super::super::{Kind, Node};
use crate::spec::Place;

/// So many anchors are remembered.
const MOST_ANCHORS: usize = 100;
/// A longer key is none to YAML (1.2, §7.4.2).
const LONGEST_KEY: u32 = 1000;

/// The tree of a text; `None` for what is not plainly written.
pub(in super::super) fn read(text: &str) -> Option<Node> {
    read_to(text).ok()
}

/// The tree of a text, or about where it stops being plainly written.
pub(super) fn read_to(text: &str) -> Result<Node, usize> {
    if let Some((at, _)) = text.char_indices().find(|(_, c)| is_odd(*c)) {
        return Err(at);
    }
    let mut reader = Reader { text, bytes: text.as_bytes(), at: 0, line: 0, depth: 0, around: 0, anchors: Vec::new(), nodes: 0 };
    let node = reader.next_line().and_then(|column| reader.block(column));
    // Something that belongs to nothing is a mistake, and mistakes are told by others.
    match node {
        Some(node) if reader.next_line().is_none() && reader.at >= text.len() => Ok(node),
        _ => Err(reader.at),
    }
}

pub(super) struct Reader<'t> {
    pub(super) text: &'t str,
    pub(super) bytes: &'t [u8],
    pub(super) at: usize,
    /// Where the current line begins.
    line: usize,
    depth: usize,
    /// The column of the block that `{ }` or `[ ]` stand in.
    around: usize,
    /// What anchors name.
    anchors: Vec<(&'t str, Node)>,
    /// How many nodes there are, those that aliases made too.
    nodes: usize,
}

impl<'t> Reader<'t> {
    pub(super) fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    pub(super) fn behind(&self) -> Option<u8> {
        self.bytes.get(self.at + 1).copied()
    }

    pub(super) fn column(&self) -> usize {
        self.at - self.line
    }

    pub(super) fn newline(&mut self) {
        self.at += 1;
        self.line = self.at;
    }

    fn spaces(&mut self) {
        while self.peek() == Some(b' ') {
            self.at += 1;
        }
    }

    /// Goes to the end of the line, of which only a comment may be left.
    fn rest_of_line(&mut self) -> Option<()> {
        let before = self.at;
        self.spaces();
        match self.peek() {
            None | Some(b'\n') => Some(()),
            Some(b'#') if self.at > before || self.column() == 0 => {
                self.at = self.bytes.iter().skip(self.at).position(|b| *b == b'\n').map_or(self.bytes.len(), |n| self.at + n);
                Some(())
            }
            Some(_) => None,
        }
    }

    /// Goes to the first character of the next line that says something; its column. `None` at the end.
    fn next_line(&mut self) -> Option<usize> {
        loop {
            self.spaces();
            match self.peek()? {
                b'\n' => self.newline(),
                b'#' => self.comment(),
                _ => return Some(self.column()),
            }
        }
    }

    fn comment(&mut self) {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        self.at += memchr::memchr(b'\n', rest).unwrap_or(rest.len());
    }

    pub(super) fn place(&self, start: usize, end: usize) -> Place {
        let number = |n| u32::try_from(n).unwrap_or(u32::MAX);
        Place { start: number(start), end: number(end) }
    }

    /// A block, or what stands in brackets, begins.
    fn enter(&mut self) -> Option<()> {
        self.depth += 1;
        self.count(1)?;
        (self.depth < DEEPEST).then_some(())
    }

    /// There are more nodes.
    pub(super) fn count(&mut self, nodes: usize) -> Option<()> {
        self.nodes += nodes;
        (self.nodes < MOST_NODES).then_some(())
    }

    /// A value in block style whose first character stands here, at a column.
    fn block(&mut self, column: usize) -> Option<Node> {
        self.enter()?;
        let node = match self.peek()? {
            _ if self.begins_member() => self.list(column)?,
            b'{' | b'[' | b'|' => return None,
            _ => self.mapping(column)?,
        };
        self.depth -= 1;
        Some(node)
    }

    fn mapping(&mut self, column: usize) -> Option<Node> {
        let mut entries = Vec::new();
        loop {
            let key = self.scalar(false).filter(is_key)?;
            if self.peek() != Some(b':') || !matches!(self.behind(), Some(b' ' | b'\n')) {
                return None;
            }
            self.at += 1;
            entries.push((key, self.value(column, true)?));
            match self.next_line() {
                Some(next) if next == column => {}
                Some(next) if next > column => return None,
                _ => break,
            }
        }
        let (first, last) = (entries.first()?.0.place, entries.last()?.1.place);
        Some(Node { place: Place { start: first.start, end: last.end }, tagged: false, kind: Kind::Mapping(entries) })
    }

    fn list(&mut self, column: usize) -> Option<Node> {
        let mut members = Vec::new();
        loop {
            if !self.begins_member() {
                return None;
            }
            self.at += 1;
            self.spaces();
            // What follows on this line may be a mapping that goes on below its first key.
            let here = self.at;
            let member = if self.begins_mapping() {
                self.at = here;
                self.block(here - self.line)?
            } else {
                self.at = here;
                self.value(column, false)?
            };
            members.push(member);
            match self.next_line() {
                Some(next) if next == column && self.peek() == Some(b'-') => {}
                Some(next) if next > column => return None,
                _ => break,
            }
        }
        let (first, last) = (members.first()?.place, members.last()?.place);
        Some(Node { place: Place { start: first.start, end: last.end }, tagged: false, kind: Kind::Sequence(members) })
    }

    /// Whether the `-` before a member of a list stands here.
    fn begins_member(&self) -> bool {
        self.peek() == Some(b'-') && matches!(self.behind(), Some(b' ' | b'\n'))
    }

    /// Whether a key stands here.
    fn begins_mapping(&mut self) -> bool {
        !matches!(self.peek(), None | Some(b'\n' | b'#' | b'{' | b'['))
            && self.scalar(false).is_some()
            && self.peek() == Some(b':')
    }

    /// The value of a key, or the member of a list, that stands behind `:` or `-` in a block at a column.
    fn value(&mut self, column: usize, of_key: bool) -> Option<Node> {
        self.spaces();
        match self.peek()? {
            b'\n' | b'#' => {
                self.rest_of_line()?;
                let next = self.next_line()?;
                // A list may stand as far left as its key.
                let list = of_key && next == column && self.begins_member();
                if next > column || list { self.block(next) } else { None }
            }
            b'|' => self.literal(column),
            b'&' => {
                let name = self.anchor()?;
                let node = self.value(column, false).filter(|_| self.anchors.len() < MOST_ANCHORS)?;
                // The careful readers do not always agree on a name that is given twice.
                if self.anchors.iter().any(|(known, _)| *known == name) {
                    return None;
                }
                self.anchors.push((name, node.clone()));
                Some(node)
            }
            b'*' => {
                let node = self.alias()?;
                self.rest_of_line()?;
                Some(node)
            }
            b'{' | b'[' => {
                self.around = column;
                let node = self.flow()?;
                self.rest_of_line()?;
                Some(node)
            }
            _ => {
                let node = self.scalar(false)?;
                self.rest_of_line()?;
                // A text that goes on in the next line.
                let (at, line) = (self.at, self.line);
                let goes_on = self.next_line().is_some_and(|next| next > column);
                (self.at, self.line) = (at, line);
                if goes_on { None } else { Some(node) }
            }
        }
    }

    /// `&name` before a value that stands on the same line.
    fn anchor(&mut self) -> Option<&'t str> {
        let name = self.name()?;
        self.spaces();
        if matches!(self.peek()?, b'\n' | b'#' | b'&' | b'*') { None } else { Some(name) }
    }

    /// `*name`: what stands at the anchor, here.
    fn alias(&mut self) -> Option<Node> {
        let start = self.at;
        let name = self.name()?;
        let (_, node) = self.anchors.iter().find(|(known, _)| *known == name)?;
        let node = Node { place: self.place(start, self.at), ..node.clone() };
        self.count(size(&node))?;
        Some(node)
    }

    /// The name behind `&` or `*`.
    fn name(&mut self) -> Option<&'t str> {
        self.at += 1;
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_') {
            self.at += 1;
        }
        let ends = matches!(self.peek(), None | Some(b' ' | b'\n' | b',' | b'}' | b']'));
        self.text.get(start..self.at).filter(|name| ends && !name.is_empty())
    }

    /// Goes on within `{ }` or `[ ]`: what stands in a line of its own stands further right than the block around it. So
    /// must an end: the careful readers do not always agree where it does not.
    fn next_token(&mut self) -> Option<()> {
        let line = self.line;
        let column = self.next_line()?;
        (line == self.line || column > self.around).then_some(())
    }

    /// A value in flow style.
    fn flow(&mut self) -> Option<Node> {
        let start = self.at;
        let (open, close) = match self.peek()? {
            b'{' => (b'{', b'}'),
            b'[' => (b'[', b']'),
            b'*' => return self.alias(),
            _ => return self.scalar(true),
        };
        self.enter()?;
        self.at += 1;
        let line = self.line;
        let (mut entries, mut members) = (Vec::new(), Vec::new());
        loop {
            self.next_token()?;
            if self.peek()? == close {
                // Nothing is in them. Where that goes over two lines, the careful readers do not agree on it.
                if self.line != line {
                    return None;
                }
                break;
            }
            let node = self.flow()?;
            if open == b'{' {
                if self.peek()? != b':' || !matches!(self.behind(), Some(b' ' | b'\n')) || !is_key(&node) {
                    return None;
                }
                self.at += 1;
                self.next_token()?;
                if matches!(self.peek()?, b',' | b'}' | b']') {
                    return None;
                }
                entries.push((node, self.flow()?));
            } else {
                members.push(node);
            }
            self.next_token()?;
            match self.peek()? {
                b',' => {
                    self.at += 1;
                    self.next_token()?;
                    if self.peek()? == close {
                        return None;
                    }
                }
                end if end == close => break,
                _ => return None,
            }
        }
        self.at += 1;
        self.depth -= 1;
        let kind = if open == b'{' { Kind::Mapping(entries) } else { Kind::Sequence(members) };
        Some(Node { place: self.place(start, self.at), tagged: false, kind })
    }
}

/// What is no character of a line that is plainly written: controls, line breaks that are not `\n`, other white space than a
/// space, what YAML calls unprintable.
fn is_odd(c: char) -> bool {
    match c {
        '\n' | ' '..='~' => false,
        '\u{a0}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}' => true,
        _ => c < '\u{a1}' || c.is_whitespace(),
    }
}

fn is_key(node: &Node) -> bool {
    node.scalar().is_some() && node.place.end - node.place.start <= LONGEST_KEY
}

/// How many nodes a node is.
fn size(node: &Node) -> usize {
    match &node.kind {
        Kind::Scalar(_) => 1,
        Kind::Sequence(members) => 1 + members.iter().map(size).sum::<usize>(),
        Kind::Mapping(entries) => 1 + entries.iter().map(|(key, value)| size(key) + size(value)).sum::<usize>(),
    }
}
