//! Frames out of the bytes of one direction, whatever their cuts.
//!
//! A frame that lies whole in its bytes is read there; DATA is passed on as it comes; everything else goes through a
//! buffer of one frame, which is bounded.

use super::connection::{Connection, Data, Phase};
use super::frame::{
    CONTINUATION, DATA, END_STREAM, Frame, GOAWAY, HEADER, HEADERS, LARGEST, PADDED, PREFACE, PUSH_PROMISE, RST_STREAM, SETTINGS,
};
use crate::anomaly::AnomalyKind;
use crate::capture::PacketAt;
use crate::flow::{Direction, FlowInfo};
use crate::http::MessageSink;
use crate::http::conversation::Conversation;
use crate::http::streams::HttpStreams;

/// No endpoint allows frames as large, as far as is known.
const UNLIKELY: u32 = 256 << 10;

/// Where bytes are seen.
#[derive(Debug, Clone, Copy)]
pub(in crate::http) struct Here<'f> {
    pub(super) flow: &'f FlowInfo,
    /// What the connection said beneath HTTP.
    pub(super) said: &'f crate::http::Connection,
    pub(super) direction: Direction,
    pub(super) at: PacketAt,
}

impl<M: MessageSink> HttpStreams<'_, M> {
    /// Takes bytes of a connection that speaks HTTP/2.
    #[cold]
    pub(in crate::http) fn frames(
        &mut self,
        flow: &FlowInfo,
        talk: &mut Conversation,
        direction: Direction,
        bytes: &[u8],
        at: PacketAt,
    ) {
        let mut h2 = self.take_h2(talk);
        let before = self.messages_told();
        self.take_frames(Here { flow, said: &talk.connection, direction, at }, &mut h2, bytes);
        talk.messages |= self.messages_told() > before;
        self.keep_h2(flow, talk, direction, at, h2);
    }

    pub(super) fn messages_told(&self) -> u64 {
        self.next
    }

    pub(super) fn take_frames(&mut self, here: Here<'_>, h2: &mut Connection, bytes: &[u8]) {
        let before = h2.side(here.direction).held();
        let mut rest = bytes;
        while !rest.is_empty() {
            rest = self.frame_step(here, h2, rest);
        }
        h2.tidy();
        let held = h2.side(here.direction).held();
        self.buffered = self.buffered.saturating_add(held).saturating_sub(before);
        if self.is_full() && held > 0 {
            self.limit(here, || "too many frames that are not whole wait for the rest".to_owned());
            self.lose_frames(here, h2);
            self.buffered = self.buffered.saturating_add(h2.side(here.direction).held()).saturating_sub(held);
        }
    }

    fn frame_step<'a>(&mut self, here: Here<'_>, h2: &mut Connection, rest: &'a [u8]) -> &'a [u8] {
        let highest = h2.highest;
        let side = h2.side(here.direction);
        match &mut side.phase {
            Phase::Preface => self.preface(here, h2, rest),
            Phase::Header => {
                let (header, behind) = if side.buffer.is_empty() && rest.len() >= HEADER {
                    (Frame::first(rest), rest.get(HEADER..).unwrap_or_default())
                } else {
                    let behind = fill(&mut side.buffer, HEADER, rest);
                    let header = Frame::first(&side.buffer);
                    if header.is_some() {
                        side.buffer.clear();
                    }
                    (header, behind)
                };
                if let Some(frame) = header {
                    self.begin_frame(here, h2, frame);
                }
                behind
            }
            Phase::Payload(frame) => {
                let (frame, length) = (*frame, frame.length as usize);
                if side.buffer.is_empty()
                    && let Some((payload, behind)) = rest.split_at_checked(length)
                {
                    side.phase = Phase::Header;
                    self.frame(here, h2, frame, payload);
                    return behind;
                }
                let behind = fill(&mut side.buffer, length, rest);
                if side.buffer.len() == length {
                    let payload = std::mem::take(&mut side.buffer);
                    side.phase = Phase::Header;
                    self.frame(here, h2, frame, &payload);
                }
                behind
            }
            Phase::Data(data) => {
                let data = *data;
                self.data_bytes(here, h2, data, rest)
            }
            Phase::Pass(left) => {
                let take = rest.len().min(*left as usize);
                *left = left.saturating_sub(u32::try_from(take).unwrap_or(u32::MAX));
                if *left == 0 {
                    side.phase = Phase::Header;
                }
                rest.get(take..).unwrap_or_default()
            }
            Phase::Lost(search) => {
                let found = search.take(rest, side.largest, highest);
                if let Some(frames) = found {
                    let passed = search.passed;
                    side.phase = Phase::Header;
                    if passed > 0 {
                        self.passed_over(here, passed);
                    }
                    let mut rest: &[u8] = &frames;
                    while !rest.is_empty() {
                        rest = self.frame_step(here, h2, rest);
                    }
                }
                &[]
            }
        }
    }

    pub(super) fn passed_over(&mut self, here: Here<'_>, passed: u64) {
        let note = || format!("{passed} bytes were passed over until frames were found again");
        self.anomalies.note(AnomalyKind::Http2Lost, Some(here.at.number), note);
    }

    /// The client's preface; where it is none, frames are looked for.
    fn preface<'a>(&mut self, here: Here<'_>, h2: &mut Connection, rest: &'a [u8]) -> &'a [u8] {
        let side = h2.side(here.direction);
        let behind = fill(&mut side.buffer, PREFACE.len(), rest);
        if !PREFACE.starts_with(&side.buffer) {
            self.framing(here, || "the client does not begin with its preface".to_owned());
            let bytes = std::mem::take(&mut h2.side(here.direction).buffer);
            self.lose_frames(here, h2);
            let mut begin: &[u8] = &bytes;
            while !begin.is_empty() {
                begin = self.frame_step(here, h2, begin);
            }
        } else if side.buffer.len() == PREFACE.len() {
            side.buffer.clear();
            side.phase = Phase::Header;
        }
        behind
    }

    /// The header of a frame is there.
    fn begin_frame(&mut self, here: Here<'_>, h2: &mut Connection, frame: Frame) {
        let side = h2.side(here.direction);
        let continues = side.block.as_ref().is_none_or(|block| frame.kind == CONTINUATION && frame.stream == block.stream);
        if !continues || (frame.kind == CONTINUATION && side.block.is_none()) {
            // RFC 9113 §6.10. What is there of the block is told.
            self.framing(here, || format!("{} where a header block must go on, or does not", frame.name()));
            self.cut_block(here, h2);
        }
        if let Some(fault) = frame.fault() {
            self.framing(here, || format!("{}, {} bytes: {fault}", frame.name(), frame.length));
            // Bytes that are no frame any more show so at once: nobody allows frames as large.
            if frame.length > UNLIKELY {
                return self.lose_frames(here, h2);
            }
        }
        // What was agreed on before the beginning is not known.
        let known = !h2.began_before;
        let side = h2.side(here.direction);
        if frame.length > side.largest && known {
            let allowed = side.largest;
            side.largest = frame.length;
            self.framing(here, || format!("{}, {} bytes: no more than {allowed} are allowed", frame.name(), frame.length));
        }
        let phase = match frame.kind {
            DATA => {
                let (padded, end) = (frame.has(PADDED), frame.has(END_STREAM));
                let data = Data { stream: frame.stream, left: frame.length, padding: 0, padded, end };
                if frame.length == 0 {
                    return self.data_over(here, h2, data);
                }
                self.data_begins(here, h2, frame);
                Phase::Data(data)
            }
            HEADERS | CONTINUATION | PUSH_PROMISE | SETTINGS | RST_STREAM | GOAWAY => {
                if frame.length == 0 {
                    return self.frame(here, h2, frame, &[]);
                }
                // The longest that is taken whole. Of longer ones, header blocks among them, nothing is known.
                if frame.length as usize > self.limits.head.max(LARGEST as usize) {
                    self.limit(here, || format!("{}, {} bytes: it is passed over", frame.name(), frame.length));
                    h2.side(here.direction).decoder.forget();
                    self.cut_block(here, h2);
                    Phase::Pass(frame.length)
                } else {
                    Phase::Payload(frame)
                }
            }
            _ if frame.length == 0 => Phase::Header,
            _ => Phase::Pass(frame.length),
        };
        h2.side(here.direction).phase = phase;
    }

    /// A frame is whole.
    fn frame(&mut self, here: Here<'_>, h2: &mut Connection, frame: Frame, payload: &[u8]) {
        match frame.kind {
            HEADERS | PUSH_PROMISE | CONTINUATION => self.fragment(here, h2, frame, payload, false),
            SETTINGS => self.settings(here, h2, frame, payload),
            RST_STREAM => self.reset(here, h2, frame, payload),
            GOAWAY => self.go_away(here, payload),
            _ => {}
        }
    }

    /// Bytes of DATA.
    fn data_bytes<'a>(&mut self, here: Here<'_>, h2: &mut Connection, mut data: Data, mut rest: &'a [u8]) -> &'a [u8] {
        if data.padded
            && let Some((&padding, behind)) = rest.split_first()
        {
            (data.padded, rest) = (false, behind);
            data.left = data.left.saturating_sub(1);
            data.padding = u32::from(padding);
            if data.padding > data.left {
                self.framing(here, || format!("DATA, padding of {padding} bytes: it has no more than {}", data.left));
                data.padding = data.left;
            }
        }
        let body = rest.len().min(data.left.saturating_sub(data.padding) as usize);
        let (body, behind) = rest.split_at_checked(body).unwrap_or((rest, &[]));
        if let Some(tally) = h2.running(data.stream, here.direction).and_then(|half| half.tally.as_mut()) {
            tally.feed(body);
        }
        data.left = data.left.saturating_sub(u32::try_from(body.len()).unwrap_or(u32::MAX));
        let mut behind = behind;
        if data.left <= data.padding {
            let padding = behind.len().min(data.left as usize);
            behind = behind.get(padding..).unwrap_or_default();
            data.left = data.left.saturating_sub(u32::try_from(padding).unwrap_or(u32::MAX));
        }
        if data.left == 0 {
            h2.side(here.direction).phase = Phase::Header;
            self.data_over(here, h2, data);
        } else {
            h2.side(here.direction).phase = Phase::Data(data);
        }
        behind
    }

    fn data_begins(&mut self, here: Here<'_>, h2: &mut Connection, frame: Frame) {
        let known = h2.running(frame.stream, here.direction).is_some() || h2.is_closed(frame.stream, h2.role(here.direction));
        if !known && frame.stream != 0 && !h2.is_partial(here.direction) {
            self.framing(here, || "DATA of no message that runs".to_owned());
        }
    }

    /// A frame of DATA is over.
    pub(super) fn data_over(&mut self, here: Here<'_>, h2: &mut Connection, data: Data) {
        if data.end
            && let Some(kind) = h2.role(here.direction)
        {
            self.half_over(here, h2, data.stream, kind, true);
        }
    }

    pub(super) fn framing(&mut self, here: Here<'_>, detail: impl FnOnce() -> String) {
        self.anomalies.note(AnomalyKind::Http2Framing, Some(here.at.number), detail);
    }

    pub(super) fn limit(&mut self, here: Here<'_>, detail: impl FnOnce() -> String) {
        self.anomalies.note(AnomalyKind::Http2Limit, Some(here.at.number), detail);
    }
}

/// Adds bytes up to a length in all; returns those behind.
fn fill<'a>(buffer: &mut Vec<u8>, length: usize, rest: &'a [u8]) -> &'a [u8] {
    let take = length.saturating_sub(buffer.len()).min(rest.len());
    let (taken, behind) = rest.split_at_checked(take).unwrap_or((rest, &[]));
    buffer.extend_from_slice(taken);
    behind
}
