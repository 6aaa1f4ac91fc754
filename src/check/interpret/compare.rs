//! Comparisons that know more than true and false: values of different types cannot be compared, masked texts may be
//! equal.

use std::cmp::Ordering;

use cel::{ExecutionError, Value};

use super::super::mask;
use super::budget::{OURS, masks, take, weight};

type Answer<T> = Result<T, ExecutionError>;

fn open<T>(reason: impl ToString) -> Answer<T> {
    Err(ExecutionError::function_error(OURS, reason))
}

/// What a value is, in words.
fn what(value: &Value) -> &'static str {
    match value {
        Value::List(_) => "a list",
        Value::Map(_) => "an object",
        Value::Int(_) | Value::UInt(_) => "a number",
        Value::Float(_) => "a decimal number",
        Value::String(_) => "a text",
        Value::Bytes(_) => "bytes",
        Value::Bool(_) => "true or false",
        Value::Timestamp(_) => "a point in time",
        Value::Duration(_) => "a duration",
        Value::Null => "null",
        _ => "something else",
    }
}

fn different<T>(a: &Value, b: &Value) -> Answer<T> {
    open(format!("{} and {} cannot be compared", what(a), what(b)))
}

/// `a == b`
pub(super) fn equal(a: &Value, b: &Value) -> Answer<bool> {
    take(weight(a).min(weight(b)))?;
    match (a, b) {
        (Value::String(a), Value::String(b)) => equal_texts(a, b),
        (Value::Int(_) | Value::UInt(_) | Value::Float(_), Value::Int(_) | Value::UInt(_) | Value::Float(_)) => Ok(a == b),
        (Value::Bool(a), Value::Bool(b)) => Ok(a == b),
        (Value::Bytes(a), Value::Bytes(b)) => Ok(a == b),
        (Value::Timestamp(a), Value::Timestamp(b)) => Ok(a == b),
        (Value::Duration(a), Value::Duration(b)) => Ok(a == b),
        // JSON's null is a value of its own, and equals nothing else.
        (Value::Null, other) | (other, Value::Null) => Ok(matches!(other, Value::Null)),
        (Value::List(a), Value::List(b)) => {
            if a.len() != b.len() {
                return Ok(false);
            }
            all(a.iter().zip(b.iter()).map(|(a, b)| equal(a, b)))
        }
        (Value::Map(a), Value::Map(b)) => {
            if a.map.len() != b.map.len() {
                return Ok(false);
            }
            all(a.map.iter().map(|(key, a)| match b.map.get(key) {
                Some(b) => equal(a, b),
                None => Ok(false),
            }))
        }
        _ => different(a, b),
    }
}

/// False if one is, else open if one is, else true.
fn all(parts: impl Iterator<Item = Answer<bool>>) -> Answer<bool> {
    let mut result = Ok(true);
    for part in parts {
        match part {
            Ok(false) => return Ok(false),
            Ok(true) => {}
            Err(why) => result = result.and(Err(why)),
        }
    }
    result
}

/// `a == b` of two texts.
pub(super) fn equal_plain(a: &str, b: &str) -> Answer<bool> {
    take((a.len() as u64).min(b.len() as u64))?;
    equal_texts(a, b)
}

fn equal_texts(a: &str, b: &str) -> Answer<bool> {
    if masks() && (mask::is_masked(a.as_bytes()) || mask::is_masked(b.as_bytes())) {
        return if mask::both_could_be(a.as_bytes(), b.as_bytes()) {
            open("a text is masked in this evidence")
        } else {
            Ok(false)
        };
    }
    Ok(a == b)
}

/// Which of two is the greater.
pub(super) fn order(a: &Value, b: &Value) -> Answer<Ordering> {
    if let (Value::String(a), Value::String(b)) = (a, b) {
        return order_plain(a, b);
    }
    take(weight(a).min(weight(b)))?;
    let known = match (a, b) {
        (Value::Int(_) | Value::UInt(_) | Value::Float(_), Value::Int(_) | Value::UInt(_) | Value::Float(_))
        | (Value::Timestamp(_), Value::Timestamp(_))
        | (Value::Duration(_), Value::Duration(_)) => a.partial_cmp(b),
        _ => return different(a, b),
    };
    known.map_or_else(|| different(a, b), Ok)
}

/// Which of two texts is the greater.
pub(super) fn order_plain(a: &str, b: &str) -> Answer<Ordering> {
    take((a.len() as u64).min(b.len() as u64))?;
    if masks() && (mask::is_masked(a.as_bytes()) || mask::is_masked(b.as_bytes())) {
        return open("a text is masked in this evidence");
    }
    Ok(a.cmp(b))
}

/// `a in list`: true if one member is equal, else open if one may be.
pub(super) fn one_of(a: &Value, list: &Value) -> Answer<bool> {
    match list {
        Value::List(members) => {
            let mut result = Ok(false);
            for member in members.iter() {
                match equal(a, member) {
                    Ok(true) => return Ok(true),
                    Ok(false) => {}
                    Err(why) => result = result.and(Err(why)),
                }
            }
            result
        }
        // The keys of an object are texts, and a text never comes here.
        Value::Map(_) => different(a, list),
        _ => open(format!("{} has no members", what(list))),
    }
}

/// Counts two texts, of which the first may be masked: whether a mask hides some of it.
fn is_hidden(text: &str, part: &str) -> Answer<bool> {
    take((text.len() as u64).saturating_add(part.len() as u64))?;
    if masks() && mask::is_masked(part.as_bytes()) {
        return open("a text is masked in this evidence");
    }
    Ok(masks() && mask::is_masked(text.as_bytes()))
}

/// Where one is no text.
pub(super) fn no_texts() -> Answer<bool> {
    open("only a text holds another")
}

/// `text.startsWith(part)`
pub(super) fn starts(text: &str, part: &str) -> Answer<bool> {
    let masked = is_hidden(text, part)?;
    let (text, part) = (text.as_bytes(), part.as_bytes());
    let known = if masked { mask::before_mask(text) } else { text };
    match known.starts_with(part) {
        false if masked && part.starts_with(known) => open("a text is masked in this evidence"),
        starts => Ok(starts),
    }
}

/// `text.endsWith(part)`
pub(super) fn ends(text: &str, part: &str) -> Answer<bool> {
    let masked = is_hidden(text, part)?;
    let (text, part) = (text.as_bytes(), part.as_bytes());
    let known = if masked { mask::behind_mask(text) } else { text };
    match known.ends_with(part) {
        false if masked && part.ends_with(known) => open("a text is masked in this evidence"),
        ends => Ok(ends),
    }
}

/// `text.contains(part)`
pub(super) fn contains(text: &str, part: &str) -> Answer<bool> {
    let masked = is_hidden(text, part)?;
    match memchr::memmem::find(text.as_bytes(), part.as_bytes()) {
        None if masked => open("a text is masked in this evidence"),
        found => Ok(found.is_some()),
    }
}

/// `x.size()`: characters of a text, members of what has some.
pub(super) fn size_of(value: &Value) -> Answer<i64> {
    let size = match value {
        Value::String(text) if masks() && mask::is_masked(text.as_bytes()) => return open("a text is masked in this evidence"),
        Value::String(text) => text.chars().count(),
        Value::List(members) => members.len(),
        Value::Map(map) => map.map.len(),
        _ => return open(format!("{} has no size", what(value))),
    };
    Ok(i64::try_from(size).unwrap_or(i64::MAX))
}
