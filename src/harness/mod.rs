//! For `cargo test`: specs as tests, and what tests ask in plain code.
//!
//! Above `check` and `report`, beside `cli`: a [`Check`] becomes a request, an outcome becomes a passed or failed test with
//! the report's own text. Nothing of it decides anything: what fails here fails `hopspec check`, too.

mod builder;
mod bytes;
mod checked;
#[cfg(not(feature = "harness"))]
mod missing;
mod root;
mod stable;
#[cfg(feature = "harness")]
mod suite;
#[cfg(test)]
mod tests;

pub use builder::{Check, check};
pub use bytes::check_bytes;
pub use checked::{Checked, NotChecked};
pub use stable::text;
#[cfg(feature = "harness")]
pub use suite::run;
