//! Conditions: `checks`, and `when` before an expectation or a hop.

use cel::Value;

use super::evaluate::{Lack, Val, evaluate};
use super::hide::Hide;
use super::interpret::{self, Evaluation};
use super::judged::{Fault, Judged};
use super::legible::{excerpt, show};
use super::reads;
use super::scope::Scope;
use crate::finding::{Part, Rule};
use crate::secret::{self, MASK};
use crate::spec::{Check, Expr};

/// Members that a `for_each` goes through.
const MOST_MEMBERS: usize = 10_000;

/// What a condition says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Condition {
    Holds,
    Fails,
    /// It names an optional param without a value, or a message that is not in the capture: nothing to judge.
    Skip,
    /// The evidence does not show it.
    Open(String),
}

/// Evaluates a condition.
pub(super) fn condition<'a>(expr: &'a Expr, scope: &Scope<'a>) -> Condition {
    said(expr, evaluate(expr, scope))
}

/// What the value of a condition says.
fn said(expr: &Expr, value: Result<Val<'_>, Lack>) -> Condition {
    let neither = || Condition::Open(format!("`{expr}` is neither true nor false"));
    match value {
        Ok(Val::Bool(true)) => Condition::Holds,
        Ok(Val::Bool(false)) => Condition::Fails,
        Ok(Val::Json(json)) => match json.as_bool() {
            Some(true) => Condition::Holds,
            Some(false) => Condition::Fails,
            None => neither(),
        },
        Ok(_) => neither(),
        // What is expected of a message that is not there is not observed.
        Err(Lack::Skip | Lack::NoMessage(_) | Lack::NoEvent) => Condition::Skip,
        Err(Lack::Because(reason)) => Condition::Open(reason),
    }
}

/// A condition of a check, ready for each member that the check goes through.
enum Asked<'a, 's> {
    /// It says the same of every member.
    Known(Condition),
    Each(&'a Expr, Box<Evaluation<'a, 's>>),
}

impl<'a, 's> Asked<'a, 's> {
    fn new(expr: &'a Expr, scope: &'s Scope<'a>) -> Self {
        match expr.parsed() {
            Expr::Interpreted(interpreted) => match Evaluation::new(interpreted, scope) {
                Ok(evaluation) => Self::Each(expr, Box::new(evaluation)),
                Err(lack) => Self::Known(said(expr, Err(lack))),
            },
            _ => Self::Known(condition(expr, scope)),
        }
    }

    fn of(&mut self, member: Option<&Member>) -> Condition {
        match self {
            Self::Known(condition) => condition.clone(),
            Self::Each(expr, evaluation) => {
                if let Some((key, value)) = member {
                    evaluation.at(key, value);
                }
                said(expr, evaluation.value())
            }
        }
    }
}

/// The conditions of a check over one exchange, under one budget.
struct Holds<'a, 's> {
    check: &'a Check,
    scope: &'s Scope<'a>,
    when: Option<Asked<'a, 's>>,
    /// Made when the first member wants it.
    that: Option<Asked<'a, 's>>,
}

impl<'a, 's> Holds<'a, 's> {
    fn new(check: &'a Check, scope: &'s Scope<'a>) -> Self {
        interpret::begin(scope.masks);
        Self { check, scope, when: check.when.as_ref().map(|when| Asked::new(&when.value, scope)), that: None }
    }

    /// Whether the check holds, of one member where it goes through some.
    fn of(&mut self, member: Option<&Member>) -> Condition {
        match self.when.as_mut().map_or(Condition::Holds, |when| when.of(member)) {
            Condition::Holds => {
                let (check, scope) = (self.check, self.scope);
                self.that.get_or_insert_with(|| Asked::new(&check.that.value, scope)).of(member)
            }
            Condition::Fails => Condition::Skip,
            other => other,
        }
    }
}

/// What a `for_each` names `key` and `value`.
type Member = (Value, Value);

/// Judges a check: for each member, where it goes through some.
pub(super) fn judge<'a>(check: &'a Check, scope: &Scope<'a>) -> Judged {
    let members = match members(check, scope) {
        Ok(members) => members,
        Err(Condition::Open(reason)) => return Judged::Inconclusive(reason),
        Err(_) => return Judged::NotObserved,
    };
    let mut holds = Holds::new(check, scope);
    let Some(members) = members else { return judged(holds.of(None)) };
    let mut all = Condition::Skip;
    for member in &members {
        match holds.of(Some(member)) {
            Condition::Fails => return judged(Condition::Fails),
            Condition::Open(reason) if !matches!(all, Condition::Open(_)) => {
                all = Condition::Open(format!("of `{}`: {reason}", name_of(&member.0)));
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

fn members<'a>(check: &'a Check, scope: &Scope<'a>) -> Result<Option<Vec<Member>>, Condition> {
    let Some(for_each) = &check.for_each else { return Ok(None) };
    let value = match evaluate(&for_each.value, scope) {
        Ok(value) => value,
        Err(Lack::Skip | Lack::NoMessage(_) | Lack::NoEvent) => return Err(Condition::Skip),
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
        let mut holds = Holds::new(check, scope);
        members.into_iter().find(|member| holds.of(Some(member)) == Condition::Fails)
    });
    let mut parts = Vec::new();
    if let Some((key, value)) = &failed {
        let secret = !hide.shows_secrets() && secret::is_secret(name_of(key).as_bytes());
        parts.push(Part { text: "key".to_owned(), value: told(&interpret::from_cel(key.clone()), hide) });
        let value = if secret { MASK.to_owned() } else { told(&interpret::from_cel(value.clone()), hide) };
        parts.push(Part { text: "value".to_owned(), value });
    }
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
    interpret::begin(scope.masks);
    let Ok(mut evaluation) = Evaluation::new(that, scope) else { return parts };
    if let Some((key, value)) = &failed {
        evaluation.at(key, value);
    }
    for (text, value) in evaluation.operands() {
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
    excerpt(text)
}
