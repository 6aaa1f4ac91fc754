//! One binary that drives the real program.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr, reason = "a failure is a failed test")]

mod kit;
mod shipped;
