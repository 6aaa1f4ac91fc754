//! One evaluation: the parts' values in, the answer or the reason why there is none out.

use std::cell::Cell;

use cel::common::value::{CowVal, Val as CelVal};
use cel::context::VariableResolver;
use cel::{Context, ExecutionError, Value};

use super::super::evaluate::{Lack, Val, evaluate};
use super::super::scope::Scope;
use super::formula::Values;
use super::value::{boxed, from_cel};
use super::{budget, library};
use crate::spec::{Expr, ExprPart, Interpreted, MessagePath, Operand, Program, Within};

/// An interpreted expression over one exchange, however many members of a `for_each` it is asked about.
pub(in super::super) struct Evaluation<'i, 's> {
    interpreted: &'i Interpreted,
    scope: &'s Scope<'i>,
    /// The parts taken so far, by their number, or why there is none.
    parts: Vec<Option<Result<Val<'i>, Lack>>>,
    /// `key` and `value` of a `for_each`.
    member: Option<(Value, Value)>,
    variables: Variables,
}

/// Whether something is true that is asked of what costs little to look at, where a formula says so. It takes from the budget
/// that was begun last; params have no value in this scope.
pub(in super::super) fn truth<'i>(interpreted: &'i Interpreted, program: &'i Program, scope: &Scope<'i>) -> Option<bool> {
    if !program.plain || program.formula.is_none() {
        return None;
    }
    match Evaluation::blank(interpreted, scope).formula(program)? {
        Val::Bool(truth) => Some(truth),
        _ => None,
    }
}

impl<'i, 's> Evaluation<'i, 's> {
    /// Makes an expression ready for an exchange.
    ///
    /// # Errors
    ///
    /// It names an optional param without a value: nothing to judge, whatever the rest says.
    pub(in super::super) fn new(interpreted: &'i Interpreted, scope: &'s Scope<'i>) -> Result<Self, Lack> {
        let mut made = Self::blank(interpreted, scope);
        for (number, _) in interpreted.parts.iter().enumerate().filter(|(_, part)| part.names) {
            made.take(number);
            if let Some(Some(Err(Lack::Skip))) = made.parts.get(number) {
                return Err(Lack::Skip);
            }
        }
        Ok(made)
    }

    fn blank(interpreted: &'i Interpreted, scope: &'s Scope<'i>) -> Self {
        let parts = interpreted.parts.iter().map(|_| None).collect();
        Self { interpreted, scope, parts, member: None, variables: Variables::default() }
    }

    /// Goes to a member of a `for_each`.
    pub(in super::super) fn at(&mut self, key: &Value, value: &Value) {
        self.member = Some((key.clone(), value.clone()));
        self.variables.member = None;
    }

    /// The value of the expression. It takes from the budget that was begun last.
    pub(in super::super) fn value(&mut self) -> Result<Val<'static>, Lack> {
        match self.decided() {
            Some(truth) => Ok(Val::Bool(truth)),
            None => self.run(&self.interpreted.program),
        }
    }

    /// What each operand of the chain at the top is, where it can be said.
    pub(in super::super) fn operands(&mut self) -> Vec<(&'i str, Result<Val<'static>, Lack>)> {
        let operands = self.interpreted.chain.iter().flat_map(|chain| &chain.operands);
        operands.map(|operand| (operand.text.as_str(), self.run(&operand.program))).collect()
    }

    /// What the chain at the top says, where one of its operands decides it, from left to right, or all are true or false:
    /// most conditions end at the first, and take nothing else from the traffic. All else is the whole's to say.
    fn decided(&mut self) -> Option<bool> {
        let chain = self.interpreted.chain.as_ref()?;
        let mut open = false;
        for Operand { program, .. } in &chain.operands {
            match self.run(program) {
                Ok(Val::Bool(truth)) if truth == chain.decides => return Some(truth),
                Ok(Val::Bool(_)) => {}
                _ => open = true,
            }
        }
        (!open).then_some(!chain.decides)
    }

    /// Takes a part from the traffic, once.
    fn take(&mut self, number: usize) {
        if let (Some(part), Some(value @ None)) = (self.interpreted.parts.get(number), self.parts.get_mut(number)) {
            *value = Some(evaluate(&part.expr, self.scope));
        }
    }

    /// What a formula gives, where it gives anything.
    fn formula(&mut self, program: &'i Program) -> Option<Val<'static>> {
        #[cfg(test)]
        if WITHOUT_FORMULAS.get() {
            return None;
        }
        let formula = program.formula.as_ref().filter(|_| !self.scope.masks)?;
        for number in &program.parts {
            // A formula goes through field lines where they lie.
            let is_lines = |part: &ExprPart| matches!(part.expr, Expr::Message { path: MessagePath::Headers, .. });
            if !self.interpreted.parts.get(*number).is_some_and(is_lines) {
                self.take(*number);
            }
        }
        let left = Cell::new(budget::allowance());
        let values = Values { parts: &self.parts, scope: self.scope, member: self.member.as_ref(), left };
        let value = values.value(formula);
        budget::took(budget::allowance() - values.left.get());
        #[cfg(any(test, fuzzing))]
        if let Some(value) = &value {
            self.hold(program, value);
        }
        value
    }

    /// Wherever tests and the fuzzer come, the interpreter says the same as a formula, if it can afford it.
    #[cfg(any(test, fuzzing))]
    fn hold(&mut self, program: &'i Program, value: &Val<'static>) {
        budget::beside(|| {
            let said = self.interpret(program);
            if said.is_ok() || !budget::is_spent() {
                assert_eq!(said.as_ref(), Ok(value), "{}", self.interpreted.text);
            }
        });
    }

    fn run(&mut self, program: &'i Program) -> Result<Val<'static>, Lack> {
        if let Some(value) = self.formula(program) {
            return Ok(value);
        }
        #[cfg(test)]
        INTERPRETED.set(INTERPRETED.get() + 1);
        self.interpret(program)
    }

    /// What the interpreter gives.
    fn interpret(&mut self, program: &'i Program) -> Result<Val<'static>, Lack> {
        program.parts.iter().for_each(|number| self.take(*number));
        self.variables.make(self.interpreted, &self.parts, self.member.as_ref());
        let mut context = Context::with_env(library::env());
        context.set_variable_resolver(&self.variables);
        Value::resolve(&program.tree, &context).map(from_cel).map_err(|error| self.lack(error))
    }

    /// The reason behind an error of the interpreter. Values are not quoted: they may be secrets.
    fn lack(&self, error: ExecutionError) -> Lack {
        let because = |reason: String| Lack::Because(reason);
        match error {
            ExecutionError::UndeclaredReference(name) => {
                match ExprPart::number(&name).and_then(|number| self.variables.value(number)) {
                    Some(Err(lack)) => lack.clone(),
                    _ => because(format!("`{name}` has no value")),
                }
            }
            ExecutionError::FunctionError { function, message } if function == budget::OURS => because(message),
            ExecutionError::FunctionError { function, .. } => {
                because(format!("`{function}` cannot be made of what stands there"))
            }
            ExecutionError::NoSuchKey(key) => because(format!("there is no member `{key}`")),
            ExecutionError::IndexOutOfBounds(_) => because("there is no such member".to_owned()),
            ExecutionError::DivisionByZero(_) | ExecutionError::RemainderByZero(_) => because("it divides by zero".to_owned()),
            ExecutionError::Overflow(..) => because("a number grows beyond 64 bits".to_owned()),
            ExecutionError::NoSuchOverload(overload) => because(format!(
                "`{}` is not for {}",
                overload.function().trim_matches(['_', '@']),
                overload.argument_types().join(" and ")
            )),
            _ => because(format!("`{}` has no value", self.interpreted.text)),
        }
    }
}

/// What the names of a program stand for. The interpreter borrows it.
#[derive(Default)]
struct Variables {
    /// The parts taken so far, by their number, as the interpreter holds them, or why there is none.
    values: Vec<Option<Result<Box<dyn CelVal>, Lack>>>,
    /// `key` and `value` of a `for_each`.
    member: Option<(Box<dyn CelVal>, Box<dyn CelVal>)>,
}

impl Variables {
    /// Makes what was taken since the last time.
    fn make(&mut self, of: &Interpreted, parts: &[Option<Result<Val<'_>, Lack>>], member: Option<&(Value, Value)>) {
        self.values.resize_with(parts.len(), || None);
        for ((made, part), of) in self.values.iter_mut().zip(parts).zip(&of.parts) {
            if let (None, Some(value)) = (&made, part) {
                let no_value = |_| Lack::Because(format!("`{}` has no value", of.text));
                *made = Some(value.as_ref().map_err(Lack::clone).and_then(|value| boxed(value).map_err(no_value)));
            }
        }
        if self.member.is_none() {
            let boxed = |value: &Value| value.clone().try_into().ok();
            self.member = member.and_then(|(key, value)| boxed(key).zip(boxed(value)));
        }
    }

    fn value(&self, number: usize) -> Option<&Result<Box<dyn CelVal>, Lack>> {
        self.values.get(number)?.as_ref()
    }
}

impl VariableResolver for Variables {
    fn resolve<'b>(&'b self, variable: &str) -> Option<CowVal<'b, 'b>> {
        let value = match (ExprPart::number(variable), &self.member) {
            (Some(number), _) => self.value(number)?.as_ref().ok()?,
            (None, Some((key, _))) if variable == "key" => key,
            (None, Some((_, value))) if variable == "value" => value,
            _ => return None,
        };
        Some(CowVal::Borrowed(value.as_ref()))
    }
}

/// Whether a text holds the pattern of `matches`; `None` where that is too large to run. Compiled ones are kept while the program
/// runs: they stand in specs, so they are few.
pub(super) fn matches(text: &str, pattern: &str) -> Option<bool> {
    use std::cell::RefCell;
    use std::collections::HashMap;
    thread_local! {
        static KNOWN: RefCell<HashMap<String, Within>> = RefCell::default();
    }
    KNOWN.with_borrow_mut(|known| match known.get(pattern) {
        Some(pattern) => pattern.is_in(text),
        None => known.entry(pattern.to_owned()).or_insert(Within::new(pattern.to_owned())).is_in(text),
    })
}

#[cfg(test)]
thread_local! {
    /// The interpreter works out all, so that tests hold formulas against it.
    pub(in super::super) static WITHOUT_FORMULAS: Cell<bool> = const { Cell::new(false) };
    /// How often it was asked.
    pub(in super::super) static INTERPRETED: Cell<usize> = const { Cell::new(0) };
}
