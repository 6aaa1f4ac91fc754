//! What hostile bytes must never do, as functions of bytes. The fuzzer's targets call them, and `cargo test` runs them over
//! `fuzz/corpus` (`tests/integration/fuzzing.rs`). They panic where something is wrong.

#[path = "capture.rs"]
mod captures;
#[path = "expression.rs"]
mod expressions;
#[path = "packets.rs"]
mod frames;
#[path = "http.rs"]
mod messages;
#[path = "h2.rs"]
mod multiplexed;
mod notes;
#[path = "fragments.rs"]
mod parts;
#[path = "proxy.rs"]
mod proxies;
#[path = "tls.rs"]
mod secured;
#[path = "spec.rs"]
mod specs;
#[path = "text.rs"]
mod texts;
#[path = "yaml.rs"]
mod trees;
#[path = "written.rs"]
mod writings;

pub use captures::capture;
pub use expressions::expression;
pub use frames::packets;
pub use messages::http;
pub use multiplexed::h2;
pub use parts::fragments;
pub use proxies::proxy;
pub use secured::{keylog, tls, tls_hello};
pub use specs::spec;
pub use texts::text;
pub use trees::yaml;
pub use writings::written;

/// A target.
pub type Target = fn(&[u8]);

/// All targets, by the names of their corpora.
pub const TARGETS: [(&str, Target); 14] = [
    ("capture", capture),
    ("packets", packets),
    ("fragments", fragments),
    ("keylog", keylog),
    ("tls", tls),
    ("tls_hello", tls_hello),
    ("http", http),
    ("h2", h2),
    ("proxy", proxy),
    ("text", text),
    ("spec", spec),
    ("expression", expression),
    ("yaml", yaml),
    ("written", written),
];
