//! What differs between two recordings of the same traffic, and where it stands in a value.
//!
//! Stands at the bottom: a snapshot writes placeholders there, a draft of a spec writes no literal. `table` says what and why,
//! `compiled` are its patterns, `spots` finds them in the value of a field. Linear in the text, whatever the traffic sends.

mod compiled;
mod spots;
mod table;

pub(crate) use compiled::{address, compiled, stands_alone};
pub(crate) use spots::spots;
pub(crate) use table::{NEVER, Scope, Sign, TABLE, Volatile};
