//! One expectation against one exchange.

use std::cell::RefCell;

use super::bind;
use super::found::{BodyFault, Found, body_json, find, is_open};
use super::judged::{Fault, Judged};
use super::looked::Looked;
use super::matcher::{self, LineFault};
use super::plan::{Aspect, OrderEntry, PlanExpectation};
use super::scope::{BoundValue, Scope};
use super::truth::Truth;
use crate::finding::Rule;
use crate::http::Message;
use crate::spec::{Claim, Value};

/// The exchange that is judged, with what is shared by its expectations.
pub(super) struct Case<'e> {
    pub(super) looked: &'e Looked<'e>,
    pub(super) bound: RefCell<Vec<BoundValue>>,
    pub(super) reason: RefCell<Option<String>>,
}

impl<'e> Case<'e> {
    /// A case with the names bound that `expectations` bind.
    pub(super) fn new(looked: &'e Looked<'e>, expectations: impl Iterator<Item = &'e PlanExpectation>) -> Self {
        let bound = RefCell::new(bind::collect(looked, expectations));
        Self { looked, bound, reason: RefCell::new(None) }
    }

    /// Whether masked values are masks in this evidence.
    pub(super) fn masks(&self) -> bool {
        self.looked.exchange.first().is_some_and(|m| m.head.head.fidelity.masks)
    }

    /// The scope of its expectations.
    pub(super) fn scope<'s>(&'s self, params: &'s super::params::Params) -> Scope<'s> {
        Scope {
            exchange: self.looked.exchange,
            params,
            bound: &self.bound,
            masks: self.masks(),
            allow_warned: false,
            secret: false,
            reason: &self.reason,
        }
    }

    /// Judges one expectation.
    pub(super) fn judge<'s>(&'s self, expectation: &'s PlanExpectation, params: &'s super::params::Params) -> Judged {
        let scope = Scope { secret: expectation.aspect.is_secret(), ..self.scope(params) };
        let Some(message) = scope.message(expectation.side) else { return Judged::NotObserved };
        self.reason.replace(None);
        match (&expectation.aspect, &expectation.expectation.claim) {
            (Aspect::Absent { .. } | Aspect::Others { .. } | Aspect::Order(_) | Aspect::NameCase { .. }, _) => {
                self.judge_head(expectation, &message)
            }
            (Aspect::BodyJson(_), Claim::Part { value, .. }) => self.judge_json(expectation, value, &message, &scope),
            (_, Claim::Part { value, .. }) => self.judge_lines(expectation, value, &message, &scope),
            _ => Judged::NotObserved,
        }
    }

    fn inconclusive(&self) -> Judged {
        let reason = self.reason.take();
        Judged::Inconclusive(reason.unwrap_or_else(|| "the evidence does not show it".to_owned()))
    }

    fn judge_lines<'s>(
        &self,
        expectation: &PlanExpectation,
        value: &'s Value,
        message: &Message<'s>,
        scope: &Scope<'s>,
    ) -> Judged {
        let index = self.looked.index(expectation.side);
        let found = find(&expectation.aspect, message, index);
        if let Found::Unknown(why) = found {
            return Judged::Inconclusive(why);
        }
        let field = match &expectation.aspect {
            Aspect::Field { id, .. } => Some(*id),
            _ => None,
        };
        let (truth, fault) = found.lines(|lines| matcher::holds_lines(value, lines, scope));
        // What goes on behind a cut is as open as what is not there; that it is there at all is not.
        let open = is_open(&expectation.aspect, &message.head, index);
        match truth {
            Truth::Yes if open && !value.takes_anything() => Judged::Inconclusive("its value is cut in the capture".to_owned()),
            Truth::Yes => Judged::Met,
            Truth::Skip => Judged::NotObserved,
            Truth::Unknown => self.inconclusive(),
            Truth::No => {
                let lines: Vec<usize> = field.map(|id| index.lines(id).collect()).unwrap_or_default();
                let fault = fault.unwrap_or(LineFault::Mismatch);
                let missing = fault == LineFault::Missing && field.is_some() && message.head.head.flags.is_cut();
                if missing || open {
                    return Judged::Inconclusive("the head is cut in the capture".to_owned());
                }
                let rule = match (&expectation.aspect, fault) {
                    (Aspect::Field { .. }, LineFault::Missing) => Rule::FieldMissing,
                    (Aspect::Field { .. }, LineFault::Repeated) => Rule::FieldRepeated,
                    (Aspect::Field { .. }, LineFault::Mismatch) => Rule::FieldValueMismatch,
                    (Aspect::BodyText | Aspect::BodySha256 | Aspect::BodyLength, _) => Rule::BodyMismatch,
                    _ => Rule::MessageLineMismatch,
                };
                let actual = found.lines(|lines| (!lines.is_empty()).then(|| lines.join(b"\n".as_slice())));
                let allowing = Scope { allow_warned: true, ..*scope };
                let warning = found.lines(|lines| matcher::holds_lines(value, lines, &allowing).0) != Truth::No;
                Judged::Violated(vec![Fault { rule, name: None, lines, warning, actual }])
            }
        }
    }

    fn judge_json<'s>(
        &self,
        expectation: &PlanExpectation,
        value: &'s Value,
        message: &Message<'s>,
        scope: &Scope<'s>,
    ) -> Judged {
        let Aspect::BodyJson(steps) = &expectation.aspect else { return Judged::NotObserved };
        let fault = |actual: Option<Vec<u8>>, warning: bool| {
            Judged::Violated(vec![Fault { rule: Rule::BodyMismatch, name: None, lines: Vec::new(), warning, actual }])
        };
        let masked = || message.body.whole().is_some_and(|b| scope.masks && super::mask::is_masked(b));
        match body_json(message, self.looked.json(expectation.side)) {
            Ok(json) => match matcher::find_json(json, steps) {
                Some(found) => match matcher::holds_json(value, found, scope) {
                    Truth::Yes => Judged::Met,
                    Truth::Skip => Judged::NotObserved,
                    Truth::Unknown => self.inconclusive(),
                    Truth::No => {
                        let allowing = Scope { allow_warned: true, ..*scope };
                        let warning = matcher::holds_json(value, found, &allowing) != Truth::No;
                        fault(Some(matcher::show_json(found).into_bytes()), warning)
                    }
                },
                None if value.meta.optional => Judged::NotObserved,
                None => fault(None, false),
            },
            Err(BodyFault::NoJson(why)) if masked() => {
                Judged::Inconclusive(format!("the body is masked and no JSON as it stands: {why}"))
            }
            Err(BodyFault::NoJson(why)) => fault(Some(format!("no JSON: {why}").into_bytes()), false),
            Err(BodyFault::Unknown(why)) => Judged::Inconclusive(why.clone()),
        }
    }

    fn judge_head(&self, expectation: &PlanExpectation, message: &Message<'_>) -> Judged {
        let head = message.head;
        let index = self.looked.index(expectation.side);
        let cut = head.head.flags.is_cut();
        let name = |at: usize| head.lines.get(at).map(|l| l.name.of(head.raw)).unwrap_or_default();
        // Where the cut went through a name, what is left of it is none.
        let through_name = head.cut_line().is_some_and(|last| name(last).is_empty());
        let lines = head.lines.len().saturating_sub(usize::from(through_name));
        let value = |at: usize| head.lines.get(at).map(|l| l.value.of(head.raw)).unwrap_or_default();
        let unexpected = |lines: Vec<usize>| {
            let mut faults: Vec<Fault> = Vec::new();
            for at in lines {
                match faults.iter_mut().find(|f| f.name.as_deref().is_some_and(|n| n.eq_ignore_ascii_case(name(at)))) {
                    Some(known) => known.lines.push(at),
                    None => faults.push(Fault {
                        rule: Rule::FieldUnexpected,
                        name: Some(name(at).to_vec()),
                        lines: vec![at],
                        warning: false,
                        actual: Some(value(at).to_vec()),
                    }),
                }
            }
            if faults.is_empty() && cut {
                return Judged::Inconclusive("the head is cut in the capture: more fields may follow".to_owned());
            }
            if faults.is_empty() { Judged::Met } else { Judged::Violated(faults) }
        };
        match &expectation.aspect {
            Aspect::Absent { id: Some(id), .. } => unexpected(index.lines(*id).collect()),
            Aspect::Absent { id: None, pattern } => {
                unexpected((0..lines).filter(|at| glob(pattern.as_bytes(), name(*at))).collect())
            }
            Aspect::Others { known } => {
                let mut allowed = vec![false; head.lines.len()];
                for at in known.iter().flat_map(|id| index.lines(*id)) {
                    if let Some(entry) = allowed.get_mut(at) {
                        *entry = true;
                    }
                }
                unexpected((0..lines).filter(|at| allowed.get(*at) != Some(&true)).collect())
            }
            Aspect::Order(entries) => {
                if !head.head.fidelity.order {
                    return Judged::Inconclusive("this kind of evidence does not keep the order of fields".to_owned());
                }
                match out_of_order(entries, index, lines) {
                    Order::Right if cut => {
                        Judged::Inconclusive("the head is cut in the capture: more fields may follow".to_owned())
                    }
                    Order::Right => Judged::Met,
                    Order::TooFew => Judged::NotObserved,
                    Order::Wrong(lines) => {
                        let names: Vec<&[u8]> = lines.iter().map(|at| name(*at)).collect();
                        let actual = Some(names.join(b", ".as_slice()));
                        Judged::Violated(vec![Fault { rule: Rule::FieldOrder, name: None, lines, warning: false, actual }])
                    }
                }
            }
            Aspect::NameCase { exact } => {
                if !head.head.fidelity.name_case {
                    return Judged::Inconclusive("this kind of evidence does not keep the case of names".to_owned());
                }
                let wrong: Vec<usize> = match exact {
                    None => (0..head.lines.len()).filter(|at| name(*at).iter().any(u8::is_ascii_uppercase)).collect(),
                    Some(names) => {
                        names.iter().flat_map(|(id, exact)| index.lines(*id).filter(|at| name(*at) != exact.as_bytes())).collect()
                    }
                };
                let fault = |at: usize| Fault {
                    rule: Rule::FieldNameCase,
                    name: Some(name(at).to_vec()),
                    lines: vec![at],
                    warning: false,
                    actual: Some(name(at).to_vec()),
                };
                match wrong.is_empty() {
                    true if cut => Judged::Inconclusive("the head is cut in the capture: more fields may follow".to_owned()),
                    true => Judged::Met,
                    false => Judged::Violated(wrong.into_iter().map(fault).collect()),
                }
            }
            _ => Judged::NotObserved,
        }
    }
}

/// Whether a name fits a pattern in which `*` stands for any characters, without regard to case.
pub(super) fn glob(pattern: &[u8], name: &[u8]) -> bool {
    let (mut p, mut n, mut star) = (0, 0, None);
    while let Some(byte) = name.get(n) {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some((p, n));
                p += 1;
            }
            Some(expected) if expected.eq_ignore_ascii_case(byte) => {
                p += 1;
                n += 1;
            }
            _ => match star {
                Some((at, from)) => {
                    p = at + 1;
                    n = from + 1;
                    star = Some((at, from + 1));
                }
                None => return false,
            },
        }
    }
    pattern.get(p..).unwrap_or_default().iter().all(|b| *b == b'*')
}

enum Order {
    Right,
    /// Fewer than two of the groups are there: nothing has an order.
    TooFew,
    /// The lines that are named, in the order of the wire.
    Wrong(Vec<usize>),
}

/// Whether lines stand in the order of the entries. `others` stands for every line that no entry names.
fn out_of_order(entries: &[OrderEntry], index: &super::names::HeadIndex, lines: usize) -> Order {
    let mut rank: Vec<Option<usize>> = vec![None; lines];
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
    let ranked: Vec<(usize, usize)> = rank.iter().enumerate().filter_map(|(line, r)| r.map(|r| (line, r))).collect();
    let first = ranked.first().map(|(_, r)| *r);
    if ranked.iter().all(|(_, r)| Some(*r) == first) {
        return Order::TooFew;
    }
    if ranked.is_sorted_by_key(|(_, r)| *r) { Order::Right } else { Order::Wrong(ranked.into_iter().map(|(l, _)| l).collect()) }
}

#[cfg(test)]
mod tests {
    use super::glob;

    #[test]
    fn globs() {
        for (pattern, name, fits) in [
            ("X-Forwarded-*", "x-forwarded-for", true),
            ("X-Forwarded-*", "X-Forwarded", false),
            ("*", "anything", true),
            ("x-*-id", "X-Amzn-Trace-Id", true),
            ("x-*-id", "X-Amzn-Trace-Ids", false),
            ("a*b*c", "aXbXbc", true),
            ("", "a", false),
        ] {
            assert_eq!(glob(pattern.as_bytes(), name.as_bytes()), fits, "{pattern} {name}");
        }
    }
}
