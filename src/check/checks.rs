//! Conditions: `checks`, and `when` before an expectation or a hop.

use cel::Value;

use super::evaluate::{Lack, Val, evaluate, evaluate_with};
use super::hide::Hide;
use super::interpret::{self, Local};
use super::judged::{Fault, Judged};
use super::legible::show;
use super::reads;
use super::scope::Scope;
use crate::finding::{Part, Rule};
use crate::secret::{self, MASK};
use crate::spec::{Check, Expr};

/// Members that a `for_each` goes through.
const MOST_MEMBERS: usize = 10_000;
/// Characters of a value that a finding shows.
const MOST_OF_VALUE: usize = 240;

/// What a condition says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Condition {
    Holds,
    Fails,
    /// It names an optional param without a value: nothing to judge.
    Skip,
    /// The evidence does not show it.
    Open(String),
}

/// Evaluates a condition.
pub(super) fn condition<'a>(expr: &'a Expr, locals: &[Local<'_>], scope: &Scope<'a>) -> Condition {
    match evaluate_with(expr, locals, scope) {
        Ok(Val::Bool(true)) => Condition::Holds,
        Ok(Val::Bool(false)) => Condition::Fails,
        Ok(Val::Json(json)) => match json.as_bool() {
            Some(true) => Condition::Holds,
            Some(false) => Condition::Fails,
            None => Condition::Open(format!("`{expr}` is neither true nor false")),
        },
        Ok(_) => Condition::Open(format!("`{expr}` is neither true nor false")),
        // What is expected of a message that is not there is not observed.
        Err(Lack::Skip | Lack::NoMessage(_)) => Condition::Skip,
        Err(Lack::Because(reason)) => Condition::Open(reason),
    }
}

/// Judges a check: for each member, where it goes through some.
pub(super) fn judge<'a>(check: &'a Check, scope: &Scope<'a>) -> Judged {
    let members = match members(check, scope) {
        Ok(Some(members)) => members,
        Ok(None) => return judged(holds(check, &[], scope)),
        Err(Condition::Open(reason)) => return Judged::Inconclusive(reason),
        Err(_) => return Judged::NotObserved,
    };
    let mut all = Condition::Skip;
    for (key, value) in &members {
        match holds(check, &locals(key, value), scope) {
            Condition::Fails => return judged(Condition::Fails),
            Condition::Open(reason) if !matches!(all, Condition::Open(_)) => {
                all = Condition::Open(format!("of `{}`: {reason}", name_of(key)));
            }
            Condition::Holds if all == Condition::Skip => all = Condition::Holds,
            _ => {}
        }
    }
    judged(all)
}

fn judged(condition: Condition) -> Judged {
    match condition {
        Condition::Holds => Judged::Met,
        Condition::Fails => {
            Judged::Violated(vec![Fault { rule: Rule::CheckFailed, name: None, lines: Vec::new(), warning: false, actual: None }])
        }
        Condition::Skip => Judged::NotObserved,
        Condition::Open(reason) => Judged::Inconclusive(reason),
    }
}

/// Whether a check holds, of one member where it goes through some.
fn holds<'a>(check: &'a Check, locals: &[Local<'_>], scope: &Scope<'a>) -> Condition {
    let when = check.when.as_ref().map_or(Condition::Holds, |when| condition(&when.value, locals, scope));
    match when {
        Condition::Holds => condition(&check.that.value, locals, scope),
        Condition::Fails => Condition::Skip,
        other => other,
    }
}

fn locals<'m>(key: &'m Value, value: &'m Value) -> [Local<'m>; 2] {
    [("key", key), ("value", value)]
}

fn members<'a>(check: &'a Check, scope: &Scope<'a>) -> Result<Option<Vec<(Value, Value)>>, Condition> {
    let Some(for_each) = &check.for_each else { return Ok(None) };
    let value = match evaluate(&for_each.value, scope) {
        Ok(value) => value,
        Err(Lack::Skip | Lack::NoMessage(_)) => return Err(Condition::Skip),
        Err(Lack::Because(reason)) => return Err(Condition::Open(reason)),
    };
    match interpret::members(&value) {
        Some(members) if members.len() > MOST_MEMBERS => {
            Err(Condition::Open(format!("`{}` has more than {MOST_MEMBERS} members", for_each.value)))
        }
        Some(members) => Ok(Some(members)),
        None => Err(Condition::Open(format!("`{}` has no members to go through", for_each.value))),
    }
}

/// What the parts of a failed check were, in the order of its text; of the first member that fails.
pub(super) fn parts<'a>(check: &'a Check, scope: &Scope<'a>, hide: &Hide) -> Vec<Part> {
    let failed = members(check, scope).ok().flatten().and_then(|members| {
        members.into_iter().find(|(key, value)| holds(check, &locals(key, value), scope) == Condition::Fails)
    });
    let mut parts = Vec::new();
    if let Some((key, value)) = &failed {
        let secret = !hide.shows_secrets() && secret::is_secret(name_of(key).as_bytes());
        parts.push(Part { text: "key".to_owned(), value: told(&interpret::from_cel(key.clone()), hide) });
        let value = if secret { MASK.to_owned() } else { told(&interpret::from_cel(value.clone()), hide) };
        parts.push(Part { text: "value".to_owned(), value });
    }
    let given = failed.as_ref().map(|(key, value)| locals(key, value));
    let locals: &[Local<'_>] = given.as_ref().map_or(&[], <[_; 2]>::as_slice);
    let Expr::Interpreted(that) = check.that.value.parsed() else {
        parts.push(Part { text: check.that.value.to_string(), value: "false".to_owned() });
        return parts;
    };
    for part in &that.parts {
        let hidden = !hide.shows_secrets() && reads::is_secret(&part.expr, scope);
        let value = match evaluate(&part.expr, scope) {
            Ok(_) if hidden => MASK.to_owned(),
            Ok(value) => told(&value, hide),
            Err(lack) => match lack.reason() {
                Some(reason) => format!("not there: {}", hide.text(&reason)),
                None => continue,
            },
        };
        parts.push(Part { text: part.text.clone(), value });
    }
    for (text, value) in interpret::operands(that, locals, scope) {
        // What is one part alone was told above.
        if !parts.iter().any(|part| part.text == text) {
            let value = match value {
                Ok(value) => told(&value, hide),
                Err(lack) => match lack.reason() {
                    Some(reason) => format!("undecided: {}", hide.text(&reason)),
                    None => continue,
                },
            };
            parts.push(Part { text: text.to_owned(), value });
        }
    }
    parts
}

fn name_of(key: &Value) -> String {
    match key {
        Value::String(text) => text.to_string(),
        Value::Int(number) => number.to_string(),
        _ => String::new(),
    }
}

/// A value as a finding shows it: texts in quotes, JSON with its secrets masked, nothing endless.
fn told(value: &Val<'_>, hide: &Hide) -> String {
    let text = match value {
        Val::Text(text) => format!("\"{}\"", hide.target(&show(text))),
        Val::Int(number) => number.to_string(),
        Val::Double(number) => number.to_string(),
        Val::Bool(truth) => truth.to_string(),
        Val::Time(time) => time.to_string(),
        Val::List(members) => {
            let members: Vec<String> = members.iter().map(|member| format!("\"{}\"", hide.text(&show(member)))).collect();
            format!("[{}]", members.join(", "))
        }
        Val::Fields(lines) => format!("{} field lines", lines.len()),
        Val::Json(json) => {
            let mut json = json.as_ref().clone();
            if !hide.shows_secrets() {
                secret::mask_json(None, &mut json);
            }
            hide.text(&json.to_string())
        }
    };
    match text.char_indices().nth(MOST_OF_VALUE) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}
