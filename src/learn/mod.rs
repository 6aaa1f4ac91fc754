//! A first draft of a spec: captures in, YAML out, with a hop for each kind of exchange.
//!
//! Stands above `check` and `report`. [`learn`] reads captures into a sink (`learner`), which puts each exchange to its `kind`
//! (`groups`, with signs from `agent`) and keeps what the messages of a `group` have in common (`message`, `field`, `values`,
//! `parts`, `repeats`, `order`). In the end `hop` says which kinds are hops and `select` how each is told from the others, `claim` and
//! `start_line` what is expected, `write` writes it with what else was seen (`remark`).
//!
//! Two promises: the spec is met by what it was learned from, since what is said is what was seen of every exchange that a
//! select can find; and no secret is in it (`glance`, `hidden`). Memory is bounded (`limits`), time linear in the captures.

mod agent;
mod claim;
mod field;
mod glance;
mod group;
mod groups;
mod hidden;
mod hop;
mod kind;
mod kinds_of_value;
mod learner;
mod limits;
mod message;
mod order;
mod parts;
mod remark;
mod repeats;
mod request;
mod select;
mod signs;
mod start_line;
#[cfg(test)]
mod tests;
mod values;
mod write;

pub use request::{LearnError, LearnRequest, Learned, learn};
