//! Bytes of a stream that wait, each with the packet that brought it.

use crate::capture::PacketAt;
use crate::flow::allocated;

/// So many packets are told apart; of more, the bytes are those of the last.
const MOST_MARKS: usize = 4096;

/// Bytes that wait.
#[derive(Debug, Default)]
pub(super) struct Buffer {
    pub(super) bytes: Vec<u8>,
    /// Where the bytes of a packet end.
    marks: Vec<(usize, PacketAt)>,
}

impl Buffer {
    pub(super) fn push(&mut self, bytes: &[u8], at: PacketAt) {
        if bytes.is_empty() {
            return;
        }
        self.bytes.extend_from_slice(bytes);
        let end = self.bytes.len();
        let full = self.marks.len() >= MOST_MARKS;
        match self.marks.last_mut() {
            Some(last) if full => *last = (end, at),
            _ => self.marks.push((end, at)),
        }
    }

    /// What it holds.
    pub(super) fn held(&self) -> usize {
        let marks = self.marks.capacity().saturating_mul(size_of::<(usize, PacketAt)>());
        allocated(self.bytes.capacity()).saturating_add(allocated(marks))
    }

    /// The packet that brought the byte before this place.
    pub(super) fn at(&self, end: usize) -> PacketAt {
        let place = self.marks.partition_point(|(mark, _)| *mark < end);
        self.marks.get(place).or(self.marks.last()).map_or_else(PacketAt::default, |(_, at)| *at)
    }

    /// The end of the bytes that the packet at this place brought.
    pub(super) fn end_of_packet(&self, begin: usize) -> usize {
        let place = self.marks.partition_point(|(mark, _)| *mark <= begin);
        self.marks.get(place).map_or(self.bytes.len(), |(mark, _)| *mark)
    }

    /// Forgets the first bytes.
    pub(super) fn consume(&mut self, length: usize) {
        if length == 0 {
            return;
        }
        self.bytes.drain(..length.min(self.bytes.len()));
        self.marks.retain_mut(|(mark, _)| {
            *mark = mark.saturating_sub(length);
            *mark > 0
        });
        if self.bytes.is_empty() && self.bytes.capacity() > 64 << 10 {
            self.bytes = Vec::new();
        }
    }

    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packet(number: u64) -> PacketAt {
        PacketAt { number, ..PacketAt::default() }
    }

    #[test]
    fn every_byte_knows_its_packet() {
        let mut buffer = Buffer::default();
        buffer.push(b"abc", packet(1));
        buffer.push(b"", packet(2));
        buffer.push(b"de", packet(3));
        let at = |buffer: &Buffer| (1..=buffer.bytes.len()).map(|end| buffer.at(end).number).collect::<Vec<_>>();
        assert_eq!(at(&buffer), [1, 1, 1, 3, 3]);
        assert_eq!((buffer.end_of_packet(0), buffer.end_of_packet(3)), (3, 5));
        buffer.consume(2);
        assert_eq!((buffer.bytes.as_slice(), at(&buffer)), (&b"cde"[..], vec![1, 3, 3]));
        buffer.consume(1);
        assert_eq!((at(&buffer), buffer.end_of_packet(0)), (vec![3, 3], 2));
    }

    #[test]
    fn marks_are_bounded() {
        let mut buffer = Buffer::default();
        (0..10_000).for_each(|number| buffer.push(b"x", packet(number)));
        assert_eq!((buffer.marks.len(), buffer.at(1).number, buffer.at(10_000).number), (MOST_MARKS, 0, 9_999));
    }
}
