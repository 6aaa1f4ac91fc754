//! An answer that tells the request as the far end received it: another hop, heard from this place.

use std::net::SocketAddr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

/// What every echo says of itself.
#[derive(Debug, Deserialize)]
struct Format {
    format: String,
}

/// The echo of `hopspec listen --echo`, as far as a recording needs it: its bytes. What is judged of it is read from these, and
/// not from its fields (`source/echoed.rs` tells those, where a spec says `echoed_in`).
#[derive(Debug, Deserialize)]
struct Written {
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
    /// The request that a body echoes, to the byte; nothing where it echoes none.
    ///
    /// # Errors
    /// It is an echo of which these bytes cannot be had: why.
    pub(super) fn of(body: &[u8]) -> Result<Option<Self>, &'static str> {
        let Ok(format) = serde_json::from_slice::<Format>(body) else { return Ok(None) };
        if !format.format.starts_with("hopspec-echo/") {
            return Ok(None);
        }
        if format.format != "hopspec-echo/1" {
            return Err("it has a form that is not known");
        }
        let written: Written = serde_json::from_slice(body).map_err(|_| "it is no echo as `hopspec listen` writes it")?;
        if written.body_complete == Some(false) || written.body_cut {
            return Err("it does not hold the whole body");
        }
        let head = written.head_base64.ok_or("the far end was asked in HTTP/2, and an echo holds no frames")?;
        let decoded = |text: &str| STANDARD.decode(text).map_err(|_| "what it holds is no base64");
        let (mut bytes, body) = (decoded(&head)?, decoded(&written.body_base64.unwrap_or_default())?);
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
        let end = |text: &str| text.parse().map_err(|_| "an end of its connection is no address");
        Ok(Some(Self { src: end(&written.src)?, dst: end(&written.dst)?, bytes }))
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
        let echo = |body: &str| Echo::of(body.as_bytes());
        let whole = echo(body).unwrap().unwrap();
        assert_eq!(whole.bytes, b"POST / HTTP/1.1\r\n\r\nab");
        assert_eq!((whole.src.to_string().as_str(), whole.dst.port()), ("10.0.1.5:41022", 8000));
        // "POST / HTTP/1.1", "Transfer-Encoding: chunked"
        let chunked =
            body.replace("UE9TVCAvIEhUVFAvMS4xDQoNCg==", "UE9TVCAvIEhUVFAvMS4xDQpUcmFuc2Zlci1FbmNvZGluZzogY2h1bmtlZA0KDQo=");
        assert!(echo(&chunked).unwrap().unwrap().bytes.ends_with(b"chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n"));
        for other in ["", "{}", "[1]", "hello", r#"{"format": "other/1"}"#] {
            assert_eq!(echo(other), Ok(None), "{other}");
        }
        for (part, with, why) in [
            ("echo/1", "echo/2", "form"),
            ("YWI=", "?", "base64"),
            (": true", ": false", "whole body"),
            ("head_base64", "h2", "HTTP/2"),
            ("10.0.1.5:41022", "nowhere", "address"),
            (r#""src""#, r#""from""#, "as `hopspec listen` writes"),
        ] {
            let told = echo(&body.replace(part, with)).unwrap_err();
            assert!(told.contains(why), "{part}: {told}");
        }
    }
}
