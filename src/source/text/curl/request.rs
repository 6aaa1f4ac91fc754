//! A head that curl shows, and what it says of the request that was sent.

use super::super::line::Line;
use super::super::piece::{Piece, Speaker};
use crate::http::Fidelity;
use crate::source::shown::{Announced, Shown, field, push};

/// A head that is read.
#[derive(Debug)]
pub(super) struct Head {
    /// The line of its start line.
    pub(super) line: u32,
    /// What came of it.
    pub(super) bytes: Vec<u8>,
    /// The white space before it.
    pub(super) indent: Vec<u8>,
    /// The number of its transfer.
    pub(super) transfer: Option<u32>,
    /// Bytes were sent behind it.
    pub(super) uploads: bool,
}

impl Head {
    /// One that begins with this line; `text` is what stands behind the mark.
    pub(super) fn new(line: &Line<'_>, text: &[u8], transfer: Option<u32>) -> Self {
        let mut bytes = Vec::new();
        push(&mut bytes, text.trim_ascii_end());
        Self { line: line.number, bytes, indent: line.indent().to_vec(), transfer, uploads: false }
    }

    /// The request. curl shows no body of one, so a body that there is, or may be, is unknown.
    pub(super) fn piece(self, method: &[u8]) -> Piece {
        let frames = is_of_frames(&self.bytes);
        let head = if frames { without_left_away(&self.bytes) } else { self.bytes };
        let announced = Announced::by(&head);
        let unsaid = frames && announced.length.is_none() && takes_content(method);
        let body = if self.uploads || unsaid { Shown::Nothing } else { announced.nothing() };
        let fidelity = if frames { Fidelity::CURL_FRAMES } else { Fidelity::CURL };
        Piece { line: self.line, head, body, speaker: Speaker::Curl(self.transfer), fidelity }
    }
}

/// Whether a request is sent as HTTP/2 or HTTP/3.
pub(in crate::source) fn is_of_frames(head: &[u8]) -> bool {
    let start = head.split(|byte| *byte == b'\r').next().unwrap_or_default();
    start.ends_with(b" HTTP/2") || start.ends_with(b" HTTP/3")
}

/// For HTTP/2 and HTTP/3 curl shows the request that it makes the frames of: names as they were given to it, Host where
/// the frames have `:authority`, and these fields, which it leaves away (`Curl_http_req_to_h2` in its `lib/http.c`).
pub(in crate::source) fn without_left_away(head: &[u8]) -> Vec<u8> {
    const LEFT_AWAY: [&[u8]; 5] = [b"Connection", b"Keep-Alive", b"Proxy-Connection", b"Transfer-Encoding", b"Upgrade"];
    let mut sent = Vec::with_capacity(head.len());
    for line in head.split_inclusive(|byte| *byte == b'\n') {
        let name = field(line).map(|(name, _)| name);
        if !LEFT_AWAY.iter().any(|left| name.is_some_and(|name| name.eq_ignore_ascii_case(left))) {
            sent.extend(line);
        }
    }
    sent
}

/// Whether requests with this method usually have a body: in frames no field need say so.
fn takes_content(method: &[u8]) -> bool {
    !matches!(method, b"GET" | b"HEAD" | b"OPTIONS" | b"DELETE" | b"TRACE" | b"CONNECT")
}
