//! What events come in: log events of CloudWatch Logs, and log lines that are JSON themselves.

use std::borrow::Cow;
use std::fmt;
use std::io::Read as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

use super::time;
use crate::capture::Timestamp;

/// Lambda takes no larger event (6 MB; <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>).
pub(super) const MOST_EVENT: usize = 8 << 20;

/// A log event: `message` is a text, or JSON where the function logs that.
#[derive(Debug, Deserialize)]
struct LogEvent<'t> {
    #[serde(borrow, alias = "@message")]
    message: &'t RawValue,
    #[serde(borrow, default, alias = "@timestamp")]
    timestamp: Option<&'t RawValue>,
}

/// A field of a row of Logs Insights.
#[derive(Debug, Deserialize)]
struct Field<'t> {
    #[serde(borrow)]
    field: Cow<'t, str>,
    #[serde(borrow)]
    value: Cow<'t, str>,
}

/// What a log event says.
#[derive(Debug)]
pub(super) enum Message<'t> {
    Text(Cow<'t, str>),
    Json(&'t str),
}

/// A log event: its message, and when it was logged.
pub(super) fn log_event(raw: &str) -> Option<(Message<'_>, Option<Timestamp>)> {
    if raw.starts_with('[') {
        let row: Vec<Field<'_>> = serde_json::from_str(raw).ok()?;
        let mut message = None;
        let mut at = None;
        for Field { field, value } in row {
            match field.as_ref() {
                "@message" => message = Some(value),
                "@timestamp" => at = time::written(&value),
                _ => {}
            }
        }
        return Some((Message::Text(message?), at));
    }
    let LogEvent { message, timestamp } = serde_json::from_str(raw).ok()?;
    let at = timestamp.and_then(|at| serde_json::from_str(at.get()).ok()).and_then(|at: Value| match &at {
        Value::String(text) => time::written(text),
        other => time::epoch(other),
    });
    let text = message.get();
    let message = if text.starts_with('"') { Message::Text(whole_text(text)?) } else { Message::Json(text) };
    Some((message, at))
}

/// A text of JSON, borrowed where nothing in it is escaped.
fn whole_text(raw: &str) -> Option<Cow<'_, str>> {
    #[derive(Deserialize)]
    struct Text<'t>(#[serde(borrow)] Cow<'t, str>);
    serde_json::from_str::<Text<'_>>(raw).ok().map(|text| text.0)
}

/// Shows each log event of an export: `events` of `aws logs filter-log-events` and `get-log-events`, `logEvents` of a
/// subscription, `results` of Logs Insights. Whether it is one.
pub(super) fn log_events<'t>(raw: &'t str, see: &mut dyn FnMut(&'t str)) -> bool {
    let mut found = false;
    let mut deserializer = serde_json::Deserializer::from_str(raw);
    let _ = deserializer.deserialize_map(Export {
        see: &mut |raw| {
            found |= raw.starts_with(['{', '[']);
            see(raw);
        },
    });
    found
}

/// Shows each member of an array.
pub(super) fn members<'t>(raw: &'t str, see: &mut dyn FnMut(&'t str)) {
    let mut deserializer = serde_json::Deserializer::from_str(raw);
    let _ = deserializer.deserialize_seq(Members { see });
}

struct Export<'s, 't> {
    see: &'s mut dyn FnMut(&'t str),
}

impl<'t> Visitor<'t> for Export<'_, 't> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'t>>(self, mut entries: A) -> Result<(), A::Error> {
        while let Some(key) = entries.next_key::<Cow<'_, str>>()? {
            if matches!(key.as_ref(), "events" | "logEvents" | "results") {
                entries.next_value_seed(Members { see: &mut *self.see })?;
            } else {
                entries.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }
}

struct Members<'s, 't> {
    see: &'s mut dyn FnMut(&'t str),
}

impl<'t> DeserializeSeed<'t> for Members<'_, 't> {
    type Value = ();

    fn deserialize<D: Deserializer<'t>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'t> Visitor<'t> for Members<'_, 't> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'t>>(self, mut members: A) -> Result<(), A::Error> {
        while let Some(member) = members.next_element::<&'t RawValue>()? {
            (self.see)(member.get());
        }
        Ok(())
    }
}

/// What a subscription hands to a function: the export, packed (`awslogs.data`;
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html>).
pub(super) fn unpacked(value: &Value) -> Option<String> {
    let packed = STANDARD.decode(value.get("awslogs")?.get("data")?.as_str()?).ok()?;
    let mut text = String::new();
    flate2::read::GzDecoder::new(packed.as_slice()).take(MOST_EVENT as u64).read_to_string(&mut text).ok()?;
    Some(text)
}
