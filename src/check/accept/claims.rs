//! Changes of what is said of a head as a whole: `absent`, `others`, `order`, `name_case`.

use super::super::legible::show;
use super::super::plan::{Aspect, PlanExpectation, PlanHop};
use super::body::{bodies, flow};
use super::edit::{Edit, remove};
use super::seen::Seen;
use super::values::sibling;
use super::yaml;
use crate::spec::{Claim, NameCase, OrderItem, Place, Source};

/// A field that `others` does not allow gets a line of its own.
pub(super) fn others(hop: &PlanHop, of: &PlanExpectation, name: &[u8], seen: &Seen, source: &Source) -> Vec<Edit> {
    let Ok(name) = std::str::from_utf8(name) else { return Vec::new() };
    let Some(key) = yaml::text(name) else { return Vec::new() };
    let several = seen.most_lines > 1;
    let mut values = Vec::new();
    if !seen.hidden && !several {
        let lines: Vec<&[u8]> = seen.lines().collect();
        values.extend(bodies(&lines, seen.more.as_ref()));
    }
    values.push(match several {
        true => vec![("lines", "{ each: { regex: '.*' } }".to_owned())],
        false => vec![("regex", "'.*'".to_owned())],
    });
    let first = fields(hop, of).map(|(key, _)| key.start).min();
    let edit = |mut keys: super::body::Keys| {
        keys.push(("optional", "true".to_owned()));
        let entry = format!("{key}: {}", flow(&keys));
        match first {
            Some(at) => sibling(source, at, &entry),
            None => sibling(source, of.expectation.key.start, &format!("headers: {{ {entry} }}")),
        }
    };
    values.into_iter().map(edit).collect()
}

/// The fields that the same message names: the places of their keys, and their names.
fn fields<'h>(hop: &'h PlanHop, of: &'h PlanExpectation) -> impl Iterator<Item = (Place, &'h str)> {
    hop.expectations.iter().filter(|e| e.side == of.side && e.variant == of.variant).filter_map(|e| match &e.aspect {
        Aspect::Field { name, .. } => Some((e.expectation.key, name.as_str())),
        _ => None,
    })
}

/// The order that was seen, where every exchange that was judged had this one.
pub(super) fn order(items: &[OrderItem], of: &PlanExpectation, seen: &Seen, source: &Source) -> Vec<Edit> {
    let [set] = seen.sets.as_slice() else { return Vec::new() };
    let entry_of = |name: &[u8]| {
        let named = |item: &OrderItem| matches!(item, OrderItem::Name(n) if n.as_bytes().eq_ignore_ascii_case(name));
        items.iter().position(named).or_else(|| items.iter().position(|item| *item == OrderItem::Others))
    };
    let mut order: Vec<usize> = Vec::new();
    for name in &set.lines {
        let Some(entry) = entry_of(name) else { return Vec::new() };
        if order.last() != Some(&entry) {
            if order.contains(&entry) {
                return Vec::new();
            }
            order.push(entry);
        }
    }
    // What was not there stays behind what it stood behind.
    for entry in 0..items.len() {
        if !order.contains(&entry) {
            let at = entry.checked_sub(1).and_then(|before| order.iter().position(|e| *e == before)).map_or(0, |at| at + 1);
            order.insert(at, entry);
        }
    }
    let name = |entry: &usize| match items.get(*entry) {
        Some(OrderItem::Name(name)) => yaml::text(name),
        Some(OrderItem::Others) => Some("others".to_owned()),
        None => None,
    };
    let names: Option<Vec<String>> = order.iter().map(name).collect();
    let place = of.expectation.place;
    names.map(|names| Edit::replace(source, place, format!("[{}]", names.join(", ")))).into_iter().collect()
}

/// The name as it was seen, where it was always written so (`always`); else the case does not matter.
pub(super) fn name_case(
    hop: &PlanHop,
    of: &PlanExpectation,
    case: NameCase,
    always: bool,
    seen: &Seen,
    source: &Source,
) -> Vec<Edit> {
    let mut found = Vec::new();
    if let (NameCase::Exact, [set], true) = (case, seen.sets.as_slice(), always)
        && let [wire] = set.lines.as_slice()
    {
        let wire = show(wire);
        let key = fields(hop, of).find(|(_, name)| name.eq_ignore_ascii_case(&wire)).map(|(key, _)| key);
        found.extend(key.and_then(|key| Some(Edit::replace(source, key, yaml::text(&wire)?))));
    }
    found.push(Edit::replace(source, of.expectation.place, "any".to_owned()));
    found
}

/// The case of this name does not matter.
pub(super) fn any_case(of: &PlanExpectation, source: &Source) -> Vec<Edit> {
    vec![Edit::replace(source, of.expectation.place, "any".to_owned())]
}

/// An entry of `absent`, away.
pub(super) fn absent(of: &PlanExpectation, source: &Source) -> Vec<Edit> {
    match &of.expectation.claim {
        Claim::Absent(_) => remove(source, of.expectation.key).into_iter().collect(),
        _ => Vec::new(),
    }
}
