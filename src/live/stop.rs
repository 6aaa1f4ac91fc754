//! What ends a live run: the first reason counts, and everybody who waits looks at it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::{Duration, Instant};

/// Whoever waits for something else looks at the stop this often.
pub(crate) const LOOK: Duration = Duration::from_millis(50);

/// Why a live run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// Its time (`--for`) is over.
    Time,
    /// Every required hop was seen (`--until-observed`).
    Observed,
    /// Something was found (`--fail-fast`).
    Found,
    /// Somebody pressed Ctrl-C, or the system asks for the end.
    Interrupted,
    /// What was to be done is done.
    Done,
}

impl Ended {
    const ALL: [Self; 5] = [Self::Time, Self::Observed, Self::Found, Self::Interrupted, Self::Done];
}

/// Tells every part of a live run when it is over. Clones are the same stop.
#[derive(Debug, Clone, Default)]
pub struct Stop {
    /// 0, or the place of the reason in [`Ended::ALL`], counted from 1.
    reason: Arc<AtomicU8>,
    deadline: Option<Instant>,
}

impl Stop {
    /// A run that ends by itself after this time, if one is given.
    #[must_use]
    pub fn after(time: Option<Duration>) -> Self {
        let deadline = time.and_then(|time| Instant::now().checked_add(time));
        Self { reason: Arc::default(), deadline }
    }

    /// Ends the run. What ended it first stays the reason.
    pub fn end(&self, why: Ended) {
        let number = Ended::ALL.iter().position(|one| *one == why).map_or(0, |at| at + 1);
        let number = u8::try_from(number).unwrap_or(u8::MAX);
        let _ = self.reason.compare_exchange(0, number, Ordering::SeqCst, Ordering::SeqCst);
    }

    /// Why the run is over; `None` while it goes on.
    #[must_use]
    pub fn ended(&self) -> Option<Ended> {
        if self.deadline.is_some_and(|deadline| Instant::now() >= deadline) {
            self.end(Ended::Time);
        }
        let number = usize::from(self.reason.load(Ordering::SeqCst));
        number.checked_sub(1).and_then(|at| Ended::ALL.get(at)).copied()
    }

    /// How long to wait for something before looking here again.
    #[must_use]
    pub fn wait(&self) -> Duration {
        let left = self.deadline.map_or(LOOK, |deadline| deadline.saturating_duration_since(Instant::now()));
        left.clamp(Duration::from_millis(1), LOOK)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_reason_counts_for_all_clones() {
        let stop = Stop::after(None);
        let other = stop.clone();
        assert_eq!(stop.ended(), None);
        other.end(Ended::Observed);
        other.end(Ended::Interrupted);
        assert_eq!(stop.ended(), Some(Ended::Observed));
    }

    #[test]
    fn time_runs_out() {
        assert_eq!(Stop::after(Some(Duration::ZERO)).ended(), Some(Ended::Time));
        let long = Stop::after(Some(Duration::from_secs(3600)));
        assert_eq!(long.ended(), None);
        assert_eq!(long.wait(), LOOK);
        assert_eq!(Stop::after(Some(Duration::MAX)).ended(), None, "longer than any clock");
    }
}
