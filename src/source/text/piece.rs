//! What a text is cut into.

use crate::http::Fidelity;

/// What a text shows of a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Shown {
    /// All of it; of a message without one, nothing.
    Whole(Vec<u8>),
    /// Its beginning.
    Part(Vec<u8>),
    /// Nothing, though there may be one.
    Nothing,
}

/// Who wrote a message down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Speaker {
    /// A person, or a program that prints messages as they are. Holds how many lines of prose stand before the message,
    /// counted from the beginning of the text.
    Person(u64),
    /// `curl -v`, with the number of the transfer where it says one (`--trace-ids`).
    Curl(Option<u32>),
}

/// One message of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    /// The line of its start line, counted from 1.
    pub(super) line: u32,
    /// Its head with CRLF line ends. Without the empty line at its end it is cut.
    pub(super) head: Vec<u8>,
    /// Its body.
    pub(super) body: Shown,
    /// Who says so.
    pub(super) speaker: Speaker,
    /// What this form preserves.
    pub(super) fidelity: Fidelity,
}

/// What a text says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Item {
    /// A message.
    Message(Piece),
    /// What was asked so far is over: no later response answers it.
    Over,
}

/// Adds a line to a head.
pub(super) fn push(head: &mut Vec<u8>, line: &[u8]) {
    head.extend(line);
    head.extend(b"\r\n");
}

/// What a head says of the body behind it (RFC 9112 §6.3), but for what only its request says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Announced {
    /// `Content-Length`, where it is a number.
    pub(super) length: Option<u64>,
    /// `Transfer-Encoding` is there.
    pub(super) chunked: bool,
    /// `Content-Type` is there.
    pub(super) typed: bool,
    /// `Content-Encoding` is there.
    pub(super) coded: bool,
    /// The status code; `None` for a request.
    pub(super) status: Option<u16>,
    /// Another response to the same request follows: 1xx, but for 101 (RFC 9110 §15.2), unless that goes on as HTTP/2
    /// (RFC 7540 §3.2).
    pub(super) interim: bool,
}

impl Announced {
    /// Reads it from a head.
    pub(super) fn by(head: &[u8]) -> Self {
        let mut lines = head.split(|byte| *byte == b'\n');
        let start = lines.next().unwrap_or_default().trim_ascii();
        let mut said = Self::default();
        if start.starts_with(b"HTTP/") {
            let code = start.split(|byte| *byte == b' ').nth(1).and_then(|code| std::str::from_utf8(code).ok());
            said.status = Some(code.and_then(|code| code.parse().ok()).unwrap_or_default());
        }
        said.interim = matches!(said.status, Some(100 | 102..=199));
        for line in lines {
            let Some((name, value)) = field(line) else { continue };
            said.interim |= said.status == Some(101)
                && name.eq_ignore_ascii_case(b"Upgrade")
                && memchr::memmem::find(&value.to_ascii_lowercase(), b"h2c").is_some();
            if name.eq_ignore_ascii_case(b"Content-Length") {
                said.length = std::str::from_utf8(value).ok().and_then(|value| value.parse().ok()).or(said.length);
            }
            said.chunked |= name.eq_ignore_ascii_case(b"Transfer-Encoding");
            said.typed |= name.eq_ignore_ascii_case(b"Content-Type") || name.eq_ignore_ascii_case(b"Content-Length");
            said.coded |= name.eq_ignore_ascii_case(b"Content-Encoding");
        }
        said
    }

    /// Whether a message with this head certainly has no body.
    pub(super) fn none(self) -> bool {
        match self.status {
            Some(status) => matches!(status, 100..200 | 204 | 304) || self.length == Some(0),
            None => self.length == Some(0) || (self.length.is_none() && !self.chunked && !self.typed),
        }
    }

    /// What a text shows that shows nothing of the body.
    pub(super) fn nothing(self) -> Shown {
        let empty = match self.status {
            Some(_) => self.none(),
            None => self.length.unwrap_or_default() == 0 && !self.chunked,
        };
        if empty { Shown::Whole(Vec::new()) } else { Shown::Nothing }
    }
}

/// Name and value of a field line.
pub(super) fn field(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let (name, value) = line.split_at_checked(memchr::memchr(b':', line)?)?;
    Some((name.trim_ascii_end(), value.get(1..)?.trim_ascii()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_that_a_head_announces() {
        for (head, none, nothing) in [
            ("GET / HTTP/1.1\r\nHost: a\r\n\r\n", true, Shown::Whole(Vec::new())),
            ("POST / HTTP/1.1\r\nContent-Length: 0\r\n\r\n", true, Shown::Whole(Vec::new())),
            ("POST / HTTP/1.1\r\nContent-Type: a\r\n\r\n", false, Shown::Whole(Vec::new())),
            ("POST / HTTP/1.1\r\ncontent-length: 9\r\n\r\n", false, Shown::Nothing),
            ("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", false, Shown::Nothing),
            ("HTTP/1.1 200 OK\r\n\r\n", false, Shown::Nothing),
            ("HTTP/1.1 200 OK\r\nContent-Length : 0\r\n\r\n", true, Shown::Whole(Vec::new())),
            ("HTTP/2 204\r\n\r\n", true, Shown::Whole(Vec::new())),
            ("HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n", true, Shown::Whole(Vec::new())),
            ("HTTP/1.1 100 Continue\r\n\r\n", true, Shown::Whole(Vec::new())),
        ] {
            let said = Announced::by(head.as_bytes());
            assert_eq!((said.none(), said.nothing()), (none, nothing), "{head}");
        }
    }
}
