//! Request targets and URLs: signatures, tokens and passwords in them.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::LazyLock;

use memchr::memmem::Finder;

use super::MASK;
use super::token::tokens;

/// Parameters whose values are secrets, in lower case. Names of pagination tokens are not among them.
const PARAMETERS: [&str; 41] = [
    // AWS: presigned URLs of signature versions 4 and 2, CloudFront signed URLs
    "x-amz-signature",
    "x-amz-security-token",
    "signature",
    "awsaccesskeyid",
    // others that sign URLs alike
    "x-goog-signature",
    "sig",
    // OAuth 2.0, OpenID Connect, SAML
    "access_token",
    "id_token",
    "id_token_hint",
    "refresh_token",
    "logout_token",
    "client_secret",
    "client_assertion",
    "assertion",
    "code_verifier",
    "samlresponse",
    // members of Lambda events
    "authorizationtoken",
    "identitysource",
    "accesskey",
    // what applications call theirs
    "token",
    "auth_token",
    "authtoken",
    "session_token",
    "sessiontoken",
    "jwt",
    "api_key",
    "apikey",
    "api-key",
    "x-api-key",
    "password",
    "passwd",
    "secret",
    "pwd",
    "hmac",
    "auth",
    "session",
    "sessionid",
    "session_id",
    "sid",
    "jsessionid",
    "phpsessid",
];

/// The credential scopes of presigned URLs: the part before the first slash is an access key id.
const SCOPES: [&str; 2] = ["x-amz-credential", "x-goog-credential"];

/// What an OpenID provider answers (OpenID Connect Core §3.1.2.5); each alone is an everyday name.
const ANSWER: [&str; 2] = ["code", "state"];

/// Longer names are no parameter that is known here.
const LONGEST_NAME: usize = 64;

/// Whether the value of a query parameter of this name (decoded, compared without case) is a secret.
#[must_use]
pub fn is_secret_parameter(name: &str) -> bool {
    PARAMETERS.iter().chain(&SCOPES).any(|known| known.eq_ignore_ascii_case(name))
}

/// A request target, URL or any text that may hold one, with secrets masked; borrowed where there is none.
///
/// Masked are the values of [`is_secret_parameter`]s, `code` and `state` where both are there (the answer of an OpenID
/// provider), the access key id of a credential scope, `user:password@`, and JSON Web Tokens. Names may be percent-encoded, and so may a
/// whole URL that stands in a parameter of another.
#[must_use]
pub fn mask_target(target: &str) -> Cow<'_, str> {
    let bytes = target.as_bytes();
    let mut ranges = tokens(bytes);
    if memchr::memchr3(b'=', b'@', b'%', bytes).is_some() {
        ranges.extend(user_infos(bytes));
        ranges.extend(secret_values(bytes));
    }
    if ranges.is_empty() {
        return Cow::Borrowed(target);
    }
    ranges.sort_unstable_by_key(|r| r.start);
    let mut masked = String::with_capacity(target.len());
    let mut done = 0;
    for range in ranges {
        if range.start < done {
            // One within another, or beyond its end: one mask for both.
            done = done.max(range.end);
            continue;
        }
        masked.push_str(target.get(done..range.start).unwrap_or_default());
        masked.push_str(MASK);
        done = range.end;
    }
    masked.push_str(target.get(done..).unwrap_or_default());
    Cow::Owned(masked)
}

/// `user:password` of every `scheme://user:password@host` (RFC 3986 §3.2.1).
fn user_infos(bytes: &[u8]) -> Vec<Range<usize>> {
    // Making a finder costs more than looking through a field value.
    static FINDER: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"://"));
    let mut found = Vec::new();
    for at in FINDER.find_iter(bytes) {
        let start = at + 3;
        let rest = bytes.get(start..).unwrap_or_default();
        // Linear in all: the next `://` has a slash, which ends this authority.
        let authority = rest.iter().take_while(|b| !matches!(b, b'/' | b'?' | b'#') && !ends_url(**b)).count();
        if let Some(length) = memchr::memrchr(b'@', rest.get(..authority).unwrap_or_default()).filter(|length| *length > 0) {
            found.push(start..start + length);
        }
    }
    found
}

/// A byte that no URL holds: it stands in a text, and ends there.
fn ends_url(byte: u8) -> bool {
    byte.is_ascii_whitespace() || matches!(byte, b'"' | b'<' | b'>')
}

/// A parameter: its name, decoded and in lower case, and where its value stands.
struct Parameter {
    name: String,
    value: Range<usize>,
}

fn secret_values(bytes: &[u8]) -> Vec<Range<usize>> {
    let parameters = parameters(bytes);
    let has = |name: &str| parameters.iter().any(|p| p.name == name);
    let answered = ANSWER.iter().all(|name| has(name));
    let is_answer = |name: &str| answered && ANSWER.contains(&name);
    let mut ranges = Vec::new();
    for Parameter { name, value } in &parameters {
        if SCOPES.contains(&name.as_str()) {
            let text = bytes.get(value.clone()).unwrap_or_default();
            let slash = (0..text.len()).find(|i| symbol(text, *i).0 == b'/').unwrap_or(text.len());
            ranges.push(value.start..value.start + slash);
        } else if PARAMETERS.contains(&name.as_str()) || is_answer(name) {
            ranges.push(value.clone());
        }
    }
    ranges.retain(|r| !r.is_empty());
    ranges
}

/// The byte at `i` with a percent-encoding taken away, and how many bytes it takes.
fn symbol(bytes: &[u8], i: usize) -> (u8, usize) {
    let plain = bytes.get(i).copied().unwrap_or_default();
    if plain != b'%' {
        return (plain, 1);
    }
    let digit = |i: usize| bytes.get(i).and_then(|b| char::from(*b).to_digit(16)).and_then(|d| u8::try_from(d).ok());
    match (digit(i + 1), digit(i + 2)) {
        (Some(high), Some(low)) => (high << 4 | low, 3),
        _ => (plain, 1),
    }
}

/// Every `name=value` behind `?`, `&`, `#` or `;` that may be a secret.
fn parameters(bytes: &[u8]) -> Vec<Parameter> {
    let mut found = Vec::new();
    let mut name: Option<(u8, String)> = None;
    let mut i = 0;
    while i < bytes.len() {
        let (byte, width) = symbol(bytes, i);
        i += width;
        match byte {
            b'?' | b'&' | b'#' | b';' => name = Some((byte, String::new())),
            b'=' => {
                let Some((separator, name)) = name.take() else { continue };
                // Other values are not passed over: a whole URL may stand there.
                if is_secret_parameter(&name) || ANSWER.contains(&name.as_str()) {
                    let start = i;
                    i += value_length(bytes.get(i..).unwrap_or_default(), width > 1, separator == b';');
                    found.push(Parameter { name, value: start..i });
                }
            }
            _ => match &mut name {
                Some((_, text)) if text.len() < LONGEST_NAME && byte.is_ascii() => {
                    text.push(char::from(byte.to_ascii_lowercase()));
                }
                _ => name = None,
            },
        }
    }
    found
}

/// How long the value at the beginning of `rest` is. Where its `=` was percent-encoded, a percent-encoded `&` ends it
/// too; a path parameter (`;jsessionid=`) ends with its segment.
fn value_length(rest: &[u8], encoded: bool, in_path: bool) -> usize {
    let mut i = 0;
    while i < rest.len() {
        let (byte, width) = symbol(rest, i);
        let decides = width == 1 || encoded;
        let ends = matches!(byte, b'&' | b'#') || in_path && matches!(byte, b';' | b'/' | b'?');
        if decides && (ends || ends_url(byte)) {
            return i;
        }
        i += width;
    }
    rest.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::{any, proptest};

    #[test]
    fn presigned_urls_keep_what_is_harmless() {
        assert_eq!(
            mask_target(
                "/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAEXAMPLE%2F20200614%2Feu-west-1%2Fs3%2Faws4_request\
                 &X-Amz-Expires=60&X-Amz-Security-Token=IQoJ%2Bb3&X-Amz-Signature=00ff#end"
            ),
            "/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=<secret>%2F20200614%2Feu-west-1%2Fs3%2Faws4_request\
             &X-Amz-Expires=60&X-Amz-Security-Token=<secret>&X-Amz-Signature=<secret>#end"
        );
    }

    #[test]
    fn tokens_of_openid_are_masked_wherever_they_stand() {
        assert_eq!(mask_target("https://a/#id_token=eyJ.x.y&expires_in=3600"), "https://a/#id_token=<secret>&expires_in=3600");
        assert_eq!(mask_target("/oauth2/idpresponse?code=abc&state=def"), "/oauth2/idpresponse?code=<secret>&state=<secret>");
        assert_eq!(mask_target("/errors?code=404"), "/errors?code=404");
    }

    #[test]
    fn encoded_names_and_nested_urls_do_not_hide_them() {
        assert_eq!(mask_target("/?X%2DAmz%2DSignature=ab"), "/?X%2DAmz%2DSignature=<secret>");
        assert_eq!(
            mask_target("/go?to=https%3A%2F%2Fb%2F%3FX-Amz-Signature%3Dab%26x%3D1&y=2"),
            "/go?to=https%3A%2F%2Fb%2F%3FX-Amz-Signature%3D<secret>%26x%3D1&y=2"
        );
        assert_eq!(mask_target("/go?to=https://b/?token=ab&y=2"), "/go?to=https://b/?token=<secret>&y=2");
        assert_eq!(mask_target("/?token=a%26b&c=d"), "/?token=<secret>&c=d", "an encoded & is part of the value");
    }

    #[test]
    fn what_applications_call_their_sessions_is_masked_and_everyday_names_are_not() {
        assert_eq!(
            mask_target("/a?sid=1&auth=2&pwd=3&hmac=4&session=5&sessionid=6"),
            "/a?sid=<secret>&auth=<secret>&pwd=<secret>&hmac=<secret>&session=<secret>&sessionid=<secret>"
        );
        assert!(matches!(mask_target("/a?key=b&id=c&sessions=d"), Cow::Borrowed(_)));
    }

    #[test]
    fn sessions_in_paths_and_passwords_are_masked() {
        assert_eq!(mask_target("/a;jsessionid=12AB;v=1/b?c=d"), "/a;jsessionid=<secret>;v=1/b?c=d");
        assert_eq!(mask_target("https://user:pw@host/a@b"), "https://<secret>@host/a@b");
    }

    #[test]
    fn what_is_no_secret_is_borrowed() {
        for target in ["/", "/a?b=c&continuation-token=1", "*", "host:443", "/a?tokens=3", "/a=b", "100%", "%", "/?%zz=1"] {
            assert!(matches!(mask_target(target), Cow::Borrowed(_)), "{target}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in any::<String>()) {
            let _ = mask_target(&text);
        }

        #[test]
        fn a_signature_never_survives(before in "[a-z0-9=&?%;/]{0,20}", after in "(&[a-z0-9=&?%;/]{0,20})?") {
            let masked = mask_target(&format!("/{before}&X-Amz-Signature=S3CR3T{after}")).into_owned();
            assert!(!masked.contains("S3CR3T"), "{masked}");
        }
    }
}
