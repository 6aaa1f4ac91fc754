//! A capture as text that stays the same when the same traffic is recorded again: for snapshots.
//!
//! `seen` collects exchanges, `finder` looks for what is [volatile](crate::volatile), and `numbers` gives out the
//! placeholders, the same one where the same value comes again. Secrets are masked before anything else is done. Captures are
//! hostile: what is kept of one is bounded, and time is linear in it.

mod finder;
mod numbers;
mod seen;
#[cfg(test)]
mod tests;
mod text;

pub use text::text;
