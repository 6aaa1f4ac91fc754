//! What a line of a text is: a start line, a field line, or something around the messages.

use super::curl;

/// A request line or a status line (RFC 9112 §3, §4), at the very beginning of the line.
pub(crate) fn is_start_line(line: &[u8]) -> bool {
    is_status_line(line) || is_request_line(line)
}

/// Whether a line begins a message, as a person or `curl -v` writes it. What stands behind it may be a body, and look like
/// anything.
pub(in crate::source) fn begins_message(line: &[u8]) -> bool {
    let line = line.trim_ascii();
    is_start_line(line) || curl::is_start(line)
}

/// `HTTP/1.1 200 OK`; the reason may be missing.
pub(super) fn is_status_line(line: &[u8]) -> bool {
    let mut parts = line.splitn(3, |byte| *byte == b' ');
    let (version, status) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    is_version(version) && status.len() == 3 && status.iter().all(u8::is_ascii_digit)
}

/// Exactly a method, a target and a version. Prose with `HTTP/1.1` in it has more words, or a first one in lower case:
/// then the target must look like one.
pub(super) fn is_request_line(line: &[u8]) -> bool {
    let parts: Vec<&[u8]> = line.trim_ascii_end().splitn(4, |byte| *byte == b' ').collect();
    let [method, target, version] = parts.as_slice() else { return false };
    let shouted = method.len() >= 3 && method.iter().all(|b| b.is_ascii_uppercase() || matches!(b, b'-' | b'_'));
    let addressed = target.starts_with(b"/") || *target == b"*" || memchr::memmem::find(target, b"://").is_some();
    is_version(version) && is_token(method) && !target.is_empty() && (shouted || addressed)
}

/// `HTTP/1.1`, `HTTP/2`
fn is_version(word: &[u8]) -> bool {
    match word.strip_prefix(b"HTTP/") {
        Some([major]) => major.is_ascii_digit(),
        Some([major, b'.', minor]) => major.is_ascii_digit() && minor.is_ascii_digit(),
        _ => false,
    }
}

/// `name: value`, where the name may be masked. An address (`https://…`) is none.
pub(super) fn is_field_line(line: &[u8]) -> bool {
    let Some(colon) = memchr::memchr(b':', line) else { return false };
    let (name, value) = line.split_at_checked(colon).unwrap_or_default();
    let name = name.trim_ascii_end();
    let named = !name.is_empty() && name.iter().all(|b| is_token_byte(*b) || matches!(b, b'<' | b'>' | 0xe2 | 0x80 | 0xa6));
    named && !value.starts_with(b"://")
}

/// A bullet of a list, as it is written or as it comes out of a browser. An indented one is no folded value.
pub(super) fn is_bullet(line: &[u8]) -> bool {
    bullet(line).is_some()
}

/// How long the indent and the bullet of a list's entry are, in bytes.
pub(super) fn bullet(line: &[u8]) -> Option<usize> {
    let shown = line.trim_ascii_start();
    let bullet = ["- ", "* ", "+ ", "• ", "・", "◦ ", "‣ "].iter().find(|bullet| shown.starts_with(bullet.as_bytes()))?;
    Some(line.len() - shown.len() + bullet.len())
}

/// The command behind a shell prompt, between the outputs of curl: any command behind `$ `, and curl behind the prompts of
/// other shells (`C:\>`, `user@host:~#`, `%`).
pub(super) fn command(line: &[u8]) -> Option<&[u8]> {
    let line = line.trim_ascii_start();
    if let Some(command) = line.strip_prefix(b"$ ") {
        return Some(command);
    }
    let beginning = line.get(..line.len().min(200)).unwrap_or_default();
    let at = memchr::memmem::find(beginning, b"curl ").or_else(|| memchr::memmem::find(beginning, b"curl.exe "))?;
    let (prompt, command) = line.split_at_checked(at)?;
    let prompt = prompt.trim_ascii_end();
    let ends = ["$", "%", "#", ">", "❯", "➜"].iter().any(|end| prompt.ends_with(end.as_bytes()));
    (ends && !prompt.contains(&b'"')).then_some(command)
}

/// Whether a command asks for heads alone: `curl -I`, `curl --head`.
pub(super) fn asks_for_heads(command: &[u8]) -> bool {
    let curl = command.starts_with(b"curl ") || command.starts_with(b"curl.exe ");
    let short = |word: &[u8]| matches!(word, [b'-', letters @ ..] if letters.contains(&b'I') && letters.iter().all(u8::is_ascii_alphabetic));
    curl && command.split(u8::is_ascii_whitespace).any(|word| word == b"--head" || short(word))
}

/// What `script` writes around what it records of a terminal.
pub(super) fn is_recorder(line: &[u8]) -> bool {
    line.starts_with(b"Script started on ") || line.starts_with(b"Script done on ")
}

/// The beginning or the end of a block of code in Markdown.
pub(super) fn is_fence(line: &[u8]) -> bool {
    let line = line.trim_ascii_start();
    line.starts_with(b"```") || line.starts_with(b"~~~")
}

/// A token (RFC 9110 §5.6.2).
fn is_token(word: &[u8]) -> bool {
    !word.is_empty() && word.iter().all(|byte| is_token_byte(*byte))
}

fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn start_lines_and_prose() {
        for line in [
            "GET / HTTP/1.1",
            "GET / HTTP/1.0 ",
            "M-SEARCH * HTTP/1.1",
            "OPTIONS * HTTP/1.1",
            "CONNECT example.com:443 HTTP/1.1",
            "GET https://example.com/ HTTP/1.1",
            "GET <path> HTTP/1.1",
            "get /lower HTTP/1.1",
            "GET /index.html HTTP/2",
            "HTTP/1.1 200 OK",
            "HTTP/1.1 200",
            "HTTP/2 404 ",
            "HTTP/1.0 302 Moved Temporarily",
        ] {
            assert!(is_start_line(line.as_bytes()), "{line}");
        }
        for line in [
            "",
            " GET / HTTP/1.1",
            "over plain HTTP/1.1",
            "We send GET / HTTP/1.1",
            "GET / HTTP/1.1 is what arrives",
            "GET /",
            "GET  HTTP/1.1",
            "HTTP/1.1",
            "HTTP/1.1 is old",
            "HTTP/1.1 2000 OK",
            "HTTP/11 200 OK",
            "Host: GET / HTTP/1.1",
        ] {
            assert!(!is_start_line(line.as_bytes()), "{line}");
        }
    }

    #[test]
    fn field_lines_bullets_and_fences() {
        for line in ["Host: a", "host:a", "X-Space : a", "X-Empty:", "<name>: x", "x-…: y", "X_Y.z: 1"] {
            assert!(is_field_line(line.as_bytes()), "{line}");
        }
        for line in ["", ": a", "no colon", "two words: a", "https://example.com/", "値: a", "{\"a\": 1}"] {
            assert!(!is_field_line(line.as_bytes()), "{line}");
        }
        assert!(is_bullet("  • Host".as_bytes()) && is_bullet(b"- x") && !is_bullet(b" folded") && !is_bullet(b"--x"));
        assert!(is_fence(b"```http") && is_fence(b"  ~~~") && !is_fence(b"`code`"));
    }

    #[test]
    fn commands_behind_prompts() {
        for (line, expected, heads) in [
            ("$ curl -v http://a/", Some("curl -v http://a/"), false),
            ("$ ls -I x", Some("ls -I x"), false),
            ("  $ curl -sI http://a/", Some("curl -sI http://a/"), true),
            ("C:\\Users\\me>curl.exe --head http://a/", Some("curl.exe --head http://a/"), true),
            ("root@host:~# curl -v a", Some("curl -v a"), false),
            ("me@mac ~ % curl -v --data I a", Some("curl -v --data I a"), false),
            ("➜  ~ curl -v a", None, false),
            ("❯ curl -v a", Some("curl -v a"), false),
            ("Then curl says:", None, false),
            ("\"cmd\": \"> curl a\"", None, false),
            ("> User-Agent: curl/8", None, false),
        ] {
            let found = command(line.as_bytes());
            assert_eq!(found.map(String::from_utf8_lossy).as_deref(), expected, "{line}");
            assert_eq!(found.is_some_and(asks_for_heads), heads, "{line}");
        }
    }
}
