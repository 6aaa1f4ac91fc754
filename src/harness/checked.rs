//! What a test gets back: an outcome that can be asserted, or why there is none; both print as the report does.

use std::fmt;

use crate::check::CheckError;
use crate::exit;
use crate::finding::Outcome;
use crate::report::{self, TextOptions};

/// The outcome of a check. Displayed, it is the report.
#[derive(Debug, Clone)]
pub struct Checked {
    outcome: Outcome,
    /// As the test named them.
    specs: Vec<String>,
}

impl Checked {
    pub(super) fn new(outcome: Outcome, specs: Vec<String>) -> Self {
        Self { outcome, specs }
    }

    /// Passes where `hopspec check` would exit with 0: something was judged, nothing was found at or above `fail_on`, and
    /// every required hop was seen.
    ///
    /// # Panics
    /// Otherwise, with the report: the findings, each with its place in the spec and the message with its differences, or
    /// why nothing was judged.
    #[track_caller]
    #[expect(clippy::panic, reason = "an assertion of tests")]
    pub fn assert_met(&self) {
        if !self.is_met() {
            panic!("not met\n\n{self}");
        }
    }

    /// Whether [`Checked::assert_met`] would pass.
    #[must_use]
    pub fn is_met(&self) -> bool {
        self.outcome.exit_code == exit::MET
    }

    /// Everything that was found out.
    #[must_use]
    pub fn outcome(&self) -> &Outcome {
        &self.outcome
    }
}

impl fmt::Display for Checked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let options = TextOptions { specs: self.specs.clone(), ..TextOptions::default() };
        f.write_str(&of_outcome(&self.outcome, &options))
    }
}

/// The report, with the sources that could not be read: the program says those on standard error.
pub(super) fn of_outcome(outcome: &Outcome, options: &TextOptions) -> String {
    let mut text: String = outcome.unreadable.iter().map(|why| format!("error: {}\n", report::escape(why))).collect();
    let report = report::text(outcome, options);
    if !text.is_empty() && !report.is_empty() {
        text.push('\n');
    }
    text.push_str(&report);
    text
}

/// Why nothing was checked: every mistake of every spec with its place, or what is missing. Displayed as `hopspec check`
/// says it; `Debug` is the same, since that is what a test that returns it prints.
pub struct NotChecked {
    error: CheckError,
}

impl NotChecked {
    pub(super) fn new(error: CheckError) -> Self {
        Self { error }
    }

    /// The reason in parts.
    #[must_use]
    pub fn error(&self) -> &CheckError {
        &self.error
    }
}

impl fmt::Display for NotChecked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&of_error(&self.error, false))
    }
}

impl fmt::Debug for NotChecked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // `Error: ` stands before it on the same line, which excerpts would not survive.
        write!(f, "\n{self}")
    }
}

impl std::error::Error for NotChecked {}

/// The errors of specs with their excerpts, or a sentence.
pub(super) fn of_error(error: &CheckError, color: bool) -> String {
    match error {
        CheckError::Specs(errors) => report::spec_errors(errors, color),
        CheckError::Params(errors) => report::param_errors(errors, color),
        CheckError::Usage(why) | CheckError::Unreadable(why) | CheckError::Nothing(why) => report::escape(why).into_owned(),
    }
}
