//! Which exchanges belong together, and what became of messages between.

mod changes;
mod joining;
