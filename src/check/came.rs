//! What became of a message between two hops: `preserved`, `appended`, `removed`, `others: preserved`.
//!
//! A request comes over the hop that is followed, and then over this one; a response the other way. `before` and `after` are
//! meant so. Nothing is met where one of both sources cannot show it.

use std::borrow::Cow;

use super::connection::{find, message_of};
use super::found::{Found, is_open, may_be_missing};
use super::judged::{Fault, Judged};
use super::looked::Looked;
use super::mask;
use super::matcher;
use super::names::{HeadIndex, NameId};
use super::plan::{Aspect, PlanExpectation};
use super::scope::Scope;
use super::structure::members;
use super::truth::Truth;
use crate::finding::Rule;
use crate::http::{HeadRef, Message};
use crate::spec::{Claim, Relation, Side, Value, glob};

/// What is known of the same request on the hop that this one follows.
#[derive(Clone, Copy)]
pub(super) struct Came<'e> {
    /// The name of that hop.
    pub(super) hop: &'e str,
    /// Its exchange; why there is none; nothing where that hop was not seen at all.
    pub(super) what: Option<Result<&'e Looked<'e>, &'e str>>,
}

/// One message of both.
#[derive(Clone, Copy)]
pub(super) struct Seen<'e> {
    pub(super) message: Message<'e>,
    index: &'e HeadIndex,
    looked: &'e Looked<'e>,
}

impl<'e> Seen<'e> {
    fn of(aspect: &Aspect, looked: &'e Looked<'e>, side: Side) -> Option<Self> {
        Some(Self { message: message_of(aspect, looked.exchange, side)?, index: looked.index(side), looked })
    }

    fn head(&self) -> &HeadRef<'e> {
        &self.message.head
    }

    fn find(&self, aspect: &Aspect) -> Found<'e> {
        find(aspect, self.looked.exchange, &self.message, self.index)
    }

    /// Why it cannot be said what an aspect is here.
    fn lack(&self, aspect: &Aspect, found: &Found<'_>) -> Option<String> {
        let head = self.head();
        let none = matches!(found, Found::Few(None));
        match found {
            Found::Unknown(why) => Some(why.clone()),
            _ if is_open(aspect, head, self.index) => Some(format!("its value is not whole: {}", head.lack())),
            _ if none && may_be_missing(aspect, head, self.index) => Some(head.lack().to_owned()),
            _ if head.head.fidelity.masks && found.lines(|lines| lines.iter().any(|line| mask::is_masked(line))) => {
                Some("a value is masked".to_owned())
            }
            _ => None,
        }
    }
}

/// The message before the node and the one behind it.
pub(super) fn both<'e>(expectation: &PlanExpectation, own: &'e Looked<'e>, other: &'e Looked<'e>) -> Option<[Seen<'e>; 2]> {
    let side = expectation.side;
    let own = Seen::of(&expectation.aspect, own, side)?;
    let other = Seen::of(&expectation.aspect, other, side)?;
    Some(if side == Side::Request { [other, own] } else { [own, other] })
}

/// Judges a relation.
pub(super) fn judge<'s>(expectation: &'s PlanExpectation, looked: &'s Looked<'s>, scope: &Scope<'s>) -> Judged {
    let Some(came) = looked.came else { return Judged::NotObserved };
    let other = match came.what {
        None => return Judged::NotObserved,
        Some(Err(why)) => return Judged::Inconclusive(why.to_owned()),
        Some(Ok(other)) => other,
    };
    let Some([before, after]) = both(expectation, looked, other) else {
        return Judged::Inconclusive(format!("the {} on hop `{}` is not in the capture", expectation.side.name(), came.hop));
    };
    match (&expectation.aspect, &expectation.expectation.claim) {
        (Aspect::Removed { pattern, .. }, _) => removed(pattern, before, after, expectation.side),
        (Aspect::OthersPreserved { known, gone }, _) => others(known, gone, before, after, expectation.side),
        (aspect, Claim::Related { relation, .. }) => related(aspect, relation, before, after, expectation.side, scope),
        _ => Judged::NotObserved,
    }
}

fn fault(rule: Rule, name: Option<&[u8]>, lines: Vec<usize>, actual: Option<Vec<u8>>) -> Fault {
    Fault { rule, name: name.map(<[u8]>::to_vec), lines, warning: false, actual }
}

fn related<'s>(
    aspect: &Aspect,
    relation: &'s Relation,
    before: Seen<'_>,
    after: Seen<'_>,
    side: Side,
    scope: &Scope<'s>,
) -> Judged {
    let (old, new) = (before.find(aspect), after.find(aspect));
    if let Some(why) = before.lack(aspect, &old) {
        return Judged::Inconclusive(format!("before: {why}"));
    }
    if let Some(why) = after.lack(aspect, &new) {
        return Judged::Inconclusive(why);
    }
    let holds = old.lines(|old| new.lines(|new| holds(relation, old, new, scope)));
    let joins = !before.head().head.fidelity.repeats || !after.head().head.fidelity.repeats;
    let listed = |found: &Found<'_>| found.lines(|lines| lines.iter().any(|line| line.contains(&b',')));
    match holds {
        Truth::Yes if joins && matches!(relation, Relation::Preserved) && aspect.is_named() && (listed(&old) || listed(&new)) => {
            Judged::Inconclusive("this kind of evidence may join lines that repeat".to_owned())
        }
        Truth::Yes => Judged::Met,
        Truth::Skip => Judged::NotObserved,
        Truth::Unknown => {
            let reason = scope.notes.reason.take();
            Judged::Inconclusive(reason.unwrap_or_else(|| "the evidence does not show it".to_owned()))
        }
        Truth::No if joins && old.lines(|old| new.lines(|new| flat(old) == flat(new))) => {
            Judged::Inconclusive("this kind of evidence may join lines that repeat".to_owned())
        }
        Truth::No => {
            let there = |found: &Found<'_>| found.lines(|lines| !lines.is_empty());
            let rule = match (there(&old), there(&new)) {
                (_, false) if aspect.is_named() => Rule::FieldMissing,
                (false, true) if aspect.is_named() && matches!(relation, Relation::Preserved) => Rule::FieldUnexpected,
                _ if aspect.is_named() => Rule::FieldValueMismatch,
                _ if matches!(aspect, Aspect::BodyText | Aspect::BodySha256 | Aspect::BodyLength) => Rule::BodyMismatch,
                _ => Rule::MessageLineMismatch,
            };
            let lines = if side == Side::Request { aspect.lines(after.head(), after.index) } else { Vec::new() };
            let actual = new.lines(|lines| (!lines.is_empty()).then(|| lines.join(b"\n".as_slice())));
            Judged::Violated(vec![fault(rule, None, lines, actual)])
        }
    }
}

/// Whether lines behind a node come from those before it as they must.
fn holds<'s>(relation: &'s Relation, old: &[&[u8]], new: &[&[u8]], scope: &Scope<'s>) -> Truth {
    match relation {
        Relation::Preserved if old.is_empty() && new.is_empty() => Truth::Skip,
        Relation::Preserved => Truth::of(old == new),
        Relation::Appended(value) => appended(value, old, new, scope),
    }
}

/// The members that were there, and then one more: behind the last one or in a line of its own.
fn appended<'s>(value: &'s Value, old: &[&[u8]], new: &[&[u8]], scope: &Scope<'s>) -> Truth {
    let (old, new) = (flat(old), flat(new));
    match new.split_last() {
        Some((last, rest)) if rest == old => matcher::holds(value, last, scope),
        _ => Truth::No,
    }
}

/// The members of all lines (RFC 9110 §5.6.1).
fn flat<'l>(lines: &[&'l [u8]]) -> Vec<&'l [u8]> {
    lines.iter().flat_map(|line| members(line, ',')).filter(|member| !member.is_empty()).collect()
}

/// The names of the fields of a head that a test picks, each once, as first written.
fn names<'e>(head: &HeadRef<'e>, picks: impl Fn(&[u8]) -> bool) -> Vec<&'e [u8]> {
    let mut found: Vec<&[u8]> = Vec::new();
    for (name, _) in head.regular_fields().filter(|(name, _)| picks(name)) {
        if !found.iter().any(|known| known.eq_ignore_ascii_case(name)) {
            found.push(name);
        }
    }
    found
}

/// The values of a name. In HTTP/2 a Cookie on several lines is one value (RFC 9113 §8.2.3).
fn values<'e>(head: &HeadRef<'e>, name: &[u8]) -> Vec<Cow<'e, [u8]>> {
    let lines: Vec<&[u8]> = head.values(name).collect();
    if head.head.h2_stream.is_some() && lines.len() > 1 && name.eq_ignore_ascii_case(b"cookie") {
        return vec![Cow::Owned(lines.join(b"; ".as_slice()))];
    }
    lines.into_iter().map(Cow::Borrowed).collect()
}

fn lines_of(seen: Seen<'_>, name: &[u8], side: Side) -> Vec<usize> {
    if side == Side::Response {
        return Vec::new();
    }
    let head = *seen.head();
    let of = |line: &crate::http::FieldLine| head.is_field(line) && line.name.of(head.raw).eq_ignore_ascii_case(name);
    head.lines.iter().enumerate().filter(|(_, line)| of(line)).map(|(at, _)| at).collect()
}

fn removed(pattern: &str, before: Seen<'_>, after: Seen<'_>, side: Side) -> Judged {
    let picks = |name: &[u8]| glob(pattern.as_bytes(), name);
    let old = names(before.head(), picks);
    if old.is_empty() {
        return Judged::NotObserved;
    }
    let still = |name: &&&[u8]| after.head().values(name).next().is_some();
    let faults: Vec<Fault> = old
        .iter()
        .filter(still)
        .map(|name| {
            let values: Vec<&[u8]> = after.head().values(name).collect();
            fault(Rule::FieldUnexpected, Some(name), lines_of(after, name, side), Some(values.join(b"\n".as_slice())))
        })
        .collect();
    let head = after.head();
    if !faults.is_empty() {
        Judged::Violated(faults)
    } else if head.head.flags.is_partial() || head.withholds(picks) {
        Judged::Inconclusive(head.lack().to_owned())
    } else {
        Judged::Met
    }
}

/// What became of a field that the hop does not name.
enum Other {
    /// It is as it was.
    Same,
    /// One of both sources cannot show it, and why.
    Open(&'static str),
    /// How it is not, and what is there.
    Changed(Rule, Option<Vec<u8>>),
}

/// What became of the field of a name. It stays a function of its own: within the loop over names the optimiser copies that for
/// each way through this, and is not done within a quarter of an hour.
#[inline(never)]
fn other(name: &[u8], before: Seen<'_>, after: Seen<'_>) -> Other {
    let (was, is) = (values(before.head(), name), values(after.head(), name));
    let (was, is): (Vec<&[u8]>, Vec<&[u8]>) = (was.iter().map(AsRef::as_ref).collect(), is.iter().map(AsRef::as_ref).collect());
    if was == is {
        return Other::Same;
    }
    for (seen, values) in [(before, &was), (after, &is)] {
        let head = seen.head();
        if head.head.fidelity.masks && values.iter().any(|value| mask::is_masked(value)) {
            return Other::Open("a value is masked");
        }
        let withheld = || head.withholds(|withheld| withheld.eq_ignore_ascii_case(name));
        if values.is_empty() && (head.head.flags.is_partial() || withheld()) {
            return Other::Open(head.lack());
        }
    }
    if [before, after].iter().any(|seen| !seen.head().head.fidelity.repeats) && flat(&was) == flat(&is) {
        return Other::Open("this kind of evidence may join lines that repeat");
    }
    let rule = match (was.is_empty(), is.is_empty()) {
        (true, _) => Rule::FieldUnexpected,
        (_, true) => Rule::FieldMissing,
        _ => Rule::FieldValueMismatch,
    };
    Other::Changed(rule, (!is.is_empty()).then(|| is.join(b"\n".as_slice())))
}

/// All fields but those that the hop names.
fn others(known: &[NameId], gone: &[String], before: Seen<'_>, after: Seen<'_>, side: Side) -> Judged {
    let named = |seen: Seen<'_>| -> Vec<Vec<u8>> {
        let head = *seen.head();
        let lines = known.iter().flat_map(|id| seen.index.lines(*id)).filter_map(move |at| head.lines.get(at));
        lines.map(|line| line.name.of(head.raw).to_ascii_lowercase()).collect()
    };
    let exempt: Vec<Vec<u8>> = named(before).into_iter().chain(named(after)).collect();
    let is_other =
        |name: &[u8]| !exempt.contains(&name.to_ascii_lowercase()) && !gone.iter().any(|pattern| glob(pattern.as_bytes(), name));
    let (old, new) = (names(before.head(), is_other), names(after.head(), is_other));
    if old.is_empty() && new.is_empty() {
        return Judged::NotObserved;
    }
    let (mut faults, mut open) = (Vec::new(), None);
    for name in old.iter().chain(new.iter().filter(|name| !old.iter().any(|old| old.eq_ignore_ascii_case(name)))) {
        match other(name, before, after) {
            Other::Same => {}
            Other::Open(why) => {
                open.get_or_insert(why);
            }
            Other::Changed(rule, actual) => faults.push(fault(rule, Some(name), lines_of(after, name, side), actual)),
        }
    }
    match (faults.is_empty(), open) {
        (false, _) => Judged::Violated(faults),
        (true, Some(why)) => Judged::Inconclusive(why.to_owned()),
        (true, None) if before.head().head.flags.is_partial() || after.head().head.flags.is_partial() => {
            Judged::Inconclusive("a head is cut in the capture: more fields may follow".to_owned())
        }
        (true, None) => Judged::Met,
    }
}

/// What was there before the node: the lines of the aspect, or of a name.
pub(super) fn was(expectation: &PlanExpectation, fault: &Fault, own: &Looked<'_>, other: &Looked<'_>) -> Option<Vec<u8>> {
    let [before, _] = both(expectation, own, other)?;
    match &fault.name {
        Some(name) => {
            let values: Vec<&[u8]> = before.head().values(name).collect();
            (!values.is_empty()).then(|| values.join(b"\n".as_slice()))
        }
        None => before.find(&expectation.aspect).lines(|lines| (!lines.is_empty()).then(|| lines.join(b"\n".as_slice()))),
    }
}
