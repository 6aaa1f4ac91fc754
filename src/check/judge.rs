//! One expectation against one exchange.

use super::attribute;
use super::bind;
use super::came;
use super::checks::{self, Condition};
use super::connection::{find, message_of};
use super::found::{BodyFault, Found, is_open, json_of, may_be_missing};
use super::head;
use super::joined::may_be_several;
use super::judged::{Fault, Judged};
use super::looked::Looked;
use super::matcher::{self, LineFault};
use super::members;
use super::plan::{Aspect, PlanExpectation};
use super::scope::{Notes, Scope};
use super::truth::Truth;
use crate::finding::Rule;
use crate::http::Message;
use crate::spec::{Claim, Value};

/// The exchange that is judged, with what is shared by its expectations.
pub(super) struct Case<'e> {
    pub(super) looked: &'e Looked<'e>,
    pub(super) notes: Notes,
}

impl<'e> Case<'e> {
    /// A case with the names bound that `expectations` bind.
    pub(super) fn new(looked: &'e Looked<'e>, expectations: impl Iterator<Item = &'e PlanExpectation>) -> Self {
        Self { looked, notes: Notes::bound(bind::collect(looked, expectations)) }
    }

    /// The same case with the names bound, too, that further expectations bind.
    pub(super) fn with(&self, expectations: impl Iterator<Item = &'e PlanExpectation>) -> Self {
        let mut bound = self.notes.bound.borrow().clone();
        bound.extend(bind::collect(self.looked, expectations));
        Self { looked: self.looked, notes: Notes::bound(bound) }
    }

    /// Whether masked values are masks in this evidence.
    pub(super) fn masks(&self) -> bool {
        self.looked.exchange.first().is_some_and(|m| m.head.head.fidelity.masks)
    }

    /// The scope of its expectations.
    pub(super) fn scope<'s>(&'s self, params: &'s super::params::Params) -> Scope<'s> {
        Scope::of(self.looked, params, &self.notes)
    }

    /// Judges one expectation.
    pub(super) fn judge<'s>(&'s self, expectation: &'s PlanExpectation, params: &'s super::params::Params) -> Judged {
        let scope = Scope { secret: expectation.secret, ..self.scope(params) };
        self.notes.reason.replace(None);
        if let Claim::Check(check) = &expectation.expectation.claim {
            return checks::judge(check, &scope);
        }
        let Some(message) = message_of(&expectation.aspect, scope.exchange, expectation.side) else { return Judged::NotObserved };
        let when = match &expectation.expectation.claim {
            Claim::Part { value, .. } => value.meta.when.as_ref(),
            Claim::Related { when, .. } => when.as_ref(),
            _ => None,
        };
        if let Some(when) = when {
            match checks::condition(&when.value, &scope) {
                Condition::Holds => {}
                Condition::Fails | Condition::Skip => return Judged::NotObserved,
                Condition::Open(reason) => return Judged::Inconclusive(format!("whether it is to be judged is open: {reason}")),
            }
        }
        if expectation.expectation.claim.is_relation() {
            return came::judge(expectation, self.looked, &scope);
        }
        match (&expectation.aspect, &expectation.expectation.claim) {
            (Aspect::Absent { .. } | Aspect::Others { .. } | Aspect::Order(_) | Aspect::NameCase { .. }, _) => {
                head::judge(&expectation.aspect, &message.head, self.looked.index(expectation.side))
            }
            // HTTP/2 has no reason phrase (RFC 9113 §8.3.2), so nothing shows whether it would be right.
            (Aspect::Reason, _) if message.head.head.h2_stream.is_some() => Judged::NotObserved,
            (Aspect::BodyOthers { known }, _) => members::judge(known, expectation.side, &message, self.looked),
            (Aspect::SetCookieAttribute { .. }, Claim::Part { value, .. }) => {
                attribute::judge(&expectation.aspect, value, &message.head, self.looked.index(expectation.side), &scope)
            }
            (Aspect::BodyJson(_) | Aspect::Event(_), Claim::Part { value, .. }) => {
                self.judge_json(expectation, value, &message, &scope)
            }
            (_, Claim::Part { value, .. }) => self.judge_lines(expectation, value, &message, &scope),
            _ => Judged::NotObserved,
        }
    }

    fn inconclusive(&self) -> Judged {
        let reason = self.notes.reason.take();
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
        let found = find(&expectation.aspect, scope.exchange, message, index);
        if let Found::Unknown(why) = &found {
            return Judged::Inconclusive(why.clone());
        }
        let (truth, fault) = found.lines(|lines| matcher::holds_lines(value, lines, scope));
        // What goes on behind a cut is as open as what is not there; that it is there at all is not.
        let open = is_open(&expectation.aspect, &message.head, index);
        match truth {
            Truth::Yes if open && !value.takes_anything() => {
                Judged::Inconclusive(format!("its value is not whole: {}", message.head.lack()))
            }
            Truth::Yes if matches!(found, Found::Few(None)) && may_be_missing(&expectation.aspect, &message.head, index) => {
                Judged::Inconclusive(message.head.lack().to_owned())
            }
            Truth::Yes | Truth::No if !message.head.head.fidelity.repeats && value.counts_lines() => {
                Judged::Inconclusive("this kind of evidence may join or leave out lines that repeat".to_owned())
            }
            Truth::Yes if may_be_several(&expectation.aspect, value, &found, &message.head) => {
                Judged::Inconclusive("this kind of evidence may join lines that repeat, and this may be several".to_owned())
            }
            Truth::Yes => Judged::Met,
            Truth::Skip => Judged::NotObserved,
            Truth::Unknown => self.inconclusive(),
            Truth::No => {
                let lines = expectation.aspect.lines(&message.head, index);
                let named = expectation.aspect.is_named();
                let fault = fault.unwrap_or(LineFault::Mismatch);
                let missing = fault == LineFault::Missing && may_be_missing(&expectation.aspect, &message.head, index);
                if fault == LineFault::Missing && matches!(expectation.aspect, Aspect::Line { alone: false, .. }) {
                    // What is expected of the field's value says that it is missing.
                    return Judged::NotObserved;
                }
                if missing || open {
                    return Judged::Inconclusive(message.head.lack().to_owned());
                }
                if matches!(expectation.aspect, Aspect::BodySha256) && message.head.head.fidelity.reformatted {
                    return Judged::Inconclusive(
                        "a text may hold the body re-formatted: its hash is not the one sent".to_owned(),
                    );
                }
                let rule = match (&expectation.aspect, fault) {
                    (_, LineFault::Missing) if named => Rule::FieldMissing,
                    (_, LineFault::Repeated) if named => Rule::FieldRepeated,
                    (_, LineFault::Mismatch) if named => Rule::FieldValueMismatch,
                    (Aspect::Connection(_), _) => Rule::ConnectionMismatch,
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
        let (rule, steps) = match &expectation.aspect {
            Aspect::BodyJson(steps) => (Rule::BodyMismatch, steps),
            Aspect::Event(steps) => (Rule::EventMismatch, steps),
            _ => return Judged::NotObserved,
        };
        let fault = |actual: Option<Vec<u8>>, warning: bool| {
            Judged::Violated(vec![Fault { rule, name: None, lines: Vec::new(), warning, actual }])
        };
        let masked = || message.body.whole().is_some_and(|b| scope.masks && super::mask::is_masked(b));
        match json_of(&expectation.aspect, message, self.looked.json(expectation.side)) {
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
}
