//! Where a message was seen, and how much of the wire its source preserves.

use crate::capture::Timestamp;
use crate::wire::Endpoint;

/// The number of a capture in one run, counted from 0 in the order in which they are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Hash)]
pub struct CaptureId(pub u32);

/// The place in a capture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// Recorded packets.
    Packet {
        /// The packet that completed the head, counted from 1.
        packet: u64,
        /// The flow's number, counted from 0.
        stream: u32,
        /// When that packet was captured.
        time: Timestamp,
        /// The message's sender.
        src: Endpoint,
        /// The message's receiver.
        dst: Endpoint,
    },
    /// A text, or bytes that somebody holds: the line of the start line, counted from 1.
    Line(u32),
    /// A list of exchanges, such as a HAR.
    Entry {
        /// The entry's number, counted from 1.
        number: u32,
        /// When it began, where the entry says so.
        time: Option<Timestamp>,
        /// The server, where the entry says its address.
        server: Option<Endpoint>,
    },
    /// An execution log of API Gateway.
    Log {
        /// The line in which the message's fields stand, counted from 1.
        line: u32,
        /// When it was written.
        time: Option<Timestamp>,
        /// The id of the client's request, where it is a UUID. All messages that belong to that request have it.
        request: Option<[u8; 16]>,
        /// It is of API Gateway's own call of an endpoint, not of the client's call of API Gateway.
        endpoint: bool,
    },
}

/// Where a message was seen: a few integers, never strings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Provenance {
    /// In which capture.
    pub capture: CaptureId,
    /// Where in it.
    pub origin: Origin,
}

/// What a kind of source preserves of the wire. An expectation that needs what is not preserved is inconclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fidelity {
    /// Lines keep their order.
    pub order: bool,
    /// Names keep their case.
    pub name_case: bool,
    /// Repeated lines stay apart.
    pub repeats: bool,
    /// Values may be masked (`xxx.xxx.xxx.xxx`, `<name>`, `…`).
    pub masks: bool,
    /// A Content-Length may not fit the body, and the body's content coding may be undone: people re-format what they
    /// paste, and programs write bodies for people. What is not shown of a body is unknown.
    pub reformatted: bool,
    /// Trailer sections are there.
    pub trailers: bool,
    /// Fields that hold secrets (Cookie, Set-Cookie, Authorization, Proxy-Authorization) are there, if they were sent.
    pub secrets: bool,
    /// All field lines that were sent are there, and the start line is as it was sent. Where not, any field may be left out,
    /// and what is `…` in the start line, or a status code of 0, is not known.
    pub whole: bool,
    /// The start line is as sent. Where it is not, a part of it that is empty is not told, and the query is put together from
    /// names and values.
    pub start_line: bool,
}

impl Fidelity {
    /// Packets: everything is preserved.
    pub const WIRE: Self = Self {
        order: true,
        name_case: true,
        repeats: true,
        masks: false,
        reformatted: false,
        trailers: true,
        secrets: true,
        whole: true,
        start_line: true,
    };
    /// Text that a person wrote down or pasted.
    pub const TEXT: Self = Self { masks: true, reformatted: true, trailers: false, ..Self::WIRE };
    /// What `curl -v` shows: heads as they are on the wire, values too (it masks none; people do before they share it).
    /// Trailer sections and bodies of requests are not shown, and bodies of responses as they are written.
    pub const CURL: Self = Self::TEXT;
    /// A request that `curl -v` sends as HTTP/2 or HTTP/3: names as curl was given them. On the wire they are in lower case.
    pub const CURL_FRAMES: Self = Self { name_case: false, ..Self::CURL };
    /// Packets printed as text, in which a byte that cannot be printed is a dot.
    pub const DOTS: Self = Self { trailers: true, ..Self::TEXT };
    /// A HAR: programs sort fields, write names in a case of their own (Safari), join lines that repeat (Safari), and leave
    /// out cookies and credentials (Chrome does unless asked, since version 130; Safari always does of requests).
    pub const HAR: Self = Self { order: false, name_case: false, repeats: false, secrets: false, ..Self::TEXT };
    /// An execution log of API Gateway: fields in a map, of which those that belong to a connection (Host, Content-Length …) are
    /// left out, and more where lines are cut; lines that repeat are joined; start lines in parts; credentials masked.
    pub const LOG: Self = Self { whole: false, ..Self::HAR };
    /// A Lambda event: a map has no order. Names are written as the service gives them, which is how the function received
    /// them; lines that repeat are joined or left out where there are no lists. Each event says of itself what differs.
    pub const EVENT: Self = Self { order: false, ..Self::TEXT };

    /// Whether this is what a Lambda event, or what a function returned, preserves.
    #[must_use]
    pub fn is_event(self) -> bool {
        Self { name_case: true, repeats: true, start_line: true, ..self } == Self::EVENT
    }

    /// The kind of source, as `select: { source: … }` names it.
    #[must_use]
    pub fn source(self) -> &'static str {
        match self {
            Self::WIRE => "wire",
            Self::HAR => "har",
            Self::LOG => "log",
            fidelity if fidelity.is_event() => "event",
            _ => "text",
        }
    }
}
