//! What a draft never writes down. It is kept, shared and committed, so it hides more than reports mask: a name that may tell of
//! a secret is enough, and where that is wrong the draft says `present: true`. Linear in names and values.

use crate::secret;

/// They tell of a secret wherever they stand in a name, once that is without its hyphens and underscores.
const TELLING: [&str; 20] = [
    "token",
    "secret",
    "passw",
    "passphrase",
    "passcode",
    "apikey",
    "accesskey",
    "session",
    "credential",
    "signature",
    "private",
    "cookie",
    "csrf",
    "xsrf",
    "hmac",
    "oauth",
    "authorization",
    "authorisation",
    // A client that cannot send other fields (a browser) puts its token there.
    "websocketprotocol",
    "bearer",
];

/// They tell of one at the end of a word of a name; within words they are everyday letters (`inside`, `hotpath`).
const ENDS: [&str; 8] = ["auth", "pwd", "pass", "otp", "sess", "sid", "jwt", "pin"];

/// Challenges and a yes or no, which anybody may see.
const OPEN: [&str; 3] = ["www-authenticate", "proxy-authenticate", "access-control-allow-credentials"];

/// Of longer names the end is looked at.
const LONGEST_NAME: usize = 128;
/// So many bytes may stand between a name in a value and its `=` or `:`.
const LONGEST_JOINT: usize = 8;

/// Whether nothing of the values under a name may be written down but what kind of credentials they are: of a field, a part or a
/// parameter.
pub(super) fn is_secret(name: &str) -> bool {
    secret::is_secret(name.as_bytes()) || secret::is_secret_parameter(name) || tells(name.as_bytes())
}

/// Whether a name tells of a secret.
fn tells(name: &[u8]) -> bool {
    let name = name.get(name.len().saturating_sub(LONGEST_NAME)..).unwrap_or_default();
    if OPEN.iter().any(|open| open.as_bytes().eq_ignore_ascii_case(name)) {
        return false;
    }
    let squeezed: String =
        name.iter().filter(|b| b.is_ascii_alphanumeric()).map(|b| char::from(b.to_ascii_lowercase())).collect();
    squeezed.ends_with("key")
        || TELLING.iter().any(|part| squeezed.contains(part))
        || words(name).any(|word| is_telling_word(&word))
}

fn is_telling_word(word: &str) -> bool {
    let begins = word.starts_with("auth") && !word.starts_with("author");
    begins || ENDS.iter().any(|end| word.ends_with(end))
}

/// The words of a name, in lower case: `X-AuthUser` has `x`, `auth` and `user`.
fn words(name: &[u8]) -> impl Iterator<Item = String> {
    let mut words: Vec<String> = vec![String::new()];
    let mut before = b'-';
    for byte in name {
        if !byte.is_ascii_alphanumeric() || before.is_ascii_lowercase() && byte.is_ascii_uppercase() {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| byte.is_ascii_alphanumeric()) {
            word.push(char::from(byte.to_ascii_lowercase()));
        }
        before = *byte;
    }
    words.into_iter().filter(|word| !word.is_empty())
}

/// From where on a value shows a secret, whatever its field is called: behind a scheme of credentials, and behind a name that
/// tells of one, as parameters, parts and members of JSON have (`?key=…`, `"password": …`).
pub(super) fn from(field: &str, value: &[u8]) -> Option<usize> {
    let open = OPEN.iter().any(|open| open.eq_ignore_ascii_case(field));
    let scheme = if open { None } else { secret::behind_scheme(value) };
    scheme.or_else(|| behind_name(value))
}

fn behind_name(value: &[u8]) -> Option<usize> {
    let mut begin = None;
    for (at, byte) in value.iter().enumerate() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_') {
            begin.get_or_insert(at);
        } else if let Some(begin) = begin.take()
            && let Some(joint) = joint(value.get(at..).unwrap_or_default())
            && is_secret(std::str::from_utf8(value.get(begin..at)?).ok()?)
        {
            return Some(at.saturating_add(joint));
        }
    }
    None
}

/// How long what stands between a name and its value is: quotes, brackets and blanks, then `=` or `:`, percent-encoded or not.
/// None where there is no value.
fn joint(rest: &[u8]) -> Option<usize> {
    let mut at = 0;
    while at < LONGEST_JOINT {
        let encoded = |codes: &[&[u8]]| {
            let code = rest.get(at..at.saturating_add(3)).unwrap_or_default();
            codes.iter().any(|known| known.eq_ignore_ascii_case(code))
        };
        let (length, ends) = match rest.get(at)? {
            b'=' | b':' => (1, true),
            b'"' | b'\'' | b'\\' | b']' | b' ' => (1, false),
            b'%' if encoded(&[b"%3d", b"%3a"]) => (3, true),
            b'%' if encoded(&[b"%22", b"%27", b"%5d", b"%20"]) => (3, false),
            _ => return None,
        };
        at = at.saturating_add(length);
        if ends {
            return (at < rest.len()).then_some(at);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_may_tell_of_a_secret() {
        for name in [
            "X-Auth-Key",
            "X-Functions-Key",
            "Ocp-Apim-Subscription-Key",
            "X-Auth",
            "X-Registry-Auth",
            "X-Basic-Auth",
            "X-AuthUser",
            "x-authuser",
            "X-Pwd",
            "X-Passcode",
            "X-Pin",
            "X-Otp",
            "X-Sid",
            "PHPSSID",
            "X-Sess",
            "X-Master-Key",
            "X-Hasura-Admin-Key",
            "X-Client-Key",
            "X-API_KEY",
            "X_API_KEY",
            "X-Accesskey",
            "X-Access_Token",
            "X-Original-Cookie",
            "X-CSRF",
            "X-XSRF-Value",
            "Sec-WebSocket-Protocol",
            "X-Jwt",
            "X-Webhook-Hmac",
            "X-Api-Authorization-Code",
            "Authentication-Info",
            "sessionid",
            "key",
        ] {
            assert!(is_secret(name), "{name}");
        }
        for name in [
            "Host",
            "Authority",
            "Author",
            "WWW-Authenticate",
            "Access-Control-Allow-Credentials",
            "X-Inside",
            "X-Request-Id",
            "X-As-Id",
            "X-Passed-On",
            "X-Amzn-Trace-Id",
            "Root",
            "Keep-Alive",
            "Sec-WebSocket-Version",
            "X-Cache-Hits",
            "",
        ] {
            assert!(!is_secret(name), "{name}");
        }
    }

    #[test]
    fn values_that_show_it_themselves() {
        for (value, open) in [
            ("Basic dTpw", "Basic "),
            ("bearer abc", "bearer "),
            ("https://a.example/x?key=abc", "https://a.example/x?key="),
            ("/a?sessionid=1&auth=2", "/a?sessionid="),
            (r#"{"a": 1, "password" : "abc"}"#, r#"{"a": 1, "password" :"#),
            (r#"{\"token\":\"abc\"}"#, r#"{\"token\":"#),
            ("user[password]=abc", "user[password]="),
            ("/go?to=%2F%3Fkey%3Dabc", "/go?to=%2F%3Fkey%3D"),
            ("a=b; connect.sid=abc", "a=b; connect.sid="),
        ] {
            let at = from("X-A", value.as_bytes()).unwrap_or(usize::MAX);
            assert_eq!(value.get(..at), Some(open), "{value}");
        }
        for value in
            ["", "Basic", "Vary: Cookie", "Authorization, X-Api-Key", "private, max-age=0", "key=", "a key to b=c", "a=b"]
        {
            assert_eq!(from("X-A", value.as_bytes()), None, "{value}");
        }
        assert_eq!(from("WWW-Authenticate", b"Basic realm=\"a\""), None);
    }

    #[test]
    fn hostile_values_cost_no_square() {
        for text in ["key ".repeat(300_000), "key\"".repeat(300_000), "a-".repeat(600_000), format!("{}=", "key".repeat(400_000))]
        {
            let start = std::time::Instant::now();
            let _ = from("X-A", text.as_bytes());
            assert!(start.elapsed() < std::time::Duration::from_secs(5));
        }
    }
}
