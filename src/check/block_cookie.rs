//! Cookies in the expected side of a block: one part of a line put right, the others as seen.

use super::block::{Blamed, Wanted};
use super::plan::Aspect;
use crate::finding::Rule;

/// Puts a cookie or an attribute right in its lines. Whether that could be done: it is not where no line is there to be
/// put right, and a new one is wanted.
pub(super) fn put_right(blame: &Blamed<'_>, last_of_field: Option<usize>, wanted: &mut Vec<Wanted>) -> bool {
    let text = blame.text.as_deref().unwrap_or_default();
    let position = |wanted: &[Wanted], line: usize| wanted.iter().position(|w| w.line == Some(line));
    match (&blame.expectation.aspect, blame.fault.rule) {
        (Aspect::Cookie { name, .. }, Rule::FieldRepeated) => {
            let mut left = 1;
            for line in &blame.fault.lines {
                let Some(at) = position(wanted, *line) else { continue };
                if let Some(entry) = wanted.get_mut(at) {
                    entry.text = in_value(&entry.text, |value| {
                        let mut keep = |part: &&str| !is_named(part, name, false) || std::mem::take(&mut left) > 0;
                        value.split(';').map(str::trim).filter(|part| keep(part)).collect::<Vec<_>>().join("; ")
                    });
                }
                if wanted.get(at).is_some_and(|entry| entry.text.ends_with(": ")) {
                    wanted.remove(at);
                }
            }
            true
        }
        (Aspect::Cookie { name, .. }, _) => {
            let line = blame.fault.lines.first().copied().or(last_of_field);
            let Some(entry) = line.and_then(|line| position(wanted, line)).and_then(|at| wanted.get_mut(at)) else {
                return false;
            };
            entry.text = in_value(&entry.text, |value| with_part(value, name, false, Some(&format!("{name}={text}"))));
            true
        }
        (Aspect::SetCookie { name, .. }, Rule::FieldValueMismatch) => {
            for line in &blame.fault.lines {
                let Some(entry) = position(wanted, *line).and_then(|at| wanted.get_mut(at)) else { continue };
                entry.text = in_value(&entry.text, |value| {
                    let attributes = value.split_once(';').map(|(_, rest)| format!(";{rest}")).unwrap_or_default();
                    format!("{name}={text}{attributes}")
                });
            }
            true
        }
        (Aspect::SetCookieAttribute { attribute, absent, .. }, _) => {
            let part = if text.is_empty() { attribute.to_string() } else { format!("{attribute}={text}") };
            for line in &blame.fault.lines {
                let Some(entry) = position(wanted, *line).and_then(|at| wanted.get_mut(at)) else { continue };
                entry.text = in_value(&entry.text, |value| {
                    let (cookie, attributes) = value.split_once(';').unwrap_or((value, ""));
                    let attributes = with_part(attributes, attribute, true, (!absent).then_some(&part));
                    if attributes.is_empty() { cookie.to_owned() } else { format!("{cookie}; {attributes}") }
                });
            }
            true
        }
        _ => false,
    }
}

/// A line with its value changed.
fn in_value(line: &str, change: impl FnOnce(&str) -> String) -> String {
    let (name, value) = line.split_once(": ").unwrap_or((line, ""));
    format!("{name}: {}", change(value))
}

fn is_named(part: &str, name: &str, ignore_case: bool) -> bool {
    let found = part.split('=').next().unwrap_or_default().trim();
    found == name || ignore_case && found.eq_ignore_ascii_case(name)
}

/// The parts of a value with the one of this name replaced, added at the end, or taken away.
fn with_part(value: &str, name: &str, ignore_case: bool, part: Option<&String>) -> String {
    let mut part = part.map(String::as_str);
    let there = value.split(';').map(str::trim).filter(|p| !p.is_empty());
    let mut parts: Vec<&str> = there.filter_map(|p| if is_named(p, name, ignore_case) { part.take() } else { Some(p) }).collect();
    parts.extend(part);
    parts.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_replaced_added_or_taken_away() {
        let new = "b=3".to_owned();
        assert_eq!(with_part("a=1; b=2;c", "b", false, Some(&new)), "a=1; b=3; c");
        assert_eq!(with_part("a=1;B=2", "b", false, Some(&new)), "a=1; B=2; b=3");
        assert_eq!(with_part("Secure; path=/", "Path", true, None), "Secure");
        assert_eq!(with_part("", "b", false, Some(&new)), "b=3");
    }
}
