//! What was there in an exchange that broke an expectation, for the change of the spec that would accept it.

use super::accept::Seen;
use super::connection::{find, message_of};
use super::found::{Found, json_of};
use super::hide::Hide;
use super::judge::Case;
use super::judged::Fault;
use super::legible::show;
use super::mask;
use super::matcher;
use super::params::Params;
use super::plan::{Aspect, PlanExpectation};
use super::scope::Scope;
use super::truth::Truth;
use crate::spec::{Claim, Form, Value};

/// Notes what was there. A secret or something masked is only counted: no suggestion may tell it.
pub(super) fn note(seen: &mut Seen, case: &Case<'_>, params: &Params, of: &PlanExpectation, fault: &Fault) {
    // Clauses are asked here that judging did not come to: what they bind and say is not to be seen elsewhere.
    let (bound, reason) = (case.notes.bound.borrow().clone(), case.notes.reason.borrow().clone());
    look(seen, case, params, of, fault);
    case.notes.bound.replace(bound);
    case.notes.reason.replace(reason);
}

fn look(seen: &mut Seen, case: &Case<'_>, params: &Params, of: &PlanExpectation, fault: &Fault) {
    let scope = Scope { secret: of.aspect.is_secret(), ..case.scope(params) };
    let Some(message) = message_of(&of.aspect, scope.exchange, of.side) else { return };
    let head = message.head;
    let names = || fault.lines.iter().filter_map(|at| head.lines.get(*at)).map(|line| line.name.of(head.raw));
    match (&of.aspect, &of.expectation.claim) {
        (Aspect::Order(_), _) => seen.note(&names().collect::<Vec<_>>(), Vec::new),
        (Aspect::NameCase { .. }, _) => seen.note(&fault.name.as_deref().into_iter().collect::<Vec<_>>(), Vec::new),
        (Aspect::Others { .. }, _) => {
            let name = fault.name.as_deref().map(show).unwrap_or_default();
            let lines = fault.lines.iter().filter_map(|at| head.lines.get(*at)).map(|line| line.value.of(head.raw));
            let lines: Vec<&[u8]> = lines.collect();
            told(seen, &lines, &scope, |hide, text| hide.field(Some(&name), text), Vec::new);
        }
        (Aspect::BodyJson(steps) | Aspect::Event(steps), Claim::Part { value, .. }) => {
            match json_of(&of.aspect, &message, case.looked.json(of.side)) {
                Ok(json) => match matcher::find_json(json, steps) {
                    Some(found) => {
                        let text = found.to_string();
                        let held =
                            || clauses(value, |clause| matcher::clause_takes_json(clause, value.meta.ignore_case, found, &scope));
                        told(seen, &[text.as_bytes()], &scope, |hide, text| hide.value(&of.aspect, None, text), held);
                    }
                    None => seen.note(&[], Vec::new),
                },
                Err(_) => seen.hide(1),
            }
        }
        (aspect, Claim::Part { value, .. }) => {
            let found = find(aspect, scope.exchange, &message, case.looked.index(of.side));
            if let Found::Unknown(_) = found {
                return seen.hide(1);
            }
            let field = if let Aspect::Field { name, .. } = aspect { Some(name.as_str()) } else { None };
            found.lines(|lines| {
                let held = || match &value.form {
                    Form::Matcher(_) => {
                        clauses(value, |clause| matcher::clause_takes(clause, value.meta.ignore_case, lines, &scope))
                    }
                    _ => vec![lines.iter().all(|line| holds(matcher::holds(value, line, &scope)))],
                };
                told(seen, lines, &scope, |hide, text| hide.value(aspect, field, text), held);
            });
        }
        _ => {}
    }
}

/// Notes lines that may be told. What is only narrowed down is told nowhere.
fn told(
    seen: &mut Seen,
    lines: &[&[u8]],
    scope: &Scope<'_>,
    shown: impl Fn(&Hide, &str) -> String,
    held: impl FnOnce() -> Vec<bool>,
) {
    let masked = scope.masks && lines.iter().any(|line| mask::is_masked(line));
    let secret = !seen.is_full() && !seen.knows(lines) && {
        let hide = Hide::new(false, scope);
        scope.secret || lines.iter().any(|line| shown(&hide, &show(line)) != show(line))
    };
    // That nothing was there is no secret.
    if (masked || secret) && !lines.is_empty() { seen.hide(lines.len()) } else { seen.note(lines, held) }
}

/// Which clauses of a matcher hold.
fn clauses<'v>(value: &'v Value, truth: impl Fn(&'v crate::spec::Clause) -> Truth) -> Vec<bool> {
    match &value.form {
        Form::Matcher(clauses) => clauses.iter().map(|clause| holds(truth(clause))).collect(),
        _ => vec![false],
    }
}

fn holds(truth: Truth) -> bool {
    matches!(truth, Truth::Yes | Truth::Skip)
}
