//! What bytes look like that a message may start with (RFC 9112 §2.1, §3, §4).
//!
//! Two measures: where a start line is due, what can be told is taken as one, however malformed; where the place is
//! lost, only a strict start line ends the search. Both give the same however the bytes were cut into segments.

use memchr::{memchr, memmem, memrchr};

/// Which kind of message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessageKind {
    /// A request.
    Request,
    /// A response.
    Response,
}

/// What bytes at the place of a start line are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Guess {
    /// A message of this kind.
    Is(MessageKind),
    /// None.
    Neither,
    /// More bytes are needed to tell.
    Unsure,
}

/// The methods of the IANA registry that are seen on the wire, and some that are not in it.
const METHODS: &[&str] = &[
    "GET",
    "POST",
    "PUT",
    "HEAD",
    "DELETE",
    "OPTIONS",
    "PATCH",
    "CONNECT",
    "TRACE",
    "PROPFIND",
    "PROPPATCH",
    "MKCOL",
    "COPY",
    "MOVE",
    "LOCK",
    "UNLOCK",
    "SEARCH",
    "REPORT",
    "NOTIFY",
    "SUBSCRIBE",
    "UNSUBSCRIBE",
    "POLL",
    "QUERY",
    "PURGE",
    "LINK",
    "UNLINK",
    "BIND",
    "UNBIND",
    "REBIND",
    "ACL",
    "MERGE",
    "LABEL",
    "UPDATE",
    "CHECKIN",
    "CHECKOUT",
    "UNCHECKOUT",
    "MKACTIVITY",
    "MKCALENDAR",
    "MKWORKSPACE",
    "VERSION-CONTROL",
    "BASELINE-CONTROL",
    "ORDERPATCH",
    "RPC_IN_DATA",
    "RPC_OUT_DATA",
    "SSTP_DUPLEX_POST",
    "CCM_POST",
    "BITS_POST",
    "M-SEARCH",
    "BPROPFIND",
    "BPROPPATCH",
    "BCOPY",
    "BMOVE",
    "BDELETE",
];

/// Methods that are taken for one even alone on their line.
const PLAIN: &[&[u8]] = &[b"GET", b"POST", b"PUT", b"HEAD", b"DELETE", b"OPTIONS", b"PATCH", b"CONNECT", b"TRACE"];

/// The longest method that is taken for one; registered ones have at most 17 bytes.
pub(super) const LONGEST_METHOD: usize = 32;

/// The longest start line that is waited for.
const LONGEST: usize = 64 << 10;

/// Whether a byte may stand in a token (RFC 9110 §5.6.2).
pub(super) const fn is_token(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'!' | b'#'..=b'\'' | b'*' | b'+' | b'-' | b'.' | b'^'..=b'`' | b'|' | b'~')
}

fn is_method(word: &[u8]) -> bool {
    METHODS.iter().any(|method| method.as_bytes() == word)
}

/// `HTTP/` and two digits with a point between.
pub(super) fn is_version(word: &[u8]) -> bool {
    matches!(word, [b'H', b'T', b'T', b'P', b'/', major, b'.', minor] if major.is_ascii_digit() && minor.is_ascii_digit())
}

/// Judges bytes at the place of a start line; `role` is the kind that may come here, where it is known.
pub(super) fn judge(bytes: &[u8], role: Option<MessageKind>) -> Guess {
    let response = role != Some(MessageKind::Request);
    let request = role != Some(MessageKind::Response);
    let line = match memchr(b'\n', bytes) {
        Some(end) if end > LONGEST => return Guess::Neither,
        Some(end) => bytes.get(..end).unwrap_or_default(),
        None if bytes.len() > LONGEST => return Guess::Neither,
        None => {
            let open = (response && may_become_response(bytes)) || (request && may_become_request(bytes));
            return if open { Guess::Unsure } else { Guess::Neither };
        }
    };
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    if response && line.starts_with(b"HTTP/") && line.get(5).is_some_and(u8::is_ascii_digit) {
        return Guess::Is(MessageKind::Response);
    }
    if request && is_request_like(line) { Guess::Is(MessageKind::Request) } else { Guess::Neither }
}

fn may_become_response(bytes: &[u8]) -> bool {
    let known = b"HTTP/";
    let common = bytes.len().min(known.len());
    bytes.get(..common) == known.get(..common) && bytes.get(5).is_none_or(u8::is_ascii_digit)
}

fn may_become_request(bytes: &[u8]) -> bool {
    let bytes = bytes.trim_ascii_start();
    match bytes.iter().position(|&b| b == b' ' || b == b'\t') {
        None => bytes.len() <= LONGEST_METHOD && bytes.iter().all(|&b| is_token(b) || b == b'\r'),
        Some(end) => {
            let method = bytes.get(..end).unwrap_or_default();
            method.len() <= LONGEST_METHOD && method.iter().all(|&b| is_token(b)) && (is_method(method) || !has_control(bytes))
        }
    }
}

/// Control bytes that no line of a text has: behind an unknown method they are of another protocol.
fn has_control(bytes: &[u8]) -> bool {
    bytes.iter().any(|&b| b < b' ' && b != b'\t' && b != b'\r')
}

/// A request line, or what was meant to be one: a version at the end, or a known method before a target.
fn is_request_like(line: &[u8]) -> bool {
    let trimmed = line.trim_ascii();
    let mut words = trimmed.split(|&b| b == b' ' || b == b'\t').filter(|word| !word.is_empty());
    let Some(method) = words.next() else { return false };
    let Some(target) = words.next() else { return trimmed == line && PLAIN.contains(&line) };
    let mut more = words.clone();
    let spaced = more.next().is_some() && more.next().is_some();
    let last = words.next_back().or(Some(target));
    let indented = line.first().is_some_and(|&b| b == b' ' || b == b'\t');
    // White space where none may be is believed with a known method only: prose has it everywhere.
    if (indented || spaced || has_control(line)) && !is_method(method) {
        return false;
    }
    if method.len() > LONGEST_METHOD || !method.iter().all(|&b| is_token(b)) {
        return false;
    }
    if last.is_some_and(|word| word.len() >= 6 && word.starts_with(b"HTTP/") && word.get(5).is_some_and(u8::is_ascii_digit)) {
        return true;
    }
    let foreign = last.is_some_and(|word| [&b"RTSP/"[..], b"SIP/", b"ICAP/", b"MSRP/"].iter().any(|p| word.starts_with(p)));
    let place = target.starts_with(b"/") || target.starts_with(b"http://") || target.starts_with(b"https://");
    is_method(method) && place && !foreign
}

/// Finds the first strict start line that stands whole in the bytes, at any place: bodies need not end with a line end.
/// `at_line`: the bytes begin where a line does.
pub(super) fn find_start(bytes: &[u8], role: Option<MessageKind>, at_line: bool) -> Option<usize> {
    let mut from = 0;
    while let Some(found) = memmem::find(bytes.get(from..)?, b"HTTP/1.") {
        let at = from.saturating_add(found);
        from = at.saturating_add(7);
        let Some([b'0' | b'1', behind @ ..]) = bytes.get(from..) else { continue };
        if role != Some(MessageKind::Request)
            && let [b' ', a, b, c, b' ' | b'\r' | b'\n', ..] = behind
        {
            let status = a.is_ascii_digit() && b.is_ascii_digit() && c.is_ascii_digit();
            if status && memchr(b'\n', behind).is_some() {
                return Some(at);
            }
        }
        if role != Some(MessageKind::Response)
            && matches!(behind, [b'\r', b'\n', ..] | [b'\n', ..])
            && let Some(start) = request_before(bytes.get(..at).unwrap_or_default(), at_line)
        {
            return Some(start);
        }
    }
    None
}

/// Where the request line begins whose version would stand behind these bytes.
fn request_before(bytes: &[u8], at_line: bool) -> Option<usize> {
    let line_start = memrchr(b'\n', bytes).map_or(0, |lf| lf.saturating_add(1));
    let target_end = bytes.len().checked_sub(1)?;
    if bytes.get(target_end) != Some(&b' ') || target_end <= line_start {
        return None;
    }
    let space = memrchr(b' ', bytes.get(..target_end)?)?;
    if space.saturating_add(1) == target_end || space <= line_start {
        return None;
    }
    let before = bytes.get(line_start..space)?;
    // No method has digits; the last bytes of a body often are. What stands first may have lost its beginning (`ET`).
    let bounded = line_start > 0 || at_line || is_method(before);
    let whole =
        bounded && before.len() <= LONGEST_METHOD && before.iter().all(|&b| b.is_ascii_uppercase() || b == b'-' || b == b'_');
    if whole {
        return Some(line_start);
    }
    let method = METHODS.iter().filter(|method| before.ends_with(method.as_bytes())).max_by_key(|method| method.len())?;
    let start = before.len().saturating_sub(method.len());
    let apart =
        start.checked_sub(1).and_then(|i| before.get(i)).is_none_or(|&b| !b.is_ascii_uppercase() && b != b'-' && b != b'_');
    // A letter behind a control byte is a byte of a number: port 80 before a request through SOCKS (RFC 1928 §4) ends with `P`.
    let number = start.checked_sub(2).and_then(|i| before.get(i)).is_some_and(|&b| b < b'\t');
    (apart || number).then_some(line_start.saturating_add(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn start_lines_are_told_from_other_bytes() {
        let is = |kind, line: &str| assert_eq!(judge(line.as_bytes(), None), Guess::Is(kind), "{line:?}");
        for line in [
            "GET / HTTP/1.1\r\n",
            "get /a HTTP/1.0\n",
            "GET /a b HTTP/1.0\n",
            " GET / HTTP/1.0\r\n",
            "GET /\r\n",
            "GET / JUNK/1.0\r\n",
            "X * HTTP/1.2\n",
        ] {
            is(MessageKind::Request, line);
        }
        for line in ["HTTP/1.1 200 OK\r\n", "HTTP/1.0 200\n", "HTTP/1.1\r\n"] {
            is(MessageKind::Response, line);
        }
        for line in [
            "SSH-2.0-OpenSSH_9\r\n",
            "\x16\x03\x01",
            "OPTIONS rtsp://x RTSP/1.0\r\n",
            "OPTIONS /x RTSP/1.0\r\n",
            "220 ready\r\n",
            "GET key\r\n",
            "say it in HTTP/1.1\r\n",
            "<a> b HTTP/1.1\r\n",
        ] {
            assert_eq!(judge(line.as_bytes(), None), Guess::Neither, "{line:?}");
        }
        for bytes in ["G", "GET", "GET /x", "HT", "HTTP/", "HTTP/1.1 200", "PURGE"] {
            assert_eq!(judge(bytes.as_bytes(), None), Guess::Unsure, "{bytes:?}");
        }
        is(MessageKind::Request, "GET /\0a\x01 HTTP/1.1\r\n");
        assert_eq!(judge(b"GETS a\0 HTTP/1.1\r\n", None), Guess::Neither);
        assert_eq!(judge(b"HTTP/1.1 200 OK\r\n", Some(MessageKind::Request)), Guess::Neither);
        assert_eq!(judge(b"GET / HTTP/1.1\r\n", Some(MessageKind::Response)), Guess::Neither);
    }

    /// What a line is does not depend on how much of it came first.
    #[test]
    fn whatever_becomes_a_start_line_is_waited_for() {
        for line in [
            "GET / HTTP/1.1\r\n",
            "GET /\0a HTTP/1.1\n",
            "FOO * HTTP/1.2\r\n",
            "  GET /a b HTTP/1.0\n",
            "HTTP/1.1 200\n",
            "get\t/x HTTP/1.1\n",
        ] {
            let Guess::Is(kind) = judge(line.as_bytes(), None) else { panic!("{line:?}") };
            for role in [None, Some(kind)] {
                for end in 0..line.len() {
                    assert_eq!(judge(&line.as_bytes()[..end], role), Guess::Unsure, "{line:?} to {end}");
                }
            }
        }
    }

    #[test]
    fn a_lost_place_is_found_again_at_strict_start_lines_only() {
        let find = |text: &str| find_start(text.as_bytes(), None, false);
        assert_eq!(find("\x01\x02{}HTTP/1.1 200 OK\r\n"), Some(4));
        assert_eq!(find("{\"a\":1}POST /x HTTP/1.1\r\n"), Some(7));
        assert_eq!(find("rest\r\nBREW /pot HTTP/1.0\r\n"), Some(6));
        assert_eq!(find("12345GET / HTTP/1.1\r\n"), Some(5));
        assert_eq!((find("ET / HTTP/1.1\r\n"), find("\nET / HTTP/1.1\r\n")), (None, Some(1)));
        assert_eq!(find("\x05\x01\0\x03\x01x\0PGET / HTTP/1.1\r\n"), Some(8));
        for none in [
            "\0APGET / HTTP/1.1\r\n",
            "see HTTP/1.1 for",
            "HTTP/1.1 200 O",
            "say GET HTTP/1.1\r\n",
            "WIDGET /x HTTP/1.1\r\n".to_lowercase().as_str(),
            "a b c HTTP/1.1\r\n",
        ] {
            assert_eq!(find(none), None, "{none:?}");
        }
        assert_eq!(find_start(b"HTTP/1.1 200 OK\r\nGET / HTTP/1.1\r\n", Some(MessageKind::Request), false), Some(17));
        assert_eq!(find_start(b"ET / HTTP/1.1\r\n", None, true), Some(0));
    }
}
