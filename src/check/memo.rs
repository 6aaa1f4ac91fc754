//! The last value that an expectation met: the same again needs no comparison.
//!
//! Only where the verdict depends on nothing but the value, or on nothing but it and the ends of the connection. Values
//! that masks may stand in, and those of heads that are cut, are never taken.

use super::judge::Case;
use super::plan::{Aspect, PlanExpectation, Purity};
use super::scope::endpoint;
use crate::spec::Side;
use crate::wire::Endpoint;

/// Longer values are compared each time.
const LONGEST: usize = 512;

/// What was met last.
#[derive(Debug, Default, Clone)]
pub(super) struct Memo {
    value: Vec<u8>,
    ends: [Option<Endpoint>; 2],
}

/// What a verdict depends on, in one exchange.
#[derive(Debug)]
pub(super) struct Key<'v> {
    value: &'v [u8],
    ends: [Option<Endpoint>; 2],
}

impl Memo {
    /// Whether this was met before.
    #[inline]
    pub(super) fn knows(&self, key: &Key<'_>) -> bool {
        !self.value.is_empty() && self.value == key.value && self.ends == key.ends
    }

    /// This was met.
    pub(super) fn learn(&mut self, key: &Key<'_>) {
        if key.value.len() <= LONGEST {
            self.value.clear();
            self.value.extend_from_slice(key.value);
            self.ends = key.ends;
        }
    }
}

/// What the verdict on an expectation depends on; nothing where it may be more than that. `digits` is space for a status.
#[inline]
pub(super) fn key<'k>(case: &Case<'k>, expectation: &PlanExpectation, digits: &'k mut [u8; 5]) -> Option<Key<'k>> {
    let exchange = case.looked.exchange;
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
    Some(Key { value, ends })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_in_digits() {
        for number in 0..=u16::MAX {
            assert_eq!(decimal(number, &mut [0; 5]), number.to_string().as_bytes());
        }
    }

    #[test]
    fn what_differs_is_not_known() {
        let end = |port| Some(Endpoint { ip: std::net::Ipv4Addr::LOCALHOST.into(), port });
        let key = |value, ends| Key { value, ends };
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
