//! HAR files (HTTP Archive 1.1 and 1.2): what a browser, a proxy or a tool noted of its requests.
//!
//! A HAR is a note of what was sent, not what was sent: names are sorted or re-cased, cookies are left out, requests that a
//! cache answered stand beside those of the wire. So its [`Fidelity`](crate::http::Fidelity) is low, and what was not sent is
//! no message. Any bytes are fine; the file is bounded as a text is, and time is linear in its length.

mod document;
mod entry;
mod read;
#[cfg(test)]
mod tests;

pub(super) use read::{is_har, read};
