//! One binary that drives the real program.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test that cannot go on should panic"
)]

mod accept;
mod arguments;
mod at_hand;
mod connections;
mod corpus;
mod curl;
mod disorder;
mod docs;
mod dumps;
mod edge;
mod embedded;
mod events;
mod evidence;
mod execution_log;
mod fuzzing;
mod gateways;
mod har;
mod hostile;
mod journeys;
mod kit;
mod layering;
mod learn;
#[cfg(all(unix, feature = "live"))]
mod listen;
#[cfg(unix)]
mod live_gateways;
mod live_recording;
mod live_stream;
mod local;
mod mutations;
mod named_evidence;
mod note;
mod observed;
mod only;
mod params;
mod parts;
mod picks;
mod pipes;
mod probe;
mod program;
mod properties;
mod proxies;
mod recordings;
mod rotation;
mod rules;
mod same_exchange;
mod schema;
mod shipped;
mod spec_roots;
mod specs_alone;
mod stable;
mod structure;
mod systems;
mod true_to_the_wire;
mod written;
