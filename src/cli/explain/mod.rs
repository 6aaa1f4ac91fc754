//! `hopspec explain`: the page of a rule.

mod args;
mod run;

pub(super) use args::Args;
pub(super) use run::run;
