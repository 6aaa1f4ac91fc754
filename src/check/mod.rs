//! The check: specs compiled once into a plan, every exchange judged against it, findings out.
//!
//! This is the product. Never met without evidence: what the evidence cannot show is inconclusive, what was not seen is
//! not observed.

mod request;

pub use request::{CheckError, CheckRequest, FailOn, check};
