//! One line, told from its first characters.

use crate::source::text::begins_message;

/// What a line says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Says<'t> {
    /// `send HEADERS frame <length=39, flags=0x25, stream_id=13>`
    Frame { sent: bool, kind: &'t [u8], flags: u8, stream: u32 },
    /// `recv (stream_id=13) :status: 200`
    Field { stream: u32, field: &'t [u8] },
    /// `Connected`
    Connected,
    /// `HTTP Upgrade request`, `HTTP Upgrade response`: a head of HTTP/1 follows.
    Upgrade,
    /// Something else behind a time.
    Other,
}

/// What a line says of a frame stands within so many bytes.
const NEAR: usize = 200;
/// No number or time is longer.
const LONGEST: usize = 24;

/// What a line says that begins with a time, or that stands behind a body which does not end with its line, and what stands
/// before it.
pub(super) fn told(line: &[u8]) -> Option<(&[u8], u32, Says<'_>)> {
    if let Some((connection, said)) = says(line) {
        return Some((b"", connection, said));
    }
    memchr::memchr_iter(b'[', line).find_map(|at| {
        let (before, rest) = line.split_at_checked(at)?;
        match says(rest)? {
            (_, Says::Other) => None,
            (connection, said) => Some((before, connection, said)),
        }
    })
}

/// The number of a connection (`nghttpd`), and what a line says behind its time.
pub(super) fn says(line: &[u8]) -> Option<(u32, Says<'_>)> {
    let (connection, line) = match line.strip_prefix(b"[id=") {
        Some(rest) => {
            let (number, rest) = rest.split_at_checked(memchr::memchr(b']', rest.get(..LONGEST).unwrap_or(rest))?)?;
            (std::str::from_utf8(number).ok()?.parse().ok()?, rest.strip_prefix(b"] ")?)
        }
        None => (0, line),
    };
    let line = behind_time(line)?;
    // `[INVALID; error=…] recv …`
    let line = match line.strip_prefix(b"[INVALID") {
        Some(rest) => rest.get(memchr::memmem::find(rest.get(..NEAR).unwrap_or(rest), b"] ")? + 2..)?,
        None => line,
    };
    let (sent, rest) = match (line.strip_prefix(b"send "), line.strip_prefix(b"recv ")) {
        (Some(rest), _) => (true, rest),
        (None, Some(rest)) => (false, rest),
        (None, None) if line.starts_with(b"Connected") => return Some((connection, Says::Connected)),
        (None, None) if line.starts_with(b"HTTP Upgrade re") => return Some((connection, Says::Upgrade)),
        (None, None) => return Some((connection, Says::Other)),
    };
    Some((connection, field(rest).or_else(|| frame(sent, rest)).unwrap_or(Says::Other)))
}

/// `[  0.001] `
fn behind_time(line: &[u8]) -> Option<&[u8]> {
    let line = line.strip_prefix(b"[")?;
    let (time, rest) = line.split_at_checked(memchr::memchr(b']', line.get(..LONGEST).unwrap_or(line))?)?;
    let (seconds, fraction) = time.trim_ascii_start().split_at_checked(memchr::memchr(b'.', time.trim_ascii_start())?)?;
    let digits = |text: &[u8]| !text.is_empty() && text.len() < 12 && text.iter().all(u8::is_ascii_digit);
    (digits(seconds) && digits(fraction.get(1..)?)).then(|| rest.strip_prefix(b"] "))?
}

/// `(stream_id=13, sensitive) name: value`
fn field(rest: &[u8]) -> Option<Says<'_>> {
    let rest = rest.strip_prefix(b"(stream_id=")?;
    let (number, _) = rest.split_at_checked(rest.iter().position(|byte| !byte.is_ascii_digit())?)?;
    let field = rest.get(memchr::memmem::find(rest.get(..NEAR).unwrap_or(rest), b") ")? + 2..)?;
    Some(Says::Field { stream: number_of(number)?, field })
}

/// `HEADERS frame <length=39, flags=0x25, stream_id=13>`
fn frame(sent: bool, rest: &[u8]) -> Option<Says<'_>> {
    let rest = rest.get(..NEAR).unwrap_or(rest);
    let (kind, rest) = rest.split_at_checked(memchr::memmem::find(rest, b" frame <")?)?;
    let value = |key: &[u8]| {
        let from = memchr::memmem::find(rest, key)? + key.len();
        rest.get(from..)?.split(|byte| matches!(byte, b',' | b'>')).next()
    };
    let flags = u8::from_str_radix(std::str::from_utf8(value(b"flags=0x")?).ok()?, 16).ok()?;
    Some(Says::Frame { sent, kind, flags, stream: number_of(value(b"stream_id=")?)? })
}

fn number_of(digits: &[u8]) -> Option<u32> {
    std::str::from_utf8(digits).ok()?.parse().ok()
}

/// Whether a text is what nghttp writes: a frame, or a field of one, stands near its beginning.
pub(in crate::source) fn is_nghttp(text: &[u8]) -> bool {
    /// So many lines at the beginning are looked at.
    const LOOKED_AT: usize = 10;
    let lines = text.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty());
    // A message's body may hold all of this; the one by which a connection becomes one of HTTP/2 is nghttp's own.
    let found = lines.take(LOOKED_AT).find_map(|line| match says(&super::read::plain(line)) {
        Some((_, Says::Frame { .. } | Says::Field { .. } | Says::Upgrade)) => Some(true),
        Some(_) => None,
        None => begins_message(line).then_some(false),
    });
    found.unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_what_is_none() {
        for (line, expected) in [
            (
                "[  0.001] send HEADERS frame <length=39, flags=0x25, stream_id=13>",
                Says::Frame { sent: true, kind: b"HEADERS", flags: 0x25, stream: 13 },
            ),
            (
                "[  0.001] [INVALID; error=x] recv HEADERS frame <length=9, flags=0x05, stream_id=1>",
                Says::Frame { sent: false, kind: b"HEADERS", flags: 5, stream: 1 },
            ),
            ("[ 10.001] recv (stream_id=13, sensitive) a: b) c", Says::Field { stream: 13, field: b"a: b) c" }),
            ("[  0.000] Connected", Says::Connected),
            ("[  0.000] HTTP Upgrade request", Says::Upgrade),
            ("[  0.000] recv nothing", Says::Other),
        ] {
            assert_eq!(says(line.as_bytes()), Some((0, expected)), "{line}");
        }
        assert_eq!(says(b"[id=7] [  0.000] Connected"), Some((7, Says::Connected)));
        for line in ["", "[", "[]", "[a.b] x", "[  0.001]x", "[0] [ERROR] x", "recv (stream_id=1) a: b", "[id=x] [  0.1] a"] {
            assert_eq!(says(line.as_bytes()), None, "{line}");
        }
        let glued = told(b"a[0]</html>[  0.010] recv (stream_id=1) a: b");
        assert_eq!(glued, Some((&b"a[0]</html>"[..], 0, Says::Field { stream: 1, field: b"a: b" })));
        assert_eq!(told(b"body [  0.010] text"), None);
        assert!(is_nghttp(b"[  0.000] Connected\n\x1b[33m[  0.001]\x1b[0m send \x1b[1;35mSETTINGS\x1b[0m frame <length=12, flags=0x00, stream_id=0>\n"));
        assert!(!is_nghttp(b"HTTP/1.1 503 Busy\r\n\r\n[  0.001] recv (stream_id=1) :status: 200\n"));
        assert!(!is_nghttp(b"[  0.000] Connected\n") && !is_nghttp(b"GET / HTTP/1.1\n"));
    }
}
