//! An event as the request that the function received.

use serde_json::{Map, Value};

use super::body::{self, Held};
use super::fields::{self, Fields};
use super::head::Writer;
use super::shape::Shape;
use super::target::{self, Target};
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
    Noted { head, body, fidelity, time, disagree: fields.disagree.or(line.target.disagree) }
}

fn line(event: &Event, shape: Shape) -> Line {
    let text = |key: &str| event.get(key).and_then(Value::as_str);
    let map = |key: &str| event.get(key).and_then(Value::as_object);
    let context = map("requestContext");
    let of_context = |key: &str| context.and_then(|context| context.get(key)?.as_str());
    let http = |key: &str| context.and_then(|context| context.get("http")?.get(key)?.as_str());
    let query = |path: &str, decoded| {
        target::of_maps(path, map("multiValueQueryStringParameters"), map("queryStringParameters"), decoded)
    };
    let (method, target, version) = match shape {
        Shape::Http => {
            let path = text("rawPath").or_else(|| http("path")).unwrap_or_default();
            let target = match text("rawQueryString") {
                Some(query) => target::raw(path, query),
                None => query(path, true),
            };
            (http("method"), target, http("protocol"))
        }
        Shape::LatticeV1 => (
            text("method"),
            target::of_maps(text("raw_path").unwrap_or_default(), None, map("query_string_parameters"), false),
            None,
        ),
        Shape::LatticeV2 => (text("method"), query(text("path").unwrap_or_default(), false), None),
        Shape::Alb => (text("httpMethod"), query(text("path").unwrap_or_default(), false), None),
        Shape::Connect => {
            // A handshake is a GET (RFC 6455 §4.1); the stage is in front of what the event tells of the path, if anything.
            let method = text("httpMethod").or(Some("GET"));
            (method, text("path").map(|path| query(path, true)).unwrap_or_default(), None)
        }
        _ => {
            let path = text("path").or_else(|| of_context("path")).unwrap_or_default();
            (text("httpMethod").or_else(|| of_context("httpMethod")), query(path, true), of_context("protocol"))
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
    let Some(cookies) = event.get("cookies").and_then(Value::as_array) else { return };
    let cookies: Vec<String> = cookies.iter().filter_map(fields::text).collect();
    let joined = cookies.join("; ");
    // Emulators leave the field, too.
    if !cookies.is_empty() && !head.values("cookie").any(|value| value == joined.as_bytes()) {
        head.line("cookie", &joined);
    }
}

/// What the template of "Method request passthrough" makes
/// (<https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html>).
fn passthrough(event: &Event) -> Noted {
    let params = |key: &str| event.get("params").and_then(|params| params.get(key)?.as_object());
    let context = |key: &str| event.get("context").and_then(|context| context.get(key)?.as_str());
    let path = context("resource-path").map(|resource| target::of_resource(resource, params("path")));
    let target = path.map(|path| target::of_maps(&path, None, params("querystring"), true)).unwrap_or_default();
    let line = Line { method: context("http-method").unwrap_or_default().to_owned(), target, version: String::new() };
    template(event, line, params("header"), "body-json")
}

/// What serverless-offline makes without proxy integration.
fn offline(event: &Event) -> Noted {
    let text = |key: &str| event.get(key).and_then(Value::as_str).unwrap_or_default();
    let map = |key: &str| event.get(key).and_then(Value::as_object);
    let target = target::of_maps(text("requestPath"), None, map("query"), true);
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
        Some(json) if json.as_object().is_none_or(|json| !json.is_empty()) && !json.is_null() => {
            Held::of(crate::source::shown::Shown::Whole(json.to_string().into_bytes()))
        }
        _ => Held::of(body::missing(head.raw())),
    };
    let fields = Fields { repeats: false, name_case: true, unknown: headers.is_none(), disagree: None };
    finish(line, head, fields, body, time::of(event))
}
