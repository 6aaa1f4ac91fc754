//! Packets that wait for the secrets of TLS connections: these are written a moment after the packets by which they were agreed
//! on, and must stand before those in the capture, since it is read once.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use crate::live::GrowingKeyLog;
use crate::live::record::Source;

/// Who made a connection has written its secrets within this time.
pub(super) const DELAY: Duration = Duration::from_millis(300);
/// So many bytes wait at most; then the oldest wait no longer.
const MOST: usize = 32 << 20;

/// What waits, in its order.
#[derive(Debug)]
pub(super) struct Held {
    logs: Vec<GrowingKeyLog>,
    waiting: VecDeque<(Instant, Vec<u8>)>,
    bytes: usize,
}

impl Held {
    /// Nothing, until these logs are read.
    pub(super) fn new(logs: Vec<GrowingKeyLog>) -> Self {
        Self { logs, waiting: VecDeque::new(), bytes: 0 }
    }

    /// Packets that came now, as blocks of the capture.
    pub(super) fn hold(&mut self, blocks: Vec<u8>) {
        if !blocks.is_empty() {
            self.bytes = self.bytes.saturating_add(blocks.len());
            self.waiting.push_back((Instant::now(), blocks));
        }
    }

    /// Records what has waited long enough, behind all secrets that were written.
    pub(super) fn release(&mut self, source: &Source) {
        let due = |held: &Self| held.bytes > MOST || held.waiting.front().is_some_and(|(came, _)| came.elapsed() >= DELAY);
        if !due(self) {
            return;
        }
        self.secrets(source);
        while due(self) {
            self.first(source);
        }
    }

    /// Records everything once the last of it has waited long enough.
    pub(super) fn finish(&mut self, source: &Source) {
        if let Some((came, _)) = self.waiting.back() {
            std::thread::sleep(DELAY.saturating_sub(came.elapsed()));
        }
        self.secrets(source);
        while !self.waiting.is_empty() {
            self.first(source);
        }
    }

    fn secrets(&mut self, source: &Source) {
        for log in &mut self.logs {
            // One that cannot be read opens nothing, which is said in the end.
            source.secrets(&log.added().unwrap_or_default());
        }
    }

    fn first(&mut self, source: &Source) {
        if let Some((_, blocks)) = self.waiting.pop_front() {
            self.bytes = self.bytes.saturating_sub(blocks.len());
            source.record(blocks);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;
    use crate::live::{Ended, Recorder, Stop};

    /// Where each of these stands in the capture.
    fn places(capture: &[u8], texts: &[&str]) -> Vec<Option<usize>> {
        texts.iter().map(|text| capture.windows(text.len()).position(|window| window == text.as_bytes())).collect()
    }

    #[test]
    fn secrets_that_are_written_after_the_packets_stand_before_them() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys.log");
        let stop = Stop::after(None);
        let (recorder, mut reader) = Recorder::new(None, "", &stop);
        let source = recorder.source();
        let mut held = Held::new(vec![GrowingKeyLog::from_now(&path)]);
        held.hold(b"first ".to_vec());
        held.release(&source);
        std::fs::write(&path, "of the first\n").unwrap();
        std::thread::sleep(DELAY);
        held.hold(b"second".to_vec());
        held.release(&source);
        assert_eq!(held.waiting.len(), 1, "it came a moment ago");
        std::fs::write(&path, "of the first\nof the second\n").unwrap();
        let began = Instant::now();
        held.finish(&source);
        assert!(began.elapsed() > DELAY / 2);
        stop.end(Ended::Done);
        drop(source);
        let mut capture = Vec::new();
        reader.read_to_end(&mut capture).unwrap();
        let places = places(&capture, &["of the first", "first ", "of the second", "second"]);
        let [Some(keys), Some(first), Some(more_keys), Some(_)] = places.as_slice() else { panic!("{places:?}") };
        assert!(keys < first && first < more_keys, "{places:?}");
        let last = capture.windows(6).rposition(|window| window == b"second").unwrap();
        assert_eq!(last + 6, capture.len());
    }

    #[test]
    fn what_is_too_much_waits_no_longer() {
        let stop = Stop::after(None);
        let (recorder, _reader) = Recorder::new(None, "", &stop);
        let source = recorder.source();
        let mut held = Held::new(Vec::new());
        for _ in 0..3 {
            held.hold(vec![0; MOST / 2]);
        }
        held.release(&source);
        assert_eq!((held.waiting.len(), held.bytes), (2, MOST));
    }
}
