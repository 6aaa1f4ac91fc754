//! Lambda@Edge: the requests and responses of CloudFront, whose fields are lists of `key` and `value`
//! (<https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/lambda-event-structure.html>).

use serde_json::{Map, Value};

use super::body::{self, Held};
use super::fields;
use super::head::Writer;
use super::request::Noted;
use super::response::status;
use super::target::{self, Path};
use crate::http::Fidelity;
use crate::source::shown::Shown;

type Object = Map<String, Value>;

/// The request and the response of a record, each where it is there.
pub(super) fn of(cf: &Value) -> [Option<Noted>; 2] {
    let object = |key: &str| cf.get(key).and_then(Value::as_object);
    [object("request").map(request), object("response").map(response)]
}

fn request(request: &Object) -> Noted {
    let text = |key: &str| request.get(key).and_then(Value::as_str).unwrap_or_default();
    let target = target::raw(Path::Sent(text("uri")), text("querystring"));
    let mut head = Writer::request(text("method"), &target.text, "");
    write(request, &mut head);
    let body = match request.get("body").and_then(Value::as_object) {
        Some(body) => self::body(body),
        // It is there only where the function asked for it.
        None => Held::of(body::missing(head.raw())),
    };
    Noted { unwritten: target.unwritten, ..noted(head, body) }
}

/// The response of a record, or one that a function made.
pub(super) fn response(response: &Object) -> Noted {
    let reason = response.get("statusDescription").and_then(Value::as_str).unwrap_or_default();
    let mut head = Writer::response(response.get("status").and_then(status), reason);
    write(response, &mut head);
    let body = match response.get("body") {
        Some(Value::String(text)) => body::bytes(text, response.get("bodyEncoding").and_then(Value::as_str) == Some("base64")),
        // Functions see no body of a response.
        _ => Held::of(body::missing(head.raw())),
    };
    noted(head, body)
}

fn noted(head: Writer, body: Held) -> Noted {
    let fidelity = Fidelity { start_line: false, ..Fidelity::EVENT };
    Noted { head, body, fidelity, time: None, unwritten: 0, disagree: None }
}

/// Names stand in `key` as they were written, and in lower case over the lists.
fn write(message: &Object, head: &mut Writer) {
    let Some(headers) = message.get("headers") else { return head.cut() };
    // CloudFront writes an object, also where there are none.
    head.unwritten += usize::from(!headers.is_object());
    for (name, lines) in headers.as_object().into_iter().flatten() {
        for line in lines.as_array().into_iter().flatten() {
            let name = line.get("key").and_then(Value::as_str).unwrap_or(name);
            match line.get("value").and_then(fields::text) {
                Some(value) => head.line(name, &value),
                None => head.unwritten += 1,
            }
        }
        head.unwritten += usize::from(lines.as_array().is_none_or(Vec::is_empty));
    }
}

/// The body of a request, of which CloudFront cuts what is long.
fn body(body: &Object) -> Held {
    let data = body.get("data").and_then(Value::as_str).unwrap_or_default();
    let held = body::bytes(data, body.get("encoding").and_then(Value::as_str) != Some("text"));
    match held.shown {
        Shown::Whole(bytes) if body.get("inputTruncated").and_then(Value::as_bool) == Some(true) => Held::of(Shown::Part(bytes)),
        _ => held,
    }
}
