//! YAML with places: a tree in which every key and value knows where it stands and how it was typed.
//!
//! What is plainly written, as most specs are, one quick reader reads, which gives up where it does not know something. Then two
//! readers look at the same text. The event parser gives places, the raw text of scalars, quotes, tags and anchors, and
//! bounds what aliases expand to; serde_yaml gives the types of scalars. A disagreement of the two is an error, not a guess.
//! The quick reader is held against both by properties and by a fuzz target.

mod events;
mod node;
mod offsets;
mod quick;
mod repair;
mod tree;
mod typed;

pub(super) use node::{Kind, Node, Scalar, Style, Typed};
pub(super) use repair::{Parsed, parse};
