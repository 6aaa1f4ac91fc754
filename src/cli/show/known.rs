//! Heads that repeat are written once: what is the same as in the last head of its kind is copied as it was written.
//!
//! Clients and servers send nearly the same head again and again. A line whose bytes and spans are those of the line at its
//! place in the last head that was sent to, or by, the same port is written as that one was. This is exact, since how a line
//! is written depends on nothing but its name and its value. What is kept is bounded by [`LONGEST`] a head.

use std::ops;

use crate::http::{FieldLine, HeadRef, Origin, Range, StartLine, same_bytes};

/// Heads of each kind that are kept, by port.
const WAYS: usize = 16;
/// Heads that are longer, as received or as written, are not kept.
const LONGEST: usize = 8 << 10;

/// The last heads.
#[derive(Debug, Default)]
pub(super) struct Known {
    heads: Vec<Written>,
}

/// A head, and how it was written.
#[derive(Debug, Default)]
pub(super) struct Written {
    raw: Vec<u8>,
    lines: Vec<FieldLine>,
    /// Its start line; nothing in HTTP/2, where the parts need not stand in one.
    start: Option<(StartLine, Range)>,
    /// The start line, then the field lines.
    text: Vec<u8>,
    /// Where the start line ends in it.
    start_end: usize,
    /// Where each field line ends.
    ends: Vec<usize>,
    /// Those of the head that is being written.
    now: Vec<usize>,
}

impl Known {
    /// Writes a head like the last one of its kind. `start_line` and `field` write a part anew, the field of a number with
    /// what stands before it, and tell whether it is not UTF-8; so does this.
    pub(super) fn write(
        &mut self,
        out: &mut Vec<u8>,
        head: &HeadRef<'_>,
        start_line: impl FnOnce(&mut Vec<u8>) -> bool,
        field: impl FnMut(&mut Vec<u8>, usize, &FieldLine) -> bool,
    ) -> bool {
        if self.heads.is_empty() {
            self.heads.resize_with(2 * WAYS, Written::default);
        }
        let request = head.is_request();
        let port = match head.head.at.origin {
            Origin::Packet { src, dst, .. } => (if request { dst } else { src }).port,
            Origin::Line(_) | Origin::Entry { .. } | Origin::Log { .. } => 0,
        };
        // Ports that are multiples of each other do not meet.
        let way = usize::from(port.wrapping_mul(40503) >> 12);
        match self.heads.get_mut(2 * way + usize::from(request)) {
            Some(known) => known.write(out, head, start_line, field),
            // There is one for each kind and port.
            None => Written::default().write(out, head, start_line, field),
        }
    }
}

impl Written {
    fn write(
        &mut self,
        out: &mut Vec<u8>,
        head: &HeadRef<'_>,
        start_line: impl FnOnce(&mut Vec<u8>) -> bool,
        field: impl FnMut(&mut Vec<u8>, usize, &FieldLine) -> bool,
    ) -> bool {
        let begin = out.len();
        let known = self.start_line(head);
        let mut latin1 = false;
        match known {
            Some(text) => out.extend_from_slice(text),
            None => latin1 = start_line(out),
        }
        let is_known = known.is_some();
        let start_end = out.len() - begin;
        if let Some(fields) = self.fields(out, head, field) {
            latin1 |= fields;
        } else if is_known {
            return false;
        }
        if !latin1 {
            self.learn(head, out.get(begin..).unwrap_or_default(), start_end);
        }
        latin1
    }

    /// How the start line was written, where this head has the same.
    fn start_line(&self, head: &HeadRef<'_>) -> Option<&[u8]> {
        let (start, line) = self.start.filter(|start| *start == (head.head.start, head.head.start_line))?;
        // The parts are spans of the same head, and need not stand in the line.
        let parts = match start {
            StartLine::Request { method, target, version } => [line, method, target, version],
            StartLine::Response { version, reason, .. } => [line, version, reason, line],
        };
        let same = head.head.h2_stream.is_none() && parts.iter().all(|part| part.of(&self.raw) == part.of(head.raw));
        if same { self.text.get(..self.start_end) } else { None }
    }

    /// Writes the field lines; nothing where all are as in the known head, else whether one is not UTF-8.
    fn fields(
        &mut self,
        out: &mut Vec<u8>,
        head: &HeadRef<'_>,
        mut field: impl FnMut(&mut Vec<u8>, usize, &FieldLine) -> bool,
    ) -> Option<bool> {
        self.now.clear();
        let begin = out.len();
        let mut run = None;
        // The first line that is not written yet, and what is known of those before it.
        let mut first = 0;
        let mut latin1 = None;
        for (at, line) in head.lines.iter().enumerate() {
            let known = self.lines.get(at);
            if let Some(known) = known
                && run.get_or_insert_with(|| Run::from(&self.raw, known, head.raw, line)).holds(known, line)
            {
                continue;
            }
            self.copy(out, begin, first..at);
            latin1 = Some(field(out, at, line) | latin1.unwrap_or_default());
            self.now.push(out.len() - begin);
            (first, run) = (at + 1, None);
        }
        self.copy(out, begin, first..head.lines.len());
        latin1.or((self.lines.len() != head.lines.len()).then_some(false))
    }

    /// Copies lines as they were written.
    fn copy(&mut self, out: &mut Vec<u8>, begin: usize, lines: ops::Range<usize>) {
        let before = match lines.start.checked_sub(1) {
            Some(before) => self.ends.get(before).copied(),
            None => Some(self.start_end),
        };
        let (Some(before), Some(ends)) = (before, self.ends.get(lines)) else { return };
        if let Some(last) = ends.last() {
            let now = out.len() - begin;
            out.extend_from_slice(self.text.get(before..*last).unwrap_or_default());
            self.now.extend(ends.iter().map(|end| now + (end - before)));
        }
    }

    /// Keeps a head as it was written.
    fn learn(&mut self, head: &HeadRef<'_>, text: &[u8], start_end: usize) {
        if head.raw.len().max(text.len()) > LONGEST {
            return;
        }
        self.raw.clear();
        self.raw.extend_from_slice(head.raw);
        self.lines.clear();
        self.lines.extend_from_slice(head.lines);
        self.text.clear();
        self.text.extend_from_slice(text);
        self.start = if head.head.h2_stream.is_none() { Some((head.head.start, head.head.start_line)) } else { None };
        self.start_end = start_end;
        self.ends.clear();
        self.ends.extend(self.now.iter().map(|end| start_end + end));
    }
}

/// Bytes that are the same in two heads, from the beginning of a line on.
#[derive(Debug, Clone, Copy)]
struct Run {
    old: u32,
    new: u32,
    length: usize,
}

impl Run {
    fn from(old: &[u8], known: &FieldLine, new: &[u8], line: &FieldLine) -> Self {
        let rest = |raw: &[u8], line: &FieldLine| (line.line.start as usize).min(raw.len());
        let (from, to) = (rest(old, known), rest(new, line));
        let length = same_bytes(old.get(from..).unwrap_or_default(), new.get(to..).unwrap_or_default());
        Self { old: known.line.start, new: line.line.start, length }
    }

    /// Whether name and value of a line stand in it, in both at the same place.
    #[inline]
    fn holds(&self, known: &FieldLine, line: &FieldLine) -> bool {
        let holds = |old: Range, new: Range| {
            let (start, end) = (old.start.checked_sub(self.old), old.end.checked_sub(self.old));
            start.is_some()
                && start == new.start.checked_sub(self.new)
                && end == new.end.checked_sub(self.new)
                && end.is_some_and(|end| end as usize <= self.length)
        };
        holds(known.name, line.name) && holds(known.value, line.value)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::super::form::{Form as _, Masks, decode};
    use super::super::jsonl::Jsonl;
    use super::*;
    use crate::capture::Timestamp;
    use crate::http::{CaptureId, Fidelity, HeadBuf, Provenance, parse_head};
    use crate::wire::Endpoint;

    fn head() -> impl Strategy<Value = HeadBuf> {
        let line = prop_oneof![
            3 => Just("Host: a.example"), 2 => Just("Host: b.example"), 1 => Just("host: a.example"),
            2 => Just("Cookie: a=b; c"),
            1 => Just("X: a\tb \"c\" \\\\"), 1 => Just("X: caf\u{e9}"), 1 => Just("X:"), 1 => Just("X: 1\r\n folded"),
            1 => Just("no colon"), 1 => Just("Referer: https://a/?token=abc&b=c"), 1 => Just("A: b\r\nA: c"),
            1 => Just("Via: 1.1 a, 1.1 \u{c2}\u{85}b"),
        ];
        let start = prop_oneof![
            4 => Just("GET /a?b=c HTTP/1.1"), 1 => Just("GET /b HTTP/1.1"), 1 => Just("POST /?token=abc HTTP/1.1"),
            2 => Just("HTTP/1.1 200 OK"), 1 => Just("HTTP/1.1 404 Not Found"), 1 => Just("HTTP/1.1 200"),
        ];
        let latin1 = prop_oneof![8 => Just(false), 1 => Just(true)];
        (start, proptest::collection::vec(line, 0..6), 0..3_u16, latin1).prop_map(|(start, lines, port, latin1)| {
            let end = |port| Endpoint { ip: std::net::Ipv4Addr::LOCALHOST.into(), port };
            let (src, dst, time) = (end(port), end(80 + port), Timestamp::default());
            let origin = Origin::Packet { packet: 7, stream: 1, time, src, dst };
            let text = format!("{start}\r\n{}\r\n", lines.iter().map(|line| format!("{line}\r\n")).collect::<String>());
            let bytes = if latin1 { text.chars().map(|c| c as u8).collect() } else { text.into_bytes() };
            parse_head(&bytes, Provenance { capture: CaptureId(0), origin }, Fidelity::WIRE)
        })
    }

    fn line(form: &mut Jsonl, head: &HeadBuf) -> String {
        let mut out = b"{\"a\": 1".to_vec();
        let opened = form.open(&mut out, &head.as_ref(), None);
        form.close(&mut out, opened, None);
        String::from_utf8(out).unwrap()
    }

    proptest! {
        #[test]
        fn it_is_written_as_it_would_be_anew(
            kinds in proptest::collection::vec(head(), 1..6),
            sequence in proptest::collection::vec(0..6_usize, 1..30),
            show_secrets in any::<bool>(),
        ) {
            let masks = Masks { show_secrets };
            let mut form = Jsonl::new(masks);
            for at in sequence {
                let head = &kinds[at % kinds.len()];
                let written = line(&mut form, head);
                prop_assert_eq!(&written, &line(&mut Jsonl::new(masks), head));
                let read: Value = serde_json::from_str(&written).unwrap();
                let text = |bytes| decode(bytes, &mut false).into_owned();
                let fields: Vec<Value> = head.as_ref().fields()
                    .map(|(name, value)| json!([text(name), masks.field(name, &text(value))]))
                    .collect();
                prop_assert_eq!(&read["fields"], &json!(fields));
                prop_assert_eq!(&read["line"], &json!(masks.target(&text(head.as_ref().start_line()))));
            }
        }
    }
}
