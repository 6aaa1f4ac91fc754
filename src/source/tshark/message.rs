//! The messages that tshark read in a packet, from the fields of its `http` and `http2` layers.

use super::node::{Node, Object};
use crate::source::shown::push;

/// A message that tshark read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Told {
    /// A head of HTTP/1, with CRLF line ends and the empty line. A response may say which packet its request is in.
    Http1 { head: Vec<u8>, asked: Option<u64> },
    /// The header list of HTTP/2 on a stream; whether nothing comes behind it on that.
    Http2 { stream: u32, fields: Vec<(String, String)>, ends: bool },
}

/// The end of a stream in one direction (RFC 9113 §6.2).
const END_STREAM: u64 = 1;
/// So many bytes of a head are written.
const LONGEST: usize = 1 << 20;

/// All messages of a packet, in their order.
pub(super) fn messages(layers: &Object<'_>) -> Vec<Told> {
    let mut found = Vec::new();
    for (name, node) in &layers.0 {
        // Packets of several layers of a kind: the names repeat, or their values are a list.
        let nodes = match node {
            Node::List(nodes) => nodes.as_slice(),
            node => std::slice::from_ref(node),
        };
        for node in nodes {
            let Node::Object(layer) = node else { continue };
            match name.as_ref() {
                "http" => found.extend(http1(layer)),
                // `-T ek` writes the fields of a frame into the layer itself.
                "http2" => found.extend(layer.objects("http2.stream").chain([layer]).filter_map(http2)),
                _ => {}
            }
        }
    }
    found
}

fn http1(layer: &Object<'_>) -> Option<Told> {
    // The start line is a key of its own, whose members are its parts; `-T ek` has them beside it.
    let parts = layer.0.iter().filter_map(|(_, node)| match node {
        Node::Object(parts) => Some(parts),
        _ => None,
    });
    let (start, lines) = parts.chain([layer]).find_map(start_line)?;
    let mut head = Vec::new();
    push(&mut head, start.as_bytes());
    for line in layer.values(lines) {
        let Node::Text(line) = line else { continue };
        if head.len() < LONGEST {
            push(&mut head, line.trim_end_matches(['\r', '\n']).as_bytes());
        }
    }
    // What ends it is said apart: a head without it is cut.
    let whole = layer.0.iter().any(|(name, _)| matches!(name.as_ref(), "\\r\\n" | "\r\n"));
    if whole || layer.0.iter().any(|(name, _)| name.starts_with("http_")) {
        push(&mut head, b"");
    }
    Some(Told::Http1 { head, asked: layer.number("http.request_in") })
}

/// The start line, and the name of the lines behind it.
fn start_line(parts: &Object<'_>) -> Option<(String, &'static str)> {
    let text = |field| parts.text(field);
    if let Some(method) = text("http.request.method") {
        let version = text("http.request.version").unwrap_or_default();
        let line = format!("{method} {} {version}", text("http.request.uri")?);
        return Some((line, "http.request.line"));
    }
    let (version, code) = (text("http.response.version")?, text("http.response.code")?);
    let line = format!("{version} {code} {}", text("http.response.phrase").unwrap_or_default());
    Some((line, "http.response.line"))
}

fn http2(frame: &Object<'_>) -> Option<Told> {
    let mut fields: Vec<(String, String)> = Vec::new();
    // One header in each, or, of `-T ek`, all names and all values.
    for part in frame.objects("http2.header").chain([frame]) {
        let texts = |field| -> Vec<&str> { part.values(field).filter_map(Node::text).collect() };
        let (names, values) = (texts("http2.header.name"), texts("http2.header.value"));
        if names.len() == values.len() {
            fields.extend(names.into_iter().zip(values).map(|(name, value)| (name.to_owned(), value.to_owned())));
        }
    }
    // What is promised comes on another stream (RFC 9113 §6.6).
    let promised = frame.number("http2.push_promise.promised_stream_id");
    let stream = promised.or_else(|| frame.number("http2.streamid"))?;
    // `-T ek` may write the flags of several frames as a list: whose are they? What is promised has no body (RFC 9113 §8.4.1).
    let flags = frame.number("http2.flags").filter(|_| frame.values("http2.flags").count() == 1);
    let ends = promised.is_some() || flags.is_some_and(|flags| flags & END_STREAM != 0);
    (!fields.is_empty()).then_some(Told::Http2 { stream: u32::try_from(stream).ok()?, fields, ends })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<Told> {
        let Node::Object(layers) = serde_json::from_str::<Node<'_>>(text).expect("JSON") else { panic!("an object") };
        messages(&layers)
    }

    #[test]
    fn heads_of_http_1() {
        let request = r#"{"http": {"GET / HTTP/1.1\\r\\n": {"http.request.method": "GET", "http.request.uri": "/", "http.request.version": "HTTP/1.1"},
            "http.host": "a", "http.request.line": "Host: a\r\n", "http.request.line": "X: 1\r\n", "http.request.line": "X: 2\r\n", "\\r\\n": ""}}"#;
        let head = b"GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\nX: 2\r\n\r\n".to_vec();
        assert_eq!(read(request), [Told::Http1 { head, asked: None }]);
        let response = r#"{"http": {"x": {"http.response.version": "HTTP/1.1", "http.response.code": "200", "http.response.phrase": "OK"},
            "http.response.line": "A: b\r\n", "http.request_in": "7"}, "http": {"http.file_data": "GET"}}"#;
        let head = b"HTTP/1.1 200 OK\r\nA: b\r\n".to_vec();
        assert_eq!(read(response), [Told::Http1 { head, asked: Some(7) }], "it is cut");
        let ek = r#"{"http": {"http_http_request_method": "GET", "http_http_request_uri": "/", "http_http_request_version": "HTTP/1.1",
            "http_http_request_line": ["A: 1\r\n", "B: 2\r\n"]}}"#;
        let head = b"GET / HTTP/1.1\r\nA: 1\r\nB: 2\r\n\r\n".to_vec();
        assert_eq!(read(ek), [Told::Http1 { head, asked: None }]);
    }

    #[test]
    fn lists_of_http_2() {
        let text = r#"{"http2": {"http2.stream": {"http2.streamid": "0"}, "http2.stream": {"http2.streamid": "3", "http2.header": {"http2.header.name": ":status", "http2.header.value": "200"},
            "http2.header": {"http2.header.name": "a", "http2.header.value": ""}}}}"#;
        let fields = [(":status", "200"), ("a", "")].map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        assert_eq!(read(text), [Told::Http2 { stream: 3, fields: fields.clone(), ends: false }]);
        let ends = |flags: &str| text.replace(r#""http2.streamid": "3""#, &format!(r#""http2.streamid": "3", {flags}"#));
        assert_eq!(read(&ends(r#""http2.flags": "0x05""#)), [Told::Http2 { stream: 3, fields: fields.clone(), ends: true }]);
        let unclear = ends(r#""http2.flags": ["0x01", "0x04"]"#);
        assert_eq!(read(&unclear), [Told::Http2 { stream: 3, fields, ends: false }], "whose flags?");
        assert_eq!(read(r#"{"http2": "x", "http": ["y"]}"#), []);
    }
}
