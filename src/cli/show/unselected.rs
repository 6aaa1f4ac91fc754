//! `--unselected`: only exchanges that belong to no hop. What belongs to a hop is decided by the plan of `check`.

use super::args::Args;
use crate::check::CheckError;
use crate::http::{BodyWant, Exchange, HeadRef};

/// Knows which exchanges belong to a hop.
pub(super) trait Selector {
    /// What of a message's body decides.
    fn want(&mut self, head: &HeadRef<'_>, request: Option<&HeadRef<'_>>) -> BodyWant;

    /// Whether some hop of the specs selects the exchange.
    fn is_selected(&mut self, exchange: &Exchange<'_>) -> bool;
}

/// The selector of the specs that the arguments name.
///
/// # Errors
/// Usage, or invalid specs, as of a check.
pub(super) fn selector(args: &Args) -> Result<Box<dyn Selector>, CheckError> {
    // The hook for `check::Plan`: load `args.specs` and `args.params` as a check does, and wrap its plan.
    let _ = (&args.specs, &args.params);
    Err(CheckError::Usage("--unselected is not supported yet".to_owned()))
}
