//! HTTP messages and exchanges (RFC 9110, RFC 9112; RFC 9113 in `h2`): streams in, heads, bodies and exchanges out.
//!
//! Fifth layer. The wire is the evidence: names keep their case, lines their order, repeats stay apart, values keep
//! their bytes. Malformed heads are kept and marked. Heads, pipelines and kept bodies are bounded.

mod allowance;
mod body;
mod bytes;
mod chunked;
mod connection;
mod conversation;
mod dialogue;
mod exchange;
mod framing;
mod h2;
mod head;
mod kept;
mod layout;
mod lenient;
mod limits;
mod messages;
mod opening;
mod packed;
mod parse;
mod places;
mod provenance;
mod reading;
mod repeats;
mod search;
mod secured;
mod sink;
mod start;
mod streams;
mod tally;
#[cfg(test)]
mod tests;
mod waiting;

pub use body::{Body, BodyWant, Trailers};
pub use bytes::{BytesRead, Said, read_bytes, read_said};
pub use connection::{Connection, EmptyConnection};
pub use conversation::Conversation;
pub use dialogue::{Dialogue, Standing};
pub use exchange::{Exchange, Message};
pub use h2::Limits as Http2Limits;
#[cfg(test)]
pub(crate) use h2::head_of;
pub(crate) use h2::listed_head;
pub use h2::{FrameWriter, Http2Signal, Http2Signals};
pub use head::{AUTHORITY, FieldLine, Head, HeadBuf, HeadFlags, HeadRef, Range, StartLine};
pub use kept::Kept;
pub use layout::Layout;
pub use limits::Limits;
pub use parse::{parse_head, start_line_kind};
pub use provenance::{CaptureId, Fidelity, Origin, Provenance};
pub(crate) use repeats::{same_bytes, same_places};
pub use sink::{AnySink, MessageId, MessageSink};
pub use start::MessageKind;
pub use streams::{HttpStreams, Part, Unread};
