//! Every kind of evidence, read the same way: messages and exchanges go to a [`MessageSink`](crate::http::MessageSink).
//!
//! Sixth layer: packets come through `capture`, `wire`, `flow`, `tls` and `http`; texts enter here, with a lower
//! [`Fidelity`](crate::http::Fidelity).

mod appearance;
mod conversation;
mod dots;
mod dotted;
mod dump;
mod echoed;
mod error;
mod event;
mod execution_log;
mod expand;
#[cfg(test)]
mod fixture;
mod folder;
mod har;
mod input;
mod keys;
mod limits;
mod nghttp;
mod options;
mod packets;
mod read;
mod recording;
mod remade;
mod series;
mod shown;
mod stream;
mod summary;
mod table;
mod teller;
#[cfg(test)]
mod tests;
mod text;
mod trace;
mod tshark;
mod url;

pub use error::SourceError;
pub use expand::{Expanded, Named, expand, no_capture_in};
pub use folder::{FolderCaptures, captures_in};
pub use input::{BYTES, Input, LIVE, is_kept};
pub use keys::{key_log_remarks, key_logs};
pub use limits::{LIMITS, Limit, LimitUnit, Limits};
pub use options::ReadOptions;
pub use read::{read, read_events, read_from, read_with};
pub use recording::read_recording;
pub use stream::Stream;
pub use summary::{Embedded, Summary, Undecoded};
