//! A line of the log: when, of which request, and what it says.

use super::statement::Statement;
use super::time::time;
use crate::capture::Timestamp;

/// One line.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Line<'t> {
    /// The time in front of it.
    pub(super) time: Option<Timestamp>,
    /// The id in front of it, in brackets.
    pub(super) request: Option<&'t [u8]>,
    /// What it says.
    pub(super) statement: Statement<'t>,
}

/// How much may stand before an id: a time, and the name of a stream.
const LONGEST: usize = 200;

/// Reads a line. What begins with neither time nor request id is none: it goes on with the line before it.
pub(super) fn line(text: &[u8]) -> Option<Line<'_>> {
    let text = text.trim_ascii_start();
    if text.starts_with(b"Execution log for request ") {
        return Some(Line { time: None, request: None, statement: Statement::of(text) });
    }
    in_brackets(text).or_else(|| behind_a_colon(text))
}

/// `2020-06-14T10:04:49.612Z (id) …`, as CloudWatch has them; with the name of the stream, or a bar, between.
fn in_brackets(text: &[u8]) -> Option<Line<'_>> {
    let beginning = text.get(..text.len().min(LONGEST)).unwrap_or_default();
    let open = memchr::memchr(b'(', beginning)?;
    let (before, rest) = text.split_at_checked(open)?;
    let rest = rest.get(1..)?;
    let close = memchr::memchr(b')', rest.get(..rest.len().min(LONGEST)).unwrap_or_default())?;
    let (id, behind) = rest.split_at_checked(close)?;
    let is_id = id.len() >= 4 && id.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-');
    let statement = Statement::of(behind.strip_prefix(b") ")?);
    let time = leading_time(before);
    // Bodies hold brackets, too.
    let known = time.is_some() && (before.ends_with(b" ") || before.ends_with(b"\t"));
    let known = known || before.is_empty() && (uuid(id).is_some() || statement != Statement::Other);
    (is_id && known).then_some(Line { time, request: Some(id), statement })
}

/// The time at the beginning, which may be one word or two (`2020-06-14 10:04:49.612`).
fn leading_time(before: &[u8]) -> Option<Timestamp> {
    let mut ends = before.iter().enumerate().filter(|(_, byte)| matches!(byte, b' ' | b'\t')).map(|(at, _)| at);
    let (first, second) = (ends.next()?, ends.next());
    let time = |text: &[u8]| time(text.strip_prefix(b"[").and_then(|inside| inside.strip_suffix(b"]")).unwrap_or(text));
    let two = second.and_then(|second| time(before.get(..second)?));
    two.or_else(|| time(before.get(..first)?))
}

/// `Sun Jun 14 10:04:49 UTC 2020 : …`, as a test invocation writes it.
fn behind_a_colon(text: &[u8]) -> Option<Line<'_>> {
    let beginning = text.get(..text.len().min(40)).unwrap_or_default();
    let at = memchr::memmem::find(beginning, b" : ")?;
    let (before, rest) = text.split_at_checked(at)?;
    let statement = Statement::of(rest.get(3..)?);
    let time = time(before);
    // Times that people wrote in another way, before a sentence that only this log has.
    let dated = before.contains(&b':') && before.iter().any(u8::is_ascii_digit);
    (time.is_some() || dated && statement != Statement::Other).then_some(Line { time, request: None, statement })
}

/// The bytes of a request id, where it is a UUID (RFC 9562 §4), as ids of deployed APIs are.
pub(super) fn uuid(id: &[u8]) -> Option<[u8; 16]> {
    let mut number = 0_u128;
    for (at, byte) in id.iter().enumerate() {
        match (at, *byte) {
            (8 | 13 | 18 | 23, b'-') => {}
            (8 | 13 | 18 | 23, _) => return None,
            (_, digit) => number = number << 4 | u128::from(char::from(digit).to_digit(16)?),
        }
    }
    (id.len() == 36).then_some(number.to_be_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "b66fce5c-943e-46cd-b965-dc98eef6c8c1";

    #[test]
    fn lines_in_every_form() {
        for (before, timed, named) in [
            (format!("({ID}) "), false, true),
            (format!("  ({ID}) "), false, true),
            (format!("2020-06-14T10:04:49.612Z ({ID}) "), true, true),
            (format!("2020-06-14T10:04:49.612000+00:00 0f1e2d3c4b5a69788796a5b4c3d2e1f0 ({ID}) "), true, true),
            (format!("2020-06-14 10:04:49.612\t({ID}) "), true, true),
            (format!("2020-06-14T12:04:49.612+02:00 | ({ID}) "), true, true),
            (format!("1592129089612 ({ID}) "), true, true),
            (format!("[2020-06-14T10:04:49.612Z] ({ID}) "), true, true),
            ("(request-id) ".to_owned(), false, true),
            ("Sun Jun 14 10:04:49 UTC 2020 : ".to_owned(), true, false),
            ("Nov 14, 2021 11:59:03 : ".to_owned(), false, false),
        ] {
            let text = format!("{before}Method completed with status: 200");
            let line = line(text.as_bytes()).unwrap_or_else(|| panic!("{text}"));
            assert_eq!((line.time.is_some(), line.request.is_some()), (timed, named), "{text}");
            assert_eq!(line.statement, Statement::Completed(Some(200)), "{text}");
        }
        assert_eq!(line(b"Execution log for request a").map(|line| line.statement), Some(Statement::Begins(b"a")));
        let text = format!("({ID}) Successfully completed execution");
        let other = line(text.as_bytes()).map(|line| line.statement);
        assert_eq!(other, Some(Statement::Other));
    }

    #[test]
    fn ids_as_numbers() {
        assert_eq!(uuid(ID.as_bytes()), Some(0xb66f_ce5c_943e_46cd_b965_dc98_eef6_c8c1_u128.to_be_bytes()));
        for id in ["", "test-invoke-request", &ID[..35], &ID.replace('-', "a"), &ID.replace('b', "-"), &format!("{ID}0")] {
            assert_eq!(uuid(id.as_bytes()), None, "{id}");
        }
    }

    #[test]
    fn what_is_no_line() {
        for text in [
            "",
            "Method completed with status: 200",
            "\"a\": \"(b66fce5c-943e-46cd-b965-dc98eef6c8c1) Method completed with status: 200\"",
            "(see above) Method completed with status: 200",
            "(request-id) something else",
            "12 (abcd) Method completed with status: 200",
            "Note : Method completed with status: 200",
            "GET / HTTP/1.1",
            "(",
            "()",
            "(abcd)",
        ] {
            assert_eq!(line(text.as_bytes()), None, "{text}");
        }
    }
}
