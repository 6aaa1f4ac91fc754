//! By what an exchange is known to be of the same request as one of another hop.

use serde_json::Value;

use super::evaluate::event;
use super::functions::sha256_hex;
use super::mask;
use super::structure;
use crate::http::{Exchange, HeadRef};

/// Longer ones are known by their digest.
const LONGEST: usize = 256;

/// The keys of an exchange, the surest first; none where they are missing, or masked in evidence that has masks. A Lambda
/// event and a response of API Gateway have several, so that each of them can be told to be another.
pub(super) fn keys(exchange: &Exchange<'_>, masks: bool) -> Vec<Vec<u8>> {
    let one = |head: &HeadRef<'_>, name: &[u8]| {
        let mut values = head.values(name);
        match (values.next(), values.next()) {
            (Some(value), None) => Some(value.to_vec()),
            _ => None,
        }
    };
    let request = exchange.request.map(|message| message.head);
    let response = exchange.response.map(|message| message.head);
    let trace = |head: Option<HeadRef<'_>>| head.and_then(|head| root(&one(&head, b"X-Amzn-Trace-Id")?));
    let asked = request.and_then(|head| one(&head, b"X-Request-Id"));
    let answered = response.and_then(|head| one(&head, b"x-amzn-RequestId"));
    let extended = response.and_then(|head| one(&head, b"x-amz-apigw-id"));
    let of_event = event(exchange);
    let mut found = [(b't', trace(request)), (b'r', asked), (b'r', answered)].into_iter().collect::<Vec<_>>();
    if let Some(event) = of_event {
        found.extend(of_api_gateway(event));
    } else if extended.is_some() {
        found.extend([(b'a', extended), (b't', trace(response))]);
    }
    let hidden = |value: &[u8]| value.is_empty() || masks && mask::is_masked(value);
    let keys = found.into_iter().filter_map(|(tag, value)| Some((tag, value.filter(|value| !hidden(value))?)));
    let mut keys: Vec<Vec<u8>> = keys.map(|(tag, value)| key(tag, value)).collect();
    if of_event.is_none() && !keys.iter().any(|key| key.first() == Some(&b'a')) {
        keys.truncate(1);
    }
    keys
}

fn key(tag: u8, value: Vec<u8>) -> Vec<u8> {
    let value = if value.len() > LONGEST { sha256_hex(&value).into_bytes() } else { value };
    std::iter::once(tag).chain(value).collect()
}

/// `Root` of a trace id.
fn root(trace: &[u8]) -> Option<Vec<u8>> {
    let root = structure::pairs(trace, ';').into_iter().find(|(name, _)| name.eq_ignore_ascii_case(b"Root"));
    root.map(|(_, root)| root.to_vec())
}

/// The ids of an event that API Gateway made, with proxy integration and with the template that passes all on.
fn of_api_gateway(event: &Value) -> [(u8, Option<Vec<u8>>); 3] {
    let text = |of: &str, key: &str| Some(event.get(of)?.get(key)?.as_str()?.as_bytes().to_vec());
    [
        (b'r', text("requestContext", "requestId")),
        (b'a', text("requestContext", "extendedRequestId")),
        (b'r', text("context", "request-id")),
    ]
}
