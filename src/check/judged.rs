//! What judging an expectation gives.

use crate::finding::Rule;

/// What was found out about one expectation in one exchange.
#[derive(Debug)]
pub(super) enum Judged {
    /// The message is not in the capture, or there is nothing to judge.
    NotObserved,
    /// It holds.
    Met,
    /// It does not.
    Violated(Vec<Fault>),
    /// The evidence cannot show it.
    Inconclusive(String),
}

impl Judged {
    /// What is wrong; nothing where nothing is.
    pub(super) fn faults(&self) -> &[Fault] {
        match self {
            Self::Violated(faults) => faults,
            Self::NotObserved | Self::Met | Self::Inconclusive(_) => &[],
        }
    }
}

/// How it does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) rule: Rule,
    /// The name on the wire of an unexpected or re-cased field.
    pub(super) name: Option<Vec<u8>>,
    /// The lines of the head that it is about.
    pub(super) lines: Vec<usize>,
    /// Only `others: warning` is broken: a warning, whatever the expectation's severity.
    pub(super) warning: bool,
    /// What was there, as bytes; `None` for nothing.
    pub(super) actual: Option<Vec<u8>>,
}
