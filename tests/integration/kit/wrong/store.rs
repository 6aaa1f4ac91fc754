//! What can be wrong in a request to S3 and its answer.

use super::row::{Wrong, table};
use crate::kit::{Call, Hop, Site, Traffic};

table! {
    S3 {
        "no Authorization", "request.header.Authorization", |t, _| t.request.remove("Authorization");
        "another scheme", "request.header.Authorization",
            |t, _| t.request.set("Authorization", "AWS AKIAIOSFODNN7EXAMPLE:frJIUN8DYpKDtOLCwo//yllqDzg=");
        "an Authorization without a signature", "request.header.Authorization",
            |t, _| {
                let value = t.request.value("Authorization").unwrap_or_default();
                let value = value.split(", Signature").next().unwrap_or_default().to_owned();
                t.request.set("Authorization", value);
            };
        "a signature with a digit less", "request.header.Authorization",
            |t, _| {
                let mut value = t.request.value("Authorization").unwrap_or_default().to_owned();
                value.pop();
                t.request.set("Authorization", value);
            };
        "the scope of another service", "request.header.Authorization",
            |t, _| replace(t, "Authorization", "/s3/", "/sqs/");
        "no X-Amz-Date", "request.header.X-Amz-Date", |t, _| t.request.remove("X-Amz-Date");
        "an X-Amz-Date that is none", "request.header.X-Amz-Date",
            |t, _| t.request.set("X-Amz-Date", "Sun, 14 Jun 2020 10:04:49 GMT");
        "the X-Amz-Date of another day", "check.X-Amz-Date-is-of-the-day-in-Authorization", |t, _| t.request.set("X-Amz-Date", "20010203T040506Z");
        "X-Amz-Date twice", "request.header.X-Amz-Date", |t, _| t.request.repeat("X-Amz-Date");
        "the hash of another body", "request.header.x-amz-content-sha256", |t, _| t.request.set_body(*b"hello, note\n");
        "a hash that is none", "request.header.x-amz-content-sha256", |t, _| t.request.set("x-amz-content-sha256", "unsigned");
        "a signed field that is not there", "check.signed-fields-of-Authorization-are-there", |t, _| t.request.remove("Expect");
        "Host is not signed", "check.Host-is-signed-in-Authorization",
            |t, _| replace(t, "Authorization", "host;", "");
        "a field x-amz-… that is not signed", "check.every-x-amz-field-is-signed-in-Authorization",
            |t, _| t.request.add("x-amz-meta-owner", "me");
        "the scope of another region", "check.region-of-Authorization-is-that-of-Host",
            |t, s| replace(t, "Authorization", &format!("/{}/", s.region), "/eu-west-3/");
        "a session without its token", "check.x-amz-security-token-with-temporary-credentials",
            |t, _| {
                replace(t, "Authorization", "Credential=AKIA", "Credential=ASIA");
                replace(t, "Authorization", ";x-amz-security-token", "");
                t.request.remove("x-amz-security-token");
            };
        "a request of yesterday", "check.x-amz-date-is-near-Date",
            |t, _| t.response.set("Date", "Sun, 14 Jun 2009 10:04:49 GMT");
        "no Host", "request.header.Host", |t, _| t.request.remove("Host");
        "no x-amz-request-id", "response.header.x-amz-request-id", |t, _| t.response.remove("x-amz-request-id");
        "an x-amz-request-id that is none", "response.header.x-amz-request-id",
            |t, s| t.response.set("x-amz-request-id", &s.request_id);
        "no x-amz-id-2", "response.header.x-amz-id-2", |t, _| t.response.remove("x-amz-id-2");
        "an x-amz-id-2 that is none", "response.header.x-amz-id-2", |t, _| t.response.set("x-amz-id-2", "not base64!");
        "no Server", "response.header.Server", |t, _| t.response.remove("Server");
        "another Server", "response.header.Server", |t, _| t.response.set("Server", "MinIO");
        "a Date that is none", "response.header.Date", |t, _| t.response.set("Date", "2026-11-23T02:44:00Z");
        "the MD5 of something else", "check.ETag-is-the-MD5-of-the-body-that-was-put",
            |t, _| t.response.set("ETag", "\"d41d8cd98f00b204e9800998ecf8427e\"");
        "an ETag without quotes", "response.header.ETag",
            |t, _| t.response.set("ETag", "d41d8cd98f00b204e9800998ecf8427e");
        "streaming without the length", "check.x-amz-decoded-content-length-with-STREAMING",
            |t, _| t.request.set("x-amz-content-sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD");
        "the date of another day in the query", "check.X-Amz-Date-is-of-the-day-in-X-Amz-Credential",
            |t, s| { asks(t, s, Call::Presigned); query(t, "X-Amz-Date", "20010203T040506Z"); };
        "a date in the query that is none", "request.query.X-Amz-Date",
            |t, s| { asks(t, s, Call::Presigned); query(t, "X-Amz-Date", "today"); };
        "a presigned request for no time", "request.query.X-Amz-Expires",
            |t, s| { asks(t, s, Call::Presigned); query(t, "X-Amz-Expires", "0"); };
        "a presigned request for eight days", "request.query.X-Amz-Expires",
            |t, s| { asks(t, s, Call::Presigned); query(t, "X-Amz-Expires", "691200"); };
        "a presigned request with the credentials of another service", "request.query.X-Amz-Credential",
            |t, s| { asks(t, s, Call::Presigned); t.request.start = t.request.start.replace("%2Fs3%2F", "%2Fsqs%2F"); };
        "a presigned request without a signature", "request.query.X-Amz-Signature",
            |t, s| {
                asks(t, s, Call::Presigned);
                let start = t.request.start.split("&X-Amz-Signature").next().unwrap_or_default();
                t.request.start = format!("{start} HTTP/1.1");
            };
        "a presigned field that is not there", "check.signed-fields-of-the-query-are-there",
            |t, s| { asks(t, s, Call::Presigned); query(t, "X-Amz-SignedHeaders", "host%3Bx-note"); };
        "Host is not signed in the query", "check.Host-is-signed-in-the-query",
            |t, s| { asks(t, s, Call::Presigned); query(t, "X-Amz-SignedHeaders", "accept"); };
        "a presigned request that is too late", "check.a-presigned-request-that-succeeds-is-in-time",
            |t, s| { asks(t, s, Call::Presigned); t.response.set("Date", "Tue, 20 Nov 2068 08:11:02 GMT"); };
        "both ways to sign", "request.header.Authorization",
            |t, s| { asks(t, s, Call::Presigned); t.request.add("Authorization", "Basic dTpw"); };
        "more bytes before the coding than with it", "check.x-amz-decoded-content-length-is-less-than-Content-Length",
            |t, s| { asks(t, s, Call::Chunked); t.request.set("x-amz-decoded-content-length", "99999"); };
        "a length that is none", "request.header.x-amz-decoded-content-length",
            |t, s| { asks(t, s, Call::Chunked); t.request.set("x-amz-decoded-content-length", "many"); };
        "a trailer that is not announced", "check.x-amz-trailer-with-TRAILER",
            |t, s| { asks(t, s, Call::Chunked); t.request.remove("x-amz-trailer"); };
        "the length of a coding that is not there", "check.STREAMING-with-x-amz-decoded-content-length",
            |t, s| { asks(t, s, Call::Chunked); t.request.set("x-amz-content-sha256", "UNSIGNED-PAYLOAD"); };
        "an error with the id of another request", "check.RequestId-and-HostId-of-an-error-are-those-of-the-head",
            |t, s| { asks(t, s, Call::Missing); t.response.set("x-amz-request-id", "0123456789ABCDEF"); };
        "elsewhere, and not where", "check.x-amz-bucket-region-with-301",
            |t, s| { asks(t, s, Call::Missing); t.response.start = "HTTP/1.1 301 Moved Permanently".to_owned(); };
        "modified later", "check.Last-Modified-is-not-after-Date",
            |t, s| { asks(t, s, Call::Get); t.response.set("Last-Modified", "Tue, 20 Nov 2068 08:11:02 GMT"); };
        "HTTP/1.0", "request.version", |t, _| t.request.start = t.request.start.replace("HTTP/1.1", "HTTP/1.0");
    }
}

/// Replaces a part of a field of the request.
fn replace(traffic: &mut Traffic, name: &str, part: &str, with: &str) {
    let value = traffic.request.value(name).unwrap_or_default().replace(part, with);
    traffic.request.set(name, value);
}

/// Asks the store something else than to keep an object.
fn asks(traffic: &mut Traffic, site: &Site, call: Call) {
    *traffic = Site { call, ..site.clone() }.traffic(Hop::S3);
}

/// Replaces a value in the query of the request.
fn query(traffic: &mut Traffic, name: &str, with: &str) {
    let start = &traffic.request.start;
    let at = start.find(&format!("{name}=")).unwrap_or_else(|| panic!("no `{name}` in {start}")) + name.len() + 1;
    let end = start[at..].find(['&', ' ']).map_or(start.len(), |length| at + length);
    traffic.request.start = format!("{}{with}{}", &start[..at], &start[end..]);
}
