//! TCP segments (RFC 9293) of conversations.

use super::{Closing, Conversation, Speaker};
use std::net::SocketAddr;

/// One segment and the time at which it was captured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Segment {
    /// Nanoseconds since 1970.
    pub(crate) time: u64,
    pub(crate) src: SocketAddr,
    pub(crate) dst: SocketAddr,
    pub(crate) seq: u32,
    pub(crate) ack: u32,
    pub(crate) syn: bool,
    pub(crate) fin: bool,
    pub(crate) rst: bool,
    pub(crate) payload: Vec<u8>,
}

/// Time between packets that follow each other without thought.
const TICK: u64 = 20_000;

struct Ends<'a> {
    of: &'a Conversation,
    time: u64,
    next: [u32; 2],
    out: Vec<Segment>,
}

impl Ends<'_> {
    fn send(&mut self, speaker: Speaker, syn: bool, fin: bool, rst: bool, payload: &[u8]) {
        let (me, src, dst) = match speaker {
            Speaker::Client => (0, self.of.client, self.of.server),
            Speaker::Server => (1, self.of.server, self.of.client),
        };
        self.time += TICK;
        self.out.push(Segment {
            time: self.time,
            src,
            dst,
            seq: self.next[me],
            // The first SYN of all acknowledges nothing.
            ack: if syn && me == 0 { 0 } else { self.next[1 - me] },
            syn,
            fin,
            rst,
            payload: payload.to_vec(),
        });
        let length = u32::try_from(payload.len()).expect("a segment is short") + u32::from(syn) + u32::from(fin);
        self.next[me] = self.next[me].wrapping_add(length);
    }

    fn acknowledge(&mut self, speaker: Speaker) {
        self.send(speaker, false, false, false, b"");
    }
}

/// The segments of one conversation: handshake, data cut at its MSS, acknowledgements, end.
pub(crate) fn segments(of: &Conversation) -> Vec<Segment> {
    use Speaker::{Client, Server};
    let mut ends = Ends { of, time: of.begin, next: of.first_seq, out: Vec::new() };
    if of.handshake {
        ends.send(Client, true, false, false, b"");
        ends.send(Server, true, false, false, b"");
        ends.acknowledge(Client);
    }
    for turn in &of.turns {
        ends.time += turn.think;
        for payload in turn.bytes.chunks(of.mss) {
            ends.send(turn.speaker, false, false, false, payload);
        }
        ends.acknowledge(if turn.speaker == Client { Server } else { Client });
    }
    match of.closing {
        Closing::Fin => {
            ends.send(Client, false, true, false, b"");
            ends.send(Server, false, true, false, b"");
            ends.acknowledge(Client);
        }
        Closing::Reset => ends.send(Server, false, false, true, b""),
        Closing::Open => {}
    }
    ends.out
}

/// The segments of several conversations, by time.
pub(crate) fn interleaved(conversations: &[Conversation]) -> Vec<Segment> {
    let mut all: Vec<Segment> = conversations.iter().flat_map(segments).collect();
    all.sort_by_key(|segment| segment.time);
    all
}
