//! A connection of our own: its bytes as they come, its messages as soon as they are there.
//!
//! Who answers or asks must know where a message ends. That is known here as everywhere: by the reader of captures, so that what is
//! answered is what is judged.

use super::bytes::{BytesRead, Reading};
use super::{CaptureId, Limits, MessageSink};
use crate::flow::Direction;
use crate::wire::Endpoint;

/// Where a side of a connection stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// A message may begin, and none has.
    Between,
    /// Within a head, or before it: a start line may become one.
    Head,
    /// Within a body.
    Body,
    /// In frames of HTTP/2.
    Frames,
    /// In what is no HTTP, or nothing is read any more.
    Other,
}

/// What both sides say, told to a sink. Origins are lines; who must know ends and times knows them.
pub struct Dialogue<'s, M: MessageSink>(Reading<'s, M>);

impl<'s, M: MessageSink> Dialogue<'s, M> {
    /// A connection on which nothing was said. [`Direction::Forward`] is the client's.
    pub fn new(limits: Limits, sink: &'s mut M) -> Self {
        Self(Reading::new(limits, CaptureId(0), sink))
    }

    /// The same between ends that are known. Origins are packets, though no number of one means anything, and HTTP/2 is read.
    pub fn between(client: Endpoint, server: Endpoint, limits: Limits, sink: &'s mut M) -> Self {
        Self(Reading::between(client, server, limits, CaptureId(0), sink))
    }

    /// Where a side stands.
    pub fn standing(&mut self, direction: Direction) -> Standing {
        self.0.standing(direction)
    }

    /// A side says this; it may begin and end anywhere in a message.
    pub fn said(&mut self, direction: Direction, bytes: &[u8]) {
        let mut rest = bytes;
        while !rest.is_empty() {
            rest = self.0.step(direction, rest);
        }
    }

    /// Who is told.
    pub fn told(&mut self) -> &mut M {
        self.0.told()
    }

    /// Whether a side said something that is no HTTP.
    pub fn is_other(&mut self) -> bool {
        self.0.is_other()
    }

    /// A side says no more: a response without a length is over with its connection.
    pub fn over(&mut self, direction: Direction) {
        self.0.over(direction);
    }

    /// The connection is over.
    pub fn end(self) -> BytesRead {
        self.0.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::{Body, BodyWant, Connection, Exchange, HeadRef, MessageId};

    #[derive(Default)]
    struct Told(Vec<String>);

    impl MessageSink for Told {
        fn head(&mut self, _: MessageId, head: &HeadRef<'_>, _: Option<&HeadRef<'_>>, _: Option<&Connection>) -> BodyWant {
            self.0.push(format!("head {}", String::from_utf8_lossy(head.start_line())));
            BodyWant::NOTHING
        }

        fn message(&mut self, _: MessageId, body: &Body) {
            self.0.push(format!("body {}", body.length));
        }

        fn exchange(&mut self, _: &Exchange<'_>) {
            self.0.push("exchange".to_owned());
        }
    }

    #[test]
    fn messages_are_told_with_their_last_byte() {
        let mut told = Told::default();
        let mut dialogue = Dialogue::new(Limits::default(), &mut told);
        let mut say = |direction, bytes: &[u8]| {
            dialogue.said(direction, bytes);
            std::mem::take(&mut dialogue.told().0)
        };
        assert!(say(Direction::Forward, b"POST / HTTP/1.1\r\nContent-Length: 3\r\n\r").is_empty());
        assert_eq!(say(Direction::Forward, b"\nab"), ["head POST / HTTP/1.1"]);
        assert_eq!(say(Direction::Forward, b"c"), ["body 3"]);
        assert_eq!(say(Direction::Backward, b"HTTP/1.1 100 Continue\r\n\r\n"), ["head HTTP/1.1 100 Continue", "body 0"]);
        assert_eq!(
            say(Direction::Backward, b"HTTP/1.1 204 No Content\r\n\r\n"),
            ["head HTTP/1.1 204 No Content", "body 0", "exchange"]
        );
        // A connection is used again.
        say(Direction::Forward, b"GET / HTTP/1.0\r\n\r\n");
        assert_eq!(say(Direction::Backward, b"HTTP/1.0 200 OK\r\n\r\nabc"), ["head HTTP/1.0 200 OK"]);
        dialogue.over(Direction::Backward);
        assert_eq!(std::mem::take(&mut dialogue.told().0), ["body 3", "exchange"]);
        dialogue.end();
    }

    #[test]
    fn where_a_side_stands() {
        let ends = |port| Endpoint { ip: std::net::Ipv4Addr::LOCALHOST.into(), port };
        for (bytes, standing) in [
            (&b""[..], Standing::Between),
            (b"PROXY UNKNOWN\r\n", Standing::Between),
            (b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", Standing::Between),
            (b"GE", Standing::Head),
            (b"GET / HTTP/1.1\r\nHost: a\r\n", Standing::Head),
            (b"POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\na", Standing::Body),
            (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n", Standing::Body),
            (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", Standing::Frames),
            (b"\x16\x03\x01\0\x05hello", Standing::Other),
            (b"{\"a\": 1}\r\n\r\n", Standing::Other),
        ] {
            let mut told = Told::default();
            let mut dialogue = Dialogue::between(ends(1), ends(2), Limits::default(), &mut told);
            dialogue.said(Direction::Forward, bytes);
            assert_eq!(dialogue.standing(Direction::Forward), standing, "{:?}", String::from_utf8_lossy(bytes));
        }
    }

    #[test]
    fn what_is_no_http_is_seen() {
        let mut told = Told::default();
        let mut dialogue = Dialogue::new(Limits::default(), &mut told);
        dialogue.said(Direction::Backward, b"SSH-2.0-OpenSSH_9.2\r\n");
        assert!(dialogue.is_other());
    }
}
