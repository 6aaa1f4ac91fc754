//! `hopspec lint`: specs alone, without traffic.

mod args;
mod run;

pub(super) use args::Args;
pub(super) use run::run;
