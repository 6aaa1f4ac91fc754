//! Rows of a CSV (RFC 4180), as the CloudWatch console exports them, with the line in which each begins.

/// A row.
pub(super) struct Row {
    /// The line in which it begins, counted from 1.
    pub(super) line: u32,
    /// Its values, quotes undone.
    pub(super) values: Vec<Vec<u8>>,
}

/// Whether a text is a CSV with messages: its first line names the column.
pub(super) fn is_csv(text: &[u8]) -> bool {
    let mut rows = rows(text);
    rows.next().is_some_and(|row| row.values.len() > 1 && column(&row.values, "message").is_some())
}

/// The number of a column; Logs Insights write an `@` before its name.
pub(super) fn column(values: &[Vec<u8>], name: &str) -> Option<usize> {
    values.iter().position(|value| {
        let value = value.strip_prefix(b"\xef\xbb\xbf").unwrap_or(value).trim_ascii();
        value.strip_prefix(b"@").unwrap_or(value).eq_ignore_ascii_case(name.as_bytes())
    })
}

/// Goes through the rows.
pub(super) fn rows(text: &[u8]) -> impl Iterator<Item = Row> {
    let mut at = 0;
    let mut line = 1_u32;
    std::iter::from_fn(move || {
        let rest = text.get(at..).filter(|rest| !rest.is_empty())?;
        let mut row = Row { line, values: Vec::new() };
        let mut value = Vec::new();
        let mut quoted = false;
        let mut bytes = rest.iter().peekable();
        while let Some(byte) = bytes.next() {
            at += 1;
            line = line.saturating_add(u32::from(*byte == b'\n'));
            match byte {
                b'"' if quoted && bytes.next_if_eq(&&b'"').is_some() => {
                    at += 1;
                    value.push(b'"');
                }
                b'"' if quoted || value.is_empty() => quoted = !quoted,
                b',' if !quoted => row.values.push(std::mem::take(&mut value)),
                b'\n' if !quoted => break,
                byte => value.push(*byte),
            }
        }
        if value.last() == Some(&b'\r') {
            value.pop();
        }
        row.values.push(value);
        Some(row)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_and_their_lines() {
        let text = b"timestamp,message\r\n1,\"a, \"\"b\"\"\nc\"\n2,d\n,\n\"open, to\nthe end";
        let shown: Vec<(u32, Vec<String>)> = rows(text)
            .map(|row| (row.line, row.values.iter().map(|value| String::from_utf8_lossy(value).into_owned()).collect()))
            .collect();
        let expected = [
            (1, vec!["timestamp", "message"]),
            (2, vec!["1", "a, \"b\"\nc"]),
            (4, vec!["2", "d"]),
            (5, vec!["", ""]),
            (6, vec!["open, to\nthe end"]),
        ];
        assert_eq!(shown, expected.map(|(line, values)| (line, values.into_iter().map(str::to_owned).collect())));
    }

    #[test]
    fn a_csv_is_known_by_its_columns() {
        for text in ["timestamp,message\n", "@timestamp,@message,@ptr\n1,2,3", "\u{feff}\"Timestamp\",\"Message\""] {
            assert!(is_csv(text.as_bytes()), "{text}");
        }
        for text in ["", "message\n", "a,b\n", "(id) message, b\n"] {
            assert!(!is_csv(text.as_bytes()), "{text}");
        }
    }
}
