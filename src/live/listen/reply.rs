//! A response before it is written, and how HTTP/1 writes it.

use std::sync::Arc;
use std::time::SystemTime;

use super::request::{Refusal, Request};

/// A response.
#[derive(Debug, Clone)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) fields: Vec<(String, String)>,
    pub(super) body: Arc<[u8]>,
    pub(super) chunked: bool,
}

/// How its body is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sending {
    /// As it is.
    Plain,
    /// In chunks.
    Chunked,
    /// Not at all.
    Nothing,
}

impl Reply {
    /// What a request gets that is refused.
    pub(super) fn refusing((status, why): Refusal) -> Self {
        let body = format!("{why}\n").into_bytes();
        let mut reply = Self { status, fields: Vec::new(), body: Arc::from(body), chunked: false };
        reply.add("Content-Type", "text/plain; charset=utf-8");
        reply
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.fields.iter().any(|(other, _)| other.eq_ignore_ascii_case(name))
    }

    /// Adds a field where none has the name.
    pub(super) fn add(&mut self, name: &str, value: &str) {
        if !self.has(name) {
            self.fields.push((name.to_owned(), value.to_owned()));
        }
    }

    /// Whether a body may follow the head (RFC 9110 §6.4.1); `to_head` where HEAD is answered.
    fn has_body(&self, to_head: bool) -> bool {
        !to_head && !matches!(self.status, 204 | 304)
    }

    /// Adds what every response says, and what frames its body in this version; says how that is sent.
    fn complete(&mut self, to_head: bool, chunks: bool) -> Sending {
        let asked = self.fields.iter().any(|(name, _)| name.eq_ignore_ascii_case("transfer-encoding"));
        let chunked = chunks && (self.chunked || asked);
        self.add("Server", "hopspec");
        self.add("Date", &httpdate::fmt_http_date(SystemTime::now()));
        if self.status != 204 && !(self.status == 304 && self.body.is_empty()) {
            if chunked {
                self.add("Transfer-Encoding", "chunked");
            } else if !asked {
                self.add("Content-Length", &self.body.len().to_string());
            }
        }
        match () {
            () if !self.has_body(to_head) => Sending::Nothing,
            () if chunked => Sending::Chunked,
            () => Sending::Plain,
        }
    }

    /// The head of HTTP/1, and how the body is sent. `close` where the connection ends behind it.
    pub(super) fn head(mut self, to: Option<&Request>, close: bool) -> (Vec<u8>, Sending) {
        let old = to.is_some_and(Request::is_old);
        let sending = self.complete(to.is_some_and(Request::is_head), !old);
        match (close, old) {
            (true, _) => self.add("Connection", "close"),
            (false, true) => self.add("Connection", "keep-alive"),
            (false, false) => {}
        }
        let mut head = format!("HTTP/1.1 {} {}\r\n", self.status, reason(self.status)).into_bytes();
        for (name, value) in &self.fields {
            head.extend_from_slice(name.as_bytes());
            head.extend_from_slice(if value.is_empty() { b":" } else { b": " });
            head.extend_from_slice(value.as_bytes());
            head.extend_from_slice(b"\r\n");
        }
        head.extend_from_slice(b"\r\n");
        (head, sending)
    }

    /// The fields of HTTP/2, and whether a body follows.
    pub(super) fn listed(mut self, to: &Request) -> (Vec<(String, Vec<u8>)>, bool) {
        // RFC 9113 §8.2.2
        const OF_CONNECTIONS: [&str; 5] = ["connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade"];
        self.fields.retain(|(name, _)| !OF_CONNECTIONS.iter().any(|other| name.eq_ignore_ascii_case(other)));
        let sending = self.complete(to.is_head(), false);
        let status = (":status".to_owned(), self.status.to_string().into_bytes());
        let fields = self.fields.into_iter().map(|(name, value)| (name.to_ascii_lowercase(), value.into_bytes()));
        (std::iter::once(status).chain(fields).collect(), sending == Sending::Plain && !self.body.is_empty())
    }
}

/// The reason phrase (RFC 9110 §15); empty where none is known.
fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        201 => "Created",
        202 => "Accepted",
        203 => "Non-Authoritative Information",
        204 => "No Content",
        205 => "Reset Content",
        206 => "Partial Content",
        300 => "Multiple Choices",
        301 => "Moved Permanently",
        302 => "Found",
        303 => "See Other",
        304 => "Not Modified",
        307 => "Temporary Redirect",
        308 => "Permanent Redirect",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        408 => "Request Timeout",
        409 => "Conflict",
        410 => "Gone",
        413 => "Content Too Large",
        414 => "URI Too Long",
        415 => "Unsupported Media Type",
        418 => "I'm a Teapot",
        421 => "Misdirected Request",
        422 => "Unprocessable Content",
        429 => "Too Many Requests",
        431 => "Request Header Fields Too Large",
        500 => "Internal Server Error",
        501 => "Not Implemented",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        505 => "HTTP Version Not Supported",
        _ => "",
    }
}
