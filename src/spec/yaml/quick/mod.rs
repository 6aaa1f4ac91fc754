//! A quick reader of plainly written YAML: loading specs is most of a short run.
//!
//! Before the careful readers, which read what it does not know, and say what is wrong with what is no YAML.

#[cfg(any(test, fuzzing))]
mod compare;
mod reader;
mod scalar;
#[cfg(test)]
mod tests;

#[cfg(fuzzing)]
pub(super) use compare::assert_is_careful;
pub(super) use reader::read;
