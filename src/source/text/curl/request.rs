//! A head that curl shows, and what it says of the request that was sent.

use super::super::line::Line;
use super::super::piece::{Piece, Speaker};
use crate::http::Fidelity;
use crate::source::shown::{self, Announced, Shown, field};

/// A head that is read.
#[derive(Debug)]
pub(super) struct Head {
    /// The line of its start line.
    pub(super) line: u32,
    /// What came of it.
    pub(super) bytes: Vec<u8>,
    /// What that says of a body: read once, since curl may say things between the lines of a head as often as it likes.
    pub(super) announced: Announced,
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
        let text = text.trim_ascii_end();
        let mut bytes = Vec::new();
        shown::push(&mut bytes, text);
        let announced = Announced::by_start(text);
        Self { line: line.number, bytes, announced, indent: line.indent().to_vec(), transfer, uploads: false }
    }

    /// Adds a line to it.
    pub(super) fn push(&mut self, text: &[u8]) {
        shown::push(&mut self.bytes, text);
        self.announced.hear(text);
    }

    /// The request. curl shows no body of one, so a body that there is, or may be, is unknown.
    pub(super) fn piece(self, method: &[u8]) -> Piece {
        let frames = is_of_frames(&self.bytes);
        let head = if frames { without_left_away(&self.bytes) } else { self.bytes };
        let announced = Announced::by(&head);
        let body = match announced.length {
            _ if self.uploads => Shown::Nothing,
            // curl says how long what it sends is, where it does not read that from elsewhere.
            None if frames && !takes_content(method) => Shown::Whole(Vec::new()),
            _ => announced.nothing(),
        };
        let fidelity = if frames { Fidelity::CURL_FRAMES } else { Fidelity::CURL };
        Piece { line: self.line, head, body, lost: None, speaker: Speaker::Curl(self.transfer), fidelity }
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

/// Whether requests with the method that a text begins with usually have a body.
pub(in crate::source::text) fn takes_content(text: &[u8]) -> bool {
    let method = text.split(|byte| *byte == b' ').next().unwrap_or_default();
    !matches!(method, b"GET" | b"HEAD" | b"OPTIONS" | b"DELETE" | b"TRACE" | b"CONNECT")
}
