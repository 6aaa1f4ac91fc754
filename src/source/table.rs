//! Rows of a CSV (RFC 4180), as CloudWatch and Logs Insights export logs: with the line in which each begins.

use std::borrow::Cow;

/// A row.
#[derive(Debug)]
pub(in crate::source) struct Row<'t> {
    /// The line in which it begins, counted from 1.
    pub(in crate::source) line: u32,
    /// Its values, quotes undone.
    pub(in crate::source) values: Vec<Cow<'t, [u8]>>,
    /// A quote in it is never closed, or something stands behind one: where its values end is not certain.
    pub(in crate::source) is_cut: bool,
}

/// The columns of an export, where its first line names them: of the time, and of the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::source) struct Columns {
    time: Option<usize>,
    message: usize,
}

impl Columns {
    /// Those that the first line of a text names. The console writes `timestamp,message`, Logs Insights `@timestamp,@message`,
    /// in any order and with others beside them; spreadsheets change cases.
    pub(in crate::source) fn of(text: &[u8]) -> Option<Self> {
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
        let first = text.get(..text.len().min(LONGEST_NAMES))?.split(|byte| *byte == b'\n').next()?;
        let names = rows(first).next()?.values;
        let at = |name: &str| {
            names
                .iter()
                .map(|field| field.trim_ascii())
                .position(|field| field.strip_prefix(b"@").unwrap_or(field).eq_ignore_ascii_case(name.as_bytes()))
        };
        Some(Self { time: at("timestamp"), message: at("message")? })
    }

    /// Time and message of a row.
    pub(in crate::source) fn pick<'r>(self, row: &'r [Cow<'_, [u8]>]) -> (Option<&'r [u8]>, Option<&'r [u8]>) {
        let field = |at: usize| row.get(at).map(AsRef::as_ref);
        (self.time.and_then(field), field(self.message))
    }
}

/// A line that names columns is short.
const LONGEST_NAMES: usize = 4096;
/// An export has a few columns; what stands behind them is not kept.
const MOST_VALUES: usize = 64;

/// Goes through the rows.
pub(in crate::source) fn rows(text: &[u8]) -> impl Iterator<Item = Row<'_>> {
    let mut at = 0;
    let mut line = 1_u32;
    std::iter::from_fn(move || {
        let (row, length) = row(text.get(at..)?, line)?;
        let lines = memchr::memchr_iter(b'\n', text.get(at..at + length)?).count();
        line = line.saturating_add(u32::try_from(lines).unwrap_or(u32::MAX));
        at += length;
        Some(row)
    })
}

/// The row that begins here, and its length with its line end.
fn row(text: &[u8], line: u32) -> Option<(Row<'_>, usize)> {
    if text.is_empty() {
        return None;
    }
    let mut row = Row { line, values: Vec::new(), is_cut: false };
    let mut at = 0;
    loop {
        let rest = text.get(at..).unwrap_or_default();
        let (value, length, is_closed) = if rest.first() == Some(&b'"') { quoted(rest) } else { plain(rest) };
        row.is_cut |= !is_closed;
        if row.values.len() < MOST_VALUES {
            row.values.push(value);
        }
        at += length;
        if !matches!(text.get(at), Some(b',' | b'\n') | None) {
            let rest = text.get(at..).unwrap_or_default();
            let end = memchr::memchr2(b',', b'\n', rest).unwrap_or(rest.len());
            row.is_cut |= rest.get(..end).is_some_and(|odd| !odd.trim_ascii().is_empty());
            at += end;
        }
        match text.get(at) {
            Some(b',') => at += 1,
            Some(_) => return Some((row, at + 1)),
            None => return Some((row, at)),
        }
    }
}

fn plain(text: &[u8]) -> (Cow<'_, [u8]>, usize, bool) {
    let end = memchr::memchr2(b',', b'\n', text).unwrap_or(text.len());
    let value = text.get(..end).unwrap_or_default();
    let is_last = text.get(end) != Some(&b',');
    (Cow::Borrowed(if is_last { value.strip_suffix(b"\r").unwrap_or(value) } else { value }), end, true)
}

/// A value in quotes, in which a quote is written twice, and whether they are closed.
fn quoted(text: &[u8]) -> (Cow<'_, [u8]>, usize, bool) {
    let mut from = 1;
    loop {
        let Some(end) = text.get(from..).and_then(|rest| memchr::memchr(b'"', rest)).map(|end| from + end) else {
            return (unquoted(text.get(1..).unwrap_or_default()), text.len(), false);
        };
        if text.get(end + 1) != Some(&b'"') {
            return (unquoted(text.get(1..end).unwrap_or_default()), end + 1, true);
        }
        from = end + 2;
    }
}

fn unquoted(value: &[u8]) -> Cow<'_, [u8]> {
    if memchr::memchr(b'"', value).is_none() {
        return Cow::Borrowed(value);
    }
    let mut plain = Vec::with_capacity(value.len());
    let mut quote = false;
    for byte in value {
        quote = *byte == b'"' && !quote;
        if !quote {
            plain.push(*byte);
        }
    }
    Cow::Owned(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<(u32, Vec<String>, bool)> {
        let values = |row: &Row<'_>| row.values.iter().map(|value| String::from_utf8_lossy(value).into_owned()).collect();
        rows(text.as_bytes()).map(|row| (row.line, values(&row), row.is_cut)).collect()
    }

    #[test]
    fn rows_of_all_kinds() {
        let text = "timestamp,message\r\n1,\"a \"\"b\"\",\nc\"\n2,plain\n\n,\n3,\"open";
        let expected = [
            (1, vec!["timestamp", "message"], false),
            (2, vec!["1", "a \"b\",\nc"], false),
            (4, vec!["2", "plain"], false),
            (5, vec![""], false),
            (6, vec!["", ""], false),
            (7, vec!["3", "open"], true),
        ];
        assert_eq!(shown(text), expected.map(|(line, row, cut)| (line, row.into_iter().map(str::to_owned).collect(), cut)));
        assert!(shown("\"a\" x,b\n")[0].2 && !shown("\"a\" ,b\n")[0].2);
        assert_eq!(shown(&",".repeat(1000))[0].1.len(), MOST_VALUES);
    }

    #[test]
    fn the_first_line_names_the_columns() {
        let columns = |text: &str| Columns::of(text.as_bytes());
        for (text, time, message) in [
            ("timestamp,message\n", Some(0), 1),
            ("\u{feff}\"Timestamp\",\"Message\"", Some(0), 1),
            ("\"@message\",\"@timestamp\"\n", Some(1), 0),
            ("@message,@log\n", None, 0),
            ("@message\n1", None, 0),
        ] {
            assert_eq!(columns(text), Some(Columns { time, message }), "{text}");
        }
        for no in ["", "time,text\n", "a message, and a timestamp\n", "(id) message, b\n"] {
            assert_eq!(columns(no), None, "{no}");
        }
    }
}
