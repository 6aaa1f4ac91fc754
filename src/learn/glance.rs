//! What one value shows: what of it may stand in a spec, and what of it stays the same next time.

use std::borrow::Cow;

use super::hidden;
use crate::check::{before_mask, is_masked};
use crate::secret::{self, MASK};
use crate::volatile::spots;

/// Fields that count or measure: the same number twice says nothing of a third message.
const COUNTING: [&str; 5] = ["Content-Length", "Content-Range", "Age", "Retry-After", "Keep-Alive"];

/// A value as a draft sees it.
#[derive(Debug)]
pub(super) struct Glance<'v> {
    /// The value with its secrets masked; bytes that are no UTF-8 as ISO-8859-1.
    pub(super) shown: Cow<'v, str>,
    /// So many bytes at its beginning stay the same, as far as one value tells.
    pub(super) head: usize,
    /// So many at its end.
    pub(super) tail: usize,
    /// It may stand in a spec as it is: no part of it is volatile, a secret or a mask.
    pub(super) literal: bool,
}

impl<'v> Glance<'v> {
    /// What the value of a field shows; `masks` where runs of `x` and the like are masks. Parts of a start line have no name.
    pub(super) fn of(name: &str, value: &'v [u8], masks: bool) -> Self {
        let masked = masks && is_masked(value);
        let hidden = hidden::from(name, value);
        // What stands before a secret that the value itself tells of.
        let open = value.get(..hidden.unwrap_or(value.len())).unwrap_or_default();
        let text = std::str::from_utf8(open);
        let whole = match text {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => Cow::Owned(open.iter().copied().map(char::from).collect()),
        };
        if hidden::is_secret(name) {
            let shown = if secret::is_secret(name.as_bytes()) {
                secret::mask_field(name.as_bytes(), &String::from_utf8_lossy(value)).into_owned()
            } else {
                let scheme = secret::behind_scheme(value).and_then(|at| value.get(..at)).unwrap_or_default();
                format!("{}{MASK}", String::from_utf8_lossy(scheme))
            };
            // `Bearer <secret>`: the scheme stays.
            let scheme = shown.find(MASK).filter(|at| shown.len() == at + MASK.len() && shown.get(..*at).is_some_and(is_scheme));
            return Self { shown: Cow::Owned(shown), head: scheme.unwrap_or(0), tail: 0, literal: false };
        }
        let shown = match secret::mask_field(name.as_bytes(), &whole) {
            Cow::Borrowed(_) => None,
            Cow::Owned(masked) => Some(masked),
        };
        let (mut head, mut tail) = (open.len(), open.len());
        if text.is_err() {
            (head, tail) = (text.map_or_else(|error| error.valid_up_to(), str::len), 0);
        }
        if let Some(shown) = &shown {
            let same = shown.bytes().zip(open).take_while(|(a, b)| a == *b).count();
            (head, tail) = (head.min(same), 0);
        }
        if masked {
            (head, tail) = (head.min(before_mask(value).len()), 0);
        }
        let mut literal = shown.is_none() && !masked && text.is_ok();
        if let Ok(text) = text {
            let volatile = spots(name, text);
            if let (Some(first), Some(last)) = (volatile.first(), volatile.iter().map(|spot| spot.end).max()) {
                head = head.min(first.start);
                tail = tail.min(text.len().saturating_sub(last));
                literal = false;
            }
        }
        literal &= !COUNTING.iter().any(|counting| counting.eq_ignore_ascii_case(name));
        let shown = shown.map_or(whole, Cow::Owned);
        if hidden.is_some() {
            return Self { shown: Cow::Owned(format!("{shown}{MASK}")), head, tail: 0, literal: false };
        }
        Self { shown, head, tail, literal }
    }
}

/// `Bearer ` and the like: a word and a blank.
fn is_scheme(text: &str) -> bool {
    text.strip_suffix(' ').is_some_and(|word| !word.is_empty() && word.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &str, value: &str) -> (String, usize, usize, bool) {
        let glance = Glance::of(name, value.as_bytes(), true);
        (glance.shown.into_owned(), glance.head, glance.tail, glance.literal)
    }

    #[test]
    fn what_stays_may_be_a_literal() {
        assert_eq!(of("Accept", "*/*"), ("*/*".into(), 3, 3, true));
        assert_eq!(of("Content-Length", "0"), ("0".into(), 1, 1, false));
        assert_eq!(of("Host", "10.0.2.7:80"), ("10.0.2.7:80".into(), 0, 0, false));
        assert_eq!(of("User-Agent", "AmazonAPIGateway_a1b2c3d4e5"), ("AmazonAPIGateway_a1b2c3d4e5".into(), 17, 0, false));
        assert_eq!(of("X-Id", "ab-xxxx"), ("ab-xxxx".into(), 3, 0, false));
    }

    #[test]
    fn of_secrets_the_scheme_stays() {
        assert_eq!(of("Authorization", "Bearer abc"), ("Bearer <secret>".into(), 7, 0, false));
        assert_eq!(of("Authorization", "hunter2"), ("<secret>".into(), 0, 0, false));
        assert_eq!(of("Cookie", "sid=abc"), ("sid=<secret>".into(), 0, 0, false));
        assert_eq!(of("X-Csrf-Token", "abc"), ("<secret>".into(), 0, 0, false));
        let signed = "https://a.example/k?X-Amz-Signature=ab12";
        assert_eq!(of("X-Original-Auth", "Basic dTpw"), ("Basic <secret>".into(), 6, 0, false));
        assert_eq!(of("Authorizatixn", "Basic dTpw"), ("Basic <secret>".into(), 6, 0, false));
        assert_eq!(of("X-A", "{\"password\":\"abc\"}"), ("{\"password\":<secret>".into(), 12, 0, false));
        assert_eq!(of("Referer", "http://a/?key=abc"), ("http://a/?key=<secret>".into(), 14, 0, false));
        assert_eq!(of("Location", signed), ("https://a.example/k?X-Amz-Signature=<secret>".into(), 36, 0, false));
    }
}
