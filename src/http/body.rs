//! What became of a message's body (RFC 9110 §6.4), behind the transfer coding and before any content coding.

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

/// What became of a body.
#[derive(Debug, Clone, Default)]
pub struct Body {
    /// Its length in bytes as far as it was there, captured or skipped, without chunk framing.
    pub length: u64,
    /// Whether its framing says that it ended: `Some(false)` where the stream ended or lost bytes before, `None` while it
    /// still runs.
    pub complete: Option<bool>,
    /// Bytes of it that the capture does not hold.
    pub lost: u64,
    /// Its first bytes, up to [`BodyWant::keep`] and as far as the room for all bodies goes; `None` where they were not
    /// wanted.
    pub kept: Option<Kept>,
    /// SHA-256 over all of it, where wanted, complete and nothing of it lost.
    pub sha256: Option<[u8; 32]>,
    /// The trailer section.
    pub trailers: Trailers,
}

impl Body {
    /// The whole body, where every byte of it was kept.
    #[must_use]
    pub fn whole(&self) -> Option<&[u8]> {
        let kept = self.kept.as_deref()?;
        (self.complete == Some(true) && self.lost == 0 && kept.len() as u64 == self.length).then_some(kept)
    }
}
