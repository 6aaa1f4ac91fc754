//! Values of traffic as values of `cel`, and back.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use cel::Value;
use cel::objects::{Key, Map};
use serde_json::Value as Json;

use super::super::evaluate::Val;
use super::super::legible::show;

/// A text as the interpreter sees it; bytes that are not UTF-8 are read as ISO-8859-1, as everywhere.
fn text(bytes: &[u8]) -> Value {
    Value::String(Arc::new(show(bytes)))
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
