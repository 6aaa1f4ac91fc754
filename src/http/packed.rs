//! Heads that wait, kept small: as what tells them apart from another one.
//!
//! A request waits for its response, and a response for the end of its body. On ten thousand connections that is memory,
//! and memory that is cold when it is read again. Heads that are sent to one port are nearly the same, so one of them is
//! shared as a [`Pattern`], and of a head that waits only the lines are kept that are not as in it. What comes back is the
//! same to the byte (a property test holds it so). A head without a pattern is kept whole, and so are the first few: to copy
//! them is quicker than to compare them, and they stay in the cache.
//!
//! What is kept is counted, patterns as long as anything refers to them.

use std::cell::Cell;
use std::rc::Rc;

use smallvec::SmallVec;

use super::repeats::{behind, moved, same_bytes, same_places};
use super::{FieldLine, Head, HeadBuf, HeadRef, Layout, Origin, Range};

/// Patterns that are known at a time, by port, kind and number of lines.
const PATTERNS: usize = 64;
/// Longer heads, and heads with more lines, have no pattern.
const LONGEST: usize = 4 << 10;
const MOST_LINES: usize = 64;
/// After so many heads in a row that are unlike it, a pattern gives way to the last of them.
const PATIENCE: u8 = 8;
/// Space that is kept to be used again is no larger.
const SMALL: usize = 4 << 10;
/// While so many wait, heads are kept whole; so many pieces of space are kept, too.
const FEW: usize = 256;
/// The number of a start line among the lines of a head; field lines are counted from 1.
const START: u16 = 0;

/// A head that others are compared with.
#[derive(Debug)]
struct Pattern {
    raw: Vec<u8>,
    start_line: Range,
    layout: Layout,
    lines: Vec<FieldLine>,
    /// What patterns hold in all.
    held: Rc<Cell<usize>>,
}

impl Pattern {
    fn new(head: &HeadRef<'_>, held: &Rc<Cell<usize>>) -> Self {
        let pattern = Self {
            raw: head.raw.to_vec(),
            start_line: head.head.start_line,
            layout: head.head.layout,
            lines: head.lines.to_vec(),
            held: Rc::clone(held),
        };
        held.set(held.get().saturating_add(pattern.size()));
        pattern
    }

    fn size(&self) -> usize {
        self.raw.len().saturating_add(self.lines.len().saturating_mul(size_of::<FieldLine>())).saturating_add(size_of::<Self>())
    }
}

impl Drop for Pattern {
    fn drop(&mut self) {
        self.held.set(self.held.get().saturating_sub(self.size()));
    }
}

/// A head that is kept.
#[derive(Debug)]
pub(super) struct Packed {
    /// What is of one size.
    pub(super) head: Head,
    form: Form,
}

/// A changed line or two need no space of their own.
type Changes = SmallVec<[u8; 96]>;

/// Start line and lines of a head.
#[derive(Debug)]
enum Form {
    /// None.
    Empty,
    /// The lines that are not as in a pattern, as [`write`] writes them.
    Like(Rc<Pattern>, Changes),
    /// All of it.
    Whole(Box<Space>),
}

/// Space to which a head is restored.
#[derive(Debug, Default)]
pub(super) struct Space {
    raw: Vec<u8>,
    lines: Vec<FieldLine>,
}

impl Space {
    /// The head that was restored here.
    pub(super) fn of<'a>(&'a self, head: &'a Head) -> HeadRef<'a> {
        HeadRef { raw: &self.raw, lines: &self.lines, head }
    }

    fn size(&self) -> usize {
        let lines = self.lines.capacity().saturating_mul(size_of::<FieldLine>());
        self.raw.capacity().saturating_add(lines).saturating_add(size_of::<Self>())
    }

    fn copy_from(&mut self, head: &HeadRef<'_>) {
        self.raw.clear();
        self.raw.extend_from_slice(head.raw);
        self.lines.clear();
        self.lines.extend_from_slice(head.lines);
    }
}

impl Packed {
    /// Restores the head in this space, to be shown by [`Space::of`].
    pub(super) fn restore(&self, space: &mut Space) -> Head {
        match &self.form {
            Form::Whole(whole) => space.copy_from(&whole.of(&self.head)),
            Form::Like(pattern, changes) => apply(pattern, changes, space),
            Form::Empty => *space = Space::default(),
        }
        self.head
    }

    /// What it holds beside its pattern, with what it stands in.
    fn size(&self) -> usize {
        const PLACE: usize = 2 * size_of::<Packed>();
        PLACE.saturating_add(match &self.form {
            Form::Empty => 0,
            Form::Like(_, changes) if changes.spilled() => changes.capacity(),
            Form::Like(..) => 0,
            Form::Whole(space) => space.size(),
        })
    }
}

/// Packs heads.
#[derive(Debug)]
pub(super) struct Packer {
    /// See [`FEW`].
    few: usize,
    /// How many heads wait.
    waiting: usize,
    /// With each, how many heads in a row were unlike it.
    patterns: Vec<Option<(Rc<Pattern>, u8)>>,
    /// What packed heads hold beside patterns.
    held: usize,
    of_patterns: Rc<Cell<usize>>,
    changes: Vec<u8>,
    #[expect(clippy::vec_box, reason = "the boxes are what is used again")]
    spare: Vec<Box<Space>>,
}

impl Default for Packer {
    fn default() -> Self {
        Self {
            few: FEW,
            waiting: 0,
            patterns: Vec::new(),
            held: 0,
            of_patterns: Rc::default(),
            changes: Vec::new(),
            spare: Vec::new(),
        }
    }
}

impl Packer {
    /// What is held in all.
    #[inline]
    pub(super) fn held(&self) -> usize {
        self.held.saturating_add(self.of_patterns.get())
    }

    #[cfg(test)]
    pub(super) fn held_beside_patterns(&self) -> usize {
        self.held
    }

    /// Keeps a head.
    pub(super) fn pack(&mut self, head: &HeadRef<'_>) -> Packed {
        let mut packed = Packed { head: *head.head, form: Form::Empty };
        self.pack_into(&mut packed, head);
        packed
    }

    /// The same, in the place of one that was let go.
    pub(super) fn pack_into(&mut self, packed: &mut Packed, head: &HeadRef<'_>) {
        self.let_go(packed);
        packed.head = *head.head;
        let pattern = if self.waiting < self.few { None } else { self.pattern(head) };
        packed.form = match pattern {
            Some(pattern) => Form::Like(pattern, Changes::from_slice(&self.changes)),
            None => {
                let mut space = self.spare.pop().unwrap_or_default();
                space.copy_from(head);
                Form::Whole(space)
            }
        };
        self.waiting = self.waiting.saturating_add(1);
        self.held = self.held.saturating_add(packed.size());
    }

    /// Lets a head go; small space of it is used again.
    pub(super) fn let_go(&mut self, packed: &mut Packed) {
        if matches!(packed.form, Form::Empty) {
            return;
        }
        self.waiting = self.waiting.saturating_sub(1);
        self.held = self.held.saturating_sub(packed.size());
        if let Form::Whole(space) = std::mem::replace(&mut packed.form, Form::Empty)
            && space.size() <= SMALL
            && self.spare.len() < FEW
        {
            self.spare.push(space);
        }
    }

    /// Lets a head go that goes on elsewhere.
    pub(super) fn unpack(&mut self, mut packed: Packed) -> HeadBuf {
        let mut space = Space::default();
        let head = packed.restore(&mut space);
        self.let_go(&mut packed);
        HeadBuf { raw: space.raw, lines: space.lines, head }
    }

    /// The pattern of a head, if it has one; `self.changes` are the changes to it then.
    fn pattern(&mut self, head: &HeadRef<'_>) -> Option<Rc<Pattern>> {
        if head.raw.len() > LONGEST || head.lines.len() > MOST_LINES {
            return None;
        }
        if self.patterns.is_empty() {
            self.patterns.resize(PATTERNS, None);
        }
        let place = self.patterns.get_mut(place(head)?)?;
        if let Some((pattern, unlike)) = place {
            if changes_in_place(pattern, head, &mut self.changes) || changes(pattern, head, &mut self.changes) {
                *unlike = 0;
                return Some(Rc::clone(pattern));
            }
            *unlike = unlike.saturating_add(1);
            if *unlike < PATIENCE {
                return None;
            }
        }
        if !is_regular(head) {
            return None;
        }
        let pattern = Rc::new(Pattern::new(head, &self.of_patterns));
        *place = Some((Rc::clone(&pattern), 0));
        self.changes.clear();
        Some(pattern)
    }
}

/// The place of a head's pattern.
fn place(head: &HeadRef<'_>) -> Option<usize> {
    let Origin::Packet { src, dst, .. } = head.head.at.origin else { return None };
    let (port, kind) = if head.is_request() { (dst.port, 1) } else { (src.port, 0) };
    let mixed = (u32::from(port) << 8 ^ u32::try_from(head.lines.len()).ok()? << 1 ^ kind).wrapping_mul(0x9e37_79b1);
    usize::try_from(mixed >> 26).ok()
}

/// Whether every line begins where the one before it ends, and the head ends behind the last one.
fn is_regular(head: &HeadRef<'_>) -> bool {
    let mut at = behind(head.head.start_line);
    for line in head.lines {
        if line.line.start as usize != at || !is_regular_line(line) {
            return false;
        }
        at = behind(line.line);
    }
    head.head.start_line.start == 0 && head.raw.get(at..) == Some(b"\r\n")
}

/// Whether name and value lie in their line.
fn is_regular_line(line: &FieldLine) -> bool {
    let within = |at: u32| (line.line.start..=line.line.end).contains(&at);
    line.name.start == line.line.start && within(line.name.end) && within(line.value.start) && within(line.value.end)
}

/// Writes down what of a head is not as in a pattern, where all lines lie in the same places; false where they do not, or
/// where much is not.
fn changes_in_place(pattern: &Pattern, head: &HeadRef<'_>, changes: &mut Vec<u8>) -> bool {
    let in_place = pattern.layout.is_as(head.head.layout)
        || pattern.start_line == head.head.start_line && same_places(&pattern.lines, head.lines);
    if !in_place || pattern.raw.len() != head.raw.len() {
        return false;
    }
    changes.clear();
    let most = head.raw.len() / 2;
    let (mut at, mut lines) = (0, (1..).zip(head.lines));
    while let (Some(old), Some(new)) = (pattern.raw.get(at..), head.raw.get(at..)) {
        at = at.saturating_add(same_bytes(old, new));
        if at >= head.raw.len() {
            return true;
        }
        let start = FieldLine { line: pattern.start_line, ..FieldLine::default() };
        let change = if at < behind(start.line) { Some((START, &start)) } else { lines.find(|(_, line)| at < behind(line.line)) };
        // The end of the head belongs to no line.
        let Some((number, line)) = change else { return false };
        write(changes, number, line, head.raw);
        if changes.len() > most {
            return false;
        }
        at = behind(line.line);
    }
    false
}

/// Writes down what of a head is not as in a pattern; false where that is much, where nothing is alike, or where the head is
/// not regular.
fn changes(pattern: &Pattern, head: &HeadRef<'_>, changes: &mut Vec<u8>) -> bool {
    if pattern.lines.len() != head.lines.len() {
        return false;
    }
    changes.clear();
    let most = head.raw.len() / 2;
    // How far the pattern is the same, from a place on, and how far apart that place is in it and in the head.
    let (mut same, mut apart) = (same_bytes(&pattern.raw, head.raw), 0);
    let start = FieldLine { name: Range::default(), value: Range::default(), line: head.head.start_line };
    if start.line.start != 0 {
        return false;
    }
    if pattern.start_line != start.line || same < behind(pattern.start_line) {
        write(changes, START, &start, head.raw);
    }
    let mut at = behind(start.line);
    for ((old, new), number) in pattern.lines.iter().zip(head.lines).zip(1..) {
        let (from, to) = (old.line.start, new.line.start);
        if to as usize != at {
            return false;
        }
        at = behind(new.line);
        if to.wrapping_sub(from) != apart || same < behind(old.line) {
            let (Some(known), Some(bytes)) = (pattern.raw.get(from as usize..), head.raw.get(to as usize..)) else {
                return false;
            };
            same = same_bytes(known, bytes).saturating_add(from as usize);
            apart = to.wrapping_sub(from);
        }
        if same < behind(old.line) || shape(old) != shape(new) {
            write(changes, number, new, head.raw);
            if changes.len() > most || !is_regular_line(new) {
                return false;
            }
        }
    }
    head.raw.get(at..) == Some(b"\r\n")
}

fn shape(line: &FieldLine) -> [u16; 4] {
    // Heads with patterns are short.
    [line.name.end, line.value.start, line.value.end, line.line.end].map(|at| (at.wrapping_sub(line.line.start) & 0xffff) as u16)
}

/// What a change begins with: the line's number and shape.
const FIXED: usize = 10;

fn write(changes: &mut Vec<u8>, number: u16, line: &FieldLine, raw: &[u8]) {
    let [name, value, value_end, end] = shape(line);
    for part in [number, name, value, value_end, end] {
        changes.extend_from_slice(&part.to_le_bytes());
    }
    changes.extend_from_slice(raw.get(line.line.start as usize..behind(line.line)).unwrap_or_default());
}

/// A change as [`write`] wrote it.
struct Change<'c> {
    number: u16,
    /// Where the name ends, the value begins and ends, and the line ends.
    shape: [u16; 4],
    /// The line with its line end.
    bytes: &'c [u8],
}

/// The change that stands first, and what stands behind it.
fn read(changes: &[u8]) -> Option<(Change<'_>, &[u8])> {
    let (fixed, rest) = changes.split_first_chunk::<FIXED>()?;
    let [number, name, value, value_end, end] = std::array::from_fn(|at| {
        let part = fixed.as_chunks::<2>().0.get(at).copied().unwrap_or_default();
        u16::from_le_bytes(part)
    });
    let (bytes, rest) = rest.split_at_checked(usize::from(end).saturating_add(2))?;
    Some((Change { number, shape: [name, value, value_end, end], bytes }, rest))
}

/// Restores a head from its pattern and the changes to it.
fn apply(pattern: &Pattern, mut changes: &[u8], space: &mut Space) {
    space.raw.clear();
    space.lines.clear();
    // How much of the pattern is done: its bytes and its lines.
    let mut done = (0, 0);
    while let Some((Change { number, shape: [name, value, value_end, end], bytes }, rest)) = read(changes) {
        changes = rest;
        let index = usize::from(number).checked_sub(1);
        let line = match index {
            None => pattern.start_line,
            Some(index) => pattern.lines.get(index).map(|line| line.line).unwrap_or_default(),
        };
        same(pattern, done, (line.start as usize, index.unwrap_or(0)), space);
        let from = Range::new(0, space.raw.len()).end;
        let at = |within: u16| from.saturating_add(u32::from(within));
        space.raw.extend_from_slice(bytes);
        if index.is_some() {
            space.lines.push(FieldLine {
                name: Range { start: from, end: at(name) },
                value: Range { start: at(value), end: at(value_end) },
                line: Range { start: from, end: at(end) },
            });
        }
        done = (behind(line), usize::from(number));
    }
    same(pattern, done, (pattern.raw.len(), pattern.lines.len()), space);
}

/// Takes bytes and lines from a pattern.
fn same(pattern: &Pattern, from: (usize, usize), until: (usize, usize), space: &mut Space) {
    let at = space.raw.len();
    space.raw.extend_from_slice(pattern.raw.get(from.0..until.0).unwrap_or_default());
    let lines = pattern.lines.get(from.1..until.1).unwrap_or_default();
    if at == from.0 {
        space.lines.extend_from_slice(lines);
    } else {
        space.lines.extend(lines.iter().map(|line| moved(*line, from.0, at)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::Timestamp;
    use crate::http::{CaptureId, Fidelity, Provenance, parse_head};
    use crate::wire::Endpoint;
    use proptest::prelude::*;

    fn head(text: &[u8], port: u16) -> HeadBuf {
        let end = |port| Endpoint { ip: std::net::Ipv4Addr::LOCALHOST.into(), port };
        let (src, dst) = if text.starts_with(b"HTTP/") { (end(port), end(1)) } else { (end(1), end(port)) };
        let origin = Origin::Packet { packet: 1, stream: 0, time: Timestamp::default(), src, dst };
        parse_head(text, Provenance { capture: CaptureId(0), origin }, Fidelity::WIRE)
    }

    /// Packs heads one behind the other, and restores them all. How many are like another one.
    fn through(texts: &[&[u8]]) -> usize {
        let mut packer = Packer { few: 0, ..Packer::default() };
        let heads: Vec<HeadBuf> = texts.iter().map(|text| head(text, 80)).collect();
        let mut packed: Vec<Packed> = heads.iter().map(|head| packer.pack(&head.as_ref())).collect();
        let like = packed.iter().filter(|packed| matches!(packed.form, Form::Like(..))).count();
        let mut space = Space::default();
        for (packed, whole) in packed.iter().zip(&heads) {
            let head = packed.restore(&mut space);
            let head = space.of(&head);
            assert_eq!((head.raw, head.lines), (whole.raw.as_slice(), whole.lines.as_slice()));
            assert_eq!(*head.head, whole.head);
        }
        packed.iter_mut().for_each(|packed| packer.let_go(packed));
        assert_eq!(packer.held, 0);
        let known: usize = packer.patterns.iter().flatten().map(|(pattern, _)| pattern.size()).sum();
        assert_eq!(packer.held(), known);
        like
    }

    #[test]
    fn what_differs_is_kept_and_the_rest_is_shared() {
        let of = |start: &str, id: &str, y: &str| {
            let agent = "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0";
            format!("{start}\r\nHost: a.example\r\n{agent}\r\n{id}\r\n{y}\r\n\r\n").into_bytes()
        };
        let heads = [
            of("GET / HTTP/1.1", "X-Id: 1", "Y: 2"),
            of("GET / HTTP/1.1", "X-Id: 1", "Y: 2"),
            of("GET / HTTP/1.1", "X-Id:   333 ", "Y: 2"),
            of("GET /longer HTTP/1.1", "X-Id: 1", "Y:2"),
            of("GET /longer HTTP/1.1", "X-Id: 1", "Y:"),
            of("GET / HTTP/1.0", "X-Xx: 1", "Y: 2"),
        ];
        let heads: Vec<&[u8]> = heads.iter().map(Vec::as_slice).collect();
        assert_eq!(through(&heads), heads.len());
        let answers: [&[u8]; 3] =
            [b"HTTP/1.1 200 OK\r\nA: b\r\n\r\n", b"HTTP/1.1 200 OK\r\nA: c\r\n\r\n", b"HTTP/1.1 204 No\r\nA: b\r\n\r\n"];
        assert_eq!(through(&answers), 2, "of the last more than half is unlike");
    }

    #[test]
    fn what_is_odd_is_kept_whole() {
        let odd: [&[u8]; 5] = [
            b"GET / HTTP/1.1\nHost: a\n\n",
            b"GET / HTTP/1.1\r\nHost: a\r\n b\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: a\r\nX: 1",
            b"GET / HTTP/1.1\r\n: a\r\nX: 1\n\r\n",
            b"",
        ];
        assert_eq!(through(&odd), 0);
        let long = [b"GET / HTTP/1.1\r\nA: ".as_slice(), &[b'a'; LONGEST], b"\r\n\r\n"].concat();
        assert_eq!(through(&[&long, &long]), 0);
        let many = [b"GET / HTTP/1.1\r\n".as_slice(), &b"A: b\r\n".repeat(MOST_LINES + 1), b"\r\n"].concat();
        assert_eq!(through(&[&many, &many]), 0);
    }

    #[test]
    fn another_kind_of_head_becomes_the_pattern() {
        let (a, b): (&[u8], &[u8]) =
            (b"GET / HTTP/1.1\r\nA: aaaaaaaaaaaaaaaaaaa\r\n\r\n", b"GET / HTTP/1.1\r\nB: bbbbbbbbbbbbbbbbbbb\r\n\r\n");
        let mut heads = vec![a];
        heads.extend(std::iter::repeat_n(b, usize::from(PATIENCE) + 3));
        assert_eq!(through(&heads), 1 + 4);
        // Where both come in turn, none gives way, and what is unlike is kept whole.
        let turns: Vec<&[u8]> = (0..20).map(|at| if at % 2 == 0 { a } else { b }).collect();
        assert_eq!(through(&turns), 10);
    }

    #[test]
    fn a_pattern_counts_as_long_as_a_head_needs_it() {
        let mut packer = Packer { few: 0, ..Packer::default() };
        let text = |byte: u8| [b"GET / HTTP/1.1\r\nA: ".as_slice(), &[byte; 1000], b"\r\n\r\n"].concat();
        let mut first = packer.pack(&head(&text(b'a'), 80).as_ref());
        let one = packer.held();
        for _ in 0..PATIENCE {
            let mut other = packer.pack(&head(&text(b'b'), 80).as_ref());
            packer.let_go(&mut other);
        }
        assert!(packer.held() > one + 1000, "both patterns count");
        packer.let_go(&mut first);
        assert!(packer.held() < one + 100, "one is left");
        packer.pack_into(&mut first, &head(&text(b'b'), 80).as_ref());
        assert!(packer.held() < one + 600, "what is alike is shared");
        let whole = packer.unpack(first);
        assert_eq!(whole.raw, text(b'b'));
    }

    #[test]
    fn the_first_few_are_kept_whole() {
        let mut packer = Packer { few: 2, ..Packer::default() };
        let head = head(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", 80);
        let mut packed: Vec<Packed> = (0..4).map(|_| packer.pack(&head.as_ref())).collect();
        let whole = |packed: &[Packed]| packed.iter().filter(|packed| matches!(packed.form, Form::Whole(_))).count();
        assert_eq!(whole(&packed), 2);
        packed.iter_mut().for_each(|packed| packer.let_go(packed));
        let packed = packer.pack(&head.as_ref());
        assert_eq!(whole(&[packed]), 1);
    }

    fn text() -> impl Strategy<Value = Vec<u8>> {
        let line = prop_oneof![
            20 => Just("Host: a.example.org\r\n"), 20 => Just("User-Agent: curl/8.5.0\r\n"), 10 => Just("X-Id: 1234\r\n"),
            10 => Just("X-Id: 99\r\n"), 5 => Just("Empty:\r\n"), 5 => Just("Spaces: \t a b \t\r\n"), 2 => Just("Host: a\n"),
            2 => Just(" folded\r\n"), 2 => Just("Bad name: a\r\n"), 1 => Just("no colon\r\n"), 1 => Just(": a\r\n"),
        ];
        let start =
            proptest::sample::select(vec!["GET / HTTP/1.1\r\n", "GET /a?b HTTP/1.1\r\n", "HTTP/1.1 200 OK\r\n", "GET /\n"]);
        (start, proptest::collection::vec(line, 0..8), 0..20u8).prop_map(|(start, lines, cut)| {
            let text = [start, &lines.concat(), if cut > 0 { "\r\n" } else { "" }].concat();
            text.into_bytes()
        })
    }

    proptest! {
        #[test]
        fn what_is_packed_comes_back(texts in proptest::collection::vec(text(), 1..30)) {
            through(&texts.iter().map(Vec::as_slice).collect::<Vec<_>>());
        }
    }
}
