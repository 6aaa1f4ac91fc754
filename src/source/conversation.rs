//! Conversations in bytes of the wire between lines of markers, as the tests of libhtp and Suricata hold them: behind a line
//! `>>>` stands what the client sends, behind `<<<` what the server sends.
//!
//! The line end before a marker belongs to the marker. Everything else is as on the wire, and is read as it would be there:
//! bodies by their framing, pieces of a message put together. Any bytes are fine; time is linear in their number.

use super::Summary;
use crate::flow::Direction;
use crate::http::{CaptureId, Limits, MessageSink, Said, read_said};

/// Whether a text begins with a marker.
pub(super) fn begins(text: &[u8]) -> bool {
    let first = text.split(|byte| *byte == b'\n').find(|line| !line.trim_ascii().is_empty());
    first.is_some_and(|line| marker(line).is_some())
}

/// Whose bytes stand behind a line.
fn marker(line: &[u8]) -> Option<Direction> {
    match line.trim_ascii_end() {
        b">>>" => Some(Direction::Forward),
        b"<<<" => Some(Direction::Backward),
        _ => None,
    }
}

/// Tells the sink of the messages of a conversation.
pub(super) fn read<S: MessageSink>(text: &[u8], limits: Limits, capture: CaptureId, sink: &mut S) -> Summary {
    read_said(said(text), limits, capture, sink).into()
}

/// What each side says, in turn.
fn said(text: &[u8]) -> Vec<Said<'_>> {
    let mut said = Vec::new();
    // Whose bytes they are, where they begin, and in which line.
    let mut open: Option<(Direction, usize, u64)> = None;
    let mut start = 0;
    for (number, line) in (1_u64..).zip(text.split_inclusive(|byte| *byte == b'\n')) {
        let end = start + line.len();
        if let Some(direction) = marker(line) {
            if let Some((direction, from, line)) = open {
                let bytes = text.get(from..start).unwrap_or_default();
                let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
                said.push(Said { direction, bytes: bytes.strip_suffix(b"\r").unwrap_or(bytes), line });
            }
            open = Some((direction, end, number + 1));
        }
        start = end;
    }
    if let Some((direction, from, line)) = open {
        said.push(Said { direction, bytes: text.get(from..).unwrap_or_default(), line });
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::BodyWant;
    use crate::source::tests::Notebook;

    fn told(text: &[u8]) -> (Summary, Vec<String>) {
        let mut sink = Notebook { want: BodyWant { keep: 64, sha256: false }, ..Notebook::default() };
        let summary = read(text, Limits::default(), CaptureId(0), &mut sink);
        (summary, sink.lines)
    }

    #[test]
    fn what_stands_between_markers_is_the_wire() {
        let (summary, lines) = told(
            b">>>\nPOST /a HTTP/1.1\r\nContent-Length: 6\r\n\r\nab\n>>>\r\n\r\ncd\r\n<<<\nHTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n\0\n<",
        );
        assert_eq!(
            lines,
            [
                "head 0 line 2: POST /a HTTP/1.1 [Content-Length=6]",
                "body 0: 6 complete Some(true) \"ab\\r\\ncd\"",
                "head 1 line 10: HTTP/1.1 200 OK [Content-Length=3] answers POST /a HTTP/1.1",
                "body 1: 3 complete Some(true) \"\\0\\n<\"",
                "exchange POST /a HTTP/1.1 / HTTP/1.1 200 OK",
            ]
        );
        assert_eq!((summary.requests, summary.responses), (1, 1));
    }

    #[test]
    fn one_side_alone_and_pieces_of_a_head() {
        let (summary, lines) = told(b"<<<\nHTTP/1.1 200 OK\r\n\r\n");
        assert_eq!((summary.requests, summary.responses, lines.len()), (0, 1, 3));
        assert_eq!(told(b">>>\n").0.requests, 0);
        let (summary, _) = told(b">>>\nGET / HTTP/1.1\r\nHost: a\r\n>>>\n\r\n\r\nGET /b HTTP/1.1\n\n");
        assert_eq!(summary.requests, 2, "pieces of a head are one");
    }

    #[test]
    fn a_conversation_is_known_by_its_first_line() {
        for text in [&b">>>\nGET"[..], b"\n\r\n<<< \r\nHTTP", b">>>"] {
            assert!(begins(text), "{}", text.escape_ascii());
        }
        for text in [&b""[..], b">>> GET / HTTP/1.1\n", b"> GET / HTTP/1.1\n", b"note\n>>>\n", b" >>>\n", b">>>>\n"] {
            assert!(!begins(text), "{}", text.escape_ascii());
        }
    }
}
