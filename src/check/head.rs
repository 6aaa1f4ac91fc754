//! What is said of a head as a whole: `absent`, `others`, `order`, `name_case`.
//!
//! Linear in the head but for unexpected names, which are told apart by each other; heads have a bounded number of lines.

use super::judged::{Fault, Judged};
use super::names::{HeadIndex, NameId};
use super::plan::{Aspect, OrderEntry};
use crate::finding::Rule;
use crate::http::HeadRef;
use crate::spec::glob;

/// Judges a head in one of these. Anything else is not about a head.
pub(super) fn judge(aspect: &Aspect, head: &HeadRef<'_>, index: &HeadIndex) -> Judged {
    let lines = || (0..named_lines(head)).filter(|at| head.lines.get(*at).is_some_and(|line| head.is_field(line)));
    match aspect {
        Aspect::Absent { id, pattern } => {
            let judged = match id {
                Some(id) => unexpected(head, index.lines(*id)),
                None => unexpected(head, lines().filter(|at| glob(pattern.as_bytes(), name(head, *at)))),
            };
            match judged {
                Judged::Met if head.withholds(|name| glob(pattern.as_bytes(), name)) => {
                    Judged::Inconclusive(head.lack().to_owned())
                }
                judged => judged,
            }
        }
        Aspect::Others { known } => {
            let mut allowed = vec![false; head.lines.len()];
            for at in known.iter().flat_map(|id| index.lines(*id)) {
                if let Some(entry) = allowed.get_mut(at) {
                    *entry = true;
                }
            }
            match unexpected(head, lines().filter(|at| allowed.get(*at) != Some(&true))) {
                Judged::Met if head.withholds(|_| true) => Judged::Inconclusive(head.lack().to_owned()),
                judged => judged,
            }
        }
        Aspect::Order(entries) => order(head, index, entries),
        Aspect::NameCase { exact, except } => name_case(head, index, exact.as_deref(), except),
        _ => Judged::NotObserved,
    }
}

fn name<'h>(head: &HeadRef<'h>, at: usize) -> &'h [u8] {
    head.lines.get(at).map(|line| line.name.of(head.raw)).unwrap_or_default()
}

/// How many lines have a name: where a cut went through the last one's, what is left of it is none.
fn named_lines(head: &HeadRef<'_>) -> usize {
    let through_name = head.cut_line().is_some_and(|last| name(head, last).is_empty());
    head.lines.len().saturating_sub(usize::from(through_name))
}

/// Nothing is wrong; in a head that is cut, nothing so far.
fn met(head: &HeadRef<'_>) -> Judged {
    if head.head.flags.is_partial() {
        return Judged::Inconclusive(format!("{}: more fields may follow", head.lack()));
    }
    Judged::Met
}

/// Lines that must not be there, one fault a name.
fn unexpected(head: &HeadRef<'_>, lines: impl Iterator<Item = usize>) -> Judged {
    let mut faults: Vec<Fault> = Vec::new();
    for at in lines {
        let name = name(head, at);
        match faults.iter_mut().find(|f| f.name.as_deref().is_some_and(|n| n.eq_ignore_ascii_case(name))) {
            Some(known) => known.lines.push(at),
            None => faults.push(Fault {
                rule: Rule::FieldUnexpected,
                name: Some(name.to_vec()),
                lines: vec![at],
                warning: false,
                actual: Some(head.lines.get(at).map(|line| line.value.of(head.raw)).unwrap_or_default().to_vec()),
            }),
        }
    }
    if faults.is_empty() { met(head) } else { Judged::Violated(faults) }
}

fn order(head: &HeadRef<'_>, index: &HeadIndex, entries: &[OrderEntry]) -> Judged {
    if !head.head.fidelity.order {
        return Judged::Inconclusive("this kind of evidence does not keep the order of fields".to_owned());
    }
    match out_of_order(entries, index, head) {
        Order::Right => met(head),
        Order::TooFew => Judged::NotObserved,
        Order::Wrong(lines) => {
            let names: Vec<&[u8]> = lines.iter().map(|at| name(head, *at)).collect();
            let actual = Some(names.join(b", ".as_slice()));
            Judged::Violated(vec![Fault { rule: Rule::FieldOrder, name: None, lines, warning: false, actual }])
        }
    }
}

/// Names all in lower case, or as the spec writes them.
fn name_case(head: &HeadRef<'_>, index: &HeadIndex, exact: Option<&[(NameId, String)]>, except: &[NameId]) -> Judged {
    if !head.head.fidelity.name_case {
        return Judged::Inconclusive("this kind of evidence does not keep the case of names".to_owned());
    }
    if exact.is_some() && head.head.h2_stream.is_some() {
        // There every name is in lower case (RFC 9113 §8.2.1), and shows nothing of how a sender would write it.
        return Judged::NotObserved;
    }
    let wrong: Vec<usize> = match exact {
        None => {
            let free: Vec<usize> = except.iter().flat_map(|id| index.lines(*id)).collect();
            let upper = |at: &usize| name(head, *at).iter().any(u8::is_ascii_uppercase) && !free.contains(at);
            (0..head.lines.len()).filter(upper).collect()
        }
        // Where no name is there, none is written rightly.
        Some(names) if names.iter().all(|(id, _)| index.lines(*id).next().is_none()) && !head.head.flags.is_partial() => {
            return Judged::NotObserved;
        }
        Some(names) => {
            let wrong = |(id, exact): &(NameId, String)| {
                index.lines(*id).filter(|at| name(head, *at) != exact.as_bytes()).collect::<Vec<_>>()
            };
            names.iter().flat_map(wrong).collect()
        }
    };
    // One fault a spelling, so that a finding counts exchanges.
    let mut faults: Vec<Fault> = Vec::new();
    for at in wrong {
        let wire = name(head, at);
        match faults.iter_mut().find(|fault| fault.name.as_deref() == Some(wire)) {
            Some(known) => known.lines.push(at),
            None => faults.push(Fault {
                rule: Rule::FieldNameCase,
                name: Some(wire.to_vec()),
                lines: vec![at],
                warning: false,
                actual: Some(wire.to_vec()),
            }),
        }
    }
    if faults.is_empty() { met(head) } else { Judged::Violated(faults) }
}

enum Order {
    Right,
    /// Fewer than two of the groups are there: nothing has an order.
    TooFew,
    /// The lines that are named, in the order of the wire.
    Wrong(Vec<usize>),
}

/// Whether lines stand in the order of the entries. `others` stands for every line that no entry names.
fn out_of_order(entries: &[OrderEntry], index: &HeadIndex, head: &HeadRef<'_>) -> Order {
    let mut rank: Vec<Option<usize>> = vec![None; named_lines(head)];
    for (at, entry) in entries.iter().enumerate() {
        if let OrderEntry::Name(id) = entry {
            for line in index.lines(*id) {
                if let Some(rank) = rank.get_mut(line) {
                    *rank = Some(at);
                }
            }
        }
    }
    if let Some(others) = entries.iter().position(|e| matches!(e, OrderEntry::Others)) {
        rank.iter_mut().filter(|r| r.is_none()).for_each(|r| *r = Some(others));
    }
    // Pseudo-header fields come first whatever a spec says, and what is not known has no place.
    let counts = |at: usize| head.lines.get(at).is_some_and(|line| head.is_field(line));
    let ranked = rank.iter().enumerate().filter(|(at, _)| counts(*at));
    let ranked: Vec<(usize, usize)> = ranked.filter_map(|(line, r)| r.map(|r| (line, r))).collect();
    let first = ranked.first().map(|(_, r)| *r);
    if ranked.iter().all(|(_, r)| Some(*r) == first) {
        return Order::TooFew;
    }
    if ranked.is_sorted_by_key(|(_, r)| *r) { Order::Right } else { Order::Wrong(ranked.into_iter().map(|(l, _)| l).collect()) }
}
