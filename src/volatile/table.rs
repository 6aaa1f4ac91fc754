//! What differs between two recordings of the same traffic: the one table, and why each row is in it.

/// One kind of value that differs.
#[derive(Debug)]
pub(crate) struct Volatile {
    /// The placeholder's name: `<KIND:1>`.
    pub(crate) kind: &'static str,
    pub(crate) sign: Sign,
    pub(crate) scope: Scope,
    /// Why it differs, or where it is described.
    #[cfg_attr(not(test), expect(dead_code, reason = "for those who read or extend the table"))]
    pub(crate) why: &'static str,
}

/// By what such a value is known.
#[derive(Debug)]
pub(crate) enum Sign {
    /// The whole value of these fields.
    Field(&'static [&'static str]),
    /// The group of a pattern in the values of these fields.
    Part(&'static [&'static str], &'static str),
    /// The group of a pattern anywhere: in targets, values and bodies. Of two that begin at one place the earlier row counts.
    Shape(&'static str),
    /// An address by this pattern, which must also be one; a second group is its port.
    Address(&'static str),
    /// A port behind a host's name.
    Port(&'static str),
}

/// How far the same value means the same thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    /// In the whole capture.
    Capture,
    /// Within one message: whether two clocks showed the same second is chance.
    Message,
}

/// These fields say how something is framed or counted, and hold nothing of the kind.
pub(crate) const NEVER: [&str; 5] = ["Content-Length", "Content-Range", "Range", "Max-Forwards", "X-Forwarded-Port"];

const fn row(kind: &'static str, sign: Sign, why: &'static str) -> Volatile {
    Volatile { kind, sign, scope: Scope::Capture, why }
}

const fn clock(kind: &'static str, sign: Sign, why: &'static str) -> Volatile {
    Volatile { kind, sign, scope: Scope::Message, why }
}

use Sign::{Address, Field, Part, Port, Shape};

/// The table. An id that has a shape of its own is named by that: a request id that is a UUID is `<uuid:1>` wherever it
/// stands.
pub(crate) const TABLE: &[Volatile] = &[
    // ids, by the field
    row("id", Field(&["x-amzn-apigateway-api-id"]), "one a deployed API: differs between accounts and stages of work"),
    row("id", Field(&["x-amzn-RequestId", "x-amz-apigw-id", "Apigw-Requestid"]), "API Gateway and Lambda: one a request"),
    row("id", Field(&["x-amz-request-id", "x-amz-id-2"]), "S3: one a request"),
    row("id", Field(&["x-amz-version-id", "x-amz-copy-source-version-id"]), "S3: one a write to a bucket with versions"),
    row("id", Field(&["X-Amz-Cf-Id", "X-Amz-Cf-Pop"]), "CloudFront: one a request, and the place that answered"),
    row("id", Field(&["x-amzn-vpce-id"]), "the VPC endpoint that a private API was called by"),
    row("id", Field(&["amz-sdk-invocation-id"]), "AWS SDKs: one a call"),
    row("id", Field(&["X-Request-Id", "Request-Id", "X-Correlation-Id", "Correlation-Id"]), "one a request, by convention"),
    row("id", Field(&["Idempotency-Key"]), "made up by the client, one an attempt"),
    row("id", Field(&["CF-Ray", "X-Vercel-Id", "X-Azure-Ref", "X-Served-By", "X-Fastly-Request-Id"]), "CDNs: one a request"),
    row("id", Field(&["x-ms-request-id", "X-GitHub-Request-Id", "X-Cloud-Trace-Context"]), "other services: one a request"),
    row("id", Field(&["Sec-WebSocket-Key", "Sec-WebSocket-Accept"]), "RFC 6455 §4.1: random, one a handshake"),
    row("id", Field(&["b3", "uber-trace-id", "x-datadog-trace-id", "x-datadog-parent-id"]), "tracing: one a request"),
    row("trace-id", Field(&["X-B3-TraceId"]), "Zipkin: one a user request"),
    row("span-id", Field(&["X-B3-SpanId", "X-B3-ParentSpanId"]), "Zipkin: one a hop"),
    row("span-id", Part(&["X-Amzn-Trace-Id"], r"Parent=([0-9a-fA-F]{16})"), "X-Ray: the segment that called"),
    row("id", Part(&["X-Amzn-Trace-Id"], r"Lineage=([0-9A-Za-z:]+)"), "X-Ray: hashes of the Lambda functions on the way"),
    row("boundary", Part(&["Content-Type"], r#"boundary="?([^";\s]+)"#), "RFC 2046 §5.1.1: random, one a message"),
    row("nonce", Part(&["Content-Security-Policy"], r"'nonce-([^']+)'"), "CSP: random, one a response"),
    // hashes, by the field
    row("etag", Part(&["ETag", "If-Match", "If-None-Match", "If-Range"], r#""([^"]+)""#), "one a version of the content"),
    row("hash", Field(&["Content-MD5"]), "of the content"),
    row("hash", Part(&["Content-Digest", "Repr-Digest", "Digest"], r"=:?([A-Za-z0-9+/]{22,}=*)"), "RFC 9530: of the content"),
    row(
        "hash",
        Field(&["x-amz-checksum-crc32", "x-amz-checksum-crc32c", "x-amz-checksum-crc64nvme", "x-amz-checksum-sha1"]),
        "S3: of the content",
    ),
    row("hash", Field(&["x-amz-checksum-sha256"]), "S3: of the content"),
    // times, by the field
    row("date", Field(&["Last-Modified", "If-Modified-Since", "If-Unmodified-Since"]), "when the content was written"),
    clock("duration", Field(&["Age", "X-Runtime", "X-Response-Time", "x-envoy-upstream-service-time"]), "how long it took"),
    clock("duration", Part(&["Server-Timing"], r"dur=([0-9.]+)"), "how long it took"),
    // ids, by their shape
    row("xray-id", Shape(r"\b(1-[0-9a-fA-F]{8}-[0-9a-fA-F]{24})\b"), "X-Ray: the second and 96 random bits"),
    row("trace-id", Shape(r"\b[0-9a-f]{2}-([0-9a-f]{32})\b"), "W3C Trace Context: one a user request"),
    row("span-id", Shape(r"-([0-9a-f]{16})-[0-9a-f]{2}\b"), "W3C Trace Context: one a hop"),
    row("uuid", Shape(r"\b([0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12})\b"), "RFC 9562: unique"),
    row("jwt", Shape(r"\b(eyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*)"), "RFC 7519: holds its own times"),
    row("access-key-id", Shape(r"\b((?:AKIA|ASIA)[A-Z0-9]{16})\b"), "IAM: one a user or session"),
    row("id", Shape(r"\bAmazonAPIGateway_([a-z0-9]{10})\b"), "the API's id again"),
    row("id", Shape(r"\b([a-z0-9]{10})\.execute-api\."), "the API's id again"),
    row("id", Shape(r"-([0-9]{6,12})\.[a-z0-9-]+\.elb\.amazonaws\.com"), "one a load balancer (ALB, CLB)"),
    row("id", Shape(r"-([0-9a-f]{16})\.elb\.[a-z0-9-]+\.amazonaws\.com"), "one a load balancer (NLB)"),
    row("id", Shape(r"\b([a-z0-9]{12,32})\.cloudfront\.net\b"), "one a distribution, or one a server in Via"),
    row("account", Shape(r"\barn:aws[a-z-]*:[a-z0-9-]*:[a-z0-9-]*:([0-9]{12})\b"), "the AWS account"),
    row("account", Shape(r#""accountId"\s*:\s*"([0-9]{12})""#), "the AWS account, in events"),
    row(
        "id",
        Shape(r#""(?:apiId|domainPrefix|resourceId|deploymentId|extendedRequestId|requestId|connectionId)"\s*:\s*"([^"]+)""#),
        "the members of events that a function echoes",
    ),
    row("id", Shape(r"\b(?:i|eni|vpc|vpce|subnet|sg|vol|ami|tgw|acl|rtb|nat|igw)-([0-9a-f]{8,17})\b"), "EC2: one a resource"),
    row("hash", Shape(r"\b([0-9a-fA-F]{128}|[0-9a-fA-F]{96}|[0-9a-fA-F]{64}|[0-9a-fA-F]{40}|[0-9a-fA-F]{32})\b"), "digests"),
    // times, by their shape
    clock("date", Shape(r"((?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT)"), "RFC 9110 §5.6.7"),
    clock(
        "date",
        Shape(r"((?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d-[A-Z][a-z]{2}-\d{2,4} \d\d:\d\d:\d\d GMT)"),
        "RFC 850, in cookies",
    ),
    clock(
        "date",
        Shape(r"\b(\d{4}-\d\d-\d\d(?:T|%20| )\d\d(?::|%3A)\d\d(?::|%3A)\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?)"),
        "ISO 8601",
    ),
    clock("date", Shape(r"\b(\d{8}T\d{6}Z)\b"), "X-Amz-Date"),
    clock("date", Shape(r"(?:/|%2F)(20\d{6})(?:/|%2F)[a-z0-9-]+(?:/|%2F)[a-z0-9-]+(?:/|%2F)aws4_request"), "scopes of SigV4"),
    clock("date", Shape(r"\b(\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4})"), "access logs, and requestTime in events"),
    // addresses
    row("ip", Address(r"\b(?:ip|ec2)-(\d{1,3}-\d{1,3}-\d{1,3}-\d{1,3})\b"), "EC2's host names hold the address"),
    row("ip", Address(r"\b(\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3})\b(?::(\d{1,5})\b)?"), "where it runs"),
    row("ip", Address(r"\[([0-9a-fA-F:.]{2,45})\](?::(\d{1,5})\b)?"), "where it runs"),
    row("ip", Address(r"([0-9a-fA-F]{0,4}(?::[0-9a-fA-F]{0,4}){2,7})"), "where it runs"),
    row("port", Port(r"\b[A-Za-z][A-Za-z0-9-]*:(\d{4,5})\b"), "a port that the system chose"),
    // Last: nothing that is told apart above is a number of seconds.
    clock("epoch", Shape(r"\b(1\d{9}(?:\d{3}){0,2}(?:\.\d{1,9})?)\b"), "seconds or less since 1970, between 2001 and 2033"),
];
