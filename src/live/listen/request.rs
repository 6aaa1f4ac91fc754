//! A request as it was received, until it is answered.

use std::time::{Instant, SystemTime};

use super::limits::Share;
use crate::anomaly::AnomalyKind;
use crate::http::{Body, HeadBuf, HeadRef, MessageId};

/// A request.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) id: MessageId,
    pub(super) head: HeadBuf,
    /// Once it is over.
    pub(super) body: Option<Body>,
    /// When its head was there.
    pub(super) at: SystemTime,
    pub(super) began: Instant,
    /// When it is to be answered, once it is over.
    pub(super) due: Option<Instant>,
    /// It was told to go on (100).
    pub(super) continued: bool,
    /// The room that its body takes.
    pub(super) _share: Share,
}

/// Why a request is refused: status, and what is said.
pub(super) type Refusal = (u16, &'static str);

impl Request {
    pub(super) fn head(&self) -> HeadRef<'_> {
        self.head.as_ref()
    }

    /// The stream of HTTP/2.
    pub(super) fn stream(&self) -> Option<u32> {
        self.head.head.h2_stream
    }

    pub(super) fn is_head(&self) -> bool {
        self.head().method() == Some(b"HEAD")
    }

    /// Why it cannot be answered as others are.
    pub(super) fn refusal(&self) -> Option<Refusal> {
        let flags = self.head.head.flags;
        let version = self.head().version();
        if flags.contains(AnomalyKind::HeadLimit) {
            return Some((431, "the head is too large"));
        }
        if flags.is_partial() {
            return Some((400, "the head is not whole"));
        }
        if self.stream().is_none() && !version.starts_with(b"HTTP/1.") {
            return Some((400, "the request line has no version that is spoken here"));
        }
        if flags.contains(AnomalyKind::MalformedStartLine) || flags.contains(AnomalyKind::AmbiguousLength) {
            return Some((400, "the request cannot be understood for sure"));
        }
        if self.body.as_ref().is_some_and(|body| body.complete != Some(true)) {
            return Some((400, "the body ended before its framing says so"));
        }
        // What follows would be a tunnel.
        (self.head().method() == Some(b"CONNECT")).then_some((405, "there are no tunnels here"))
    }

    /// Whether the client waits to be told to go on (RFC 9110 §10.1.1).
    pub(super) fn expects_continue(&self) -> bool {
        let mut expects = self.head().values(b"expect");
        self.head().version() != b"HTTP/1.0" && expects.any(|value| value.eq_ignore_ascii_case(b"100-continue"))
    }

    /// Whether the client lets the connection go on behind it (RFC 9112 §9.3).
    pub(super) fn persists(&self) -> bool {
        let says = |wanted: &[u8]| {
            let members = self.head().values(b"connection").flat_map(|value| value.split(|byte| *byte == b','));
            members.into_iter().any(|member| member.trim_ascii().eq_ignore_ascii_case(wanted))
        };
        if self.is_old() { says(b"keep-alive") && !says(b"close") } else { !says(b"close") }
    }

    /// HTTP/1.0: no chunks, and connections end unless asked to go on.
    pub(super) fn is_old(&self) -> bool {
        self.head().version() == b"HTTP/1.0"
    }
}
