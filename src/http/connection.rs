//! What a connection itself says, beneath HTTP or before its first message.

use crate::proxy_protocol::ProxyHeader;
use crate::tls::TlsFacts;

/// What is known of the connection that an exchange runs on, beside its addresses. Kept once a flow.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Connection {
    /// The first byte that its client sent is in the capture: what did not stand there was not sent.
    pub from_start: bool,
    /// The PROXY protocol header before everything else.
    pub proxy: Option<Box<ProxyHeader>>,
    /// What its TLS handshake settled; none where its bytes stand in the capture in clear.
    pub tls: Option<Box<TlsFacts>>,
}
