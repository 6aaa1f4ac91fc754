//! The output of `curl -v`: what curl says (`* `), sends (`> `) and receives (`< `), with bodies and progress between.
//!
//! The form is what `tool_debug_cb` of curl's tool and `trc_write`/`showit` of libcurl print; recordings of both stand in
//! `tests/fixtures/text`. Bodies are written to another stream, so a body is what stands between two heads and is none of
//! curl's own lines: before the note that ends its transfer, behind it, or cut into by the progress meter. Where several
//! transfers run at once nobody can say whose it is, and it is unknown.

mod mark;
mod meter;
mod notes;
mod request;
mod response;
#[cfg(test)]
mod tests;
mod transcript;

pub(super) use mark::is_start;
pub(in crate::source) use mark::{begins, behind_stamp};
pub(in crate::source) use notes::{Note, tells};
pub(super) use request::takes_content;
pub(in crate::source) use request::{is_of_frames, without_left_away};
pub(super) use transcript::{Heard, Transcript};
