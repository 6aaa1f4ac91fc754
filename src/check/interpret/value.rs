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

/// A value of traffic as the interpreter holds it. Lists and lines of heads are made without a step between: some conditions go
/// through all lines of each message.
///
/// # Errors
/// What the interpreter has no value for.
pub(super) fn boxed(value: &Val<'_>) -> Result<Box<dyn CelVal>, ExecutionError> {
    let text = |bytes: &[u8]| Box::new(CelString::from(show(bytes))) as Box<dyn CelVal>;
    let line = |(name, value): &(Vec<u8>, Vec<u8>)| {
        let entries = [("name", text(name)), ("value", text(value))];
        let map: HashMap<CelMapKey<'static>, _> = entries.into_iter().map(|(key, value)| (CelMapKey::from(key), value)).collect();
        Box::new(CelMap::from(map)) as Box<dyn CelVal>
    };
    let list = |members: Vec<Box<dyn CelVal>>| Ok(Box::new(CelList::from(members)) as Box<dyn CelVal>);
    match value {
        Val::Text(bytes) => Ok(text(bytes)),
        Val::List(members) => list(members.iter().map(|member| text(member)).collect()),
        Val::Fields(lines) => list(lines.iter().map(line).collect()),
        Val::Int(number) => Value::Int(*number).try_into(),
        Val::Double(number) => Value::Float(*number).try_into(),
        Val::Bool(truth) => Value::Bool(*truth).try_into(),
        Val::Time(time) => match time.to_string().parse::<chrono::DateTime<chrono::FixedOffset>>() {
            Ok(time) => Value::Timestamp(time).try_into(),
            Err(_) => Ok(text(time.to_string().as_bytes())),
        },
        Val::Json(json) => json_to_cel(json).try_into(),
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
    fn values_of_traffic_are_those_of_the_interpreter_and_weigh_as_much() {
        let field = |name: &str, value: &str| (name.as_bytes().to_vec(), value.as_bytes().to_vec());
        let of = |json: Json| json_to_cel(&json);
        let json = serde_json::json!({"a": [1, -2.5, null, true, "x"], "b": {}});
        for (value, expected) in [
            (Val::Text(Cow::Borrowed(b"a\xff")), of("a\u{ff}".into())),
            (Val::List(vec![b"a".to_vec(), Vec::new()]), of(serde_json::json!(["a", ""]))),
            (
                Val::Fields(vec![field("Host", "a"), field("host", "b"), field("", "\u{e9}")]),
                of(serde_json::json!([
                    {"name": "Host", "value": "a"}, {"name": "host", "value": "b"}, {"name": "", "value": "\u{e9}"}
                ])),
            ),
            (Val::Fields(Vec::new()), of(serde_json::json!([]))),
            (Val::Json(Cow::Borrowed(&json)), of(json.clone())),
            (Val::Int(-7), Value::Int(-7)),
            (Val::Double(0.5), Value::Float(0.5)),
            (Val::Bool(true), Value::Bool(true)),
        ] {
            let made = boxed(&value).expect("a value");
            assert_eq!(weight_of(made.as_ref()), weight(&expected), "{expected:?}");
            assert_eq!(Value::try_from(made.as_ref()).expect("a value"), expected);
        }
    }
}
