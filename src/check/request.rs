//! What to check, and the way from there to an outcome.

use std::path::PathBuf;

use crate::finding::Outcome;
use crate::source::{Input, SourceError};
use crate::spec::SpecError;

/// From which severity on findings lead to exit 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum FailOn {
    /// Errors.
    #[default]
    Error,
    /// Warnings and errors.
    Warning,
    /// What cannot be decided, too.
    Inconclusive,
}

/// What to check.
#[derive(Debug, Clone, Default)]
pub struct CheckRequest {
    /// Spec files and folders; empty means `./specs`.
    pub specs: Vec<PathBuf>,
    /// Captures: files and folders are told apart on reading; empty means every spec's own evidence.
    pub captures: Vec<Input>,
    /// Where evidence is looked for instead of the `captures` folder beside `specs`.
    pub captures_dir: Option<PathBuf>,
    /// `--param K=V`, in order; the last of a name counts.
    pub params: Vec<(String, String)>,
    /// `--fail-on`
    pub fail_on: FailOn,
    /// `--strict`: `--fail-on inconclusive`, and evidence is required.
    pub strict: bool,
    /// `--show-secrets`
    pub show_secrets: bool,
}

/// Why a check could not be made.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// Exit 2.
    #[error("{0}")]
    Usage(String),
    /// Exit 2; all errors of all specs.
    #[error("{} in the specs", if .0.len() == 1 { "1 error".to_owned() } else { format!("{} errors", .0.len()) })]
    Specs(Vec<SpecError>),
    /// Exit 4.
    #[error(transparent)]
    Source(#[from] SourceError),
}

/// Checks captures against specs, or specs against their own evidence.
///
/// # Errors
/// [`CheckError`]: usage, invalid specs, or a named source that cannot be read.
pub fn check(request: &CheckRequest) -> Result<Outcome, CheckError> {
    let _ = request;
    Err(CheckError::Usage("not yet".to_owned()))
}
