//! Regular expressions that stand for a whole value.

mod regex;
mod runs;

pub use regex::Pattern;
