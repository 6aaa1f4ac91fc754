//! Frames about the connection: SETTINGS (RFC 9113 §6.5), RST_STREAM (§6.4), GOAWAY (§6.8).

use super::connection::Connection;
use super::frame::{ACK, Frame, LARGEST, error_name};
use super::reader::Here;
use crate::anomaly::AnomalyKind;
use crate::http::streams::HttpStreams;
use crate::http::{MessageKind, MessageSink};

/// SETTINGS_HEADER_TABLE_SIZE (§6.5.2).
const HEADER_TABLE_SIZE: u16 = 1;
/// SETTINGS_MAX_FRAME_SIZE.
const MAX_FRAME_SIZE: u16 = 5;
/// No frame has more.
const MOST_OF_FRAME: u32 = (1 << 24) - 1;

impl<M: MessageSink> HttpStreams<'_, M> {
    /// What this side allows the other one. That a table is smaller from here on, the other side says in its header blocks.
    pub(super) fn settings(&mut self, here: Here<'_>, h2: &mut Connection, frame: Frame, payload: &[u8]) {
        if frame.has(ACK) {
            return;
        }
        let other = h2.side(here.direction.reversed());
        for setting in payload.chunks_exact(6) {
            let [high, low, a, b, c, d] = *setting else { continue };
            let value = u32::from_be_bytes([a, b, c, d]);
            match u16::from_be_bytes([high, low]) {
                HEADER_TABLE_SIZE => other.decoder.allowed = other.decoder.allowed.map(|allowed| allowed.max(value)),
                MAX_FRAME_SIZE => other.largest = other.largest.max(value.clamp(LARGEST, MOST_OF_FRAME)),
                _ => {}
            }
        }
    }

    /// A stream ends before its messages do.
    pub(super) fn reset(&mut self, here: Here<'_>, h2: &mut Connection, frame: Frame, payload: &[u8]) {
        let code = code(payload, 0);
        let Some(stream) = h2.streams.get(&frame.stream) else { return };
        let unanswered = stream.response.is_none();
        if code != 0 && (unanswered || !stream.is_over()) {
            let note = || format!("RST_STREAM of stream {}: {}", frame.stream, error_name(code));
            self.anomalies.note(AnomalyKind::Http2Error, Some(here.at.number), note);
        }
        for kind in [MessageKind::Request, MessageKind::Response] {
            let running = h2.streams.get_mut(&frame.stream).and_then(|stream| stream.half(kind));
            if running.is_some_and(|half| half.tally.is_some()) {
                self.end_half(Some((here.at, "its stream was reset")), h2, frame.stream, kind, false);
            }
        }
        self.close_stream(here.said, h2, frame.stream);
        h2.note_closed(frame.stream, false);
    }

    pub(super) fn go_away(&mut self, here: Here<'_>, payload: &[u8]) {
        let code = code(payload, 4);
        if code != 0 {
            let note = || format!("GOAWAY: {}", error_name(code));
            self.anomalies.note(AnomalyKind::Http2Error, Some(here.at.number), note);
        }
    }
}

fn code(payload: &[u8], at: usize) -> u32 {
    payload.get(at..).and_then(|bytes| bytes.first_chunk()).map_or(0, |code| u32::from_be_bytes(*code))
}
