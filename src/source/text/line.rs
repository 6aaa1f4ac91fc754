//! The lines of a text, with either line end, and with the markers that people write for line ends.

use super::curl::behind_stamp;

/// One line.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line<'a> {
    /// Counted from 1.
    pub(super) number: u32,
    /// Without its end and without a marker for it.
    pub(super) text: &'a [u8],
    /// As in the text, with its end.
    pub(super) whole: &'a [u8],
    /// Nothing but a marker: it shows the end of the line before, or an empty line.
    pub(super) marker: bool,
}

impl Line<'_> {
    /// Nothing but white space and markers.
    pub(super) fn is_blank(&self) -> bool {
        self.text.trim_ascii().is_empty()
    }

    /// The white space at its beginning.
    pub(super) fn indent(&self) -> &[u8] {
        let shown = self.text.trim_ascii_start().len();
        self.text.get(..self.text.len() - shown).unwrap_or_default()
    }
}

/// How people write CR LF where it should be seen.
const MARKERS: [&[u8]; 4] = [b"<CR-LF>", b"<CRLF>", b"<CR><LF>", b"\\r\\n"];

/// All lines of a text.
pub(super) fn lines(text: &[u8]) -> impl Iterator<Item = Line<'_>> + Clone {
    text.split_inclusive(|byte| *byte == b'\n').zip(1..).map(|(whole, number)| {
        let mut text = whole.strip_suffix(b"\n").unwrap_or(whole);
        // Windows writes CR LF as CR CR LF, and so does a terminal whose output is recorded.
        while let Some(shorter) = text.strip_suffix(b"\r") {
            text = shorter;
        }
        let end = text.trim_ascii_end();
        // curl shows what was sent: there it is a part of the value.
        let curls = matches!(behind_stamp(text.trim_ascii_start()).0, [b'<' | b'>', b' ', ..]);
        let unmarked = MARKERS.iter().filter(|_| !curls).find_map(|marker| {
            let cut = end.len().checked_sub(marker.len())?;
            let (before, last) = end.split_at_checked(cut)?;
            last.eq_ignore_ascii_case(marker).then_some(before)
        });
        let marker = unmarked.is_some_and(|before| before.trim_ascii().is_empty());
        Line { number, text: unmarked.unwrap_or(text), whole, marker }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_ends_and_markers() {
        let text = b"a\r\r\nb \n\nc<CR-LF>\n<crlf>\r\n  <CR><LF>\n\\r\\n\n< X: a\\r\\n\nlast";
        let seen: Vec<_> = lines(text).map(|l| (l.number, String::from_utf8_lossy(l.text), l.marker, l.is_blank())).collect();
        let expected = [
            (1, "a", false, false),
            (2, "b ", false, false),
            (3, "", false, true),
            (4, "c", false, false),
            (5, "", true, true),
            (6, "  ", true, true),
            (7, "", true, true),
            (8, "< X: a\\r\\n", false, false),
            (9, "last", false, false),
        ];
        assert_eq!(seen, expected.map(|(n, t, m, b)| (n, t.into(), m, b)));
    }
}
