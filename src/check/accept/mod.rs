//! The change of a spec that would accept what was seen: the `accept` line of a finding.
//!
//! The narrowest that is known to be right: what was met stays met, what was seen is met then. [`Seen`] collects what was
//! there in the exchanges of a finding, [`suggest`] asks `values` and `claims` for changes, `prove` reads the changed spec
//! anew and holds it against all that was seen, and what does not pass is not suggested. No secret and no masked value
//! gets into a suggestion. Pure: texts and models in, a change out. What it costs is bounded by [`Budget`].

mod body;
mod claims;
mod clauses;
mod edit;
mod json;
mod prove;
mod seen;
mod suggest;
mod values;
mod yaml;

pub(super) use edit::{Edit, suggestion};
pub(super) use seen::Seen;
pub(super) use suggest::{Asked, Budget, suggest};
pub(crate) use yaml::{prose_within as yaml_prose, text_within as yaml_text};
