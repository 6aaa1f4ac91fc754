//! The request as it was received, as JSON: `hopspec-echo/1`, described in `docs/live.md`.
//!
//! Who asked gets their own secrets back; nobody else hears them.

use std::net::SocketAddr;
use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use super::request::Request;
use crate::capture::Timestamp;

/// The echo of a request that is over, which came from one end to the other.
pub(super) fn echo(request: &Request, src: SocketAddr, dst: SocketAddr) -> Vec<u8> {
    let head = request.head();
    let body = request.body.as_ref();
    // One encoding for all texts of an echo, so that they can be turned back.
    let trailers = body.map(|body| body.trailers()).filter(|trailers| !trailers.lines.is_empty());
    let trailing = trailers.into_iter().flat_map(|trailers| trailers.fields());
    let mut texts = head.fields().chain(trailing).flat_map(|(name, value)| [name, value]).chain([head.start_line()]);
    let latin1 = texts.any(|text| std::str::from_utf8(text).is_err());
    let text = |bytes: &[u8]| -> Value {
        match std::str::from_utf8(bytes) {
            Ok(text) if !latin1 => text.into(),
            _ => bytes.iter().map(|byte| char::from(*byte)).collect::<String>().into(),
        }
    };
    let fields = |fields: &mut dyn Iterator<Item = (&[u8], &[u8])>| -> Value {
        fields.map(|(name, value)| json!([text(name), text(value)])).collect::<Vec<_>>().into()
    };
    let kept = body.and_then(|body| body.kept()).unwrap_or_default();
    let length = body.map_or(0, |body| body.length);
    let mut echo = Map::new();
    let mut add = |name: &str, value: Value| {
        echo.insert(name.to_owned(), value);
    };
    add("format", "hopspec-echo/1".into());
    add("time", time(request.at).into());
    add("src", src.to_string().into());
    add("dst", dst.to_string().into());
    add("method", text(head.method().unwrap_or_default()));
    add("target", text(head.target().unwrap_or_default()));
    add("version", text(head.version()));
    add("fields", fields(&mut head.fields()));
    if latin1 {
        add("encoding", "latin-1".into());
    }
    match request.stream() {
        Some(stream) => add("h2_stream", stream.into()),
        None => add("head_base64", STANDARD.encode(head.wire()).into()),
    }
    add("body_base64", STANDARD.encode(kept).into());
    add("body_length", length.into());
    add("body_complete", body.is_some_and(|body| body.complete == Some(true)).into());
    if (kept.len() as u64) < length {
        add("body_cut", true.into());
    }
    if let Some(trailers) = trailers {
        add("trailers", fields(&mut trailers.fields()));
    }
    let mut bytes = serde_json::to_vec(&Value::Object(echo)).unwrap_or_default();
    bytes.push(b'\n');
    bytes
}

/// The time as everywhere else.
fn time(at: SystemTime) -> String {
    let since = at.duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_nanoseconds(u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)).to_string()
}
