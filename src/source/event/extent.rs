//! How far something reaches that cannot be read: what stands in it is a part of it, whatever it looks like.

/// How many bytes belong to broken JSON that begins here and went wrong in the line with this number, counted from 0: to the
/// end of the line in which its brackets close, or to a line that is none of it.
pub(super) fn broken(text: &[u8], wrong: usize) -> usize {
    let begins = wrong.checked_sub(1).and_then(|before| memchr::memchr_iter(b'\n', text).nth(before)).map(|end| end + 1);
    match begins {
        // It was cut, and something else follows.
        Some(begins) if is_another(text.get(begins..).unwrap_or_default()) => begins - 1,
        begins => {
            let from = begins.unwrap_or_default();
            let looked = line_end(text, from);
            let end = close(text, b"\"", looked);
            line_end(text, end)
        }
    }
}

/// How many bytes belong to what a program printed in its own writing, in which texts have quotes of several kinds.
pub(super) fn printed(text: &[u8]) -> usize {
    close(text, b"'\"`", 0)
}

/// Behind which place the brackets are closed that open here, or where the first line begins behind `least` that is none of it.
fn close(text: &[u8], quotes: &[u8], least: usize) -> usize {
    let mut depth = 0_usize;
    let mut quote = None;
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        match (byte, quote) {
            (b'\n', _) => {
                // No writing has a line end within quotes.
                quote = None;
                if at >= least && is_another(text.get(at + 1..).unwrap_or_default()) {
                    return at;
                }
            }
            (b'\\', Some(_)) if text.get(at + 1) != Some(&b'\n') => at += 1,
            (byte, Some(open)) if *byte == open => quote = None,
            (_, Some(_)) => {}
            (byte, None) if quotes.contains(byte) => quote = Some(*byte),
            (b'{' | b'[', None) => depth += 1,
            (b'}' | b']', None) => {
                depth = depth.saturating_sub(1);
                if depth == 0 && at >= least {
                    return at + 1;
                }
            }
            _ => {}
        }
        at += 1;
    }
    text.len()
}

/// Whether a line begins that goes on with no object: those have blanks before their lines, a closing bracket, or a name.
fn is_another(text: &[u8]) -> bool {
    text.first().is_some_and(|byte| !byte.is_ascii_whitespace() && !b"}]\"'".contains(byte))
}

fn line_end(text: &[u8], from: usize) -> usize {
    memchr::memchr(b'\n', text.get(from..).unwrap_or_default()).map_or(text.len(), |end| from + end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_broken_reaches_to_its_end() {
        for (text, wrong, rest) in [
            ("{\"a\": x, \"b\": {}} {\"c\": 1}\n{\"d\": 1}", 0, "\n{\"d\": 1}"),
            ("{\n \"a\": x,\n \"b\": {\"c\": \"}}\"},\n \"d\": 1\n}\nnext", 1, "\nnext"),
            ("{\n\"a\": x,\n\"b\": {\n\"c\": 1\n}\n}\nnext", 1, "\nnext"),
            ("{\"a\": \"cut\n{\"b\": 1}", 0, "\n{\"b\": 1}"),
            ("{\"a\": 1\n{\"b\": 1}", 1, "\n{\"b\": 1}"),
            ("{\"a\": x", 0, ""),
        ] {
            assert_eq!(&text[broken(text.as_bytes(), wrong)..], rest, "{text}");
        }
    }

    #[test]
    fn what_was_printed_reaches_to_its_end() {
        for (text, rest) in [
            ("{\n  a: '{\"b\": 1}}',\n  c: \"it's }\",\n  d: [Object]\n}\nnext", "\nnext"),
            ("{ a: 'x\\'}' } behind\nnext", " behind\nnext"),
            ("{\n  a: 1,\nnext }", "\nnext }"),
        ] {
            assert_eq!(&text[printed(text.as_bytes())..], rest, "{text}");
        }
    }
}
