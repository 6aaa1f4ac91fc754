//! Where the answer is an echo, the request as it arrived at the far end is judged, too.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::probe;
use super::server::Server;

const BOTH: &str = r#"
hops:
  client:
    select: { request: { headers: { User-Agent: { prefix: hopspec/ } } } }
    response: { status: 200 }
  origin:
    follows: client
    select: { request: { headers: { X-Hop: gateway } } }
    request:
      path: { preserved: true }
      headers:
        X-Forwarded-For: ${hop("client").src.ip}
        Host: origin.example
"#;

/// A gateway and an origin that echoes, in one: it answers with what the gateway would have sent on.
fn gateway(forwarded: bool) -> Server {
    Server::new(move |_, request, [client, server]| {
        let text = String::from_utf8_lossy(request).into_owned();
        let line = text.lines().next().unwrap();
        let forwarded = if forwarded { format!("X-Forwarded-For: {}\r\n", client.ip()) } else { String::new() };
        let head = format!("{line}\r\nHost: origin.example\r\nX-Hop: gateway\r\n{forwarded}\r\n");
        let echo = format!(
            r#"{{"format": "hopspec-echo/1", "time": "2026-11-29T12:00:00Z", "src": "10.9.0.1:{}", "dst": "10.9.0.2:{}",
            "head_base64": "{}", "body_base64": "", "body_complete": true}}"#,
            client.port(),
            server.port(),
            STANDARD.encode(head)
        );
        format!("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{echo}", echo.len()).into_bytes()
    })
}

#[test]
fn both_hops_are_judged_from_one_place() {
    let right = gateway(true);
    let run = probe(BOTH, &[&right.url("/a"), "-n", "2"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stdout.contains("s › origin   2 exchanges"), "{}", run.stdout);
    assert!(!run.stdout.contains("inconclusive"), "{}", run.stdout);
    let wrong = gateway(false);
    let run = probe(BOTH, &[&wrong.url("/a")]);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(run.stdout.contains("error[field-missing]: `X-Forwarded-For`"), "{}", run.stdout);
    assert!(run.stdout.contains("10.9.0.1:"), "the far end's addresses are told: {}", run.stdout);
}
