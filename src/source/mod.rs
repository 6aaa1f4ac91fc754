//! Every kind of evidence, read the same way: messages and exchanges go to a [`MessageSink`](crate::http::MessageSink).
//!
//! Fifth layer: packets come through `capture`, `wire`, `flow` and `http`; texts enter here, with a lower
//! [`Fidelity`](crate::http::Fidelity).

mod error;
mod expand;
mod input;
mod read;
mod summary;

pub use error::SourceError;
pub use expand::{Expanded, expand};
pub use input::Input;
pub use read::read;
pub use summary::{Summary, Undecoded};
