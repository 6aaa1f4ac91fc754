//! HTTP messages in a text: a note, a wiki page, a test, the output of `curl -v`.
//!
//! People cut, indent and comment what they paste, so nothing here is framed by a length: a message begins with its
//! start line, and its body ends where the next begins. What is no HTTP is passed over and counted, never dropped in
//! silence; what a text does not show is unknown, never empty. Any bytes are fine; time is linear in the length of the
//! text, which is bounded.

mod curl;
mod group;
mod json;
mod line;
mod messages;
mod piece;
mod recognise;
mod split;
#[cfg(test)]
mod tests;

pub(super) use curl::{Note as CurlNote, begins as is_curl, behind_stamp, is_of_frames, tells, without_left_away};
pub(super) use json::end as json_end;
pub(super) use messages::read;
pub(super) use recognise::{begins_message, is_start_line};
