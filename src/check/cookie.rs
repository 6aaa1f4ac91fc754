//! Cookies in field values (RFC 6265): those that a Cookie field carries, and the one that a Set-Cookie field sets.
//!
//! Taken apart as user agents do (§5.2, §5.4): at semicolons alone, so that the comma in `Expires=Sun, 14 Jun …` is no
//! separator; quotes are part of a value. Linear in the value.

use super::mask;

/// Name and value of each cookie of a Cookie field's value. A part without `=` has no name, and the whole part is its
/// value (RFC 6265bis §5.5).
pub(super) fn cookies(value: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    value.split(|b| *b == b';').map(<[u8]>::trim_ascii).filter(|part| !part.is_empty()).map(pair)
}

/// `name=value` at its first `=`.
fn pair(part: &[u8]) -> (&[u8], &[u8]) {
    match memchr::memchr(b'=', part) {
        Some(at) => {
            let (name, value) = part.split_at_checked(at).unwrap_or_default();
            (name.trim_ascii_end(), value.get(1..).unwrap_or_default().trim_ascii_start())
        }
        None => (b"", part),
    }
}

/// What one Set-Cookie field line sets.
#[derive(Debug, Clone, Copy)]
pub(super) struct SetCookie<'l> {
    pub(super) name: &'l [u8],
    pub(super) value: &'l [u8],
    /// Behind the first semicolon.
    attributes: &'l [u8],
}

impl<'l> SetCookie<'l> {
    /// Of the value of one line.
    pub(super) fn of(line: &'l [u8]) -> Self {
        let end = memchr::memchr(b';', line).unwrap_or(line.len());
        let (cookie, rest) = line.split_at_checked(end).unwrap_or((line, b""));
        let (name, value) = pair(cookie.trim_ascii());
        Self { name, value, attributes: rest.get(1..).unwrap_or_default() }
    }

    /// The value of an attribute, empty for a flag. Of several of one name the last counts (RFC 6265 §5.3).
    pub(super) fn attribute(&self, name: &str) -> Option<&'l [u8]> {
        let is_it = |(n, _): &(&[u8], &[u8])| n.eq_ignore_ascii_case(name.as_bytes());
        self.attributes().filter(is_it).last().map(|(_, value)| value)
    }

    fn attributes(&self) -> impl Iterator<Item = (&'l [u8], &'l [u8])> {
        let parts = self.attributes.split(|b| *b == b';').map(<[u8]>::trim_ascii).filter(|part| !part.is_empty());
        parts.map(|part| if part.contains(&b'=') { pair(part) } else { (part, b"".as_slice()) })
    }

    /// Whether a mask may stand for attributes: in the place of one, or `…` at the end.
    pub(super) fn hides_attributes(&self) -> bool {
        let end = if self.attributes.is_empty() { self.value } else { self.attributes };
        end.trim_ascii_end().ends_with("…".as_bytes()) || self.attributes().any(|(name, _)| mask::is_masked(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown<'t>(pairs: impl Iterator<Item = (&'t [u8], &'t [u8])>) -> Vec<String> {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        pairs.map(|(name, value)| format!("{}|{}", text(name), text(value))).collect()
    }

    #[test]
    fn cookies_are_split_at_semicolons_alone() {
        let value = br#"a=1; b = "x, y" ;c=d=e;; bare; {"f=1}"#;
        assert_eq!(shown(cookies(value)), ["a|1", r#"b|"x, y""#, "c|d=e", "|bare", r#"{"f|1}"#]);
        assert_eq!(shown(cookies(b"")), [""; 0]);
    }

    #[test]
    fn set_cookies_keep_their_dates() {
        let cookie = SetCookie::of(b"sid=a=b; Expires=Sun, 21 Jun 2020 10:04:49 GMT; path=/a ; HttpOnly;PATH=/b");
        assert_eq!((cookie.name, cookie.value), (&b"sid"[..], &b"a=b"[..]));
        assert_eq!(cookie.attribute("expires"), Some(&b"Sun, 21 Jun 2020 10:04:49 GMT"[..]));
        assert_eq!(cookie.attribute("Path"), Some(&b"/b"[..]), "the last counts");
        assert_eq!((cookie.attribute("HttpOnly"), cookie.attribute("Secure")), (Some(&b""[..]), None));
        let bare = SetCookie::of(b"sid");
        assert_eq!((bare.name, bare.value, bare.attribute("Path")), (&b""[..], &b"sid"[..], None));
    }

    #[test]
    fn masks_may_stand_for_attributes() {
        for (line, hides) in [("a=xxx; Path=/", false), ("a=…", true), ("a=1; …", true), ("a=1; xxx", true), ("a=1", false)] {
            assert_eq!(SetCookie::of(line.as_bytes()).hides_attributes(), hides, "{line}");
        }
    }
}
