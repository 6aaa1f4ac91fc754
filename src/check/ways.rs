//! The last head that went to, or came from, a port: what of the next one is the same.
//!
//! Heads of one kind repeat. Where all lines of a head have the names of the one before, the names need no look-up, and
//! lines that are the same to the byte are known as such, so that what was judged of them holds again. Only heads of the
//! wire without an oddity are remembered, bounded by [`LONGEST`] and [`MOST_LINES`].

use super::names::{NameId, Names};
use crate::http::{Fidelity, FieldLine, HeadRef, Layout, Origin, same_bytes, same_places};
use crate::wire::Endpoint;

/// Ways that are told apart, by port.
pub(super) const WAYS: usize = 16;
/// Longer heads are not remembered.
const LONGEST: usize = 4 << 10;
/// Heads with more lines are not remembered.
const MOST_LINES: usize = 64;

const NONE: u32 = u32::MAX;

/// Which lines of one head carry which interned name, and since when that is so.
#[derive(Debug, Default)]
pub(super) struct Way {
    /// The head, where it is remembered.
    raw: Vec<u8>,
    lines: Vec<FieldLine>,
    start_line: usize,
    layout: Layout,
    ends: Option<[Endpoint; 2]>,
    /// By name: generation, first line, last line.
    by_name: Vec<(u32, u32, u32)>,
    /// By line: the next line of the same name.
    next: Vec<u32>,
    /// By line: its name's number.
    ids: Vec<Option<NameId>>,
    /// The names that are there, each once.
    present: Vec<NameId>,
    generation: u32,
    pub(super) since: Since,
}

/// The numbers of the heads from which on something is as it is now.
#[derive(Debug, Default)]
pub(super) struct Since {
    /// Anything.
    pub(super) any: u64,
    /// The names of all lines.
    pub(super) names: u64,
    /// The start line.
    pub(super) start: u64,
    /// Each line.
    pub(super) lines: Vec<u64>,
    /// The source and the destination.
    pub(super) ends: [u64; 2],
}

/// The way of a head, counted from 1; 0 where it is not remembered.
pub(super) fn way_of(head: &HeadRef<'_>) -> usize {
    let Origin::Packet { src, dst, .. } = head.head.at.origin else { return 0 };
    // What is asked of a head of HTTP/2 is not only a matter of its lines: `:authority` answers for Host.
    let regular = head.head.flags.is_empty() && head.head.fidelity == Fidelity::WIRE && head.head.h2_stream.is_none();
    if !regular || head.raw.len() > LONGEST || head.lines.len() > MOST_LINES {
        return 0;
    }
    let port = if head.is_request() { dst.port } else { src.port };
    // Ports that are multiples of each other do not meet.
    1 + usize::from(port.wrapping_mul(40503) >> 12) % WAYS
}

impl Way {
    /// There is no head.
    pub(super) fn clear(&mut self, names: &Names) {
        self.generation = self.generation.wrapping_add(1);
        if self.generation == 0 {
            self.by_name.clear();
            self.generation = 1;
        }
        self.by_name.resize(names.len(), (0, NONE, NONE));
        self.next.clear();
        self.ids.clear();
        self.present.clear();
        self.raw.clear();
    }

    /// Looks up every line of a head.
    pub(super) fn fill(&mut self, names: &Names, head: &HeadRef<'_>) {
        self.clear(names);
        self.next.resize(head.lines.len(), NONE);
        for (at, line) in (0u32..).zip(head.lines) {
            let id = names.find(line.name.of(head.raw));
            self.ids.push(id);
            let Some(id) = id else { continue };
            let Some(entry) = self.by_name.get_mut(id.number()) else { continue };
            if entry.0 == self.generation {
                if head.head.h2_stream.is_some() && head.is_same_host(entry.2 as usize, at as usize) {
                    continue;
                }
                if let Some(next) = self.next.get_mut(entry.2 as usize) {
                    *next = at;
                }
                entry.2 = at;
            } else {
                *entry = (self.generation, at, at);
                self.present.push(id);
            }
        }
    }

    /// Remembers the head that was looked up, the `number`th.
    pub(super) fn remember(&mut self, head: &HeadRef<'_>, number: u64) {
        self.copy(head);
        self.ends = ends_of(head);
        let since = &mut self.since;
        (since.any, since.names, since.start, since.ends) = (number, number, number, [number; 2]);
        since.lines.clear();
        since.lines.resize(head.lines.len(), number);
    }

    fn copy(&mut self, head: &HeadRef<'_>) {
        self.raw.clear();
        self.raw.extend_from_slice(head.raw);
        self.lines.clear();
        self.lines.extend_from_slice(head.lines);
        self.start_line = head.head.start_line.end as usize;
        self.layout = head.head.layout;
    }

    /// Takes the `number`th head, where it has the same names as the one before, and notes what is not the same.
    /// Where it answers `false`, the head is to be looked up.
    pub(super) fn follow(&mut self, head: &HeadRef<'_>, number: u64) -> bool {
        if self.raw.is_empty() || self.lines.len() != head.lines.len() {
            return false;
        }
        self.follow_ends(head, number);
        let in_place = self.layout.is_as(head.head.layout)
            || self.start_line == head.head.start_line.end as usize && same_places(&self.lines, head.lines);
        if in_place && self.raw.len() == head.raw.len() {
            self.layout = head.head.layout;
            return self.follow_in_place(head, number);
        }
        // How far both are the same from a place on, and how far apart that place is in them.
        let mut same = same_bytes(&self.raw, head.raw);
        let mut apart = 0;
        let mut moved = false;
        if self.start_line != head.head.start_line.end as usize || same < self.start_line {
            (self.since.start, self.since.any) = (number, number);
            moved = true;
        }
        let mut line = 0;
        while let (Some(known), Some(lines)) = (self.lines.get(line..), head.lines.get(line..)) {
            // All lines that are the same at once.
            let run = known.iter().take_while(|known| known.line.end as usize <= same).count();
            let lines_of_run = lines.get(..run).unwrap_or_default();
            if run > 0 && are_moved(known.get(..run).unwrap_or_default(), lines_of_run, apart) {
                moved |= apart != 0;
                line += run;
                continue;
            }
            let (Some(old), Some(new)) = (known.first(), lines.first()) else { break };
            let (from, to) = (old.line.start, new.line.start);
            if to.wrapping_sub(from) != apart || same < old.line.end as usize {
                let (Some(known), Some(bytes)) = (self.raw.get(from as usize..), head.raw.get(to as usize..)) else {
                    return false;
                };
                same = from as usize + same_bytes(known, bytes);
                apart = to.wrapping_sub(from);
            }
            let alike = are_moved(&[*old], &[*new], apart);
            if !(alike && same >= old.line.end as usize) {
                // The name, and what stands behind it.
                let name = |line: &FieldLine| [line.name.start, line.name.end].map(|at| at.wrapping_sub(line.line.start));
                if name(old) != name(new) || same < old.name.end as usize {
                    return false;
                }
                if let Some(since) = self.since.lines.get_mut(line) {
                    (*since, self.since.any) = (number, number);
                }
                let place = self.raw.get_mut(from as usize..old.line.end as usize);
                match (place, head.raw.get(to as usize..new.line.end as usize)) {
                    (Some(old), Some(new)) if alike && apart == 0 => old.copy_from_slice(new),
                    _ => moved = true,
                }
            }
            moved |= apart != 0;
            line += 1;
        }
        if moved || self.raw.len() != head.raw.len() {
            self.copy(head);
        }
        true
    }

    /// The same for a head whose lines have the same places: only what differs is looked at.
    fn follow_in_place(&mut self, head: &HeadRef<'_>, number: u64) -> bool {
        let mut at = 0;
        let mut line = 0;
        loop {
            let (Some(old), Some(new)) = (self.raw.get(at..), head.raw.get(at..)) else { return false };
            at += same_bytes(old, new);
            if at >= head.raw.len() {
                return true;
            }
            self.since.any = number;
            let end = if at < self.start_line {
                self.since.start = number;
                self.start_line
            } else {
                while head.lines.get(line).is_some_and(|line| line.line.end as usize <= at) {
                    line += 1;
                }
                // Neither a name nor what stands between lines may differ.
                let (Some(lies), Some(since)) = (head.lines.get(line), self.since.lines.get_mut(line)) else { return false };
                if at <= lies.name.end as usize {
                    return false;
                }
                *since = number;
                lies.line.end as usize
            };
            if end <= at {
                return false;
            }
            match (self.raw.get_mut(at..end), head.raw.get(at..end)) {
                (Some(old), Some(new)) => old.copy_from_slice(new),
                _ => return false,
            }
            at = end;
        }
    }

    fn follow_ends(&mut self, head: &HeadRef<'_>, number: u64) {
        let ends = ends_of(head);
        if ends == self.ends {
            return;
        }
        for (at, since) in self.since.ends.iter_mut().enumerate() {
            let end = |ends: Option<[Endpoint; 2]>| ends.and_then(|ends| ends.get(at).copied());
            if end(ends) != end(self.ends) {
                (*since, self.since.any) = (number, number);
            }
        }
        self.ends = ends;
    }

    /// The interned names that are there, each once.
    pub(super) fn present(&self) -> &[NameId] {
        &self.present
    }

    /// By line: its name.
    pub(super) fn ids(&self) -> &[Option<NameId>] {
        &self.ids
    }

    /// The numbers of the first and the last line with a name.
    #[inline]
    pub(super) fn ends_of(&self, id: NameId) -> Option<(u32, u32)> {
        match self.by_name.get(id.number())? {
            (generation, first, last) if *generation == self.generation => Some((*first, *last)),
            _ => None,
        }
    }

    /// The next line with the name of a line.
    #[inline]
    pub(super) fn next(&self, at: u32) -> Option<u32> {
        self.next.get(at as usize).copied().filter(|next| *next != NONE)
    }
}

/// Whether lines lie as others do, all of them moved by as much.
#[inline]
fn are_moved(old: &[FieldLine], new: &[FieldLine], by: u32) -> bool {
    let places =
        |line: &FieldLine| [line.name.start, line.name.end, line.value.start, line.value.end, line.line.start, line.line.end];
    let differ = |old: &FieldLine, new: &FieldLine| {
        let (old, new) = (places(old), places(new));
        old.iter().zip(new).fold(0, |all, (old, new)| all | new.wrapping_sub(*old) ^ by)
    };
    old.len() == new.len() && old.iter().zip(new).fold(0, |all, (old, new)| all | differ(old, new)) == 0
}

fn ends_of(head: &HeadRef<'_>) -> Option<[Endpoint; 2]> {
    match head.head.at.origin {
        Origin::Packet { src, dst, .. } => Some([src, dst]),
        Origin::Line(_) | Origin::Entry { .. } | Origin::Log { .. } => None,
    }
}
