//! A quick reader of plainly written YAML, for specs of the program: loading all of them is most of a short run.
//!
//! It knows block mappings and lists, `{ }` and `[ ]`, comments, and texts that are plain, quoted or behind `|`. Whatever else
//! it meets (anchors, tags, texts over several lines, `>`, tabs), it gives up, and the event parser reads the file. It never
//! guesses: the project's tests hold every tree that it gives for a spec of the program against that of the careful readers.

use super::events::DEEPEST;
use super::plain::typed;
use super::{Kind, Node, Scalar, Style, Typed};
use crate::spec::Place;

/// The tree of a text; `None` for what is not plainly written.
pub(super) fn read(text: &str) -> Option<Node> {
    if text.bytes().any(|byte| (byte < b' ' && byte != b'\n') || byte == 0x7f) {
        return None;
    }
    let mut reader = Reader { text, bytes: text.as_bytes(), at: 0, line: 0, depth: 0, around: 0 };
    let column = reader.next_line()?;
    let node = reader.block(column)?;
    // Something that belongs to nothing is a mistake, and mistakes are told by others.
    if reader.next_line().is_some() || reader.at < text.len() { None } else { Some(node) }
}

struct Reader<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    /// Where the current line begins.
    line: usize,
    depth: usize,
    /// The column of the block that `{ }` or `[ ]` stand in.
    around: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn behind(&self) -> Option<u8> {
        self.bytes.get(self.at + 1).copied()
    }

    fn column(&self) -> usize {
        self.at - self.line
    }

    fn newline(&mut self) {
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

    fn place(&self, start: usize, end: usize) -> Place {
        let number = |n| u32::try_from(n).unwrap_or(u32::MAX);
        Place { start: number(start), end: number(end) }
    }

    fn enter(&mut self) -> Option<()> {
        self.depth += 1;
        (self.depth < DEEPEST).then_some(())
    }

    /// A value in block style whose first character stands here, at a column.
    fn block(&mut self, column: usize) -> Option<Node> {
        self.enter()?;
        let node = match (self.peek()?, self.behind()) {
            (b'-', Some(b' ' | b'\n')) => self.list(column)?,
            (b'{' | b'[' | b'|', _) => return None,
            _ => self.mapping(column)?,
        };
        self.depth -= 1;
        Some(node)
    }

    fn mapping(&mut self, column: usize) -> Option<Node> {
        let mut entries = Vec::new();
        loop {
            let key = self.scalar(false)?;
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
            if self.peek() != Some(b'-') || !matches!(self.behind(), Some(b' ' | b'\n')) {
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
                let list = of_key && next == column && self.peek() == Some(b'-');
                if next > column || list { self.block(next) } else { None }
            }
            b'|' => self.literal(column),
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

    /// `|` and the lines below, further right than the block that it stands in.
    fn literal(&mut self, column: usize) -> Option<Node> {
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
                // Spaces in an empty line may belong to the text.
                if own > indent.unwrap_or(0) {
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
            if self.at < self.bytes.len() {
                self.newline();
            }
        }
        if end == self.bytes.len() {
            return None;
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

    /// Goes on within `{ }` or `[ ]`: what stands in a line of its own stands further right than the block around it, an end
    /// at least as far.
    fn next_token(&mut self) -> Option<()> {
        let line = self.line;
        let column = self.next_line()?;
        let least = if matches!(self.peek()?, b'}' | b']') { self.around } else { self.around + 1 };
        (line == self.line || column >= least).then_some(())
    }

    /// A value in flow style.
    fn flow(&mut self) -> Option<Node> {
        let start = self.at;
        let (open, close) = match self.peek()? {
            b'{' => (b'{', b'}'),
            b'[' => (b'[', b']'),
            _ => return self.scalar(true),
        };
        self.enter()?;
        self.at += 1;
        let (mut entries, mut members) = (Vec::new(), Vec::new());
        loop {
            self.next_token()?;
            if self.peek()? == close {
                break;
            }
            let node = self.flow()?;
            if open == b'{' {
                if self.peek()? != b':' || !matches!(self.behind(), Some(b' ' | b'\n')) || node.scalar().is_none() {
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

    /// A text on one line, in flow style or outside of it. A plain one ends before `: ` and ` #`.
    fn scalar(&mut self, flow: bool) -> Option<Node> {
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
                b':' if flow && matches!(self.behind(), Some(b',' | b'{' | b'}' | b'[' | b']')) => return None,
                b':' if self.behind() == Some(b':') => return None,
                b'#' if self.at > end => break,
                b',' | b'{' | b'}' | b'[' | b']' if flow => break,
                b' ' => {
                    self.at += 1;
                    continue;
                }
                _ => {}
            }
            self.at += 1;
            end = self.at;
        }
        self.at = end;
        let text = self.text.get(start..end)?;
        // Line breaks that are not `\n`, and what YAML calls unprintable.
        if text.is_empty() || text.contains(['\u{85}', '\u{a0}', '\u{2028}', '\u{2029}', '\u{feff}']) {
            None
        } else {
            Some(text.to_owned())
        }
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::spec::embedded;
    use crate::spec::yaml::parse;

    /// Whether a text is read, and if so as by the careful readers.
    #[track_caller]
    fn is_read(text: &str) -> bool {
        let quick = read(text);
        if let Some(node) = &quick {
            let careful = parse(text, false);
            assert!(careful.problems.is_empty(), "{text}\n{:?}", careful.problems);
            if let Some(other) = careful.root.as_ref().map_or(Some(String::new()), |root| difference(node, root)) {
                panic!("{other} in\n{text}");
            }
        }
        quick.is_some()
    }

    /// Where two trees differ first.
    fn difference(a: &Node, b: &Node) -> Option<String> {
        let inner = match (&a.kind, &b.kind) {
            (Kind::Mapping(a), Kind::Mapping(b)) if a.len() == b.len() => {
                a.iter().zip(b).find_map(|(a, b)| difference(&a.0, &b.0).or_else(|| difference(&a.1, &b.1)))
            }
            (Kind::Sequence(a), Kind::Sequence(b)) if a.len() == b.len() => a.iter().zip(b).find_map(|(a, b)| difference(a, b)),
            _ => None,
        };
        inner.or_else(|| (a != b).then(|| format!("{a:?}\n{b:?}")))
    }

    #[test]
    fn every_spec_of_the_program_is_read_quickly_and_rightly() {
        for spec in embedded() {
            // A checkout with other line ends is read by the careful readers.
            let text = spec.text.replace("\r\n", "\n");
            assert!(is_read(&text), "{} is not written plainly enough: see what src/spec/yaml/quick.rs knows", spec.name);
        }
    }

    #[test]
    fn what_is_plain_is_read() {
        for text in [
            "a: b\n",
            "a: b",
            "a:\n  b: c\n",
            "a:\n- b\n- c\n",
            "a:\n  - b: 1\n    c: 2\n  - d\n  -\n    e: f\n",
            "a: { b: c, 'd': \"e\\n\", f: [1, 2.5, true, null] }\n",
            "a: [\n  x, # comment\n  { y: z }\n]\n",
            "# first\n\na: b # last\n\n# end\n",
            "a: |\n  x\n   y\n\n  z\nb: c\n",
            "a: 'it''s'\nb: x#y\nc: x:y\nd: http://a.b/c?d=e#f\n",
            "a: é ü\nb: { c: ü }\n",
            "a: {}\nb: []\n",
            "a: -1\nb: -x\n",
            "\"a b\": c\n",
            "a: x  # y\n",
            "a:\n    b: c\n    d:\n    - e\nf: g\n",
            "a: { b: x y, c: z }\n",
            "a: [b c, -d]\n",
            "a:   b\n",
        ] {
            assert!(is_read(text), "{text}");
        }
    }

    #[test]
    fn what_is_not_plain_is_left_to_others() {
        for text in [
            "",
            "a",
            "{ a: b }\n",
            "a: &x b\n",
            "a: *x\n",
            "a: !t b\n",
            "a: >\n  b\n",
            "a: |-\n  b\n",
            "a: b\n  c\n",
            "a: 'b\n  c'\n",
            "a:\tb\n",
            "a:\n",
            "? a\n: b\n",
            "a: b: c\n",
            "a: [b: c]\n",
            "a: { b }\n",
            "a: { b: }\n",
            "--- \na: b\n",
            "...\n",
            "%YAML 1.2\n",
            "a: b\n c: d\n",
            "a:\n  b: c\n d: e\n",
            "<<: a\n",
            "a: {b: c\n",
            "a: [b\n",
            "a: 'b\n",
            "a: @b\n",
            "a: `b`\n",
            "a: b }\n\t",
            "a: {b: c} d\n",
            "a: \"\\x41\"\n",
            "a: b\r\n",
            "a: {b:c}\n",
            "- a\nb: c\n",
            "- a\n- - b\n  - c\n",
            "a: b\n- c\n",
            "a: { b: c # }\n",
            "a: { b: c, }\n",
            "a : b\n",
            "a: |\n\n  b\n",
        ] {
            assert!(!is_read(text), "{text}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_read_is_read_rightly(text in "([ ]{0,4}([a-c]|- |: |:|'|\"|\\{|\\}|\\[|\\]|, |,|#| #|\\||1|~|é|\n){1,12}\n){1,6}") {
            is_read(&text);
        }

        #[test]
        fn a_spec_with_another_character_is_read_rightly_or_not(at in 0_usize..4000, put in "[-a:#'\"{}\\[\\], \n|>&*!%@?\\\\\t]") {
            let text = embedded()[0].text;
            if let Some((before, after)) = text.char_indices().nth(at).map(|(i, c)| (&text[..i], &text[i + c.len_utf8()..])) {
                is_read(&format!("{before}{put}{after}"));
            }
        }
    }
}
