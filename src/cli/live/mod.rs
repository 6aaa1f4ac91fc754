//! What commands share that judge while traffic comes.

mod args;
mod run;
mod sniff;

pub(super) use args::{LiveArgs, SniffArgs, SpanArgs};
pub(super) use run::{Begun, begin, interruptible, judge, judged, may_write, written_over};
pub(super) use sniff::{Sniffing, open};
