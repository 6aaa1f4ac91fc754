//! `hopspec check`: arguments to a request, an outcome to reports.

mod args;
mod format;
mod judge;
#[cfg(feature = "live")]
mod live;
mod prepared;
mod repository;
mod run;

pub(super) use args::Args;
#[cfg(feature = "live")]
pub(super) use judge::JudgeArgs;
pub(super) use judge::param;
#[cfg(feature = "live")]
pub(super) use prepared::Prepared;
pub(super) use prepared::refuse;
pub(super) use run::run;
