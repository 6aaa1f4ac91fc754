//! Values of traffic as values of `cel`, and back.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use cel::common::types::{CelList, CelMap, CelMapKey, CelString};
use cel::common::value::Val as CelVal;
use cel::objects::{Key, Map};
use cel::{ExecutionError, Value};
use serde_json::Value as Json;

use super::super::evaluate::Val;
use super::super::legible::show;

/// A text as the interpreter sees it; bytes that are not UTF-8 are read as ISO-8859-1, as everywhere.
fn text(bytes: &[u8]) -> Value {
    Value::String(Arc::new(show(bytes)))
}

/// A value of traffic as the interpreter holds it. Texts, lists and lines of heads are made without a step between: some
/// conditions go through all lines of each message.
pub(super) fn boxed(value: &Val<'_>) -> Result<Box<dyn CelVal>, ExecutionError> {
    let text = |bytes: &[u8]| Box::new(CelString::from(show(bytes))) as Box<dyn CelVal>;
    let line = |(name, value): &(Vec<u8>, Vec<u8>)| {
        let entries = [("name", text(name)), ("value", text(value))];
        let map: HashMap<CelMapKey<'static>, _> = entries.into_iter().map(|(key, value)| (CelMapKey::from(key), value)).collect();
        Box::new(CelMap::from(map)) as Box<dyn CelVal>
    };
    let list = |members: Vec<Box<dyn CelVal>>| Box::new(CelList::from(members)) as Box<dyn CelVal>;
    match value {
        Val::Text(bytes) => Ok(text(bytes)),
        Val::List(members) => Ok(list(members.iter().map(|member| text(member)).collect())),
        Val::Fields(lines) => Ok(list(lines.iter().map(line).collect())),
        _ => to_cel(value).try_into(),
    }
}

/// A value of traffic for the interpreter.
pub(in super::super) fn to_cel(value: &Val<'_>) -> Value {
    match value {
        Val::Text(bytes) => text(bytes),
        Val::Int(number) => Value::Int(*number),
        Val::Double(number) => Value::Float(*number),
        Val::Bool(truth) => Value::Bool(*truth),
        Val::Time(time) => match time.to_string().parse::<chrono::DateTime<chrono::FixedOffset>>() {
            Ok(time) => Value::Timestamp(time),
            Err(_) => text(time.to_string().as_bytes()),
        },
        Val::List(members) => Value::List(Arc::new(members.iter().map(|member| text(member)).collect())),
        Val::Fields(lines) => {
            let line = |(name, value): &(Vec<u8>, Vec<u8>)| {
                let entries = [("name", text(name)), ("value", text(value))];
                Value::Map(Map { map: Arc::new(entries.into_iter().map(|(key, value)| (Key::from(key), value)).collect()) })
            };
            Value::List(Arc::new(lines.iter().map(line).collect()))
        }
        Val::Json(json) => json_to_cel(json),
    }
}

/// JSON: whole numbers are integers.
pub(in super::super) fn json_to_cel(json: &Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(truth) => Value::Bool(*truth),
        Json::Number(number) => match (number.as_i64(), number.as_u64(), number.as_f64()) {
            (Some(number), ..) => Value::Int(number),
            (None, Some(number), _) => Value::UInt(number),
            (None, None, Some(number)) if is_whole(number) => Value::Int(whole(number)),
            (None, None, number) => Value::Float(number.unwrap_or(f64::NAN)),
        },
        Json::String(text) => Value::String(Arc::new(text.clone())),
        Json::Array(members) => Value::List(Arc::new(members.iter().map(json_to_cel).collect())),
        Json::Object(members) => {
            let map: HashMap<Key, Value> =
                members.iter().map(|(key, value)| (Key::from(key.as_str()), json_to_cel(value))).collect();
            Value::Map(Map { map: Arc::new(map) })
        }
    }
}

/// `1.0` and `1e3` are whole (RFC 8259 §6 knows no integers).
fn is_whole(number: f64) -> bool {
    number.fract() == 0.0 && number.abs() < 9_007_199_254_740_992.0
}

fn whole(number: f64) -> i64 {
    // Below 2^53 every whole number has its own text.
    format!("{number:.0}").parse().unwrap_or_default()
}

/// What the interpreter gave.
pub(in super::super) fn from_cel(value: Value) -> Val<'static> {
    match value {
        Value::String(text) => Val::Text(Cow::Owned(Arc::unwrap_or_clone(text).into_bytes())),
        Value::Int(number) => Val::Int(number),
        Value::Float(number) => Val::Double(number),
        Value::Bool(truth) => Val::Bool(truth),
        Value::Timestamp(time) => Val::Text(Cow::Owned(time.to_rfc3339().into_bytes())),
        Value::Duration(duration) => Val::Text(Cow::Owned(format!("{}s", duration.num_seconds()).into_bytes())),
        other => Val::Json(Cow::Owned(to_json(&other))),
    }
}

fn to_json(value: &Value) -> Json {
    match value {
        Value::List(members) => Json::Array(members.iter().map(to_json).collect()),
        Value::Map(map) => {
            let mut members: Vec<(String, Json)> = map.map.iter().map(|(key, value)| (key.to_string(), to_json(value))).collect();
            // A map of the interpreter has no order of its own.
            members.sort_by(|(a, _), (b, _)| a.cmp(b));
            Json::Object(members.into_iter().collect())
        }
        Value::Int(number) => Json::from(*number),
        Value::UInt(number) => Json::from(*number),
        Value::Float(number) => Json::from(*number),
        Value::String(text) => Json::from(text.as_str()),
        Value::Bool(truth) => Json::from(*truth),
        Value::Timestamp(time) => Json::from(time.to_rfc3339()),
        _ => Json::Null,
    }
}

/// The members that `for_each` goes through, as key and value; `None` for what has none.
pub(in super::super) fn members(value: &Val<'_>) -> Option<Vec<(Value, Value)>> {
    let number = |at: usize| Value::Int(i64::try_from(at).unwrap_or(i64::MAX));
    Some(match value {
        Val::List(members) => members.iter().enumerate().map(|(at, member)| (number(at), text(member))).collect(),
        Val::Fields(lines) => lines.iter().map(|(name, value)| (text(name), text(value))).collect(),
        Val::Json(json) => match json.as_ref() {
            Json::Array(members) => members.iter().enumerate().map(|(at, member)| (number(at), json_to_cel(member))).collect(),
            Json::Object(members) => members.iter().map(|(key, member)| (text(key.as_bytes()), json_to_cel(member))).collect(),
            // Nothing to go through, as an empty list.
            Json::Null => Vec::new(),
            _ => return None,
        },
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::super::budget::{weight, weight_of};
    use super::*;

    #[test]
    fn what_is_made_at_once_is_what_is_made_in_steps() {
        let field = |name: &str, value: &str| (name.as_bytes().to_vec(), value.as_bytes().to_vec());
        let json = serde_json::json!({"a": [1, -2.5, null, true, "x"], "b": {}});
        for value in [
            Val::Text(Cow::Borrowed(b"a\xff")),
            Val::List(vec![b"a".to_vec(), Vec::new()]),
            Val::Fields(vec![field("Host", "a"), field("host", "b"), field("", "\u{e9}")]),
            Val::Fields(Vec::new()),
            Val::Json(Cow::Borrowed(&json)),
            Val::Int(7),
            Val::Bool(true),
        ] {
            let (made, slow) = (boxed(&value).expect("a value"), to_cel(&value));
            assert_eq!(weight_of(made.as_ref()), weight(&slow), "{slow:?}");
            assert_eq!(Value::try_from(made.as_ref()).expect("a value"), slow);
        }
    }
}
