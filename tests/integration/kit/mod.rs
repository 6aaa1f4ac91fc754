//! Captures made in memory, without root: messages become conversations, conversations segments, segments packets,
//! packets capture files; on the way they can be disordered as networks and recorders do.
//!
//! ```text
//! message ─ conversation ─ segment (disorder) ─ carrier ─ file
//!     └ site (the systems that the shipped specs describe) ─ wrong (the same with one thing wrong)
//! ```
//! Deterministic: equal input gives equal bytes.

#![allow(dead_code, unused_imports, reason = "each test needs a part of the kit")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "test support: a failure is a failed test")]

mod carrier;
mod conversation;
mod disorder;
mod echo;
mod evidence;
mod file;
mod message;
mod run;
mod segment;
mod site;
mod store;
mod wrong;

pub(crate) use carrier::{Carrier, Link, Packet, packets};
pub(crate) use conversation::{Closing, Conversation, Speaker};
pub(crate) use disorder::{duplicated, lost, overlapped, shuffled, split};
pub(crate) use echo::Api;
pub(crate) use evidence::{Spoken, read_exchanges};
pub(crate) use file::{Format, write_file};
pub(crate) use message::Message;
pub(crate) use run::{Run, check, hopspec, root};
pub(crate) use segment::{Segment, interleaved, segments};
pub(crate) use site::{Hop, Site, Traffic};
pub(crate) use store::Call;
pub(crate) use wrong::table as wrong_table;

#[cfg(test)]
mod tests;
