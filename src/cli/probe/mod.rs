//! `hopspec probe`: be the client.

mod args;
mod run;

pub(super) use args::Args;
pub(super) use run::run;
