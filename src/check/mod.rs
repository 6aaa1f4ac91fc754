//! The check: specs compiled once into a plan, every exchange judged against it, findings out.
//!
//! This is the product. Never met without evidence: what the evidence cannot show is inconclusive, what was not seen is
//! not observed. The way through: [`check`] loads and reads, [`Plan`] compiles, [`Run`] is told of exchanges, `select`
//! finds the hops, `bind` and `judge` hold expectations against them with the comparisons of `matcher`, `book` collects
//! findings, `outcome` sums up.

mod accept;
mod across;
mod aspect;
mod attribute;
mod bind;
mod block;
mod block_cookie;
mod book;
mod came;
mod checks;
mod connection;
mod content;
mod cookie;
mod crossing;
mod dispatch;
mod echo;
mod error;
mod evaluate;
mod evidence;
mod fields;
mod follow;
mod found;
mod functions;
mod given;
mod groups;
mod head;
mod hide;
mod hop;
mod interpret;
mod joined;
mod judge;
mod judged;
mod jwt;
mod kinds;
mod late;
mod legible;
mod links;
mod looked;
mod mask;
mod matcher;
mod members;
mod memo;
mod names;
mod outcome;
mod own;
mod params;
mod part;
mod phrase;
mod picks;
mod placed;
mod plan;
mod readings;
mod reads;
mod request;
mod run;
mod same_request;
mod scope;
mod select;
mod selection;
mod settled;
mod sighting;
mod sigv4;
mod specs;
mod structure;
mod suite;
mod tally;
mod truth;
mod untold;
mod watch;
mod ways;
mod whole;

#[cfg(test)]
mod tests;

pub(crate) use accept::{yaml_prose, yaml_text};
pub use error::CheckError;
pub use given::PARAM_VARIABLE;
pub(crate) use mask::{before_mask, is_masked};
pub(crate) use matcher::is_type;
pub use outcome::FailOn;
pub use plan::Plan;
pub use request::{CheckRequest, Foreseen, check, check_watched, foreseen, plan};
pub use run::Run;
pub use selection::Selection;
pub(crate) use structure::{members, pairs};
pub use suite::{Broken, HopVerdict, Suite};
pub use watch::{MOST_FINDINGS, Watch, Watched, WatchedFinding, WatchedHop};
