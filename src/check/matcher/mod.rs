//! How a value in traffic is compared with a value of a spec: one file a group of matcher keys.
//!
//! A matcher answers with a [`Truth`](super::truth::Truth) and allocates nothing when it holds. What it expected is
//! written out only for findings, by [`describe`]. To add a matcher key: its clause in `spec/value.rs`, its file here,
//! an arm in [`clause`], a description in `describe.rs`.

mod clause;
mod compare;
mod describe;
mod fault;
mod json;
mod jwt;
mod lines;
mod list;
mod pairs;
mod types;

pub(super) use clause::holds;
pub(super) use describe::{describe, exact_text};
pub(super) use fault::fault;
pub(super) use json::{clause_holds_json as clause_takes_json, find as find_json, holds_json, show as show_json};
pub(super) use lines::{LineFault, clause_takes, holds_lines};
pub(crate) use types::is_type;
