//! What commands share that judge while traffic comes.

mod args;
mod run;

pub(super) use args::{LiveArgs, SniffArgs};
pub(super) use run::{Begun, begin, judge, judged};
