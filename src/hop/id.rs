//! What a request carries over all hops: ids that nodes pass on.

use crate::http::{Exchange, HeadRef, Origin};

/// Longer values are no ids.
const LONGEST: usize = 512;

/// Where an id stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IdKind {
    /// `Root` of X-Amzn-Trace-Id, which every AWS hop passes on
    /// (<https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-request-tracing.html>).
    Trace,
    /// The trace id of traceparent (W3C Trace Context §3.2.2.3).
    TraceParent,
    /// X-Request-Id
    Request,
    /// x-amzn-RequestId of the response; `requestContext.requestId` of a Lambda event.
    AmazonRequest,
    /// x-amz-apigw-id of the response; `requestContext.extendedRequestId` of a Lambda event.
    ApiGateway,
    /// The request's id in an execution log of API Gateway.
    Log,
    /// What a spec's `join` gave.
    Join,
}

impl IdKind {
    /// Whether nodes pass it on as it is. X-Request-Id many replace by their own, and each service of AWS gives x-amzn-RequestId
    /// anew.
    #[must_use]
    pub fn is_kept(self) -> bool {
        matches!(self, Self::Trace | Self::TraceParent | Self::Log | Self::Join)
    }

    /// In words: `the trace id`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Trace => "`Root` of X-Amzn-Trace-Id",
            Self::TraceParent => "the trace id of traceparent",
            Self::Request => "X-Request-Id",
            Self::AmazonRequest => "x-amzn-RequestId",
            Self::ApiGateway => "x-amz-apigw-id",
            Self::Log => "the log's request id",
            Self::Join => "its `join`",
        }
    }
}

/// An id of a request.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id {
    /// Where it stands.
    pub kind: IdKind,
    /// Its bytes.
    pub value: Vec<u8>,
}

/// The ids of an exchange, the strongest first. A name that stands on two lines gives none: which is meant is not known; nor
/// does a value that `masked` takes for hidden.
#[must_use]
pub fn ids(exchange: &Exchange<'_>, masked: impl Fn(&[u8]) -> bool) -> Vec<Id> {
    let request = exchange.request.map(|message| message.head);
    let response = exchange.response.map(|message| message.head);
    let one = |head: Option<HeadRef<'_>>, name: &[u8]| {
        let head = head?;
        let mut values = head.values(name);
        match (values.next(), values.next()) {
            (Some(value), None) if !value.is_empty() && value.len() <= LONGEST && !masked(value) => Some(value.to_vec()),
            _ => None,
        }
    };
    let root = one(request, b"X-Amzn-Trace-Id").and_then(|value| root(&value).map(<[u8]>::to_vec));
    let parent = one(request, b"traceparent").and_then(|value| trace_id(&value).map(<[u8]>::to_vec));
    let of_event = |member: &str| {
        let event = exchange.request.and_then(|message| message.body.event())?;
        let id = event.get("requestContext")?.get(member)?.as_str()?.as_bytes();
        (!id.is_empty() && id.len() <= LONGEST && !masked(id)).then(|| id.to_vec())
    };
    let log = exchange.first().and_then(|message| match message.head.head.at.origin {
        Origin::Log { request, .. } => Some(request?.to_vec()),
        _ => None,
    });
    let found = [
        (IdKind::Log, log),
        (IdKind::Trace, root),
        (IdKind::TraceParent, parent),
        (IdKind::Request, one(request, b"X-Request-Id")),
        (IdKind::AmazonRequest, one(response, b"x-amzn-RequestId").or_else(|| of_event("requestId"))),
        (IdKind::ApiGateway, one(response, b"x-amz-apigw-id").or_else(|| of_event("extendedRequestId"))),
    ];
    found.into_iter().filter_map(|(kind, value)| Some(Id { kind, value: value? })).collect()
}

/// `Root` of `Self=1-…;Root=1-…;Parent=…`; nothing where it stands there twice.
fn root(value: &[u8]) -> Option<&[u8]> {
    let pairs = value.split(|b| *b == b';').map(<[u8]>::trim_ascii);
    let mut roots = pairs.filter_map(|pair| pair.split_at_checked(5)).filter(|(name, _)| name.eq_ignore_ascii_case(b"Root="));
    let (Some((_, root)), None) = (roots.next(), roots.next()) else { return None };
    (!root.is_empty()).then_some(root)
}

/// The trace id of `00-…-…-01`: 32 hexadecimal digits, of which one is not 0.
fn trace_id(value: &[u8]) -> Option<&[u8]> {
    let id = value.split(|b| *b == b'-').nth(1)?;
    let is_id = id.len() == 32 && id.iter().all(u8::is_ascii_hexdigit) && id.iter().any(|digit| *digit != b'0');
    is_id.then_some(id)
}
