//! Time stamps of capture files to nanoseconds since the epoch: every resolution, no overflow.

use super::Timestamp;

const NANOSECONDS: u128 = 1_000_000_000;

/// What one tick of an interface's time stamps means (pcapng `if_tsresol` and `if_tsoffset`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Clock {
    resolution: Resolution,
    /// Seconds that are added.
    offset: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Resolution {
    /// 10^-n seconds.
    Decimal(u8),
    /// 2^-n seconds.
    Binary(u8),
}

impl Clock {
    /// Where a file says nothing.
    pub(super) const MICROSECONDS: Self = Self { resolution: Resolution::Decimal(6), offset: 0 };

    /// The clock of `if_tsresol`: the highest bit says that the exponent is one of 2.
    pub(super) fn with_resolution(self, if_tsresol: u8) -> Self {
        let exponent = if_tsresol & 0x7f;
        let resolution = if if_tsresol & 0x80 == 0 { Resolution::Decimal(exponent) } else { Resolution::Binary(exponent) };
        Self { resolution, ..self }
    }

    /// The clock of `if_tsoffset`, in seconds.
    pub(super) fn with_offset(self, if_tsoffset: i64) -> Self {
        Self { offset: if_tsoffset, ..self }
    }

    /// The time of so many ticks; times before 1970 and behind 2554 saturate.
    #[inline]
    pub(super) fn at(self, ticks: u64) -> Timestamp {
        if self == Self::MICROSECONDS {
            return Timestamp::from_nanoseconds(ticks.saturating_mul(1000));
        }
        let ticks = u128::from(ticks);
        let nanoseconds = match self.resolution {
            Resolution::Decimal(n) if n <= 9 => ticks.saturating_mul(10_u128.pow(u32::from(9_u8.saturating_sub(n)))),
            Resolution::Decimal(n) => {
                let unit = 10_u128.checked_pow(u32::from(n.saturating_sub(9)));
                unit.and_then(|unit| ticks.checked_div(unit)).unwrap_or_default()
            }
            Resolution::Binary(n) => ticks.saturating_mul(NANOSECONDS) >> n,
        };
        let offset = i128::from(self.offset).saturating_mul(NANOSECONDS as i128);
        let sum = i128::try_from(nanoseconds).unwrap_or(i128::MAX).saturating_add(offset);
        Timestamp::from_nanoseconds(u64::try_from(sum.max(0)).unwrap_or(u64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_resolution() {
        for (if_tsresol, ticks, nanoseconds) in [
            (6, 1_592_129_089_612_000, 1_592_129_089_612_000_000),
            (0, 5, 5_000_000_000),
            (3, 1_500, 1_500_000_000),
            (9, 7, 7),
            (12, 7_999, 7),
            (127, u64::MAX, 0),
            (0x80, 2, 2_000_000_000),
            (0x8a, 1024 + 512, 1_500_000_000),
            (0x94, 1 << 19, 500_000_000),
            (0xa0, 1 << 31, 500_000_000),
            (0xff, u64::MAX, 0),
            (0, u64::MAX, u64::MAX),
            (6, u64::MAX, u64::MAX),
        ] {
            let clock = Clock::MICROSECONDS.with_resolution(if_tsresol);
            assert_eq!(clock.at(ticks).nanoseconds, nanoseconds, "if_tsresol {if_tsresol:#x}");
        }
    }

    #[test]
    fn offsets_saturate() {
        let clock = Clock::MICROSECONDS;
        assert_eq!(clock.with_offset(3600).at(1).nanoseconds, 3_600_000_001_000);
        assert_eq!(clock.with_offset(-2).at(5_000_000).nanoseconds, 3_000_000_000);
        assert_eq!(clock.with_offset(i64::MIN).at(5).nanoseconds, 0);
        assert_eq!(clock.with_offset(i64::MAX).at(5).nanoseconds, u64::MAX);
    }
}
