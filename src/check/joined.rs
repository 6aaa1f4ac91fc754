//! Sources that join lines: what they show as one may have been several.

use super::found::Found;
use super::plan::Aspect;
use crate::http::HeadRef;
use crate::spec::Value;

/// Whether a value that is expected to be one line may be several: the source joins lines that repeat, and a comma stands in
/// it. Fields that cannot repeat (RFC 9110 §5.3) are one, and lists are the same on one line and on several.
pub(super) fn may_be_several(aspect: &Aspect, value: &Value, found: &Found<'_>, head: &HeadRef<'_>) -> bool {
    if head.head.fidelity.repeats || value.takes_anything() || value.is_list() {
        return false;
    }
    match (aspect, found) {
        (Aspect::Field { name, .. }, Found::Few(Some(one))) => one.contains(&b',') && !is_single(name),
        _ => false,
    }
}

/// What is said of cookies that cannot be told apart.
pub(super) const COOKIES: &str = "this kind of evidence may join lines that repeat, and these may be several cookies";

/// Whether a Cookie or a Set-Cookie may be several in one: then names and attributes are not those that stand there.
pub(super) fn may_be_cookies(head: &HeadRef<'_>, value: &[u8]) -> bool {
    if head.head.fidelity.repeats {
        return false;
    }
    // A date of `Expires` has a comma behind its day of the week.
    let is_date = |at: usize| {
        let before = value.get(..at).unwrap_or_default();
        let day = before.iter().rev().take_while(|byte| byte.is_ascii_alphabetic()).count();
        let name = before.get(..before.len().saturating_sub(day)).unwrap_or_default();
        let begins = name.len().checked_sub(8).and_then(|from| name.get(from..));
        (3..=9).contains(&day) && begins.is_some_and(|name| name.eq_ignore_ascii_case(b"expires="))
    };
    memchr::memchr_iter(b',', value).any(|at| !is_date(at))
}

/// Fields of which a message has one line, by their definitions, and in whose values commas may stand.
fn is_single(name: &str) -> bool {
    const NAMES: [&str; 15] = [
        "authorization",
        "content-disposition",
        "content-location",
        "cookie",
        "date",
        "etag",
        "expires",
        "if-modified-since",
        "if-unmodified-since",
        "last-modified",
        "location",
        "referer",
        "retry-after",
        "server",
        "user-agent",
    ];
    NAMES.iter().any(|single| single.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::{CaptureId, Fidelity, Origin, Provenance, parse_head};

    #[test]
    fn cookies_that_may_be_several() {
        let joined = |value: &str, fidelity| {
            let at = Provenance { capture: CaptureId(0), origin: Origin::Line(1) };
            may_be_cookies(&parse_head(b"HTTP/1.1 200 OK\r\n\r\n", at, fidelity).as_ref(), value.as_bytes())
        };
        for value in ["a=b; Path=/,c=d", "a=b; Expires=Wed, 12 Oct 2022 13:14:40 GMT,c=d", "a=b, c=d", "a=b; expires=,"] {
            assert!(joined(value, Fidelity::HAR) && joined(value, Fidelity::LOG), "{value}");
            assert!(!joined(value, Fidelity::TEXT), "{value}");
        }
        for value in
            ["", "a=b; c=d", "a=b; Expires=Wed, 12 Oct 2022 13:14:40 GMT", "a=b; expires=Wednesday, 12-Oct-22 13:14:40 GMT"]
        {
            assert!(!joined(value, Fidelity::HAR), "{value}");
        }
    }
}
