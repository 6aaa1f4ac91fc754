//! The report for people: findings with what was expected and seen, then a line a hop, then what was not judged.

mod aligned;
mod captures;
mod detail;
mod hops;
mod inconclusive;
mod options;
mod render;
mod shut;
mod summary;
#[cfg(test)]
mod tests;
mod unjudged;

pub(super) use detail::{crossed, expected};
pub(super) use summary::line as last_line;

pub use options::{TextOptions, Verbosity};
pub use render::{text, text_of_findings};
pub use summary::NO_PACKET;
pub use unjudged::undecoded;
