//! What a connection itself says, beneath HTTP or before its first message.

use super::Provenance;
use crate::proxy_protocol::ProxyHeader;
use crate::tls::TlsFacts;
use crate::wire::Endpoint;

/// What is known of the connection that an exchange runs on, beside its addresses. Kept once a flow.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Connection {
    /// The first byte that its client sent is in the capture: what did not stand there was not sent.
    pub from_start: bool,
    /// The PROXY protocol header before everything else.
    pub proxy: Option<Box<ProxyHeader>>,
    /// There was one that was not kept, since too much is kept of connections (`head-limit`).
    pub proxy_unkept: bool,
    /// What its TLS handshake settled; none where its bytes stand in the capture in clear.
    pub tls: Option<Box<TlsFacts>>,
    /// Client and server, of a connection without a byte: no message says them.
    pub ends: Option<Box<(Endpoint, Endpoint)>>,
}

/// A connection that was opened, accepted and closed without a byte of a message in either direction; at most a PROXY
/// protocol header. Health checks that only connect look so.
#[derive(Debug, Clone, Copy)]
pub struct EmptyConnection<'a> {
    /// Its last packet; sender and receiver are client and server.
    pub at: Provenance,
    /// What it said all the same.
    pub connection: &'a Connection,
}
