//! Heads that repeat are recognised, not parsed.
//!
//! Clients and servers send nearly the same head again and again. A head is compared with the last one of its kind that
//! was sent to, or by, the same port; each line that is the same to its end, and whose next byte is the same, has the
//! spans of the line before. Lines in between are split by a plain reader, which takes only what is beyond doubt. Whatever
//! it does not take goes to [`parse::strict`] as a whole, so that both answer alike (a property test holds them together).
//!
//! Each byte is looked at a bounded number of times; what is kept is bounded by [`LONGEST`] a head.
//!
//! What is added are places in a slice and small numbers. No slice is longer than `isize::MAX`, so no such sum wraps:
//! `wrapping_add` is an addition that need not look.

use memchr::memchr;

use super::framing::{Said, may_say, said as said_by};
use super::lenient::Split;
use super::parse::{self, Strict, USUAL_LINES};
use super::start::{LONGEST_METHOD, is_token};
use super::{FieldLine, HeadFlags, Layout, MessageKind, Range, StartLine};

/// Heads of each kind that are remembered, by port.
const WAYS: usize = 16;
/// Longer heads are not remembered.
const LONGEST: usize = 4 << 10;

/// The last heads.
#[derive(Debug, Default)]
pub(super) struct Repeats {
    known: Vec<Known>,
}

impl Repeats {
    /// Parses a head where it lies, as [`parse::strict`] does; `port` is the server's.
    pub(super) fn strict(&mut self, port: u16, bytes: &[u8], kind: MessageKind, lines: &mut Vec<FieldLine>) -> Strict {
        if self.known.is_empty() {
            self.known.resize_with(2 * WAYS, Known::default);
        }
        // Ports that are multiples of each other do not meet.
        let way = usize::from(port.wrapping_mul(40503) >> 12);
        let known = self.known.get_mut((way << 1) | usize::from(kind == MessageKind::Response));
        let head = known.and_then(|known| known.read(bytes, kind, lines));
        head.unwrap_or_else(|| parse::strict(bytes, kind, lines))
    }
}

/// A regular head, whose lines all end with CRLF. Each line begins where the one before it ends, two bytes behind.
#[derive(Debug)]
struct Known {
    raw: Vec<u8>,
    lines: Vec<FieldLine>,
    start: Option<(StartLine, Range)>,
    said: Said,
    layout: Layout,
}

impl Default for Known {
    fn default() -> Self {
        Self { raw: Vec::new(), lines: Vec::new(), start: None, said: Said::NOTHING, layout: Layout::default() }
    }
}

impl Known {
    /// A whole head; nothing where that is not beyond doubt.
    fn read(&mut self, bytes: &[u8], kind: MessageKind, lines: &mut Vec<FieldLine>) -> Option<Strict> {
        lines.clear();
        // Where the next line begins here and in the known head, and how far that is the same from there on.
        let (mut at, mut old, mut same);
        let start_line;
        // Not copied where it is the known one.
        let mut new_start = None;
        // The first thing that differs.
        let mut differs = None;
        let common = same_bytes(&self.raw, bytes);
        match self.start {
            Some((_, line)) if behind(line) < common => {
                start_line = line;
                (at, old, same) = (behind(line), behind(line), common);
            }
            known => {
                let new = start_of(bytes, kind)?;
                start_line = new.1;
                new_start = Some(new);
                at = behind(start_line);
                old = known.map_or(usize::MAX, |(_, line)| behind(line));
                same = self.same_from(old, bytes, at);
                differs = Some((0, 0));
            }
        }
        let mut until = (at, 0);
        let mut index = 0;
        // All lines lie as in the known head, and have the same names.
        let mut alike = self.start.is_some_and(|(_, known)| known == start_line);
        // Whether a line differs that says something of the body.
        let mut says_else = false;
        loop {
            if bytes.get(at..)?.starts_with(b"\r\n") {
                break;
            }
            if lines.len() == USUAL_LINES {
                return None;
            }
            // All lines that are the same at once, wherever they lie now.
            let known = self.lines.get(index..).unwrap_or_default();
            let room = USUAL_LINES.saturating_sub(lines.len());
            let run = known.iter().take_while(|known| behind(known.line) < same).count().min(room);
            if let (Some(run), Some(last)) = (known.get(..run), run.checked_sub(1).and_then(|last| known.get(last))) {
                if at == old {
                    lines.extend_from_slice(run);
                } else {
                    lines.extend(run.iter().map(|line| moved(*line, old, at)));
                }
                index = index.wrapping_add(run.len());
                // The known line begins at `old`.
                at = at.wrapping_add(behind(last.line).wrapping_sub(old));
                old = behind(last.line);
                continue;
            }
            let known = known.first().copied();
            index = index.wrapping_add(1);
            differs.get_or_insert((at, lines.len()));
            // A name that is the same to its colon is one.
            let name = known.map(|known| known.name.end as usize).filter(|&end| same > end);
            let name = name.map(|end| end.wrapping_sub(old));
            let line = line_of(bytes, at, name)?;
            at = behind(line.line);
            alike &= name.is_some() && known == Some(line);
            says_else |= may_say(&line) || known.is_some_and(|known| may_say(&known));
            lines.push(line);
            until = (at, lines.len());
            old = known.map_or(usize::MAX, |known| behind(known.line));
            same = self.same_from(old, bytes, at);
        }
        let length = at.wrapping_add(2);
        let (mut said, mut layout) = (self.said, self.layout);
        if differs.is_some() || length != self.raw.len() {
            let head = bytes.get(..length)?;
            if says_else || lines.len() != self.lines.len() {
                said = said_by(head, lines);
            }
            layout = if alike && lines.len() == self.lines.len() { self.layout } else { Layout::another() };
            self.learn(head, lines, new_start, (said, layout), differs.filter(|_| at == old), until);
        }
        // Copied from where it lies.
        let (start, _) = new_start.as_ref().or(self.start.as_ref())?;
        Some(Strict::Whole(length, Split { start: *start, start_line, flags: HeadFlags::default(), said: Some(said), layout }))
    }

    /// How far the known head is the same, from a line of it on, as these bytes from a line of theirs on.
    fn same_from(&self, old: usize, bytes: &[u8], at: usize) -> usize {
        match (self.raw.get(old..), bytes.get(at..)) {
            (Some(known), Some(bytes)) => old.wrapping_add(same_bytes(known, bytes)),
            _ => 0,
        }
    }

    /// Remembers a head; where places are the same, only what lies between the first and the last difference.
    fn learn(
        &mut self,
        head: &[u8],
        lines: &[FieldLine],
        new_start: Option<(StartLine, Range)>,
        (said, layout): (Said, Layout),
        from: Option<(usize, usize)>,
        until: (usize, usize),
    ) {
        if let Some(from) = from
            && head.len() == self.raw.len()
            && lines.len() == self.lines.len()
            && let (Some(old), Some(new)) = (self.raw.get_mut(from.0..until.0), head.get(from.0..until.0))
            && let (Some(old_lines), Some(new_lines)) = (self.lines.get_mut(from.1..until.1), lines.get(from.1..until.1))
        {
            old.copy_from_slice(new);
            old_lines.copy_from_slice(new_lines);
            (self.start, self.said, self.layout) = (new_start.or(self.start), said, layout);
        } else if head.len() <= LONGEST {
            self.raw.clear();
            self.raw.extend_from_slice(head);
            self.lines.clear();
            self.lines.extend_from_slice(lines);
            (self.start, self.said, self.layout) = (new_start.or(self.start), said, layout);
        }
    }
}

/// Where the line behind one begins.
#[inline]
pub(super) fn behind(line: Range) -> usize {
    (line.end as usize).saturating_add(2)
}

/// A line that lay in one that began at `old`, which begins at `at` now.
#[inline]
pub(super) fn moved(line: FieldLine, old: usize, at: usize) -> FieldLine {
    let by = Range::new(old, at);
    let by = by.end.wrapping_sub(by.start);
    let range = |range: Range| Range { start: range.start.wrapping_add(by), end: range.end.wrapping_add(by) };
    FieldLine { name: range(line.name), value: range(line.value), line: range(line.line) }
}

/// How many bytes are the same from the beginning on.
#[inline]
pub(crate) fn same_bytes(a: &[u8], b: &[u8]) -> usize {
    let ((blocks, _), (others, _)) = (a.as_chunks::<32>(), b.as_chunks::<32>());
    let same = blocks.iter().zip(others).take_while(|(a, b)| a == b).count().wrapping_mul(32);
    let (a, b) = (a.get(same..).unwrap_or_default(), b.get(same..).unwrap_or_default());
    let mut rest = 0usize;
    for (a, b) in a.as_chunks::<8>().0.iter().zip(b.as_chunks::<8>().0) {
        let difference = u64::from_le_bytes(*a) ^ u64::from_le_bytes(*b);
        if difference != 0 {
            return same.wrapping_add(rest).wrapping_add((difference.trailing_zeros() / 8) as usize);
        }
        rest = rest.wrapping_add(8);
    }
    let (a, b) = (a.get(rest..).unwrap_or_default(), b.get(rest..).unwrap_or_default());
    same.wrapping_add(rest).wrapping_add(a.iter().zip(b).take_while(|(a, b)| a == b).count())
}

/// Whether lines lie in the same places.
#[inline]
pub(crate) fn same_places(a: &[FieldLine], b: &[FieldLine]) -> bool {
    let differ = |a: &FieldLine, b: &FieldLine| {
        let range = |a: Range, b: Range| (a.start ^ b.start) | (a.end ^ b.end);
        range(a.name, b.name) | range(a.value, b.value) | range(a.line, b.line)
    };
    a.len() == b.len() && a.iter().zip(b).fold(0, |all, (a, b)| all | differ(a, b)) == 0
}

/// By byte: whether it may stand in a field name.
#[expect(clippy::indexing_slicing, clippy::cast_possible_truncation, reason = "evaluated when the program is compiled")]
const TOKEN: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = is_token(byte as u8);
        byte += 1;
    }
    table
};

#[inline]
fn is_space(byte: u8) -> bool {
    byte == b' ' || byte == b'\t'
}

/// A field line that begins here, beyond doubt; `name` is the length of its name, where that is known.
fn line_of(bytes: &[u8], at: usize, name: Option<usize>) -> Option<FieldLine> {
    let rest = bytes.get(at..)?;
    let end_of_name = || rest.iter().position(|&b| !TOKEN.get(usize::from(b)).copied().unwrap_or_default());
    let colon = name.or_else(end_of_name)?;
    if colon == 0 || rest.get(colon) != Some(&b':') {
        return None;
    }
    let end = end_of_line(rest)?;
    // A line that begins with white space goes on with this one.
    if rest.get(end.wrapping_add(2)).is_none_or(|&next| is_space(next)) {
        return None;
    }
    let behind_colon = colon.wrapping_add(1);
    let value = rest.get(behind_colon..end)?;
    let begin = value.iter().position(|&b| !is_space(b)).unwrap_or(value.len());
    let value = value.get(begin..)?;
    let length = value.iter().rposition(|&b| !is_space(b)).map_or(0, |last| last.wrapping_add(1));
    let begin = at.wrapping_add(behind_colon).wrapping_add(begin);
    let range = |begin: usize, length: usize| Range::new(begin, begin.wrapping_add(length));
    Some(FieldLine { name: range(at, colon), value: range(begin, length), line: range(at, end) })
}

/// Where a line ends that ends with CRLF and holds no control byte but tabs.
fn end_of_line(rest: &[u8]) -> Option<usize> {
    let end = memchr(b'\n', rest)?.checked_sub(1)?;
    let line = rest.get(..end)?;
    // No early end: this way it is done for many bytes at once.
    let odd = line.iter().fold(0, |odd, &b| odd | u8::from(b < b' ') & u8::from(b != b'\t') | u8::from(b == 0x7f));
    (rest.get(end) == Some(&b'\r') && odd == 0).then_some(end)
}

/// A start line, beyond doubt.
fn start_of(bytes: &[u8], kind: MessageKind) -> Option<(StartLine, Range)> {
    let end = end_of_line(bytes)?;
    let line = bytes.get(..end)?;
    let start = match kind {
        MessageKind::Request => {
            let method = line.iter().position(|&b| b == b' ')?;
            let target = end.checked_sub(9)?;
            let version: &[u8; 9] = line.get(target..)?.first_chunk()?;
            let regular = (1..=LONGEST_METHOD).contains(&method)
                && line.get(..method)?.iter().all(|&b| is_token(b))
                && matches!(version, b" HTTP/1.1" | b" HTTP/1.0");
            let begin = method.wrapping_add(1);
            let bytes = line.get(begin..target)?;
            if !regular || bytes.is_empty() || !bytes.iter().all(u8::is_ascii_graphic) {
                return None;
            }
            StartLine::Request {
                method: Range::new(0, method),
                target: Range::new(begin, target),
                version: Range::new(target.wrapping_add(1), end),
            }
        }
        MessageKind::Response => {
            let [b'H', b'T', b'T', b'P', b'/', b'1', b'.', b'0' | b'1', b' ', code @ .., b' '] = line.first_chunk::<13>()? else {
                return None;
            };
            if !code.iter().all(u8::is_ascii_digit) {
                return None;
            }
            // At most 999.
            let status = code.iter().fold(0u16, |status, &digit| status.wrapping_mul(10).wrapping_add(u16::from(digit & 0xf)));
            StartLine::Response { version: Range::new(0, 8), status, reason: Range::new(13, end) }
        }
    };
    Some((start, Range::new(0, end)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Reads heads one after the other with one memory, each as the plain parse does. How many it knew.
    fn both(heads: &[&[u8]], kind: MessageKind) -> usize {
        let mut repeats = Repeats::default();
        let (mut lines, mut plain_lines) = (Vec::new(), Vec::new());
        let mut taken = 0;
        let mut layouts: Vec<(Layout, Range, Vec<FieldLine>, &[u8])> = Vec::new();
        for head in heads {
            let plain = parse::strict(head, kind, &mut plain_lines);
            let mut known = Known::default();
            taken += usize::from(known.read(head, kind, &mut lines).is_some());
            let got = repeats.strict(80, head, kind, &mut lines);
            let told = match got {
                Strict::Whole(length, split) => Strict::Whole(length, Split { said: None, layout: Layout::default(), ..split }),
                other => other,
            };
            assert_eq!(format!("{told:?}"), format!("{plain:?}"), "{:?}", head.escape_ascii().to_string());
            if let (Strict::Whole(..), Strict::Whole(_, split)) = (plain, got) {
                for (layout, start_line, lines, raw) in layouts.iter().filter(|(layout, ..)| layout.is_as(split.layout)) {
                    assert!(start_line == &split.start_line && same_places(lines, &plain_lines), "{layout:?}");
                    assert!(lines.iter().all(|line| line.name.of(raw) == line.name.of(head)), "{layout:?}");
                }
                layouts.push((split.layout, split.start_line, plain_lines.clone(), head));
                let said = split.said.unwrap_or_else(|| said_by(head, &plain_lines));
                assert_eq!(said, said_by(head, &plain_lines), "{:?}", head.escape_ascii().to_string());
                assert_eq!(lines, plain_lines, "{:?}", head.escape_ascii().to_string());
            }
        }
        taken
    }

    #[test]
    fn what_repeats_is_read_as_what_is_new() {
        let heads: [&[u8]; 9] = [
            b"GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\nY: 2\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\nY: 2\r\n\r\nbehind",
            b"GET / HTTP/1.1\r\nHost: a\r\nX: 3\r\nY: 2\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: a\r\nX: 333\r\nY: 2\r\n\r\n",
            b"POST /longer HTTP/1.0\r\nHost: a\r\nX: 333\r\nY: 2\r\nZ:\t 4 \r\n\r\n",
            b"POST /longer HTTP/1.0\r\nHost: a\r\n\r\n",
            b"POST /longer HTTP/1.0\r\n\r\n",
            b"POST /longer HTTP/1.0\r\nHost:\r\nX: \r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: a\r\nX: 3\r\nY: 2\r\n\r\n",
        ];
        assert_eq!(both(&heads, MessageKind::Request), heads.len());
        let heads: [&[u8]; 4] = [
            b"HTTP/1.1 200 OK\r\nServer: a\r\nDate: 1\r\n\r\nbody",
            b"HTTP/1.1 200 OK\r\nServer: a\r\nDate: 2\r\n\r\nbody",
            b"HTTP/1.1 404 Not Found\r\nServer: a\r\nDate: 2\r\n\r\n",
            b"HTTP/1.0 204 \r\n\r\n",
        ];
        assert_eq!(both(&heads, MessageKind::Response), heads.len());
    }

    #[test]
    fn what_is_odd_is_left_to_the_usual_way() {
        let known = b"GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\n\r\n".as_slice();
        for odd in [
            b"GET / HTTP/1.1\r\nHost: a\r\n X: 1\r\n\r\n".as_slice(),
            b"GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\n b\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: a\nX: 1\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\n\n",
            b"GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\n",
            b"GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\n\r",
            b"GET / HTTP/1.1\r\nHost: a\r\nX : 1\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: a\r\nX: \x01\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: a\r\n: a\r\n\r\n",
            b"GET  / HTTP/1.1\r\nHost: a\r\n\r\n",
            b"GET / HTTP/2.0\r\nHost: a\r\n\r\n",
            b"GET /\xc3\xa4 HTTP/1.1\r\nHost: a\r\n\r\n",
            b"\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
            b"",
        ] {
            assert_eq!(both(&[known, odd, known], MessageKind::Request), 2, "{:?}", odd.escape_ascii().to_string());
        }
        for odd in [b"HTTP/1.1 200\r\nA: b\r\n\r\n".as_slice(), b"HTTP/1.1 2x0 OK\r\nA: b\r\n\r\n", b"HTTP/1.1 200 O\x7f\r\n\r\n"]
        {
            assert_eq!(both(&[odd], MessageKind::Response), 0);
        }
        let many = [b"GET / HTTP/1.1\r\n".as_slice(), &b"A: b\r\n".repeat(USUAL_LINES + 1), b"\r\n"].concat();
        assert_eq!(both(&[&many, &many], MessageKind::Request), 0);
    }

    #[test]
    fn long_heads_are_not_kept() {
        let long = [b"GET / HTTP/1.1\r\nA: ".as_slice(), &[b'a'; LONGEST], b"\r\n\r\n"].concat();
        let mut known = Known::default();
        assert!(known.read(&long, MessageKind::Request, &mut Vec::new()).is_some());
        assert!(known.raw.is_empty());
    }

    fn line() -> impl Strategy<Value = Vec<u8>> {
        let piece = prop_oneof![
            20 => Just("Host: a\r\n"), 10 => Just("X-Id: 1234\r\n"), 10 => Just("X-Id: 99\r\n"), 5 => Just("Empty:\r\n"),
            5 => Just("Spaces: \t a b \t\r\n"), 3 => Just("Host: a\n"), 2 => Just(" folded\r\n"), 2 => Just("Bad name: a\r\n"),
            1 => Just("\r\n"), 1 => Just("\n"), 1 => Just("\r"), 1 => Just("no colon\r\n"), 1 => Just("A: \u{1}\r\n"),
            5 => Just("Content-Length: 4\r\n"), 5 => Just("Content-Length: 15\r\n"), 4 => Just("Content-Lengtf: 4\r\n"), 5 => Just("X-Ix: 1234\r\n"),
            3 => Just("Transfer-Encoding: chunked\r\n"), 2 => Just("Transfer-Encoding: gzip\r\n"),
        ];
        piece.prop_map(|text| text.as_bytes().to_vec())
    }

    fn head(starts: &'static [&'static str]) -> impl Strategy<Value = Vec<u8>> {
        let lines = proptest::collection::vec(line(), 0..8);
        (proptest::sample::select(starts), lines, any::<bool>(), 0..200usize, any::<u8>(), 0..20u8).prop_map(
            |(start, lines, whole, place, byte, change)| {
                let mut head = [start.as_bytes(), &lines.concat(), if whole { b"\r\n" } else { b"" }].concat();
                if change == 0
                    && let Some(at) = head.get_mut(place)
                {
                    *at = byte;
                }
                head
            },
        )
    }

    proptest! {
        #[test]
        fn both_ways_agree_on_requests(
            heads in proptest::collection::vec(head(&["GET / HTTP/1.1\r\n", "GET /a?b HTTP/1.1\r\n", "POST / HTTP/1.0\r\n",
                "GET / HTTP/1.1\n", "GET /\r\n", "G ET / HTTP/1.1\r\n"]), 1..12),
        ) {
            both(&heads.iter().map(Vec::as_slice).collect::<Vec<_>>(), MessageKind::Request);
        }

        #[test]
        fn both_ways_agree_on_responses(
            heads in proptest::collection::vec(head(&["HTTP/1.1 200 OK\r\n", "HTTP/1.1 404 Not Found\r\n", "HTTP/1.0 200\r\n",
                "HTTP/1.1 200 \r\n", "HTTP/1.1 2000\r\n", "HTTP/1.1 200 \u{e4}\r\n"]), 1..12),
        ) {
            both(&heads.iter().map(Vec::as_slice).collect::<Vec<_>>(), MessageKind::Response);
        }

        #[test]
        fn equal_bytes_are_counted(a in proptest::collection::vec(0..2u8, 0..200), b in proptest::collection::vec(0..2u8, 0..200),
                                   common in proptest::collection::vec(any::<u8>(), 0..100)) {
            let (a, b) = ([common.clone(), a].concat(), [common, b].concat());
            prop_assert_eq!(same_bytes(&a, &b), a.iter().zip(&b).take_while(|(a, b)| a == b).count());
        }
    }
}
