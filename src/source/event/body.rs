//! The body of an event: a text, or bytes in base64.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

use crate::source::shown::{Announced, Shown};

/// What an event shows of its body, and whether that cannot be read.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Held {
    pub(super) shown: Shown,
    pub(super) unreadable: bool,
}

impl Held {
    pub(super) fn of(shown: Shown) -> Self {
        Self { shown, unreadable: false }
    }
}

/// The body under a key, coded in base64 where another says so. Null is no body; where the key is missing the event does not
/// show it, unless the head (`head`) says that there is none.
pub(super) fn of(event: &Map<String, Value>, coded: &str, head: &[u8]) -> Held {
    let coded = match event.get(coded) {
        None | Some(Value::Null) => Some(false),
        Some(said) => said.as_bool(),
    };
    match event.get("body") {
        Some(Value::String(text)) => match coded {
            Some(coded) => bytes(text, coded),
            None => Held { shown: Shown::Nothing, unreadable: true },
        },
        Some(Value::Null) => Held::of(Shown::Whole(Vec::new())),
        Some(other) => Held::of(json(other)),
        None => Held::of(missing(head)),
    }
}

/// JSON in place of a text. Numbers are kept as they were written where they are whole and short: else nobody knows them.
pub(super) fn json(value: &Value) -> Shown {
    if is_exact(value) { Shown::Whole(value.to_string().into_bytes()) } else { Shown::Nothing }
}

/// Whether all numbers of a value are what was written. One with a fraction, an exponent or more digits was rounded.
fn is_exact(value: &Value) -> bool {
    match value {
        Value::Number(number) => number.is_u64() || number.is_i64(),
        Value::Array(members) => members.iter().all(is_exact),
        Value::Object(members) => members.values().all(is_exact),
        Value::Null | Value::Bool(_) | Value::String(_) => true,
    }
}

/// A body that the event does not hold: there is none where the head says so, and nobody knows else.
pub(super) fn missing(head: &[u8]) -> Shown {
    let said = Announced::by(head);
    if said.length == Some(0) { Shown::Whole(Vec::new()) } else { Shown::Nothing }
}

/// A text, or what it codes.
pub(super) fn bytes(text: &str, coded: bool) -> Held {
    if !coded {
        return Held::of(Shown::Whole(text.as_bytes().to_vec()));
    }
    match STANDARD.decode(text) {
        Ok(bytes) => Held::of(Shown::Whole(bytes)),
        Err(_) => Held { shown: Shown::Nothing, unreadable: true },
    }
}
