//! `hopspec check`: arguments to a request, an outcome to reports.

mod args;
mod format;
mod repository;
mod run;

pub(super) use args::{Args, param};
pub(super) use run::{refuse, run};
