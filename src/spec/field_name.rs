//! Field names in specs: tokens, and globs over them.

/// Whether a text is a token (RFC 9110 §5.6.2), which every field name and method is.
pub(super) fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(is_token_byte)
}

fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

/// Whether a glob (`*` for any characters) covers a field name, without ASCII case.
pub(super) fn covers(glob: &str, name: &str) -> bool {
    let glob = glob.to_ascii_lowercase();
    let name = name.to_ascii_lowercase();
    let Some((first, rest)) = glob.split_once('*') else {
        return glob == name;
    };
    let Some(mut name) = name.strip_prefix(first) else {
        return false;
    };
    let mut rest = rest;
    while let Some((piece, behind)) = rest.split_once('*') {
        match name.find(piece) {
            Some(at) => name = name.get(at + piece.len()..).unwrap_or_default(),
            None => return false,
        }
        rest = behind;
    }
    name.ends_with(rest)
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
    fn globs_cover_names_without_case() {
        for (glob, name) in
            [("X-Forwarded-*", "x-forwarded-for"), ("*", "a"), ("a*b*c", "aXbYc"), ("*-id", "x-id"), ("Via", "via")]
        {
            assert!(covers(glob, name), "{glob} {name}");
        }
        for (glob, name) in [("X-Forwarded-*", "Forwarded"), ("a*b", "ac"), ("a*bc*c", "abc"), ("Via", "vi")] {
            assert!(!covers(glob, name), "{glob} {name}");
        }
    }
}
