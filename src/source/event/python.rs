//! A dict as Python prints it (`print(event)`), written as JSON: other quotes, and `None`, `True`, `False`.

use super::export::MOST_EVENT;

/// The JSON of a dict that begins here, and how many bytes the dict has. Nothing where it is none: an object's own print
/// (`<…>`), bytes, a tuple. Python writes it in one line.
pub(super) fn json(text: &[u8]) -> Option<(String, usize)> {
    let line = text.get(..text.len().min(MOST_EVENT))?;
    let line = line.split(|byte| *byte == b'\n').next()?;
    let line = match std::str::from_utf8(line) {
        Ok(line) => line,
        Err(error) => std::str::from_utf8(line.get(..error.valid_up_to())?).ok()?,
    };
    let mut json = String::new();
    let mut depth = 0_usize;
    let mut rest = line;
    while let Some(c) = rest.chars().next() {
        let behind = rest.get(c.len_utf8()..)?;
        rest = match c {
            '{' | '[' => {
                depth += 1;
                json.push(c);
                behind
            }
            '}' | ']' => {
                depth = depth.checked_sub(1)?;
                json.push(c);
                if depth == 0 {
                    return Some((json, line.len() - behind.len()));
                }
                behind
            }
            '\'' | '"' => string(behind, c, &mut json)?,
            ',' | ':' | ' ' | '-' | '.' | '0'..='9' => {
                json.push(c);
                behind
            }
            _ => {
                let words = [("None", "null"), ("True", "true"), ("False", "false")];
                let (python, own) = words.into_iter().find(|(python, _)| rest.starts_with(python))?;
                json.push_str(own);
                rest.get(python.len()..)?
            }
        };
    }
    None
}

/// Writes a string whose opening quote was taken; what is behind its end.
fn string<'t>(text: &'t str, quote: char, json: &mut String) -> Option<&'t str> {
    let mut value = String::new();
    let mut rest = text;
    loop {
        let c = rest.chars().next()?;
        rest = rest.get(c.len_utf8()..)?;
        if c == quote {
            json.push_str(&serde_json::Value::String(value).to_string());
            return Some(rest);
        }
        if c != '\\' {
            value.push(c);
            continue;
        }
        let escape = rest.chars().next()?;
        rest = rest.get(escape.len_utf8()..)?;
        let digits = match escape {
            'x' => 2,
            'u' => 4,
            'U' => 8,
            _ => 0,
        };
        if digits > 0 {
            let code = rest.get(..digits).filter(|code| code.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
            value.push(char::from_u32(u32::from_str_radix(code, 16).ok()?)?);
            rest = rest.get(digits..)?;
            continue;
        }
        value.push(match escape {
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            '\\' | '\'' | '"' => escape,
            _ => return None,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::json;

    #[test]
    fn a_dict_becomes_json() {
        let text = r#"{'a': None, 'b': [True, False, -1.5], "it's": 'say "hi"\n\x00\\', 'ä': {}} behind"#;
        let (made, length) = json(text.as_bytes()).expect("a dict");
        assert_eq!(made, r#"{"a": null, "b": [true, false, -1.5], "it's": "say \"hi\"\n\u0000\\", "ä": {}}"#);
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
