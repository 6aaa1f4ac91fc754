//! A head: start line and field lines, as spans into its bytes.
//!
//! One borrowed view ([`HeadRef`]) serves every source. Spans are plain integers, so that scratch space is reused
//! without lifetimes; [`HeadBuf`] owns a copy and is pooled.

use super::h2::UNKNOWN;
use super::{Fidelity, Layout, Provenance};
use crate::anomaly::AnomalyKind;

/// The pseudo-header field that says what Host says (RFC 9113 §8.3.1).
pub const AUTHORITY: &[u8] = b":authority";

/// A range of bytes in [`HeadRef::raw`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Range {
    /// First byte.
    pub start: u32,
    /// Behind the last byte.
    pub end: u32,
}

impl Range {
    /// A range from positions that are known to fit (heads are bounded far below 4 GiB); larger ones saturate.
    #[must_use]
    pub fn new(start: usize, end: usize) -> Self {
        Self { start: u32::try_from(start).unwrap_or(u32::MAX), end: u32::try_from(end).unwrap_or(u32::MAX) }
    }

    /// Its bytes; empty where it does not lie in `raw`.
    #[must_use]
    pub fn of(self, raw: &[u8]) -> &[u8] {
        raw.get(self.start as usize..self.end as usize).unwrap_or_default()
    }
}

/// A field line (RFC 9110 §5): one line of the header section.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FieldLine {
    /// The field name, in the case of the wire.
    pub name: Range,
    /// The field line value without white space around it. A folded value (obs-fold) is unfolded behind the head's
    /// bytes, each fold as one space (RFC 9112 §5.2), and this range points there.
    pub value: Range,
    /// The whole line as on the wire, without its line end.
    pub line: Range,
}

/// The start line (RFC 9112 §2.1), as spans.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StartLine {
    /// `method SP request-target SP HTTP-version`. A malformed one has what could be split; the rest is empty.
    Request {
        /// `GET`
        method: Range,
        /// `/a?b=c`
        target: Range,
        /// `HTTP/1.1`; empty where the line has none.
        version: Range,
    },
    /// `HTTP-version SP status-code SP [ reason-phrase ]`
    Response {
        /// `HTTP/1.1`
        version: Range,
        /// The status code; 0 where it cannot be read.
        status: u16,
        /// `OK`; may be empty.
        reason: Range,
    },
}

/// What is odd about a head: a small set of [`AnomalyKind`]s.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct HeadFlags(u16);

impl HeadFlags {
    const KINDS: [AnomalyKind; 13] = [
        AnomalyKind::HeadIncomplete,
        AnomalyKind::HeadLimit,
        AnomalyKind::MalformedStartLine,
        AnomalyKind::MalformedFieldLine,
        AnomalyKind::SpaceBeforeColon,
        AnomalyKind::ObsFold,
        AnomalyKind::LfOnly,
        AnomalyKind::ControlByte,
        AnomalyKind::AmbiguousLength,
        AnomalyKind::Http2Malformed,
        AnomalyKind::AuthorityMismatch,
        AnomalyKind::HpackError,
        AnomalyKind::HpackUnknown,
    ];

    /// The place of a kind; no bit where no head can have it. What is asked is one bit: a search through the kinds, in a loop over
    /// fields, is copied by the optimiser for each set of kinds that there may be.
    const fn bit(kind: AnomalyKind) -> u16 {
        match kind {
            AnomalyKind::HeadIncomplete => 1,
            AnomalyKind::HeadLimit => 1 << 1,
            AnomalyKind::MalformedStartLine => 1 << 2,
            AnomalyKind::MalformedFieldLine => 1 << 3,
            AnomalyKind::SpaceBeforeColon => 1 << 4,
            AnomalyKind::ObsFold => 1 << 5,
            AnomalyKind::LfOnly => 1 << 6,
            AnomalyKind::ControlByte => 1 << 7,
            AnomalyKind::AmbiguousLength => 1 << 8,
            AnomalyKind::Http2Malformed => 1 << 9,
            AnomalyKind::AuthorityMismatch => 1 << 10,
            AnomalyKind::HpackError => 1 << 11,
            AnomalyKind::HpackUnknown => 1 << 12,
            _ => 0,
        }
    }

    /// Adds a kind; kinds that no head can have are ignored.
    pub fn insert(&mut self, kind: AnomalyKind) {
        self.0 |= Self::bit(kind);
    }

    /// Whether the kind is in the set.
    #[must_use]
    pub fn contains(self, kind: AnomalyKind) -> bool {
        self.0 & Self::bit(kind) != 0
    }

    /// The kinds in the set.
    pub fn iter(self) -> impl Iterator<Item = AnomalyKind> {
        Self::KINDS.into_iter().filter(move |kind| self.contains(*kind))
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The head is cut: fields may be missing, and its last line may not be whole.
    #[must_use]
    pub fn is_cut(self) -> bool {
        self.contains(AnomalyKind::HeadIncomplete) || self.contains(AnomalyKind::HeadLimit)
    }

    /// Fields may be missing, or are not known: the head is cut, or the capture does not hold what its fields refer to.
    #[must_use]
    pub fn is_partial(self) -> bool {
        const PARTIAL: u16 = HeadFlags::bit(AnomalyKind::HeadIncomplete)
            | HeadFlags::bit(AnomalyKind::HeadLimit)
            | HeadFlags::bit(AnomalyKind::HpackError)
            | HeadFlags::bit(AnomalyKind::HpackUnknown);
        self.0 & PARTIAL != 0
    }
}

/// What a head is besides its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// The start line.
    pub start: StartLine,
    /// The start line as on the wire, without its line end.
    pub start_line: Range,
    /// Where it was seen.
    pub at: Provenance,
    /// What is odd about it.
    pub flags: HeadFlags,
    /// What its source preserves.
    pub fidelity: Fidelity,
    /// The stream of an HTTP/2 connection (RFC 9113 §5.1.1) that it came on. Its pseudo-header fields are lines, too.
    pub h2_stream: Option<u32>,
    /// How its lines lie, where that is known. It belongs to the lines that it was read with.
    pub layout: Layout,
}

/// A head, borrowed: the one view that checks, listings and drafts read.
#[derive(Debug, Clone, Copy)]
pub struct HeadRef<'a> {
    /// The bytes that every [`Range`] points into: the head as on the wire, and behind it unfolded values.
    pub raw: &'a [u8],
    /// The field lines in the order of the wire.
    pub lines: &'a [FieldLine],
    /// The rest.
    pub head: &'a Head,
}

impl<'a> HeadRef<'a> {
    /// Whether it is a request.
    #[must_use]
    pub fn is_request(&self) -> bool {
        matches!(self.head.start, StartLine::Request { .. })
    }

    /// The head as on the wire, with its empty line, without what was unfolded behind it. Of HTTP/2 it is what HTTP/1 would write.
    #[must_use]
    pub fn wire(&self) -> &'a [u8] {
        let begin = self.head.start_line.end as usize;
        let end = super::parse::head_end(self.raw, begin).unwrap_or(self.raw.len());
        self.raw.get(..end).unwrap_or_default()
    }

    /// The start line's bytes.
    #[must_use]
    pub fn start_line(&self) -> &'a [u8] {
        self.head.start_line.of(self.raw)
    }

    /// The request method; `None` for a response.
    #[must_use]
    pub fn method(&self) -> Option<&'a [u8]> {
        match self.head.start {
            StartLine::Request { method, .. } => Some(method.of(self.raw)),
            StartLine::Response { .. } => None,
        }
    }

    /// The request target as sent; `None` for a response.
    #[must_use]
    pub fn target(&self) -> Option<&'a [u8]> {
        match self.head.start {
            StartLine::Request { target, .. } => Some(target.of(self.raw)),
            StartLine::Response { .. } => None,
        }
    }

    /// The HTTP version, `HTTP/1.1`.
    #[must_use]
    pub fn version(&self) -> &'a [u8] {
        match self.head.start {
            StartLine::Request { version, .. } | StartLine::Response { version, .. } => version.of(self.raw),
        }
    }

    /// The status code; `None` for a request.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        match self.head.start {
            StartLine::Request { .. } => None,
            StartLine::Response { status, .. } => Some(status),
        }
    }

    /// Whether a line (start line or field line) may go on where the capture of this head ends.
    #[must_use]
    pub fn is_open(&self, line: Range) -> bool {
        if !self.head.flags.is_cut() {
            return false;
        }
        let behind = self.raw.get(line.end as usize..).unwrap_or_default();
        !behind.starts_with(b"\r\n") && !behind.starts_with(b"\n")
    }

    /// Whether the value of a field line may go on where the capture of this head ends, or is not known at all.
    #[must_use]
    pub fn is_open_line(&self, line: &FieldLine) -> bool {
        self.head.flags.is_partial() && (self.is_open(line.line) || self.is_unknown(line.value))
    }

    /// Whether a name or a value of HTTP/2 refers to what the capture does not hold (RFC 7541 §2.3.2).
    fn is_unknown(&self, part: Range) -> bool {
        self.head.flags.contains(AnomalyKind::HpackUnknown) && part.of(self.raw) == UNKNOWN
    }

    /// Whether a line is a field, and which is known: no pseudo-header field of HTTP/2 (RFC 9113 §8.3) is one.
    #[must_use]
    pub fn is_field(&self, line: &FieldLine) -> bool {
        self.head.h2_stream.is_none() || !(line.name.of(self.raw).starts_with(b":") || self.is_unknown(line.name))
    }

    /// Name and value of each line that is a field, without pseudo-header fields.
    pub fn regular_fields(&self) -> impl Iterator<Item = (&'a [u8], &'a [u8])> + use<'a> {
        let head = *self;
        let regular = self.lines.iter().filter(move |line| head.is_field(line));
        regular.map(move |line| (line.name.of(head.raw), line.value.of(head.raw)))
    }

    /// Whether a field that a pattern of names covers may have been sent though it is not here: the source leaves such
    /// fields out. What is cut is another matter ([`HeadFlags::is_partial`]).
    #[must_use]
    pub fn withholds(&self, covers: impl Fn(&[u8]) -> bool) -> bool {
        const WITHHELD: [&[u8]; 4] = [b"Authorization", b"Cookie", b"Proxy-Authorization", b"Set-Cookie"];
        let fidelity = &self.head.fidelity;
        !fidelity.whole || !fidelity.secrets && WITHHELD.into_iter().any(covers)
    }

    /// Why fields may be missing.
    #[must_use]
    pub fn lack(&self) -> &'static str {
        if self.head.flags.is_cut() {
            "the head is cut in the capture"
        } else if !self.head.fidelity.whole {
            "this kind of evidence may leave out fields"
        } else if !self.head.fidelity.secrets {
            "this kind of evidence may leave out cookies and credentials"
        } else if self.head.flags.contains(AnomalyKind::HpackError) {
            "the header block cannot be decoded to its end"
        } else {
            "fields of the head refer to what is not in the capture (HPACK)"
        }
    }

    /// The reason phrase; `None` for a request, and in HTTP/2, which has none (RFC 9113 §8.3.2).
    #[must_use]
    pub fn reason(&self) -> Option<&'a [u8]> {
        if self.head.h2_stream.is_some() {
            return None;
        }
        match self.head.start {
            StartLine::Request { .. } => None,
            StartLine::Response { reason, .. } => Some(reason.of(self.raw)),
        }
    }

    /// The line that a cut head ends in: of its value, or even of its name, more may have followed.
    #[must_use]
    pub fn cut_line(&self) -> Option<usize> {
        if !self.head.flags.is_cut() {
            return None;
        }
        let (at, last) = self.lines.iter().enumerate().next_back()?;
        let behind = self.raw.get(last.value.end as usize..).unwrap_or_default();
        (!behind.contains(&b'\n')).then_some(at)
    }

    /// Name and value of each field line, in the order of the wire.
    pub fn fields(&self) -> impl Iterator<Item = (&'a [u8], &'a [u8])> + use<'a> {
        let raw = self.raw;
        self.lines.iter().map(move |line| (line.name.of(raw), line.value.of(raw)))
    }

    /// The values of all lines with this name (compared without case), in order. In HTTP/2 `:authority` is a Host, and the
    /// only one where a Host field says the same.
    pub fn values<'n>(&self, name: &'n [u8]) -> impl Iterator<Item = &'a [u8]> + use<'a, 'n> {
        let authority = if self.head.h2_stream.is_some() { self.authority(name) } else { None };
        let same = move |value: &[u8]| authority.is_some_and(|authority| authority.eq_ignore_ascii_case(value));
        let lines = self.fields().filter(move |(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value);
        authority.into_iter().chain(lines.filter(move |value| !same(value)))
    }

    /// The value of `:authority`, where a Host is asked for.
    #[cold]
    fn authority(&self, name: &[u8]) -> Option<&'a [u8]> {
        let host = name.eq_ignore_ascii_case(b"host");
        self.fields().find(|(name, _)| host && *name == AUTHORITY).map(|(_, value)| value)
    }

    /// Whether two lines, of which an earlier one is `:authority` or a Host, name the same host: they answer as one.
    #[must_use]
    pub fn is_same_host(&self, first: usize, second: usize) -> bool {
        let (Some(first), Some(second)) = (self.lines.get(first), self.lines.get(second)) else { return false };
        let names = first.name.of(self.raw) == AUTHORITY || second.name.of(self.raw) == AUTHORITY;
        self.head.h2_stream.is_some() && names && first.value.of(self.raw).eq_ignore_ascii_case(second.value.of(self.raw))
    }
}

/// A head that owns its bytes. Pooled: `clear` keeps the capacity.
#[derive(Debug, Clone)]
pub struct HeadBuf {
    /// See [`HeadRef::raw`].
    pub raw: Vec<u8>,
    /// See [`HeadRef::lines`].
    pub lines: Vec<FieldLine>,
    /// The rest.
    pub head: Head,
}

impl HeadBuf {
    /// A copy of a borrowed head.
    #[must_use]
    pub fn copy_of(head: &HeadRef<'_>) -> Self {
        Self { raw: head.raw.to_vec(), lines: head.lines.to_vec(), head: *head.head }
    }

    /// Becomes a copy of another head, reusing the space.
    pub fn copy_from(&mut self, head: &HeadRef<'_>) {
        self.raw.clear();
        self.raw.extend_from_slice(head.raw);
        self.lines.clear();
        self.lines.extend_from_slice(head.lines);
        self.head = *head.head;
    }

    /// The borrowed view.
    #[must_use]
    pub fn as_ref(&self) -> HeadRef<'_> {
        HeadRef { raw: &self.raw, lines: &self.lines, head: &self.head }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_has_a_bit_of_its_own() {
        for &kind in AnomalyKind::ALL {
            let mut flags = HeadFlags::default();
            flags.insert(kind);
            let of_heads = HeadFlags::KINDS.contains(&kind);
            assert_eq!(flags.iter().collect::<Vec<_>>(), if of_heads { vec![kind] } else { vec![] }, "{kind:?}");
            assert_eq!((flags.contains(kind), flags.is_empty()), (of_heads, !of_heads));
        }
        let mut all = HeadFlags::default();
        HeadFlags::KINDS.into_iter().for_each(|kind| all.insert(kind));
        assert!(all.iter().eq(HeadFlags::KINDS) && all.is_partial() && all.is_cut());
        all = HeadFlags::default();
        all.insert(AnomalyKind::ObsFold);
        assert!(!all.is_partial() && !all.is_cut());
    }
}
