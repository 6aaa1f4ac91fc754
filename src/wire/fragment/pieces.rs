//! The fragments of one packet: no byte twice, and whether all are there.
//!
//! Operations cost the number of pieces that a fragment overlaps, and their bytes.

use std::collections::BTreeMap;

/// The most bytes that the payload of an IP packet has, and the most that a fragment may reach to.
pub(super) const MOST_BYTES: u32 = 65_535;

#[derive(Debug)]
struct Piece {
    data: Vec<u8>,
    /// Its length on the wire.
    wire: u32,
}

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Pieces {
    pieces: BTreeMap<u32, Piece>,
    /// How many bytes on the wire the pieces have.
    got: u32,
    /// Where the last fragment ends.
    end: Option<u32>,
    /// What the first fragment says that the packet carries.
    pub(super) protocol: u8,
}

/// What a fragment brought.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Brought {
    /// How many captured bytes are kept of it.
    pub(super) kept: usize,
    /// How many pieces more there are.
    pub(super) pieces: usize,
    /// It overlaps others, with other bytes.
    pub(super) conflicting: bool,
    /// It overlaps others without being a repeat of one.
    pub(super) overlapping: bool,
}

impl Pieces {
    /// Whether a fragment contradicts what others say of where the packet ends.
    pub(super) fn contradicts(&self, start: u32, wire: u32, last: bool) -> bool {
        let end = start.saturating_add(wire);
        match self.end {
            Some(known) => end > known || (last && end != known),
            None => last && self.pieces.last_key_value().is_some_and(|(&key, piece)| key.saturating_add(piece.wire) > end),
        }
    }

    /// Takes what of a fragment is not there yet: the first copy of a byte counts.
    pub(super) fn insert(&mut self, start: u32, data: &[u8], wire: u32, last: bool) -> Brought {
        let end = start.saturating_add(wire);
        if last {
            self.end = Some(end);
        }
        let mut brought = Brought::default();
        let mut free: Vec<(u32, u32)> = Vec::new();
        let mut cursor = start;
        let from = self.pieces.range(..=start).next_back().map_or(start, |(&key, _)| key);
        for (&key, piece) in self.pieces.range(from..end) {
            let stop = key.saturating_add(piece.wire);
            if stop <= start {
                continue;
            }
            let (low, high) = (key.max(start), stop.min(end));
            brought.overlapping |= (key, stop) != (start, end);
            let old = part(&piece.data, low.saturating_sub(key), high.saturating_sub(key));
            let new = part(data, low.saturating_sub(start), high.saturating_sub(start));
            let common = old.len().min(new.len());
            brought.conflicting |= old.get(..common) != new.get(..common);
            if key > cursor {
                free.push((cursor, key));
            }
            cursor = cursor.max(stop);
        }
        if cursor < end {
            free.push((cursor, end));
        }
        for (low, high) in free {
            let data = part(data, low.saturating_sub(start), high.saturating_sub(start)).to_vec();
            brought.kept = brought.kept.saturating_add(data.len());
            brought.pieces = brought.pieces.saturating_add(1);
            let wire = high.saturating_sub(low);
            self.got = self.got.saturating_add(wire);
            self.pieces.insert(low, Piece { data, wire });
        }
        brought
    }

    /// How many pieces there are.
    pub(super) fn len(&self) -> usize {
        self.pieces.len()
    }

    /// Whether no byte is missing.
    pub(super) fn is_whole(&self) -> bool {
        self.end == Some(self.got)
    }

    /// The bytes from the first on, as far as they were captured without a hole, and the length on the wire as far as it
    /// is known.
    pub(super) fn join(&self) -> (Vec<u8>, usize) {
        let mut bytes = Vec::with_capacity(self.got as usize);
        for (&start, piece) in &self.pieces {
            if start as usize != bytes.len() {
                break;
            }
            bytes.extend_from_slice(&piece.data);
        }
        let wire = (self.end.unwrap_or(self.got) as usize).max(bytes.len());
        (bytes, wire)
    }

    /// What is missing, in words.
    pub(super) fn missing(&self) -> String {
        match (self.pieces.contains_key(&0), self.end) {
            (false, _) => "the first did not come".to_owned(),
            (true, None) => "the last did not come".to_owned(),
            (true, Some(end)) => format!("{} of {end} bytes did not come", end.saturating_sub(self.got)),
        }
    }
}

/// The part of captured bytes that lies in a range of the wire; shorter where the snap length cut them.
fn part(data: &[u8], from: u32, to: u32) -> &[u8] {
    data.get((from as usize).min(data.len())..(to as usize).min(data.len())).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_copy_counts_and_a_whole_packet_is_joined() {
        let mut pieces = Pieces::default();
        assert_eq!(pieces.insert(8, b"ijklmnop", 8, false), Brought { kept: 8, pieces: 1, ..Brought::default() });
        let brought = pieces.insert(0, b"abcdefghIJKLMNOPqrst", 20, true);
        assert!(brought.overlapping && brought.conflicting && pieces.is_whole());
        assert_eq!((brought.kept, brought.pieces), (12, 2));
        assert_eq!(pieces.join(), (b"abcdefghijklmnopqrst".to_vec(), 20));
        // A repeat is no overlap.
        assert_eq!(pieces.insert(8, b"ijklmnop", 8, false), Brought::default());
    }

    #[test]
    fn what_was_cut_ends_what_is_joined() {
        let mut pieces = Pieces::default();
        pieces.insert(0, b"abcd", 8, false);
        pieces.insert(8, b"ijkl", 4, true);
        assert!(pieces.is_whole());
        assert_eq!(pieces.join(), (b"abcd".to_vec(), 12));
    }

    #[test]
    fn ends_that_contradict_each_other_are_seen() {
        let mut pieces = Pieces::default();
        pieces.insert(16, b"qrstuvwx", 8, false);
        assert!(pieces.contradicts(0, 8, true) && !pieces.contradicts(0, 8, false) && !pieces.contradicts(16, 8, true));
        pieces.insert(24, b"y", 1, true);
        assert!(pieces.contradicts(24, 2, true) && pieces.contradicts(24, 8, false) && !pieces.contradicts(24, 1, true));
        assert_eq!(pieces.missing(), "the first did not come");
        pieces.insert(0, b"abcdefgh", 8, false);
        assert_eq!(pieces.missing(), "8 of 25 bytes did not come");
    }
}
