//! A quick reader of plainly written YAML, for specs of the program: loading all of them is most of a short run.
//!
//! Before the careful readers, which read what it does not know, and all that is not ours.

mod reader;
mod scalar;
#[cfg(test)]
mod tests;

pub(super) use reader::read;
