//! Texts: plain, quoted, and behind `|`.

use super::super::{Kind, Node, Scalar, Style, Typed};
use super::plain::typed;
use super::reader::Reader;

impl Reader<'_> {
    /// `|` and the lines below, further right than the block that it stands in.
    pub(super) fn literal(&mut self, column: usize) -> Option<Node> {
        self.at += 1;
        if self.peek() != Some(b'\n') {
            return None;
        }
        self.newline();
        let mut start = None;
        let mut text = String::new();
        let mut indent = None;
        let mut end = self.at;
        while self.at < self.bytes.len() {
            let rest = self.bytes.get(self.at..)?;
            let length = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
            let line = self.text.get(self.at..self.at + length)?;
            let content = line.trim_start_matches(' ');
            let own = line.len() - content.len();
            if content.is_empty() {
                // Spaces in an empty line may belong to the text; the careful readers do not agree on them.
                if own > 0 {
                    return None;
                }
                text.push('\n');
            } else {
                let indent = *indent.get_or_insert(own);
                if own < indent {
                    if own > column {
                        return None;
                    }
                    break;
                }
                if indent <= column {
                    break;
                }
                start.get_or_insert(self.at + indent);
                text.push_str(line.get(indent..)?);
                text.push('\n');
                end = self.at + line.trim_end().len();
            }
            self.at += length;
            // A last line without an end is read in more than one way.
            if self.at == self.bytes.len() {
                return None;
            }
            self.newline();
        }
        // One line break stays.
        let lines = text.trim_end_matches('\n').len();
        if lines == 0 || text.starts_with('\n') {
            return None;
        }
        text.truncate(lines + 1);
        let kind = Kind::Scalar(Scalar { text, style: Style::Block, typed: Typed::Text });
        Some(Node { place: self.place(start?, end), tagged: false, kind })
    }

    /// A text on one line, in flow style or outside of it. A plain one ends before `: ` and ` #`.
    pub(super) fn scalar(&mut self, flow: bool) -> Option<Node> {
        self.count(1)?;
        let start = self.at;
        let (text, style) = match (self.peek()?, self.behind()) {
            (b'\'', _) => (self.single()?, Style::Single),
            (b'"', _) => (self.double()?, Style::Double),
            // What begins something else in YAML, or may.
            (b'-', None | Some(b' ' | b'\n' | b',' | b'}' | b']')) => return None,
            (
                b':' | b'?' | b'&' | b'*' | b'!' | b'|' | b'>' | b'%' | b'@' | b'`' | b'#' | b',' | b'{' | b'}' | b'[' | b']',
                _,
            ) => return None,
            (b'-' | b'.', _) if self.column() == 0 => return None,
            _ => (self.plain(flow)?, Style::Plain),
        };
        if text == "<<" {
            return None;
        }
        let typed = if style == Style::Plain { typed(&text) } else { Typed::Text };
        let place = self.place(start, self.at);
        Some(Node { place, tagged: false, kind: Kind::Scalar(Scalar { text, style, typed }) })
    }

    fn plain(&mut self, flow: bool) -> Option<String> {
        let start = self.at;
        let mut end = start;
        while let Some(byte) = self.peek() {
            match byte {
                b'\n' => break,
                b':' if matches!(self.behind(), None | Some(b' ' | b'\n')) => break,
                // Within brackets `:` has more meanings; within a word, as in `12:30` and `http://a`, it has none.
                b':' if flow && !self.behind().is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'/') => return None,
                b':' if self.behind() == Some(b':') => return None,
                b'#' if self.at > end => break,
                b',' | b'{' | b'}' | b'[' | b']' if flow => break,
                b' ' => {
                    self.at += 1;
                    continue;
                }
                // A word that begins like something else, and what may be something else.
                b'-' if flow && self.at > end => return None,
                b'?' | b'&' | b'*' | b'!' | b'|' | b'>' | b'\'' | b'"' | b'%' | b'@' | b'`' | b'\\' if flow => return None,
                _ => {}
            }
            self.at += 1;
            end = self.at;
        }
        self.at = end;
        let text = self.text.get(start..end)?;
        if text.is_empty() { None } else { Some(text.to_owned()) }
    }

    fn single(&mut self) -> Option<String> {
        let mut text = String::new();
        self.at += 1;
        loop {
            let start = self.at;
            self.until(|byte| byte == b'\'')?;
            text.push_str(self.text.get(start..self.at)?);
            self.at += 1;
            if self.peek() != Some(b'\'') {
                return Some(text);
            }
            text.push('\'');
            self.at += 1;
        }
    }

    fn double(&mut self) -> Option<String> {
        let mut text = String::new();
        self.at += 1;
        loop {
            let start = self.at;
            let end = self.until(|byte| matches!(byte, b'"' | b'\\'))?;
            text.push_str(self.text.get(start..self.at)?);
            self.at += 1;
            if end == b'"' {
                return Some(text);
            }
            text.push(match self.peek()? {
                c @ (b'"' | b'\\' | b'/') => char::from(c),
                b'n' => '\n',
                b'r' => '\r',
                b't' => '\t',
                _ => return None,
            });
            self.at += 1;
        }
    }

    /// Goes to the first byte of a kind on this line.
    fn until(&mut self, is: impl Fn(u8) -> bool) -> Option<u8> {
        loop {
            match self.peek()? {
                byte if is(byte) => return Some(byte),
                b'\n' => return None,
                _ => self.at += 1,
            }
        }
    }
}
