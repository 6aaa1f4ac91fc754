//! Heads written from the parts that an event tells. What it does not tell stays empty: nothing is made up.

use crate::anomaly::AnomalyKind;
use crate::http::{Fidelity, FieldLine, Head, HeadBuf, HeadFlags, Layout, Provenance, Range, StartLine};

/// So many bytes of field lines are written of a message: a list of empty values alone would make its name stand on each.
const LONGEST: usize = 1 << 20;

/// A head that is being written.
#[derive(Debug)]
pub(super) struct Writer {
    raw: Vec<u8>,
    start: StartLine,
    start_line: Range,
    lines: Vec<FieldLine>,
    flags: HeadFlags,
    /// Fields that no line can hold.
    pub(super) unwritten: usize,
}

impl Writer {
    /// The head of a request. An empty part is not told.
    pub(super) fn request(method: &str, target: &str, version: &str) -> Self {
        let (raw, ranges) = joined([method, target, version]);
        let [method_at, target_at, version_at] = ranges;
        let start = StartLine::Request { method: method_at, target: target_at, version: version_at };
        let mut writer = Self::begun(raw, start);
        let plain = |text: &str| text.bytes().all(|byte| byte > b' ' && byte != 0x7f);
        if !method.bytes().all(is_token) || !plain(target) || !plain(version) {
            writer.flags.insert(AnomalyKind::MalformedStartLine);
        }
        writer
    }

    /// The head of a response, whose version no event tells.
    pub(super) fn response(status: Option<u16>, reason: &str) -> Self {
        let code = status.map(|status| status.to_string()).unwrap_or_default();
        let (raw, [_, reason_at, _]) = joined([&code, reason, ""]);
        let start = StartLine::Response { version: Range::default(), status: status.unwrap_or_default(), reason: reason_at };
        let mut writer = Self::begun(raw, start);
        if status.is_none_or(|status| !(100..1000).contains(&status)) || reason.contains(char::is_control) {
            writer.flags.insert(AnomalyKind::MalformedStartLine);
        }
        writer
    }

    fn begun(mut raw: Vec<u8>, start: StartLine) -> Self {
        let start_line = Range::new(0, raw.len());
        raw.extend_from_slice(b"\r\n");
        Self { raw, start, start_line, lines: Vec::new(), flags: HeadFlags::default(), unwritten: 0 }
    }

    /// Writes a field line.
    pub(super) fn line(&mut self, name: &str, value: &str) {
        let broken = |text: &str| text.bytes().any(|byte| matches!(byte, b'\r' | b'\n' | 0));
        if name.is_empty() || !name.bytes().all(is_token) || broken(value) || self.raw.len() > LONGEST {
            self.unwritten += 1;
            return;
        }
        if value.bytes().any(|byte| byte != b'\t' && byte.is_ascii_control()) {
            self.flags.insert(AnomalyKind::ControlByte);
        }
        let start = self.raw.len();
        self.raw.extend_from_slice(name.as_bytes());
        let name = Range::new(start, self.raw.len());
        self.raw.extend_from_slice(b": ");
        let value = value.trim_matches([' ', '\t']);
        let at = self.raw.len();
        self.raw.extend_from_slice(value.as_bytes());
        let end = self.raw.len();
        self.lines.push(FieldLine { name, value: Range::new(at, end), line: Range::new(start, end) });
        self.raw.extend_from_slice(b"\r\n");
    }

    /// The values of the lines with this name, which is compared without case.
    pub(super) fn values<'w>(&'w self, name: &'w str) -> impl Iterator<Item = &'w [u8]> {
        let has_name = move |line: &&FieldLine| line.name.of(&self.raw).eq_ignore_ascii_case(name.as_bytes());
        self.lines.iter().filter(has_name).map(|line| line.value.of(&self.raw))
    }

    /// The bytes so far: start line and field lines.
    pub(super) fn raw(&self) -> &[u8] {
        &self.raw
    }

    /// Fields are missing, whichever.
    pub(super) fn cut(&mut self) {
        self.flags.insert(AnomalyKind::HeadIncomplete);
    }

    /// The head.
    pub(super) fn head(mut self, at: Provenance, fidelity: Fidelity) -> HeadBuf {
        if self.unwritten > 0 {
            // What is left out may be any field.
            self.cut();
        }
        self.raw.extend_from_slice(b"\r\n");
        let Self { raw, start, start_line, lines, flags, .. } = self;
        HeadBuf { raw, lines, head: Head { start, start_line, at, flags, fidelity, h2_stream: None, layout: Layout::default() } }
    }
}

/// The parts that are not empty, between blanks, and where each of them is.
fn joined(parts: [&str; 3]) -> (Vec<u8>, [Range; 3]) {
    let mut raw = Vec::new();
    let ranges = parts.map(|part| {
        if !raw.is_empty() && !part.is_empty() {
            raw.push(b' ');
        }
        let start = raw.len();
        // A line end would be one of the head.
        raw.extend(part.bytes().map(|byte| if matches!(byte, b'\r' | b'\n') { b' ' } else { byte }));
        Range::new(start, raw.len())
    });
    (raw, ranges)
}

/// A character of a token (RFC 9110 §5.6.2).
fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}
