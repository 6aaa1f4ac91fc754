//! `hopspec show`: the messages of captures, as text or as JSON lines.
//!
//! One pass with bounded memory: messages are written in the order of the packets that completed their heads, and one
//! whose body still runs holds back a bounded amount of later ones.

mod addresses;
mod args;
mod clock;
mod counts;
mod form;
mod journeys;
mod json_text;
mod jsonl;
mod known;
mod listing;
#[cfg(feature = "live")]
mod live;
mod near;
mod order;
mod run;
#[cfg(test)]
mod tests;
mod text;
mod unselected;

pub(super) use args::Args;
pub(super) use run::run;
