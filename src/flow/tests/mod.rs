//! The flow layer under a recording sink.

mod ends;
mod limits;
mod order;
mod property;
mod recorder;
