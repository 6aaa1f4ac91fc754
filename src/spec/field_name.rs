//! Field names in specs: tokens, and globs over them.

/// Whether a text is a token (RFC 9110 §5.6.2), which every field name and method is.
pub(super) fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(is_token_byte)
}

fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

/// Whether a field name fits a glob, in which `*` stands for any characters, without ASCII case.
pub(crate) fn glob(pattern: &[u8], name: &[u8]) -> bool {
    let (mut p, mut n, mut star) = (0, 0, None);
    while let Some(byte) = name.get(n) {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some((p, n));
                p += 1;
            }
            Some(expected) if expected.eq_ignore_ascii_case(byte) => {
                p += 1;
                n += 1;
            }
            // The last `*` takes one byte more.
            _ => match star {
                Some((at, from)) => {
                    p = at + 1;
                    n = from + 1;
                    star = Some((at, from + 1));
                }
                None => return false,
            },
        }
    }
    pattern.get(p..).unwrap_or_default().iter().all(|b| *b == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_told_from_other_texts() {
        for name in ["Host", "x-amzn-RequestId", "_", "A.b~c"] {
            assert!(is_token(name), "{name}");
        }
        for name in ["", "Host:", "a b", ":path", "é", "a(b)"] {
            assert!(!is_token(name), "{name}");
        }
    }

    #[test]
    fn globs_fit_names_without_case() {
        for (pattern, name) in [
            ("X-Forwarded-*", "x-forwarded-for"),
            ("*", "a"),
            ("a*b*c", "aXbYc"),
            ("*-id", "x-id"),
            ("Via", "via"),
            ("x-*-id", "X-Amzn-Trace-Id"),
            ("a*b*c", "aXbXbc"),
        ] {
            assert!(glob(pattern.as_bytes(), name.as_bytes()), "{pattern} {name}");
        }
        for (pattern, name) in [
            ("X-Forwarded-*", "Forwarded"),
            ("a*b", "ac"),
            ("a*bc*c", "abc"),
            ("Via", "vi"),
            ("x-*-id", "X-Amzn-Trace-Ids"),
            ("", "a"),
        ] {
            assert!(!glob(pattern.as_bytes(), name.as_bytes()), "{pattern} {name}");
        }
    }
}
