//! Verdicts, and how many of each.

/// What was found out about an expectation, a hop, a spec or a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// No traffic showed it.
    NotObserved,
    /// The evidence cannot show it.
    Inconclusive,
    /// It holds wherever it was seen.
    Met,
    /// It does not hold somewhere.
    Violated,
}

impl Verdict {
    /// `met`, `violated`, `not-observed`, `inconclusive`
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Met => "met",
            Self::Violated => "violated",
            Self::NotObserved => "not-observed",
            Self::Inconclusive => "inconclusive",
        }
    }

    /// The verdict over parts: violated if one is, else met if one is, else inconclusive, else not observed.
    pub fn over(parts: impl IntoIterator<Item = Verdict>) -> Verdict {
        parts.into_iter().max().unwrap_or(Verdict::NotObserved)
    }
}

/// How many exchanges met, violated or could not decide an expectation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Met.
    pub met: u64,
    /// Violated.
    pub violated: u64,
    /// Inconclusive.
    pub inconclusive: u64,
}

impl Counts {
    /// The verdict that these counts give.
    #[must_use]
    pub fn verdict(self) -> Verdict {
        if self.violated > 0 {
            Verdict::Violated
        } else if self.met > 0 {
            Verdict::Met
        } else if self.inconclusive > 0 {
            Verdict::Inconclusive
        } else {
            Verdict::NotObserved
        }
    }

    /// Adds others.
    pub fn add(&mut self, other: Counts) {
        self.met += other.met;
        self.violated += other.violated;
        self.inconclusive += other.inconclusive;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_seen_is_never_met() {
        assert_eq!(Counts::default().verdict(), Verdict::NotObserved);
        assert_eq!(Verdict::over([]), Verdict::NotObserved);
    }

    #[test]
    fn one_violation_decides() {
        assert_eq!(Verdict::over([Verdict::Met, Verdict::Violated, Verdict::Inconclusive]), Verdict::Violated);
        assert_eq!(Verdict::over([Verdict::Met, Verdict::Inconclusive]), Verdict::Met);
        assert_eq!(Counts { met: 9, violated: 1, inconclusive: 0 }.verdict(), Verdict::Violated);
    }
}
