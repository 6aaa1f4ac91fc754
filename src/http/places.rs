//! Where packets are, whose numbers go on from one file to the next: in which file, and by which number of its own.

use super::CaptureId;

/// The files of a recording.
#[derive(Debug)]
pub(super) struct Places {
    /// The present file.
    capture: CaptureId,
    /// How many packets the files before held.
    before: u64,
    /// Those files, each with how many packets the ones before it held.
    earlier: Vec<(u64, CaptureId)>,
}

impl Places {
    pub(super) fn new(capture: CaptureId) -> Self {
        Self { capture, before: 0, earlier: Vec::new() }
    }

    /// The next file begins.
    pub(super) fn go_on(&mut self, capture: CaptureId, before: u64) {
        self.earlier.push((self.before, self.capture));
        (self.capture, self.before) = (capture, before);
    }

    /// The place of a packet.
    #[inline]
    pub(super) fn of(&self, number: u64) -> (CaptureId, u64) {
        match number.checked_sub(self.before) {
            Some(own @ 1..) => (self.capture, own),
            _ => self.of_earlier(number),
        }
    }

    /// The number of a packet of the present file among those of all.
    pub(super) fn running(&self, packet: u64) -> u64 {
        packet.saturating_add(self.before)
    }

    /// A head that an early segment of a file before completed.
    #[cold]
    fn of_earlier(&self, number: u64) -> (CaptureId, u64) {
        let mut earlier = self.earlier.iter().rev();
        let found = earlier.find_map(|&(before, capture)| Some((capture, number.checked_sub(before).filter(|own| *own > 0)?)));
        found.unwrap_or((self.capture, number))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packet_is_in_the_file_that_holds_it() {
        let mut places = Places::new(CaptureId(4));
        assert_eq!(places.of(7), (CaptureId(4), 7));
        places.go_on(CaptureId(5), 10);
        places.go_on(CaptureId(6), 10);
        places.go_on(CaptureId(7), 12);
        let found = [7, 10, 11, 12, 13].map(|number| places.of(number));
        assert_eq!(found.map(|(capture, number)| (capture.0, number)), [(4, 7), (4, 10), (6, 1), (6, 2), (7, 1)]);
    }
}
