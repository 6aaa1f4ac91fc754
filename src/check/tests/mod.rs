//! Tests of the check as a whole: specs as YAML, messages as bytes, verdicts and findings out.

mod accept;
mod across;
mod conditions;
mod cookies;
mod driver;
mod events;
mod findings;
mod formulas;
mod frames;
mod heads;
mod journeys;
mod json;
mod lines;
mod masks;
mod matchers;
mod names;
mod remembered;
mod select;
mod settled;
mod tokens;
mod variants;
