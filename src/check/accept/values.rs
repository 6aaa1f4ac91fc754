//! Wider values: what takes everything that a value took, and what was seen.

use super::super::matcher::{self, holds};
use super::super::scope::Scope;
use super::super::truth::Truth;
use super::body::{self, Keys, SHORTEST_PREFIX, bodies};
use super::clauses;
use super::edit::{Edit, below, is_flow, line_before};
use super::seen::More;
use super::yaml;
use crate::spec::{Clause, Form, Piece, Place, Source, Template, Value};

/// Longer values are not repeated for a key that comes into them.
const LONGEST: usize = 110;

/// Where values stand, and how they are compared.
#[derive(Clone, Copy)]
pub(super) struct Ground<'g, 's> {
    pub(super) source: &'g Source,
    /// Without an exchange: what only an exchange decides is unknown.
    pub(super) scope: &'g Scope<'s>,
    /// What the value took was never there, so that it may give way to what was.
    pub(super) replace: bool,
}

/// What has to be taken: the lines of each exchange.
#[derive(Clone)]
pub(super) struct Wanted<'w> {
    pub(super) sets: Vec<Vec<&'w [u8]>>,
    pub(super) more: Option<&'w More>,
}

impl<'w> Wanted<'w> {
    /// Each a line of its own.
    pub(super) fn lines(lines: Vec<&'w [u8]>) -> Self {
        Self { sets: lines.into_iter().map(|line| vec![line]).collect(), more: None }
    }

    /// Every line.
    pub(super) fn all(&self) -> Vec<&'w [u8]> {
        self.sets.iter().flatten().copied().collect()
    }
}

impl<'s> Ground<'_, 's> {
    /// Whether a value takes a text already.
    pub(super) fn takes(&self, value: &'s Value, text: &[u8]) -> bool {
        matches!(holds(value, text, self.scope), Truth::Yes | Truth::Skip)
    }
}

/// Changes of a value so that it takes what is wanted, the narrowest first. `failing` says which clauses of a matcher do
/// not; without it, they are asked.
pub(super) fn widen<'s>(value: &'s Value, wanted: &Wanted<'_>, failing: Option<&[bool]>, ground: Ground<'_, 's>) -> Vec<Edit> {
    let replaced = |keys: &Keys| Edit::replace(ground.source, value.place, body::value(keys));
    match &value.form {
        Form::Scalar(template) => {
            let mut found: Vec<Edit> = Vec::new();
            if let ([set], true, None) = (wanted.sets.as_slice(), ground.replace, wanted.more)
                && set.len() > 1
            {
                found.extend(list(set).map(|text| Edit::replace(ground.source, value.place, text)));
            }
            found.extend(union(template, wanted, ground).iter().map(replaced));
            found
        }
        Form::List(_) => match (wanted.sets.as_slice(), ground.replace, wanted.more) {
            ([set], true, None) => list(set).map(|text| Edit::replace(ground.source, value.place, text)).into_iter().collect(),
            _ => Vec::new(),
        },
        Form::Typed(_) | Form::JsonArray(_) | Form::JsonObject(_) => Vec::new(),
        Form::Matcher(clauses) => {
            let fails = |at: usize, clause: &'s Clause| match failing {
                Some(failing) => failing.get(at).copied().unwrap_or(true),
                None => !wanted.sets.iter().all(|set| clauses::takes(clause, value, set, ground)),
            };
            let failing: Vec<_> = clauses.iter().enumerate().filter(|(at, clause)| fails(*at, clause)).collect();
            match failing.as_slice() {
                [(_, one)] => clauses::widen(one, wanted, ground),
                several => {
                    let edits: Option<Vec<Edit>> =
                        several.iter().map(|(_, clause)| clauses::widen(clause, wanted, ground).into_iter().next()).collect();
                    edits.and_then(|edits| Edit::merged(ground.source, edits)).into_iter().collect()
                }
            }
        }
    }
}

/// `[a, b]`: these lines.
fn list(lines: &[&[u8]]) -> Option<String> {
    let texts: Option<Vec<String>> = lines.iter().map(|line| yaml::text(std::str::from_utf8(line).ok()?)).collect();
    texts.filter(|texts| texts.len() <= 5).map(|texts| format!("[{}]", texts.join(", ")))
}

/// The keys that take what a text took, and what is wanted.
pub(super) fn union(template: &Template, wanted: &Wanted<'_>, ground: Ground<'_, '_>) -> Vec<Keys> {
    let texts = wanted.all();
    let more = wanted.more;
    let mut found = Vec::new();
    match template.literal() {
        Some(_) if ground.replace => return bodies(&texts, more),
        Some(literal) => found.extend(bodies(&[&[literal.as_bytes()], texts.as_slice()].concat(), more)),
        None => found.extend(ends(template, &texts, more)),
    }
    let wider = bodies(&texts, more);
    if ground.replace {
        found.extend(wider);
    } else if let Some(written) = yaml::in_flow(ground.source.excerpt(template.place)) {
        found.extend(wider.iter().map(|keys| beside(&format!("equals: {written}"), &written, keys)));
    }
    found
}

/// What is written, or what these keys say.
pub(super) fn beside(written_clause: &str, written: &str, keys: &Keys) -> Keys {
    match keys.as_slice() {
        [("equals", text)] if written_clause.starts_with("equals:") => vec![("one_of", format!("[{written}, {text}]"))],
        [("one_of", texts)] if written_clause.starts_with("equals:") => {
            vec![("one_of", format!("[{written}, {}", texts.trim_start_matches('[')))]
        }
        keys => vec![("any", format!("[{{ {written_clause} }}, {}]", body::flow(keys)))],
    }
}

/// The literal ends of a text with holes, where what is wanted has them: what varies stays open.
fn ends(template: &Template, texts: &[&[u8]], more: Option<&More>) -> Vec<Keys> {
    let literal = |piece: Option<&Piece>| match piece {
        Some(Piece::Literal(text)) if text.len() >= SHORTEST_PREFIX => Some(text.clone()),
        _ => None,
    };
    let begins = literal(template.pieces.first())
        .filter(|text| texts.iter().all(|t| t.starts_with(text.as_bytes())))
        .filter(|text| more.is_none_or(|more| more.prefix.starts_with(text.as_bytes())))
        .and_then(|text| Some(("prefix", yaml::text(&text)?)));
    let ends = literal(template.pieces.last())
        .filter(|text| more.is_none() && texts.iter().all(|t| t.ends_with(text.as_bytes())))
        .and_then(|text| Some(("suffix", yaml::text(&text)?)));
    let mut found = Vec::new();
    if let (Some(begins), Some(ends)) = (&begins, &ends) {
        found.push(vec![begins.clone(), ends.clone()]);
    }
    found.extend(begins.into_iter().chain(ends).map(|key| vec![key]));
    found
}

/// A value with one more key, `optional: true` or `present: true`.
pub(super) fn with_key(value: &Value, key: &str, source: &Source) -> Option<Edit> {
    let written = source.excerpt(value.place).trim_end();
    let replace = |text: String| Some(Edit::replace(source, value.place, text));
    match &value.form {
        Form::Scalar(_) | Form::Typed(_) | Form::JsonArray(_) | Form::JsonObject(_) => {
            replace(format!("{{ equals: {}, {key} }}", yaml::in_flow(written)?))
        }
        Form::List(_) => replace(format!("{{ lines: {{ equals: {} }}, {key} }}", yaml::in_flow(written)?)),
        Form::Matcher(_) if is_flow(source, value.place) => {
            let inside = written.strip_suffix('}')?.trim_end().trim_end_matches(',');
            if written.len() <= LONGEST && !written.contains('\n') {
                return replace(format!("{inside}, {key} }}"));
            }
            let at = value.place.start.checked_add(u32::try_from(inside.len()).ok()?)?;
            Some(Edit::insert(at, format!(", {key}")))
        }
        Form::Matcher(_) => {
            let newline = below(source, value.place.start)?;
            Some(Edit::insert(value.place.start, format!("{key}{newline}")))
        }
    }
}

/// A length so that these numbers are within it.
pub(super) fn length(within: Place, old: crate::spec::Bounds, counts: &[usize], ground: Ground<'_, '_>) -> Option<Edit> {
    let (least, most) = (*counts.iter().min()? as u64, *counts.iter().max()? as u64);
    let (least, most) = match ground.replace {
        true => (least, Some(most)),
        false => (least.min(old.at_least), old.at_most.map(|old| old.max(most))),
    };
    let text = match (least, most) {
        (least, Some(most)) if least == most => most.to_string(),
        (0, Some(most)) => format!("{{ at_most: {most} }}"),
        (least, Some(most)) => format!("{{ at_least: {least}, at_most: {most} }}"),
        (least, None) => format!("{{ at_least: {least} }}"),
    };
    let written = ground.source.excerpt(within);
    let key = written.find("length:")?;
    let behind = written.get(key + "length:".len()..)?;
    let value = behind.trim_start();
    let length = if value.starts_with('{') {
        value.find('}')? + 1
    } else {
        value.find(|c: char| !c.is_ascii_digit()).unwrap_or(value.len())
    };
    let bytes = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let start = within.start + bytes(written.len() - behind.len() + (behind.len() - value.len()));
    Some(Edit { start, end: start + bytes(length), text })
}

/// A key before another of the same mapping.
pub(super) fn sibling(source: &Source, at: u32, entry: &str) -> Edit {
    let between = below(source, at).unwrap_or_else(|| ", ".to_owned());
    Edit::insert(at, format!("{entry}{between}"))
}

/// The keys of a clause in its place.
pub(super) fn keyed(clause: &Clause, keys: &Keys, source: &Source) -> Option<Edit> {
    let between = match line_before(source, clause.key.start).chars().all(|c| c == ' ') {
        true => below(source, clause.key.start)?,
        false => ", ".to_owned(),
    };
    let text: Vec<String> = keys.iter().map(|(key, value)| format!("{key}: {value}")).collect();
    let place = Place { start: clause.key.start, end: clause.place.end };
    Some(Edit::replace(source, place, text.join(&between)))
}

/// Whether lines are taken by a value whose other clauses are left out of account.
pub(super) fn lines_hold<'s>(value: &'s Value, lines: &[&[u8]], scope: &Scope<'s>) -> bool {
    matches!(matcher::holds_lines(value, lines, scope).0, Truth::Yes | Truth::Skip)
}
