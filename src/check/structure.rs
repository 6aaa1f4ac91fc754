//! How one text is made of several: members of a list, `name=value` parts.

/// The members of a list: split at the separator, but not inside quotes, JSON brackets or the date `Sun, 14 Jun …`;
/// white space around members is taken away, empty members count as RFC 9110 §5.6.1.2 says: not at all.
pub(crate) fn members(value: &[u8], separator: char) -> Vec<&[u8]> {
    few_members(value, separator, usize::MAX).unwrap_or_default()
}

/// The same, where there are so many at most.
pub(crate) fn few_members(value: &[u8], separator: char, most: usize) -> Option<Vec<&[u8]>> {
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
                add(&mut found, value.get(start..at), most)?;
                start = at + 1;
            }
            _ => {}
        }
        at += 1;
    }
    // An unclosed quote or bracket is no structure: the rest is one member.
    add(&mut found, value.get(start..), most)?;
    Some(found)
}

fn add<'v>(found: &mut Vec<&'v [u8]>, member: Option<&'v [u8]>, most: usize) -> Option<()> {
    let member = member.unwrap_or_default().trim_ascii();
    if !member.is_empty() {
        found.push(member);
    }
    (found.len() <= most).then_some(())
}

/// The comma behind the day of the week of an HTTP date separates nothing.
fn is_date_comma(member: &[u8], separator: u8) -> bool {
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
    // From the end, and no farther than needed: this is asked at every comma.
    let letters = member.iter().rev().take(10).take_while(|b| b.is_ascii_alphabetic()).count();
    let (before, day) = member.split_at_checked(member.len() - letters).unwrap_or_default();
    // In Expires=Sun, 14 Jun 2020 the day stands behind an equals sign.
    separator == b',' && days.contains(&day) && (before.ends_with(b"=") || before.iter().rev().all(u8::is_ascii_whitespace))
}

/// The `name=value` parts of a value. A part without `=` is a name with an empty value; white space around names and
/// values is taken away; quotes protect the separator and are taken away around a value.
pub(crate) fn pairs(value: &[u8], separator: char) -> Vec<(&[u8], &[u8])> {
    members(value, separator)
        .into_iter()
        .map(|part| match part.iter().position(|b| *b == b'=') {
            Some(at) => {
                let value = part.get(at + 1..).unwrap_or_default().trim_ascii();
                let inner = value.strip_prefix(b"\"").and_then(|v| v.strip_suffix(b"\""));
                (part.get(..at).unwrap_or_default().trim_ascii(), inner.unwrap_or(value))
            }
            None => (part, b"".as_slice()),
        })
        .collect()
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
        assert_eq!(split("  Sun, 14, aSun, = Sun, 1"), ["Sun, 14", "aSun", "= Sun", "1"]);
        assert_eq!(split(r#""a,b", c"#), [r#""a,b""#, "c"]);
        assert_eq!(split(r#""a\",b", c"#), [r#""a\",b""#, "c"]);
        assert_eq!(split(r#"{"a":[1,2]}, {"b":3}"#), [r#"{"a":[1,2]}"#, r#"{"b":3}"#]);
    }

    #[test]
    fn what_looks_like_dates_costs_no_square() {
        let hostile = format!("{}{}", " ".repeat(200_000), "=Mon,".repeat(200_000));
        let start = std::time::Instant::now();
        assert_eq!(split(&hostile).len(), 1);
        assert!(start.elapsed() < std::time::Duration::from_secs(5), "{:?}", start.elapsed());
    }

    #[test]
    fn parts_keep_their_values() {
        let found = pairs(br#"Self=1-a;Root=1-b; q="x;y" ;flag;c=d=e"#, ';');
        let shown: Vec<_> = found.iter().map(|(n, v)| (String::from_utf8_lossy(n), String::from_utf8_lossy(v))).collect();
        let expected = [("Self", "1-a"), ("Root", "1-b"), ("q", "x;y"), ("flag", ""), ("c", "d=e")];
        assert!(shown.iter().map(|(n, v)| (n.as_ref(), v.as_ref())).eq(expected));
    }
}
