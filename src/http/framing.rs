//! Where a message's body ends (RFC 9112 §6.3).

use super::{FieldLine, StartLine};

/// How a body is framed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Framing {
    /// There is none.
    Nothing,
    /// So many bytes, at least 1.
    Length(u64),
    /// So many bytes, at least 1, or none if the request that is not known was HEAD.
    Doubtful(u64),
    /// The chunked transfer coding.
    Chunked,
    /// Until the stream ends.
    UntilClose,
    /// What follows is no HTTP any more: a tunnel (CONNECT), or another protocol (101).
    Other,
}

/// How a message's body is framed, and whether its fields contradict each other.
pub(super) fn framing(start: &StartLine, said: Said, method: Option<&[u8]>) -> (Framing, bool) {
    let Said { length, coding, ambiguous } = said;
    match *start {
        StartLine::Response { status, .. } => {
            let framing = match (status, method) {
                (101, _) => Framing::Other,
                (200..=299, Some(b"CONNECT")) => Framing::Other,
                (100..=199 | 204 | 304, _) | (_, Some(b"HEAD")) => Framing::Nothing,
                _ => match (coding, length) {
                    (Coding::Chunked, _) => Framing::Chunked,
                    (Coding::Other, _) | (Coding::None, None) => Framing::UntilClose,
                    (Coding::None, Some(0)) => Framing::Nothing,
                    (Coding::None, Some(length)) => Framing::Length(length),
                },
            };
            (framing, ambiguous)
        }
        // A request whose last coding is not chunked has no length that could be told (§6.3 item 4): it gets none.
        StartLine::Request { .. } => {
            let framing = match (coding, length) {
                (Coding::Chunked, _) => Framing::Chunked,
                (Coding::None, Some(length)) if length > 0 => Framing::Length(length),
                _ => Framing::Nothing,
            };
            (framing, ambiguous || coding == Coding::Other)
        }
    }
}

/// The last transfer coding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Coding {
    None,
    Chunked,
    Other,
}

/// What the field lines of a head say of its body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Said {
    length: Option<u64>,
    coding: Coding,
    /// They contradict each other.
    ambiguous: bool,
}

impl Said {
    /// What no line says.
    pub(super) const NOTHING: Self = Self { length: None, coding: Coding::None, ambiguous: false };
}

/// Whether a line may say something of the body: nearly every line is told by the length of its name.
#[inline]
pub(super) fn may_say(line: &FieldLine) -> bool {
    matches!(line.name.end.wrapping_sub(line.name.start), 14 | 17)
}

/// What the lines say.
pub(super) fn said(raw: &[u8], lines: &[FieldLine]) -> Said {
    let (mut length, mut coding, mut ambiguous, mut lengths) = (None, Coding::None, false, false);
    for line in lines {
        if !may_say(line) {
            continue;
        }
        let name = line.name.of(raw);
        match name.len() {
            14 if name.eq_ignore_ascii_case(b"content-length") => {
                lengths = true;
                let value = line.value.of(raw);
                let alone = number(value);
                if alone.is_some() && length.is_none() {
                    length = alone;
                    continue;
                }
                for part in value.split(|&b| b == b',') {
                    match (number(part.trim_ascii()), length) {
                        (None, _) => ambiguous = true,
                        (Some(new), Some(old)) => ambiguous |= new != old,
                        (new, None) => length = new,
                    }
                }
            }
            17 if name.eq_ignore_ascii_case(b"transfer-encoding") => {
                let value = line.value.of(raw);
                let last = value.rsplit(|&b| b == b',').next().unwrap_or_default();
                let last = last.split(|&b| b == b';').next().unwrap_or_default().trim_ascii();
                if last.eq_ignore_ascii_case(b"chunked") {
                    coding = Coding::Chunked;
                } else if !last.is_empty() && !last.eq_ignore_ascii_case(b"identity") {
                    coding = Coding::Other;
                }
            }
            _ => {}
        }
    }
    Said { length, coding, ambiguous: ambiguous || (lengths && coding != Coding::None) }
}

fn number(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    if digits.len() <= 19 {
        // Below 10^19, which fits.
        return Some(digits.iter().fold(0u64, |n, &b| n.wrapping_mul(10).wrapping_add(u64::from(b & 0xf))));
    }
    digits.iter().try_fold(0u64, |n, &b| {
        b.is_ascii_digit().then_some(())?;
        n.checked_mul(10)?.checked_add(u64::from(b & 0xf))
    })
}
