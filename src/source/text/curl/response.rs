//! The response whose body may still come, from its head to the end of its transfer.

use super::super::json::Brackets;
use super::request::Head;
use crate::source::shown::{Announced, Shown};

/// A response with what was written of its body.
#[derive(Debug)]
pub(super) struct Response {
    /// The line of its status line.
    pub(super) line: u32,
    /// Its head.
    pub(super) head: Vec<u8>,
    /// The white space before it, which the lines of its body have, too.
    pub(super) indent: Vec<u8>,
    /// The number of its transfer.
    pub(super) transfer: Option<u32>,
    /// What its head says of a body.
    announced: Announced,
    /// No body can come: its request, its status or its head say so.
    without: bool,
    /// curl said that it does not write the body, or nobody can say whose body is written.
    hidden: bool,
    /// The transfer failed.
    broken: bool,
    /// The transfer is over; what is still written was held back.
    pub(super) over: bool,
    body: Vec<u8>,
    /// Follows a JSON body that is written behind the end of the transfer.
    brackets: Brackets,
    /// How much of its own head was written again (`curl -i`), in bytes.
    repeated: usize,
    /// The length of the body where a start line stands in it.
    pub(super) start_at: Option<usize>,
    /// Bytes came that were not written at once: standard output is no terminal.
    pub(super) held_back: bool,
    /// Lines that were written behind the end of the transfer.
    pub(super) late: u32,
    /// How long the body was where a line was taken for curl's that may be the body's.
    doubt: Option<usize>,
    /// The same behind the end of the transfer: it is curl's if the next transfer follows.
    pending: Option<usize>,
}

/// What the text shows of a response.
#[derive(Debug)]
pub(super) struct Told {
    pub(super) head: Vec<u8>,
    pub(super) body: Shown,
    /// Why what stands there is not the whole body.
    pub(super) lost: Option<String>,
}

/// Where a body ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    /// At a note, a head, or the end of what curl wrote.
    Sure,
    /// At a fence, a prompt or the end of a text with other things in it: one line end may be the text's own.
    Block,
    /// At a blank line: more may follow.
    Blank,
    /// Where its last bracket closes.
    Json,
}

impl Response {
    /// A response whose head is over, to a request with this method.
    pub(super) fn new(head: Head, method: &[u8]) -> Self {
        let Head { line, bytes: head, announced, indent, transfer, uploads: _ } = head;
        let tunnel = method == b"CONNECT" && matches!(announced.status, Some(200..300));
        let without = announced.none() || method == b"HEAD" || tunnel || announced.status == Some(101);
        Self {
            line,
            head,
            indent,
            transfer,
            announced,
            without,
            hidden: false,
            broken: false,
            over: false,
            body: Vec::new(),
            brackets: Brackets::default(),
            repeated: 0,
            start_at: None,
            held_back: false,
            late: 0,
            doubt: None,
            pending: None,
        }
    }

    /// Another response to the same request follows.
    pub(super) fn is_interim(&self) -> bool {
        self.announced.interim
    }

    /// Whether a line is this one, perhaps with its name in bold, as a terminal shows it.
    pub(super) fn is_same(line: &[u8], own: &[u8]) -> bool {
        plain(line).trim_ascii() == own.trim_ascii()
    }

    /// Whether its body is written, as far as is known.
    pub(super) fn is_written(&self) -> bool {
        !self.without && !self.hidden
    }

    /// Whether something of its body was written.
    pub(super) fn has_body(&self) -> bool {
        !self.body.is_empty()
    }

    /// Its body is not written, or not told from another's.
    pub(super) fn hide(&mut self) {
        self.hidden = true;
    }

    /// The transfer failed; what was written is not all.
    pub(super) fn fail(&mut self) {
        self.broken = true;
        self.over = true;
    }

    /// A line was taken for curl's that may be one of the body.
    pub(super) fn doubt(&mut self) {
        let place = if self.over { &mut self.pending } else { &mut self.doubt };
        place.get_or_insert(self.body.len());
    }

    /// The next transfer begins: what was said before it was of that.
    pub(super) fn is_followed(&mut self) {
        self.pending = None;
    }

    /// Whether a line repeats its head, as `curl -i` does before the body.
    pub(super) fn repeats(&mut self, line: &[u8]) -> bool {
        if self.has_body() {
            return false;
        }
        let rest = self.head.get(self.repeated..).unwrap_or_default();
        let end = memchr::memchr(b'\n', rest).map_or(rest.len(), |at| at + 1);
        let own = rest.get(..end).unwrap_or_default();
        let same = !own.is_empty() && Self::is_same(line, own);
        if same {
            self.repeated += end;
        }
        same
    }

    /// Adds bytes of its body. Behind the end of the transfer, whether they close its last bracket.
    pub(super) fn push(&mut self, bytes: &[u8]) -> bool {
        if let Some(at) = self.pending.take() {
            self.doubt.get_or_insert(at);
        }
        let closed = self.brackets.end(bytes).is_some();
        self.body.extend(bytes);
        closed
    }

    /// Whether its body may be JSON whose end is still to come.
    pub(super) fn is_open(&self) -> bool {
        self.brackets.open()
    }

    /// Whether what a terminal shows of it is all: the line before the end of the transfer is whole, or one line came late.
    pub(super) fn is_at_its_end(&self) -> bool {
        !self.held_back && (self.late == 1 || (self.late == 0 && self.body.ends_with(b"\n")))
    }

    /// How long its body is so far.
    pub(super) fn length(&self) -> usize {
        self.body.len()
    }

    /// Cuts what was written.
    pub(super) fn truncate(&mut self, length: usize) {
        self.body.truncate(length);
    }

    /// Takes away what stands behind the end of a JSON body, and counts its lines.
    pub(super) fn cut_prose(&mut self) -> u64 {
        let Some(end) = super::super::json::end(&self.body) else { return 0 };
        let lines = self.body.get(end..).unwrap_or_default().split(|byte| *byte == b'\n');
        let lines = lines.filter(|line| !line.trim_ascii().is_empty()).count();
        self.body.truncate(end);
        lines as u64
    }

    /// What the text shows of it; `pure` says that nothing but curl's output stands there, with nothing left out.
    pub(super) fn shown(mut self, stop: Stop, pure: bool) -> Told {
        // Both say how long the body is on the wire, which is not what is written of one that is coded.
        let length = self.announced.length.filter(|_| !self.announced.coded && !self.announced.chunked);
        let length = length.and_then(|length| usize::try_from(length).ok());
        let told = |head, body, lost| Told { head, body, lost };
        if self.without {
            return told(self.head, Shown::Whole(Vec::new()), None);
        }
        if self.hidden || (self.body.trim_ascii().is_empty() && length != Some(self.body.len())) {
            return told(self.head, Shown::Nothing, None);
        }
        self.settle(stop, length);
        let stands = self.body.len();
        let doubt = self.doubt.or(self.pending);
        let lost = match length {
            _ if self.broken => "the transfer failed before its end".to_owned(),
            Some(length) if length == stands => return told(self.head, Shown::Whole(self.body), None),
            Some(length) => format!("Content-Length says {length} bytes, and {stands} stand here"),
            None if doubt.is_some() => "a line within the body looks like one of curl's own".to_owned(),
            None if stop == Stop::Blank => "behind a blank line more of it may stand".to_owned(),
            // People leave away what curl says in the end; a JSON text says itself where it ends.
            None if !self.over && (pure || !self.is_json()) => "curl does not say that the transfer is over".to_owned(),
            None => return told(self.head, Shown::Whole(self.body), None),
        };
        // What stands there is more than the body: nobody knows which bytes are others.
        if length.is_some_and(|length| length < stands) {
            return told(self.head, Shown::Nothing, Some(lost));
        }
        self.body.truncate(doubt.unwrap_or(stands));
        let body = if self.body.is_empty() { Shown::Nothing } else { Shown::Part(self.body) };
        told(self.head, body, Some(lost))
    }

    /// Whether its body is one JSON text.
    fn is_json(&self) -> bool {
        let end = Brackets::default().end(&self.body);
        end.and_then(|end| self.body.get(end..)).is_some_and(|behind| behind.trim_ascii().is_empty())
    }

    /// Takes away what is not the body's: one line end where Content-Length says so, or where nothing says that it is;
    /// carriage returns that a terminal adds. Content-Length confirms here, it never cuts.
    fn settle(&mut self, stop: Stop, length: Option<usize>) {
        if length == Some(self.body.len()) {
            return;
        }
        let shorter = without_line_end(&self.body);
        if length.is_some() && length == shorter {
            self.body.truncate(shorter.unwrap_or_default());
            return;
        }
        if let Some(length) = length
            && let Some(sent) = without_returns(&self.body)
        {
            for end in [Some(sent.len()), without_line_end(&sent)] {
                if end == Some(length) {
                    self.body = sent;
                    self.body.truncate(length);
                    return;
                }
            }
        }
        if stop != Stop::Sure
            && let Some(shorter) = shorter
        {
            self.body.truncate(shorter);
        }
    }
}

/// The bytes before a terminal wrote each line end as CR LF.
fn without_returns(body: &[u8]) -> Option<Vec<u8>> {
    memchr::memmem::find(body, b"\r\n")?;
    let mut sent = Vec::with_capacity(body.len());
    for line in body.split_inclusive(|byte| *byte == b'\n') {
        match line.strip_suffix(b"\r\n") {
            Some(text) => {
                sent.extend(text);
                sent.push(b'\n');
            }
            None => sent.extend(line),
        }
    }
    Some(sent)
}

/// The length without the last line end, where there is one.
fn without_line_end(body: &[u8]) -> Option<usize> {
    let shorter = body.strip_suffix(b"\n")?;
    let mut shorter = shorter;
    while let Some(more) = shorter.strip_suffix(b"\r") {
        shorter = more;
    }
    Some(shorter.len())
}

/// A line without the bold names that curl writes to a terminal.
fn plain(line: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(line.len());
    let mut rest = line;
    while let Some(at) = memchr::memchr(0x1b, rest) {
        let (before, escape) = rest.split_at_checked(at).unwrap_or_default();
        plain.extend(before);
        rest = match memchr::memchr(b'm', escape).filter(|end| *end < 6) {
            Some(end) => escape.get(end + 1..).unwrap_or_default(),
            None => {
                plain.push(0x1b);
                escape.get(1..).unwrap_or_default()
            }
        };
    }
    plain.extend(rest);
    plain
}
