//! Objects as Node prints them (`console.log(event)`): names without quotes, and what lies deep left out.

use memchr::memmem;

/// So much of a text is looked at for a beginning.
const BEGINNING: usize = 96;

/// Whether an object as Node prints it begins here: `{ a: 1, …` on one line, or `{` and a line of its own for each name.
pub(super) fn begins(text: &[u8]) -> bool {
    let beginning = text.get(..text.len().min(BEGINNING)).unwrap_or_default();
    let Some(inside) = beginning.strip_prefix(b"{") else { return false };
    let inside = inside.strip_prefix(b"\r").unwrap_or(inside);
    let Some(name) = inside.strip_prefix(b"\n  ").or_else(|| inside.strip_prefix(b" ")) else { return false };
    let behind = match name.strip_prefix(b"'") {
        // A name that is no word; a dict of Python has no blank before it.
        Some(name) => memchr::memchr(b'\'', name).and_then(|end| name.get(end + 1..)).unwrap_or_default(),
        None => {
            let end = name.iter().position(|byte| !(byte.is_ascii_alphanumeric() || b"_$".contains(byte)));
            end.filter(|end| *end > 0).and_then(|end| name.get(end..)).unwrap_or_default()
        }
    };
    behind.starts_with(b": ")
}

/// Whether what Node printed was an event, or what a function returned.
pub(super) fn is_event(text: &[u8]) -> bool {
    let words = [
        "requestContext: ",
        "httpMethod: '",
        "statusCode: ",
        "methodArn: '",
        "raw_path: '",
        "rawPath: '",
        "cf: ",
        "resource: '/",
        "queryStringParameters: ",
    ];
    words.iter().any(|word| memmem::find(text, word.as_bytes()).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beginnings() {
        for text in
            ["{ resource: '/' }", "{\n  statusCode: 200,", "{\r\n  version: '2.0',", "{ 'Content-Type': 'a' }", "{\n  'a-b': 1"]
        {
            assert!(begins(text.as_bytes()), "{text}");
        }
        for text in ["", "{", "{}", "{\"a\": 1}", "{'a': 1}", "{ \"a\": 1}", "{\n  \"a\": 1}", "{ words }", "{a: 1}"] {
            assert!(!begins(text.as_bytes()), "{text}");
        }
    }
}
