//! `hopspec listen`: be the target.

mod args;
mod run;

pub(super) use args::Args;
pub(super) use run::run;
