//! Why a check could not be made.

use crate::spec::SpecError;

/// Why a check could not be made.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// Exit 2.
    #[error("{0}")]
    Usage(String),
    /// Exit 2; all errors of all specs.
    #[error("{} in the specs", if .0.len() == 1 { "1 error".to_owned() } else { format!("{} errors", .0.len()) })]
    Specs(Vec<SpecError>),
    /// Exit 2; errors of a file of params, or of values that it gives.
    #[error("{} in the params", if .0.len() == 1 { "1 error".to_owned() } else { format!("{} errors", .0.len()) })]
    Params(Vec<SpecError>),
    /// Exit 4: a spec, a file of params or a folder of specs that is there and cannot be read.
    #[error("{0}")]
    Unreadable(String),
    /// Exit 3: there is nothing to judge with, or nothing to judge.
    #[error("{0}")]
    Nothing(String),
}
