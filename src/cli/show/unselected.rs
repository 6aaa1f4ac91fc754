//! `--unselected`: only exchanges that belong to no hop, as a check with the same specs would say.

use super::args::Args;
use crate::check::{self, CheckError, Selection};

/// The selection of the specs that the arguments name.
///
/// # Errors
/// Usage, or invalid specs, as of a check.
pub(super) fn selector(args: &Args) -> Result<Box<Selection>, CheckError> {
    check::plan(&args.specs, &args.params).map(|plan| Box::new(Selection::new(plan)))
}
