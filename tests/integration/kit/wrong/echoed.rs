//! What can be wrong in the event of a Lambda function, and between it and the response.

use serde_json::{Map, Value};

use super::row::{Wrong, table};
use crate::kit::{Api, Hop, Site, Traffic};

table! {
    LambdaProxy {
        "the requestId of another request", "check.requestId-is-x-amzn-RequestId",
            |t, _| event(t, |e| e["requestContext"]["requestId"] = "11111111-2222-4333-8444-555555555555".into());
        "the x-amzn-RequestId of another request", "check.requestId-is-x-amzn-RequestId",
            |t, _| t.response.set("x-amzn-RequestId", "11111111-2222-4333-8444-555555555555");
        "no requestId", "response.body.json.requestContext.requestId",
            |t, _| event(t, |e| { member(e, "requestContext").shift_remove("requestId"); });
        "a request id that is no UUID", "response.header.x-amzn-RequestId",
            |t, s| t.response.set("x-amzn-RequestId", &s.apigw_id);
        "no request id", "response.header.x-amzn-RequestId", |t, _| t.response.remove("x-amzn-RequestId");
        "the extendedRequestId of another request", "check.extendedRequestId-is-x-amz-apigw-id",
            |t, _| event(t, |e| e["requestContext"]["extendedRequestId"] = "AAAAAAAAAAAAAAA=".into());
        "the x-amz-apigw-id of another request", "check.extendedRequestId-is-x-amz-apigw-id",
            |t, _| t.response.set("x-amz-apigw-id", "AAAAAAAAAAAAAAA=");
        "no extendedRequestId", "response.body.json.requestContext.extendedRequestId",
            |t, _| event(t, |e| { member(e, "requestContext").shift_remove("extendedRequestId"); });
        "no extended request id", "response.header.x-amz-apigw-id", |t, _| t.response.remove("x-amz-apigw-id");
        "an extended request id without its end", "response.header.x-amz-apigw-id",
            |t, s| t.response.set("x-amz-apigw-id", s.apigw_id.trim_end_matches('='));
        "another trace", "check.Root-of-the-event-is-that-of-X-Amzn-Trace-Id",
            |t, s| t.response.set("X-Amzn-Trace-Id", format!("Root={}0;Sampled=0", &s.root[..s.root.len() - 1]));
        "Sampled=maybe", "response.header.X-Amzn-Trace-Id",
            |t, _| {
                let value = t.response.value("X-Amzn-Trace-Id").unwrap_or_default().split(";Sampled").next().unwrap_or_default();
                let value = format!("{value};Sampled=maybe");
                t.response.set("X-Amzn-Trace-Id", value);
            };
        "no trace id", "response.header.X-Amzn-Trace-Id", |t, _| t.response.remove("X-Amzn-Trace-Id");
        "no trace id in the event", "response.body.json.headers[\"X-Amzn-Trace-Id\"]",
            |t, _| event(t, |e| { member(e, "headers").shift_remove("X-Amzn-Trace-Id"); });
        "a trace of another second", "check.Root-is-of-the-second-of-requestTimeEpoch-or-came-in",
            |t, _| {
                t.request.remove("X-Amzn-Trace-Id");
                event(t, |e| {
                    let epoch = e["requestContext"]["requestTimeEpoch"].as_i64().unwrap_or_default();
                    e["requestContext"]["requestTimeEpoch"] = (epoch + 2_000).into();
                });
            };
        "a trace that came in and is not kept", "check.Root-is-of-the-second-of-requestTimeEpoch-or-came-in",
            |t, _| {
                t.request.remove("X-Amzn-Trace-Id");
                t.request.add("X-Amzn-Trace-Id", "Root=1-5ee5f600-2b4c9d0e1f3a5b6c7d8e9f01");
                event(t, |e| {
                    let other = "Root=1-5ee5f601-2b4c9d0e1f3a5b6c7d8e9f01";
                    e["headers"]["X-Amzn-Trace-Id"] = other.into();
                    e["multiValueHeaders"]["X-Amzn-Trace-Id"] = vec![other].into();
                });
            };
        "another sourceIp", "response.body.json.requestContext.identity.sourceIp",
            |t, _| event(t, |e| e["requestContext"]["identity"]["sourceIp"] = "192.0.2.1".into());
        "a sourceIp that is a name", "response.body.json.requestContext.identity.sourceIp",
            |t, _| event(t, |e| e["requestContext"]["identity"]["sourceIp"] = "test-invoke-source-ip".into());
        "no sourceIp", "response.body.json.requestContext.identity.sourceIp",
            |t, _| event(t, |e| { member(&mut e["requestContext"], "identity").shift_remove("sourceIp"); });
        "no X-Forwarded-For", "response.body.json.headers[\"X-Forwarded-For\"]",
            |t, _| event(t, |e| { member(e, "headers").shift_remove("X-Forwarded-For"); });
        "another userAgent", "check.userAgent-is-User-Agent",
            |t, _| event(t, |e| e["requestContext"]["identity"]["userAgent"] = "curl/8.5.1".into());
        "a userAgent and no User-Agent", "check.userAgent-is-User-Agent",
            |t, _| event(t, |e| {
                member(e, "headers").shift_remove("User-Agent");
                member(e, "multiValueHeaders").shift_remove("User-Agent");
            });
        "no userAgent", "response.body.json.requestContext.identity.userAgent",
            |t, _| event(t, |e| { member(&mut e["requestContext"], "identity").shift_remove("userAgent"); });
        "another domainName", "check.Host-is-domainName",
            |t, s| event(t, |e| e["requestContext"]["domainName"] = format!("{}.example.org", s.api_id).into());
        "another Host", "check.Host-is-domainName",
            |t, _| event(t, |e| {
                e["headers"]["Host"] = "other.example.com".into();
                e["multiValueHeaders"]["Host"] = vec!["other.example.com"].into();
            });
        "another domainPrefix", "response.body.json.requestContext.domainName",
            |t, _| event(t, |e| e["requestContext"]["domainPrefix"] = "zzzzzzzzzz".into());
        "an apiId that is none", "response.body.json.requestContext.apiId",
            |t, _| event(t, |e| e["requestContext"]["apiId"] = "A1B2C3D4E5".into());
        "no apiId", "response.body.json.requestContext.apiId",
            |t, _| event(t, |e| { member(e, "requestContext").shift_remove("apiId"); });
        "an account that is none", "response.body.json.requestContext.accountId",
            |t, _| event(t, |e| e["requestContext"]["accountId"] = "anonymous".into());
        "another path in requestContext", "response.body.json.requestContext.path",
            |t, _| event(t, |e| e["requestContext"]["path"] = "/prod/elsewhere".into());
        "a path without its stage", "check.path-of-requestContext-is-stage-and-path",
            |t, s| {
                *t = Site { api: Api::Regional, ..s.clone() }.traffic(Hop::LambdaProxy);
                event(t, |e| e["requestContext"]["path"] = e["path"].clone());
            };
        "the id of another API", "check.apiId-is-domainPrefix",
            |t, s| {
                *t = Site { api: Api::Regional, ..s.clone() }.traffic(Hop::LambdaProxy);
                event(t, |e| e["requestContext"]["apiId"] = "zyx9876543".into());
            };
        "another resourcePath", "check.resourcePath-is-resource",
            |t, _| event(t, |e| e["requestContext"]["resourcePath"] = "/".into());
        "another httpMethod in requestContext", "check.httpMethod-is-the-same-in-requestContext",
            |t, _| event(t, |e| e["requestContext"]["httpMethod"] = "GET".into());
        "another requestTime", "check.requestTime-is-requestTimeEpoch",
            |t, _| event(t, |e| e["requestContext"]["requestTime"] = "14/Jun/2020:10:04:50 +0000".into());
        "a requestTime in another form", "response.body.json.requestContext.requestTime",
            |t, _| event(t, |e| e["requestContext"]["requestTime"] = "2020-06-14T10:04:49Z".into());
        "a Date before the request", "check.Date-is-not-before-requestTime",
            |t, _| t.response.set("Date", "Sun, 14 Jun 2020 10:04:49 GMT");
        "a field that headers and multiValueHeaders tell differently", "check.headers-are-the-last-of-multiValueHeaders",
            |t, _| event(t, |e| e["headers"]["X-Note"] = "one".into());
        "a field that multiValueHeaders lacks", "check.headers-are-the-last-of-multiValueHeaders",
            |t, _| event(t, |e| { member(e, "multiValueHeaders").shift_remove("X-Note"); });
        "a field that headers lacks", "check.multiValueHeaders-are-all-in-headers",
            |t, _| event(t, |e| { member(e, "headers").shift_remove("X-Note"); });
        "no multiValueHeaders", "response.body.json.multiValueHeaders",
            |t, _| event(t, |e| { e.as_object_mut().expect("an event").shift_remove("multiValueHeaders"); });
        "no requestContext", "response.body.json.requestContext.requestId",
            |t, _| event(t, |e| { e.as_object_mut().expect("an event").shift_remove("requestContext"); });
        "queries that disagree", "check.queryStringParameters-are-the-last-of-multiValueQueryStringParameters",
            |t, _| event(t, |e| {
                e["queryStringParameters"] = serde_json::json!({"page": "2"});
                e["multiValueQueryStringParameters"] = serde_json::json!({"page": ["2", "3"]});
            });
        "one query alone", "check.queryStringParameters-are-null-together",
            |t, _| event(t, |e| {
                e["queryStringParameters"] = serde_json::json!(null);
                e["multiValueQueryStringParameters"] = serde_json::json!({"page": ["2"]});
            });
        "http to the API", "response.body.json.headers[\"X-Forwarded-Proto\"]",
            |t, _| event(t, |e| {
                e["headers"]["X-Forwarded-Proto"] = "http".into();
                e["multiValueHeaders"]["X-Forwarded-Proto"] = vec!["http"].into();
            });
        "the id of an HTTP API", "response.header.Apigw-Requestid", |t, s| t.response.add("Apigw-Requestid", &s.apigw_id);
        "no Content-Type", "response.header.Content-Type", |t, _| t.response.remove("Content-Type");
        "the ids in another order", "response.order",
            |t, _| {
                let at = t.response.position("x-amzn-RequestId").unwrap_or_default();
                t.response.fields.swap(at, at + 2);
            };
    }
}

/// Alters the event that is the body of the response.
fn event(traffic: &mut Traffic, edit: impl FnOnce(&mut Value)) {
    traffic.response.edit_json(edit);
}

/// A member that is an object.
fn member<'a>(json: &'a mut Value, name: &str) -> &'a mut Map<String, Value> {
    json[name].as_object_mut().unwrap_or_else(|| panic!("no object `{name}`"))
}
