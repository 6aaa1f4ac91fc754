//! What `nghttp -v` writes (and `nghttpd -v`): the frames of HTTP/2 connections, with the fields of their header lists.
//!
//! The form is what `verbose_on_frame_send_callback`, `verbose_on_header_callback` and their kin print
//! (`src/app_helper.cc` of nghttp2). Fields are as sent, in their order; of bodies only lengths are shown, and bodies may stand
//! between the lines. Any bytes are fine; time is linear in the length of the text, which is bounded.

mod line;
mod read;
#[cfg(test)]
mod tests;

pub(super) use line::is_nghttp;
pub(super) use read::read;
