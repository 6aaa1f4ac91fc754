//! What can be wrong in the requests and responses of API Gateway.

use super::row::{Wrong, table};
use crate::kit::Hop;

table! {
    HttpViaAlb {
        "the User-Agent of another API", "request.header.User-Agent",
            |t, _| t.request.set("User-Agent", "AmazonAPIGateway_zzzzzzzzzz");
        "the client's User-Agent", "request.header.User-Agent", |t, _| t.request.set("User-Agent", "curl/8.5.0");
        "no User-Agent", "request.header.User-Agent", |t, _| t.request.remove("User-Agent");
        "User-Agent twice", "request.header.User-Agent", |t, _| t.request.repeat("User-Agent");
        "two addresses in X-Forwarded-For", "request.header.X-Forwarded-For",
            |t, s| t.request.set("X-Forwarded-For", format!("203.0.113.9, {}", s.egress));
        "X-Forwarded-For twice", "request.header.X-Forwarded-For", |t, _| t.request.repeat("X-Forwarded-For");
        "an X-Forwarded-For that is no address", "request.header.X-Forwarded-For",
            |t, _| t.request.set("X-Forwarded-For", "app.example.com");
        "no X-Forwarded-For", "request.header.X-Forwarded-For", |t, _| t.request.remove("X-Forwarded-For");
        "X-Forwarded-Proto twice", "request.header.X-Forwarded-Proto", |t, _| t.request.repeat("X-Forwarded-Proto");
        "another X-Forwarded-Proto", "request.header.X-Forwarded-Proto",
            |t, _| t.request.set("X-Forwarded-Proto", "HTTP");
        "no X-Forwarded-Port", "request.header.X-Forwarded-Port", |t, _| t.request.remove("X-Forwarded-Port");
        "an X-Forwarded-Port that is none", "request.header.X-Forwarded-Port",
            |t, _| t.request.set("X-Forwarded-Port", "http");
        "Host is an address", "request.header.Host", |t, s| t.request.set("Host", s.target.to_string());
        "no Host", "request.header.Host", |t, _| t.request.remove("Host");
        "a trace id without Self", "request.header.X-Amzn-Trace-Id",
            |t, s| t.request.set("X-Amzn-Trace-Id", format!("Root={}", s.root));
        "a trace id without Root", "request.header.X-Amzn-Trace-Id",
            |t, s| t.request.set("X-Amzn-Trace-Id", format!("Self={}", s.own));
        "no trace id", "request.header.X-Amzn-Trace-Id", |t, _| t.request.remove("X-Amzn-Trace-Id");
        "no API id", "request.header.x-amzn-apigateway-api-id", |t, _| t.request.remove("x-amzn-apigateway-api-id");
        "an API id that is none", "request.header.x-amzn-apigateway-api-id",
            |t, _| t.request.set("x-amzn-apigateway-api-id", "A1B2C3D4E5");
        "two API ids", "request.header.x-amzn-apigateway-api-id", |t, _| t.request.repeat("x-amzn-apigateway-api-id");
        "the client's Accept", "request.header.Accept", |t, _| t.request.set("Accept", "*/*");
        "no Accept", "request.header.Accept", |t, _| t.request.remove("Accept");
        "Accept twice", "request.header.Accept", |t, _| t.request.repeat("Accept");
        "a Forwarded", "request.header.Forwarded", |t, _| t.request.add("Forwarded", "for=203.0.113.9;proto=https");
        "a Via", "request.header.Via", |t, _| t.request.add("Via", "HTTP/1.1 AmazonAPIGateway");
        "HTTP/1.0", "request.version", |t, _| t.request.start = t.request.start.replace("HTTP/1.1", "HTTP/1.0");
        "API Gateway's lines first", "request.order", |t, _| t.request.fields.rotate_left(5);
    }
    HttpProxyViaAlb {
        "the client's address alone", "request.header.X-Forwarded-For",
            |t, s| {
                t.request.set("X-Forwarded-For", s.client.ip().to_string());
                t.request.set("accept", "*/*");
            };
        "a member of X-Forwarded-For that is no address", "request.header.X-Forwarded-For",
            |t, s| t.request.set("X-Forwarded-For", format!("unknown, {}", s.egress));
        "an X-Forwarded-For that ends in the load balancer", "request.header.X-Forwarded-For",
            |t, s| t.request.set("X-Forwarded-For", format!("{}, {}", s.client.ip(), s.node.ip()));
        "no X-Forwarded-For", "request.header.X-Forwarded-For", |t, _| t.request.remove("X-Forwarded-For");
        "X-Forwarded-Proto as a list", "request.header.X-Forwarded-Proto",
            |t, _| t.request.set("X-Forwarded-Proto", "https, http");
        "no X-Forwarded-Proto", "request.header.X-Forwarded-Proto", |t, _| t.request.remove("X-Forwarded-Proto");
        "no X-Forwarded-Port", "request.header.X-Forwarded-Port", |t, _| t.request.remove("X-Forwarded-Port");
        "an X-Forwarded-Port that is none", "request.header.X-Forwarded-Port",
            |t, _| t.request.set("X-Forwarded-Port", "https");
        "Host is the target", "request.header.Host", |t, s| t.request.set("Host", s.target.to_string());
        "no Host", "request.header.Host", |t, _| t.request.remove("Host");
        "no trace id", "request.header.X-Amzn-Trace-Id",
            |t, _| {
                t.request.remove("X-Amzn-Trace-Id");
                t.request.set("X-Forwarded-Proto", "http");
            };
        "a trace id without Root", "request.header.X-Amzn-Trace-Id",
            |t, s| t.request.set("X-Amzn-Trace-Id", format!("Self={}", s.own));
        "a Root that is no trace id", "request.header.X-Amzn-Trace-Id",
            |t, s| t.request.set("X-Amzn-Trace-Id", format!("Self={};Root=1", s.own));
        "API Gateway's User-Agent", "request.header.User-Agent",
            |t, s| {
                t.request.set("User-Agent", format!("AmazonAPIGateway_{}", s.api_id));
                t.request.set("accept", "*/*");
            };
        "no User-Agent", "request.header.User-Agent", |t, _| t.request.remove("User-Agent");
        "User-Agent twice", "request.header.User-Agent", |t, _| t.request.repeat("User-Agent");
        "an API id that is none", "request.header.x-amzn-apigateway-api-id",
            |t, _| t.request.set("x-amzn-apigateway-api-id", "A1B2C3D4E5");
        "two API ids", "request.header.x-amzn-apigateway-api-id", |t, _| t.request.repeat("x-amzn-apigateway-api-id");
        "a Via", "request.header.Via", |t, _| t.request.add("Via", "1.1 proxy");
        "HTTP/1.0", "request.version", |t, _| t.request.start = t.request.start.replace("HTTP/1.1", "HTTP/1.0");
        "the client's lines first", "request.order", |t, _| t.request.fields.rotate_left(5);
    }
    Lambda {
        "another status", "response.status", |t, _| t.response.start = "HTTP/1.1 502 Bad Gateway".to_owned();
        "the function's Content-Type", "response.header.Content-Type", |t, _| t.response.set("Content-Type", "text/html");
        "no Content-Type", "response.header.Content-Type", |t, _| t.response.remove("Content-Type");
        "Content-Type twice", "response.header.Content-Type", |t, _| t.response.repeat("Content-Type");
        "a Date that is none", "response.header.Date", |t, _| t.response.set("Date", "2026-11-23T02:44:00Z");
        "no request id", "response.header.x-amzn-RequestId", |t, _| t.response.remove("x-amzn-RequestId");
        "a request id that is no UUID", "response.header.x-amzn-RequestId",
            |t, s| t.response.set("x-amzn-RequestId", &s.apigw_id);
        "request id twice", "response.header.x-amzn-RequestId", |t, _| t.response.repeat("x-amzn-RequestId");
        "no extended request id", "response.header.x-amz-apigw-id", |t, _| t.response.remove("x-amz-apigw-id");
        "an extended request id without its end", "response.header.x-amz-apigw-id",
            |t, s| t.response.set("x-amz-apigw-id", s.apigw_id.trim_end_matches('='));
        "no trace id", "response.header.X-Amzn-Trace-Id", |t, _| t.response.remove("X-Amzn-Trace-Id");
        "a trace id without Sampled", "response.header.X-Amzn-Trace-Id",
            |t, s| t.response.set("X-Amzn-Trace-Id", format!("Root={}", s.root));
        "a trace id without Root", "response.header.X-Amzn-Trace-Id",
            |t, _| t.response.set("X-Amzn-Trace-Id", "Sampled=0");
        "another Sampled", "response.header.X-Amzn-Trace-Id",
            |t, s| t.response.set("X-Amzn-Trace-Id", format!("Root={};Sampled=yes", s.root));
        "the id of an HTTP API", "response.header.Apigw-Requestid", |t, s| t.response.add("Apigw-Requestid", &s.apigw_id);
        "no statusCode", "response.body.json.statusCode", |t, _| t.response.set_body(*br#"{"headers": {}, "body": "{}"}"#);
        "a statusCode that is none", "response.body.json.statusCode",
            |t, _| t.response.set_body(*br#"{"statusCode": "OK", "headers": {}, "body": "{}"}"#);
        "no headers", "response.body.json.headers", |t, _| t.response.set_body(*br#"{"statusCode": 200, "body": "{}"}"#);
        "no body", "response.body.json.body", |t, _| t.response.set_body(*br#"{"statusCode": 200, "headers": {}}"#);
        "an event in body", "response.body.json.body",
            |t, _| t.response.set_body(*br#"{"statusCode": 200, "headers": {}, "body": "{\"path\": \"/\"}"}"#);
        "a body that is an object", "response.body.json.body",
            |t, _| t.response.set_body(*br#"{"statusCode": 200, "headers": {}, "body": {}}"#);
        "another order", "response.order", |t, _| t.response.fields.rotate_left(1);
    }
}
