//! Fields as they come out of a header block, kept as the lines that they would be in HTTP/1.
//!
//! Bounded: what is beyond is counted as not kept.

use crate::http::{FieldLine, Limits, Range};

/// What stands in place of a name or a value that the capture does not show. No field name has such bytes.
pub(in crate::http) const UNKNOWN: &[u8] = b"<unknown>";

/// So much room is kept from block to block.
const USUAL: usize = 64 << 10;

/// A decoded header list. Scratch: it is filled anew for each block.
#[derive(Debug)]
pub(in crate::http::h2) struct FieldList {
    /// `name: value CR LF`, line by line.
    pub(in crate::http::h2) text: Vec<u8>,
    /// The lines, as ranges of `text`.
    pub(in crate::http::h2) lines: Vec<FieldLine>,
    /// Names or values are not known.
    pub(in crate::http::h2) unknown: bool,
    /// There were more fields than are kept.
    pub(in crate::http::h2) full: bool,
    /// Space for the name and the value that are decoded.
    pub(super) space: (Vec<u8>, Vec<u8>),
    /// What it may hold: bytes.
    longest: usize,
    /// And fields.
    most: usize,
}

impl Default for FieldList {
    fn default() -> Self {
        Self::within(&Limits::default())
    }
}

impl FieldList {
    /// An empty one within these limits.
    pub(in crate::http::h2) fn within(limits: &Limits) -> Self {
        let (longest, most) = (limits.head, limits.fields);
        Self { text: Vec::new(), lines: Vec::new(), unknown: false, full: false, space: Default::default(), longest, most }
    }

    /// Forgets the block before; the next one has these limits.
    pub(in crate::http::h2) fn begin(&mut self, limits: &Limits) {
        (self.longest, self.most) = (limits.head, limits.fields);
        self.text.clear();
        self.text.shrink_to(USUAL);
        self.lines.clear();
        (self.unknown, self.full) = (false, false);
        self.space.0.shrink_to(USUAL);
        self.space.1.shrink_to(USUAL);
    }

    pub(in crate::http::h2) fn push(&mut self, name: Option<&[u8]>, value: Option<&[u8]>) {
        self.unknown |= name.is_none() || value.is_none();
        let (name, value) = (name.unwrap_or(UNKNOWN), value.unwrap_or(UNKNOWN));
        let length = name.len().saturating_add(value.len()).saturating_add(4);
        if self.lines.len() >= self.most || self.text.len().saturating_add(length) > self.longest {
            self.full = true;
            return;
        }
        let start = self.text.len();
        self.text.extend_from_slice(name);
        let name = Range::new(start, self.text.len());
        self.text.extend_from_slice(b": ");
        let from = self.text.len();
        self.text.extend_from_slice(value);
        let end = self.text.len();
        self.text.extend_from_slice(b"\r\n");
        self.lines.push(FieldLine { name, value: Range::new(from, end), line: Range::new(start, end) });
    }

    /// Name and value of each field.
    pub(in crate::http::h2) fn fields(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.lines.iter().map(|line| (line.name.of(&self.text), line.value.of(&self.text)))
    }
}
