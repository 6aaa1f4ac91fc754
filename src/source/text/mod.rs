//! Raw HTTP messages in a text: a note, a wiki page, a test.
//!
//! People cut, indent and comment what they paste, so nothing here is framed by a length: a message begins with its
//! start line, and its body ends where the next begins. What is no HTTP is passed over and counted, never dropped in
//! silence. Any bytes are fine; time is linear in the length of the text, which is bounded.

mod line;
mod messages;
mod recognise;
mod split;
#[cfg(test)]
mod tests;

pub(super) use messages::read;
pub(super) use recognise::is_start_line;
