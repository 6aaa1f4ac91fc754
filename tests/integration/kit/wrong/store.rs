//! What can be wrong in a request to S3 and its answer.

use super::row::{Wrong, table};
use crate::kit::{Hop, Traffic};

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
        "the X-Amz-Date of another day", "request.header.X-Amz-Date", |t, _| t.request.set("X-Amz-Date", "20010203T040506Z");
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
        "HTTP/1.0", "request.version", |t, _| t.request.start = t.request.start.replace("HTTP/1.1", "HTTP/1.0");
    }
}

/// Replaces a part of a field of the request.
fn replace(traffic: &mut Traffic, name: &str, part: &str, with: &str) {
    let value = traffic.request.value(name).unwrap_or_default().replace(part, with);
    traffic.request.set(name, value);
}
