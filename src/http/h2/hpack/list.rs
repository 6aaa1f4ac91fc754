//! Fields as they come out of a header block, kept as the lines that they would be in HTTP/1.
//!
//! Bounded: what is beyond is counted as not kept.

use crate::http::{FieldLine, Range};

/// What stands in place of a name or a value that the capture does not show. No field name has such bytes.
pub(in crate::http) const UNKNOWN: &[u8] = b"<unknown>";

/// The bytes of a decoded header list.
const LONGEST: usize = 256 << 10;
/// Its fields.
const MOST_LINES: usize = 1024;

/// A decoded header list. Scratch: it is filled anew for each block.
#[derive(Debug, Default)]
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
}

impl FieldList {
    /// Forgets the block before.
    pub(in crate::http::h2) fn clear(&mut self) {
        self.text.clear();
        self.text.shrink_to(LONGEST / 4);
        self.lines.clear();
        (self.unknown, self.full) = (false, false);
        self.space.0.shrink_to(LONGEST / 4);
        self.space.1.shrink_to(LONGEST / 4);
    }

    pub(in crate::http::h2) fn push(&mut self, name: Option<&[u8]>, value: Option<&[u8]>) {
        self.unknown |= name.is_none() || value.is_none();
        let (name, value) = (name.unwrap_or(UNKNOWN), value.unwrap_or(UNKNOWN));
        let length = name.len().saturating_add(value.len()).saturating_add(4);
        if self.lines.len() >= MOST_LINES || self.text.len().saturating_add(length) > LONGEST {
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
