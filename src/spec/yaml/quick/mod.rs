//! A quick reader of plainly written YAML: reading specs is most of a short run.
//!
//! It stands before the careful readers, which read what it does not know.

#[cfg(any(test, fuzzing))]
mod agree;
mod plain;
mod reader;
mod scalar;
#[cfg(test)]
mod tests;

#[cfg(any(test, fuzzing))]
pub(super) use agree::assert_careful;
pub(super) use reader::read;
