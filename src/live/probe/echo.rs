//! An answer that tells the request as the far end received it: another hop, heard from this place.

use std::net::SocketAddr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

/// The echo of `hopspec listen --echo`, as far as a recording needs it.
#[derive(Debug, Deserialize)]
struct Written {
    format: String,
    src: String,
    dst: String,
    head_base64: Option<String>,
    body_base64: Option<String>,
    #[serde(default)]
    body_complete: Option<bool>,
    #[serde(default)]
    body_cut: bool,
}

/// A request as the far end received it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Echo {
    pub(super) src: SocketAddr,
    pub(super) dst: SocketAddr,
    /// Head and body.
    pub(super) bytes: Vec<u8>,
}

impl Echo {
    /// The request that a body echoes, to the byte; `None` where it echoes none, or not as bytes.
    pub(super) fn of(body: &[u8]) -> Option<Self> {
        let written: Written = serde_json::from_slice(body).ok()?;
        if written.format != "hopspec-echo/1" || written.body_complete == Some(false) || written.body_cut {
            return None;
        }
        let mut bytes = STANDARD.decode(written.head_base64?).ok()?;
        let body = STANDARD.decode(written.body_base64.unwrap_or_default()).ok()?;
        if is_chunked(&bytes) {
            // An echo has the body without its chunks: how they were cut is not known, and nothing is said of it.
            if !body.is_empty() {
                bytes.extend_from_slice(format!("{:x}\r\n", body.len()).as_bytes());
                bytes.extend_from_slice(&body);
                bytes.extend_from_slice(b"\r\n");
            }
            bytes.extend_from_slice(b"0\r\n\r\n");
        } else {
            bytes.extend_from_slice(&body);
        }
        Some(Self { src: written.src.parse().ok()?, dst: written.dst.parse().ok()?, bytes })
    }
}

/// Whether a head says that its body comes in chunks.
fn is_chunked(head: &[u8]) -> bool {
    head.split(|byte| *byte == b'\n').any(|line| {
        let line = line.to_ascii_lowercase();
        line.strip_prefix(b"transfer-encoding:").is_some_and(|value| value.trim_ascii().ends_with(b"chunked"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_echo_is_the_request_to_the_byte() {
        let body = r#"{"format": "hopspec-echo/1", "time": "2026-01-01T00:00:00Z", "src": "10.0.1.5:41022", "dst": "10.0.2.7:8000",
            "method": "POST", "head_base64": "UE9TVCAvIEhUVFAvMS4xDQoNCg==", "body_base64": "YWI=", "body_complete": true}"#;
        let echo = Echo::of(body.as_bytes()).unwrap();
        assert_eq!(echo.bytes, b"POST / HTTP/1.1\r\n\r\nab");
        assert_eq!((echo.src.to_string().as_str(), echo.dst.port()), ("10.0.1.5:41022", 8000));
        // "POST / HTTP/1.1", "Transfer-Encoding: chunked"
        let chunked =
            body.replace("UE9TVCAvIEhUVFAvMS4xDQoNCg==", "UE9TVCAvIEhUVFAvMS4xDQpUcmFuc2Zlci1FbmNvZGluZzogY2h1bmtlZA0KDQo=");
        assert!(Echo::of(chunked.as_bytes()).unwrap().bytes.ends_with(b"chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n"));
        for other in
            ["", "{}", "[1]", &body.replace("echo/1", "echo/2"), &body.replace("YWI=", "?"), &body.replace(": true", ": false")]
        {
            assert_eq!(Echo::of(other.as_bytes()), None, "{other}");
        }
    }
}
