//! `--unselected`: only exchanges that belong to no hop, as a check with the same specs would say.

use super::super::talk::Talk;
use super::args::Args;
use crate::check::{self, CheckError, Selection};

/// The selection of the specs that the arguments name; remarks on the choice of them go to standard error.
///
/// # Errors
/// Usage, or invalid specs, as of a check.
pub(super) fn selector(args: &Args, talk: Talk) -> Result<Box<Selection>, CheckError> {
    let (plan, notes) = check::plan(&args.specs, &args.params)?;
    notes.iter().for_each(|note| talk.note(note));
    Ok(Box::new(Selection::new(plan)))
}
