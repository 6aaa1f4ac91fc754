//! What `curl --trace` and `curl --trace-ascii` write: every byte that curl sent and received, in blocks with lines of their
//! own.
//!
//! The form is what `tool_debug_cb` and `dump` of curl's tool print (`src/tool_cb_dbg.c`). As hex digits the bytes are exact,
//! and messages of HTTP/1 are read as on the wire: chunks, trailers, bodies by their framing. As text, bytes that cannot be printed
//! are dots; offsets and lengths say where CR LF stood. HTTP/2 and HTTP/3 are shown as curl makes frames of them: heads in the
//! form of HTTP/1. Any bytes are fine; time is linear in the length of the text, which is bounded.

mod block;
mod draft;
mod event;
mod read;
#[cfg(test)]
mod tests;

pub(super) use read::{is_trace, read};
