//! What was read of one source.

use crate::anomaly::Anomalies;

/// What was read of one source.
#[derive(Debug, Clone, Default)]
pub struct Summary {
    /// Packets read; 0 for a text.
    pub packets: u64,
    /// TCP connections.
    pub flows: u64,
    /// Requests found.
    pub requests: u64,
    /// Responses found, interim ones too.
    pub responses: u64,
    /// What was lost or odd.
    pub anomalies: Anomalies,
    /// Flows that hold no HTTP/1 message, or something else behind their messages, by what they hold.
    pub undecoded: Vec<Undecoded>,
}

/// Flows, or what is behind the messages of flows, that were not decoded.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Undecoded {
    /// What they hold: `TLS`, `HTTP/2`, `no bytes`, `other`; behind messages `CONNECT tunnel`,
    /// `TLS in a CONNECT tunnel`, `WebSocket`, `upgraded`.
    pub content: &'static str,
    /// The server's port.
    pub port: u16,
    /// How many flows.
    pub flows: u64,
    /// Bytes of their clients behind the messages, where they are counted: in tunnels, and what a connection was upgraded to.
    pub sent: u64,
    /// Bytes of their servers behind the messages.
    pub received: u64,
}
