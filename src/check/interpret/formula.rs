//! Formulas, worked out from values where they lie.
//!
//! There is a value only where the interpreter would give the same. What is missing, masked, of two types or beyond what a
//! formula may cost gives none: then the interpreter is asked, which knows the reason. Wherever tests come, both are held
//! against each other.

use std::cell::Cell;
use std::cmp::Ordering;
use std::rc::Rc;

use cel::Value;
use serde_json::Value as Json;

use super::super::evaluate::{Lack, Val, call};
use super::super::legible::show;
use super::super::scope::Scope;
use super::seen::{Line, Seen, Text};
use crate::spec::{Formula, Function, Gives, Loop, Name, Operator, Question, Side, Within};

/// What a member of a list costs that is made: it takes some fifty bytes.
const MEMBER: usize = 4;

/// The values that a formula may name.
pub(super) struct Values<'v> {
    /// The compiled parts that were taken, by their number.
    pub(super) parts: &'v [Option<Result<Val<'v>, Lack>>],
    pub(super) scope: &'v Scope<'v>,
    /// `key` and `value` of a `for_each`.
    pub(super) member: Option<&'v (Value, Value)>,
    /// The steps and bytes that are left for it.
    pub(super) left: Cell<u64>,
}

/// The members that the macros around a formula are at, the innermost first.
struct At<'a, 'v> {
    member: Seen<'v>,
    around: Option<&'a At<'a, 'v>>,
}

impl<'v> Values<'v> {
    /// What a formula gives.
    pub(super) fn value(&self, formula: &'v Formula) -> Option<Val<'static>> {
        match self.seen(formula, None)? {
            Seen::Text(text) => Some(Val::Text(text.as_bytes().to_vec().into())),
            Seen::Int(int) => Some(Val::Int(int)),
            Seen::Truth(truth) => Some(Val::Bool(truth)),
            Seen::Line(_) | Seen::Lines(_) | Seen::List(_) | Seen::Json(_) => None,
        }
    }

    /// The value of a formula. What needs much room on the stack is a function of its own, so that what is asked for each line of a
    /// head needs little.
    fn seen(&self, formula: &'v Formula, at: Option<&At<'_, 'v>>) -> Option<Seen<'v>> {
        match formula {
            Formula::Text(text) => Some(Seen::Text(Text::Lies(text))),
            Formula::Int(int) => Some(Seen::Int(*int)),
            Formula::Truth(truth) => Some(Seen::Truth(*truth)),
            Formula::Part(number) => self.part(*number),
            Formula::Lines(side) => self.lines(*side),
            Formula::Member(outward) => member(*outward, at).cloned(),
            Formula::Key => Seen::of_for_each(&self.member?.0),
            Formula::Value => Seen::of_for_each(&self.member?.1),
            Formula::Named(on, name) => self.named(on, name, at),
            Formula::Has(on, name) => self.has(on, name, at),
            Formula::Not(_) | Formula::Holds(..) => self.truth(formula, at).map(Seen::Truth),
            Formula::Negative(on) => self.int(on, at)?.checked_neg().map(Seen::Int),
            Formula::Size(on) => self.size(on, at).and_then(|size| i64::try_from(size).ok()).map(Seen::Int),
            Formula::ToInt(on) => self.to_int(on, at),
            Formula::ToText(on) => self.to_text(on, at),
            Formula::Two(operator, sides) => self.between(*operator, sides, at),
            Formula::If(parts) => self.chosen(parts, at),
            Formula::Matches(on, pattern) => self.matches(on, pattern, at),
            Formula::Call(function, on, argument) => self.call(*function, on, argument.as_deref(), at),
            Formula::List(members) => self.listed(members, at),
            Formula::Loop(of) => self.gathered(of, at),
        }
    }

    fn truth(&self, formula: &'v Formula, at: Option<&At<'_, 'v>>) -> Option<bool> {
        match formula {
            Formula::Holds(question, sides) => self.holds(*question, sides, at),
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

    fn text(&self, formula: &'v Formula, at: Option<&At<'_, 'v>>) -> Option<Text<'v>> {
        match formula {
            Formula::Named(on, name) => self.named(on, name, at)?.into_text(),
            _ => self.seen(formula, at)?.into_text(),
        }
    }

    /// `x.name`
    #[inline]
    fn named(&self, on: &'v Formula, name: &Name, at: Option<&At<'_, 'v>>) -> Option<Seen<'v>> {
        // What most macros ask most often is asked where it stands.
        if let (Formula::Member(outward), Some(what)) = (on, name.of_line)
            && let Seen::Line(line) = member(*outward, at)?
        {
            return self.legible(line.text(what)).map(Seen::Text);
        }
        self.named_of(on, name, at)
    }

    #[inline(never)]
    fn named_of(&self, on: &'v Formula, name: &Name, at: Option<&At<'_, 'v>>) -> Option<Seen<'v>> {
        match (self.seen(on, at)?, name.of_line) {
            (Seen::Line(line), Some(what)) => self.legible(line.text(what)).map(Seen::Text),
            (Seen::Json(Json::Object(members)), _) => Seen::of_json(members.get(&name.text)?),
            _ => None,
        }
    }

    /// Takes a step and so many more.
    fn take(&self, more: usize) -> Option<()> {
        let left = self.left.get().checked_sub((more as u64).saturating_add(1));
        self.left.set(left.unwrap_or_default());
        left.map(|_| ())
    }

    fn legible(&self, bytes: &'v [u8]) -> Option<Text<'v>> {
        self.take(bytes.len())?;
        Some(Text::of(bytes))
    }

    /// `has(x.name)`
    #[inline(never)]
    fn has(&self, on: &'v Formula, name: &str, at: Option<&At<'_, 'v>>) -> Option<Seen<'v>> {
        match self.seen(on, at)? {
            Seen::Json(Json::Object(members)) => Some(Seen::Truth(members.contains_key(name))),
            _ => None,
        }
    }

    /// `int(x)`
    #[inline(never)]
    fn to_int(&self, on: &'v Formula, at: Option<&At<'_, 'v>>) -> Option<Seen<'v>> {
        match self.seen(on, at)? {
            Seen::Text(text) => text.parse().ok().map(Seen::Int),
            int @ Seen::Int(_) => Some(int),
            _ => None,
        }
    }

    /// `string(x)`
    #[inline(never)]
    fn to_text(&self, on: &'v Formula, at: Option<&At<'_, 'v>>) -> Option<Seen<'v>> {
        match self.seen(on, at)? {
            Seen::Int(int) => Some(Seen::Text(Text::Made(int.to_string().into()))),
            text @ Seen::Text(_) => Some(text),
            _ => None,
        }
    }

    /// `x ? y : z`
    #[inline(never)]
    fn chosen(&self, [condition, yes, no]: &'v [Formula; 3], at: Option<&At<'_, 'v>>) -> Option<Seen<'v>> {
        let chosen = if self.truth(condition, at)? { yes } else { no };
        self.seen(chosen, at)
    }

    /// `x.matches("…")`
    #[inline(never)]
    fn matches(&self, on: &'v Formula, pattern: &Within, at: Option<&At<'_, 'v>>) -> Option<Seen<'v>> {
        let text = self.text(on, at)?;
        self.take(text.len())?;
        pattern.is_in(&text).map(Seen::Truth)
    }

    /// `[x, y]`
    #[inline(never)]
    fn listed(&self, members: &'v [Formula], at: Option<&At<'_, 'v>>) -> Option<Seen<'v>> {
        self.take(members.len().saturating_mul(MEMBER))?;
        members.iter().map(|member| self.seen(member, at)).collect::<Option<_>>().map(Seen::list)
    }

    /// A compiled part's value; `None` of those that only the interpreter knows.
    fn part(&self, number: usize) -> Option<Seen<'v>> {
        match self.parts.get(number)?.as_ref()?.as_ref().ok()? {
            Val::Text(bytes) => self.legible(bytes).map(Seen::Text),
            Val::Int(int) => Some(Seen::Int(*int)),
            Val::Bool(truth) => Some(Seen::Truth(*truth)),
            Val::List(members) => self.texts(members),
            Val::Fields(lines) => self.fields(lines),
            Val::Json(json) => Seen::of_json(json),
            Val::Double(_) | Val::Time(_) => None,
        }
    }

    #[inline(never)]
    fn texts(&self, members: &'v [Vec<u8>]) -> Option<Seen<'v>> {
        self.take(members.len().saturating_mul(MEMBER))?;
        members.iter().map(|member| self.legible(member).map(Seen::Text)).collect::<Option<_>>().map(Seen::list)
    }

    #[inline(never)]
    fn fields(&self, lines: &'v [(Vec<u8>, Vec<u8>)]) -> Option<Seen<'v>> {
        self.take(lines.len().saturating_mul(MEMBER))?;
        Some(Seen::list(lines.iter().map(|(name, value)| Seen::Line(Line { name, value })).collect()))
    }

    /// The field lines of a message, where all of them are known.
    fn lines(&self, side: Side) -> Option<Seen<'v>> {
        let head = self.scope.message(side)?.head;
        let open = head.head.fidelity.masks || head.head.flags.is_partial() || head.withholds(|_| true);
        (!open).then_some(Seen::Lines(head))
    }

    /// The members of a list. Those of an object are the interpreter's, which goes through them in an order of its own.
    fn members(&self, list: Seen<'v>) -> Option<Rc<Vec<Seen<'v>>>> {
        match list {
            Seen::List(members) => Some(members),
            Seen::Lines(head) => {
                self.take(head.lines.len().saturating_mul(MEMBER))?;
                Some(Rc::new(head.regular_fields().map(Line::of).map(Seen::Line).collect()))
            }
            Seen::Json(Json::Array(members)) => {
                self.take(members.len().saturating_mul(MEMBER))?;
                members.iter().map(Seen::of_json).collect::<Option<_>>().map(Rc::new)
            }
            _ => None,
        }
    }

    /// Whether what is asked of two values holds.
    fn holds(&self, question: Question, [a, b]: &'v [Formula; 2], at: Option<&At<'_, 'v>>) -> Option<bool> {
        let two = || Some((self.seen(a, at)?, self.seen(b, at)?));
        let ordered = |fits: fn(Ordering) -> bool| two().and_then(|(a, b)| self.order(&a, &b)).map(fits);
        match question {
            // What the first decides is not asked of the second, which may have no value.
            Question::And => Some(self.truth(a, at)? && self.truth(b, at)?),
            Question::Or => Some(self.truth(a, at)? || self.truth(b, at)?),
            Question::Equal => two().and_then(|(a, b)| self.equal(&a, &b)),
            Question::Unequal => two().and_then(|(a, b)| self.equal(&a, &b)).map(|equal| !equal),
            Question::Less => ordered(Ordering::is_lt),
            Question::AtMost => ordered(Ordering::is_le),
            Question::Greater => ordered(Ordering::is_gt),
            Question::AtLeast => ordered(Ordering::is_ge),
            Question::OneOf => self.is_one_of(a, b, at),
            Question::Starts | Question::Ends | Question::Contains => {
                let (text, part) = (self.text(a, at)?, self.text(b, at)?);
                self.take(text.len().saturating_add(part.len()))?;
                Some(match question {
                    Question::Starts => text.starts_with(&*part),
                    Question::Ends => text.ends_with(&*part),
                    _ => memchr::memmem::find(text.as_bytes(), part.as_bytes()).is_some(),
                })
            }
        }
    }

    /// `a in b`
    fn is_one_of(&self, a: &'v Formula, b: &'v Formula, at: Option<&At<'_, 'v>>) -> Option<bool> {
        let a = self.seen(a, at)?;
        match b {
            // What the spec lists needs no list made of it.
            Formula::List(members) if members.iter().all(is_literal) => {
                self.one_of(&a, members.iter().filter_map(|member| self.seen(member, at)))
            }
            _ => match (a, self.seen(b, at)?) {
                (Seen::Text(key), Seen::Json(Json::Object(keys))) => Some(keys.contains_key(&*key)),
                (a, list) => self.one_of(&a, self.members(list)?.iter().cloned()),
            },
        }
    }

    /// What an operator makes of two values.
    #[inline(never)]
    fn between(&self, operator: Operator, [a, b]: &'v [Formula; 2], at: Option<&At<'_, 'v>>) -> Option<Seen<'v>> {
        let ints = || Some((self.int(a, at)?, self.int(b, at)?));
        match operator {
            Operator::Add => match (self.seen(a, at)?, self.seen(b, at)?) {
                (Seen::Text(a), Seen::Text(b)) => {
                    self.take(a.len().saturating_add(b.len()))?;
                    Some(Seen::Text(Text::Made([&*a, &*b].concat().into())))
                }
                (Seen::Int(a), Seen::Int(b)) => a.checked_add(b).map(Seen::Int),
                (Seen::List(a), Seen::List(b)) => {
                    self.take(a.len().saturating_add(b.len()).saturating_mul(MEMBER))?;
                    Some(Seen::list([a.as_slice(), b.as_slice()].concat()))
                }
                _ => None,
            },
            Operator::Subtract => ints().and_then(|(a, b)| a.checked_sub(b)).map(Seen::Int),
            Operator::Multiply => ints().and_then(|(a, b)| a.checked_mul(b)).map(Seen::Int),
            Operator::Divide => ints().and_then(|(a, b)| a.checked_div(b)).map(Seen::Int),
            Operator::Remainder => ints().and_then(|(a, b)| a.checked_rem(b)).map(Seen::Int),
            Operator::Nth => {
                let (on, index) = (self.seen(a, at)?, self.int(b, at)?);
                let members = self.members(on)?;
                let position = if index < 0 { i64::try_from(members.len()).ok()?.checked_add(index)? } else { index };
                members.get(usize::try_from(position).ok()?).cloned()
            }
            Operator::OfKey => match (self.seen(a, at)?, self.text(b, at)?) {
                (Seen::Json(Json::Object(members)), name) => Seen::of_json(members.get(&*name)?),
                _ => None,
            },
        }
    }

    fn size(&self, formula: &'v Formula, at: Option<&At<'_, 'v>>) -> Option<usize> {
        // What a filter leaves need not be gathered to be counted.
        if let Formula::Loop(of) = formula
            && let Loop { over, gives: Gives::Filter(test) } = of.as_ref()
        {
            return self.count(over, test, at);
        }
        Some(match self.seen(formula, at)? {
            Seen::Text(text) => {
                self.take(text.len())?;
                text.chars().count()
            }
            Seen::Lines(head) => {
                self.take(head.lines.len())?;
                head.regular_fields().count()
            }
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
                for line in head.regular_fields().map(Line::of) {
                    if !go(Seen::Line(line))? {
                        break;
                    }
                }
            }
            list => {
                for member in self.members(list)?.iter() {
                    if !go(member.clone())? {
                        break;
                    }
                }
            }
        }
        Some(())
    }

    /// Of how many members something is true.
    fn count(&self, over: &'v Formula, test: &'v Formula, at: Option<&At<'_, 'v>>) -> Option<usize> {
        let mut count = 0_usize;
        self.each(over, at, &mut |at| {
            count = count.saturating_add(usize::from(self.truth(test, Some(at))?));
            Some(true)
        })?;
        Some(count)
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
            Gives::ExistsOne(test) => self.count(over, test, at).map(|count| Seen::Truth(count == 1)),
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
                self.take(MEMBER)?;
                list.push(match value {
                    Some(value) => self.seen(value, Some(at))?,
                    None => at.member.clone(),
                });
            }
            Some(true)
        })?;
        Some(Seen::list(list))
    }

    /// What a function for headers makes of a text.
    #[inline(never)]
    fn call(
        &self,
        function: Function,
        on: &'v Formula,
        argument: Option<&'v Formula>,
        at: Option<&At<'_, 'v>>,
    ) -> Option<Seen<'v>> {
        let on = self.text(on, at)?;
        self.take(on.len())?;
        if function == Function::Lower && !on.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return Some(Seen::Text(on));
        }
        let argument = match argument {
            Some(argument) => Some(self.text(argument, at)?),
            None => None,
        };
        let made = |bytes: &[u8]| Seen::Text(Text::Made(show(bytes).into()));
        match call(function, on.as_bytes(), argument.as_deref().map(str::as_bytes)).ok()? {
            Val::Text(text) => Some(made(&text)),
            Val::Int(int) => Some(Seen::Int(int)),
            Val::Bool(truth) => Some(Seen::Truth(truth)),
            Val::List(members) => {
                self.take(members.len().saturating_mul(MEMBER))?;
                Some(Seen::list(members.iter().map(|member| made(member)).collect()))
            }
            Val::Double(_) | Val::Time(_) | Val::Fields(_) | Val::Json(_) => None,
        }
    }

    /// `a == b`
    fn equal(&self, a: &Seen<'v>, b: &Seen<'v>) -> Option<bool> {
        match (a, b) {
            (Seen::Text(a), Seen::Text(b)) => {
                self.take(a.len().min(b.len()))?;
                Some(**a == **b)
            }
            (Seen::Int(a), Seen::Int(b)) => Some(a == b),
            (Seen::Truth(a), Seen::Truth(b)) => Some(a == b),
            (Seen::List(_) | Seen::Json(Json::Array(_)), Seen::List(_) | Seen::Json(Json::Array(_))) => {
                let (a, b) = (self.members(a.clone())?, self.members(b.clone())?);
                if a.len() != b.len() {
                    return Some(false);
                }
                let mut answer = Some(true);
                for (a, b) in a.iter().zip(b.iter()) {
                    self.take(0)?;
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
                Some((**a).cmp(&**b))
            }
            (Seen::Int(a), Seen::Int(b)) => Some(a.cmp(b)),
            _ => None,
        }
    }

    /// `a in list`: true where one member is equal, whatever the others are.
    fn one_of(&self, a: &Seen<'v>, members: impl Iterator<Item = Seen<'v>>) -> Option<bool> {
        let mut answer = Some(false);
        for member in members {
            self.take(0)?;
            match self.equal(a, &member) {
                Some(true) => return Some(true),
                Some(false) => {}
                None => answer = None,
            }
        }
        answer
    }
}

/// The member that a macro is at, so many macros outward.
fn member<'a, 'v>(outward: usize, at: Option<&'a At<'a, 'v>>) -> Option<&'a Seen<'v>> {
    std::iter::successors(at, |at| at.around).nth(outward).map(|at| &at.member)
}

fn is_literal(formula: &Formula) -> bool {
    matches!(formula, Formula::Text(_) | Formula::Int(_) | Formula::Truth(_))
}
