//! What a note of a message shows of its body, and what its head says of it. For every source but packets.

use sha2::{Digest, Sha256};

use crate::http::{Body, BodyWant};

/// What is shown of a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::source) enum Shown {
    /// All of it; of a message without one, nothing.
    Whole(Vec<u8>),
    /// Its beginning.
    Part(Vec<u8>),
    /// Nothing, though there may be one.
    Nothing,
}

/// The body as it is wanted.
pub(in crate::source) fn body(shown: Shown, want: BodyWant) -> Body {
    let (mut bytes, complete) = match shown {
        Shown::Whole(bytes) => (bytes, true),
        Shown::Part(bytes) => (bytes, false),
        Shown::Nothing => (Vec::new(), false),
    };
    let length = bytes.len() as u64;
    let mut body = Body::of_length(length, Some(complete));
    if want.sha256 && complete {
        body = body.with_sha256(Sha256::digest(&bytes).into());
    }
    bytes.truncate(want.keep);
    if want.keep > 0 { body.with_kept(bytes) } else { body }
}

/// Adds a line to a head.
pub(in crate::source) fn push(head: &mut Vec<u8>, line: &[u8]) {
    head.extend(line);
    head.extend(b"\r\n");
}

/// What a head says of the body behind it (RFC 9112 §6.3), but for what only its request says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::source) struct Announced {
    /// `Content-Length`, where it is a number.
    pub(in crate::source) length: Option<u64>,
    /// `Transfer-Encoding` is there.
    pub(in crate::source) chunked: bool,
    /// `Content-Type` is there.
    pub(in crate::source) typed: bool,
    /// `Content-Encoding` is there.
    pub(in crate::source) coded: bool,
    /// The status code; `None` for a request.
    pub(in crate::source) status: Option<u16>,
    /// Another response to the same request follows: 1xx, but for 101 (RFC 9110 §15.2), unless that goes on as HTTP/2
    /// (RFC 7540 §3.2).
    pub(in crate::source) interim: bool,
    /// It is a message of HTTP/2 or HTTP/3: not its fields but the end of its stream says whether a body follows.
    pub(in crate::source) frames: bool,
}

impl Announced {
    /// Reads it from a head.
    pub(in crate::source) fn by(head: &[u8]) -> Self {
        let mut lines = head.split(|byte| *byte == b'\n');
        let mut said = Self::by_start(lines.next().unwrap_or_default());
        lines.for_each(|line| said.hear(line));
        said
    }

    /// Reads it from a start line.
    pub(in crate::source) fn by_start(line: &[u8]) -> Self {
        let start = line.trim_ascii();
        let mut said = Self::default();
        let mut version = start.rsplit(|byte| *byte == b' ').next().unwrap_or_default();
        if start.starts_with(b"HTTP/") {
            let mut words = start.split(|byte| *byte == b' ');
            version = words.next().unwrap_or_default();
            let code = words.next().and_then(|code| std::str::from_utf8(code).ok());
            said.status = Some(code.and_then(|code| code.parse().ok()).unwrap_or_default());
        }
        said.frames = matches!(version, b"HTTP/2" | b"HTTP/2.0" | b"HTTP/3" | b"HTTP/3.0");
        said.interim = matches!(said.status, Some(100 | 102..=199));
        said
    }

    /// Reads on in a field line.
    pub(in crate::source) fn hear(&mut self, line: &[u8]) {
        let Some((name, value)) = field(line) else { return };
        self.interim |= self.status == Some(101)
            && name.eq_ignore_ascii_case(b"Upgrade")
            && memchr::memmem::find(&value.to_ascii_lowercase(), b"h2c").is_some();
        if name.eq_ignore_ascii_case(b"Content-Length") {
            self.length = std::str::from_utf8(value).ok().and_then(|value| value.parse().ok()).or(self.length);
        }
        self.chunked |= name.eq_ignore_ascii_case(b"Transfer-Encoding");
        self.typed |= name.eq_ignore_ascii_case(b"Content-Type") || name.eq_ignore_ascii_case(b"Content-Length");
        self.coded |= name.eq_ignore_ascii_case(b"Content-Encoding");
    }

    /// Whether a message with this head certainly has no body.
    pub(in crate::source) fn none(self) -> bool {
        match self.status {
            Some(status) => matches!(status, 100..200 | 204 | 304) || self.length == Some(0),
            None if self.frames => self.length == Some(0),
            None => self.length == Some(0) || (self.length.is_none() && !self.chunked && !self.typed),
        }
    }

    /// What is shown of it where nothing of the body is of the body.
    pub(in crate::source) fn nothing(self) -> Shown {
        let empty = match self.status {
            Some(_) => self.none(),
            None if self.frames => self.none(),
            None => self.length.unwrap_or_default() == 0 && !self.chunked,
        };
        if empty { Shown::Whole(Vec::new()) } else { Shown::Nothing }
    }
}

/// Name and value of a field line.
pub(in crate::source) fn field(line: &[u8]) -> Option<(&[u8], &[u8])> {
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
            // A request in frames needs no field to have a body.
            ("POST / HTTP/2\r\nhost: a\r\n\r\n", false, Shown::Nothing),
            ("GET / HTTP/3\r\nhost: a\r\n\r\n", false, Shown::Nothing),
            ("POST / HTTP/2.0\r\ncontent-length: 0\r\n\r\n", true, Shown::Whole(Vec::new())),
            ("HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n", true, Shown::Whole(Vec::new())),
            ("HTTP/1.1 100 Continue\r\n\r\n", true, Shown::Whole(Vec::new())),
        ] {
            let said = Announced::by(head.as_bytes());
            assert_eq!((said.none(), said.nothing()), (none, nothing), "{head}");
        }
    }
}
