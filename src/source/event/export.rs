//! What events come in: log events of CloudWatch Logs, and log lines that are JSON themselves.

use std::borrow::Cow;
use std::fmt;
use std::io::Read as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
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
pub(super) fn whole_text(raw: &str) -> Option<Cow<'_, str>> {
    #[derive(Deserialize)]
    struct Text<'t>(#[serde(borrow)] Cow<'t, str>);
    serde_json::from_str::<Text<'_>>(raw).ok().map(|text| text.0)
}

/// Shows each log event of an export: `events` of `aws logs filter-log-events` and `get-log-events`, `logEvents` of a
/// subscription, `results` of Logs Insights. Whether it is one.
///
/// # Errors
/// It is cut, or broken: what stands behind that place is not shown.
pub(super) fn log_events<'t>(raw: &'t str, see: &mut dyn FnMut(&'t str)) -> Result<bool, String> {
    let mut found = false;
    let mut deserializer = serde_json::Deserializer::from_str(raw);
    let read = deserializer.deserialize_map(Export {
        see: &mut |raw| {
            found |= raw.starts_with(['{', '[']);
            see(raw);
        },
    });
    match read {
        Err(why) if found => Err(format!("an export of logs: {why}")),
        _ => Ok(found),
    }
}

/// Shows each member of an array.
pub(super) fn members<'t>(raw: &'t str, see: &mut dyn FnMut(&'t str)) {
    let mut deserializer = serde_json::Deserializer::from_str(raw);
    // A whole value: it is JSON to its end.
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
            let value = entries.next_value::<&'t RawValue>()?;
            if matches!(key.as_ref(), "events" | "logEvents" | "results") && value.get().starts_with('[') {
                members(value.get(), self.see);
            }
        }
        Ok(())
    }
}

struct Members<'s, 't> {
    see: &'s mut dyn FnMut(&'t str),
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

/// All that was unpacked of one text or body has at most so many bytes. What is handed to a function has 6 MB, packed.
const MOST_UNPACKED: u64 = 64 << 20;

/// How much may still be unpacked.
#[derive(Debug)]
pub(super) struct Unpacking {
    left: u64,
}

impl Default for Unpacking {
    fn default() -> Self {
        Self { left: MOST_UNPACKED }
    }
}

/// What a subscription hands to a function: the export, packed (`awslogs.data`;
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html>). Nothing where a value is none.
pub(super) fn packed(value: &Value) -> Option<&str> {
    value.get("awslogs")?.get("data")?.as_str()
}

impl Unpacking {
    /// The text that was packed.
    ///
    /// # Errors
    /// Why it cannot be had.
    pub(super) fn unpack(&mut self, packed: &str) -> Result<String, String> {
        let packed = STANDARD.decode(packed).map_err(|_| "is no base64".to_owned())?;
        let mut text = Vec::new();
        let read = flate2::read::GzDecoder::new(packed.as_slice()).take(self.left.saturating_add(1)).read_to_end(&mut text);
        let length = text.len() as u64;
        let is_whole = length <= self.left;
        self.left = self.left.saturating_sub(length);
        read.map_err(|why| format!("is damaged: {why}"))?;
        if !is_whole {
            return Err(format!("has more than the {MOST_UNPACKED} bytes that are unpacked of one text"));
        }
        String::from_utf8(text).map_err(|_| "is no text".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn all_that_is_unpacked_is_bounded() {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(&[b'a'; 1000]).expect("bytes");
        let packed = STANDARD.encode(gzip.finish().expect("bytes"));
        let mut unpacking = Unpacking { left: 1999 };
        assert_eq!(unpacking.unpack(&packed).map(|text| text.len()), Ok(1000));
        assert!(unpacking.unpack(&packed).is_err_and(|why| why.contains("has more than")));
        assert_eq!(unpacking.left, 0);
    }
}
