//! Where one field of `{a=b, c=d}` ends and the next begins. Values hold `, ` and `=`, too, and nothing is quoted, so the text
//! alone does not say. What is known of fields does, in most cases; in all others the answer is that it is not certain.

/// What `, name=` behind a field is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Border {
    /// The beginning of a field.
    Field,
    /// A part of the value before it.
    Value,
    /// Either.
    Unclear,
}

/// Longer values are not looked through, so that many borders in one line cost no more than its length.
const LONGEST: usize = 4096;

/// What `, name=` is behind the field `open`, whose value so far is `value`.
pub(super) fn border(open: &[u8], value: &[u8], name: &[u8]) -> Border {
    let open = open.to_ascii_lowercase();
    if holds_no_comma(&open) || is_masked(value) || holds_no_parameter(&open, value) {
        return Border::Field;
    }
    match (is_parameter(&open, name), is_field(&name.to_ascii_lowercase())) {
        (true, false) => Border::Value,
        (false, true) => Border::Field,
        _ => Border::Unclear,
    }
}

/// Whether no value of this field holds `, `, by its grammar. The name is in lower case.
pub(super) fn holds_no_comma(name: &[u8]) -> bool {
    const NAMES: [&[u8]; 40] = [
        b"access-control-allow-credentials",
        b"access-control-allow-origin",
        b"access-control-max-age",
        b"access-control-request-method",
        b"age",
        b"apigw-requestid",
        b"content-length",
        b"content-location",
        b"dnt",
        b"etag",
        b"host",
        b"location",
        b"max-forwards",
        b"origin",
        b"referer",
        b"sec-fetch-dest",
        b"sec-fetch-mode",
        b"sec-fetch-site",
        b"sec-fetch-user",
        b"traceparent",
        b"upgrade-insecure-requests",
        b"x-amz-apigw-id",
        b"x-amz-content-sha256",
        b"x-amz-date",
        b"x-amz-executed-version",
        b"x-amz-function-error",
        b"x-amz-invocation-type",
        b"x-amz-log-type",
        b"x-amz-security-token",
        b"x-amz-source-account",
        b"x-amz-source-arn",
        b"x-amzn-apigateway-api-id",
        b"x-amzn-errortype",
        b"x-amzn-lambda-integration-tag",
        b"x-amzn-remapped-content-length",
        b"x-amzn-requestid",
        b"x-amzn-trace-id",
        b"x-content-type-options",
        b"x-forwarded-port",
        b"x-forwarded-proto",
    ];
    NAMES.contains(&name)
}

/// Whether no value of this field holds `, name=`, by its grammar, though it may hold `, `: dates, and lists without
/// parameters or with those behind `;`.
fn holds_no_parameter(name: &[u8], value: &[u8]) -> bool {
    const NAMES: [&[u8]; 26] = [
        b"accept",
        b"accept-charset",
        b"accept-encoding",
        b"accept-language",
        b"accept-ranges",
        b"access-control-allow-headers",
        b"access-control-allow-methods",
        b"access-control-expose-headers",
        b"access-control-request-headers",
        b"allow",
        b"connection",
        b"content-encoding",
        b"content-language",
        b"content-type",
        b"date",
        b"expires",
        b"if-modified-since",
        b"if-unmodified-since",
        b"last-modified",
        b"pragma",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"vary",
        b"via",
        b"x-forwarded-for",
    ];
    // What stands in quotes may hold anything.
    NAMES.contains(&name) && value.len() <= LONGEST && !value.contains(&b'"')
}

/// Whether API Gateway masked the value: asterisks, and its last characters.
fn is_masked(value: &[u8]) -> bool {
    value.starts_with(b"****")
        && value.len() <= LONGEST
        && value.trim_ascii_end().iter().all(|byte| *byte != b' ' && *byte != b',')
}

/// Whether it is a parameter that the values of this field have behind commas.
fn is_parameter(field: &[u8], name: &[u8]) -> bool {
    let known: &[&[u8]] = match field {
        b"cache-control" | b"surrogate-control" | b"cdn-cache-control" => &[
            b"max-age",
            b"max-stale",
            b"min-fresh",
            b"no-cache",
            b"private",
            b"s-maxage",
            b"stale-if-error",
            b"stale-while-revalidate",
        ],
        b"keep-alive" => &[b"max", b"timeout"],
        b"forwarded" => &[b"by", b"for", b"host", b"proto"],
        b"expect-ct" => &[b"enforce", b"max-age", b"report-uri"],
        b"alt-svc" => &[b"h2", b"h3", b"h3-27", b"h3-28", b"h3-29", b"quic"],
        b"www-authenticate" | b"proxy-authenticate" | b"x-amzn-remapped-www-authenticate" => &[
            b"algorithm",
            b"charset",
            b"domain",
            b"error",
            b"error_description",
            b"nonce",
            b"opaque",
            b"qop",
            b"realm",
            b"scope",
            b"stale",
        ],
        b"prefer" | b"preference-applied" => &[b"handling", b"return", b"wait"],
        b"priority" => &[b"i", b"u"],
        b"digest" | b"want-digest" | b"content-digest" | b"repr-digest" => &[b"md5", b"sha", b"sha-256", b"sha-512"],
        _ => return false,
    };
    known.contains(&name)
}

/// Whether it is a name that only fields have: in the registry of IANA, or by how it begins. In lower case.
fn is_field(name: &[u8]) -> bool {
    const NAMES: [&[u8]; 66] = [
        b"accept",
        b"age",
        b"allow",
        b"alt-svc",
        b"apigw-requestid",
        b"authorization",
        b"baggage",
        b"cache-control",
        b"connection",
        b"cookie",
        b"cross-origin-embedder-policy",
        b"cross-origin-opener-policy",
        b"cross-origin-resource-policy",
        b"date",
        b"device-memory",
        b"dnt",
        b"etag",
        b"expect",
        b"expires",
        b"feature-policy",
        b"forwarded",
        b"from",
        b"host",
        b"idempotency-key",
        b"if-match",
        b"if-modified-since",
        b"if-none-match",
        b"if-range",
        b"if-unmodified-since",
        b"keep-alive",
        b"last-modified",
        b"link",
        b"location",
        b"max-forwards",
        b"nel",
        b"origin",
        b"permissions-policy",
        b"pragma",
        b"prefer",
        b"priority",
        b"proxy-authenticate",
        b"proxy-authorization",
        b"proxy-connection",
        b"range",
        b"referer",
        b"referrer-policy",
        b"report-to",
        b"retry-after",
        b"save-data",
        b"server",
        b"server-timing",
        b"set-cookie",
        b"strict-transport-security",
        b"te",
        b"traceparent",
        b"tracestate",
        b"trailer",
        b"transfer-encoding",
        b"true-client-ip",
        b"upgrade",
        b"upgrade-insecure-requests",
        b"user-agent",
        b"vary",
        b"via",
        b"warning",
        b"www-authenticate",
    ];
    const PREFIXES: [&[u8]; 7] = [b"accept-", b"access-control-", b"cloudfront-", b"content-", b"sec-ch-", b"sec-fetch-", b"x-"];
    NAMES.contains(&name) || PREFIXES.iter().any(|prefix| name.len() > prefix.len() && name.starts_with(prefix))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn borders() {
        use Border::{Field, Unclear, Value};
        for (open, value, name, expected) in [
            // By what the field before it can hold.
            ("Host", "a.example", "tenant", Field),
            ("X-Amzn-Trace-Id", "Root=1-5ee5f641-b7ceb780f01cd2f07af9b4d0", "b", Field),
            ("Accept-Encoding", "gzip, deflate, br", "b", Field),
            ("Date", "Sun, 14 Jun 2020 10:04:49 GMT", "b", Field),
            ("Authorization", "*********0629eb", "b", Field),
            ("Content-Type", "application/json; charset=utf-8", "b", Field),
            ("Content-Type", "a/b; c=\"d", "b", Unclear),
            // By what only a field is called.
            ("User-Agent", "Mozilla/5.0 (X11; Linux) (KHTML, like Gecko)", "Via", Field),
            ("User-Agent", "a", "X-Forwarded-Port", Field),
            ("Cache-Control", "private", "content-type", Field),
            ("X-Mine", "a=1", "CloudFront-Is-Mobile-Viewer", Field),
            // By what only a value holds.
            ("Cache-Control", "private", "max-age", Value),
            ("Keep-Alive", "timeout=5", "max", Value),
            ("Forwarded", "for=192.0.2.1", "by", Value),
            ("WWW-Authenticate", "Basic realm=\"a\"", "charset", Value),
            // Neither.
            ("User-Agent", "a", "b", Unclear),
            ("X-Mine", "a=1", "b", Unclear),
            ("Forwarded", "for=192.0.2.1", "host", Unclear),
            ("Set-Cookie", "a=b; Path=/", "c", Unclear),
            ("X-Mine", "a", "x-", Unclear),
            ("Authorization", "Signature keyId=\"a\"", "b", Unclear),
        ] {
            assert_eq!(border(open.as_bytes(), value.as_bytes(), name.as_bytes()), expected, "{open}={value}, {name}=");
        }
    }
}
