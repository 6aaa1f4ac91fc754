//! Times as logs, exports and consoles write them.

use crate::capture::Timestamp;

/// `2020-06-14T10:04:49.612Z`, `2020-06-14 10:04:49.612` (UTC), `2020-06-14T12:04:49+02:00`, `1592129089612` (milliseconds),
/// `Sun Jun 14 10:04:49 UTC 2020`.
pub(super) fn time(text: &[u8]) -> Option<Timestamp> {
    let text = std::str::from_utf8(text).ok()?.trim();
    if text.len() > 40 || text.len() < 10 {
        return None;
    }
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        // Milliseconds of this century.
        let milliseconds: u64 = text.parse().ok().filter(|_| text.len() == 13)?;
        return Some(Timestamp::from_nanoseconds(milliseconds.saturating_mul(1_000_000)));
    }
    let time = match text.parse::<jiff::Timestamp>() {
        Ok(time) => time,
        Err(_) => utc(text)?.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp(),
    };
    u64::try_from(time.as_nanosecond()).ok().map(Timestamp::from_nanoseconds)
}

/// A time that says no zone, or in words that it is UTC.
fn utc(text: &str) -> Option<jiff::civil::DateTime> {
    if text.as_bytes().first()?.is_ascii_digit() {
        return text.parse().ok().filter(|_| text.contains(':'));
    }
    jiff::civil::DateTime::strptime("%a %b %d %H:%M:%S UTC %Y", text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_in_every_form() {
        for text in [
            "2020-06-14T10:04:49Z",
            "2020-06-14T10:04:49.000Z",
            "2020-06-14T10:04:49.000000+00:00",
            "2020-06-14T12:04:49+02:00",
            "2020-06-14 10:04:49.000",
            " 2020-06-14 10:04:49 ",
            "1592129089000",
            "Sun Jun 14 10:04:49 UTC 2020",
        ] {
            assert_eq!(
                time(text.as_bytes()).map(|time| time.to_string()).as_deref(),
                Some("2020-06-14T10:04:49.000000Z"),
                "{text}"
            );
        }
        for text in
            ["", "2020-06-14", "10:04:49", "159212908961", "Sun Jun 14 10:04:49 CEST 2020", "Nov 14, 2021 11:59:03", "\u{ff}"]
        {
            assert_eq!(time(text.as_bytes()), None, "{text}");
        }
    }
}
