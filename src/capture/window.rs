//! The part of a capture that lies in memory: a buffer that slides over any [`Read`].
//!
//! Holds one record at a time; it grows by doubling while bytes really arrive, up to [`Window::MOST`], so a length field
//! alone never makes it allocate. It asks the reader for no more than what is needed before it answers: a pipe that
//! gives one byte at a time works, and packets of a live stream are not held back.

use std::io::{ErrorKind, Read};
use std::ops::Range;

/// A sliding window over a reader.
pub(super) struct Window {
    reader: Box<dyn Read>,
    bytes: Vec<u8>,
    start: usize,
    end: usize,
    /// Position of the first of `bytes` in the (decompressed) stream.
    base: u64,
    ended: bool,
    failure: Option<std::io::Error>,
}

impl Window {
    /// The usual size: a read of 256 KiB is as fast as a memory map, and leaves room in the cache for what is known of flows.
    const USUAL: usize = 256 << 10;
    /// The longest record that is held in memory.
    pub(super) const MOST: usize = (16 << 20) + 4096;

    pub(super) fn new(reader: Box<dyn Read>) -> Self {
        Self { reader, bytes: vec![0; Self::USUAL], start: 0, end: 0, base: 0, ended: false, failure: None }
    }

    /// Where the window begins in the stream, in bytes.
    pub(super) fn position(&self) -> u64 {
        self.base.saturating_add(self.start as u64)
    }

    /// Why reading stopped before the end, if it did.
    pub(super) fn failure(&self) -> Option<&std::io::Error> {
        self.failure.as_ref()
    }

    /// The bytes that are there.
    #[inline]
    pub(super) fn available(&self) -> &[u8] {
        self.bytes.get(self.start..self.end).unwrap_or_else(nothing)
    }

    /// Whether `needed` bytes are there, reading more where they are not. `false` at the end of the stream, or where
    /// `needed` is more than [`Self::MOST`].
    #[inline]
    pub(super) fn fill(&mut self, needed: usize) -> bool {
        self.end.saturating_sub(self.start) >= needed || self.fill_slowly(needed)
    }

    #[cold]
    fn fill_slowly(&mut self, needed: usize) -> bool {
        if needed > Self::MOST {
            return false;
        }
        if self.start > 0 {
            self.bytes.copy_within(self.start..self.end, 0);
            self.end = self.end.saturating_sub(self.start);
            self.base = self.position();
            self.start = 0;
        }
        while self.end < needed {
            if self.end == self.bytes.len() {
                let doubled = self.bytes.len().saturating_mul(2).min(Self::MOST);
                self.bytes.resize(doubled, 0);
            }
            let Some(free) = self.bytes.get_mut(self.end..) else { return false };
            match read_some(&mut *self.reader, free, &mut self.ended, &mut self.failure) {
                0 => return false,
                read => self.end = self.end.saturating_add(read),
            }
        }
        true
    }

    /// Passes `length` bytes that are there and says where they lie; they stay until the next call of `fill` or `skip`.
    #[inline]
    pub(super) fn consume(&mut self, length: usize) -> Range<usize> {
        let begin = self.start;
        self.start = begin.saturating_add(length).min(self.end);
        begin..self.start
    }

    /// Passes `length` bytes that are there, and says where those behind the first `head` of them lie.
    #[inline]
    pub(super) fn consume_behind(&mut self, head: usize, length: usize) -> Range<usize> {
        let range = self.consume(length);
        range.start.saturating_add(head).min(range.end)..range.end
    }

    /// Bytes that [`Self::consume`] passed.
    #[inline]
    pub(super) fn consumed(&self, range: Range<usize>) -> &[u8] {
        self.bytes.get(range).unwrap_or_else(nothing)
    }

    /// Passes `length` bytes without holding them; how many of them were there.
    pub(super) fn skip(&mut self, length: u64) -> u64 {
        let mut passed = 0_u64;
        loop {
            let left = usize::try_from(length.saturating_sub(passed)).unwrap_or(usize::MAX);
            passed = passed.saturating_add(self.consume(left).len() as u64);
            if passed == length || !self.fill(1) {
                return passed;
            }
        }
    }
}

/// What is not there. Cold, so that each packet is spared the choice between two slices.
#[cold]
fn nothing<'a>() -> &'a [u8] {
    &[]
}

/// One read that is not interrupted; 0 at the end and behind a failure, which is kept.
fn read_some(reader: &mut dyn Read, free: &mut [u8], ended: &mut bool, failure: &mut Option<std::io::Error>) -> usize {
    while !*ended {
        match reader.read(free) {
            Ok(0) => *ended = true,
            Ok(read) => return read.min(free.len()),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => {
                *ended = true;
                *failure = Some(error);
            }
        }
    }
    0
}

#[cfg(test)]
mod tests {
    use super::super::fixture::Drip;
    use super::*;

    #[test]
    fn a_dripping_reader_fills_what_is_needed() {
        let mut window = Window::new(Box::new(Drip(&b"abcdef"[..])));
        assert!(window.fill(4));
        assert_eq!(window.available(), b"abcd");
        let range = window.consume(2);
        assert_eq!((window.consumed(range), window.position()), (&b"ab"[..], 2));
        assert!(!window.fill(5));
        assert_eq!(window.available(), b"cdef");
    }

    #[test]
    fn it_grows_with_the_bytes_and_not_with_the_wish() {
        let mut window = Window::new(Box::new(std::io::repeat(7).take(2 << 20)));
        assert!(!window.fill(8 << 20));
        assert_eq!(window.available().len(), 2 << 20);
        assert!(window.bytes.len() <= 4 << 20);
        assert!(!window.fill(usize::MAX));
    }

    #[test]
    fn skipping_needs_no_memory() {
        let mut window = Window::new(Box::new(std::io::repeat(7).take(3 << 20)));
        assert_eq!(window.skip(1 << 20), 1 << 20);
        assert_eq!(window.skip(5 << 20), 2 << 20);
        assert_eq!((window.bytes.len(), window.position()), (Window::USUAL, 3 << 20));
    }
}
