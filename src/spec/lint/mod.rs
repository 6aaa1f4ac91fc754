//! What is odd in a spec that loads: expectations that nothing could violate, and what nothing uses.
//!
//! A warning is certain: where it cannot be told, nothing is said. The work is bounded by the size of the spec.

mod clauses;
mod idle;
mod implied;
mod select;
mod unused;
mod warnings;

pub use warnings::warnings;
