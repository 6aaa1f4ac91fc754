//! Any exchanges: the draft is met by what it was learned from.

use std::sync::Arc;

use proptest::prelude::*;

use super::driver::{holds, learned, with_text};
use crate::source::Input;

/// What no draft may hold.
const SECRET: &str = "S3CR3Tabcdef";

fn name() -> impl Strategy<Value = &'static str> {
    prop_oneof![
        3 => Just("Host"), 2 => Just("User-Agent"), 1 => Just("user-agent"), 2 => Just("Accept"), 1 => Just("ETag"),
        1 => Just("X-Forwarded-For"), 1 => Just("Via"), 1 => Just("X-Amzn-Trace-Id"), 1 => Just("Content-Length"),
        1 => Just("Cookie"), 1 => Just("Authorization"), 1 => Just("X-Session-Id"), 1 => Just("Location"), 1 => Just("X'a|b~"),
        1 => Just("null"), 1 => Just("true"), 1 => Just("X-Odd"), 1 => Just("X-Request-Id"), 1 => Just("0x1F"), 1 => Just("a*b"),
        1 => Just("X-Forwarded-Proto"), 1 => Just("If-None-Match"), 1 => Just("~"), 1 => Just("-"),
    ]
}

fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => prop::sample::select(vec![
            "*/*", "\"abc\"", "W/\"1\"", "yes", "null", "1.10", "0x1F", "${x}", "$${x}", "a: b", "a #b", "# c", "", "- x", "'",
            "{a}", "[a, b]", "a.example", "b.example", "a.example:8000", "10.0.0.1", "10.0.0.2:80", "::1", "close", "12", "80",
            "b66fce5c-943e-46cd-b965-dc98eef6c8c1", "Sun, 14 Jun 2020 10:04:49 GMT", "1-5ee5f641-b7ceb780f01cd2f07af9b4d0",
            "Root=1-5ee5f641-b7ceb780f01cd2f07af9b4d0", "Root=1-5ee5f641-b7ceb780f01cd2f07af9b4d0;Sampled=1", "Root=xxx",
            "ELB-HealthChecker/2.0", "AmazonAPIGateway_a1b2c3d4e5", "AmazonAPIGateway_xxxxxxxxxx", "curl/8.0", "curl/xxx", "…",
            "<name>", "a<b>c", "https", "http", "text/html; charset=utf-8", "é", "日本", "|", ">", "&a", "!b", "%c", "@d", "`e`",
            "a, b", "10.0.0.1, 10.0.0.2", "true", "~", "?", "=", "a:", ":a", "a\u{202e}b", "no", "2020-06-14", "1_000", "=a",
        ]).prop_map(str::to_owned),
        1 => Just(format!("sid={SECRET}; theme=dark")),
        1 => Just(format!("Bearer {SECRET}")),
        1 => Just(format!("https://a.example/?token={SECRET}&b=c")),
        1 => "[ -~]{0,8}",
        1 => "[a-z]{300}",
    ]
}

fn target() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => prop::sample::select(vec!["/", "/health", "/a/b66fce5c-943e-46cd-b965-dc98eef6c8c1", "*", "/a?b=c", "/${x}", "/xxx"])
            .prop_map(str::to_owned),
        1 => Just(format!("/?token={SECRET}")),
        1 => "/[a-z%:#]{0,6}",
    ]
}

fn head(start: impl Strategy<Value = String>) -> impl Strategy<Value = String> {
    (start, prop::collection::vec((name(), value()), 0..5)).prop_map(|(start, fields)| {
        let hidden = |name: &str| ["Cookie", "Authorization", "X-Session-Id"].contains(&name);
        let fields =
            fields.into_iter().filter(|(name, value)| hidden(name) || !value.contains("sid=") && !value.contains("Bearer"));
        let lines: String = fields.map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        format!("{start}\r\n{lines}\r\n")
    })
}

fn request() -> impl Strategy<Value = String> {
    let method = prop::sample::select(vec!["GET", "POST", "OPTIONS", "PURGE"]);
    let version = prop::sample::select(vec!["HTTP/1.1", "HTTP/1.1", "HTTP/1.0"]);
    head((method, target(), version).prop_map(|(method, target, version)| format!("{method} {target} {version}")))
}

fn response() -> impl Strategy<Value = String> {
    let line =
        prop::sample::select(vec!["HTTP/1.1 200 OK", "HTTP/1.1 204 No Content", "HTTP/1.0 404 Not Found", "HTTP/1.1 304 "]);
    head(line.prop_map(str::to_owned))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn a_text_meets_what_was_learned_of_it(
        kinds in prop::collection::vec((request(), prop::option::of(response())), 1..5),
        order in prop::collection::vec(0..4_usize, 1..9),
    ) {
        let mut text = String::new();
        for at in order {
            let (request, response) = &kinds[at % kinds.len()];
            text.push_str(request);
            text.push_str(response.as_deref().unwrap_or_default());
        }
        // Not every text holds a message, and then there is nothing to learn.
        let as_file = with_text(&text, |input| {
            let request = crate::learn::LearnRequest { captures: vec![input.clone()], ..Default::default() };
            let learned = crate::learn::learn(&request).unwrap();
            if learned.spec.is_some() {
                holds(input, &learned);
            }
            learned.spec.unwrap_or_default()
        });
        prop_assert!(!as_file.contains(SECRET), "{}", as_file);
        // The same as it stands on the wire, without addresses.
        let bytes = Input::Bytes(Arc::from(text.as_bytes()));
        let learned = learned(&bytes);
        if let Some(spec) = &learned.spec {
            holds(&bytes, &learned);
            prop_assert!(!spec.contains(SECRET), "{}", spec);
        }
    }
}
