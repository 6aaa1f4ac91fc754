//! The last value that an expectation met: the same again needs no comparison.
//!
//! Only where the verdict depends on nothing but the value, or on nothing but it and the ends of the connection. Values
//! that masks may stand in, and those of heads that are cut, are never taken.
//!
//! Of a condition the last few are remembered, by all that it reads: it costs more, and reads what goes to and fro.

use std::borrow::Cow;

use super::judge::Case;
use super::plan::{Aspect, PlanExpectation, Purity};
use super::readings;
use super::scope::endpoint;
use crate::spec::{Claim, Side};
use crate::wire::Endpoint;

/// Longer values are compared each time.
const LONGEST: usize = 512;
/// So many readings of a condition are remembered beside the first.
const MORE: usize = 7;

/// What was met last.
#[derive(Debug, Default, Clone)]
pub(super) struct Memo {
    value: Vec<u8>,
    ends: [Option<Endpoint>; 2],
    /// What a condition read when it was met, besides.
    more: Vec<Vec<u8>>,
    /// Which of them is the oldest.
    oldest: usize,
}

/// What a verdict depends on, in one exchange.
#[derive(Debug)]
pub(super) struct Key<'v> {
    value: Cow<'v, [u8]>,
    ends: [Option<Endpoint>; 2],
    /// It is all that a condition reads.
    condition: bool,
}

impl Memo {
    /// Whether this was met before.
    #[inline]
    pub(super) fn knows(&self, key: &Key<'_>) -> bool {
        let same = !self.value.is_empty() && self.value == *key.value && self.ends == key.ends;
        same || key.condition && self.more.iter().any(|read| *read == *key.value)
    }

    /// This was met.
    pub(super) fn learn(&mut self, key: &Key<'_>) {
        if key.condition && !self.value.is_empty() {
            self.learn_more(&key.value);
        } else if key.condition || key.value.len() <= LONGEST {
            self.value.clear();
            self.value.extend_from_slice(&key.value);
            self.ends = key.ends;
        }
    }

    fn learn_more(&mut self, read: &[u8]) {
        if self.more.len() < MORE {
            self.more.push(read.to_vec());
        } else if let Some(oldest) = self.more.get_mut(self.oldest) {
            oldest.clear();
            oldest.extend_from_slice(read);
            self.oldest = (self.oldest + 1) % MORE;
        }
    }
}

/// What the verdict on an expectation depends on; nothing where it may be more than that. `digits` is space for a status.
#[inline]
pub(super) fn key<'k>(case: &Case<'k>, expectation: &PlanExpectation, digits: &'k mut [u8; 5]) -> Option<Key<'k>> {
    let exchange = case.looked.exchange;
    if let Claim::Check(check) = &expectation.expectation.claim {
        return readings::of(check, case).map(|read| Key { value: Cow::Owned(read), ends: [None, None], condition: true });
    }
    let ends = match expectation.purity {
        Purity::None => return None,
        Purity::Value => [None, None],
        Purity::Ends { src, dst } => {
            let end = |wanted: bool, dst: bool| if wanted { endpoint(exchange, dst).map(Some) } else { Some(None) };
            [end(src, false)?, end(dst, true)?]
        }
    };
    let message = match expectation.side {
        Side::Request => exchange.request,
        Side::Response => exchange.response,
    }?;
    let head = message.head;
    // What the capture cuts may go on in another way than what was met before.
    if head.head.flags.is_partial() {
        return None;
    }
    let value = match &expectation.aspect {
        Aspect::Field { id, .. } => {
            let at = case.looked.index(expectation.side).only(*id)?;
            head.lines.get(at)?.value.of(head.raw)
        }
        Aspect::Method => head.method()?,
        Aspect::Version => head.version(),
        Aspect::Status => decimal(head.status()?, digits),
        _ => return None,
    };
    Some(Key { value: Cow::Borrowed(value), ends, condition: false })
}

/// A number in digits.
pub(super) fn decimal(number: u16, digits: &mut [u8; 5]) -> &[u8] {
    let mut rest = number;
    let mut begin = digits.len();
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + (rest % 10) as u8;
        rest /= 10;
        begin -= 1;
        if rest == 0 {
            break;
        }
    }
    digits.get(begin..).unwrap_or_default()
}

/// Whether these are the digits of a number, as it is written.
pub(super) fn is_decimal(digits: &[u8], number: u16) -> bool {
    let value = || digits.iter().fold(0u32, |value, digit| value * 10 + u32::from(digit & 0xf));
    let plain = matches!(digits, [b'0'] | [b'1'..=b'9', ..]) && digits.len() <= 5;
    plain && value() == u32::from(number) && digits.iter().all(u8::is_ascii_digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_in_digits() {
        for number in 0..=u16::MAX {
            assert_eq!(decimal(number, &mut [0; 5]), number.to_string().as_bytes());
            assert!(is_decimal(number.to_string().as_bytes(), number) && !is_decimal(number.to_string().as_bytes(), number ^ 1));
        }
        for other in ["", "080", "+80", "80 ", "65616", "4294967376", "18446744073709551696"] {
            assert!(!is_decimal(other.as_bytes(), 80), "{other}");
        }
        assert!(!is_decimal(b"00", 0));
    }

    #[test]
    fn what_differs_is_not_known() {
        let end = |port| Some(Endpoint { ip: std::net::Ipv4Addr::LOCALHOST.into(), port });
        let key = |value: &'static [u8], ends| Key { value: Cow::Borrowed(value), ends, condition: false };
        let mut memo = Memo::default();
        assert!(!memo.knows(&key(b"", [None, None])));
        memo.learn(&key(b"a", [None, end(80)]));
        assert!(memo.knows(&key(b"a", [None, end(80)])));
        assert!(!memo.knows(&key(b"a", [None, end(81)])));
        assert!(!memo.knows(&key(b"a", [None, None])));
        assert!(!memo.knows(&key(b"b", [None, end(80)])));
        memo.learn(&key(&[b'a'; LONGEST + 1], [None, None]));
        assert!(!memo.knows(&key(&[b'a'; LONGEST + 1], [None, None])));
    }
}
