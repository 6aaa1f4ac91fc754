//! When the service took the request, as events write it: milliseconds since 1970, or microseconds as text (VPC Lattice).

use serde_json::{Map, Value};

use crate::capture::Timestamp;

/// The time under these keys of `requestContext`, the first that is there.
pub(super) fn of(event: &Map<String, Value>) -> Option<Timestamp> {
    let context = event.get("requestContext")?;
    ["requestTimeEpoch", "timeEpoch"].into_iter().find_map(|key| epoch(context.get(key)?))
}

/// A number of milliseconds, or microseconds where that many milliseconds would be beyond the year 5000.
pub(super) fn epoch(value: &Value) -> Option<Timestamp> {
    const BEYOND: u64 = 100_000_000_000_000;
    let number = match value {
        Value::Number(number) => number.as_u64()?,
        Value::String(text) => text.parse().ok()?,
        _ => return None,
    };
    let scale = if number < BEYOND { 1_000_000 } else { 1000 };
    // Some samples have 0 for a time that nobody noted.
    number.checked_mul(scale).filter(|time| *time > 0).map(Timestamp::from_nanoseconds)
}

/// The time of a log line in text: RFC 3339, or as CloudWatch Logs Insights writes it, in UTC.
pub(super) fn written(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if let Some(time) = text.parse().ok().and_then(|number: u64| epoch(&number.into())) {
        return Some(time);
    }
    let time = text.parse::<jiff::Timestamp>().ok().or_else(|| {
        let civil: jiff::civil::DateTime = text.parse().ok()?;
        Some(civil.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp())
    })?;
    u64::try_from(time.as_nanosecond()).ok().map(Timestamp::from_nanoseconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_all_forms() {
        let nanoseconds = |time: Option<Timestamp>| time.map(|time| time.to_string());
        for (value, expected) in [
            (serde_json::json!(1_592_129_089_612_u64), Some("2020-06-14T10:04:49.612000Z")),
            (serde_json::json!("1696331543569073"), Some("2023-10-03T11:12:23.569073Z")),
            (serde_json::json!(0), None),
            (serde_json::json!("soon"), None),
        ] {
            assert_eq!(nanoseconds(epoch(&value)).as_deref(), expected, "{value}");
        }
        for text in ["2020-06-14 10:04:49.612", "2020-06-14T10:04:49.612Z", "2020-06-14T19:04:49.612+09:00", "1592129089612"] {
            assert_eq!(nanoseconds(written(text)).as_deref(), Some("2020-06-14T10:04:49.612000Z"), "{text}");
        }
        assert_eq!(written("yesterday"), None);
    }
}
