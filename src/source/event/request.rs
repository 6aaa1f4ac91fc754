//! An event as the request that the function received.

use serde_json::{Map, Value};

use super::body::{self, Held};
use super::fields::{self, Fields};
use super::head::Writer;
use super::shape::Shape;
use super::target::{self, Path, Query, Target};
use super::time;
use crate::capture::Timestamp;
use crate::http::Fidelity;

/// A message of an event.
#[derive(Debug)]
pub(super) struct Noted {
    pub(super) head: Writer,
    pub(super) body: Held,
    pub(super) fidelity: Fidelity,
    /// When the service took it, where the event says so.
    pub(super) time: Option<Timestamp>,
    /// Parts of the request target that could not be written.
    pub(super) unwritten: usize,
    /// What two maps of the event do not agree on.
    pub(super) disagree: Option<String>,
}

/// The start line as far as it is told; an empty part is not.
#[derive(Debug, Default)]
struct Line {
    method: String,
    target: Target,
    version: String,
}

type Event = Map<String, Value>;

/// The request of an event of this shape.
pub(super) fn of(event: &Event, shape: Shape) -> Noted {
    match shape {
        Shape::Passthrough => passthrough(event),
        Shape::Offline => offline(event),
        _ => noted(event, line(event, shape), shape),
    }
}

fn noted(event: &Event, line: Line, shape: Shape) -> Noted {
    let mut head = Writer::request(&line.method, &line.target.text, &line.version);
    let fields = fields::of_request(event, &mut head);
    if shape == Shape::Http {
        cookies(event, &mut head);
    }
    // An authorizer is asked before the body is there.
    let authorizer = event.contains_key("methodArn") || event.contains_key("routeArn");
    let body = match shape {
        Shape::Connect => Held::of(crate::source::shown::Shown::Whole(Vec::new())),
        _ if authorizer => Held::of(body::missing(head.raw())),
        Shape::LatticeV1 => body::of(event, "is_base64_encoded", head.raw()),
        _ => body::of(event, "isBase64Encoded", head.raw()),
    };
    finish(line, head, fields, body, time::of(event))
}

fn finish(line: Line, mut head: Writer, fields: Fields, body: Held, time: Option<Timestamp>) -> Noted {
    let unwritten = line.target.unwritten;
    if fields.unknown {
        head.cut();
    }
    let told = !line.method.is_empty() && !line.target.text.is_empty() && !line.version.is_empty();
    let fidelity = Fidelity {
        repeats: fields.repeats,
        name_case: fields.name_case,
        start_line: told && !line.target.rebuilt,
        ..Fidelity::EVENT
    };
    Noted { head, body, fidelity, time, unwritten, disagree: fields.disagree.or(line.target.disagree) }
}

fn line(event: &Event, shape: Shape) -> Line {
    let text = |key: &str| event.get(key).and_then(Value::as_str);
    let map = |key: &str| event.get(key).and_then(Value::as_object);
    let context = map("requestContext");
    let of_context = |key: &str| context.and_then(|context| context.get(key)?.as_str());
    let http = |key: &str| context.and_then(|context| context.get("http")?.get(key)?.as_str());
    let query =
        Query { all: event.get("multiValueQueryStringParameters"), one: event.get("queryStringParameters"), ..Query::default() };
    let decoded = Query { decoded: true, ..query };
    let (method, target, version) = match shape {
        Shape::Http => {
            let path = text("rawPath").or_else(|| http("path")).unwrap_or_default();
            let is_url = of_context("domainName").is_some_and(|name| name.contains(".lambda-url."));
            let path = if is_url { Path::Sent(path) } else { Path::Decoded(path) };
            let target = match text("rawQueryString") {
                Some(query) => target::raw(path, query),
                None => target::of_maps(path, decoded),
            };
            (http("method"), target, http("protocol"))
        }
        Shape::LatticeV1 => {
            let query = Query { one: event.get("query_string_parameters"), ..Query::default() };
            (text("method"), target::of_maps(Path::Sent(text("raw_path").unwrap_or_default()), query), None)
        }
        Shape::LatticeV2 => (text("method"), target::of_maps(Path::Sent(text("path").unwrap_or_default()), query), None),
        Shape::Alb => (text("httpMethod"), target::of_maps(Path::Sent(text("path").unwrap_or_default()), query), None),
        Shape::Connect => {
            // A handshake is a GET (RFC 6455 §4.1); the stage is in front of what the event tells of the path, if anything.
            let method = text("httpMethod").or(Some("GET"));
            let query = Query { may_be_missing: true, ..decoded };
            (method, text("path").map(|path| target::of_maps(Path::Sent(path), query)).unwrap_or_default(), None)
        }
        _ => {
            let path = text("path").or_else(|| of_context("path")).unwrap_or_default();
            // Only HTTP APIs tell a version.
            let path = if text("version") == Some("1.0") { Path::Decoded(path) } else { Path::Sent(path) };
            (text("httpMethod").or_else(|| of_context("httpMethod")), target::of_maps(path, decoded), of_context("protocol"))
        }
    };
    Line {
        method: method.unwrap_or_default().to_owned(),
        target,
        // Where it is something else, it is no version of HTTP.
        version: version.filter(|version| version.starts_with("HTTP/")).unwrap_or_default().to_owned(),
    }
}

/// Payload format 2.0 takes the cookies out of the fields
/// (<https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html>).
fn cookies(event: &Event, head: &mut Writer) {
    let cookies = match event.get("cookies") {
        None | Some(Value::Null) => return,
        Some(Value::Array(cookies)) => cookies,
        Some(_) => {
            head.unwritten += 1;
            return;
        }
    };
    let texts: Vec<String> = cookies.iter().filter_map(fields::text).collect();
    head.unwritten += cookies.len() - texts.len();
    let joined = texts.join("; ");
    // Emulators leave the field, too.
    let is_there = head.values("cookie").any(|value| crumbs(value).eq(crumbs(joined.as_bytes())));
    if !texts.is_empty() && !is_there {
        head.line("cookie", &joined);
    }
}

/// The cookies of a line.
fn crumbs(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    line.split(|byte| *byte == b';').map(<[u8]>::trim_ascii)
}

/// What the template of "Method request passthrough" makes
/// (<https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html>).
fn passthrough(event: &Event) -> Noted {
    let params = |key: &str| event.get("params").and_then(|params| params.get(key)?.as_object());
    let context = |key: &str| event.get("context").and_then(|context| context.get(key)?.as_str());
    let query = event.get("params").and_then(|params| params.get("querystring"));
    let query = Query { one: query, decoded: true, ..Query::default() };
    let target = context("resource-path").map(|resource| match target::of_resource(resource, params("path")) {
        Some(path) => target::of_maps(Path::Sent(&path), query),
        None => Target::too_long(),
    });
    let target = target.unwrap_or_default();
    let line = Line { method: context("http-method").unwrap_or_default().to_owned(), target, version: String::new() };
    template(event, line, params("header"), "body-json")
}

/// What serverless-offline makes without proxy integration.
fn offline(event: &Event) -> Noted {
    let text = |key: &str| event.get(key).and_then(Value::as_str).unwrap_or_default();
    let map = |key: &str| event.get(key).and_then(Value::as_object);
    let query = Query { one: event.get("query"), decoded: true, ..Query::default() };
    let target = target::of_maps(Path::Sent(text("requestPath")), query);
    let line = Line { method: text("method").to_owned(), target, version: String::new() };
    template(event, line, map("headers"), "body")
}

/// A template has one value a name, and the body as JSON: `{}` where there is none.
fn template(event: &Event, line: Line, headers: Option<&Event>, body: &str) -> Noted {
    let mut head = Writer::request(&line.method, &line.target.text, &line.version);
    if let Some(headers) = headers {
        fields::of_map(headers, &mut head);
    }
    let body = match event.get(body) {
        Some(Value::String(text)) => body::bytes(text, false),
        Some(json) if json.as_object().is_none_or(|json| !json.is_empty()) && !json.is_null() => Held::of(body::json(json)),
        _ => Held::of(body::missing(head.raw())),
    };
    let fields = Fields { repeats: false, name_case: true, unknown: headers.is_none(), disagree: None };
    finish(line, head, fields, body, time::of(event))
}
