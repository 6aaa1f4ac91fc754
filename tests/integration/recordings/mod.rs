//! Real programs: recordings of proxies, networks and clients, held byte by byte against what somebody else than hopspec
//! wrote down beside them (`tests/fixtures/captures/README.md`).
//!
//! ```text
//! truth: what origin and client wrote down ─┐
//! heard: what hopspec reads of the capture ─┴─ compare ─ proxies, networks, variants, clients
//! ```

mod clients;
mod compare;
mod frames;
mod frames_lost;
mod heard;
mod networks;
mod proxies;
mod secured;
mod truth;
mod variants;

use std::path::PathBuf;

use crate::kit::root;

/// A file of the recordings.
fn recording(path: &str) -> PathBuf {
    root().join("tests/fixtures/captures").join(path)
}
