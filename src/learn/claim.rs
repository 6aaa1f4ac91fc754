//! What a spec says of a field or a part of a start line: the narrowest that what was seen is evidence of.

use super::field::Field;
use super::limits::LONGEST_LITERAL;
use super::select::Demand;
use super::values::{Kept, Values};
use crate::check::yaml_text;
use crate::secret::MASK;

/// A list of more alternatives is none that anybody wants.
const MOST_ALTERNATIVES: usize = 5;
/// A value that was seen less often may be seen once only.
const OFTEN: u64 = 2;
/// A shorter beginning or end says nothing.
const SHORTEST_EDGE: usize = 3;

/// Fields with few possible values.
const VOCABULARIES: [(&str, &[&str]); 1] = [("X-Forwarded-Proto", &["http", "https"])];

/// Keys of a matcher with their values as YAML; `equals` alone is a scalar. None: nothing but that it is there.
pub(super) type Keys = Vec<(&'static str, String)>;

/// What is said of values of a field of this name.
pub(super) fn keys(name: &str, values: &Values) -> Keys {
    let literals = values.literals().unwrap_or_default();
    if let [one] = literals
        && one.count >= OFTEN
    {
        return match yaml_text(&one.shown, LONGEST_LITERAL) {
            Some(text) => vec![("equals", text)],
            None => edges(values, false),
        };
    }
    if values.is_clear() {
        if let Some(kind) = values.types.telling(name) {
            return vec![("is", kind.name().to_owned())];
        }
        if values.lists
            && let Some(kind) = values.members.of_members()
        {
            return vec![("list", format!("{{ each: {{ is: {} }} }}", kind.name()))];
        }
    }
    if let Some(list) = vocabulary(name, literals).or_else(|| one_of(values, OFTEN)) {
        return vec![("one_of", list)];
    }
    if values.is_clear()
        && let Some(kind) = values.types.weak(name)
    {
        return vec![("is", kind.name().to_owned())];
    }
    let edges = edges(values, true);
    if !edges.is_empty() {
        return edges;
    }
    let wide = if values.is_clear() { values.types.wide(name) } else { None };
    wide.map(|kind| ("is", kind.name().to_owned())).into_iter().collect()
}

/// The values that a field can have, where they are known and several of them were seen.
fn vocabulary(name: &str, literals: &[Kept]) -> Option<String> {
    let (_, words) = VOCABULARIES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name))?;
    let known = literals.len() > 1 && literals.iter().all(|kept| words.contains(&kept.shown.as_str()));
    known.then(|| format!("[{}]", words.join(", ")))
}

/// A few values, each of which was seen so often.
pub(super) fn one_of(values: &Values, often: u64) -> Option<String> {
    let literals = values.literals().filter(|kept| (2..=MOST_ALTERNATIVES).contains(&kept.len()))?;
    let texts: Option<Vec<String>> = literals
        .iter()
        .map(|kept| yaml_text(&kept.shown, LONGEST_LITERAL / MOST_ALTERNATIVES).filter(|_| kept.count >= often))
        .collect();
    Some(format!("[{}]", texts?.join(", ")))
}

/// How all values begin and end: to the last character that joins words, so that what is the same by chance is left away.
fn edges(values: &Values, differ: bool) -> Keys {
    // Of one value all is the same; a part of it says something where the rest cannot stay.
    if differ && values.literals().is_some_and(|literals| literals.len() < 2) {
        return Keys::new();
    }
    let joint = |c: char| !c.is_alphanumeric();
    let head = valid(values.head());
    let head = head.rfind(joint).and_then(|at| head.get(..at + head.get(at..)?.chars().next()?.len_utf8())).unwrap_or_default();
    let tail = values.tail();
    let tail = (0..4).find_map(|from| std::str::from_utf8(tail.get(from..)?).ok()).unwrap_or_default();
    let tail = tail.find(joint).and_then(|at| tail.get(at..)).unwrap_or_default();
    let written = |key: &'static str, text: &str| {
        let telling = text.chars().filter(|c| c.is_alphanumeric()).count() >= SHORTEST_EDGE;
        Some((key, yaml_text(text, LONGEST_LITERAL).filter(|_| telling)?))
    };
    written("prefix", head).into_iter().chain(written("suffix", tail)).collect()
}

/// Bytes as text, to the first that is none.
fn valid(bytes: &[u8]) -> &str {
    let end = std::str::from_utf8(bytes).map_or_else(|error| error.valid_up_to(), str::len);
    bytes.get(..end).and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default()
}

/// A matcher, or a scalar where a text is enough.
pub(super) fn written(keys: &Keys) -> String {
    match keys.as_slice() {
        [("equals", text)] => text.clone(),
        keys => {
            let keys: Vec<String> = keys.iter().map(|(key, value)| format!("{key}: {value}")).collect();
            format!("{{ {} }}", keys.join(", "))
        }
    }
}

/// What is said of a field; none where nothing can be: it may be there or not, and be anything.
pub(super) fn field(field: &Field, messages: u64, partial: u64, demands: &[Demand]) -> Option<Keys> {
    let is = |name: &str| name.eq_ignore_ascii_case(&field.name);
    let demanded = demands.iter().find(|demand| match demand {
        Demand::Whole(name) | Demand::Begin(name, _) | Demand::There(name) => is(name),
        Demand::Method | Demand::Path => false,
    });
    // A message that may have lost it does not show that it was not sent.
    let shown = messages.saturating_sub(partial.saturating_sub(field.in_partial));
    let always = field.messages >= shown && demanded.is_none();
    let mut keys = match field.parts.as_ref().and_then(|parts| parts_keys(parts.found()?, parts.seen)) {
        Some(parts) => vec![("pairs", parts)],
        None => keys(&field.name, &field.values),
    };
    match demanded {
        Some(Demand::Whole(_)) => return None,
        Some(Demand::Begin(_, begin)) if begins(&keys, begin) => return None,
        _ => {}
    }
    if field.most_lines > 1 && field.name.eq_ignore_ascii_case("cookie") {
        // Over HTTP/2 a client may send it in any number of lines, which are judged as one (RFC 9113 §8.2.3).
        return always.then(|| vec![("present", "true".to_owned())]);
    }
    if field.most_lines > 1 {
        return lines(field, keys, always);
    }
    match always {
        true if keys.is_empty() => keys.push(("present", "true".to_owned())),
        true => {}
        false if keys.is_empty() => return None,
        false => keys.push(("optional", "true".to_owned())),
    }
    Some(keys)
}

/// What is said of a field that stands on several lines: these lines, or what holds for each and how many there are at least.
fn lines(field: &Field, keys: Keys, always: bool) -> Option<Keys> {
    let optional = || (!always).then(|| ("optional", "true".to_owned()));
    if let Some(list) = same_lines(field) {
        return Some(match always {
            true => vec![("equals", list)],
            false => std::iter::once(("lines", format!("{{ equals: {list} }}"))).chain(optional()).collect(),
        });
    }
    let each = if let [("equals", text)] = keys.as_slice() { text.clone() } else { written(&keys) };
    let least = field.repeats.least();
    match (least > 1, keys.is_empty()) {
        (false, true) => always.then(|| vec![("present", "true".to_owned())]),
        (false, false) if always => Some(std::iter::once(("present", "true".to_owned())).chain(keys).collect()),
        (many, empty) => {
            let length = many.then(|| format!("length: {{ at_least: {least} }}"));
            let each = (!empty).then(|| format!("each: {each}"));
            let said: Vec<String> = length.into_iter().chain(each).collect();
            Some(std::iter::once(("lines", format!("{{ {} }}", said.join(", ")))).chain(optional()).collect())
        }
    }
}

/// The lines of a field as a list, where they were the same in all messages, of which there were several.
fn same_lines(field: &Field) -> Option<String> {
    let same = field.repeats.same()?;
    // Each may stand in a spec as it is.
    field.values.literals()?;
    let text = |line: &Vec<u8>| yaml_text(std::str::from_utf8(line).ok()?, LONGEST_LITERAL);
    let lines: Option<Vec<String>> = same.iter().map(text).collect();
    Some(format!("[{}]", lines?.join(", ")))
}

/// Whether keys say no more than that a value begins so.
fn begins(keys: &Keys, begin: &str) -> bool {
    match keys.as_slice() {
        [] => true,
        [("prefix", text)] => yaml_text(begin, LONGEST_LITERAL).is_some_and(|begin| begin == *text),
        _ => false,
    }
}

/// What is said of parts.
fn parts_keys(parts: &[(String, Values)], seen: u64) -> Option<String> {
    let entry = |(name, values): &(String, Values)| {
        let mut keys = keys("", values);
        match (values.seen() >= seen, keys.is_empty()) {
            (true, false) => {}
            (true, true) => keys.push(("present", "true".to_owned())),
            (false, true) => return None,
            (false, false) => keys.push(("optional", "true".to_owned())),
        }
        Some(format!("{}: {}", yaml_text(name, LONGEST_LITERAL)?, written(&keys)))
    };
    let entries: Vec<String> = parts.iter().filter_map(entry).collect();
    (!entries.is_empty()).then(|| format!("{{ {} }}", entries.join(", ")))
}

/// Whether a value shows nothing but that it is a secret.
pub(super) fn hides_all(shown: &str) -> bool {
    shown == MASK
}
