//! Observations of others at AWS, where they are shared: do the shipped specs' claims hold for them? They say which fields
//! are sent and how values relate (`<name:1>` is a placeholder that repeats where a value repeats), not their order or
//! case, so the lines that are not observed come from a site of the kit, and only what is observed is asserted.
//!
//! None is of a load balancer, so of `aws/alb` nothing is asserted; of `aws/api-gateway/http-via-alb` and
//! `http-proxy-via-alb` what API Gateway itself sends; of `aws/api-gateway/lambda` the header section; of `lambda-proxy` events
//! of an edge-optimised API, and the header sections that came with such.

use serde_json::Value;

use crate::corpus::shared;
use crate::kit::{Api, Carrier, Format, Hop, Message, Run, Site, Traffic, check, interleaved, packets, write_file};

/// What was recorded by the test with this ending of its name.
fn observed(file: &str, test: &str) -> Option<Value> {
    let path = shared()?.join("observed").join(file);
    if !path.is_file() {
        eprintln!("SKIPPED: no observations in {}", path.display());
        return None;
    }
    let all: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let (_, found) = all.as_object().unwrap().iter().find(|(name, _)| name.ends_with(test)).unwrap();
    Some(found["recorded-content"].clone())
}

/// Names and values of an observed header section.
fn fields(headers: &Value) -> Vec<(String, String)> {
    headers.as_object().unwrap().iter().map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned())).collect()
}

/// Fields that the endpoint of a function URL adds; behind a load balancer they are not there.
fn of_a_function_url(name: &str) -> bool {
    name.starts_with("x-amzn-tls-")
}

/// The message with the fields that were observed and no others: their values where they were observed, and those of the
/// site where there is a placeholder that nobody can fill.
fn as_observed(mut message: Message, headers: &Value, fill: &[(&str, &str)]) -> Message {
    let observed: Vec<_> = fields(headers).into_iter().filter(|(name, _)| !of_a_function_url(name)).collect();
    message.fields.retain(|(name, _)| observed.iter().any(|(other, _)| other.eq_ignore_ascii_case(name)));
    for (name, value) in observed {
        let value = fill.iter().fold(value, |value, (placeholder, with)| value.replace(placeholder, with));
        let masked = value.contains('<');
        match message.position(&name) {
            Some(_) if masked || name.eq_ignore_ascii_case("content-length") => {}
            Some(_) => message.set(&name, value),
            None => message.add(&name, value),
        }
        assert!(!masked || message.value(&name).is_some_and(|value| !value.contains('<')), "{name} of nobody");
    }
    message
}

fn checked(traffic: &Traffic) -> Run {
    let capture =
        write_file(&packets(&interleaved(&[traffic.conversation(1)]), Carrier::ETHERNET), Carrier::ETHERNET.link, Format::ALL[0]);
    check(&capture, Format::ALL[0].ending(), &["-s", "specs"])
}

/// The request of an HTTP integration, at a function URL.
#[test]
fn what_api_gateway_sends_to_an_integration_meets_the_spec() {
    let Some(content) = observed("test_apigateway_http.snapshot.json", "test_http_integration_with_lambda[HTTP]") else { return };
    let seen = &content["http-invocation-lambda-url"]["content"];
    assert_eq!(seen["headers"]["x-forwarded-for"], seen["origin"], "one address: the caller's");
    for number in 0..3 {
        let site = Site::numbered(number);
        let mut traffic = site.traffic(Hop::HttpViaAlb);
        let egress = site.egress.to_string();
        let fill = [("<rest_api_id:1>", site.api_id.as_str()), ("<domain:1>", &site.alb_host), ("<origin:1>", &egress)];
        traffic.request = traffic.request.with_body(seen["data"].to_string());
        traffic.request = as_observed(traffic.request, &seen["headers"], &fill);
        assert_met(
            Hop::HttpViaAlb,
            &traffic,
            &["X-Forwarded-For", "Host", "x-amzn-apigateway-api-id", "User-Agent", "Accept", "Forwarded", "Via"],
        );
    }
}

/// The same at a web site, which hides what its load balancer adds.
#[test]
fn what_api_gateway_sends_to_a_web_site_meets_the_spec() {
    let test = "test_apigateway_header_remapping_http[HTTP]";
    let Some(content) = observed("test_apigateway_integrations.snapshot.json", test) else { return };
    let site = Site::numbered(1);
    let mut traffic = site.traffic(Hop::HttpViaAlb);
    let hidden: Vec<_> = traffic.request.fields.iter().filter(|(name, _)| name.starts_with("X-Forwarded-")).cloned().collect();
    let mut headers = content["no-param-integration"]["headers"].clone();
    for (name, value) in hidden {
        headers[name] = value.into();
    }
    let fill = [("<apigw-id:1>", site.api_id.as_str()), ("<host:1>", &site.alb_host)];
    traffic.request = as_observed(traffic.request.with_body(*b""), &headers, &fill);
    let names = ["Host", "X-Amzn-Trace-Id", "x-amzn-apigateway-api-id", "User-Agent", "Accept", "Forwarded", "Via"];
    assert_met(Hop::HttpViaAlb, &traffic, &names);
}

/// Asserts that this hop takes it, that its counterpart does not, and that these fields are as the spec says.
#[track_caller]
fn assert_met(hop: Hop, traffic: &Traffic, names: &[&str]) {
    let run = checked(traffic);
    let other = if hop == Hop::HttpViaAlb { Hop::HttpProxyViaAlb } else { Hop::HttpViaAlb };
    let taken = [hop, other].map(|hop| run.exchanges(hop.spec(), hop.name()));
    assert_eq!(taken, [1, 0], "{:#?}\n{}", traffic.request, run.stdout);
    let report = run.report();
    let specs = report["specs"].as_array().unwrap();
    let file = format!("{}.yaml", hop.spec());
    let spec = specs.iter().find(|spec| spec["file"].as_str().unwrap().ends_with(&file)).unwrap();
    let expectations = spec["hops"][0]["expectations"].as_array().unwrap();
    for name in names {
        let subject = format!("request.header.{name}");
        let own: Vec<_> = expectations.iter().filter(|e| e["subject"] == subject.as_str()).map(|e| &e["verdict"]).collect();
        assert!(!own.is_empty() && own.iter().all(|verdict| **verdict == "met"), "{subject}: {own:?}\n{:#?}", traffic.request);
    }
}

/// With HTTP proxy integration the client's fields arrive: another hop.
#[test]
fn what_a_proxy_integration_sends_meets_its_own_spec() {
    let test = "test_http_integration_with_lambda[HTTP_PROXY]";
    let Some(content) = observed("test_apigateway_http.snapshot.json", test) else { return };
    let seen = &content["http-invocation-lambda-url"]["content"];
    assert_ne!(seen["headers"]["x-forwarded-for"], seen["origin"], "not the caller's address alone");
    for number in 0..3 {
        let site = Site::numbered(number);
        let mut traffic = site.traffic(Hop::HttpProxyViaAlb);
        let both = format!("{}, {}", site.client.ip(), site.egress);
        let fill = [("<rest_api_id:1>", site.api_id.as_str()), ("<domain:1>", &site.alb_host), ("<x-forwarded-for:1>", &both)];
        traffic.request = traffic.request.with_body(seen["data"].to_string());
        traffic.request = as_observed(traffic.request, &seen["headers"], &fill);
        assert_eq!(traffic.request.value("User-Agent"), Some("test/integration"), "the client's own");
        let names = ["X-Forwarded-For", "Host", "x-amzn-apigateway-api-id", "User-Agent", "Via"];
        assert_met(Hop::HttpProxyViaAlb, &traffic, &names);
    }
}

/// The same at a web site, which hides what its load balancer adds. The client sent a Via, which is not there.
#[test]
fn what_a_proxy_integration_sends_to_a_web_site_meets_its_own_spec() {
    let test = "test_apigateway_header_remapping_http[HTTP_PROXY]";
    let Some(content) = observed("test_apigateway_integrations.snapshot.json", test) else { return };
    let site = Site::numbered(1);
    let mut traffic = site.traffic(Hop::HttpProxyViaAlb);
    let mut headers = content["no-param-integration"]["headers"].clone();
    let hidden = |(name, _): &&(String, String)| name.starts_with("X-Forwarded-");
    for (name, value) in traffic.request.fields.iter().filter(hidden) {
        headers[name] = value.as_str().into();
    }
    headers["Date"] = "Wed, 11 Dec 2024 15:29:02 GMT".into();
    let fill = [("<apigw-id:1>", site.api_id.as_str()), ("<host:1>", &site.alb_host)];
    traffic.request = as_observed(traffic.request.with_body(*b""), &headers, &fill);
    assert_met(Hop::HttpProxyViaAlb, &traffic, &["Host", "X-Amzn-Trace-Id", "x-amzn-apigateway-api-id", "User-Agent", "Via"]);
}

/// The header section of API Gateway's responses, where no proxy integration fills it.
#[test]
fn what_api_gateway_answers_meets_the_spec() {
    let integrations = "test_apigateway_integrations.snapshot.json";
    for (file, test, part) in [
        (integrations, "test_apigateway_header_remapping_aws[AWS]", "no-param-integration/response-headers"),
        (integrations, "test_apigateway_header_remapping_http[HTTP]", "no-param-integration/response-headers"),
        ("test_apigateway_http.snapshot.json", "test_http_integration_with_lambda[HTTP]", "http-invocation-lambda-url/headers"),
    ] {
        let Some(content) = observed(file, test) else { return };
        let headers = content.pointer(&format!("/{part}")).unwrap();
        let mut traffic = Site::numbered(1).traffic(Hop::Lambda);
        traffic.response = as_observed(traffic.response, headers, &[]);
        let run = checked(&traffic);
        assert_eq!(run.exchanges(Hop::Lambda.spec(), Hop::Lambda.name()), 1, "{test}: {}", run.stdout);
        let report = run.report();
        let found: Vec<_> = report["findings"].as_array().unwrap().iter().map(|f| (&f["severity"], &f["subject"])).collect();
        // Observed both ways: a warning says no more.
        let closes = traffic.response.value("Connection") == Some("close");
        let expected = closes.then(|| (Value::from("warning"), Value::from("response.header.Connection")));
        let expected: Vec<_> = expected.iter().map(|(severity, subject)| (severity, subject)).collect();
        assert_eq!(found, expected, "{test}: {:#?}", traffic.response);
    }
}

/// Fills placeholders in the texts of JSON; `whole` gives what stands for a text that is nothing but a placeholder.
fn filled(json: &Value, whole: &dyn Fn(&str) -> Option<Value>) -> Value {
    match json {
        Value::String(text) if text.starts_with('<') => whole(text).unwrap_or_else(|| json.clone()),
        Value::Array(members) => members.iter().map(|member| filled(member, whole)).collect(),
        Value::Object(members) => {
            members.iter().map(|(name, member)| (name.clone(), filled(member, whole))).collect::<serde_json::Map<_, _>>().into()
        }
        other => other.clone(),
    }
}

/// The events of an edge-optimised API, as functions received them. Ids, times and addresses are masked, so they come from a
/// site; which members there are, their form, and how paths, names and queries relate is AWS's own.
#[test]
fn what_functions_receive_meets_the_spec_of_proxy_integration() {
    let file = "test_apigateway_lambda.snapshot.json";
    let Some(many) = observed(file, "test_lambda_aws_proxy_integration") else { return };
    let Some(mapped) = observed(file, "test_lambda_aws_proxy_integration_request_data_mapping") else { return };
    let mut events: Vec<(String, Value)> = many.as_object().unwrap().clone().into_iter().collect();
    events.push(("data mapping".to_owned(), mapped["http-proxy-invocation-data-mapping"]["content"].clone()));
    events.retain(|(_, event)| event.get("requestContext").is_some());
    assert!(events.len() > 10, "{events:#?}");
    let site = Site { api: Api::EdgeOptimised, traced: false, ..Site::numbered(4) };
    for (name, seen) in events {
        let mut traffic = site.traffic(Hop::LambdaProxy);
        let ours: Value = serde_json::from_slice(&traffic.response.body).unwrap();
        let of = |pointer: &str| ours.pointer(pointer).cloned();
        let whole = |placeholder: &str| match placeholder.trim_matches(['<', '>']).split(':').next().unwrap_or_default() {
            "host" => of("/requestContext/domainName"),
            "api-id" | "rest_api_id" => of("/requestContext/apiId"),
            "uuid" => of("/requestContext/requestId"),
            "extended-request-id" => of("/requestContext/extendedRequestId"),
            "resource-id" => of("/requestContext/resourceId"),
            "deployment-id" => of("/requestContext/deploymentId"),
            "request-time" => of("/requestContext/requestTime"),
            "request-time-epoch" => of("/requestContext/requestTimeEpoch"),
            "source-ip" => of("/requestContext/identity/sourceIp"),
            "trace-id" => of("/headers/X-Amzn-Trace-Id"),
            "via" => of("/headers/Via"),
            "cf-id" => of("/headers/X-Amz-Cf-Id"),
            "cloudfront-asn" => Some("64496".into()),
            "cloudfront-country" => Some("BR".into()),
            forwarded if forwarded.starts_with("X-Forwarded-") => of(&format!("/headers/{forwarded}")),
            _ => None,
        };
        let mut event = filled(&seen, &whole);
        // Of these the snapshot masks the whole list.
        for name in ["X-Forwarded-For", "X-Forwarded-Port", "X-Forwarded-Proto"] {
            let value = event["headers"][name].clone();
            event["multiValueHeaders"][name] = vec![value].into();
        }
        assert!(!event.to_string().contains('<'), "{name}: {event:#}");
        traffic.response.set_body(event.to_string());
        let run = checked(&traffic);
        assert_eq!(run.exchanges(Hop::LambdaProxy.spec(), Hop::LambdaProxy.name()), 1, "{name}: {event:#}\n{}", run.stdout);
        assert_eq!(run.exchanges(Hop::Lambda.spec(), Hop::Lambda.name()), 0, "{name}: {}", run.stdout);
        let report = run.report();
        assert_eq!(report["findings"].as_array().map(Vec::len), Some(0), "{name}: {event:#}\n{:#}", report["findings"]);
    }
}

/// The same with the placeholders as they stand: what they mask is inconclusive, and nothing is violated.
#[test]
fn what_the_snapshots_of_events_mask_is_inconclusive() {
    let Some(content) = observed("test_apigateway_lambda.snapshot.json", "test_lambda_aws_proxy_integration") else { return };
    let mut event = content["invocation-payload-with-params-encoding-multi"].clone();
    for name in ["X-Forwarded-For", "X-Forwarded-Port", "X-Forwarded-Proto"] {
        let value = event["headers"][name].clone();
        event["multiValueHeaders"][name] = vec![value].into();
    }
    let head = "HTTP/1.1 200 OK\nDate: <date:1>\nContent-Type: application/json\nConnection: keep-alive\n\
        x-amzn-RequestId: <uuid:1>\nx-amz-apigw-id: <extended-request-id:1>\nX-Amzn-Trace-Id: <trace-id:1>;Sampled=0\n\
        X-Cache: Miss from cloudfront\nVia: <via:1>\nX-Amz-Cf-Pop: <pop:1>\nX-Amz-Cf-Id: <cf-id:1>\n";
    let text = format!("{head}\n{event:#}\n");
    let run = check(text.as_bytes(), "txt", &["-s", "specs"]);
    assert_eq!(run.code, 0, "{}", run.stdout);
    assert_eq!(run.exchanges(Hop::LambdaProxy.spec(), Hop::LambdaProxy.name()), 1, "{}", run.stdout);
    let report = run.report();
    let findings = report["findings"].as_array().unwrap();
    assert!(!findings.is_empty() && findings.iter().all(|f| f["rule"] == "evidence-inconclusive"), "{findings:#?}");
}

/// The header sections that functions of an edge-optimised API gave.
#[test]
fn what_api_gateway_answers_for_functions_meets_the_spec_of_proxy_integration() {
    let file = "test_apigateway_lambda.snapshot.json";
    let Some(content) = observed(file, "test_aws_proxy_response_payload_format_validation") else { return };
    let with_headers = content.as_object().unwrap().iter().filter_map(|(name, seen)| Some((name, seen.get("headers")?)));
    let site = Site { api: Api::EdgeOptimised, ..Site::numbered(4) };
    let mut all = 0;
    for (name, headers) in with_headers {
        let mut traffic = site.traffic(Hop::LambdaProxy);
        let mut headers = headers.clone();
        // What the functions made up is theirs.
        headers
            .as_object_mut()
            .unwrap()
            .retain(|name, _| !name.to_ascii_lowercase().starts_with("test") && name != "header-bool");
        traffic.response = as_observed(traffic.response, &headers, &[]);
        let run = checked(&traffic);
        assert_eq!(run.exchanges(Hop::LambdaProxy.spec(), Hop::LambdaProxy.name()), 1, "{name}: {}", run.stdout);
        assert_eq!(run.report()["findings"].as_array().map(Vec::len), Some(0), "{name}: {}", run.stdout);
        all += 1;
    }
    assert!(all >= 5, "{all}");
}

/// The fields of an event of a regional API: the client sent a Via, which is passed.
#[test]
fn fields_that_functions_receive_meet_the_spec_of_proxy_integration() {
    let test = "test_apigateway_header_remapping_aws[AWS_PROXY]";
    let Some(content) = observed("test_apigateway_integrations.snapshot.json", test) else { return };
    let site = Site { api: Api::Regional, traced: false, ..Site::numbered(3) };
    let mut traffic = site.traffic(Hop::LambdaProxy);
    let mut ours: Value = serde_json::from_slice(&traffic.response.body).unwrap();
    let mut headers = content["no-param-integration"]["headers"].clone();
    for (name, value) in headers.as_object_mut().unwrap() {
        if value.as_str().is_some_and(|value| value.starts_with('<')) {
            *value = ours["headers"].get(name).cloned().unwrap_or_else(|| "1.1 proxy".into());
        }
    }
    let many = headers.as_object().unwrap().iter().map(|(name, value)| (name.clone(), Value::from(vec![value.clone()])));
    ours["multiValueHeaders"] = many.collect::<serde_json::Map<_, _>>().into();
    ours["requestContext"]["identity"]["userAgent"] = headers["User-Agent"].clone();
    ours["headers"] = headers;
    traffic.response.set_body(ours.to_string());
    traffic.response = as_observed(traffic.response, &content["no-param-integration"]["response-headers"], &[]);
    let run = checked(&traffic);
    assert_eq!(run.exchanges(Hop::LambdaProxy.spec(), Hop::LambdaProxy.name()), 1, "{}", run.stdout);
    assert!(run.errors().is_empty(), "{}", run.stdout);
}
