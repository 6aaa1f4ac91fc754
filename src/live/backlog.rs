//! What waits between those who record and the judge: bounded in bytes, and not at its end while a source has a last word.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};

/// So many bytes wait for the judge. Who records waits where he is slower.
const MOST: usize = 32 << 20;
/// What a piece costs beside its bytes.
const EACH: usize = 64;

#[derive(Debug, Default)]
struct Waiting {
    bytes: usize,
    /// The judge wants no more.
    closed: bool,
}

/// Shared by both ends of a queue.
#[derive(Debug, Default)]
pub(super) struct Backlog {
    waiting: Mutex<Waiting>,
    room: Condvar,
    sources: AtomicUsize,
}

impl Backlog {
    /// Waits until there is room for a piece of this length, and takes it. One piece always has room.
    pub(super) fn enter(&self, length: usize) {
        let length = length.saturating_add(EACH);
        let full = |waiting: &mut Waiting| !waiting.closed && waiting.bytes > 0 && waiting.bytes.saturating_add(length) > MOST;
        let waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let mut waiting = self.room.wait_while(waiting, full).unwrap_or_else(PoisonError::into_inner);
        waiting.bytes = waiting.bytes.saturating_add(length);
    }

    /// The judge has taken a piece of this length.
    pub(super) fn leave(&self, length: usize) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.bytes = waiting.bytes.saturating_sub(length.saturating_add(EACH));
        drop(waiting);
        self.room.notify_all();
    }

    /// The judge takes nothing more, and nobody waits for him.
    pub(super) fn close(&self) {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).closed = true;
        self.room.notify_all();
    }

    /// One more source has a last word behind the end of the run.
    pub(super) fn source_begins(&self) {
        self.sources.fetch_add(1, Ordering::SeqCst);
    }

    /// It was said.
    pub(super) fn source_ends(&self) {
        self.sources.fetch_sub(1, Ordering::SeqCst);
    }

    /// Whether a source still has something to say.
    pub(super) fn goes_on(&self) -> bool {
        self.sources.load(Ordering::SeqCst) > 0
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::thread;
    use std::time::Duration;

    use super::*;

    #[test]
    fn who_records_waits_for_room_and_not_for_ever() {
        let backlog = Arc::new(Backlog::default());
        backlog.enter(MOST * 2);
        let waits = |length| {
            let backlog = Arc::clone(&backlog);
            thread::spawn(move || backlog.enter(length))
        };
        let one = waits(10);
        thread::sleep(Duration::from_millis(50));
        assert!(!one.is_finished());
        backlog.leave(MOST * 2);
        one.join().unwrap();
        let other = waits(MOST);
        thread::sleep(Duration::from_millis(50));
        assert!(!other.is_finished());
        backlog.close();
        other.join().unwrap();
        backlog.enter(MOST);
    }
}
