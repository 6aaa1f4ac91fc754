//! A TCP connection as its two ends experience it: who says what, and after how long.

use super::Message;
use std::net::SocketAddr;

/// Nanoseconds since 1970 at which conversations begin unless they say otherwise: 2026-11-20T08:11:02Z.
const BEGIN: u64 = 1_795_162_262_000_000_000;

/// Which end speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Speaker {
    Client,
    Server,
}

/// Bytes that one end sends without a pause.
#[derive(Debug, Clone)]
pub(crate) struct Turn {
    pub(crate) speaker: Speaker,
    pub(crate) bytes: Vec<u8>,
    /// Nanoseconds since the turn before.
    pub(crate) think: u64,
}

/// How a connection ends in the capture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Closing {
    /// Both ends say FIN, the client first.
    Fin,
    /// The server resets it.
    Reset,
    /// Not in the capture.
    Open,
}

/// One connection.
#[derive(Debug, Clone)]
pub(crate) struct Conversation {
    pub(crate) client: SocketAddr,
    pub(crate) server: SocketAddr,
    pub(crate) turns: Vec<Turn>,
    /// Nanoseconds since 1970 of its first packet.
    pub(crate) begin: u64,
    /// Longest payload of a segment.
    pub(crate) mss: usize,
    /// Initial sequence numbers of client and server.
    pub(crate) first_seq: [u32; 2],
    /// Whether the handshake is captured.
    pub(crate) handshake: bool,
    pub(crate) closing: Closing,
}

impl Conversation {
    pub(crate) fn new(client: SocketAddr, server: SocketAddr) -> Self {
        Self {
            client,
            server,
            turns: Vec::new(),
            begin: BEGIN,
            mss: 1460,
            first_seq: [0x1000_0000, 0xF000_0000],
            handshake: true,
            closing: Closing::Fin,
        }
    }

    /// The client says this, a millisecond later.
    pub(crate) fn says(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.turns.push(Turn { speaker: Speaker::Client, bytes: bytes.into(), think: 1_000_000 });
        self
    }

    /// The server answers this, a millisecond later.
    pub(crate) fn answers(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.turns.push(Turn { speaker: Speaker::Server, bytes: bytes.into(), think: 1_000_000 });
        self
    }

    /// A request and its response.
    pub(crate) fn exchange(self, request: &Message, response: &Message) -> Self {
        self.says(request.bytes()).answers(response.bytes())
    }

    /// Cuts what is said into segments of this payload.
    pub(crate) fn with_mss(mut self, mss: usize) -> Self {
        self.mss = mss.max(1);
        self
    }

    /// Begins so many nanoseconds later.
    pub(crate) fn later(mut self, nanoseconds: u64) -> Self {
        self.begin += nanoseconds;
        self
    }
}
