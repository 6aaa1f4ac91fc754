//! `hopspec learn`: a draft of a spec from captures.

mod args;
mod run;

pub(super) use args::Args;
pub(super) use run::run;
