//! Our side of an HTTP/2 connection: what the client says of it is heeded, replies become frames within its windows.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::inbox::Inbox;
use super::reply::Reply;
use super::request::Request;
use crate::http::{FrameWriter, Http2Signal, Http2Signals};

/// Streams at a time; more are refused.
const STREAMS: u32 = 100;
/// A window to begin with (RFC 9113 §6.9.2), and the largest.
const WINDOW: i64 = 65_535;
const LARGEST_WINDOW: i64 = (1 << 31) - 1;
/// SETTINGS_MAX_CONCURRENT_STREAMS and SETTINGS_INITIAL_WINDOW_SIZE.
const CONCURRENT: u16 = 3;
const INITIAL_WINDOW: u16 = 4;
/// DATA has no more than everybody allows.
const LONGEST_DATA: usize = 16_384;
/// So much is written at once.
const AT_ONCE: usize = 64 << 10;
/// FLOW_CONTROL_ERROR, REFUSED_STREAM.
const FLOW_CONTROL: u32 = 3;
const REFUSED: u32 = 7;

/// A body on its way.
#[derive(Debug)]
struct Sending {
    body: Arc<[u8]>,
    at: usize,
}

/// An HTTP/2 connection, once it is one.
#[derive(Debug)]
pub(super) struct Frames {
    signals: Http2Signals,
    out: FrameWriter,
    begun: bool,
    /// What may still be sent, on the connection and on each stream that is open.
    window: i64,
    initial: i64,
    streams: BTreeMap<u32, i64>,
    sending: BTreeMap<u32, Sending>,
    last: u32,
    /// The client opens no more streams.
    leaving: bool,
    fault: Option<u32>,
}

impl Default for Frames {
    fn default() -> Self {
        Self {
            signals: Http2Signals::default(),
            out: FrameWriter::default(),
            begun: false,
            window: WINDOW,
            initial: WINDOW,
            streams: BTreeMap::new(),
            sending: BTreeMap::new(),
            last: 0,
            leaving: false,
            fault: None,
        }
    }
}

impl Frames {
    /// The client spoke the preface.
    pub(super) fn begun(&self) -> bool {
        self.begun
    }

    /// Bodies are on their way.
    pub(super) fn is_sending(&self) -> bool {
        !self.sending.is_empty()
    }

    /// What ends the connection: the error code.
    pub(super) fn fault(&self) -> Option<u32> {
        self.fault
    }

    /// The client says goodbye.
    pub(super) fn is_leaving(&self) -> bool {
        self.leaving
    }

    /// The client said this; its requests are in the inbox already.
    pub(super) fn heard(&mut self, bytes: &[u8], inbox: &mut Inbox) {
        self.open(inbox);
        let Self { signals, out, begun, window, initial, streams, sending, leaving, fault, .. } = self;
        signals.take(bytes, |signal| match signal {
            Http2Signal::Begins => {
                *begun = true;
                out.settings(&[(CONCURRENT, STREAMS)]);
            }
            Http2Signal::Settings(settings) => {
                for value in settings.iter().filter(|(number, _)| *number == INITIAL_WINDOW).map(|(_, value)| i64::from(*value)) {
                    streams.values_mut().for_each(|window| *window += value - *initial);
                    *initial = value;
                    if value > LARGEST_WINDOW {
                        *fault = Some(FLOW_CONTROL);
                    }
                }
                out.settings_ack();
            }
            Http2Signal::Ping(bytes) => out.ping_ack(bytes),
            Http2Signal::Window { stream, more } => {
                let window = if stream == 0 { Some(&mut *window) } else { streams.get_mut(&stream) };
                if let Some(window) = window {
                    *window += i64::from(more);
                    if *window > LARGEST_WINDOW {
                        *fault = Some(FLOW_CONTROL);
                    }
                }
            }
            Http2Signal::Reset(stream) => {
                inbox.requests.retain(|request| request.stream() != Some(stream));
                streams.remove(&stream);
                sending.remove(&stream);
            }
            Http2Signal::GoAway => *leaving = true,
            Http2Signal::Data { stream, length } => {
                out.window(0, length);
                let runs = |request: &Request| request.stream() == Some(stream) && request.body.is_none();
                if inbox.requests.iter().any(runs) {
                    out.window(stream, length);
                }
            }
            Http2Signal::Fault(code, _) => *fault = Some(code),
        });
    }

    /// Streams that requests opened.
    fn open(&mut self, inbox: &mut Inbox) {
        let Self { out, initial, streams, last, .. } = self;
        inbox.requests.retain(|request| {
            let Some(stream) = request.stream() else { return true };
            if streams.contains_key(&stream) {
                return true;
            }
            *last = stream.max(*last);
            if streams.len() >= STREAMS as usize {
                out.reset(stream, REFUSED);
                return false;
            }
            streams.insert(stream, *initial);
            true
        });
    }

    /// The client is told to send its body.
    pub(super) fn go_on(&mut self, stream: u32) {
        self.out.headers(stream, [(":status", &b"100"[..])].into_iter(), false);
    }

    /// Replies to a request.
    pub(super) fn reply(&mut self, request: &Request, reply: Reply) {
        let Some(stream) = request.stream() else { return };
        let body = Arc::clone(&reply.body);
        let (fields, follows) = reply.listed(request);
        let fields = fields.iter().map(|(name, value)| (name.as_str(), value.as_slice()));
        self.out.headers(stream, fields, !follows);
        if follows {
            self.sending.insert(stream, Sending { body, at: 0 });
        } else {
            self.streams.remove(&stream);
        }
    }

    /// No stream behind those that were heard is answered.
    pub(super) fn go_away(&mut self, code: u32) {
        self.out.go_away(self.last, code);
    }

    /// What may be sent now; empty where the client must take something first.
    pub(super) fn take(&mut self) -> Vec<u8> {
        let Self { out, window, streams, sending, .. } = self;
        let mut moved = true;
        while moved && out.waiting() < AT_ONCE {
            moved = false;
            sending.retain(|stream, body| {
                let Some(own) = streams.get_mut(stream) else { return false };
                let rest = body.body.get(body.at..).unwrap_or_default();
                let most = usize::try_from((*own).min(*window)).unwrap_or(0).min(LONGEST_DATA);
                let part = rest.get(..most.min(rest.len())).unwrap_or_default();
                if part.is_empty() {
                    return true;
                }
                let end = part.len() == rest.len();
                out.data(*stream, part, end);
                // No part is longer than a frame.
                let length = i64::try_from(part.len()).unwrap_or(0);
                (*own, *window) = (*own - length, *window - length);
                body.at += part.len();
                moved = true;
                if end {
                    streams.remove(stream);
                }
                !end
            });
        }
        out.take()
    }
}
