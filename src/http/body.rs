//! What became of a message's body (RFC 9110 §6.4), behind the transfer coding and before any content coding.

use std::sync::Arc;

use serde_json::Value;

use super::{FieldLine, Kept, Range};

/// What a body is wanted for: the answer to a head.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct BodyWant {
    /// Keep up to so many of its first bytes; 0 skips the body by its framing.
    pub keep: usize,
    /// Compute its SHA-256.
    pub sha256: bool,
}

impl BodyWant {
    /// Not at all.
    pub const NOTHING: Self = Self { keep: 0, sha256: false };

    /// Whether its bytes are wanted.
    #[must_use]
    pub fn bytes(self) -> bool {
        self.keep > 0 || self.sha256
    }

    /// What either wants.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self { keep: self.keep.max(other.keep), sha256: self.sha256 || other.sha256 }
    }
}

/// The trailer section (RFC 9110 §6.5) of a chunked message.
#[derive(Debug, Clone, Default)]
pub struct Trailers {
    /// The bytes that the ranges point into.
    pub raw: Vec<u8>,
    /// The lines in order.
    pub lines: Vec<FieldLine>,
    /// The section was longer than what is kept: lines are missing.
    pub cut: bool,
}

impl Trailers {
    /// Name and value of each line.
    pub fn fields(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.lines.iter().map(|line| (line.name.of(&self.raw), line.value.of(&self.raw)))
    }

    /// Adds a line, copying its bytes.
    pub fn push(&mut self, name: &[u8], value: &[u8]) {
        let start = self.raw.len();
        self.raw.extend_from_slice(name);
        let name = Range::new(start, self.raw.len());
        self.raw.extend_from_slice(b": ");
        let from = self.raw.len();
        self.raw.extend_from_slice(value);
        let end = self.raw.len();
        self.lines.push(FieldLine { name, value: Range::new(from, end), line: Range::new(start, end) });
    }
}

/// What became of a body. Most have nothing but a length, so what else there may be lies behind one pointer: bodies are
/// moved several times a message.
#[derive(Debug, Clone, Default)]
pub struct Body {
    /// Its length in bytes as far as it was there, captured or skipped, without chunk framing.
    pub length: u64,
    /// Bytes of it that the capture does not hold.
    pub lost: u64,
    /// Whether its framing says that it ended: `Some(false)` where the stream ended or lost bytes before, `None` while it
    /// still runs.
    pub complete: Option<bool>,
    more: Option<Box<More>>,
}

/// What few bodies have.
#[derive(Debug, Clone, Default)]
struct More {
    kept: Option<Kept>,
    sha256: Option<[u8; 32]>,
    trailers: Trailers,
    event: Option<Arc<Value>>,
}

static NO_TRAILERS: Trailers = Trailers { raw: Vec::new(), lines: Vec::new(), cut: false };

impl Body {
    /// One without a byte, which is what a message without framing has (RFC 9112 §6.3).
    pub(super) const NONE: Self = Self { length: 0, lost: 0, complete: Some(true), more: None };

    /// Whether this is [`Self::NONE`].
    pub(super) fn is_none(&self) -> bool {
        self.length == 0 && self.lost == 0 && self.complete == Some(true) && self.more.is_none()
    }

    /// One of this length, of which nothing is kept.
    #[must_use]
    pub fn of_length(length: u64, complete: Option<bool>) -> Self {
        Self { length, lost: 0, complete, more: None }
    }

    /// Its first bytes, up to [`BodyWant::keep`] and as far as the room for all bodies goes; `None` where they were not
    /// wanted.
    #[must_use]
    pub fn kept(&self) -> Option<&[u8]> {
        self.more.as_deref()?.kept.as_deref()
    }

    /// SHA-256 over all of it, where wanted, complete and nothing of it lost.
    #[must_use]
    pub fn sha256(&self) -> Option<[u8; 32]> {
        self.more.as_deref()?.sha256
    }

    /// The trailer section.
    #[must_use]
    pub fn trailers(&self) -> &Trailers {
        self.more.as_deref().map_or(&NO_TRAILERS, |more| &more.trailers)
    }

    /// The whole body, where every byte of it was kept.
    #[must_use]
    pub fn whole(&self) -> Option<&[u8]> {
        let kept = self.kept()?;
        (self.complete == Some(true) && self.lost == 0 && kept.len() as u64 == self.length).then_some(kept)
    }

    /// The same with these first bytes.
    #[must_use]
    pub fn with_kept(mut self, kept: impl Into<Kept>) -> Self {
        self.more().kept = Some(kept.into());
        self
    }

    /// The same with this hash.
    #[must_use]
    pub fn with_sha256(mut self, sha256: [u8; 32]) -> Self {
        self.more().sha256 = Some(sha256);
        self
    }

    /// The Lambda event that the message was read from, as a whole.
    #[must_use]
    pub fn event(&self) -> Option<&Value> {
        self.more.as_deref()?.event.as_deref()
    }

    /// The same of a message that was read from this event.
    #[must_use]
    pub fn with_event(mut self, event: Arc<Value>) -> Self {
        self.more().event = Some(event);
        self
    }

    /// The trailer section, to be added to.
    pub fn trailers_mut(&mut self) -> &mut Trailers {
        &mut self.more().trailers
    }

    /// What is kept of it, where something is wanted.
    pub(super) fn kept_mut(&mut self) -> Option<&mut Kept> {
        self.more.as_deref_mut()?.kept.as_mut()
    }

    fn more(&mut self) -> &mut More {
        self.more.get_or_insert_default()
    }
}
