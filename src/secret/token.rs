//! JSON Web Tokens in any text: whoever has one is let in, whatever field or parameter it stands in.

use std::ops::Range;
use std::sync::LazyLock;

use memchr::memmem::Finder;

/// How every token begins: base64url of `{"`.
const BEGIN: &[u8] = b"eyJ";

/// Finds it. Making a finder costs more than looking through a field value.
static FINDER: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(BEGIN));

/// Where tokens stand: `eyJ…`, two more parts behind dots (the last may be empty), and two more of an encrypted one.
///
/// Linear: each run of letters of tokens is looked at once.
pub(super) fn tokens(bytes: &[u8]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    if FINDER.find(bytes).is_none() {
        return found;
    }
    let mut at = 0;
    for run in bytes.split(|b| !(b.is_ascii_alphanumeric() || b"-_=.".contains(b))) {
        let parts: Vec<Range<usize>> = run
            .split(|b| *b == b'.')
            .scan(at, |start, part| {
                let range = *start..*start + part.len();
                *start = range.end + 1;
                Some(range)
            })
            .collect();
        let mut next = 0;
        while let Some(part) = parts.get(next) {
            let begin = FINDER.find(bytes.get(part.clone()).unwrap_or_default());
            let payload = parts.get(next + 1).filter(|payload| payload.len() >= 3);
            match (begin, payload, parts.get(next + 2)) {
                (Some(offset), Some(_), Some(signature)) if part.len() - offset >= 10 => {
                    let last = parts.get(next + 4).unwrap_or(signature);
                    found.push(part.start + offset..last.end);
                    next += 5;
                }
                _ => next += 1,
            }
        }
        at += run.len() + 1;
    }
    found
}

#[cfg(test)]
mod tests {
    use crate::secret::{mask_field, mask_target};

    #[test]
    fn tokens_are_masked_wherever_they_stand() {
        for (text, masked) in [
            ("eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln", "<secret>"),
            ("a eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiIxIn0=.c2ln-_==, b", "a <secret>, b"),
            ("/p?t=eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiIxIn0.&x=1", "/p?t=<secret>&x=1"),
            ("t=eyJhbGciOiJFUzI1NiJ9.e30.c2ln", "t=<secret>"),
            ("https://eyJhbGciOiJFUzI1NiJ9.e30.c2ln:pw@host/", "https://<secret>@host/"),
            ("\"eyJhbGciOiJFUzI1NiJ9.a_.b.c.d\" eyJhbGciOiJFUzI1NiJ9.abc.b.c.d", "\"eyJhbGciOiJFUzI1NiJ9.a_.b.c.d\" <secret>"),
        ] {
            assert_eq!(mask_target(text), masked, "{text}");
        }
        assert_eq!(mask_field(b"X-Token", "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln"), "<secret>");
    }

    #[test]
    fn what_is_no_token_stays() {
        for text in ["eyJ", "eyJhbGciOiJFUzI1NiJ9", "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiIxIn0", "eyJ.eyJ.eyJ", "a.b.c"] {
            assert_eq!(mask_target(text), text);
        }
    }

    #[test]
    fn hostile_texts_cost_no_square() {
        for text in ["eyJ".repeat(300_000), "eyJ.".repeat(300_000), "eyJaaaaaaa.".repeat(100_000)] {
            let start = std::time::Instant::now();
            let _ = mask_target(&text);
            assert!(start.elapsed() < std::time::Duration::from_secs(5));
        }
    }
}
