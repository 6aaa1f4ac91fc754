//! JSON Web Tokens (RFC 7519) as evidence: what header and payload say. No signature is verified.
//!
//! Linear in the text. Reasons quote nothing of a token: it is a secret, whatever field it stands in.

use serde_json::{Map, Value as Json};

use super::functions::base64_decoded;
use crate::json;

/// Why a text is no token that can be looked into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum NoJwt {
    /// It is none, and why: `it has 2 parts and not 3`.
    Malformed(String),
    /// It is encrypted (RFC 7516): only who has the key can say what it holds.
    Encrypted,
}

impl NoJwt {
    /// A clause about `it`.
    pub(super) fn why(&self) -> &str {
        match self {
            Self::Malformed(why) => why,
            Self::Encrypted => "it is encrypted (JWE), and its payload cannot be read",
        }
    }
}

/// Schemes of Authorization whose credentials are a token: RFC 6750 §2.1, RFC 9449 §7.1.
const SCHEMES: [&[u8]; 2] = [b"bearer ", b"dpop "];

/// `{"header": {…}, "payload": {…}}` of a token, or of `Bearer TOKEN`.
pub(super) fn decoded(value: &[u8]) -> Result<Json, NoJwt> {
    let scheme = SCHEMES.iter().find(|s| value.get(..s.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(s)));
    token(scheme.and_then(|s| value.get(s.len()..)).unwrap_or(value).trim_ascii())
}

/// The same of a token alone: three base64url parts (RFC 7515 §3.1), with or without `=`, since the ALB pads them. The
/// first two are JSON objects without repeated names, the last may be empty.
pub(super) fn token(text: &[u8]) -> Result<Json, NoJwt> {
    let malformed = |why: String| Err(NoJwt::Malformed(why));
    let mut parts = text.split(|b| *b == b'.');
    let (Some(header), Some(payload), Some(signature)) = (parts.next(), parts.next(), parts.next()) else {
        return malformed(format!("it has {} and not 3", if text.contains(&b'.') { "2 parts" } else { "1 part" }));
    };
    let more = parts.count();
    let header = object(header, "header")?;
    match more {
        0 => {}
        2 if header.contains_key("enc") => return Err(NoJwt::Encrypted),
        more => return malformed(format!("it has {} parts and not 3", more.saturating_add(3))),
    }
    let payload = object(payload, "payload")?;
    if !signature.is_empty() && base64_decoded(signature).is_none() {
        return malformed("its signature is no base64url".to_owned());
    }
    let mut token = Map::new();
    token.insert("header".to_owned(), Json::Object(header));
    token.insert("payload".to_owned(), Json::Object(payload));
    Ok(Json::Object(token))
}

fn object(part: &[u8], what: &str) -> Result<Map<String, Json>, NoJwt> {
    let why = match base64_decoded(part).map(|text| json::parse(&text)) {
        Some(Ok(Json::Object(members))) => return Ok(members),
        Some(Ok(_)) => format!("its {what} is no JSON object"),
        Some(Err(_)) => format!("its {what} is no JSON, or repeats a name"),
        None => format!("its {what} is no base64url"),
    };
    Err(NoJwt::Malformed(why))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn why(text: &str) -> String {
        decoded(text.as_bytes()).unwrap_err().why().to_owned()
    }

    #[test]
    fn tokens_are_decoded_with_and_without_padding_and_scheme() {
        let expected = r#"{"header":{"alg":"ES256"},"payload":{"sub":"1"}}"#;
        for text in [
            "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln",
            "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiIxIn0=.c2ln",
            "Bearer eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiIxIn0.",
            "bearer  eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln",
            "DPoP eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln",
        ] {
            assert_eq!(decoded(text.as_bytes()).unwrap().to_string(), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_token_says_why() {
        assert_eq!(why("abc"), "it has 1 part and not 3");
        assert_eq!(why("e30.e30"), "it has 2 parts and not 3");
        assert_eq!(why("e30.e30.c2ln.c2ln"), "it has 4 parts and not 3");
        assert_eq!(why("!.e30.c2ln"), "its header is no base64url");
        assert_eq!(why("e30.W10.c2ln"), "its payload is no JSON object");
        assert_eq!(why("e30.YQ.c2ln"), "its payload is no JSON, or repeats a name");
        // {"a":1,"a":1}
        assert_eq!(why("e30.eyJhIjoxLCJhIjoxfQ.c2ln"), "its payload is no JSON, or repeats a name");
        assert_eq!(why("e30.e30.!"), "its signature is no base64url");
        assert_eq!(why("Basic e30.e30."), "its header is no base64url");
        // {"enc":"A"}
        assert_eq!(decoded(b"eyJlbmMiOiJBIn0.a.b.c.d"), Err(NoJwt::Encrypted));
    }
}
