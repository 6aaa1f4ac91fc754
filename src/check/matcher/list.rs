//! `list`: the members of a list in a field value (RFC 9110 §5.6.1).

use super::super::scope::Scope;
use super::super::truth::Truth;
use super::clause::holds;
use crate::spec::{Bounds, ListClause};

/// The members of a list: split at the separator, but not inside quotes, JSON brackets or the date `Sun, 14 Jun …`;
/// white space around members is taken away, empty members count as RFC 9110 §5.6.1.2 says: not at all.
pub(crate) fn members(value: &[u8], separator: char) -> Vec<&[u8]> {
    let separator = u8::try_from(separator).unwrap_or(b',');
    let mut found = Vec::new();
    let (mut start, mut depth, mut quoted, mut at) = (0, 0_u32, false, 0);
    while let Some(byte) = value.get(at) {
        match byte {
            b'\\' if quoted => at += 1,
            b'"' => quoted = !quoted,
            _ if quoted => {}
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            b if *b == separator && depth == 0 && !is_date_comma(value.get(start..at).unwrap_or_default(), separator) => {
                found.push(value.get(start..at).unwrap_or_default().trim_ascii());
                start = at + 1;
            }
            _ => {}
        }
        at += 1;
    }
    // An unclosed quote or bracket is no structure: the rest is one member.
    found.push(value.get(start..).unwrap_or_default().trim_ascii());
    found.retain(|member| !member.is_empty());
    found
}

/// The comma behind the day of the week of an HTTP date separates nothing.
fn is_date_comma(member: &[u8], separator: u8) -> bool {
    let day = member.trim_ascii_start();
    let days: [&[u8]; 14] = [
        b"Mon",
        b"Tue",
        b"Wed",
        b"Thu",
        b"Fri",
        b"Sat",
        b"Sun",
        b"Monday",
        b"Tuesday",
        b"Wednesday",
        b"Thursday",
        b"Friday",
        b"Saturday",
        b"Sunday",
    ];
    // In Expires=Sun, 14 Jun 2020 the day stands behind an equals sign.
    let last = day.rsplit(|b| *b == b'=').next().unwrap_or(day);
    separator == b',' && days.contains(&last)
}

/// Whether a list, given as the values of one or several lines, is as the clause says.
pub(super) fn holds_list<'a>(clause: &'a ListClause, values: &[&[u8]], scope: &Scope<'a>) -> Truth {
    let separator = clause.separator.unwrap_or(',');
    let members: Vec<&[u8]> = values.iter().flat_map(|value| members(value, separator)).collect();
    Truth::all(parts(clause, &members, scope))
}

/// The verdict of each part of the clause, in the order in which faults are told.
pub(super) fn parts<'a, 'm>(
    clause: &'a ListClause,
    members: &'m [&'m [u8]],
    scope: &'m Scope<'a>,
) -> impl Iterator<Item = Truth> + use<'a, 'm> {
    let length = clause.length.map(|bounds| Truth::of(within(bounds, members.len())));
    let first = clause.first.iter().map(|v| members.first().map_or(Truth::No, |m| holds(v, m, scope)));
    let last = clause.last.iter().map(|v| members.last().map_or(Truth::No, |m| holds(v, m, scope)));
    let at = clause.at.iter().map(|(index, v)| member(members, *index).map_or(Truth::No, |m| holds(v, m, scope)));
    let each = clause.each.iter().map(|v| match members {
        [] => Truth::No,
        _ => Truth::all(members.iter().map(|m| holds(v, m, scope))),
    });
    let includes = clause.includes.iter().map(|v| match members {
        [] => Truth::No,
        _ => Truth::any(members.iter().map(|m| holds(v, m, scope))),
    });
    let equals = clause.equals.iter().map(move |values| {
        if values.len() == members.len() {
            Truth::all(values.iter().zip(members).map(|(v, m)| holds(v, m, scope)).chain([Truth::Yes]))
        } else {
            Truth::No
        }
    });
    length.into_iter().chain(first).chain(last).chain(at).chain(each).chain(includes).chain(equals)
}

/// A member by index; negative counts from the end.
pub(super) fn member<'m>(members: &[&'m [u8]], index: i64) -> Option<&'m [u8]> {
    let at = if index < 0 { i64::try_from(members.len()).ok()?.checked_add(index)? } else { index };
    members.get(usize::try_from(at).ok()?).copied()
}

/// Whether a number of things is within bounds.
pub(super) fn within(bounds: Bounds, count: usize) -> bool {
    let count = count as u64;
    count >= bounds.at_least && bounds.at_most.is_none_or(|most| count <= most)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &str) -> Vec<String> {
        members(text.as_bytes(), ',').iter().map(|m| String::from_utf8_lossy(m).into_owned()).collect()
    }

    #[test]
    fn commas_separate() {
        assert_eq!(split("203.0.113.9, 10.0.0.1"), ["203.0.113.9", "10.0.0.1"]);
        assert_eq!(split("a,b ,, c,"), ["a", "b", "c"]);
        assert_eq!(split(""), [""; 0]);
    }

    #[test]
    fn dates_quotes_and_json_are_not_split() {
        assert_eq!(split("Sun, 14 Jun 2020 10:04:49 GMT"), ["Sun, 14 Jun 2020 10:04:49 GMT"]);
        assert_eq!(
            split("a=1; Expires=Sun, 14 Jun 2020 10:04:49 GMT, b=2"),
            ["a=1; Expires=Sun, 14 Jun 2020 10:04:49 GMT", "b=2"]
        );
        assert_eq!(split(r#""a,b", c"#), [r#""a,b""#, "c"]);
        assert_eq!(split(r#""a\",b", c"#), [r#""a\",b""#, "c"]);
        assert_eq!(split(r#"{"a":[1,2]}, {"b":3}"#), [r#"{"a":[1,2]}"#, r#"{"b":3}"#]);
    }
}
