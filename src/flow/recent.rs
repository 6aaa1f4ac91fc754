//! The packets that came last, to know a copy of one: where a packet passes several interfaces that are recorded together
//! (`tcpdump -i any`), or is mirrored at both of its ends, it is in the capture more than once.
//!
//! A copy has the same sequence number, checksum and identification within a moment; what is sent again has another
//! identification, or another time in its options and so another checksum. Costs a store a packet with bytes, and a look
//! where a segment is not the next of its stream.

use crate::capture::Timestamp;
use crate::wire::Segment;

/// So many packets are remembered, each in the place that its marks decide.
const PLACES: usize = 512;
/// A copy comes within so many units of 2^16 nanoseconds: 100 milliseconds, where the least wait before sending again is 200
/// (Linux) or 1000 (RFC 6298 §2.4).
const MOMENT: u32 = 1526;
/// Where nothing but the checksum tells: IPv6, and what Linux sends outside of a connection. Two answers to two packets may
/// be the same then, so one without bytes is a copy only within a millisecond.
const WITHOUT_IDENTIFICATION: u32 = MOMENT / 5;
const WITHOUT_BYTES: u32 = MOMENT / 100;

#[derive(Debug, Clone, Copy, Default)]
struct Seen {
    print: u64,
    time: u32,
    slot: u32,
}

/// See the module.
#[derive(Debug)]
pub(super) struct Recent {
    places: Box<[Seen; PLACES]>,
}

impl Default for Recent {
    fn default() -> Self {
        Self { places: Box::new([Seen::default(); PLACES]) }
    }
}

impl Recent {
    /// Remembers a segment of the flow in this slot. One that was cut is no evidence: its copy may hold more.
    #[inline]
    pub(super) fn note(&mut self, time: Timestamp, slot: u32, segment: &Segment<'_>) {
        if segment.mark == 0 || segment.wire_length as usize != segment.payload.len() {
            return;
        }
        let print = print(segment);
        if let Some(place) = self.places.get_mut(place(print)) {
            *place = Seen { print, time: coarse(time), slot };
        }
    }

    /// Whether this packet of the flow in this slot was seen a moment ago.
    pub(super) fn is_copy(&self, time: Timestamp, slot: u32, segment: &Segment<'_>) -> bool {
        let most = match (segment.mark >> 16, segment.wire_length) {
            (0, 0) => WITHOUT_BYTES,
            (0, _) => WITHOUT_IDENTIFICATION,
            _ => MOMENT,
        };
        self.find(time, segment, most) == Some(slot)
    }

    /// The slot of the flow in which this packet was seen, for one that comes from another tunnel: nobody sends again there.
    pub(super) fn elsewhere(&self, time: Timestamp, segment: &Segment<'_>) -> Option<u32> {
        self.find(time, segment, MOMENT)
    }

    fn find(&self, time: Timestamp, segment: &Segment<'_>, most: u32) -> Option<u32> {
        if segment.mark == 0 {
            return None;
        }
        let print = print(segment);
        let seen = self.places.get(place(print)).filter(|seen| seen.print == print)?;
        let now = coarse(time);
        let apart = now.wrapping_sub(seen.time).min(seen.time.wrapping_sub(now));
        (apart <= most).then_some(seen.slot)
    }
}

#[inline]
fn print(segment: &Segment<'_>) -> u64 {
    // An acknowledgement and the bytes behind it have the same sequence number.
    (u64::from(segment.seq) << 32 | u64::from(segment.mark)) ^ u64::from(segment.wire_length) << 40
}

#[inline]
fn place(print: u64) -> usize {
    (print.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 55) as usize
}

#[inline]
fn coarse(time: Timestamp) -> u32 {
    (time.nanoseconds >> 16 & 0xffff_ffff) as u32
}
