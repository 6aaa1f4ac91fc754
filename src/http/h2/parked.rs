//! A connection of which nothing is kept but where its frames go on: where many are open and all that is kept of them is too
//! much, this one costs nothing until its next bytes.
//!
//! What is given up is named: requests that run are told alone, and what the dynamic tables held is unknown from then on, as
//! in a capture that begins in the middle of a connection.

use std::num::NonZeroU8;

use super::connection::{Connection, Phase};
use super::reader::Here;
use crate::anomaly::AnomalyKind;
use crate::capture::PacketAt;
use crate::flow::{Direction, FlowInfo};
use crate::http::MessageSink;
use crate::http::conversation::{Conversation, Mode};
use crate::http::streams::HttpStreams;

const BOTH: [Direction; 2] = [Direction::Forward, Direction::Backward];

/// Where the frames of a direction go on, behind what is not needed of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    /// They did not begin.
    First = 0,
    /// With a frame.
    Frame = 1,
    /// With a byte that is not needed, and then a frame.
    Byte = 2,
    /// It is not known where.
    Lost = 3,
}

/// What is left of a connection, in one byte: every flow has a place for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::http) struct Parked(NonZeroU8);

impl Parked {
    fn new([forward, backward]: [Next; 2]) -> Self {
        Self(NonZeroU8::MIN.saturating_add(forward as u8 | (backward as u8) << 2))
    }

    fn next(self) -> [Next; 2] {
        let both = self.0.get().saturating_sub(1);
        [both, both >> 2].map(|one| match one & 3 {
            0 => Next::First,
            1 => Next::Frame,
            2 => Next::Byte,
            _ => Next::Lost,
        })
    }
}

impl<M: MessageSink> HttpStreams<'_, M> {
    /// Takes what is kept of a connection, to go on with it; it is kept again by [`put_h2`](Self::put_h2).
    pub(super) fn take_h2(&mut self, talk: &mut Conversation) -> Box<Connection> {
        let Some(h2) = talk.h2.take() else {
            let mut h2 = Box::new(Connection::new(None, &self.limits.h2));
            if let Some(parked) = talk.parked.take() {
                h2.client = talk.client;
                h2.resume(parked.next());
            }
            return h2;
        };
        self.h2.held = self.h2.held.saturating_sub(h2.size());
        h2
    }

    pub(super) fn put_h2(&mut self, talk: &mut Conversation, mut h2: Box<Connection>) {
        h2.tidy();
        self.h2.held = self.h2.held.saturating_add(h2.size());
        self.weigh();
        talk.h2 = Some(h2);
    }

    /// Keeps a connection, or what there is room for, and says what is not needed next.
    pub(super) fn keep_h2(
        &mut self,
        flow: &FlowInfo,
        talk: &mut Conversation,
        direction: Direction,
        at: PacketAt,
        h2: Box<Connection>,
    ) {
        talk.stream(direction).mode = Mode::Frames(0);
        self.put_h2(talk, h2);
        if self.is_too_much() {
            self.forget_tables(flow, talk, direction, at);
            if self.is_too_much() {
                self.park(flow, talk, direction, at);
                return;
            }
        }
        if let Some(h2) = &mut talk.h2 {
            let unneeded = h2.skippable(direction);
            talk.stream(direction).mode = Mode::Frames(unneeded);
        }
    }

    fn is_too_much(&self) -> bool {
        self.h2.held > self.limits.h2.in_all || self.is_crowded(self.h2.held)
    }

    /// Where there is no room for a connection, its tables go first.
    #[cold]
    fn forget_tables(&mut self, flow: &FlowInfo, talk: &mut Conversation, direction: Direction, at: PacketAt) {
        if talk.h2.as_ref().is_none_or(|h2| h2.tables() == 0) {
            return;
        }
        let mut h2 = self.take_h2(talk);
        let here = Here { flow, said: &talk.connection, direction, at };
        self.limit(here, || "the dynamic tables of all connections are too large; one is forgotten".to_owned());
        for side in h2.sides.iter_mut().filter(|side| side.decoder.held() > 0) {
            side.decoder.forget();
        }
        self.put_h2(talk, h2);
    }

    /// Gives up what is kept of a connection.
    #[cold]
    fn park(&mut self, flow: &FlowInfo, talk: &mut Conversation, direction: Direction, at: PacketAt) {
        let mut h2 = self.take_h2(talk);
        let here = Here { flow, said: &talk.connection, direction, at };
        let blocks = h2.sides.iter().any(|side| side.block.is_some());
        if blocks || !h2.streams.is_empty() {
            self.limit(here, || "too much is kept of connections; what runs on this one is told before its end".to_owned());
        }
        for direction in BOTH {
            self.buffered = self.buffered.saturating_sub(h2.side(direction).held());
            self.cut_block(Here { direction, ..here }, &mut h2);
        }
        // Bodies end here, so that none of their bytes is needed.
        while let Some((&stream, _)) = h2.streams.first_key_value() {
            self.close_stream(here.said, &mut h2, stream);
        }
        talk.client = talk.client.or(h2.client);
        let [forward, backward] = BOTH.map(|each| {
            let unneeded = h2.skippable(each);
            let stream = talk.stream(each);
            // What the flow layer was told of the other direction holds.
            match &mut stream.mode {
                Mode::Frames(told) if each == direction => *told = unneeded,
                Mode::Frames(told) if *told != unneeded => return Next::Lost,
                Mode::Frames(_) => {}
                _ => return Next::First,
            }
            h2.side(each).next()
        });
        if [forward, backward].contains(&Next::Lost) {
            let note = || "too much is kept of connections; where the next frame of this one begins is looked for".to_owned();
            self.anomalies.note(AnomalyKind::Http2Limit, Some(at.number), note);
        }
        talk.parked = Some(Parked::new([forward, backward]));
        self.weigh();
    }
}

impl super::connection::Side {
    /// How it goes on behind what is skippable.
    fn next(&self) -> Next {
        match &self.phase {
            Phase::Header | Phase::Pass(_) if self.buffer.is_empty() => Next::Frame,
            Phase::Data(data) if !data.padded => Next::Byte,
            _ => Next::Lost,
        }
    }
}

impl Connection {
    fn resume(&mut self, next: [Next; 2]) {
        self.began_before = true;
        for (side, next) in self.sides.iter_mut().zip(next) {
            if next != Next::First {
                side.lose();
            }
            match next {
                Next::First | Next::Lost => {}
                Next::Frame => side.phase = Phase::Header,
                Next::Byte => side.phase = Phase::Pass(1),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_byte_says_how_both_directions_go_on() {
        let all = [Next::First, Next::Frame, Next::Byte, Next::Lost];
        for (forward, backward) in all.into_iter().flat_map(|forward| all.map(|backward| (forward, backward))) {
            assert_eq!(Parked::new([forward, backward]).next(), [forward, backward]);
        }
        assert_eq!(size_of::<Option<Parked>>(), 1);
    }

    #[test]
    fn what_every_flow_has_does_not_grow_unseen() {
        assert!(size_of::<Conversation>() <= 248, "{}: of a hundred thousand flows each", size_of::<Conversation>());
    }
}
