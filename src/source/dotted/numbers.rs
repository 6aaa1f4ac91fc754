//! Sequence numbers as they were: tcpdump prints the first of a connection as it is, and the others counted from it, unless it
//! is asked for those as they are (`-S`).

use std::collections::BTreeMap;

use crate::source::remade::{ACK, FIN, SYN};
use crate::wire::Endpoint;

/// What is known of the direction from one end to the other.
#[derive(Debug, Clone, Copy, Default)]
struct Way {
    /// What numbers are counted from.
    base: Option<u32>,
    /// The number behind the last byte.
    next: Option<u32>,
}

/// The connections of a dump.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    ways: BTreeMap<(Endpoint, Endpoint), Way>,
}

impl Numbers {
    /// The sequence number and the acknowledgement of a segment.
    pub(super) fn of(
        &mut self,
        (src, dst): (Endpoint, Endpoint),
        flags: u8,
        (seq, ack): (Option<u32>, Option<u32>),
        length: usize,
    ) -> (u32, u32) {
        let syn = flags & SYN != 0;
        let there = *self.ways.entry((src, dst)).or_default();
        let back = *self.ways.entry((dst, src)).or_default();
        // The first segment with an acknowledgement is that which both ways are counted from.
        let first = syn || (there.base.is_none() && back.base.is_none());
        let absolute = |way: Way, printed: u32| match way.base.filter(|_| !first) {
            None => printed,
            Some(base) => {
                let counted = base.wrapping_add(printed);
                let Some(next) = way.next else { return counted };
                // Where it goes on says how it is printed.
                if distance(printed, next) < distance(counted, next) { printed } else { counted }
            }
        };
        let number = seq.map_or(there.next.unwrap_or(0), |seq| absolute(there, seq));
        let acknowledged = ack.map_or(0, |ack| absolute(back, ack));
        let way = self.ways.entry((src, dst)).or_default();
        if first && (seq.is_some() || way.base.is_none()) {
            way.base = Some(number);
            way.next = None;
        }
        if seq.is_some() {
            let more = u32::try_from(length).unwrap_or(u32::MAX).wrapping_add(u32::from(flags & (SYN | FIN) != 0));
            let end = number.wrapping_add(more);
            // What is sent again does not lead back.
            if way.next.is_none_or(|next| end.wrapping_sub(next) < 1 << 31) {
                way.next = Some(end);
            }
        }
        if first && flags & ACK != 0 && ack.is_some() {
            let way = self.ways.entry((dst, src)).or_default();
            way.base = Some(acknowledged.wrapping_sub(1));
            way.next = way.next.or(Some(acknowledged));
        }
        (number, acknowledged)
    }
}

fn distance(one: u32, other: u32) -> u32 {
    let ahead = one.wrapping_sub(other);
    ahead.min(ahead.wrapping_neg())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_as_they_are_printed() {
        let end = |port| Endpoint { ip: [10, 0, 0, 1].into(), port };
        let (there, back) = ((end(1), end(80)), (end(80), end(1)));
        let mut numbers = Numbers::default();
        assert_eq!(numbers.of(there, SYN, (Some(4_294_967_290), None), 0), (4_294_967_290, 0));
        assert_eq!(numbers.of(back, SYN | ACK, (Some(700), Some(4_294_967_291)), 0), (700, 4_294_967_291));
        assert_eq!(numbers.of(there, ACK, (Some(1), Some(1)), 10), (4_294_967_291, 701));
        assert_eq!(numbers.of(there, ACK, (Some(11), Some(1)), 10), (5, 701));
        assert_eq!(numbers.of(back, ACK, (Some(1), Some(21)), 5), (701, 15));
        assert_eq!(numbers.of(back, ACK, (Some(706), Some(15)), 5), (706, 15), "-S");
        // A dump that begins within a connection: the first as it is, or counted from what is not there.
        let mut numbers = Numbers::default();
        assert_eq!(numbers.of(there, ACK, (Some(5000), Some(9000)), 10), (5000, 9000));
        assert_eq!(numbers.of(back, ACK, (Some(1), Some(10)), 10), (9000, 5010));
        assert_eq!(numbers.of(there, ACK, (Some(10), Some(11)), 10), (5010, 9010));
        let mut numbers = Numbers::default();
        assert_eq!(numbers.of(there, ACK, (Some(100), Some(1)), 50), (100, 1));
        assert_eq!(numbers.of(there, ACK, (Some(150), Some(1)), 50), (150, 1));
    }
}
