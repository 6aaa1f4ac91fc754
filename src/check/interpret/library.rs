//! The functions that the interpreter calls: this project's comparisons, its functions for headers, its bounds.

use std::cmp::Ordering;
use std::sync::{Arc, OnceLock};

use cel::common::types::{CelList, CelMap, CelString, DYN_TYPE, MAP_TYPE, STRING_TYPE};
use cel::common::value::{CowVal, Val as CelVal};
use cel::{Env, ExecutionError, Value};

use super::super::evaluate::{call, is_digest};
use super::budget::{OURS, take, weight, weight_of};
use super::compare::{contains, ends, equal, equal_plain, no_texts, one_of, order, order_plain, size_of, starts};
use super::value::{boxed, from_cel};
use crate::spec::{Function, operator};

type Given<'b, 'v> = Vec<CowVal<'b, 'v>>;
type Answer<'b, 'v> = Result<CowVal<'b, 'v>, ExecutionError>;
type Native = for<'b, 'v> fn(Given<'b, 'v>) -> Answer<'b, 'v>;

/// The environment of every evaluation, made at the first.
pub(super) fn env() -> Arc<Env> {
    static ENV: OnceLock<Arc<Env>> = OnceLock::new();
    Arc::clone(ENV.get_or_init(|| {
        let mut env = Env::stdlib();
        let binary: [(&str, Native); 13] = [
            (operator::EQ, |given| equals(&given, true)),
            (operator::NE, |given| equals(&given, false)),
            (operator::LT, |given| ordered(&given, Ordering::is_lt)),
            (operator::LE, |given| ordered(&given, Ordering::is_le)),
            (operator::GT, |given| ordered(&given, Ordering::is_gt)),
            (operator::GE, |given| ordered(&given, Ordering::is_ge)),
            (operator::ONE_OF, |given| is_one_of(&given)),
            (operator::MEMBER, |given| member(&given)),
            (operator::ADD, |given| add(&given)),
            (operator::STARTS, |given| within(&given, starts)),
            (operator::ENDS, |given| within(&given, ends)),
            (operator::CONTAINS, |given| within(&given, contains)),
            (operator::MATCHES, |given| matches(&given)),
        ];
        let mut declared = Ok(());
        for (name, native) in binary {
            declared = declared.and(env.add_overload(name, name, vec![DYN_TYPE, DYN_TYPE], native));
        }
        declared = declared.and(env.add_overload(operator::SIZE, operator::SIZE, vec![DYN_TYPE], |given| size(&given)));
        for name in [operator::STEPS, operator::KEEP] {
            declared = declared.and(env.add_overload(name, name, vec![DYN_TYPE], count));
        }
        for (function, name) in Function::ALL {
            let name = operator::function(name);
            let arguments = 1 + function.arguments();
            declared =
                declared.and(env.add_overload(&name, &name, (0..arguments).map(|_| DYN_TYPE).collect(), native(*function)));
        }
        // All names begin with `@`, which nothing else's do; a test calls each.
        debug_assert_eq!(declared, Ok(()));
        Arc::new(env)
    }))
}

/// An argument, copied out of the interpreter. A copy of something large costs what it weighs, and is made where that is left:
/// macros go on behind an error.
fn argument(given: &[CowVal<'_, '_>], at: usize) -> Result<Value, ExecutionError> {
    let Some(value) = given.get(at) else { return Err(ExecutionError::missing_argument_or_target()) };
    take(0)?;
    if value.downcast_ref::<CelList<'_>>().is_some() || value.downcast_ref::<CelMap<'_>>().is_some() {
        take(weight_of(value.as_ref()))?;
    }
    Value::try_from(value.as_ref())
}

fn give<'b, 'v>(value: Value) -> Answer<'b, 'v> {
    let boxed: Box<dyn CelVal> = value.try_into()?;
    Ok(CowVal::Owned(boxed))
}

/// Two texts where they are; most comparisons are of texts, and copies of them would cost more than all else.
fn texts<'g>(given: &'g [CowVal<'_, '_>]) -> Option<(&'g str, &'g str)> {
    let [a, b] = given else { return None };
    Some((a.downcast_ref::<CelString<'_>>()?.inner(), b.downcast_ref::<CelString<'_>>()?.inner()))
}

/// `a == b`, or `a != b`.
fn equals<'b, 'v>(given: &[CowVal<'b, 'v>], answer: bool) -> Answer<'b, 'v> {
    match texts(given) {
        Some((a, b)) => give(Value::Bool(equal_plain(a, b)? == answer)),
        None => compare(given, |a, b| Ok(equal(a, b)? == answer)),
    }
}

/// `a < b` and its like.
fn ordered<'b, 'v>(given: &[CowVal<'b, 'v>], answer: fn(Ordering) -> bool) -> Answer<'b, 'v> {
    match texts(given) {
        Some((a, b)) => give(Value::Bool(answer(order_plain(a, b)?))),
        None => compare(given, |a, b| order(a, b).map(answer)),
    }
}

/// Whether a text begins with, ends with or holds another.
fn within<'b, 'v>(given: &[CowVal<'b, 'v>], answer: fn(&str, &str) -> Result<bool, ExecutionError>) -> Answer<'b, 'v> {
    give(Value::Bool(match texts(given) {
        Some((text, part)) => answer(text, part)?,
        None => no_texts()?,
    }))
}

fn compare<'b, 'v>(given: &[CowVal<'b, 'v>], answer: impl Fn(&Value, &Value) -> Result<bool, ExecutionError>) -> Answer<'b, 'v> {
    give(Value::Bool(answer(&argument(given, 0)?, &argument(given, 1)?)?))
}

/// `a in b`: the keys of an object are asked for where they are, so that going through another object by them stays cheap.
fn is_one_of<'b, 'v>(given: &[CowVal<'b, 'v>]) -> Answer<'b, 'v> {
    if let [key, of] = given
        && key.get_type() == &STRING_TYPE
        && of.get_type() == &MAP_TYPE
        && let Some(keys) = of.as_container()
    {
        take(1)?;
        return give(Value::Bool(keys.contains(key.as_ref())?));
    }
    compare(given, one_of)
}

/// `list[n]`, from the end where `n` is below 0.
fn member<'b, 'v>(given: &[CowVal<'b, 'v>]) -> Answer<'b, 'v> {
    let (on, index) = (argument(given, 0)?, argument(given, 1)?);
    let (Value::List(members), Value::Int(index)) = (&on, &index) else {
        return Err(ExecutionError::function_error(OURS, "only a list has a member at a number"));
    };
    let length = i64::try_from(members.len()).unwrap_or(i64::MAX);
    let at = if *index < 0 { length.saturating_add(*index) } else { *index };
    match usize::try_from(at).ok().and_then(|at| members.get(at)) {
        Some(member) => give(member.clone()),
        None => Err(ExecutionError::function_error(OURS, "there is no such member")),
    }
}

/// `x.size()`
fn size<'b, 'v>(given: &[CowVal<'b, 'v>]) -> Answer<'b, 'v> {
    give(Value::Int(size_of(&argument(given, 0)?)?))
}

/// `a + b` within a macro.
fn add<'b, 'v>(given: &[CowVal<'b, 'v>]) -> Answer<'b, 'v> {
    let (a, b) = (argument(given, 0)?, argument(given, 1)?);
    take(weight(&a).saturating_add(weight(&b)))?;
    give((a + b)?)
}

/// Passes a value on, and counts what it weighs.
fn count<'b, 'v>(mut given: Given<'b, 'v>) -> Answer<'b, 'v> {
    take(0)?;
    take(given.first().map_or(0, |value| weight_of(value.as_ref())))?;
    given.pop().ok_or_else(ExecutionError::missing_argument_or_target)
}

/// `text.matches("…")`: somewhere in the text, as CEL says.
fn matches<'b, 'v>(given: &[CowVal<'b, 'v>]) -> Answer<'b, 'v> {
    let (Value::String(text), Value::String(pattern)) = (argument(given, 0)?, argument(given, 1)?) else {
        return Err(ExecutionError::function_error(OURS, "only a text can match a pattern"));
    };
    take(text.len() as u64)?;
    if super::budget::masks() && super::super::mask::is_masked(text.as_bytes()) {
        return Err(ExecutionError::function_error(OURS, "a text is masked in this evidence"));
    }
    match super::run::matches(&text, &pattern) {
        Some(truth) => give(Value::Bool(truth)),
        None => Err(ExecutionError::function_error(OURS, "the regular expression is too large to run")),
    }
}

/// A function for headers on what the interpreter has. `cel` takes plain functions, so each has one of its own.
fn native(function: Function) -> Native {
    macro_rules! each {
        ($($name:ident)*) => {
            match function { $(Function::$name => |given| of_text(Function::$name, &given),)* }
        };
    }
    each!(Pair Members Epoch Lower Host Port WithoutDefaultPort Sha256 Md5 Base64 Json Jwt Sigv4 Cookie)
}

fn of_text<'b, 'v>(function: Function, given: &[CowVal<'b, 'v>]) -> Answer<'b, 'v> {
    let text = |at: usize| match from_cel(argument(given, at)?).into_text() {
        Ok(text) => Ok(text),
        Err(_) => Err(ExecutionError::function_error(OURS, format!("`{}` is for texts", function.name()))),
    };
    let on = text(0)?;
    take(on.len() as u64)?;
    let argument = if given.len() > 1 { Some(text(1)?) } else { None };
    if super::budget::masks() && is_digest(function) && super::super::mask::is_masked(&on) {
        return Err(ExecutionError::function_error(OURS, "a text is masked in this evidence"));
    }
    match call(function, &on, argument.as_deref()) {
        Ok(value) => Ok(CowVal::Owned(boxed(&value)?)),
        Err(why) => Err(ExecutionError::function_error(OURS, format!("what `{}` is called on {why}", function.name()))),
    }
}
