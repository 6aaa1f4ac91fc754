//! What users' tests see.

mod plain;
#[cfg(feature = "harness")]
mod suite;
