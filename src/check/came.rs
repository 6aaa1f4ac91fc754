//! What became of a message between two hops: `preserved`, `appended`, `removed`, `others: preserved`.
//!
//! A request comes over the hop that is followed, and then over this one; a response the other way. `before` and `after` are
//! meant so. Nothing is met where one of both sources cannot show it.

use std::collections::HashSet;

use super::connection::{find, message_of};
use super::fields::{Field, Fields};
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
use crate::hop::{differ, is_part};
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

    /// Whether more lines of a field may have been sent than are here.
    fn is_partial(&self) -> bool {
        self.head().head.flags.is_partial()
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
    let mut holds = old.lines(|old| new.lines(|new| holds(relation, old, new, scope)));
    if aspect.field_id().is_some() && (before.is_partial() || after.is_partial()) {
        let is_known =
            holds == Truth::No && old.lines(|old| new.lines(|new| cannot_hold(relation, (old, before), (new, after), scope)));
        if !is_known {
            let cut = if before.is_partial() { before } else { after };
            return Judged::Inconclusive(format!("more lines of it may have been sent: {}", cut.head().lack()));
        }
        holds = Truth::No;
    }
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
        Truth::No
            if joins && matches!(relation, Relation::Preserved) && old.lines(|old| new.lines(|new| flat(old) == flat(new))) =>
        {
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

/// Whether a relation that lines do not fulfil is not fulfilled with more lines, which one of both heads does not show, either.
fn cannot_hold<'s>(
    relation: &'s Relation,
    (old, before): (&[&[u8]], Seen<'_>),
    (new, after): (&[&[u8]], Seen<'_>),
    scope: &Scope<'s>,
) -> bool {
    match (relation, before.is_partial(), after.is_partial()) {
        (Relation::Preserved, was_cut, is_cut) => differ(old, new, was_cut, is_cut),
        (Relation::Appended(value), true, false) => {
            let (old, new) = (flat(old), flat(new));
            let Some((last, rest)) = new.split_last() else { return true };
            matcher::holds(value, last, scope) == Truth::No || !is_part(&old, rest)
        }
        (Relation::Appended(_), _, _) => false,
    }
}

/// The lines that a finding points at: those of the message that it is told of, which is the request.
fn lines_of(field: Option<&Field<'_>>, side: Side) -> Vec<usize> {
    field.filter(|_| side == Side::Request).map(|field| field.lines.clone()).unwrap_or_default()
}

fn removed(pattern: &str, before: Seen<'_>, after: Seen<'_>, side: Side) -> Judged {
    let picks = |name: &[u8]| glob(pattern.as_bytes(), name);
    let (old, new) = (Fields::of(before.head()), Fields::of(after.head()));
    let picked: Vec<&Field<'_>> = old.all.iter().filter(|field| picks(field.name)).collect();
    if picked.is_empty() {
        return match before.is_partial() && new.all.iter().any(|field| picks(field.name)) {
            true => Judged::Inconclusive(format!("before: {}", before.head().lack())),
            false => Judged::NotObserved,
        };
    }
    let still = picked.iter().filter_map(|field| new.get(field.name).map(|now| (field.name, now)));
    let faults: Vec<Fault> = still
        .map(|(name, now)| fault(Rule::FieldUnexpected, Some(name), lines_of(Some(now), side), Some(now.joined())))
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

/// What became of the field of a name.
fn other(name: &[u8], sides: [(Seen<'_>, Option<&Field<'_>>); 2]) -> Other {
    for (seen, field) in &sides {
        let head = seen.head();
        if head.head.fidelity.masks && field.is_some_and(|field| field.values.iter().any(|value| mask::is_masked(value))) {
            return Other::Open("a value is masked");
        }
        if field.is_some_and(|field| field.open) {
            return Other::Open(head.lack());
        }
        let withheld = || head.withholds(|withheld| withheld.eq_ignore_ascii_case(name));
        if field.is_none() && withheld() {
            return Other::Open(head.lack());
        }
    }
    let [(before, was), (after, is)] = &sides;
    let (old, new) = (was.map(Field::values).unwrap_or_default(), is.map(Field::values).unwrap_or_default());
    if old == new {
        return Other::Same;
    }
    if !differ(&old, &new, before.is_partial(), after.is_partial()) {
        let cut = if before.is_partial() { before } else { after };
        return Other::Open(cut.head().lack());
    }
    if [before, after].iter().any(|seen| !seen.head().head.fidelity.repeats) && flat(&old) == flat(&new) {
        return Other::Open("this kind of evidence may join lines that repeat");
    }
    let rule = match (was, is) {
        (None, _) => Rule::FieldUnexpected,
        (_, None) => Rule::FieldMissing,
        _ => Rule::FieldValueMismatch,
    };
    Other::Changed(rule, is.map(Field::joined))
}

/// All fields but those that the hop names.
fn others(known: &[NameId], gone: &[String], before: Seen<'_>, after: Seen<'_>, side: Side) -> Judged {
    let mut exempt: HashSet<Vec<u8>> = HashSet::new();
    for seen in [before, after] {
        let head = *seen.head();
        let lines = known.iter().flat_map(|id| seen.index.lines(*id)).filter_map(|at| head.lines.get(at));
        exempt.extend(lines.map(|line| line.name.of(head.raw).to_ascii_lowercase()));
    }
    let is_other =
        |name: &[u8]| !exempt.contains(&name.to_ascii_lowercase()) && !gone.iter().any(|pattern| glob(pattern.as_bytes(), name));
    let (old, new) = (Fields::of(before.head()), Fields::of(after.head()));
    let added = new.all.iter().filter(|field| old.get(field.name).is_none());
    let names = old.all.iter().chain(added).map(|field| field.name).filter(|name| is_other(name));
    let (mut faults, mut open, mut any) = (Vec::new(), None, false);
    for name in names {
        any = true;
        let is = new.get(name);
        match other(name, [(before, old.get(name)), (after, is)]) {
            Other::Same => {}
            Other::Open(why) => {
                open.get_or_insert(why);
            }
            Other::Changed(rule, actual) => faults.push(fault(rule, Some(name), lines_of(is, side), actual)),
        }
    }
    if !any {
        return Judged::NotObserved;
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
