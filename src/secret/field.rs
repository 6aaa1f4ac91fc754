//! Field values: by the field's name.

use std::borrow::Cow;

use super::mask_target;

/// What stands in the place of a secret.
pub const MASK: &str = "<secret>";

/// How the values of a secret field are built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// `scheme credentials` (RFC 9110 §11.4).
    Credentials,
    /// `name=value; name=value` (RFC 6265 §4.2.1).
    Cookie,
    /// `name=value; attribute=value` (RFC 6265 §4.1.1).
    SetCookie,
    /// Nothing of it can be shown.
    Whole,
}

/// Fields whose values are secrets, beside all names that end with `authorization` (`Proxy-Authorization`, and
/// `x-amzn-Remapped-Authorization`, as API Gateway renames it) and all that begin with `x-amzn-oidc-`.
const NAMES: [(&[u8], Shape); 14] = [
    (b"cookie", Shape::Cookie),
    (b"set-cookie", Shape::SetCookie),
    (b"cookie2", Shape::Cookie),
    (b"set-cookie2", Shape::SetCookie),
    (b"x-amz-security-token", Shape::Whole),
    (b"x-amz-server-side-encryption-customer-key", Shape::Whole),
    (b"x-amz-copy-source-server-side-encryption-customer-key", Shape::Whole),
    (b"x-aws-ec2-metadata-token", Shape::Whole),
    (b"x-api-key", Shape::Whole),
    (b"x-auth-token", Shape::Whole),
    (b"x-access-token", Shape::Whole),
    (b"x-forwarded-access-token", Shape::Whole),
    (b"x-id-token", Shape::Whole),
    // CloudFront adds it for an origin that wants to be reached through CloudFront alone.
    (b"x-origin-verify", Shape::Whole),
];

/// Schemes that may be shown: those of the IANA registry, and those that AWS and gateways use. Any other first word
/// could be the secret itself.
const SCHEMES: [&str; 21] = [
    "AWS4-HMAC-SHA256",
    "AWS4-ECDSA-P256-SHA256",
    "AWS",
    "Basic",
    "Bearer",
    "Concealed",
    "Digest",
    "DPoP",
    "GNAP",
    "HOBA",
    "Mutual",
    "Negotiate",
    "NTLM",
    "OAuth",
    "PrivateToken",
    "SCRAM-SHA-1",
    "SCRAM-SHA-256",
    "vapid",
    "Token",
    "ApiKey",
    "SharedKey",
];

/// No scheme is longer, its blank counted.
const LONGEST_SCHEME: usize = 32;

/// Schemes whose credentials are looked for under any name.
const SHOWN_BY: [&str; 2] = ["Basic", "Bearer"];

/// Attributes of a Set-Cookie (RFC 6265bis §4.1.2 and what browsers know), none of which is secret.
const ATTRIBUTES: [&str; 9] =
    ["expires", "max-age", "domain", "path", "secure", "httponly", "samesite", "partitioned", "priority"];

fn shape(name: &[u8]) -> Option<Shape> {
    // The first line of a malformed head may be indented.
    let name = name.trim_ascii();
    let begins = |prefix: &[u8]| name.get(..prefix.len()).is_some_and(|n| n.eq_ignore_ascii_case(prefix));
    let ends = |suffix: &[u8]| {
        let from = name.len().checked_sub(suffix.len());
        from.and_then(|from| name.get(from..)).is_some_and(|n| n.eq_ignore_ascii_case(suffix))
    };
    if ends(b"authorization") {
        return Some(Shape::Credentials);
    }
    if begins(b"x-amzn-oidc-") {
        return Some(Shape::Whole);
    }
    NAMES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, shape)| *shape)
}

/// Whether the values of this field are secrets. The name is compared without case.
#[must_use]
pub fn is_secret(name: &[u8]) -> bool {
    shape(name).is_some()
}

/// A field value with its secrets masked; borrowed where there is none. Values of other fields that hold a URL
/// (`Location`, `Referer`, …) are masked as [`mask_target`] does, and those that begin as credentials do (`Bearer …`) as
/// credentials.
///
/// A line without a name (malformed: no colon) is masked as [`mask_line`] does.
#[must_use]
pub fn mask_field<'a>(name: &[u8], value: &'a str) -> Cow<'a, str> {
    if value.is_empty() {
        return Cow::Borrowed(value);
    }
    match shape(name) {
        Some(Shape::Credentials) => Cow::Owned(mask_credentials(value)),
        Some(Shape::Cookie) => Cow::Owned(mask_cookies(value)),
        Some(Shape::SetCookie) => Cow::Owned(mask_set_cookie(value)),
        Some(Shape::Whole) => Cow::Borrowed(MASK),
        None if name.is_empty() => mask_line(value),
        None if is_credentials(value) => Cow::Owned(mask_credentials(value)),
        None => mask_target(value),
    }
}

fn mask_credentials(value: &str) -> String {
    let scheme = behind_scheme(value.as_bytes()).and_then(|at| value.get(..at)).unwrap_or_default();
    format!("{scheme}{MASK}")
}

/// Where credentials begin in a value that begins with a known scheme and a blank, as those of Authorization do.
#[must_use]
pub fn behind_scheme(value: &[u8]) -> Option<usize> {
    let blank = value.iter().take(LONGEST_SCHEME).position(|b| *b == b' ')?;
    let scheme = value.get(..blank)?;
    let credentials = blank.checked_add(1).filter(|at| *at < value.len());
    credentials.filter(|_| SCHEMES.iter().any(|known| known.as_bytes().eq_ignore_ascii_case(scheme)))
}

/// Whether a value shows by itself that it is credentials, whatever its field is called: one word behind `Basic` or `Bearer`, too
/// long for an everyday one.
fn is_credentials(value: &str) -> bool {
    let word = |rest: &str| rest.len() >= 8 && rest.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~+/=".contains(&b));
    value.split_once(' ').is_some_and(|(scheme, rest)| SHOWN_BY.iter().any(|of| of.eq_ignore_ascii_case(scheme)) && word(rest))
}

fn mask_pair(pair: &str) -> String {
    match pair.split_once('=') {
        Some((_, "")) => pair.to_owned(),
        Some((name, _)) => format!("{name}={MASK}"),
        None if pair.is_empty() => String::new(),
        None => MASK.to_owned(),
    }
}

fn mask_cookies(value: &str) -> String {
    value.split(';').map(|pair| mask_pair(pair.trim())).collect::<Vec<_>>().join("; ")
}

fn mask_set_cookie(value: &str) -> String {
    let mut parts = value.split(';').map(str::trim);
    let mut masked = mask_pair(parts.next().unwrap_or_default());
    for part in parts {
        masked.push_str("; ");
        let name = part.split('=').next().unwrap_or_default().trim_end();
        let known = part.is_empty() || ATTRIBUTES.iter().any(|a| a.eq_ignore_ascii_case(name));
        masked.push_str(&if known { part.to_owned() } else { mask_pair(part) });
    }
    masked
}

/// A line of which nothing is known, with all behind the first name of a secret field masked.
#[must_use]
pub fn mask_line(line: &str) -> Cow<'_, str> {
    let mut at = 0;
    for word in line.split(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_') {
        let end = at + word.len();
        if is_secret(word.as_bytes()) {
            return Cow::Owned(format!("{} {MASK}", mask_target(line.get(..end).unwrap_or_default())));
        }
        at = end + line.get(end..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
    }
    mask_target(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_without_case() {
        for name in [
            "Authorization",
            "proxy-authorization",
            "x-amzn-Remapped-Authorization",
            "COOKIE",
            "Set-Cookie",
            "X-Amz-Security-Token",
            "x-amzn-oidc-data",
            "x-amzn-oidc-accesstoken",
            "X-Amzn-Oidc-Identity",
        ] {
            assert!(is_secret(name.as_bytes()), "{name}");
        }
        for name in ["Host", "X-Amz-Date", "x-amzn-trace-id", "WWW-Authenticate", "Author", ""] {
            assert!(!is_secret(name.as_bytes()), "{name}");
        }
    }

    #[test]
    fn the_scheme_stays() {
        let aws = "AWS4-HMAC-SHA256 Credential=AKIA/20200614/eu/s3/aws4_request, Signature=abc";
        assert_eq!(mask_field(b"Authorization", aws), "AWS4-HMAC-SHA256 <secret>");
        assert_eq!(mask_field(b"authorization", "bearer eyJ.a.b"), "bearer <secret>");
        assert_eq!(mask_field(b"Proxy-Authorization", "Basic dTpw"), "Basic <secret>");
    }

    #[test]
    fn credentials_show_themselves_under_any_name() {
        assert_eq!(mask_field(b"X-Original-Auth", "Basic dTpwYXNzd29yZA=="), "Basic <secret>");
        assert_eq!(mask_field(b"X-A", "bearer S3CR3Tabcd"), "bearer <secret>");
        for open in ["Basic plan", "Bearer realm=\"a\"", "Basic", "Token abcdefghijk", "a Bearer abcdefghijk"] {
            assert!(matches!(mask_field(b"X-A", open), Cow::Borrowed(_)), "{open}");
        }
    }

    #[test]
    fn an_unknown_scheme_may_be_the_secret() {
        assert_eq!(mask_field(b"Authorization", "hunter2"), "<secret>");
        assert_eq!(mask_field(b"Authorization", "hunter2 and more"), "<secret>");
        assert_eq!(mask_field(b"Authorization", ""), "");
    }

    #[test]
    fn cookie_names_and_attributes_stay() {
        assert_eq!(mask_field(b"Cookie", "session=abc; theme=dark;x="), "session=<secret>; theme=<secret>; x=");
        assert_eq!(mask_field(b"cookie", "bare"), "<secret>");
        assert_eq!(
            mask_field(b"Set-Cookie", "AWSALB=abc==; Expires=Sun, 21 Jun 2020 10:04:49 GMT; Path=/; HttpOnly; odd=abc"),
            "AWSALB=<secret>; Expires=Sun, 21 Jun 2020 10:04:49 GMT; Path=/; HttpOnly; odd=<secret>"
        );
    }

    #[test]
    fn urls_in_other_fields_lose_their_signatures() {
        assert_eq!(
            mask_field(b"Referer", "https://a.example/?X-Amz-Signature=ab12"),
            "https://a.example/?X-Amz-Signature=<secret>"
        );
        assert!(matches!(mask_field(b"Accept", "text/html;q=0.9, */*"), Cow::Borrowed("text/html;q=0.9, */*")));
    }

    #[test]
    fn a_line_without_a_colon_is_looked_at() {
        assert_eq!(mask_field(b"", "Authorization Bearer abc"), "Authorization <secret>");
        assert_eq!(mask_field(b"", "just text"), "just text");
        assert_eq!(mask_line("- `Cookie: sid=abc`"), "- `Cookie <secret>");
        assert_eq!(mask_line("é curl -H 'x-api-key: abc' https://a/"), "é curl -H 'x-api-key <secret>");
        assert_eq!(mask_line("see /?token=abc"), "see /?token=<secret>");
        assert_eq!(mask_field(b" Cookie", "sid=abc"), "sid=<secret>");
    }
}
