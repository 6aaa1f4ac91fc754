//! A request in frames (RFC 9113): what is asked for as a header block and DATA, within what the server allows.

use std::collections::VecDeque;

use super::{Ask, Target};
use crate::http::{FrameWriter, Http2Signal, Http2Signals};

/// The windows that everybody begins with (§6.9.2).
const WINDOW: i64 = 65_535;
/// What we take without being asked again: all of any answer that is kept, many times over.
const OURS: u32 = 0x7fff_ffff;
const INITIAL_WINDOW: u16 = 4;
const ENABLE_PUSH: u16 = 2;
/// The longest frame that everybody takes (§4.2).
const LONGEST: usize = 16_384;

/// Our side of a connection.
#[derive(Debug)]
pub(super) struct Frames {
    out: FrameWriter,
    signals: Http2Signals,
    /// What may be sent on the connection, on each new stream, and on the stream that runs.
    window: i64,
    initial: i64,
    stream_window: i64,
    stream: u32,
    /// The rest of the body that runs.
    body: VecDeque<u8>,
    /// Why nothing more comes.
    pub(super) over: Option<String>,
}

impl Frames {
    /// A connection on which we say first what we take.
    pub(super) fn new() -> Self {
        let mut out = FrameWriter::default();
        out.preface();
        out.settings(&[(ENABLE_PUSH, 0), (INITIAL_WINDOW, OURS)]);
        out.window(0, OURS - 65_535);
        Self {
            out,
            signals: Http2Signals::of_server(),
            window: WINDOW,
            initial: WINDOW,
            stream_window: WINDOW,
            stream: 0,
            body: VecDeque::new(),
            over: None,
        }
    }

    /// A request on the next stream.
    pub(super) fn ask(&mut self, ask: &Ask, target: &Target) {
        self.stream = if self.stream == 0 { 1 } else { self.stream.saturating_add(2) };
        self.stream_window = self.initial;
        let body = ask.body.as_deref().unwrap_or_default();
        self.body = body.iter().copied().collect();
        let lines = ask.frame_lines(target);
        let fields = lines.iter().map(|(name, value)| (name.as_str(), value.as_bytes()));
        self.out.headers(self.stream, fields, body.is_empty());
        self.send_body();
    }

    /// What the server says of the connection.
    pub(super) fn hear(&mut self, bytes: &[u8]) {
        let mut heard = Vec::new();
        self.signals.take(bytes, |signal| heard.push(signal));
        for signal in heard {
            match signal {
                Http2Signal::Settings(settings) => {
                    for (number, value) in settings {
                        if number == INITIAL_WINDOW {
                            self.stream_window += i64::from(value) - self.initial;
                            self.initial = i64::from(value);
                        }
                    }
                    self.out.settings_ack();
                }
                Http2Signal::Ping(bytes) => self.out.ping_ack(bytes),
                Http2Signal::Window { stream: 0, more } => self.window += i64::from(more),
                Http2Signal::Window { stream, more } if stream == self.stream => self.stream_window += i64::from(more),
                Http2Signal::Reset(stream) if stream == self.stream => {
                    self.over = Some("the server reset the stream".to_owned());
                }
                Http2Signal::Fault(_, why) => self.over = Some(format!("the server breaks HTTP/2: {why}")),
                Http2Signal::GoAway => self.over = Some("the server takes no more requests (GOAWAY)".to_owned()),
                Http2Signal::Begins | Http2Signal::Data { .. } | Http2Signal::Window { .. } | Http2Signal::Reset(_) => {}
            }
        }
        self.send_body();
    }

    /// What is to be sent now.
    pub(super) fn take(&mut self) -> Vec<u8> {
        self.out.take()
    }

    fn send_body(&mut self) {
        while !self.body.is_empty() {
            let allowed = usize::try_from(self.window.min(self.stream_window)).unwrap_or(0).min(LONGEST).min(self.body.len());
            if allowed == 0 {
                return;
            }
            let part: Vec<u8> = self.body.drain(..allowed).collect();
            let sent = i64::try_from(allowed).unwrap_or(i64::MAX);
            self.window -= sent;
            self.stream_window -= sent;
            self.out.data(self.stream, &part, self.body.is_empty());
        }
    }
}
