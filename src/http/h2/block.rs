//! Header blocks: fragments put together (RFC 9113 §4.3, §6.2, §6.6, §6.10), decoded, and told for what they are.

use super::connection::{Block, Connection};
use super::frame::{END_HEADERS, END_STREAM, Frame, HEADERS, PUSH_PROMISE, content};
use super::hpack::{Fault, FieldList};
use super::reader::Here;
use crate::anomaly::AnomalyKind;
use crate::http::streams::HttpStreams;
use crate::http::{HeadFlags, MessageKind, MessageSink};

/// The frames of a header block: more are a flood.
const MOST_FRAMES: u32 = 1024;

impl<M: MessageSink> HttpStreams<'_, M> {
    /// A fragment of a header block; of one that is `cut`, what is there of it.
    pub(super) fn fragment(&mut self, here: Here<'_>, h2: &mut Connection, frame: Frame, payload: &[u8], cut: bool) {
        let Some(mut fragment) = content(frame, payload, cut) else {
            self.framing(here, || format!("{}: padding or priority longer than the frame", frame.name()));
            // What belongs to the block is not known.
            h2.side(here.direction).decoder.forget();
            return;
        };
        let side = h2.side(here.direction);
        if frame.kind == HEADERS || frame.kind == PUSH_PROMISE {
            let mut promised = None;
            if frame.kind == PUSH_PROMISE {
                let Some((id, rest)) = fragment.split_first_chunk() else { return };
                promised = Some(u32::from_be_bytes(*id) & 0x7fff_ffff);
                fragment = rest;
            }
            let end_stream = frame.kind == HEADERS && frame.has(END_STREAM);
            let bytes = Vec::new();
            side.block = Some(Block { stream: frame.stream, promised, end_stream, bytes, frames: 0, full: false });
        }
        let Some(block) = &mut side.block else { return };
        block.frames = block.frames.saturating_add(1);
        let room = self.limits.head.saturating_sub(block.bytes.len());
        let kept = fragment.get(..room).unwrap_or(fragment);
        block.full |= block.frames > MOST_FRAMES;
        if !block.full {
            block.bytes.extend_from_slice(kept);
            block.full = kept.len() < fragment.len();
        }
        if cut || frame.has(END_HEADERS) {
            self.block(here, h2, cut);
        }
    }

    /// What is there of a header block that does not go on.
    pub(super) fn cut_block(&mut self, here: Here<'_>, h2: &mut Connection) {
        if h2.side(here.direction).block.is_some() {
            self.block(here, h2, true);
        }
    }

    /// A header block is whole, or as whole as it will become.
    fn block(&mut self, here: Here<'_>, h2: &mut Connection, cut: bool) {
        let side = h2.side(here.direction);
        let Some(block) = side.block.take() else { return };
        let mut list = std::mem::take(&mut self.h2.list);
        list.begin(&self.limits);
        let result = side.decoder.decode(&block.bytes, &mut list);
        let mut flags = HeadFlags::default();
        match result {
            Err(Fault::Truncated) if cut || block.full => {}
            Err(fault) => {
                flags.insert(AnomalyKind::HpackError);
                self.anomalies.note(AnomalyKind::HpackError, Some(here.at.number), || fault.text());
            }
            Ok(()) => {}
        }
        if cut {
            flags.insert(AnomalyKind::HeadIncomplete);
        }
        if block.full || list.full {
            flags.insert(AnomalyKind::HeadLimit);
        }
        if cut || block.full {
            // What follows may have changed the table.
            side.decoder.forget();
        }
        if list.unknown {
            flags.insert(AnomalyKind::HpackUnknown);
        }
        if std::mem::take(&mut side.decoder.beyond) {
            let most = self.limits.h2.table;
            self.limit(here, || format!("a dynamic table larger than {most} bytes is asked for; so much of it is kept"));
        }
        self.tell_block(here, h2, &block, &list, flags);
        self.h2.list = list;
    }

    /// Tells a header block for the head or the trailers that it is.
    fn tell_block(&mut self, here: Here<'_>, h2: &mut Connection, block: &Block, list: &FieldList, flags: HeadFlags) {
        h2.highest = h2.highest.max(block.stream).max(block.promised.unwrap_or(0));
        if let Some(promised) = block.promised {
            if h2.streams.get_mut(&promised).is_some_and(|stream| stream.half(MessageKind::Request).is_some()) {
                return self.framing(here, || "a promise of a request that is there already".to_owned());
            }
            return self.h2_head(here, h2, promised, MessageKind::Request, list, flags, true);
        }
        let kind = kind(list).or_else(|| h2.role(here.direction)).unwrap_or_else(|| likely(here));
        let stream = block.stream;
        if h2.client.is_none() {
            let request = kind == MessageKind::Request;
            h2.client = Some(if request { here.direction } else { here.direction.reversed() });
        }
        let pseudo = list.fields().any(|(name, _)| name.starts_with(b":"));
        let half = h2.streams.get_mut(&stream).and_then(|stream| stream.half(kind));
        let running = half.map(|half| half.tally.is_some());
        let part = h2.is_partial(here.direction);
        match running {
            Some(true) => {
                if pseudo || !block.end_stream {
                    self.framing(here, || "a head, or fields that end nothing, within a message".to_owned());
                }
                self.trailers(here, h2, stream, kind, list, flags);
                if block.end_stream {
                    self.half_over(here, h2, stream, kind, true);
                }
            }
            Some(false) => self.framing(here, || "fields behind the end of a message".to_owned()),
            None if h2.is_closed(stream, Some(kind)) => {}
            // What ends a message and has no pseudo-header field is the trailer section of a head that was not captured.
            None if !pseudo && block.end_stream && !list.lines.is_empty() && part => {
                let note = || "a trailer section whose head the capture does not hold".to_owned();
                self.anomalies.note(AnomalyKind::HeadIncomplete, Some(here.at.number), note);
            }
            None => self.h2_head(here, h2, stream, kind, list, flags, block.end_stream),
        }
    }

    fn trailers(
        &mut self,
        here: Here<'_>,
        h2: &mut Connection,
        stream: u32,
        kind: MessageKind,
        list: &FieldList,
        flags: HeadFlags,
    ) {
        for kind in flags.iter().filter(|kind| *kind != AnomalyKind::HpackError) {
            self.anomalies.note(kind, Some(here.at.number), || "in a trailer section".to_owned());
        }
        let half = h2.streams.get_mut(&stream).and_then(|stream| stream.half(kind));
        if let Some(tally) = half.and_then(|half| half.tally.as_mut()) {
            let trailers = tally.body.trailers_mut();
            for (name, value) in list.fields() {
                // Several sections are malformed, and bounded as one.
                if trailers.raw.len() > self.limits.head || trailers.lines.len() > self.limits.fields {
                    trailers.cut = true;
                    break;
                }
                trailers.push(name, value);
            }
            trailers.cut |= !flags.is_empty();
        }
    }
}

/// What pseudo-header fields say of a block.
fn kind(list: &FieldList) -> Option<MessageKind> {
    list.fields().find_map(|(name, _)| match name {
        b":status" => Some(MessageKind::Response),
        b":method" | b":path" | b":scheme" | b":authority" => Some(MessageKind::Request),
        _ => None,
    })
}

/// Who sends the requests, where nothing else says it: who opened the connection, or has the higher port.
fn likely(here: Here<'_>) -> MessageKind {
    let requests = match here.flow.opener {
        Some(opener) => opener == here.direction,
        None => here.flow.src(here.direction).port > here.flow.dst(here.direction).port,
    };
    if requests { MessageKind::Request } else { MessageKind::Response }
}
