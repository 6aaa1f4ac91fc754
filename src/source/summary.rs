//! What was read of one source.

use std::collections::BTreeMap;

use crate::anomaly::Anomalies;
use crate::http::BytesRead;
use crate::tls::Shut;

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
    /// Its messages are Lambda events, and what functions returned.
    pub events: bool,
    /// Flows that hold no HTTP/1 message, or something else behind their messages, by what they hold.
    pub undecoded: Vec<Undecoded>,
    /// The TLS secrets that the capture held itself; `None` where it held none.
    pub embedded: Option<Embedded>,
}

impl From<BytesRead> for Summary {
    fn from(read: BytesRead) -> Self {
        let undecoded = read.behind.map(|content| Undecoded { content, flows: 1, ..Undecoded::default() }).into_iter().collect();
        let (requests, responses, anomalies) = (read.requests, read.responses, read.anomalies);
        Self { requests, responses, anomalies, undecoded, ..Self::default() }
    }
}

/// TLS secrets in a capture.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Embedded {
    /// Of how many connections.
    pub connections: u64,
    /// How many of them are in the capture.
    pub used: u64,
    /// What is wrong with them, and where: sentences that name no secret.
    pub problems: Vec<String>,
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
    /// Of TLS: the server names that clients asked for, with how many each; of very many, some.
    pub names: BTreeMap<String, u64>,
    /// Of TLS: why they were not opened, with how many each.
    pub why: BTreeMap<Shut, u64>,
    /// Bytes of their clients behind the messages, where they are counted: in tunnels, and what a connection was upgraded to.
    pub sent: u64,
    /// Bytes of their servers behind the messages.
    pub received: u64,
}
