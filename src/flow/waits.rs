//! What shall be looked at again when so many further packets were captured.
//!
//! One queue per waiting time keeps itself sorted. A packet adds at most two entries and an entry lives for the waiting
//! time, so a queue is short whatever the capture sends.

use std::collections::VecDeque;

/// A flow in its slot; `generation` tells whether it is still the same one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ticket {
    pub(super) slot: u32,
    pub(super) generation: u32,
}

/// Tickets by the packet number at which they are due.
#[derive(Debug, Default)]
pub(super) struct Waits {
    queue: VecDeque<(u64, Ticket)>,
}

impl Waits {
    /// Adds a ticket. Due numbers never fall, since packets are numbered upwards; a smaller one is due with the last.
    pub(super) fn push(&mut self, due: u64, ticket: Ticket) {
        let due = self.queue.back().map_or(due, |&(last, _)| last.max(due));
        self.queue.push_back((due, ticket));
    }

    /// The packet number at which the first ticket is due; `u64::MAX` without any.
    #[inline]
    pub(super) fn next_due(&self) -> u64 {
        self.queue.front().map_or(u64::MAX, |&(due, _)| due)
    }

    /// Takes the first ticket that is due at this packet.
    pub(super) fn take(&mut self, now: u64) -> Option<Ticket> {
        if self.next_due() > now {
            return None;
        }
        self.queue.pop_front().map(|(_, ticket)| ticket)
    }
}
