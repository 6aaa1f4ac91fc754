//! What a function returned behind a proxy integration, as the response that it is meant to be.

use serde_json::{Map, Value};

use super::body::{self, Held};
use super::fields;
use super::head::Writer;
use super::request::Noted;
use crate::http::Fidelity;
use crate::source::shown::Shown;

/// The response of a function.
pub(super) fn of(answer: &Map<String, Value>) -> Noted {
    let status = answer.get("statusCode").and_then(status);
    // An ALB takes `200 OK`; the others have none.
    let reason = answer.get("statusDescription").and_then(Value::as_str).unwrap_or_default();
    let reason = reason.split_once(' ').filter(|(code, _)| code.parse::<u16>().is_ok()).map_or(reason, |(_, reason)| reason);
    let mut head = Writer::response(status, reason);
    fields::of_response(answer, &mut head);
    let body = match answer.get("body") {
        // A function that returns none has none.
        None => Held::of(Shown::Whole(Vec::new())),
        Some(_) => body::of(answer, "isBase64Encoded", head.raw()),
    };
    let fidelity = Fidelity { start_line: false, ..Fidelity::EVENT };
    Noted { head, body, fidelity, time: None, unwritten: 0, disagree: None }
}

/// A status code; functions write it as text, too.
pub(super) fn status(value: &Value) -> Option<u16> {
    match value {
        Value::Number(number) => u16::try_from(number.as_u64()?).ok(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}
