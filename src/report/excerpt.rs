//! The lines of a spec around a place, as rustc shows them.

use std::ops::Range;

use annotate_snippets::{Annotation, AnnotationKind, Snippet};

use super::escape::is_unsafe;

/// One line of a spec with the part of it that is marked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Excerpt {
    file: String,
    line: usize,
    text: String,
    span: Range<usize>,
}

impl Excerpt {
    /// The line of a file in which `start` lies, and of `start..end` what lies in that line. Places that do not fit the
    /// text give its nearest end.
    pub(crate) fn new(file: &str, text: &str, start: u32, end: u32) -> Self {
        let start = floor(text, start as usize);
        let before = text.get(..start).unwrap_or_default();
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let rest = text.get(line_start..).unwrap_or_default();
        let line = rest.split('\n').next().unwrap_or_default().trim_end_matches('\r');
        let from = start.saturating_sub(line_start).min(line.len());
        let to = floor(text, end as usize).saturating_sub(line_start).clamp(from, line.len());
        // A key's place may reach over the blanks behind it.
        let marked = line.get(from..to).unwrap_or_default().trim_end();
        let (text, span) = safe(line, from..from + marked.len());
        let number = 1 + before.bytes().filter(|b| *b == b'\n').count();
        Self { file: super::escape(file).into_owned(), line: number, text, span }
    }

    /// The text that is marked.
    pub(crate) fn marked(&self) -> &str {
        self.text.get(self.span.clone()).unwrap_or_default()
    }

    /// As an element of a message, with what stands under the caret.
    pub(crate) fn snippet<'a>(&'a self, label: Option<&'a str>) -> Snippet<'a, Annotation<'a>> {
        Snippet::source(self.text.as_str())
            .line_start(self.line)
            .path(self.file.as_str())
            .annotation(AnnotationKind::Primary.span(self.span.clone()).label(label))
    }
}

/// The nearest character boundary at or before `index`.
fn floor(text: &str, index: usize) -> usize {
    let index = index.min(text.len());
    (0..=index).rev().find(|i| text.is_char_boundary(*i)).unwrap_or(0)
}

/// The line with what a terminal would obey replaced, one character for one, so that columns stay true.
fn safe(line: &str, span: Range<usize>) -> (String, Range<usize>) {
    let replace = |text: &str| text.chars().map(|c| if c != '\t' && is_unsafe(c) { '\u{fffd}' } else { c }).collect::<String>();
    let mut text = replace(line.get(..span.start).unwrap_or_default());
    let start = text.len();
    text.push_str(&replace(line.get(span.clone()).unwrap_or_default()));
    let end = text.len();
    text.push_str(&replace(line.get(span.end..).unwrap_or_default()));
    (text, start..end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_cuts_the_line() {
        let text = "a: 1\r\nhops:\r\n  x: { y: 2 }\r\n  z: 3\r\n";
        let start = u32::try_from(text.find("{ y").unwrap()).unwrap();
        let excerpt = Excerpt::new("s.yaml", text, start, u32::MAX);
        assert_eq!((excerpt.line, excerpt.text.as_str(), excerpt.span), (3, "  x: { y: 2 }", 5..13));
    }

    #[test]
    fn places_beside_the_text_do_no_harm() {
        for (start, end) in [(0, 0), (9, 3), (u32::MAX, u32::MAX), (1, 2)] {
            let excerpt = Excerpt::new("s.yaml", "é\n", start, end);
            assert!(excerpt.text.get(excerpt.span).is_some());
        }
        assert_eq!(Excerpt::new("s.yaml", "", 5, 9).span, 0..0);
    }

    #[test]
    fn hostile_specs_do_not_reach_the_terminal() {
        let excerpt = Excerpt::new("\x1b[2J.yaml", "\x1b]0;x\x07: \u{202e}y", 7, 11);
        assert_eq!(excerpt.text, "\u{fffd}]0;x\u{fffd}: \u{fffd}y");
        assert_eq!(excerpt.file, "\\x1b[2J.yaml");
        assert_eq!(excerpt.text.get(excerpt.span), Some(" \u{fffd}"));
    }
}
