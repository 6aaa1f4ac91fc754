//! The outcome of a run: everything a report tells.

use super::{Counts, Finding, Verdict};
use crate::source::Summary;

/// The outcome of a run.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// Over all specs.
    pub verdict: Verdict,
    /// See `exit.rs`.
    pub exit_code: u8,
    /// One entry a spec that was loaded, in the order of their names.
    pub specs: Vec<SpecOutcome>,
    /// Ordered by severity, spec, place.
    pub findings: Vec<Finding>,
    /// One entry a capture that was read, in the order of reading.
    pub captures: Vec<CaptureOutcome>,
    /// Exchanges that belong to no hop of any loaded spec.
    pub unselected: Unselected,
    /// Files of spec folders that are no specs, and files of capture folders that are no captures.
    pub skipped_specs: u64,
    /// See `skipped_specs`.
    pub skipped_captures: u64,
    /// Named sources that could not be read, each with why: exit 4. The others were judged.
    pub unreadable: Vec<String>,
    /// Remarks on the run that are no findings, each a sentence.
    pub notes: Vec<String>,
}

/// One spec.
#[derive(Debug, Clone)]
pub struct SpecOutcome {
    /// Its name, `aws/alb/forward`.
    pub name: String,
    /// Its file, with forward slashes.
    pub file: String,
    /// Its title.
    pub title: Option<String>,
    /// Over its hops.
    pub verdict: Verdict,
    /// Its hops, in the order of the file.
    pub hops: Vec<HopOutcome>,
    /// How many captures (cases) of its own evidence it was checked against; `None` where captures were named.
    pub cases: Option<u64>,
}

/// One hop of a spec.
#[derive(Debug, Clone)]
pub struct HopOutcome {
    /// Its name.
    pub hop: String,
    /// How many exchanges were its own.
    pub exchanges: u64,
    /// Over its expectations.
    pub verdict: Verdict,
    /// The variants that exchanges were judged by, with how many each, most first. Of several groups the names are joined:
    /// `append + regional`.
    pub variants: Vec<(String, u64)>,
    /// Its expectations in the order of the file.
    pub expectations: Vec<ExpectationOutcome>,
    /// Whether its absence matters (exit 3).
    pub required: bool,
    /// Where it was not observed: what its nearest exchanges miss, `3 exchanges miss \`User-Agent: …\``.
    pub nearest: Option<String>,
    /// Its exchanges are connections without a byte.
    pub of_empty: bool,
}

/// One expectation of a hop.
#[derive(Debug, Clone)]
pub struct ExpectationOutcome {
    /// What it is about: `request.header.Host`.
    pub subject: String,
    /// The variant that it belongs to.
    pub variant: Option<String>,
    /// The verdict that the counts give.
    pub verdict: Verdict,
    /// How many exchanges met it, …
    pub counts: Counts,
    /// Where it stands: line, counted from 1.
    pub line: u32,
    /// Column, counted from 1.
    pub column: u32,
}

/// One capture.
#[derive(Debug, Clone, Default)]
pub struct CaptureOutcome {
    /// Its path as given or found, with forward slashes.
    pub file: String,
    /// What was read.
    pub summary: Summary,
}

/// Exchanges that belong to no hop.
#[derive(Debug, Clone, Default)]
pub struct Unselected {
    /// How many.
    pub exchanges: u64,
    /// By request line, most first.
    pub groups: Vec<UnselectedGroup>,
}

/// Unselected exchanges with the same start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnselectedGroup {
    /// `GET /metrics`: method and path.
    pub line: String,
    /// How many.
    pub count: u64,
}
