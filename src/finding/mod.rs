//! What a check found: verdicts, findings with their two places, and the outcome of a run.
//!
//! Made by `check`, read by `report`. Owned data, bounded: a finding stands for all exchanges in which it was seen.
//! Secrets are masked before a finding is made, so no report can leak them.

mod block;
mod entry;
mod outcome;
mod rule;
mod suggestion;
mod verdict;

pub use block::{Block, BlockLine};
pub use entry::{Bound, Crossing, Evidence, EvidencePlace, Finding, Part, Sample, Side, SpecPlace};
pub use outcome::{CaptureOutcome, ExpectationOutcome, HopOutcome, Outcome, SpecOutcome, Unselected, UnselectedGroup};
pub use rule::Rule;
pub use suggestion::Suggestion;
pub use verdict::{Counts, Verdict};
