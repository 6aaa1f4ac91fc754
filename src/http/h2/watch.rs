//! What a peer says of an HTTP/2 connection itself, for who answers on it: SETTINGS, PING, WINDOW_UPDATE, RST_STREAM, GOAWAY, and
//! how much DATA came. Messages are the [reader](super::reader)'s.
//!
//! A frame that is kept has at most the length that everybody is allowed; what is longer ends the connection.

use super::frame::{ACK, DATA, Frame, GOAWAY, HEADER, LARGEST, PING, PREFACE, RST_STREAM, SETTINGS, WINDOW_UPDATE};

/// What a peer says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Http2Signal {
    /// The preface is there: the peer speaks HTTP/2.
    Begins,
    /// Settings (RFC 9113 §6.5), number and value, which are to be acknowledged.
    Settings(Vec<(u16, u32)>),
    /// A PING that is to be answered with the same bytes (§6.7).
    Ping([u8; 8]),
    /// More may be sent on a stream, or on the connection (stream 0; §6.9).
    Window {
        /// The stream.
        stream: u32,
        /// How much more.
        more: u32,
    },
    /// A stream is over (§6.4).
    Reset(u32),
    /// The peer opens no more streams (§6.8).
    GoAway,
    /// So many bytes of DATA, padding included, which count for the windows.
    Data {
        /// The stream.
        stream: u32,
        /// Bytes.
        length: u32,
    },
    /// Something that ends the connection, with the error code (§7).
    Fault(u32, &'static str),
}

/// PROTOCOL_ERROR and FRAME_SIZE_ERROR (§7).
const PROTOCOL: u32 = 1;
const FRAME_SIZE: u32 = 6;

#[derive(Debug, Clone, Copy)]
enum Phase {
    Preface,
    Header,
    Payload(Frame),
    Pass(u32),
    /// It is no HTTP/2, or not any more.
    Over,
}

/// Reads what a peer says of its connection, from its first byte on, in any pieces. A client begins with the preface.
#[derive(Debug)]
pub struct Http2Signals {
    phase: Phase,
    buffer: Vec<u8>,
}

impl Default for Http2Signals {
    fn default() -> Self {
        Self { phase: Phase::Preface, buffer: Vec::new() }
    }
}

impl Http2Signals {
    /// Reads what a server says, which has no preface (§3.4).
    #[must_use]
    pub fn of_server() -> Self {
        Self { phase: Phase::Header, buffer: Vec::new() }
    }

    /// Takes bytes, and tells what they say.
    pub fn take(&mut self, bytes: &[u8], mut hear: impl FnMut(Http2Signal)) {
        let mut rest = bytes;
        while !rest.is_empty() {
            rest = match self.phase {
                Phase::Preface => {
                    let behind = self.fill(PREFACE.len(), rest);
                    if !PREFACE.starts_with(&self.buffer) {
                        self.become_over();
                    } else if self.buffer.len() == PREFACE.len() {
                        self.buffer.clear();
                        self.phase = Phase::Header;
                        hear(Http2Signal::Begins);
                    }
                    behind
                }
                Phase::Header => {
                    let behind = self.fill(HEADER, rest);
                    if let Some(frame) = Frame::first(&self.buffer) {
                        self.buffer.clear();
                        self.begin(frame, &mut hear);
                    }
                    behind
                }
                Phase::Payload(frame) => {
                    let behind = self.fill(frame.length as usize, rest);
                    if self.buffer.len() == frame.length as usize {
                        self.phase = Phase::Header;
                        let payload = std::mem::take(&mut self.buffer);
                        frame_of(frame, &payload, &mut hear);
                    }
                    behind
                }
                Phase::Pass(left) => {
                    let take = rest.len().min(left as usize);
                    let left = left.saturating_sub(u32::try_from(take).unwrap_or(u32::MAX));
                    self.phase = if left == 0 { Phase::Header } else { Phase::Pass(left) };
                    rest.get(take..).unwrap_or_default()
                }
                Phase::Over => return,
            };
        }
    }

    fn become_over(&mut self) {
        self.phase = Phase::Over;
        self.buffer = Vec::new();
    }

    fn begin(&mut self, frame: Frame, hear: &mut impl FnMut(Http2Signal)) {
        if frame.length > LARGEST {
            self.become_over();
            return hear(Http2Signal::Fault(FRAME_SIZE, "a frame is longer than is allowed"));
        }
        if let Some(fault) = frame.fault() {
            self.become_over();
            return hear(Http2Signal::Fault(PROTOCOL, fault));
        }
        if frame.kind == DATA && frame.length > 0 {
            hear(Http2Signal::Data { stream: frame.stream, length: frame.length });
        }
        self.phase = match frame.kind {
            SETTINGS | PING | WINDOW_UPDATE | RST_STREAM | GOAWAY if frame.length > 0 => Phase::Payload(frame),
            SETTINGS => {
                frame_of(frame, &[], hear);
                Phase::Header
            }
            _ if frame.length == 0 => Phase::Header,
            _ => Phase::Pass(frame.length),
        };
    }

    /// Adds bytes up to a length in all; returns those behind.
    fn fill<'a>(&mut self, length: usize, rest: &'a [u8]) -> &'a [u8] {
        let take = length.saturating_sub(self.buffer.len()).min(rest.len());
        let (taken, behind) = rest.split_at_checked(take).unwrap_or((rest, &[]));
        self.buffer.extend_from_slice(taken);
        behind
    }
}

/// A frame is whole.
fn frame_of(frame: Frame, payload: &[u8], hear: &mut impl FnMut(Http2Signal)) {
    let number = || payload.first_chunk().map_or(0, |bytes| u32::from_be_bytes(*bytes));
    match frame.kind {
        SETTINGS if !frame.has(ACK) => {
            let setting = |setting: &[u8]| match *setting {
                [high, low, a, b, c, d] => Some((u16::from_be_bytes([high, low]), u32::from_be_bytes([a, b, c, d]))),
                _ => None,
            };
            hear(Http2Signal::Settings(payload.chunks_exact(6).filter_map(setting).collect()));
        }
        PING if !frame.has(ACK) => {
            if let Some(bytes) = payload.first_chunk() {
                hear(Http2Signal::Ping(*bytes));
            }
        }
        WINDOW_UPDATE => hear(Http2Signal::Window { stream: frame.stream, more: number() & 0x7fff_ffff }),
        RST_STREAM => hear(Http2Signal::Reset(frame.stream)),
        GOAWAY => hear(Http2Signal::GoAway),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::FrameWriter;

    fn told(bytes: &[u8], piece: usize) -> Vec<Http2Signal> {
        let (mut signals, mut told) = (Http2Signals::default(), Vec::new());
        bytes.chunks(piece).for_each(|piece| signals.take(piece, |signal| told.push(signal)));
        told
    }

    #[test]
    fn signals_are_the_same_in_any_pieces() {
        let mut frames = FrameWriter::default();
        frames.settings(&[(4, 100)]);
        frames.settings_ack();
        frames.headers(1, [("a", &b"b"[..])].into_iter(), false);
        frames.data(1, b"abc", true);
        frames.window(0, 7);
        frames.reset(1, 8);
        frames.go_away(1, 0);
        let mut bytes = PREFACE.to_vec();
        bytes.extend(frames.take());
        bytes.extend(b"\0\0\x08\x06\0\0\0\0\0pingping\0\0\x08\x06\x01\0\0\0\0pingback");
        let expected = [
            Http2Signal::Begins,
            Http2Signal::Settings(vec![(4, 100)]),
            Http2Signal::Data { stream: 1, length: 3 },
            Http2Signal::Window { stream: 0, more: 7 },
            Http2Signal::Reset(1),
            Http2Signal::GoAway,
            Http2Signal::Ping(*b"pingping"),
        ];
        for piece in [1, 2, 7, 10, 1000] {
            assert_eq!(told(&bytes, piece), expected, "{piece}");
        }
    }

    #[test]
    fn a_server_has_no_preface() {
        let mut frames = FrameWriter::default();
        frames.settings(&[(4, 100)]);
        let (mut signals, mut told) = (Http2Signals::of_server(), Vec::new());
        signals.take(&frames.take(), |signal| told.push(signal));
        assert_eq!(told, [Http2Signal::Settings(vec![(4, 100)])]);
    }

    #[test]
    fn what_is_none_is_not_read_on() {
        assert!(told(b"PRI * HTTP/1.1\r\n\r\n", 3).is_empty());
        assert!(told(b"GET / HTTP/1.1\r\n\r\n", 3).is_empty());
        let long = [&PREFACE[..], b"\xff\0\0\0\0\0\0\0\x01"].concat();
        assert!(matches!(told(&long, 5)[..], [Http2Signal::Begins, Http2Signal::Fault(FRAME_SIZE, _)]));
        let odd = [&PREFACE[..], b"\0\0\x07\x06\0\0\0\0\0pingpin"].concat();
        assert!(matches!(told(&odd, 5)[..], [Http2Signal::Begins, Http2Signal::Fault(PROTOCOL, _)]));
    }
}
