//! Wider clauses: one key of a matcher, so that it takes what was seen, too.

use super::super::matcher::{self, is_type};
use super::super::structure;
use super::super::truth::Truth;
use super::body::{Keys, bodies, prefix, prefix_key};
use super::edit::Edit;
use super::values::{Ground, Wanted, beside, keyed, length, union, widen as widen_value, with_key};
use super::{json, yaml};
use crate::spec::{Bounds, Clause, ClauseKind, ListClause, MembersClause, PairsClause, Place, Template, TypeName, Value};

/// Whether a clause takes the lines of one exchange.
pub(super) fn takes<'s>(clause: &'s Clause, of: &'s Value, lines: &[&[u8]], ground: Ground<'_, 's>) -> bool {
    matches!(matcher::clause_takes(clause, of.meta.ignore_case, lines, ground.scope), Truth::Yes | Truth::Skip)
}

/// Changes of a clause so that it takes what is wanted, the narrowest first.
pub(super) fn widen<'s>(clause: &'s Clause, wanted: &Wanted<'_>, ground: Ground<'_, 's>) -> Vec<Edit> {
    let source = ground.source;
    let taken =
        |set: &Vec<&[u8]>| set.iter().all(|line| matcher::clause_takes(clause, false, &[line], ground.scope) == Truth::Yes);
    let new =
        Wanted { sets: wanted.sets.iter().filter(|set| ground.replace || !taken(set)).cloned().collect(), more: wanted.more };
    // Of lists and what has parts, each part is asked by itself.
    let (all_wanted, wanted) = (wanted, &new);
    let texts = wanted.all();
    let keyed = |keys: &Keys| keyed(clause, keys, source);
    let all = |keys: Vec<Keys>| keys.iter().filter_map(keyed).collect::<Vec<_>>();
    match &clause.kind {
        ClauseKind::Equals(template) => all(union(template, wanted, ground)),
        ClauseKind::OneOf(templates) => all(more_alternatives(templates, wanted, ground)),
        ClauseKind::Is(kind) => {
            let wider = wider(*kind).iter().filter(|wider| {
                texts.iter().all(|text| is_type(**wider, text)) && wanted.more.is_none_or(|more| more.types.contains(wider))
            });
            let mut found: Vec<Keys> = wider.map(|wider| vec![("is", wider.name().to_owned())]).collect();
            found.extend(instead(clause, wanted, ground));
            all(found)
        }
        ClauseKind::Prefix(template) => {
            let literal = template.literal().map(str::as_bytes).unwrap_or_default();
            let common = prefix(&[&[literal], texts.as_slice()].concat());
            let mut found: Vec<Keys> = prefix_key(common).filter(|_| wanted.more.is_none()).into_iter().collect();
            found.extend(instead(clause, wanted, ground));
            all(found)
        }
        ClauseKind::Suffix(_) | ClauseKind::Contains(_) | ClauseKind::Regex(_) | ClauseKind::Cidr(_) => {
            all(instead(clause, wanted, ground))
        }
        ClauseKind::AtLeast(_) | ClauseKind::AtMost(_) if wanted.more.is_some() => Vec::new(),
        ClauseKind::AtLeast(_) => all(numbers(&texts)
            .and_then(|n| n.into_iter().min())
            .map(|n| vec![("at_least", n.to_string())])
            .into_iter()
            .collect()),
        ClauseKind::AtMost(_) => {
            all(numbers(&texts).and_then(|n| n.into_iter().max()).map(|n| vec![("at_most", n.to_string())]).into_iter().collect())
        }
        _ if wanted.more.is_some() => Vec::new(),
        ClauseKind::List(list) => list_edit(list, clause.place, all_wanted, ground).into_iter().collect(),
        ClauseKind::Lines(lines) => members_edit(lines, &[], clause.place, &all_wanted.sets, ground).into_iter().collect(),
        ClauseKind::Pairs(pairs) => pairs_edit(pairs, &all_wanted.all(), ground).into_iter().collect(),
        ClauseKind::Json(members) => json::members_edit(members, &all_wanted.all(), ground).into_iter().collect(),
        ClauseKind::All(values) => {
            let failing = values.iter().filter(|value| !texts.iter().all(|text| ground.takes(value, text)));
            let edits: Option<Vec<Edit>> =
                failing.map(|value| widen_value(value, &Wanted::lines(texts.clone()), None, ground).into_iter().next()).collect();
            edits.and_then(|edits| Edit::merged(source, edits)).into_iter().collect()
        }
        ClauseKind::Any(values) => {
            let missed: Vec<&[u8]> =
                texts.iter().copied().filter(|text| !values.iter().any(|value| ground.takes(value, text))).collect();
            let key = if source.excerpt(clause.key) == "one_of" { "one_of" } else { "any" };
            let written = source.excerpt(clause.place).trim_end();
            let Some(inside) = written.strip_suffix(']') else { return Vec::new() };
            let wider = bodies(&missed, None);
            let added = wider.iter().filter_map(|keys| match (key, keys.as_slice()) {
                ("one_of", [("equals", text)]) => Some(text.clone()),
                ("one_of", [("one_of", texts)]) => Some(texts.trim_matches(['[', ']']).to_owned()),
                ("one_of", _) => None,
                (_, keys) => Some(super::body::flow(keys)),
            });
            added
                .filter_map(|added| match written.contains('\n') {
                    false => keyed(&vec![(key, format!("{}, {added}]", inside.trim_end()))]),
                    true => {
                        let at = clause.place.start.checked_add(u32::try_from(inside.trim_end().len()).ok()?)?;
                        Some(Edit::insert(at, format!(", {added}")))
                    }
                })
                .collect()
        }
        // What must not be is not known to be right by being seen.
        _ => Vec::new(),
    }
}

/// What is wanted instead of a clause; or beside it, where something was as it says.
fn instead(clause: &Clause, wanted: &Wanted<'_>, ground: Ground<'_, '_>) -> Vec<Keys> {
    let wider = bodies(&wanted.all(), wanted.more);
    if ground.replace {
        return wider;
    }
    let source = ground.source;
    let Some(written) = yaml::in_flow(source.excerpt(clause.place)) else { return Vec::new() };
    let clause = format!("{}: {written}", source.excerpt(clause.key).trim());
    wider.iter().map(|keys| beside(&clause, &written, keys)).collect()
}

/// `one_of` with what is wanted.
fn more_alternatives(templates: &[Template], wanted: &Wanted<'_>, ground: Ground<'_, '_>) -> Vec<Keys> {
    let texts = wanted.all();
    let literals: Option<Vec<&[u8]>> = templates.iter().map(|t| t.literal().map(str::as_bytes)).collect();
    let written: Option<Vec<String>> = templates.iter().map(|t| yaml::in_flow(ground.source.excerpt(t.place))).collect();
    let mut found = Vec::new();
    if let (Some(mut alternatives), None) = (written, wanted.more) {
        let known = literals.clone().unwrap_or_default();
        let new: Option<Vec<String>> =
            texts.iter().filter(|text| !known.contains(text)).map(|text| yaml::text(std::str::from_utf8(text).ok()?)).collect();
        for text in new.unwrap_or_default() {
            if !alternatives.contains(&text) {
                alternatives.push(text);
            }
        }
        if alternatives.len() <= templates.len().max(5) + 2 {
            found.push(vec![("one_of", format!("[{}]", alternatives.join(", ")))]);
        }
    }
    if let Some(literals) = literals {
        found.extend(bodies(&[literals.as_slice(), texts.as_slice()].concat(), wanted.more));
    }
    found
}

/// Types that take whatever this one takes.
fn wider(kind: TypeName) -> &'static [TypeName] {
    match kind {
        TypeName::PrivateIp | TypeName::PublicIp => &[TypeName::Ip],
        TypeName::Ipv4 | TypeName::Ipv6 => &[TypeName::Ip],
        TypeName::Port => &[TypeName::Integer],
        _ => &[],
    }
}

fn numbers(texts: &[&[u8]]) -> Option<Vec<i64>> {
    texts.iter().map(|text| std::str::from_utf8(text).ok()?.parse().ok()).collect()
}

fn list_edit<'s>(list: &'s ListClause, place: Place, wanted: &Wanted<'_>, ground: Ground<'_, 's>) -> Option<Edit> {
    let separator = list.separator.unwrap_or(',');
    let members =
        |set: &Vec<&'_ [u8]>| set.iter().flat_map(|line| structure::members(line, separator)).map(<[u8]>::to_vec).collect();
    let sets: Vec<Vec<Vec<u8>>> = wanted.sets.iter().map(members).collect();
    let sets: Vec<Vec<&[u8]>> = sets.iter().map(|set| set.iter().map(Vec::as_slice).collect()).collect();
    members_edit(&list.members, &list.at, place, &sets, ground)
}

/// Members of lists, or the lines of a name: how many they are, and each by its place.
fn members_edit<'s>(
    clause: &'s MembersClause,
    at: &'s [(i64, Value)],
    place: Place,
    sets: &[Vec<&[u8]>],
    ground: Ground<'_, 's>,
) -> Option<Edit> {
    let counts: Vec<usize> = sets.iter().map(Vec::len).collect();
    let within = |bounds: Bounds| {
        counts.iter().all(|n| *n as u64 >= bounds.at_least && bounds.at_most.is_none_or(|most| *n as u64 <= most))
    };
    let mut edits = Vec::new();
    if let Some(bounds) = clause.length.filter(|bounds| !within(*bounds)) {
        edits.push(length(place, bounds, &counts, ground)?);
    }
    let mut wider = |value: &'s Value, found: Option<Vec<&[u8]>>| -> Option<()> {
        let found = found?;
        if !found.iter().all(|text| ground.takes(value, text)) {
            edits.push(widen_value(value, &Wanted::lines(found), None, ground).into_iter().next()?);
        }
        Some(())
    };
    if let Some(value) = &clause.first {
        wider(value, sets.iter().map(|set| set.first().copied()).collect())?;
    }
    if let Some(value) = &clause.last {
        wider(value, sets.iter().map(|set| set.last().copied()).collect())?;
    }
    for (index, value) in at {
        let member = |set: &Vec<&'_ [u8]>| -> Option<usize> {
            let length = i64::try_from(set.len()).ok()?;
            usize::try_from(if *index < 0 { length.checked_add(*index)? } else { *index }).ok()
        };
        wider(value, sets.iter().map(|set| set.get(member(set)?).copied()).collect())?;
    }
    if let Some(value) = &clause.each {
        wider(value, Some(sets.iter().flatten().copied().collect()))?;
    }
    Edit::merged(ground.source, edits)
}

fn pairs_edit<'s>(clause: &'s PairsClause, texts: &[&[u8]], ground: Ground<'_, 's>) -> Option<Edit> {
    let mut edits = Vec::new();
    for (name, value) in &clause.pairs {
        let (mut found, mut missing) = (Vec::new(), false);
        for text in texts {
            let named = |(n, _): &(&[u8], &[u8])| n.eq_ignore_ascii_case(name.value.as_bytes());
            let parts = structure::pairs(text, clause.separator);
            let mut parts = parts.into_iter().filter(named);
            match (parts.next(), parts.next()) {
                (Some((_, part)), None) => found.push(part),
                (None, _) => missing = true,
                _ => return None,
            }
        }
        let wrong = !found.iter().all(|part| ground.takes(value, part));
        match (missing && !value.meta.optional, wrong) {
            (false, false) => {}
            (true, false) => edits.push(with_key(value, "optional: true", ground.source)?),
            (false, true) => edits.push(widen_value(value, &Wanted::lines(found), None, ground).into_iter().next()?),
            (true, true) => return None,
        }
    }
    Edit::merged(ground.source, edits)
}
