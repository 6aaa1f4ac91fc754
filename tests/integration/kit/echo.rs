//! API Gateway with a Lambda function that echoes its event: what client and API say of one request, regional,
//! edge-optimised and under a custom domain.

use serde_json::{Map, Value, json};

use super::{Message, Site};

/// How an API is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Api {
    Regional,
    EdgeOptimised,
    CustomDomain,
}

/// Seconds since 1970 as an HTTP date, or as API Gateway writes it in an event.
fn date(seconds: i64, format: &str) -> String {
    jiff::Timestamp::from_second(seconds).expect("a time of this century").strftime(format).to_string()
}

pub(super) fn http_date(seconds: i64) -> String {
    date(seconds, "%a, %d %b %Y %H:%M:%S GMT")
}

impl Site {
    /// The second of its trace ids.
    pub(super) fn epoch(&self) -> i64 {
        i64::from_str_radix(&self.root[2..10], 16).expect("eight hex digits")
    }

    /// The host that the client calls.
    pub(super) fn api_host(&self) -> String {
        match self.api {
            Api::CustomDomain => format!("api-{}.example.com", self.api_id),
            _ => {
                let suffix = if self.region.starts_with("cn-") { ".cn" } else { "" };
                format!("{}.execute-api.{}.amazonaws.com{suffix}", self.api_id, self.region)
            }
        }
    }

    /// The path of the request, and what the function sees of it.
    fn paths(&self) -> (String, String) {
        let path = self.path.split('?').next().unwrap_or_default();
        match self.api {
            Api::CustomDomain => (format!("/base{path}"), format!("/base{path}")),
            _ => (format!("/prod{path}"), path.to_owned()),
        }
    }

    pub(super) fn echoing_call(&self) -> Message {
        let query = self.path.split_once('?').map(|(_, query)| format!("?{query}")).unwrap_or_default();
        let call = Message::new(format!("POST {}{query} HTTP/1.1", self.paths().0))
            .with("Host", self.api_host())
            .with("User-Agent", "curl/8.5.0")
            .with("X-Note", "one")
            .with("X-Note", "two");
        let call = if self.traced { call.with("X-Amzn-Trace-Id", format!("Root={}", self.own)) } else { call };
        call.with_body(*b"{\"n\": 1}")
    }

    /// The event, whose client sent each of these fields and in whose trace it is.
    fn event(&self) -> Value {
        let edge = self.api == Api::EdgeOptimised;
        let root = if self.traced { &self.own } else { &self.root };
        let mut forwarded_for = self.forwarded_for();
        if edge {
            forwarded_for = format!("{forwarded_for}, {}", self.egress);
        }
        let mut lines = vec![
            ("Host", vec![self.api_host()]),
            ("User-Agent", vec!["curl/8.5.0".to_owned()]),
            ("X-Amzn-Trace-Id", vec![format!("Root={root}")]),
            ("X-Forwarded-For", vec![forwarded_for]),
            ("X-Forwarded-Port", vec!["443".to_owned()]),
            ("X-Forwarded-Proto", vec!["https".to_owned()]),
            ("X-Note", vec!["one".to_owned(), "two".to_owned()]),
        ];
        if edge {
            let added = [
                ("CloudFront-Forwarded-Proto", "https"),
                ("CloudFront-Is-Desktop-Viewer", "true"),
                ("CloudFront-Is-Mobile-Viewer", "false"),
                ("CloudFront-Viewer-Country", "BR"),
                ("Via", "1.1 0123456789abcdef0123456789abcdef.cloudfront.net (CloudFront)"),
                ("X-Amz-Cf-Id", "Zx1cV5bN8mQ2wE4rT6yU0iO3pA7sD9fG-hJ_kLqWeRtYuIoPaSdFgA=="),
            ];
            lines.extend(added.map(|(name, value)| (name, vec![value.to_owned()])));
        }
        let single: Map<String, Value> = lines.iter().map(|(n, v)| ((*n).to_owned(), json!(v[v.len() - 1]))).collect();
        let many: Map<String, Value> = lines.iter().map(|(n, v)| ((*n).to_owned(), json!(v))).collect();
        let query: Option<Map<String, Value>> = self.path.split_once('?').map(|(_, query)| {
            let pairs = query.split('&').filter_map(|part| part.split_once('='));
            pairs.map(|(name, value)| (name.to_owned(), json!(value))).collect()
        });
        let queries: Option<Map<String, Value>> =
            query.as_ref().map(|q| q.iter().map(|(name, value)| (name.clone(), json!([value]))).collect());
        let (whole, path) = self.paths();
        let host = self.api_host();
        json!({
            "resource": "/{proxy+}", "path": path, "httpMethod": "POST", "headers": single, "multiValueHeaders": many,
            "queryStringParameters": query, "multiValueQueryStringParameters": queries,
            "pathParameters": {"proxy": path.trim_start_matches('/')}, "stageVariables": null,
            "requestContext": {
                "resourceId": "ab12cd", "resourcePath": "/{proxy+}", "httpMethod": "POST", "extendedRequestId": self.apigw_id,
                "requestTime": date(self.epoch(), "%d/%b/%Y:%H:%M:%S +0000"), "path": whole, "accountId": "210987654321",
                "protocol": "HTTP/1.1", "stage": "prod", "domainPrefix": host.split('.').next(),
                "requestTimeEpoch": self.epoch() * 1000 + 612, "requestId": self.request_id,
                "identity": {"sourceIp": self.client.ip().to_string(), "userAgent": "curl/8.5.0", "user": null},
                "domainName": host, "deploymentId": "zx98yw", "apiId": self.api_id,
            },
            "body": "{\"n\": 1}", "isBase64Encoded": false,
        })
    }

    pub(super) fn echoing_response(&self) -> Message {
        let event = self.event();
        let trace = event["headers"]["X-Amzn-Trace-Id"].as_str().unwrap_or_default();
        let middle = if self.traced { ";Parent=53995c3f42cd8ad8" } else { "" };
        let response = Message::new("HTTP/1.1 200 OK")
            .with("Date", http_date(self.epoch() + 2))
            .with("Content-Type", "application/json")
            .with_body(event.to_string())
            .with("Connection", "keep-alive")
            .with("x-amzn-RequestId", &self.request_id)
            .with("x-amz-apigw-id", &self.apigw_id)
            .with("X-Amzn-Trace-Id", format!("{trace}{middle};Sampled={}", u8::from(self.traced)));
        if self.api != Api::EdgeOptimised {
            return response;
        }
        response
            .with("X-Cache", "Miss from cloudfront")
            .with("Via", "1.1 fedcba9876543210fedcba9876543210.cloudfront.net (CloudFront)")
            .with("X-Amz-Cf-Pop", "GRU3-P2")
            .with("X-Amz-Cf-Id", "q7hK2vXw9ZbNcR4tYpLmJdFgS1aEoUi3x8TzW5kQvBnMrHyG6jDsPA==")
    }
}

impl Message {
    /// Changes the JSON that is its body.
    pub(crate) fn edit_json(&mut self, edit: impl FnOnce(&mut Value)) {
        let mut json = serde_json::from_slice(&self.body).expect("the body is JSON");
        edit(&mut json);
        self.set_body(json.to_string());
    }
}
