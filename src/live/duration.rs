//! How long a run takes, as people write it.

use std::time::Duration;

use jiff::SignedDuration;

/// Reads `60s`, `5m`, `1h 30m`, `500ms`, or a number of seconds.
///
/// # Errors
/// What was expected.
pub fn duration(text: &str) -> Result<Duration, String> {
    let text = text.trim();
    let expected = || format!("expected a time, as `60s`, `5m` or `1h 30m`, and not `{text}`");
    let parsed = if text.bytes().all(|b| b.is_ascii_digit()) {
        text.parse().map(SignedDuration::from_secs).map_err(|_| expected())?
    } else {
        text.parse().map_err(|_| expected())?
    };
    match Duration::try_from(parsed) {
        Ok(time) if !time.is_zero() => Ok(time),
        _ => Err(format!("expected a time of more than nothing, and not `{text}`")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_as_people_write_them() {
        for (text, milliseconds) in
            [("60s", 60_000), ("5m", 300_000), ("1h 30m", 5_400_000), ("500ms", 500), ("7", 7000), (" 2s ", 2000)]
        {
            assert_eq!(duration(text), Ok(Duration::from_millis(milliseconds)), "{text}");
        }
        for wrong in ["", "0", "0s", "-5s", "soon", "5 parsecs", "99999999999999999999"] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
    }
}
