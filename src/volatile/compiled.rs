//! The patterns of the table, compiled once. That each compiles is what a test of the table holds.

use std::net::IpAddr;
use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::table::{Sign, TABLE, Volatile};

/// The patterns of the table.
pub(crate) struct Compiled {
    /// All shapes, addresses and ports as one alternation.
    pub(crate) anywhere: Option<Regex>,
    /// The row and the number of the first group of each.
    rows: Vec<Row>,
    /// The patterns of parts, with their fields.
    pub(crate) parts: Vec<(&'static [&'static str], Regex, &'static Volatile)>,
}

/// The number of a row's first group, and the row.
pub(crate) type Row = (usize, &'static Volatile);

static COMPILED: LazyLock<Compiled> = LazyLock::new(|| {
    let (mut pattern, mut group, mut rows, mut parts) = (String::new(), 1, Vec::new(), Vec::new());
    for row in TABLE {
        match row.sign {
            Sign::Field(_) => {}
            Sign::Part(fields, part) => parts.extend(Regex::new(part).ok().map(|regex| (fields, regex, row))),
            Sign::Shape(shape) | Sign::Address(shape) | Sign::Port(shape) => {
                // As of ASCII: the digits and letters of all scripts take most of the time to compile.
                let shape = shape.replace(r"\d", "[0-9]").replace(r"\b", r"(?-u:\b)");
                if !pattern.is_empty() {
                    pattern.push('|');
                }
                pattern.push_str(&format!("(?:{shape})"));
                rows.push((group, row));
                group += regex_syntax::parse(&shape).map_or(0, |hir| hir.properties().explicit_captures_len());
            }
        }
    }
    Compiled { anywhere: Regex::new(&pattern).ok(), rows, parts }
});

/// The patterns.
pub(crate) fn compiled() -> &'static Compiled {
    &COMPILED
}

impl Compiled {
    /// The row that matched, and its first group.
    pub(crate) fn row_of(&self, captures: &Captures<'_>) -> Option<Row> {
        self.rows.iter().find(|(group, _)| captures.get(*group).is_some()).copied()
    }
}

/// An address as it is written in fields, or with dashes in the host names of EC2.
pub(crate) fn address(text: &str) -> Option<IpAddr> {
    if text.contains('-') {
        return text.replace('-', ".").parse().ok();
    }
    let ip: IpAddr = text.parse().ok()?;
    // `a::b` is a name in many languages, and `10:04:49` a time.
    let digits = text.bytes().filter(u8::is_ascii_hexdigit).count();
    (ip.is_ipv4() || digits >= 4 || text == "::1").then_some(ip)
}

/// Whether an address is no part of something longer: a version (`Chrome/120.0.0.0`, `1.2.3.4.5`), a word.
pub(crate) fn stands_alone(text: &str, start: usize, end: usize) -> bool {
    let before = text.as_bytes().get(..start).unwrap_or_default();
    let behind = text.as_bytes().get(end..).unwrap_or_default();
    let in_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let begins = match before {
        [.., name, b'/'] => !in_word(*name),
        [.., byte] => !in_word(*byte) && *byte != b'.',
        [] => true,
    };
    let ends = match behind {
        [b'.', digit, ..] => !digit.is_ascii_digit(),
        [byte, ..] => !in_word(*byte),
        [] => true,
    };
    begins && ends
}
