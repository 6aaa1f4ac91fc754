//! Where a JSON text ends, told from its brackets alone: in notes its values may be masked, and prose goes on behind it.

/// Follows the brackets of a text, in any number of parts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Brackets {
    depth: u32,
    quoted: bool,
    escaped: bool,
    begun: bool,
    /// Something else than a bracket came first, or stands where JSON has something else.
    other: bool,
    last: u8,
}

impl Brackets {
    /// Follows more bytes; how many of them it takes to close the outermost bracket.
    pub(super) fn end(&mut self, bytes: &[u8]) -> Option<usize> {
        for (at, byte) in bytes.iter().enumerate() {
            if self.other {
                return None;
            }
            if self.quoted {
                match byte {
                    _ if self.escaped => self.escaped = false,
                    b'\\' => self.escaped = true,
                    b'"' => self.quoted = false,
                    // No string of JSON goes over the end of a line.
                    b'\n' => self.other = true,
                    _ => {}
                }
                continue;
            }
            match byte {
                b' ' | b'\t' | b'\r' | b'\n' => continue,
                b'{' | b'[' => {
                    self.depth = self.depth.saturating_add(1);
                    self.begun = true;
                }
                b'}' | b']' if self.depth > 1 => self.depth -= 1,
                b'}' | b']' if self.depth == 1 => {
                    self.depth = 0;
                    return Some(at + 1);
                }
                _ if !self.begun => self.other = true,
                // An object begins with a name, or with its end; a log's line begins with a bracket, too.
                _ if self.last == b'{' && *byte != b'"' => self.other = true,
                b'a'..=b'z' if self.last == b'[' && !b"tfnx".contains(byte) => self.other = true,
                b'"' => self.quoted = true,
                _ => {}
            }
            self.last = *byte;
        }
        None
    }

    /// Whether what came so far may be the beginning of JSON.
    pub(super) fn open(&self) -> bool {
        self.begun && !self.other && self.depth > 0
    }
}

/// Where a JSON text ends that is followed by something else in lines of its own.
pub(in crate::source) fn end(body: &[u8]) -> Option<usize> {
    let end = Brackets::default().end(body)?;
    let behind = body.get(end..)?;
    let line_end = memchr::memchr(b'\n', behind)?;
    let (same_line, others) = behind.split_at_checked(line_end)?;
    (same_line.trim_ascii().is_empty() && !others.trim_ascii().is_empty()).then_some(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_ends_with_its_outermost_bracket() {
        for (text, expected) in [
            ("{\"a\": [1, \"}\\\"]\"]}\nprose", Some("{\"a\": [1, \"}\\\"]\"]}")),
            ("\n {\"a\": 1,\n\n \"b\": {}}  \n\nprose: {", Some("\n {\"a\": 1,\n\n \"b\": {}}")),
            ("[{}]\r\nprose", Some("[{}]")),
            ("{}\nprose", Some("{}")),
            ("{\"accountId\": xxxxxxxxxxxx, \"b\": …}\nprose", Some("{\"accountId\": xxxxxxxxxxxx, \"b\": …}")),
            ("{\"a\": 1}", None),
            ("{\"a\": 1}\n\n", None),
            ("{}{}\nprose", None),
            ("{ masked: … }\nprose", None),
            ("text {\n}\nprose", None),
            ("{\"a: 1\n}\nprose", None),
            ("{\"a\": 1\nprose", None),
            ("}\nprose", None),
            ("[info]\nprose", None),
        ] {
            assert_eq!(end(text.as_bytes()).map(|end| &text[..end]), expected, "{text}");
            // The same in any parts.
            for cut in 0..text.len() {
                let (first, second) = text.as_bytes().split_at(cut);
                let mut brackets = Brackets::default();
                let parts = brackets.end(first).or_else(|| brackets.end(second).map(|end| cut + end));
                assert_eq!(parts, Brackets::default().end(text.as_bytes()), "{text} cut at {cut}");
            }
        }
    }
}
