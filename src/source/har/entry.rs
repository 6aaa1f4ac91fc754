//! An entry as the messages that it notes: heads as HTTP/1 writes them, and what is shown of the bodies.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::document::{Content, Entry, Field, PostData, Request, Response};
use crate::source::shown::{Announced, Shown, push};
use crate::source::url::{self, Url};
use crate::wire::Endpoint;

/// So many bytes of field lines are written of a message: a value of line ends alone would make its name stand on each.
const LONGEST: usize = 1 << 20;
/// Safari's word for what came over the network.
const NETWORK: &str = "Network Load";

/// A message of an entry.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Noted {
    /// With CRLF line ends and the empty line.
    pub(super) head: Vec<u8>,
    pub(super) body: Shown,
    /// Parts that cannot be written: fields whose names or values hold line ends and the like, a reason phrase that does.
    pub(super) unwritten: usize,
}

/// What an entry notes.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Exchange {
    /// A request, and a response where one came.
    Sent { request: Noted, response: Option<Noted>, server: Option<Endpoint> },
    /// Nothing was sent; why.
    NotSent(&'static str),
    /// Something was sent, and cannot be told; why.
    Unreadable(String),
}

/// Reads an entry.
pub(super) fn exchange(entry: &Entry<'_>) -> Exchange {
    let Some(url) = url::split(&entry.request.url) else { return Exchange::NotSent("not of HTTP") };
    let from_cache = entry.from_cache.is_some() || entry.fetch_type.as_deref().is_some_and(|kind| kind != NETWORK);
    if from_cache {
        return Exchange::NotSent("answered by a cache");
    }
    if entry.service_worker == Some(true) {
        return Exchange::NotSent("answered by a service worker, whose own requests are entries of their own");
    }
    let response = entry.response.as_ref().and_then(|response| Some((response, status(response)?)));
    let of_request = version(entry.request.http_version.as_deref());
    let of_response = response.and_then(|(response, _)| version(response.http_version.as_deref()));
    // Where one of both says nothing, the other speaks for it: they are of one connection.
    let Some(asked) = of_request.or(of_response) else {
        let written =
            [entry.request.http_version.as_deref(), response.and_then(|(response, _)| response.http_version.as_deref())];
        let written = written.into_iter().flatten().find(|version| !version.trim().is_empty());
        if let Some(written) = written.filter(|_| response.is_some()) {
            let written: String = written.escape_debug().take(40).collect();
            return Exchange::Unreadable(format!("its HTTP version `{written}` is not known"));
        }
        return Exchange::NotSent("without an HTTP version: never sent, or answered by a cache");
    };
    let Some(request) = request(&entry.request, &url, asked) else {
        return Exchange::NotSent("with a method or URL that no request can have");
    };
    let response =
        response.map(|(response, status)| self::response(response, status, of_response.unwrap_or(asked), &entry.request.method));
    let ip = entry.server.as_deref().and_then(|ip| ip.trim_matches(['[', ']']).parse().ok());
    let server = ip.zip(url.port()).map(|(ip, port)| Endpoint { ip, port });
    Exchange::Sent { request, response, server }
}

/// Programs write versions in many ways.
fn version(written: Option<&str>) -> Option<&'static str> {
    let written = written?.trim().to_ascii_lowercase();
    match written.strip_prefix("http/").unwrap_or(&written) {
        "1.0" => Some("HTTP/1.0"),
        "1.1" => Some("HTTP/1.1"),
        "2" | "2.0" | "h2" | "h2c" => Some("HTTP/2"),
        other if other == "3" || other == "3.0" || other.starts_with("h3") => Some("HTTP/3"),
        _ => None,
    }
}

/// The status code of a response; `None` where none came.
fn status(response: &Response<'_>) -> Option<u16> {
    let status = response.status.filter(|status| status.fract() == 0.0 && (100.0..1000.0).contains(status))?;
    format!("{status:.0}").parse().ok()
}

fn request(request: &Request<'_>, url: &Url<'_>, version: &str) -> Option<Noted> {
    let method = request.method.as_ref();
    let target = url.request_target(method);
    let plain = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte > b' ' && byte != 0x7f);
    if !plain(method) || !plain(&target) {
        return None;
    }
    let mut head = format!("{method} {target} {version}\r\n").into_bytes();
    let fields = request.headers.as_deref().unwrap_or_default();
    let unwritten = write(fields, &mut head);
    let announced = Announced::by(&head);
    let body = match &request.post_data {
        // Chrome notes forms as names and values alone: how they were written nobody knows.
        Some(data) => posted(data).map_or(Shown::Nothing, Shown::Whole),
        None if request.body_size.is_some_and(|size| size > 0.0) => Shown::Nothing,
        None if request.body_size == Some(0.0) && may_be_empty(announced) => Shown::Whole(Vec::new()),
        None => announced.nothing(),
    };
    Some(Noted { head, body, unwritten })
}

fn response(response: &Response<'_>, status: u16, version: &str, method: &str) -> Noted {
    let reason = response.status_text.as_deref().unwrap_or_default();
    // HTTP/2 has none (RFC 9113 §8.3.2): what stands there is the program's own.
    let reason = if version.starts_with("HTTP/1") { reason } else { "" };
    let plain = !reason.chars().any(char::is_control);
    let mut head = format!("{version} {status} {}", if plain { reason } else { "" }).trim_end().as_bytes().to_vec();
    head.extend(b"\r\n");
    let unwritten = usize::from(!plain) + write(response.headers.as_deref().unwrap_or_default(), &mut head);
    let announced = Announced::by(&head);
    let body = if method == "HEAD" || announced.none() {
        Shown::Whole(Vec::new())
    } else {
        match response.content.as_ref().map_or(Shown::Nothing, content) {
            // Of redirects programs note a size of 0, whatever was sent.
            Shown::Whole(bytes) if bytes.is_empty() && !may_be_empty(announced) => Shown::Nothing,
            shown => shown,
        }
    };
    Noted { head, body, unwritten }
}

/// Whether the message itself does not say that its body has bytes.
fn may_be_empty(announced: Announced) -> bool {
    matches!(announced.length, None | Some(0))
}

/// Writes field lines and the empty line; how many could not be written.
fn write(fields: &[Field<'_>], head: &mut Vec<u8>) -> usize {
    let mut unwritten = 0;
    let has_host = fields.iter().any(|field| field.name.eq_ignore_ascii_case("host"));
    for field in fields {
        let name = match field.name.as_ref() {
            // It says what Host says (RFC 9113 §8.3.1). The others stand in the start line.
            ":authority" if !has_host => "host",
            ":authority" | ":method" | ":path" | ":scheme" | ":status" | ":protocol" => continue,
            name => name,
        };
        // Firefox joins the values of lines that repeat by line ends.
        for value in field.value.as_deref().unwrap_or_default().split('\n') {
            let plain = value.bytes().all(|byte| byte == b'\t' || !byte.is_ascii_control());
            if name.is_empty() || !name.bytes().all(is_token) || !plain || head.len() > LONGEST {
                unwritten += 1;
                continue;
            }
            push(head, format!("{name}: {value}").as_bytes());
        }
    }
    head.extend(b"\r\n");
    unwritten
}

/// A character of a field name (RFC 9110 §5.6.2).
fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

fn posted(data: &PostData<'_>) -> Option<Vec<u8>> {
    bytes(data.text.as_deref()?, data.encoding.as_deref())
}

/// What is shown of a response's body. Its content coding is undone.
fn content(content: &Content<'_>) -> Shown {
    let size = content.size.filter(|size| *size >= 0.0);
    match content.text.as_deref() {
        Some(text) => match bytes(text, content.encoding.as_deref()) {
            Some(bytes) if bytes.is_empty() && size.is_some_and(|size| size > 0.0) => Shown::Nothing,
            // Programs cut long bodies; of texts in other charsets the length is another, too.
            Some(bytes) if size.is_some_and(|size| size > bytes.len() as f64) => Shown::Part(bytes),
            Some(bytes) => Shown::Whole(bytes),
            None => Shown::Nothing,
        },
        None if size == Some(0.0) => Shown::Whole(Vec::new()),
        None => Shown::Nothing,
    }
}

/// The bytes of a text; `None` where its encoding is not known or broken.
fn bytes(text: &str, encoding: Option<&str>) -> Option<Vec<u8>> {
    match encoding {
        None | Some("") => Some(text.as_bytes().to_vec()),
        Some(encoding) if encoding.eq_ignore_ascii_case("base64") => {
            let packed: Cow<'_, str> =
                if text.contains(char::is_whitespace) { text.split_whitespace().collect::<String>().into() } else { text.into() };
            STANDARD.decode(packed.as_bytes()).ok()
        }
        Some(_) => None,
    }
}
