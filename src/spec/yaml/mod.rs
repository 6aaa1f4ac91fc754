//! YAML with places: a tree in which every key and value knows where it stands and how it was typed.
//!
//! Two readers look at the same text. The event parser gives places, the raw text of scalars, quotes, tags and anchors, and
//! bounds what aliases expand to; serde_yaml gives the types of scalars. A disagreement is an error, not a guess. Specs of
//! the program are read by one quick reader, which the tests hold against these two.

mod events;
mod node;
mod offsets;
mod plain;
mod quick;
mod repair;
mod tree;
mod typed;

pub(super) use node::{Kind, Node, Scalar, Style, Typed};
pub(super) use repair::{Parsed, parse};
