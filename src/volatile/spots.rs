//! Where the value of a field is volatile.

use std::ops::Range;

use super::compiled::{address, compiled, stands_alone};
use super::table::{NEVER, Sign, TABLE};

/// From here on systems choose ports (Linux from 32768); below, people do.
const CHOSEN_BY_SYSTEMS: u16 = 32_768;

/// The parts of a field's value that differ between recordings, in order; all of it where the field is known for that. A name
/// that no field has (`""`) asks for shapes alone.
pub(crate) fn spots(name: &str, value: &str) -> Vec<Range<usize>> {
    let is = |names: &[&str]| names.iter().any(|known| known.eq_ignore_ascii_case(name));
    if value.is_empty() || is(&NEVER) {
        return Vec::new();
    }
    if TABLE.iter().any(|row| matches!(row.sign, Sign::Field(names) if is(names))) {
        return std::iter::once(0..value.len()).collect();
    }
    let mut found: Vec<Range<usize>> = Vec::new();
    for (_, regex, _) in compiled().parts.iter().filter(|(names, ..)| is(names)) {
        found.extend(regex.captures_iter(value).filter_map(|captures| captures.get(1)).map(|group| group.range()));
    }
    if let Some(regex) = &compiled().anywhere {
        found.extend(regex.captures_iter(value).filter_map(|captures| {
            let (first, row) = compiled().row_of(&captures)?;
            let group = captures.get(first)?;
            match row.sign {
                Sign::Address(_) => {
                    let alone = stands_alone(value, group.start(), group.end());
                    let end = captures.get(first + 1).map_or(group.end(), |port| port.end());
                    (alone && address(group.as_str()).is_some()).then_some(group.start()..end)
                }
                Sign::Port(_) => group.as_str().parse().is_ok_and(|port: u16| port >= CHOSEN_BY_SYSTEMS).then(|| group.range()),
                _ => Some(group.range()),
            }
        }));
    }
    found.sort_unstable_by_key(|range| range.start);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(name: &str, value: &str) -> Vec<String> {
        spots(name, value).into_iter().map(|range| value[range].to_owned()).collect()
    }

    #[test]
    fn what_differs_between_recordings_is_found() {
        assert_eq!(parts("Host", "10.0.2.7:8000"), ["10.0.2.7:8000"]);
        assert_eq!(parts("User-Agent", "AmazonAPIGateway_a1b2c3d4e5"), ["a1b2c3d4e5"]);
        assert_eq!(parts("x-amz-request-id", "abc"), ["abc"]);
        assert_eq!(parts("ETag", "W/\"abc\""), ["abc"]);
        assert_eq!(parts("Host", "localhost:40001"), ["40001"]);
        assert_eq!(parts("", "/a/b66fce5c-943e-46cd-b965-dc98eef6c8c1/c"), ["b66fce5c-943e-46cd-b965-dc98eef6c8c1"]);
    }

    #[test]
    fn what_stays_is_not() {
        for (name, value) in [
            ("Host", "localhost:8000"),
            ("User-Agent", "curl/8.0.1.2"),
            ("Content-Length", "1700000000"),
            ("Accept", "text/html"),
            ("X", ""),
        ] {
            assert_eq!(parts(name, value), Vec::<String>::new(), "{name}: {value}");
        }
    }
}
