//! A dict as Python prints it (`print(event)`), written as JSON: other quotes, and `None`, `True`, `False`.

use super::export::MOST_EVENT;

/// The JSON of a dict that begins here, and how many bytes the dict has. Nothing where it is none: an object's own print
/// (`<…>`), bytes, a tuple. Python writes it in one line.
pub(super) fn json(text: &[u8]) -> Option<(String, usize)> {
    let mut json = Vec::new();
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(byte) = text.get(at).filter(|_| at < MOST_EVENT) {
        match byte {
            b'{' | b'[' => {
                depth += 1;
                json.push(*byte);
            }
            b'}' | b']' => {
                depth = depth.checked_sub(1)?;
                json.push(*byte);
                if depth == 0 {
                    return Some((String::from_utf8(json).ok()?, at + 1));
                }
            }
            b'\'' | b'"' => {
                let (value, length) = string(text.get(at + 1..)?, *byte)?;
                json.extend_from_slice(serde_json::Value::String(value).to_string().as_bytes());
                at += length;
            }
            b',' | b':' | b' ' | b'-' | b'.' | b'0'..=b'9' => json.push(*byte),
            // `1e+16`, `1e-05`: a number goes on.
            b'e' | b'+' if json.last().is_some_and(|before| before.is_ascii_digit() || *before == b'e') => json.push(*byte),
            _ => {
                let words: [(&[u8], &[u8]); 3] = [(b"None", b"null"), (b"True", b"true"), (b"False", b"false")];
                let rest = text.get(at..)?;
                let (python, own) = words.into_iter().find(|(python, _)| rest.starts_with(python))?;
                json.extend_from_slice(own);
                at += python.len() - 1;
            }
        }
        at += 1;
    }
    None
}

/// A string behind its opening quote, and how many bytes it has with the closing one.
fn string(text: &[u8], quote: u8) -> Option<(String, usize)> {
    let mut value = Vec::new();
    let mut at = 0;
    loop {
        let byte = *text.get(at).filter(|byte| **byte != b'\n' && at < MOST_EVENT)?;
        at += 1;
        if byte == quote {
            return Some((String::from_utf8(value).ok()?, at));
        }
        if byte != b'\\' {
            value.push(byte);
            continue;
        }
        let escape = *text.get(at)?;
        at += 1;
        let digits = match escape {
            b'x' => 2,
            b'u' => 4,
            b'U' => 8,
            _ => 0,
        };
        if digits > 0 {
            let code = text.get(at..at + digits).filter(|code| code.iter().all(u8::is_ascii_hexdigit))?;
            let code = u32::from_str_radix(std::str::from_utf8(code).ok()?, 16).ok()?;
            value.extend_from_slice(char::from_u32(code)?.encode_utf8(&mut [0; 4]).as_bytes());
            at += digits;
            continue;
        }
        value.push(match escape {
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'\\' | b'\'' | b'"' => escape,
            _ => return None,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::json;

    #[test]
    fn a_dict_becomes_json() {
        let text = r#"{'a': None, 'b': [True, False, -1.5, 1e+16, 1e-05], "it's": 'say "hi"\n\x00\\', 'ä': {}} behind"#;
        let (made, length) = json(text.as_bytes()).expect("a dict");
        assert_eq!(made, r#"{"a": null, "b": [true, false, -1.5, 1e+16, 1e-05], "it's": "say \"hi\"\n\u0000\\", "ä": {}}"#);
        assert_eq!(&text[length..], " behind");
        for no in [
            "{'a': <object at 0x7f>}",
            "{'a': b'bytes'}",
            "{'a': (1, 2)}",
            "{'a': 'cut",
            "{'a'",
            "}",
            "",
            "{'a':\n1}",
            r"{'\q': 1}",
        ] {
            assert_eq!(json(no.as_bytes()), None, "{no}");
        }
    }
}
