//! Formulas, worked out from values where they lie.
//!
//! There is a value only where the interpreter would give the same. What is missing, masked, of two types or beyond the
//! budget gives none: then the interpreter is asked, which knows the reason. Properties hold both together.

use std::borrow::Cow;
use std::cell::Cell;
use std::cmp::Ordering;

use cel::Value;
use serde_json::Value as Json;

use super::super::evaluate::{Lack, Val, call};
use super::super::legible::show;
use super::super::scope::Scope;
use crate::http::HeadRef;
use crate::spec::{Formula, Function, Gives, Loop, OfLine, Operator, Side};

/// A value, as it lies.
#[derive(Debug, Clone)]
enum Seen<'v> {
    Text(Cow<'v, str>),
    Int(i64),
    Truth(bool),
    /// Name and value of a field line.
    Line(&'v [u8], &'v [u8]),
    /// The field lines of a head.
    Lines(HeadRef<'v>),
    List(Vec<Seen<'v>>),
    /// An array or an object.
    Json(&'v Json),
}

impl<'v> Seen<'v> {
    fn into_text(self) -> Option<Cow<'v, str>> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
}

/// What a formula may name.
pub(super) struct Given<'v> {
    /// The compiled parts that were taken, by their number.
    pub(super) parts: &'v [Option<Result<Val<'v>, Lack>>],
    pub(super) scope: &'v Scope<'v>,
    /// `key` and `value` of a `for_each`.
    pub(super) member: Option<&'v (Value, Value)>,
    /// What is left of the budget.
    pub(super) left: Cell<u64>,
}

/// The members that the macros around a formula are at, the innermost first.
struct At<'a, 'v> {
    member: Seen<'v>,
    around: Option<&'a At<'a, 'v>>,
}

impl<'v> Given<'v> {
    /// What a formula gives.
    pub(super) fn value(&self, formula: &'v Formula) -> Option<Val<'static>> {
        match self.seen(formula, None)? {
            Seen::Text(text) => Some(Val::Text(Cow::Owned(text.into_owned().into_bytes()))),
            Seen::Int(int) => Some(Val::Int(int)),
            Seen::Truth(truth) => Some(Val::Bool(truth)),
            Seen::Line(..) | Seen::Lines(_) | Seen::List(_) | Seen::Json(_) => None,
        }
    }

    fn seen(&self, formula: &'v Formula, at: Option<&At<'_, 'v>>) -> Option<Seen<'v>> {
        Some(match formula {
            Formula::Text(_) => Seen::Text(self.text(formula, at)?),
            Formula::Int(int) => Seen::Int(*int),
            Formula::Truth(truth) => Seen::Truth(*truth),
            Formula::Part(number) => self.part(*number)?,
            Formula::Lines(side) => self.lines(*side)?,
            Formula::Member(_) => self.member(formula, at)?.clone(),
            Formula::Key => of_for_each(&self.member?.0)?,
            Formula::Value => of_for_each(&self.member?.1)?,
            Formula::Named(on, name) => match (name.of_line, self.member(on, at)) {
                (Some(of_line), Some(Seen::Line(name, value))) => Seen::Text(text(of(of_line, name, value))),
                _ => match (self.seen(on, at)?, name.of_line) {
                    (Seen::Line(name, value), Some(of_line)) => Seen::Text(text(of(of_line, name, value))),
                    (Seen::Json(Json::Object(members)), _) => of_json(members.get(&name.text)?)?,
                    _ => return None,
                },
            },
            Formula::Has(on, name) => match self.seen(on, at)? {
                Seen::Json(Json::Object(members)) => Seen::Truth(members.contains_key(name)),
                _ => return None,
            },
            Formula::Not(_) => Seen::Truth(self.truth(formula, at)?),
            Formula::Negative(on) => Seen::Int(self.int(on, at)?.checked_neg()?),
            Formula::Size(on) => Seen::Int(i64::try_from(self.size(on, at)?).ok()?),
            Formula::ToInt(on) => match self.seen(on, at)? {
                Seen::Text(text) => Seen::Int(text.parse().ok()?),
                int @ Seen::Int(_) => int,
                _ => return None,
            },
            Formula::ToText(on) => match self.seen(on, at)? {
                Seen::Int(int) => Seen::Text(Cow::Owned(int.to_string())),
                text @ Seen::Text(_) => text,
                _ => return None,
            },
            Formula::Two(operator, sides) => self.between(*operator, sides, at)?,
            Formula::If(parts) => {
                let [condition, yes, no] = parts.as_ref();
                let chosen = if self.truth(condition, at)? { yes } else { no };
                self.seen(chosen, at)?
            }
            Formula::Matches(on, pattern) => {
                let text = self.text(on, at)?;
                self.take(text.len())?;
                Seen::Truth(pattern.is_in(&text)?)
            }
            Formula::Call(function, on, argument) => {
                let on = self.text(on, at)?;
                self.take(on.len())?;
                let argument = match argument {
                    Some(argument) => Some(self.text(argument, at)?),
                    None => None,
                };
                called(*function, on, argument.as_deref())?
            }
            Formula::List(members) => Seen::List(members.iter().map(|member| self.seen(member, at)).collect::<Option<_>>()?),
            Formula::Loop(of) => self.gathered(of, at)?,
        })
    }

    /// The member that a macro is at, where that is asked.
    fn member<'a>(&self, formula: &Formula, at: Option<&'a At<'a, 'v>>) -> Option<&'a Seen<'v>> {
        match formula {
            Formula::Member(outward) => std::iter::successors(at, |at| at.around).nth(*outward).map(|at| &at.member),
            _ => None,
        }
    }

    fn truth(&self, formula: &'v Formula, at: Option<&At<'_, 'v>>) -> Option<bool> {
        match formula {
            Formula::Two(operator, sides) if *operator != Operator::Member => self.holds(*operator, sides, at),
            Formula::Not(on) => self.truth(on, at).map(|truth| !truth),
            _ => match self.seen(formula, at)? {
                Seen::Truth(truth) => Some(truth),
                _ => None,
            },
        }
    }

    fn int(&self, formula: &'v Formula, at: Option<&At<'_, 'v>>) -> Option<i64> {
        match self.seen(formula, at)? {
            Seen::Int(int) => Some(int),
            _ => None,
        }
    }

    fn text(&self, formula: &'v Formula, at: Option<&At<'_, 'v>>) -> Option<Cow<'v, str>> {
        match formula {
            Formula::Text(text) => Some(Cow::Borrowed(text)),
            Formula::Named(on, name) => match (name.of_line, self.member(on, at)) {
                (Some(of_line), Some(Seen::Line(name, value))) => Some(text(of(of_line, name, value))),
                _ => self.seen(formula, at)?.into_text(),
            },
            _ => self.seen(formula, at)?.into_text(),
        }
    }

    /// Takes a step and so many more from the budget of the check.
    fn take(&self, more: usize) -> Option<()> {
        self.left.set(self.left.get().checked_sub((more as u64).saturating_add(1))?);
        Some(())
    }

    /// A compiled part's value; `None` of those that only the interpreter knows.
    fn part(&self, number: usize) -> Option<Seen<'v>> {
        let value = self.parts.get(number)?.as_ref()?.as_ref().ok()?;
        Some(match value {
            Val::Text(bytes) => {
                self.take(bytes.len())?;
                Seen::Text(text(bytes))
            }
            Val::Int(int) => Seen::Int(*int),
            Val::Bool(truth) => Seen::Truth(*truth),
            Val::List(members) => {
                self.take(members.len())?;
                Seen::List(members.iter().map(|member| Seen::Text(text(member))).collect())
            }
            Val::Fields(lines) => {
                self.take(lines.len())?;
                Seen::List(lines.iter().map(|(name, value)| Seen::Line(name, value)).collect())
            }
            Val::Json(json) => of_json(json)?,
            Val::Double(_) | Val::Time(_) => return None,
        })
    }

    /// The members of a list. Those of an object are the interpreter's, which goes through them in an order of its own.
    fn members(&self, list: Seen<'v>) -> Option<Vec<Seen<'v>>> {
        match list {
            Seen::List(members) => Some(members),
            Seen::Lines(head) => {
                self.take(head.lines.len())?;
                Some(head.regular_fields().map(|(name, value)| Seen::Line(name, value)).collect())
            }
            Seen::Json(Json::Array(members)) => {
                self.take(members.len())?;
                members.iter().map(of_json).collect()
            }
            _ => None,
        }
    }

    /// The field lines of a message, where all of them are known.
    fn lines(&self, side: Side) -> Option<Seen<'v>> {
        let head = self.scope.message(side)?.head;
        let open = head.head.fidelity.masks || head.head.flags.is_partial() || head.withholds(|_| true);
        (!open).then_some(Seen::Lines(head))
    }

    /// What an operator says of two values; `None`, too, where it is no question.
    fn holds(&self, operator: Operator, [a, b]: &'v [Formula; 2], at: Option<&At<'_, 'v>>) -> Option<bool> {
        let two = || Some((self.seen(a, at)?, self.seen(b, at)?));
        let ordered = |fits: fn(Ordering) -> bool| two().and_then(|(a, b)| self.order(&a, &b)).map(fits);
        match operator {
            // What the first decides is not asked of the second, which may have no value.
            Operator::And => Some(self.truth(a, at)? && self.truth(b, at)?),
            Operator::Or => Some(self.truth(a, at)? || self.truth(b, at)?),
            Operator::Equal => two().and_then(|(a, b)| self.equal(&a, &b)),
            Operator::Unequal => two().and_then(|(a, b)| self.equal(&a, &b)).map(|equal| !equal),
            Operator::Less => ordered(Ordering::is_lt),
            Operator::AtMost => ordered(Ordering::is_le),
            Operator::Greater => ordered(Ordering::is_gt),
            Operator::AtLeast => ordered(Ordering::is_ge),
            Operator::OneOf => match b {
                // What the spec lists needs no list made of it.
                Formula::List(members) if members.iter().all(is_literal) => {
                    let a = self.seen(a, at)?;
                    self.one_of(&a, members.iter().filter_map(|member| self.seen(member, at)))
                }
                _ => match two()? {
                    (Seen::Text(key), Seen::Json(Json::Object(keys))) => Some(keys.contains_key(&*key)),
                    (a, list) => self.one_of(&a, self.members(list)?.into_iter()),
                },
            },
            Operator::Starts | Operator::Ends | Operator::Contains => {
                let (text, part) = (self.text(a, at)?, self.text(b, at)?);
                self.take(text.len().saturating_add(part.len()))?;
                Some(match operator {
                    Operator::Starts => text.starts_with(&*part),
                    Operator::Ends => text.ends_with(&*part),
                    _ => memchr::memmem::find(text.as_bytes(), part.as_bytes()).is_some(),
                })
            }
            Operator::Add
            | Operator::Subtract
            | Operator::Multiply
            | Operator::Divide
            | Operator::Remainder
            | Operator::Nth
            | Operator::Member => None,
        }
    }

    /// What an operator makes of two values.
    fn between(&self, operator: Operator, sides: &'v [Formula; 2], at: Option<&At<'_, 'v>>) -> Option<Seen<'v>> {
        let [a, b] = sides;
        let ints = || Some((self.int(a, at)?, self.int(b, at)?));
        match operator {
            Operator::Add => match (self.seen(a, at)?, self.seen(b, at)?) {
                (Seen::Text(a), Seen::Text(b)) => {
                    self.take(a.len().saturating_add(b.len()))?;
                    Some(Seen::Text(a + b))
                }
                (Seen::Int(a), Seen::Int(b)) => a.checked_add(b).map(Seen::Int),
                (Seen::List(mut a), Seen::List(b)) => {
                    self.take(a.len().saturating_add(b.len()))?;
                    a.extend(b);
                    Some(Seen::List(a))
                }
                _ => None,
            },
            Operator::Subtract => ints().and_then(|(a, b)| a.checked_sub(b)).map(Seen::Int),
            Operator::Multiply => ints().and_then(|(a, b)| a.checked_mul(b)).map(Seen::Int),
            Operator::Divide => ints().and_then(|(a, b)| a.checked_div(b)).map(Seen::Int),
            Operator::Remainder => ints().and_then(|(a, b)| a.checked_rem(b)).map(Seen::Int),
            Operator::Nth => {
                let (on, index) = (self.seen(a, at)?, self.int(b, at)?);
                let mut members = self.members(on)?;
                let position = if index < 0 { i64::try_from(members.len()).ok()?.checked_add(index)? } else { index };
                let position = usize::try_from(position).ok().filter(|position| *position < members.len())?;
                Some(members.swap_remove(position))
            }
            Operator::Member => match (self.seen(a, at)?, self.text(b, at)?) {
                (Seen::Json(Json::Object(members)), name) => of_json(members.get(&*name)?),
                _ => None,
            },
            _ => self.holds(operator, sides, at).map(Seen::Truth),
        }
    }

    fn size(&self, formula: &'v Formula, at: Option<&At<'_, 'v>>) -> Option<usize> {
        // What a filter leaves need not be gathered to be counted.
        if let Formula::Loop(of) = formula
            && let Loop { over, gives: Gives::Filter(test) } = of.as_ref()
        {
            let mut count = 0_usize;
            self.each(over, at, &mut |at| {
                count = count.saturating_add(usize::from(self.truth(test, Some(at))?));
                Some(true)
            })?;
            return Some(count);
        }
        Some(match self.seen(formula, at)? {
            Seen::Text(text) => {
                self.take(text.len())?;
                text.chars().count()
            }
            Seen::Lines(head) => head.regular_fields().count(),
            Seen::List(members) => members.len(),
            Seen::Json(Json::Array(members)) => members.len(),
            Seen::Json(Json::Object(members)) => members.len(),
            _ => return None,
        })
    }

    /// Goes through the members of a list, as long as `goes_on` says so.
    fn each(
        &self,
        over: &'v Formula,
        around: Option<&At<'_, 'v>>,
        goes_on: &mut dyn FnMut(&At<'_, 'v>) -> Option<bool>,
    ) -> Option<()> {
        let mut go = |member: Seen<'v>| {
            self.take(0)?;
            goes_on(&At { member, around })
        };
        match self.seen(over, around)? {
            Seen::Lines(head) => {
                for (name, value) in head.regular_fields() {
                    if !go(Seen::Line(name, value))? {
                        break;
                    }
                }
            }
            list => {
                for member in self.members(list)? {
                    if !go(member)? {
                        break;
                    }
                }
            }
        }
        Some(())
    }

    /// What a macro makes of a list.
    fn gathered(&self, Loop { over, gives }: &'v Loop, at: Option<&At<'_, 'v>>) -> Option<Seen<'v>> {
        match gives {
            Gives::Exists(test) | Gives::All(test) => {
                let all = matches!(gives, Gives::All(_));
                let mut answer = all;
                self.each(over, at, &mut |at| {
                    answer = self.truth(test, Some(at))?;
                    Some(answer == all)
                })?;
                Some(Seen::Truth(answer))
            }
            Gives::ExistsOne(test) => {
                let mut count = 0_usize;
                self.each(over, at, &mut |at| {
                    count = count.saturating_add(usize::from(self.truth(test, Some(at))?));
                    Some(true)
                })?;
                Some(Seen::Truth(count == 1))
            }
            Gives::Filter(test) => self.list(over, Some(test), None, at),
            Gives::Map(test, value) => self.list(over, test.as_ref(), Some(value), at),
        }
    }

    fn list(
        &self,
        over: &'v Formula,
        test: Option<&'v Formula>,
        value: Option<&'v Formula>,
        at: Option<&At<'_, 'v>>,
    ) -> Option<Seen<'v>> {
        let mut list = Vec::new();
        self.each(over, at, &mut |at| {
            let wanted = match test {
                Some(test) => self.truth(test, Some(at))?,
                None => true,
            };
            if wanted {
                let kept = match value {
                    Some(value) => self.seen(value, Some(at))?,
                    None => at.member.clone(),
                };
                self.take(weight(&kept))?;
                list.push(kept);
            }
            Some(true)
        })?;
        Some(Seen::List(list))
    }

    /// `a == b`
    fn equal(&self, a: &Seen<'v>, b: &Seen<'v>) -> Option<bool> {
        match (a, b) {
            (Seen::Text(a), Seen::Text(b)) => {
                self.take(a.len().min(b.len()))?;
                Some(a == b)
            }
            (Seen::Int(a), Seen::Int(b)) => Some(a == b),
            (Seen::Truth(a), Seen::Truth(b)) => Some(a == b),
            (Seen::List(_) | Seen::Json(Json::Array(_)), Seen::List(_) | Seen::Json(Json::Array(_))) => {
                self.take(weight(a).saturating_add(weight(b)))?;
                let (a, b) = (self.members(a.clone())?, self.members(b.clone())?);
                if a.len() != b.len() {
                    return Some(false);
                }
                let mut answer = Some(true);
                for (a, b) in a.iter().zip(&b) {
                    match self.equal(a, b) {
                        Some(false) => return Some(false),
                        Some(true) => {}
                        None => answer = None,
                    }
                }
                answer
            }
            _ => None,
        }
    }

    /// Which of two is the greater.
    fn order(&self, a: &Seen<'_>, b: &Seen<'_>) -> Option<Ordering> {
        match (a, b) {
            (Seen::Text(a), Seen::Text(b)) => {
                self.take(a.len().min(b.len()))?;
                Some(a.cmp(b))
            }
            (Seen::Int(a), Seen::Int(b)) => Some(a.cmp(b)),
            _ => None,
        }
    }

    /// `a in list`: true where one member is equal, whatever the others are.
    fn one_of(&self, a: &Seen<'v>, members: impl Iterator<Item = Seen<'v>>) -> Option<bool> {
        let mut answer = Some(false);
        for member in members {
            match self.equal(a, &member) {
                Some(true) => return Some(true),
                Some(false) => {}
                None => answer = None,
            }
        }
        answer
    }
}

fn is_literal(formula: &Formula) -> bool {
    matches!(formula, Formula::Text(_) | Formula::Int(_) | Formula::Truth(_))
}

/// What a value takes that a macro keeps.
fn weight(seen: &Seen<'_>) -> usize {
    match seen {
        Seen::Text(text) => text.len(),
        Seen::Line(name, value) => name.len().saturating_add(value.len()),
        Seen::List(members) => members.iter().map(weight).fold(members.len(), usize::saturating_add),
        Seen::Int(_) | Seen::Truth(_) | Seen::Lines(_) | Seen::Json(_) => 1,
    }
}

fn text(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(show(bytes)),
    }
}

/// JSON. Of numbers only integers are taken as they are.
fn of_json(json: &Json) -> Option<Seen<'_>> {
    Some(match json {
        Json::Bool(truth) => Seen::Truth(*truth),
        Json::Number(number) => Seen::Int(number.as_i64()?),
        Json::String(text) => Seen::Text(Cow::Borrowed(text)),
        Json::Array(_) | Json::Object(_) => Seen::Json(json),
        Json::Null => return None,
    })
}

/// `key` or `value` of a `for_each`, which the interpreter holds.
fn of_for_each(value: &Value) -> Option<Seen<'_>> {
    Some(match value {
        Value::String(text) => Seen::Text(Cow::Borrowed(text)),
        Value::Int(int) => Seen::Int(*int),
        Value::Bool(truth) => Seen::Truth(*truth),
        _ => return None,
    })
}

fn of<'v>(what: OfLine, name: &'v [u8], value: &'v [u8]) -> &'v [u8] {
    match what {
        OfLine::Name => name,
        OfLine::Value => value,
    }
}

/// What a function for headers makes of a text.
fn called<'v>(function: Function, on: Cow<'v, str>, argument: Option<&str>) -> Option<Seen<'v>> {
    if function == Function::Lower && !on.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Some(Seen::Text(on));
    }
    match call(function, on.as_bytes(), argument.map(str::as_bytes)).ok()? {
        Val::Text(made) => Some(Seen::Text(Cow::Owned(show(&made)))),
        Val::Int(int) => Some(Seen::Int(int)),
        Val::Bool(truth) => Some(Seen::Truth(truth)),
        Val::List(members) => Some(Seen::List(members.iter().map(|member| Seen::Text(Cow::Owned(show(member)))).collect())),
        Val::Double(_) | Val::Time(_) | Val::Fields(_) | Val::Json(_) => None,
    }
}
