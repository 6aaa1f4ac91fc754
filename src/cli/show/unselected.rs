//! `--unselected`: only exchanges that belong to no hop, as a check with the same specs would say.

use super::super::environment::param_variables;
use super::super::talk::Talk;
use super::args::Args;
use crate::check::{self, CheckError, CheckRequest, Selection};

/// The selection of the specs that the arguments name; remarks on the choice of them go to standard error.
///
/// # Errors
/// Usage, or invalid specs, as of a check.
pub(super) fn selector(args: &Args, talk: Talk) -> Result<Box<Selection>, CheckError> {
    let request = CheckRequest {
        specs: args.specs.clone(),
        params: args.params.clone(),
        environment: param_variables().map_err(CheckError::Usage)?,
        param_files: args.param_files.clone(),
        ..CheckRequest::default()
    };
    let (plan, notes) = check::plan(&request)?;
    notes.iter().for_each(|note| talk.note(note));
    Ok(Box::new(Selection::new(plan)))
}
