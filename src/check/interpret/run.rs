//! One evaluation: the parts' values in, the answer or the reason why there is none out.

use std::sync::Arc;

use cel::{Context, ExecutionError, IdedExpr, Value};

use super::super::evaluate::{Lack, Val, evaluate};
use super::super::scope::Scope;
use super::value::from_cel;
use super::{budget, library, to_cel};
use crate::spec::{ExprPart, Interpreted};

/// An interpreted expression over one exchange: its parts are taken from the traffic once, however many members of a
/// `for_each` it is asked about.
pub(in super::super) struct Evaluation<'i> {
    interpreted: &'i Interpreted,
    context: Context<'static, 'static>,
    /// Why a part has no value, by its number.
    lacks: Vec<Option<Lack>>,
}

impl<'i> Evaluation<'i> {
    /// Takes the parts' values.
    ///
    /// # Errors
    ///
    /// The expression names an optional param without a value: nothing to judge, whatever the rest says.
    pub(in super::super) fn new(interpreted: &'i Interpreted, scope: &Scope<'i>) -> Result<Self, Lack> {
        let mut context = Context::with_env(library::env());
        let mut lacks = Vec::with_capacity(interpreted.parts.len());
        for (number, part) in interpreted.parts.iter().enumerate() {
            match evaluate(&part.expr, scope) {
                Ok(value) => {
                    context.add_variable_from_value(ExprPart::variable(number), to_cel(&value));
                    lacks.push(None);
                }
                Err(Lack::Skip) => return Err(Lack::Skip),
                Err(lack) => lacks.push(Some(lack)),
            }
        }
        Ok(Self { interpreted, context, lacks })
    }

    /// Goes to a member of a `for_each`.
    pub(in super::super) fn at(&mut self, key: &Value, value: &Value) {
        self.context.add_variable_from_value("key", key.clone());
        self.context.add_variable_from_value("value", value.clone());
    }

    /// The value of the expression. It takes from the budget that was begun last.
    pub(in super::super) fn value(&self) -> Result<Val<'static>, Lack> {
        self.value_of(&self.interpreted.program)
    }

    /// What each operand of the chain at the top is, where it can be said.
    pub(in super::super) fn operands(&self) -> impl Iterator<Item = (&'i str, Result<Val<'static>, Lack>)> {
        self.interpreted.operands.iter().map(|(text, operand)| (text.as_str(), self.value_of(operand)))
    }

    fn value_of(&self, program: &IdedExpr) -> Result<Val<'static>, Lack> {
        Value::resolve(program, &self.context).map(from_cel).map_err(|error| self.lack(error))
    }

    /// The reason behind an error of the interpreter. Values are not quoted: they may be secrets.
    fn lack(&self, error: ExecutionError) -> Lack {
        let because = |reason: String| Lack::Because(reason);
        match error {
            ExecutionError::UndeclaredReference(name) => {
                let number = name.strip_prefix('@').and_then(|number| number.parse::<usize>().ok());
                match number.and_then(|number| self.lacks.get(number).cloned().flatten()) {
                    Some(lack) => lack,
                    None => because(format!("`{name}` has no value")),
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
