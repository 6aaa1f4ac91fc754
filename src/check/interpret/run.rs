//! One evaluation: the parts' values in, the answer or the reason why there is none out.

use std::sync::Arc;

use cel::common::value::{CowVal, Val as CelVal};
use cel::context::VariableResolver;
use cel::{Context, ExecutionError, IdedExpr, Value};

use super::super::evaluate::{Lack, Val, evaluate};
use super::super::scope::Scope;
use super::lines::answer;
use super::value::{boxed, from_cel};
use super::{budget, library};
use crate::spec::{ExprPart, Interpreted, Lines, Operand};

/// An interpreted expression over one exchange, however many members of a `for_each` it is asked about.
pub(in super::super) struct Evaluation<'i, 's> {
    interpreted: &'i Interpreted,
    scope: &'s Scope<'i>,
    variables: Variables,
}

impl<'i, 's> Evaluation<'i, 's> {
    /// Makes an expression ready for an exchange.
    ///
    /// # Errors
    ///
    /// It names an optional param without a value: nothing to judge, whatever the rest says.
    pub(in super::super) fn new(interpreted: &'i Interpreted, scope: &'s Scope<'i>) -> Result<Self, Lack> {
        let values = interpreted.parts.iter().map(|_| None).collect();
        let variables = Variables { values, member: None };
        let mut made = Self { interpreted, scope, variables };
        for (number, _) in interpreted.parts.iter().enumerate().filter(|(_, part)| part.names) {
            made.take(number);
            if let Some(Err(Lack::Skip)) = made.variables.value(number) {
                return Err(Lack::Skip);
            }
        }
        Ok(made)
    }

    /// Goes to a member of a `for_each`.
    pub(in super::super) fn at(&mut self, key: &Value, value: &Value) {
        let boxed = |value: &Value| value.clone().try_into().ok();
        self.variables.member = boxed(key).zip(boxed(value));
    }

    /// The value of the expression. It takes from the budget that was begun last.
    pub(in super::super) fn value(&mut self) -> Result<Val<'static>, Lack> {
        match self.decided().or_else(|| self.answer(self.interpreted.lines.as_ref())) {
            Some(truth) => Ok(Val::Bool(truth)),
            None => {
                (0..self.interpreted.parts.len()).for_each(|number| self.take(number));
                self.run(&self.interpreted.program)
            }
        }
    }

    /// What each operand of the chain at the top is, where it can be said.
    pub(in super::super) fn operands(&mut self) -> Vec<(&'i str, Result<Val<'static>, Lack>)> {
        let operands = self.interpreted.chain.iter().flat_map(|chain| &chain.operands);
        operands.map(|operand| (operand.text.as_str(), self.operand(operand))).collect()
    }

    /// What the chain at the top says, where its operands from left to right are all true or false until it is decided:
    /// most conditions end at the first, and take nothing else from the traffic. All else is the interpreter's to say.
    fn decided(&mut self) -> Option<bool> {
        let chain = self.interpreted.chain.as_ref()?;
        for operand in &chain.operands {
            match self.operand(operand) {
                Ok(Val::Bool(truth)) if truth == chain.decides => return Some(truth),
                Ok(Val::Bool(_)) => {}
                _ => return None,
            }
        }
        Some(!chain.decides)
    }

    fn operand(&mut self, operand: &Operand) -> Result<Val<'static>, Lack> {
        if let Some(truth) = self.answer(operand.lines.as_ref()) {
            return Ok(Val::Bool(truth));
        }
        operand.parts.iter().for_each(|number| self.take(*number));
        self.run(&operand.program)
    }

    /// What is asked of the lines of a head, where they say it themselves.
    fn answer(&self, lines: Option<&Lines>) -> Option<bool> {
        let lines = lines?;
        answer(lines, &self.scope.message(lines.side)?.head)
    }

    /// Takes a part from the traffic, once.
    fn take(&mut self, number: usize) {
        if let (Some(part), Some(value @ None)) = (self.interpreted.parts.get(number), self.variables.values.get_mut(number)) {
            let boxed = |value| boxed(&value).map_err(|_| Lack::Because(format!("`{}` has no value", part.text)));
            *value = Some(evaluate(&part.expr, self.scope).and_then(boxed));
        }
    }

    fn run(&self, program: &IdedExpr) -> Result<Val<'static>, Lack> {
        let mut context = Context::with_env(library::env());
        context.set_variable_resolver(&self.variables);
        Value::resolve(program, &context).map(from_cel).map_err(|error| self.lack(error))
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
struct Variables {
    /// The parts taken so far, by their number, or why there is none.
    values: Vec<Option<Result<Box<dyn CelVal>, Lack>>>,
    /// `key` and `value` of a `for_each`.
    member: Option<(Box<dyn CelVal>, Box<dyn CelVal>)>,
}

impl Variables {
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

/// The compiled pattern of `matches`, kept while the program runs: patterns stand in specs, so they are few.
pub(super) fn pattern(text: &str) -> Option<Arc<regex::Regex>> {
    use std::cell::RefCell;
    use std::collections::HashMap;
    thread_local! {
        static KNOWN: RefCell<HashMap<String, Option<Arc<regex::Regex>>>> = RefCell::default();
    }
    KNOWN.with_borrow_mut(|known| {
        if let Some(regex) = known.get(text) {
            return regex.clone();
        }
        let regex = regex::RegexBuilder::new(text).size_limit(1 << 20).build().ok().map(Arc::new);
        known.insert(text.to_owned(), regex.clone());
        regex
    })
}
