//! Which flows were quiet for too long, in capture time.
//!
//! A flow keeps the number of its last packet only, so a packet costs nothing here: now and then it is marked which number
//! was reached when, and what is not beyond an old mark was quiet since. A look costs as much as there are flows, and comes
//! no more often than after as many packets.

use std::collections::VecDeque;

use crate::capture::PacketAt;

/// So many packets at least lie between two looks.
const APART: u64 = 1024;
/// So many marks are kept; they lie a part of the idle time from each other.
const MARKS: usize = 32;

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Idle {
    /// Seconds and packet numbers.
    marks: VecDeque<(u64, u64)>,
    /// The packet number of the next look.
    due: u64,
}

impl Idle {
    /// The packet number of the next look.
    #[inline]
    pub(super) fn next_due(&self) -> u64 {
        self.due
    }

    /// Flows whose last packet has this number, or a smaller one, were quiet for `idle` seconds; `None` where none is known to
    /// be. `flows` is how many there are to look at.
    pub(super) fn look(&mut self, at: PacketAt, idle: u64, flows: usize) -> Option<u64> {
        if at.number < self.due {
            return None;
        }
        self.due = at.number.saturating_add(APART.max(flows as u64));
        let now = at.time.seconds();
        let apart = idle.div_ceil(MARKS as u64 / 2);
        // A clock that goes back begins anew.
        if self.marks.back().is_none_or(|&(last, _)| now < last || now.saturating_sub(last) >= apart) {
            if self.marks.len() >= MARKS {
                self.marks.pop_front();
            }
            self.marks.push_back((now, at.number));
        }
        let mut quiet = None;
        while let Some(&(_, number)) = self.marks.front().filter(|(then, _)| then.saturating_add(idle) < now) {
            quiet = Some(number);
            self.marks.pop_front();
        }
        quiet
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::Timestamp;

    fn at(number: u64, seconds: u64) -> PacketAt {
        PacketAt { number, time: Timestamp::from_nanoseconds(seconds * 1_000_000_000) }
    }

    #[test]
    fn what_lies_before_an_old_mark_is_quiet() {
        let mut idle = Idle::default();
        assert_eq!(idle.look(at(1, 0), 100, 0), None);
        assert_eq!(idle.look(at(2000, 50), 100, 0), None);
        assert_eq!(idle.look(at(2001, 500), 100, 0), None, "not due");
        assert_eq!(idle.look(at(4000, 101), 100, 0), Some(1));
        assert_eq!(idle.look(at(6000, 150), 100, 0), None, "not longer than the limit");
        assert_eq!(idle.look(at(8000, 400), 100, 5000), Some(6000));
        assert_eq!(idle.next_due(), 13_000);
    }

    #[test]
    fn marks_are_few_whatever_the_clock_says() {
        let mut idle = Idle::default();
        for i in 0..10_000_u64 {
            let seconds = if i % 2 == 0 { i } else { 1 << 32 };
            idle.look(at(i * 5000, seconds), 3600, 10);
            assert!(idle.marks.len() <= MARKS);
        }
    }
}
