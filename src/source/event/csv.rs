//! Exports of CloudWatch Logs as CSV: a row a log event, with its time and its message.

use std::borrow::Cow;

/// The columns of an export, where its first line names them: of the time, and of the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Columns {
    time: Option<usize>,
    message: usize,
}

impl Columns {
    /// Those that the first line of a text names. The console writes `timestamp,message`, Logs Insights `@timestamp,@message`.
    pub(super) fn of(text: &[u8]) -> Option<Self> {
        let first = text.get(..text.len().min(4096))?.split(|byte| *byte == b'\n').next()?;
        let (row, _) = row(first)?;
        let at = |name: &str| {
            row.iter().position(|field| field.trim_ascii().strip_prefix(b"@").unwrap_or(field.trim_ascii()) == name.as_bytes())
        };
        let columns = Self { time: at("timestamp"), message: at("message")? };
        (row.len() > 1).then_some(columns)
    }

    /// Time and message of a row.
    pub(super) fn pick<'r>(self, row: &'r [Cow<'_, [u8]>]) -> (Option<&'r [u8]>, Option<&'r [u8]>) {
        let field = |at: usize| row.get(at).map(AsRef::as_ref);
        (self.time.and_then(field), field(self.message))
    }
}

/// The fields of the row that begins here (RFC 4180), and where the next one begins.
pub(super) fn row(text: &[u8]) -> Option<(Vec<Cow<'_, [u8]>>, usize)> {
    if text.is_empty() {
        return None;
    }
    let mut fields = Vec::new();
    let mut at = 0;
    loop {
        let rest = text.get(at..).unwrap_or_default();
        let (field, length) = if rest.first() == Some(&b'"') { quoted(rest) } else { plain(rest) };
        fields.push(field);
        at += length;
        if !matches!(text.get(at), Some(b',' | b'\n') | None) {
            // What stands behind a closing quote is no part of any field.
            let rest = text.get(at..).unwrap_or_default();
            at += memchr::memchr2(b',', b'\n', rest).unwrap_or(rest.len());
        }
        match text.get(at) {
            Some(b',') => at += 1,
            Some(_) => return Some((fields, at + 1)),
            None => return Some((fields, at)),
        }
        if fields.len() > MOST_FIELDS {
            let end = memchr::memchr(b'\n', text.get(at..)?).map_or(text.len(), |end| at + end + 1);
            return Some((fields, end));
        }
    }
}

/// An export has a few columns.
const MOST_FIELDS: usize = 64;

fn plain(text: &[u8]) -> (Cow<'_, [u8]>, usize) {
    let end = memchr::memchr2(b',', b'\n', text).unwrap_or(text.len());
    let field = text.get(..end).unwrap_or_default();
    let last = text.get(end) != Some(&b',');
    (Cow::Borrowed(if last { field.strip_suffix(b"\r").unwrap_or(field) } else { field }), end)
}

/// A field in quotes, in which a quote is written twice.
fn quoted(text: &[u8]) -> (Cow<'_, [u8]>, usize) {
    let mut from = 1;
    loop {
        let Some(end) = text.get(from..).and_then(|rest| memchr::memchr(b'"', rest)).map(|end| from + end) else {
            return (unquoted(text.get(1..).unwrap_or_default()), text.len());
        };
        if text.get(end + 1) != Some(&b'"') {
            return (unquoted(text.get(1..end).unwrap_or_default()), end + 1);
        }
        from = end + 2;
    }
}

fn unquoted(field: &[u8]) -> Cow<'_, [u8]> {
    if memchr::memchr(b'"', field).is_none() {
        return Cow::Borrowed(field);
    }
    let mut plain = Vec::with_capacity(field.len());
    let mut quote = false;
    for byte in field {
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

    fn rows(text: &str) -> Vec<Vec<String>> {
        let mut rest = text.as_bytes();
        let mut found = Vec::new();
        while let Some((fields, next)) = row(rest) {
            found.push(fields.iter().map(|field| String::from_utf8_lossy(field).into_owned()).collect());
            rest = &rest[next..];
        }
        found
    }

    #[test]
    fn rows_of_all_kinds() {
        let text = "timestamp,message\r\n1,\"a \"\"b\"\",\nc\"\n2,plain\n\n3,\"open";
        assert_eq!(
            rows(text),
            [vec!["timestamp", "message"], vec!["1", "a \"b\",\nc"], vec!["2", "plain"], vec![""], vec!["3", "open"]]
        );
        assert_eq!(rows("\"a\" x,b\n"), [["a", "b"]]);
    }

    #[test]
    fn the_first_line_names_the_columns() {
        let columns = |text: &str| Columns::of(text.as_bytes());
        assert_eq!(columns("timestamp,message\n"), Some(Columns { time: Some(0), message: 1 }));
        assert_eq!(columns("\"@message\",\"@timestamp\"\n"), Some(Columns { time: Some(1), message: 0 }));
        assert_eq!(columns("@message,@log\n"), Some(Columns { time: None, message: 0 }));
        for no in ["", "message\n", "time,text\n", "a message, and a timestamp\n"] {
            assert_eq!(columns(no), None, "{no}");
        }
    }
}
