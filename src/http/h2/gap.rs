//! What the capture does not hold of a connection: lost bytes, and the ends of streams.

use super::connection::{Connection, Phase};
use super::frame::{CONTINUATION, HEADERS, PUSH_PROMISE};
use super::reader::Here;
use crate::anomaly::AnomalyKind;
use crate::capture::PacketAt;
use crate::flow::{Direction, FlowInfo};
use crate::http::conversation::Conversation;
use crate::http::streams::HttpStreams;
use crate::http::{MessageKind, MessageSink};

impl<M: MessageSink> HttpStreams<'_, M> {
    /// Bytes are missing.
    #[cold]
    pub(in crate::http) fn frames_gap(
        &mut self,
        flow: &FlowInfo,
        talk: &mut Conversation,
        direction: Direction,
        length: u64,
        at: PacketAt,
    ) {
        let mut h2 = self.take_h2(talk);
        let before = (h2.side(direction).held(), self.messages_told());
        self.gap_of_frames(Here { flow, said: &talk.connection, direction, at }, &mut h2, length);
        self.buffered = self.buffered.saturating_add(h2.side(direction).held()).saturating_sub(before.0);
        talk.messages |= self.messages_told() > before.1;
        self.keep_h2(flow, talk, direction, at, h2);
    }

    fn gap_of_frames(&mut self, here: Here<'_>, h2: &mut Connection, length: u64) {
        match &mut h2.side(here.direction).phase {
            // The loss lies within what has no meaning for what follows.
            Phase::Pass(left) if length <= u64::from(*left) => h2.skip(here.direction, length),
            Phase::Data(data) if !data.padded && length <= u64::from(data.left) => {
                let lost = u32::try_from(length).unwrap_or(u32::MAX);
                let body = lost.min(data.left.saturating_sub(data.padding));
                data.left = data.left.saturating_sub(lost);
                let data = *data;
                if data.left == 0 {
                    h2.side(here.direction).phase = Phase::Header;
                }
                if let Some(tally) = h2.running(data.stream, here.direction).and_then(|half| half.tally.as_mut()) {
                    tally.lose(body.into());
                }
                if data.left == 0 {
                    self.data_over(here, h2, data);
                }
            }
            Phase::Lost(search) => search.gap(),
            _ => self.lose_frames(here, h2),
        }
    }

    /// The place in a stream is lost. What is there of a head is told; bodies that run may have lost bytes.
    pub(super) fn lose_frames(&mut self, here: Here<'_>, h2: &mut Connection) {
        self.take_partial(here, h2);
        let side = h2.side(here.direction);
        side.lose();
        let note = || "the borders of frames are lost; they are looked for in what follows".to_owned();
        self.anomalies.note(AnomalyKind::Http2Lost, Some(here.at.number), note);
        let Some(kind) = h2.role(here.direction) else { return };
        for stream in h2.streams.values_mut() {
            if let Some(half) = stream.half(kind).filter(|half| half.tally.is_some()) {
                half.doubtful = true;
                if let Some(tally) = &mut half.tally {
                    tally.lose(0);
                }
            }
        }
    }

    /// Takes what is there of a header block that will not become whole.
    fn take_partial(&mut self, here: Here<'_>, h2: &mut Connection) {
        let side = h2.side(here.direction);
        let payload = std::mem::take(&mut side.buffer);
        if let Phase::Payload(frame) = side.phase
            && matches!(frame.kind, HEADERS | PUSH_PROMISE | CONTINUATION)
        {
            side.phase = Phase::Header;
            return self.fragment(here, h2, frame, &payload, true);
        }
        self.cut_block(here, h2);
    }

    /// One direction ended.
    #[cold]
    pub(in crate::http) fn frames_end(&mut self, flow: &FlowInfo, talk: &mut Conversation, direction: Direction, at: PacketAt) {
        if talk.h2.is_none() {
            return;
        }
        let mut h2 = self.take_h2(talk);
        let here = Here { flow, said: &talk.connection, direction, at };
        let before = (h2.side(direction).held(), self.messages_told());
        self.take_partial(here, &mut h2);
        let side = h2.side(direction);
        if let Phase::Lost(search) = &mut side.phase {
            search.gap();
            let passed = search.passed;
            if passed > 0 {
                let note = || format!("{passed} bytes were passed over: no frames were found in them");
                self.anomalies.note(AnomalyKind::Http2Lost, Some(at.number), note);
            }
        }
        let side = h2.side(direction);
        side.lose();
        self.buffered = self.buffered.saturating_add(side.held()).saturating_sub(before.0);
        if let Some(kind) = h2.role(direction) {
            let streams: Vec<u32> = h2.streams.keys().copied().collect();
            for stream in streams {
                self.end_half(Some((at, "its stream ended")), &mut h2, stream, kind, false);
                if kind == MessageKind::Response && h2.streams.get(&stream).is_some_and(|stream| stream.is_over()) {
                    self.close_stream(&talk.connection, &mut h2, stream);
                }
            }
        }
        talk.messages |= self.messages_told() > before.1;
        self.put_h2(talk, h2);
    }

    /// The connection is over: what is left of it is told.
    #[cold]
    pub(in crate::http) fn frames_close(&mut self, talk: &mut Conversation) {
        if talk.h2.is_none() {
            return;
        }
        let mut h2 = self.take_h2(talk);
        while let Some((&stream, _)) = h2.streams.first_key_value() {
            self.close_stream(&talk.connection, &mut h2, stream);
        }
        // Where another protocol took over, its frames did not end.
        for direction in [Direction::Forward, Direction::Backward] {
            self.buffered = self.buffered.saturating_sub(h2.side(direction).held());
        }
        self.weigh();
    }
}
