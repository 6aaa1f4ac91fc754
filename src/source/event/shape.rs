//! Which service made an event, told by the keys that only it writes.

use serde_json::{Map, Value};

/// What a JSON value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// API Gateway REST with proxy integration, HTTP API with payload format 1.0, and authorizers of type REQUEST of both.
    Rest,
    /// HTTP API with payload format 2.0, its authorizers, and function URLs.
    Http,
    /// An Application Load Balancer.
    Alb,
    /// The handshake of a WebSocket API.
    Connect,
    /// VPC Lattice, event version 1.0.
    LatticeV1,
    /// VPC Lattice, event version 2.0.
    LatticeV2,
    /// Lambda@Edge: `Records[].cf`.
    Edge,
    /// What the pass-through mapping template of API Gateway REST writes: `params.header`, `context`, `body-json`.
    Passthrough,
    /// What serverless-offline writes in its place: `method`, `headers`, `requestPath`.
    Offline,
    /// What a function returns behind a proxy integration: `statusCode`.
    Response,
    /// What a function of Lambda@Edge returns: `status` and lists of headers.
    EdgeResponse,
    /// Known, and no HTTP message; what it is.
    NoMessage(&'static str),
    /// Nothing that is known.
    Other,
}

const TOKEN: &str = "the event of a TOKEN authorizer, which holds the token and no other part of the request";
const APPSYNC: &str = "the event of an AppSync resolver, which holds fields of a request and neither its method nor its target";
const FRAME: &str = "a message or the end of a WebSocket, which is no HTTP request";
const POLICY: &str = "the answer of an authorizer, which is no HTTP response";

/// Words of which every event has one: a text that has none of them needs no closer look.
pub(super) const WORDS: [&[u8]; 10] = [
    b"headers",
    b"requestContext",
    b"httpMethod",
    b"statusCode",
    b"methodArn",
    b"raw_path",
    b"rawPath",
    b"Records",
    b"params",
    b"isAuthorized",
];

/// Words that are found in little else.
pub(super) const OWN_WORDS: [&[u8]; 5] = [b"requestContext", b"httpMethod", b"statusCode", b"methodArn", b"raw_path"];

/// What a value is.
pub(super) fn of(value: &Value) -> Shape {
    let Some(event) = value.as_object() else { return Shape::Other };
    let text = |key: &str| event.get(key).and_then(Value::as_str);
    let object = |key: &str| event.get(key).and_then(Value::as_object);
    let cf = event.get("Records").and_then(|records| records.get(0)?.get("cf"));
    if cf.is_some_and(Value::is_object) {
        return Shape::Edge;
    }
    if text("type") == Some("TOKEN") && event.contains_key("methodArn") {
        return Shape::NoMessage(TOKEN);
    }
    if let Some(context) = object("requestContext")
        && let Some(shape) = by_context(event, context)
    {
        return shape;
    }
    if text("raw_path").is_some() && text("method").is_some() {
        return Shape::LatticeV1;
    }
    if text("rawPath").is_some() && text("version") == Some("2.0") {
        return Shape::Http;
    }
    if text("httpMethod").is_some() && text("path").is_some() {
        return Shape::Rest;
    }
    if object("params").is_some_and(|params| params.get("header").is_some_and(Value::is_object)) {
        return Shape::Passthrough;
    }
    if text("method").is_some() && text("requestPath").is_some() && event.contains_key("headers") {
        return Shape::Offline;
    }
    if event.contains_key("statusCode") && is_response(event) {
        return Shape::Response;
    }
    if event.contains_key("status") && object("headers").is_some_and(|headers| !headers.is_empty() && headers.values().all(pairs))
    {
        return Shape::EdgeResponse;
    }
    if object("info").is_some_and(|info| info.contains_key("fieldName")) {
        return Shape::NoMessage(APPSYNC);
    }
    if event.contains_key("policyDocument") || event.contains_key("isAuthorized") {
        return Shape::NoMessage(POLICY);
    }
    Shape::Other
}

/// What `requestContext` tells.
fn by_context(event: &Map<String, Value>, context: &Map<String, Value>) -> Option<Shape> {
    let text = |key: &str| event.get(key).and_then(Value::as_str);
    if context.contains_key("elb") {
        return Some(Shape::Alb);
    }
    if context.contains_key("connectionId") || context.contains_key("eventType") {
        let fields = event.get("headers").or_else(|| event.get("multiValueHeaders")).is_some_and(Value::is_object);
        let handshake = context.get("eventType").and_then(Value::as_str) == Some("CONNECT");
        return Some(if fields && handshake { Shape::Connect } else { Shape::NoMessage(FRAME) });
    }
    if text("version") == Some("2.0") && context.get("http").is_some_and(Value::is_object) {
        return Some(Shape::Http);
    }
    if text("method").is_some() && text("path").is_some() {
        return Some(Shape::LatticeV2);
    }
    let method = text("httpMethod").or_else(|| context.get("httpMethod").and_then(Value::as_str));
    let path = text("path").or_else(|| context.get("path").and_then(Value::as_str));
    (method.is_some() && path.is_some()).then_some(Shape::Rest)
}

/// Whether an object has nothing but what a function may return, and more than a status code, which many a log line has.
fn is_response(event: &Map<String, Value>) -> bool {
    const KEYS: [&str; 7] =
        ["statusCode", "statusDescription", "headers", "multiValueHeaders", "body", "isBase64Encoded", "cookies"];
    const OWN: [&str; 3] = ["headers", "multiValueHeaders", "body"];
    event.keys().all(|key| KEYS.contains(&key.as_str())) && OWN.iter().any(|key| event.contains_key(*key))
}

/// Whether a value is a list of `key` and `value`, as CloudFront writes the lines of a field.
fn pairs(value: &Value) -> bool {
    value.as_array().is_some_and(|lines| lines.iter().all(|line| line.get("value").is_some_and(Value::is_string)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn each_service_is_known_by_its_keys() {
        for (value, shape) in [
            (json!({"resource": "/", "path": "/", "httpMethod": "GET", "requestContext": {"stage": "a"}}), Shape::Rest),
            (json!({"path": "/", "httpMethod": "GET"}), Shape::Rest),
            (json!({"headers": {}, "requestContext": {"httpMethod": "GET", "path": "/x"}}), Shape::Rest),
            (json!({"version": "2.0", "requestContext": {"http": {"method": "GET"}}}), Shape::Http),
            (json!({"version": "2.0", "rawPath": "/"}), Shape::Http),
            (json!({"httpMethod": "GET", "path": "/", "requestContext": {"elb": {}}}), Shape::Alb),
            (json!({"headers": {}, "requestContext": {"eventType": "CONNECT", "connectionId": "a"}}), Shape::Connect),
            (json!({"requestContext": {"eventType": "MESSAGE", "connectionId": "a"}}), Shape::NoMessage(FRAME)),
            (json!({"headers": {}, "requestContext": {"eventType": "DISCONNECT"}}), Shape::NoMessage(FRAME)),
            (json!({"raw_path": "/", "method": "GET"}), Shape::LatticeV1),
            (json!({"path": "/", "method": "GET", "requestContext": {"serviceArn": "a"}}), Shape::LatticeV2),
            (json!({"Records": [{"cf": {}}]}), Shape::Edge),
            (json!({"params": {"header": {}}, "context": {}}), Shape::Passthrough),
            (json!({"method": "GET", "requestPath": "/", "headers": {}}), Shape::Offline),
            (json!({"statusCode": 200, "body": "a"}), Shape::Response),
            (json!({"status": "302", "headers": {"location": [{"key": "Location", "value": "/"}]}}), Shape::EdgeResponse),
            (json!({"type": "TOKEN", "methodArn": "a", "authorizationToken": "b"}), Shape::NoMessage(TOKEN)),
            (json!({"info": {"fieldName": "a"}, "request": {"headers": {}}}), Shape::NoMessage(APPSYNC)),
            (json!({"principalId": "a", "policyDocument": {}}), Shape::NoMessage(POLICY)),
            (json!({"statusCode": 200, "cause": "a log line of its own"}), Shape::Other),
            (json!({"statusCode": 200}), Shape::Other),
            (json!({"Records": [{"eventSource": "aws:sqs"}]}), Shape::Other),
            (json!({"status": "ok", "headers": {}}), Shape::Other),
            (json!([1]), Shape::Other),
            (json!({}), Shape::Other),
        ] {
            assert_eq!(of(&value), shape, "{value}");
        }
    }
}
