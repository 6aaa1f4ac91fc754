//! Comments of a draft: what was seen where the spec does not say it. Secrets are masked in what is kept already.

use super::claim::{Keys, hides_all};
use super::field::Field;
use super::values::Values;
use crate::report::{count, escape};

/// Values that are shown of many.
const MOST_SHOWN: usize = 3;
/// So many characters of one.
const LONGEST: usize = 48;
/// So many of all of them.
const LONGEST_LINE: usize = 72;

/// What is worth knowing of a field beside what is said of it.
pub(super) fn of(field: &Field, messages: u64, noun: &str, said: Option<&Keys>) -> Option<String> {
    let mut parts = Vec::new();
    let is_literal = |(key, said): &(&str, String)| match *key {
        "equals" | "one_of" => true,
        "lines" => said.contains("one_of: ") || said.contains("equals: ") || said.contains("each: ") && !said.contains("each: {"),
        _ => false,
    };
    let literal = said.is_some_and(|keys| keys.iter().any(is_literal));
    let in_parts = said.is_some_and(|keys| keys.iter().any(|(key, _)| *key == "pairs"));
    let values = if literal || in_parts { None } else { values(field, field.messages < messages) };
    if field.messages < messages {
        parts.push(format!("in {} of {}", field.messages, count(messages, noun)));
    }
    if field.most_lines > 1 {
        parts.push(format!("on up to {} lines", field.most_lines));
    }
    let remark = parts.join(", ");
    match (remark.is_empty(), values) {
        (true, values) => values,
        (false, None) => Some(remark),
        (false, Some(values)) => Some(format!("{remark}: {values}")),
    }
}

/// What was seen of its values; `counted` where it is told before how often.
fn values(field: &Field, counted: bool) -> Option<String> {
    if field.values.seen() == 1 {
        let once = if counted { "" } else { "seen once: " };
        return field.values.shown().iter().find(|kept| !hides_all(&kept.shown)).map(|one| format!("{once}{}", cut(&one.shown)));
    }
    examples(&field.values, if field.most_lines > 1 { "" } else { "always " })
}

/// Some values, or all of them; one alone stands behind `always`.
pub(super) fn examples(values: &Values, always: &str) -> Option<String> {
    let shown = values.shown();
    let mut examples: Vec<String> = shown.iter().filter(|kept| !hides_all(&kept.shown)).map(|kept| cut(&kept.shown)).collect();
    examples.dedup();
    let number = examples.len();
    let mut room = LONGEST_LINE;
    let fits = examples.iter().take(MOST_SHOWN).take_while(|example| {
        let length = example.chars().count();
        let fits = length <= room || room == LONGEST_LINE;
        room = room.saturating_sub(length);
        fits
    });
    examples.truncate(fits.count());
    let all = !values.is_more() && examples.len() == number;
    match examples.as_slice() {
        [] => None,
        [one] if all => Some(format!("{always}{one}")),
        some if all => Some(some.join(" | ")),
        some => Some(format!("such as {}", some.join(" | "))),
    }
}

/// A value as it stands in a comment: on one line, no longer than is read.
pub(super) fn cut(text: &str) -> String {
    let mut chars = text.chars();
    let begin: String = chars.by_ref().take(LONGEST).collect();
    let more = if chars.next().is_some() { "…" } else { "" };
    let whole = if text.is_empty() { "(empty)" } else { &begin };
    // What YAML would not read even in a comment.
    let plain: String = whole.chars().map(|c| if matches!(c, '\u{fffe}' | '\u{ffff}') { '?' } else { c }).collect();
    format!("{}{more}", escape(&plain))
}
