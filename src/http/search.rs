//! The way back where the place in a stream is lost: the next start line.
//!
//! Only a line that is cut is buffered, and no more than a bounded part of it.

use memchr::{memchr, memrchr};

use super::conversation::{Conversation, Mode};
use super::reading::{LONGEST_LINE, keep};
use super::start::find_start;
use super::streams::HttpStreams;
use super::{MessageKind, MessageSink};
use crate::capture::PacketAt;
use crate::flow::{Direction, FlowInfo};

impl<M: MessageSink> HttpStreams<'_, M> {
    /// Looks for the next start line.
    pub(super) fn search<'a>(
        &mut self,
        flow: &FlowInfo,
        talk: &mut Conversation,
        direction: Direction,
        rest: &'a [u8],
        at: PacketAt,
    ) -> &'a [u8] {
        if (!talk.messages || talk.is_h2()) && self.sniff_frames(flow, talk, direction, rest, at) {
            return &[];
        }
        let role = sought(flow, talk, direction);
        let stream = talk.stream(direction);
        if matches!(stream.partial[..], [] | [b'\n']) {
            let at_line = !stream.partial.is_empty();
            if let Some(start) = find_start(rest, role, at_line) {
                stream.partial.clear();
                if start > 0 {
                    stream.pass_over(at.number);
                }
                stream.mode = Mode::Start;
                return rest.get(start..).unwrap_or_default();
            }
            // A start line may have begun in the last line.
            let last = last_line(rest);
            if last > 0 {
                stream.pass_over(at.number);
                stream.partial.clear();
            }
            return keep(stream, rest.get(last..).unwrap_or_default(), at);
        }
        // Only the line that was not whole is put together; the rest is searched where it lies.
        let end = memchr(b'\n', rest).map_or(rest.len(), |lf| lf.saturating_add(1));
        let (line, behind) = rest.split_at_checked(end).unwrap_or((rest, &[]));
        let begun = stream.at.number;
        keep(stream, line, at);
        if let Some(start) = find_start(&stream.partial, role, false) {
            if start > 0 {
                stream.pass_over(begun);
            }
            stream.partial.drain(..start);
            stream.mode = Mode::Start;
            stream.scanned = 0;
            return self.buffer(flow, talk, direction, behind, at);
        }
        if stream.partial.ends_with(b"\n") {
            stream.pass_over(begun);
            let last = stream.partial.len().saturating_sub(1);
            stream.partial.drain(..last);
        } else if stream.partial.len() > 2 * LONGEST_LINE {
            let excess = stream.partial.len().saturating_sub(LONGEST_LINE);
            stream.pass_over(begun);
            stream.partial.drain(..excess);
        }
        behind
    }
}

/// Where the last line begins, with the line end before it: what follows a line end is a line from its beginning. No more
/// than a bounded part of it.
pub(super) fn last_line(bytes: &[u8]) -> usize {
    memrchr(b'\n', bytes).unwrap_or_default().max(bytes.len().saturating_sub(LONGEST_LINE))
}

/// Which kind of message is looked for in this direction: who opened the connection sends the requests, as long as no
/// message says otherwise.
pub(super) fn sought(flow: &FlowInfo, talk: &Conversation, direction: Direction) -> Option<MessageKind> {
    talk.role(direction).or_else(|| {
        let opener = flow.opener.filter(|_| talk.client.is_none())?;
        Some(if opener == direction { MessageKind::Request } else { MessageKind::Response })
    })
}
