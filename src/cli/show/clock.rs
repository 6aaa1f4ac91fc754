//! Times of packets as text, fast: packets of one second share their date.

use crate::capture::Timestamp;

/// Remembers the last second and its text.
#[derive(Debug, Default)]
pub(super) struct Clock {
    second: Option<u64>,
    /// `2020-06-14T10:04:49.`
    text: String,
}

impl Clock {
    /// Writes `2020-06-14T10:04:49.612000Z`, as [`Timestamp`] displays itself.
    pub(super) fn write(&mut self, out: &mut Vec<u8>, time: Timestamp) {
        if self.second != Some(time.seconds()) {
            let text = time.to_string();
            let whole = text.split_once('.').map_or(text.as_str(), |(whole, _)| whole);
            self.text = format!("{whole}.");
            self.second = Some(time.seconds());
        }
        out.extend_from_slice(self.text.as_bytes());
        let mut digits = [b'0'; 6];
        let mut micros = time.nanoseconds % 1_000_000_000 / 1000;
        for digit in digits.iter_mut().rev() {
            *digit += u8::try_from(micros % 10).unwrap_or_default();
            micros /= 10;
        }
        out.extend_from_slice(&digits);
        out.push(b'Z');
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::proptest;

    proptest! {
        #[test]
        fn it_writes_what_the_time_displays(times in proptest::collection::vec(0_u64..=u64::MAX, 1..4)) {
            let mut clock = Clock::default();
            for nanoseconds in times.into_iter().chain([1_592_129_089_612_345_678, 1_592_129_089_000_000_999, 0]) {
                let time = Timestamp::from_nanoseconds(nanoseconds);
                let mut out = Vec::new();
                clock.write(&mut out, time);
                assert_eq!(String::from_utf8(out).unwrap(), time.to_string());
            }
        }
    }
}
