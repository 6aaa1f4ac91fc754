//! YAML specs say which HTTP header fields every hop must carry; hopspec checks recorded traffic against them.
//!
//! The program is a thin layer over [`check::check`]:
//!
//! ```
//! use hopspec::check::{CheckRequest, check};
//! use hopspec::finding::Verdict;
//! use hopspec::source::Input;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let outcome = check(&CheckRequest {
//!     specs: vec!["specs/aws/alb/health-check.yaml".into()],
//!     captures: vec![Input::File("captures/aws/alb/health-check".into())],
//!     ..CheckRequest::default()
//! })?;
//! assert_eq!(outcome.verdict, Verdict::Met, "{}", hopspec::report::text(&outcome, &Default::default()));
//! for hop in outcome.specs.iter().flat_map(|spec| &spec.hops) {
//!     assert!(hop.exchanges > 0, "{} was not seen", hop.hop);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! In tests, [`check()`] and [`Check`] say the same with fewer words, [`check_bytes`] takes messages that a test holds,
//! [`text()`] is a capture for snapshots, and `harness!` (feature `harness`) is one test a hop.
//!
//! Without captures, [`check::check`] holds specs against their own evidence. What was found is an
//! [`Outcome`](finding::Outcome): verdicts, findings with their places, what was not judged. [`report`] prints it.
//! Whoever reads messages for another purpose gives a [`MessageSink`](http::MessageSink) to [`source::read`].
//!
//! The modules stand in the order in which data goes through them; each uses only those above it. What hostile captures,
//! specs and texts may cost is bounded everywhere, and what was lost or odd is told as an [`anomaly`].

pub mod anomaly;
// A layer of bytes: no index that can fail, no arithmetic that can wrap, no cast that can cut.
#[cfg_attr(not(test), warn(clippy::indexing_slicing, clippy::arithmetic_side_effects, clippy::cast_possible_truncation))]
pub mod capture;
pub mod check;
#[cfg(feature = "cli")]
pub mod cli;
pub mod exit;
pub mod finding;
// A layer of bytes: no index that can fail, no arithmetic that can wrap, no cast that can cut.
#[cfg_attr(not(test), warn(clippy::indexing_slicing, clippy::arithmetic_side_effects, clippy::cast_possible_truncation))]
pub mod flow;
pub mod harness;
pub mod hop;
// A layer of bytes: no index that can fail, no arithmetic that can wrap, no cast that can cut.
#[cfg_attr(not(test), warn(clippy::indexing_slicing, clippy::arithmetic_side_effects, clippy::cast_possible_truncation))]
pub mod http;
mod json;
pub mod learn;
#[cfg(feature = "live")]
pub mod live;
// A layer of bytes: no index that can fail, no arithmetic that can wrap, no cast that can cut.
#[cfg_attr(not(test), warn(clippy::indexing_slicing, clippy::arithmetic_side_effects, clippy::cast_possible_truncation))]
pub mod proxy_protocol;
pub mod report;
pub mod secret;
pub mod source;
pub mod spec;
// A layer of bytes: no index that can fail, no arithmetic that can wrap, no cast that can cut.
#[cfg_attr(not(test), warn(clippy::indexing_slicing, clippy::arithmetic_side_effects, clippy::cast_possible_truncation))]
pub mod tls;
mod volatile;
// A layer of bytes: no index that can fail, no arithmetic that can wrap, no cast that can cut.
#[cfg_attr(not(test), warn(clippy::indexing_slicing, clippy::arithmetic_side_effects, clippy::cast_possible_truncation))]
pub mod wire;

pub use harness::{Check, Checked, NotChecked, check, check_bytes, text};

/// The examples of the page on `cargo test` are compiled and run.
#[cfg(all(doctest, feature = "harness"))]
#[doc = include_str!("../docs/cargo-test.md")]
pub struct CargoTest;
