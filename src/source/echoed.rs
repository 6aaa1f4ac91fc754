//! The echo of `hopspec listen --echo`: a request as it was received, in JSON (`docs/live.md`).
//!
//! The bytes of its head are those of the wire, so the request is read as one of a capture. One of HTTP/2 has none: its fields are
//! what the frames told. Linear in the text, which is bounded by who holds it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use crate::anomaly::Anomalies;
use crate::http::{
    Body, CaptureId, Exchange, Fidelity, HeadBuf, Message, MessageId, MessageKind, MessageSink, Origin, Provenance, listed_head,
    parse_head,
};
use crate::{json, secret};

/// What every echo says of itself.
const FORMAT: &str = "hopspec-echo/";
const VERSION: &str = "hopspec-echo/1";

/// Tells the sink of the request that a body echoes. Nothing where it is no echo.
///
/// # Errors
/// It says that it is one, and cannot be read: why.
pub(super) fn read<S: MessageSink>(body: &[u8], capture: CaptureId, sink: &mut S) -> Option<Result<Anomalies, String>> {
    if !body.trim_ascii_start().starts_with(b"{") || memchr::memmem::find(body, FORMAT.as_bytes()).is_none() {
        return None;
    }
    let Ok(Value::Object(echo)) = json::parse(body) else { return None };
    let format = text(&echo, "format").filter(|format| format.starts_with(FORMAT))?;
    if format != VERSION {
        return Some(Err(format!("holds an echo of the form {format}, of which {VERSION} is known")));
    }
    Some(tell(&echo, capture, sink).map_err(|why| format!("holds an echo that cannot be read: {why}")))
}

fn tell<S: MessageSink>(echo: &Map<String, Value>, capture: CaptureId, sink: &mut S) -> Result<Anomalies, String> {
    let at = Provenance { capture, origin: Origin::Entry { number: 1, time: None, server: None } };
    let head = head(echo, at)?;
    let mut anomalies = Anomalies::default();
    for kind in head.head.flags.iter() {
        anomalies.note(kind, None, || {
            let line = String::from_utf8_lossy(head.as_ref().start_line()).into_owned();
            format!("`{}`", secret::mask_target(&line).chars().take(200).collect::<String>())
        });
    }
    let id = MessageId(0);
    let want = sink.head(id, &head.as_ref(), None, None);
    let mut bytes = base64(echo, "body_base64")?.unwrap_or_default();
    let length = echo.get("body_length").map_or(Some(bytes.len() as u64), Value::as_u64).ok_or("`body_length` is no number")?;
    let complete = echo.get("body_complete").and_then(Value::as_bool);
    let mut body = Body::of_length(length, complete);
    if want.sha256 && complete == Some(true) && bytes.len() as u64 == length {
        body = body.with_sha256(Sha256::digest(&bytes).into());
    }
    if want.keep > 0 {
        bytes.truncate(want.keep);
        body = body.with_kept(bytes);
    }
    for (name, value) in fields(echo, "trailers")?.unwrap_or_default() {
        body.trailers_mut().push(&name, &value);
    }
    sink.message(id, &body);
    let request = Some(Message { head: head.as_ref(), body: &body });
    sink.exchange(&Exchange { request, response: None, connection: None });
    Ok(anomalies)
}

fn head(echo: &Map<String, Value>, at: Provenance) -> Result<HeadBuf, String> {
    let head = match (base64(echo, "head_base64")?, echo.get("h2_stream")) {
        (Some(bytes), _) => parse_head(&bytes, at, Fidelity::WIRE),
        (None, Some(stream)) => {
            let stream = stream.as_u64().and_then(|stream| u32::try_from(stream).ok()).ok_or("`h2_stream` is no stream")?;
            let fields = fields(echo, "fields")?.ok_or("it has no `fields`")?;
            let fields = fields.iter().map(|(name, value)| (name.as_slice(), value.clone()));
            listed_head(fields, MessageKind::Request, stream, at, Fidelity::WIRE)
        }
        (None, None) => return Err("it has neither `head_base64` nor `h2_stream`".to_owned()),
    };
    if head.as_ref().is_request() { Ok(head) } else { Err("its head is none of a request".to_owned()) }
}

fn text<'e>(echo: &'e Map<String, Value>, name: &str) -> Option<&'e str> {
    echo.get(name).and_then(Value::as_str)
}

fn base64(echo: &Map<String, Value>, name: &str) -> Result<Option<Vec<u8>>, String> {
    let Some(value) = echo.get(name) else { return Ok(None) };
    let bytes = value.as_str().and_then(|text| STANDARD.decode(text).ok());
    bytes.map(Some).ok_or_else(|| format!("`{name}` is no base64"))
}

type Fields = Vec<(Vec<u8>, Vec<u8>)>;

/// Pairs of names and values, as the bytes that they were.
fn fields(echo: &Map<String, Value>, name: &str) -> Result<Option<Fields>, String> {
    let Some(value) = echo.get(name) else { return Ok(None) };
    let latin1 = text(echo, "encoding") == Some("latin-1");
    let bytes = |value: &Value| -> Option<Vec<u8>> {
        let text = value.as_str()?;
        if latin1 { text.chars().map(|c| u8::try_from(c).ok()).collect() } else { Some(text.as_bytes().to_vec()) }
    };
    let pair = |pair: &Value| match pair.as_array()?.as_slice() {
        [name, value] => Some((bytes(name)?, bytes(value)?)),
        _ => None,
    };
    let pairs: Option<Fields> = value.as_array().and_then(|pairs| pairs.iter().map(pair).collect());
    pairs.map(Some).ok_or_else(|| format!("`{name}` holds something else than names and values"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::{BodyWant, Connection, HeadRef};

    #[derive(Default)]
    struct Told(Vec<String>);

    impl MessageSink for Told {
        fn head(&mut self, _: MessageId, head: &HeadRef<'_>, _: Option<&HeadRef<'_>>, _: Option<&Connection>) -> BodyWant {
            assert_eq!(head.head.fidelity, Fidelity::WIRE);
            self.0.push(String::from_utf8_lossy(head.start_line()).into_owned());
            self.0.extend(
                head.regular_fields().map(|(name, value)| format!("{name:?} {value:?}", name = show(name), value = show(value))),
            );
            BodyWant { keep: 2, sha256: true }
        }

        fn message(&mut self, _: MessageId, body: &Body) {
            let (kept, hash) = (body.kept().map(show), body.sha256().is_some());
            self.0.push(format!("{} {:?} {kept:?} {hash} {}", body.length, body.complete, body.trailers().lines.len()));
        }

        fn exchange(&mut self, exchange: &Exchange<'_>) {
            assert!(exchange.request.is_some() && exchange.response.is_none());
        }
    }

    fn show(bytes: &[u8]) -> String {
        bytes.escape_ascii().to_string()
    }

    fn told(body: &str) -> (Vec<String>, Option<Result<(), String>>) {
        let mut told = Told::default();
        let read = read(body.as_bytes(), CaptureId(0), &mut told);
        (told.0, read.map(|read| read.map(drop)))
    }

    #[test]
    fn an_echo_is_the_request_as_received() {
        let head = STANDARD.encode(b"POST /a HTTP/1.1\r\nx-Dup: 1\r\nX-dup:  \xff2\r\n\r\n");
        let (lines, read) = told(&format!(
            r#"{{"format": "{VERSION}", "head_base64": "{head}", "body_base64": "YWJj", "body_length": 3, "body_complete": true}}"#
        ));
        assert_eq!(read, Some(Ok(())));
        assert_eq!(lines[0], "POST /a HTTP/1.1");
        assert_eq!(lines[1..3], [r#""x-Dup" "1""#, r#""X-dup" "\\xff2""#]);
        assert_eq!(lines[3], "3 Some(true) Some(\"ab\") true 0");
    }

    #[test]
    fn an_echo_of_http_2_is_told_by_its_fields() {
        let (lines, read) = told(
            r#"{"format": "hopspec-echo/1", "fields": [[":method", "GET"], [":path", "/"], [":scheme", "http"], [":authority", "a"], ["x", "é"]],
                "encoding": "latin-1", "h2_stream": 3, "body_base64": "YQ==", "body_length": 9, "body_complete": true, "trailers": [["t", "1"]]}"#,
        );
        assert_eq!(read, Some(Ok(())));
        assert_eq!(lines, ["GET / HTTP/2", r#""x" "\\xe9""#, "9 Some(true) Some(\"a\") false 1"]);
    }

    #[test]
    fn what_is_none_is_left_and_what_is_broken_says_so() {
        for none in ["", "{}", "[1]", r#"{"a": "hopspec-echo/1"}"#, r#"{"format": "hopspec-echo/1""#] {
            assert_eq!(told(none), (vec![], None), "{none}");
        }
        for (broken, why) in [
            (r#"{"format": "hopspec-echo/2"}"#, "hopspec-echo/1 is known"),
            (r#"{"format": "hopspec-echo/1"}"#, "neither"),
            (r#"{"format": "hopspec-echo/1", "head_base64": "?"}"#, "no base64"),
            (r#"{"format": "hopspec-echo/1", "head_base64": "SFRUUC8xLjEgMjAwIE9LDQoNCg=="}"#, "none of a request"),
            (r#"{"format": "hopspec-echo/1", "h2_stream": 1, "fields": [["a"]]}"#, "names and values"),
        ] {
            let (lines, read) = told(broken);
            assert!(lines.is_empty() && read.clone().unwrap().unwrap_err().contains(why), "{broken} {read:?}");
        }
    }
}
