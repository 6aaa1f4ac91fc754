//! What every request is answered with.

use std::sync::Arc;
use std::time::Duration;

use super::reply::Reply;

/// The answer to every request.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status code, final.
    pub status: u16,
    /// Fields in their order, which take the place of those that would be sent otherwise.
    pub fields: Vec<(String, String)>,
    /// The body.
    pub body: Arc<[u8]>,
    /// The body is a text.
    pub text: bool,
    /// How long to wait with it.
    pub delay: Duration,
    /// The body is sent in chunks, where the version has them.
    pub chunked: bool,
    /// The connection ends behind it.
    pub close: bool,
    /// The body is the request as it was received.
    pub echo: bool,
}

impl Default for Answer {
    fn default() -> Self {
        Self {
            status: 200,
            fields: Vec::new(),
            body: Arc::from([]),
            text: true,
            delay: Duration::ZERO,
            chunked: false,
            close: false,
            echo: false,
        }
    }
}

impl Answer {
    /// The reply with this echo, or the body that was asked for.
    pub(super) fn reply(&self, echo: Option<Vec<u8>>) -> Reply {
        let (body, kind) = match echo {
            Some(echo) => (Arc::from(echo), Some("application/json")),
            None => (Arc::clone(&self.body), (self.text && !self.body.is_empty()).then_some("text/plain; charset=utf-8")),
        };
        let mut reply = Reply { status: self.status, fields: self.fields.clone(), body, chunked: self.chunked };
        if let Some(kind) = kind {
            reply.add("Content-Type", kind);
        }
        reply
    }
}
