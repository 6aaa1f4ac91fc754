//! Tests of the check as a whole: specs as YAML, messages as bytes, verdicts and findings out.

mod across;
mod conditions;
mod driver;
mod findings;
mod heads;
mod json;
mod masks;
mod matchers;
mod names;
mod select;
mod variants;
