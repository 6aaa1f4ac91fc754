//! Where frames begin, in bytes that may be anything: a capture that began in the middle of a connection, or lost bytes.
//!
//! A header of a frame has nine bytes, of which most can have few values; one alone may be chance, two in a row, the second
//! where the first says that it ends, are not. Linear: each place is looked at a bounded number of times.

use super::Limits;
use super::frame::{END_HEADERS, Frame, HEADER, HEADERS, LARGEST, content};
use super::hpack::{Decoder, FieldList};

/// So many bytes are kept while frames are looked for.
pub(super) const WINDOW: usize = 64 << 10;
/// Places that wait for more bytes.
const MOST_OPEN: usize = 64;

/// What a place is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Frames,
    Open,
    Other,
}

/// Whether bytes that begin a segment are frames of HTTP/2, by strong evidence: several whole frames, one with a length
/// that its kind alone has, or one with a header block of a message.
pub(super) fn are_frames(bytes: &[u8]) -> bool {
    // No frame of usual size begins otherwise.
    if bytes.first() != Some(&0) {
        return false;
    }
    let (mut at, mut whole, mut fixed) = (0usize, 0u8, false);
    while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
        let Some(frame) = Frame::first(rest) else { return whole >= 2 || whole == 1 && fixed };
        if !frame.is_likely(LARGEST) {
            return false;
        }
        let end = HEADER.saturating_add(frame.length as usize);
        let Some(payload) = rest.get(HEADER..end) else {
            return whole >= 2 || whole == 1 && fixed;
        };
        fixed |= frame.is_fixed();
        if frame.kind == HEADERS && frame.has(END_HEADERS) && is_message(frame, payload) {
            return true;
        }
        whole = whole.saturating_add(1);
        if whole == 4 {
            return true;
        }
        at = at.saturating_add(end);
    }
    whole >= 2 || fixed
}

/// Whether a header block has a pseudo-header field that is known, and no fault.
fn is_message(frame: Frame, payload: &[u8]) -> bool {
    let mut decoder = Decoder::new(&Limits::default());
    decoder.forget();
    let mut list = FieldList::default();
    let whole = content(frame, payload, false).is_some_and(|block| decoder.decode(block, &mut list).is_ok());
    whole && list.fields().any(|(name, _)| [&b":method"[..], b":path", b":scheme", b":status"].contains(&name))
}

/// The search for frames in a stream that lost its place.
#[derive(Debug, Default)]
pub(super) struct Search {
    /// Bytes that were passed over.
    pub(super) passed: u64,
    window: Vec<u8>,
    /// Places before this one were judged.
    judged: usize,
    /// Those that need more bytes.
    open: Vec<usize>,
}

impl Search {
    /// What it keeps.
    pub(super) fn held(&self) -> usize {
        self.window.capacity()
    }

    /// Bytes are missing behind what came.
    pub(super) fn gap(&mut self) {
        self.passed = self.passed.saturating_add(self.window.len() as u64);
        self.window = Vec::new();
        self.judged = 0;
        self.open.clear();
    }

    /// More bytes: those from which on there are frames, once that is sure. `highest` is about the highest stream there is.
    pub(super) fn take(&mut self, bytes: &[u8], largest: u32, highest: u32) -> Option<Vec<u8>> {
        let fresh = self.window.is_empty();
        let mut fed = 0usize;
        for part in bytes.chunks(WINDOW / 2) {
            fed = fed.saturating_add(part.len());
            if self.window.len().saturating_add(part.len()) > WINDOW {
                self.drop_front();
            }
            self.window.extend_from_slice(part);
            if let Some(found) = self.look(largest, highest, fresh) {
                let mut frames = self.window.split_off(found.min(self.window.len()));
                self.passed = self.passed.saturating_add(self.window.len() as u64);
                self.window = Vec::new();
                frames.extend_from_slice(bytes.get(fed..).unwrap_or_default());
                return Some(frames);
            }
        }
        None
    }

    fn drop_front(&mut self) {
        let half = self.window.len() / 2;
        self.window.drain(..half);
        self.passed = self.passed.saturating_add(half as u64);
        self.judged = self.judged.saturating_sub(half);
        self.open.retain_mut(|place| match place.checked_sub(half) {
            Some(left) => {
                *place = left;
                true
            }
            None => false,
        });
    }

    fn look(&mut self, largest: u32, highest: u32, fresh: bool) -> Option<usize> {
        // Behind a loss, bytes most often begin where a sender began.
        if fresh && self.judged == 0 && are_frames(&self.window) {
            return Some(0);
        }
        let open = std::mem::take(&mut self.open);
        for place in open {
            match self.place(place, largest, highest) {
                Place::Frames => return Some(place),
                Place::Open => self.open.push(place),
                Place::Other => {}
            }
        }
        while self.judged.saturating_add(HEADER) <= self.window.len() {
            let place = self.judged;
            self.judged = self.judged.saturating_add(1);
            match self.place(place, largest, highest) {
                Place::Frames => return Some(place),
                Place::Open if self.open.len() < MOST_OPEN => self.open.push(place),
                Place::Open | Place::Other => {}
            }
        }
        None
    }

    /// Three frames in a row, or two that end with the bytes.
    fn place(&self, mut at: usize, largest: u32, highest: u32) -> Place {
        for number in 0..3 {
            let Some(rest) = self.window.get(at..) else { return Place::Open };
            if rest.is_empty() && number >= 2 {
                return Place::Frames;
            }
            let Some(frame) = Frame::first(rest) else { return Place::Open };
            if !frame.is_likely(largest) || frame.stream > highest.saturating_add(1 << 12) {
                return Place::Other;
            }
            at = at.saturating_add(HEADER).saturating_add(frame.length as usize);
        }
        Place::Frames
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PING: &[u8] = b"\0\0\x08\x06\0\0\0\0\0pingpong";
    const WINDOW_UPDATE: &[u8] = b"\0\0\x04\x08\0\0\0\0\x01\0\0\x10\0";
    const GET: &[u8] = b"\0\0\x03\x01\x05\0\0\0\x07\x82\x86\x84";

    #[test]
    fn frames_are_told_from_other_bytes() {
        for frames in [PING, WINDOW_UPDATE, GET, &[b"\0\0\x02\0\0\0\0\0\x05ab", PING].concat()] {
            assert!(are_frames(frames), "{frames:?}");
        }
        for other in [
            &b"GET / HTTP/1.1\r\n"[..],
            b"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
            b"\0\0\x02\0\0\0\0\0\x05ab",
            b"\0\0\x03\x01\x05\0\0\0\x07\xff\x86\x84",
            b"\0\0\x08\x06\0\0\0\0\0pingponggarbage...",
            b"",
        ] {
            assert!(!are_frames(other), "{other:?}");
        }
    }

    #[test]
    fn frames_are_found_behind_what_is_left_of_another() {
        let rest = b"what is left of a body, \0\0\x01\0\0\0\0\0 and more";
        let stream = [&rest[..], GET, PING, WINDOW_UPDATE].concat();
        for size in [1, 7, stream.len()] {
            let mut search = Search::default();
            let mut found = None;
            let mut fed = 0;
            for piece in stream.chunks(size) {
                fed += piece.len();
                found = search.take(piece, LARGEST, 7);
                if found.is_some() {
                    break;
                }
            }
            let found = found.expect("found");
            assert_eq!(found, stream[rest.len()..fed], "in pieces of {size}");
            assert_eq!(search.passed, rest.len() as u64);
        }
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let mut search = Search::default();
        let zeros = vec![0u8; 10 * WINDOW];
        assert_eq!(search.take(&zeros, LARGEST, 7), None);
        assert!(search.window.len() <= WINDOW && search.open.len() <= MOST_OPEN);
        let tail = [GET, PING, PING].concat();
        assert!(search.take(&tail, LARGEST, 7).is_some_and(|found| found == tail));
    }
}
