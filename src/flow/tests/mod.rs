//! The flow layer under a recording sink.

mod copies;
mod ends;
mod limits;
mod order;
mod property;
mod recorder;
