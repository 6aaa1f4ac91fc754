//! The words of an expression, each with its range in the text of the hole.

use std::ops::Range;

use super::expression::Mistake;

/// A word of the expression language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    Word(String),
    Text(String),
    Int(i64),
    /// One of `. , ( ) [ ] +`, and `-` where an integer follows it as its sign.
    Mark(char),
    /// An operator of CEL that is not compiled.
    Operator(String),
}

/// Splits the text of a hole. The first mistake ends it.
pub(super) fn tokens(text: &str) -> Result<Vec<(Token, Range<usize>)>, Mistake> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..)
        && let Some(c) = rest.chars().next()
    {
        let length = match c {
            c if c.is_whitespace() => {
                at += c.len_utf8();
                continue;
            }
            '"' | '\'' => {
                let (value, length) = string(rest, c, at)?;
                tokens.push((Token::Text(value), at..at + length));
                length
            }
            '0'..='9' => {
                let length = rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
                let digits = rest.get(..length).unwrap_or_default();
                let int = digits.parse().map_err(|_| {
                    Mistake::new(at..at + length, format!("`{digits}` is no integer"))
                        .help("integers are decimal, within 64 bits")
                        .or_more()
                })?;
                tokens.push((Token::Int(int), at..at + length));
                length
            }
            c if c.is_ascii_alphabetic() || c == '_' => {
                let length = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
                tokens.push((Token::Word(rest.get(..length).unwrap_or_default().to_owned()), at..at + length));
                length
            }
            '.' | ',' | '(' | ')' | '[' | ']' | '+' => {
                tokens.push((Token::Mark(c), at..at + 1));
                1
            }
            '-' | '*' | '/' | '%' | '<' | '>' | '=' | '!' | '&' | '|' | '?' | ':' => {
                let length = rest.find(|c: char| !"-*/%<>=!&|?:".contains(c)).unwrap_or(rest.len());
                tokens.push((Token::Operator(rest.get(..length).unwrap_or_default().to_owned()), at..at + length));
                length
            }
            other => {
                return Err(
                    Mistake::new(at..at + other.len_utf8(), format!("`{other}` has no meaning in an expression")).or_more()
                );
            }
        };
        at += length;
    }
    Ok(tokens)
}

/// A text literal with CEL's escapes, and its length with quotes.
fn string(rest: &str, quote: char, at: usize) -> Result<(String, usize), Mistake> {
    let mut value = String::new();
    let mut chars = rest.char_indices().skip(1);
    while let Some((i, c)) = chars.next() {
        match c {
            c if c == quote => return Ok((value, i + 1)),
            '\\' => {
                let escaped = chars.next().map(|(_, c)| c);
                value.push(match escaped {
                    Some('n') => '\n',
                    Some('r') => '\r',
                    Some('t') => '\t',
                    Some(c @ ('\\' | '"' | '\'' | '`' | '?')) => c,
                    _ => {
                        let range = at + i..at + i + 1 + escaped.map_or(0, char::len_utf8);
                        return Err(Mistake::new(range, "unknown escape in a text")
                            .help(r#"`\\`, `\"`, `\'`, `\n`, `\r` and `\t` are known"#)
                            .or_more());
                    }
                });
            }
            c => value.push(c),
        }
    }
    Err(Mistake::new(at..at + rest.len(), "this text has no end").help(format!("end it with {quote}")))
}

/// How long the hole is that begins at the start of `rest` (`${…}`), with its braces.
pub(super) fn hole(rest: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let mut quote = None;
    let mut escaped = false;
    for (i, c) in rest.char_indices() {
        match (quote, c) {
            (Some(_), _) if escaped => escaped = false,
            (Some(_), '\\') => escaped = true,
            (Some(open), c) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(c),
            (None, '{') => depth += 1,
            (None, '}') => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return Some(i + 1);
                }
            }
            (None, _) => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_texts_numbers_and_marks() {
        let words: Vec<_> = tokens(r#"a_1.pair("x\"}") + -2[0]"#).unwrap().into_iter().map(|(t, _)| t).collect();
        let mark = Token::Mark;
        let expected = [
            Token::Word("a_1".into()),
            mark('.'),
            Token::Word("pair".into()),
            mark('('),
            Token::Text("x\"}".into()),
            mark(')'),
            mark('+'),
            Token::Operator("-".into()),
            Token::Int(2),
            mark('['),
            Token::Int(0),
            mark(']'),
        ];
        assert_eq!(words, expected);
    }

    #[test]
    fn what_is_no_word_is_a_mistake_with_its_range() {
        assert_eq!(tokens("a § b").unwrap_err().range, 2..4);
        assert_eq!(tokens("a + 'b").unwrap_err().range, 4..6);
        assert_eq!(tokens(r"'\q'").unwrap_err().range, 1..3);
        assert_eq!(tokens("99999999999999999999").unwrap_err().range, 0..20);
        assert_eq!(tokens("1x").unwrap_err().range, 0..2);
    }

    #[test]
    fn a_hole_ends_at_its_brace_and_not_at_one_in_a_text() {
        assert_eq!(hole("${a}b}"), Some(4));
        assert_eq!(hole(r#"${x.pair("}\"}")}"#), Some(17));
        assert_eq!(hole("${a"), None);
        assert_eq!(hole("${'a}"), None);
    }
}
