//! From the YAML tree to the model: every key known by name, every mistake collected, nothing guessed.
//!
//! One file a level of the language: the file, a hop, a message, a value, a matcher, its structures. What cannot be read
//! is reported and left out, so that one mistake does not hide the next.

mod captures;
mod cel;
mod check;
mod connection;
mod cookies;
mod expression;
mod file;
mod follows;
mod functions;
mod given;
mod hop;
mod json_path;
mod json_whole;
mod lexer;
mod literal;
mod matcher;
mod message;
mod names;
mod param;
mod pattern;
mod reader;
mod select;
mod spot;
mod structure;
mod template;
mod types;
mod value;
mod wire;

pub(super) use check::{condition, deferred};
pub(super) use file::file;
pub(super) use given::given;
pub(super) use types::types;
