//! Where HTTP/2 begins: with the client's preface (RFC 9113 §3.3), with the server's SETTINGS (§3.4), behind a
//! `101 Switching Protocols` (RFC 7540 §3.2), or somewhere in the middle.

use super::connection::{Half, Phase, Stream};
use super::find::are_frames;
use crate::capture::PacketAt;
use crate::flow::{Direction, FlowInfo};
use crate::http::conversation::{Content, Conversation, Mode};
use crate::http::messages::size_of_head;
use crate::http::streams::HttpStreams;
use crate::http::{HeadRef, MessageSink};

/// How a direction shows that it speaks HTTP/2.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::http) enum Beginning {
    /// The client's preface is at hand.
    Preface,
    /// The server's first SETTINGS are at hand.
    Settings,
    /// Frames are at hand; what was before is not known.
    Frames,
    /// Somewhere in what comes there are frames.
    Lost,
}

impl<M: MessageSink> HttpStreams<'_, M> {
    /// From here on, this direction has frames: these bytes first.
    #[cold]
    pub(in crate::http) fn begin_frames(
        &mut self,
        flow: &FlowInfo,
        talk: &mut Conversation,
        direction: Direction,
        beginning: Beginning,
        bytes: &[u8],
        at: PacketAt,
    ) {
        let client = match beginning {
            Beginning::Preface => Some(direction),
            Beginning::Settings => Some(direction.reversed()),
            Beginning::Frames | Beginning::Lost => None,
        };
        let mut h2 = self.take_h2(talk);
        h2.client = h2.client.or(client);
        let side = h2.side(direction);
        match beginning {
            Beginning::Preface => side.phase = Phase::Preface,
            Beginning::Settings => {}
            Beginning::Frames | Beginning::Lost => {
                side.lose();
                if beginning == Beginning::Frames {
                    side.phase = Phase::Header;
                }
                h2.began_before = true;
            }
        }
        self.put_h2(talk, h2);
        self.turn(talk, direction);
        // The other direction may have shown what nobody could know then.
        let other = direction.reversed();
        let stream = talk.stream(other);
        let lost = stream.mode == Mode::Lost || (beginning == Beginning::Frames && stream.mode == Mode::Start);
        if lost && stream.running.is_none() {
            self.turn(talk, other);
            let mut h2 = self.take_h2(talk);
            h2.side(other).lose();
            h2.began_before = true;
            self.put_h2(talk, h2);
        }
        self.frames(flow, talk, direction, bytes, at);
    }

    /// A direction has frames from here on.
    fn turn(&mut self, talk: &mut Conversation, direction: Direction) {
        talk.content = Content::Http2;
        let stream = talk.stream(direction);
        (stream.mode, stream.fresh, stream.judged, stream.junk) = (Mode::Frames(0), false, None, None);
        stream.scanned = 0;
        stream.partial = Vec::new();
    }

    /// Whether bytes that are no message of HTTP/1 are frames; if so, they are taken.
    #[cold]
    pub(in crate::http) fn sniff_frames(
        &mut self,
        flow: &FlowInfo,
        talk: &mut Conversation,
        direction: Direction,
        bytes: &[u8],
        at: PacketAt,
    ) -> bool {
        let beginning = match talk.is_h2() {
            _ if self.in_lines => return false,
            true if !talk.waits_for_upgrade() => Beginning::Lost,
            false if !talk.messages && are_frames(bytes) => Beginning::Frames,
            _ => return false,
        };
        self.begin_frames(flow, talk, direction, beginning, bytes, at);
        true
    }

    /// A server switched to HTTP/2: the request that waits is that of stream 1.
    #[cold]
    pub(in crate::http) fn upgrade(&mut self, talk: &mut Conversation, server: Direction, at: PacketAt) {
        let client = server.reversed();
        let mut h2 = self.take_h2(talk);
        h2.client = Some(client);
        // The size of its table stands in HTTP2-Settings.
        h2.side(server).decoder.allowed = None;
        if talk.stream(client).running.is_some() {
            // What comes of it now is taken for frames.
            self.body_incomplete(at, "the server switched to HTTP/2 before its end");
            self.finish(talk, client, false);
        }
        if talk.waiting.front().is_some_and(|first| first.answer.is_some()) {
            // It was answered before its body ended: it is not the one that asked.
            self.pop(talk);
        }
        if let Some(waiting) = talk.waiting.pop_front() {
            let (id, body) = (waiting.id, waiting.body().clone());
            let head = self.packer.unpack(waiting.head);
            self.held = self.held.saturating_add(size_of_head(&head));
            let half = Half { id, body, head, tally: None, doubtful: false, length: None };
            h2.streams.insert(1, Box::new(Stream { request: Some(half), response: None }));
            h2.highest = 1;
        }
        if !matches!(talk.stream(client).mode, Mode::Frames(_)) {
            // The preface may have begun to come.
            let begun = std::mem::take(&mut talk.stream(client).partial);
            self.turn(talk, client);
            let side = h2.side(client);
            (side.phase, side.buffer) = (Phase::Preface, begun);
            self.buffered = self.buffered.saturating_add(side.held());
        }
        self.turn(talk, server);
        self.put_h2(talk, h2);
    }
}

impl Conversation {
    /// A server may still answer in HTTP/1.
    fn waits_for_upgrade(&self) -> bool {
        !self.waiting.is_empty()
    }
}

/// Whether a 101 response switches to HTTP/2 in cleartext (RFC 7540 §3.2).
pub(in crate::http) fn switches_to_h2(head: &HeadRef<'_>) -> bool {
    let mut names = head.values(b"Upgrade").flat_map(|value| value.split(|&b| b == b','));
    names.any(|name| name.trim_ascii().eq_ignore_ascii_case(b"h2c"))
}
