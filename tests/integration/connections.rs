//! What connections say before their messages, and connections that say nothing, with the real program.

use serde_json::{Value, json};

use crate::kit::{Carrier, Closing, Conversation, Format, Link, interleaved, packets, root, write_file};
use crate::program::{Program, Run};

const GET: &str = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(root().join("tests/fixtures/captures/proxies").join(name)).unwrap()
}

fn between(client: u16, server: u16) -> Conversation {
    let end = |host: u8, port: u16| format!("10.0.0.{host}:{port}").parse().unwrap();
    Conversation::new(end(1, client), end(2, server))
}

fn capture(conversations: &[Conversation]) -> Vec<u8> {
    let packets = packets(&interleaved(conversations), Carrier::ETHERNET);
    write_file(&packets, Link::Ethernet, Format::Pcap { big_endian: false, nanoseconds: false })
}

/// A check of a capture: `hop exchanges verdict`, then `rule subject: expected, actual`.
fn judged(spec: &str, capture: &[u8]) -> (i32, Vec<String>) {
    let program = Program::new().file("s.yaml", spec).file("t.pcap", capture);
    let run = program.run(&["check", "--format", "json", "-s", "s.yaml", "t.pcap"]);
    let report: Value = serde_json::from_str(&run.stdout).unwrap_or_else(|_| panic!("{}", run.stderr));
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let hops = report["specs"][0]["hops"].as_array().unwrap().iter();
    let mut lines: Vec<String> =
        hops.map(|hop| format!("{} {} {}", text(&hop["hop"]), hop["exchanges"], text(&hop["verdict"]))).collect();
    lines.extend(report["findings"].as_array().unwrap().iter().map(|finding| {
        let [rule, subject, expected, actual] = ["rule", "subject", "expected", "actual"].map(|key| text(&finding[key]));
        format!("{rule} {subject}: {expected}, {actual}")
    }));
    (run.code, lines)
}

/// The `proxy` of each message that is a request, with its end.
fn shown(name: &str) -> Vec<(String, Value)> {
    let program = Program::new().file("t.pcap", fixture(name));
    let Run { stdout, .. } = program.run(&["show", "--format", "jsonl", "t.pcap"]);
    let messages = stdout.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let requests = messages.filter(|message| message["kind"] == "request" && message.get("proxy").is_some());
    requests.map(|message| (message["src"].as_str().unwrap().to_owned(), message["proxy"].clone())).collect()
}

#[test]
fn headers_of_real_proxies_are_shown() {
    // As the recorder at the target wrote down, `proxies/recorded`.
    let v1 = shown("haproxy-send-proxy-v1.pcap");
    let ends: Vec<_> = v1.iter().map(|(src, proxy)| (src.as_str(), proxy["src"].as_str().unwrap())).collect();
    assert_eq!(
        ends,
        [(54450, 55626), (54466, 55630), (54476, 55638), (54484, 55640), (54498, 55644)]
            .map(|(wire, client)| (format!("127.0.0.1:{wire}"), format!("127.0.0.1:{client}")))
            .each_ref()
            .map(|(wire, client)| (wire.as_str(), client.as_str()))
    );
    assert!(v1.iter().all(|(_, proxy)| proxy["version"] == 1 && proxy["family"] == "TCP4" && proxy.get("tlv").is_none()));
    let v2 = shown("haproxy-send-proxy-v2.pcap");
    let (local, proxied): (Vec<_>, Vec<_>) =
        v2.into_iter().map(|(_, proxy)| proxy).partition(|proxy| proxy["command"] == "LOCAL");
    assert_eq!((local.len(), proxied.len()), (4, 5));
    assert!(local.iter().all(|proxy| proxy.get("src").is_none() && proxy["tlv"] == json!([["crc32c", "valid"]])));
    for (at, proxy) in proxied.iter().enumerate() {
        assert_eq!(proxy["tlv"], json!([["crc32c", "valid"], ["unique_id", format!("req-{at}")]]));
    }
    let hitch = shown("hitch-tls-proxyv2-varnish.pcap");
    assert_eq!(hitch.len(), 1);
    let tlvs = "alpn=http/1.1 authority=app.example.com ssl.client=ssl ssl.verify=1 ssl.version=TLSv1.3 \
                ssl.cipher=TLS_AES_256_GCM_SHA384";
    let told = hitch[0].1["tlv"].as_array().unwrap().iter();
    let told: Vec<_> = told.map(|tlv| format!("{}={}", tlv[0].as_str().unwrap(), tlv[1].as_str().unwrap())).collect();
    assert_eq!(told.join(" "), tlvs);
    let program = Program::new().file("t.pcap", fixture("hitch-tls-proxyv2-varnish.pcap"));
    let run = program.run(&["show", "t.pcap"]).code(0);
    let line = "# PROXY protocol 2: TCP4, 127.0.0.1:51264 → 127.0.0.1:18031, alpn=http/1.1, authority=app.example.com, ";
    assert_eq!(run.stdout.matches(line).count(), 1, "{}", run.stdout);
}

#[test]
fn specs_say_what_a_header_must_say() {
    let met = "\
params: { seen: { default: '${client.ip}' } }
hops:
  front:
    select: { dst: { port: 18006 }, request: { path: { prefix: / } } }
    proxy: none
    request: { method: { one_of: [GET, POST] } }
  back:
    select: { proxy: { version: 1, src: { ip: 127.0.0.1 } }, client: { ip: { cidr: 127.0.0.0/8 } } }
    client: { ip: '${seen}', port: { is: port } }
    proxy:
      version: 1
      command: PROXY
      family: TCP4
      src: { ip: '${src.ip}', port: { bind: port, is: port } }
      dst: 127.0.0.1:18006
      absent: [tlv.vpce_id, tlv.ssl.cn]
      tlv: { authority: { optional: true, is: host } }
    checks:
      - { id: client, that: client.port == proxy.src.port && client != src && proxy.version == 1 }
      - { id: text, that: 'client.ip + \":\" + string(proxy.src.port) == client' }
";
    let (code, lines) = judged(met, &fixture("haproxy-send-proxy-v1.pcap"));
    assert_eq!((code, lines), (0, vec!["front 5 met".to_owned(), "back 5 met".to_owned()]));
    let violated = "\
hops:
  back:
    select: { dst: { port: 19006 } }
    proxy: { version: 2, tlv: { vpce_id: vpce-1, '0xE5': mine }, absent: [src] }
    client: { port: 1 }
  none:
    select: { dst: { port: 19006 } }
    proxy: none
  bare:
    select: { dst: { port: 18006 }, request: { path: / } }
    proxy: { present: true }
";
    let (code, lines) = judged(violated, &fixture("haproxy-send-proxy-v1.pcap"));
    assert_eq!(
        (code, lines.join("\n").as_str()),
        (
            1,
            "back 5 violated\nnone 5 violated\nbare 1 violated\nconnection-mismatch proxy.version: `2`, 1\n\
             connection-mismatch proxy.tlv.vpce_id: `vpce-1`, -\nconnection-mismatch proxy.tlv.0xE5: `mine`, -\n\
             connection-mismatch proxy.src: no such part, 127.0.0.1:55626\nconnection-mismatch client.port: `1`, 55626\n\
             connection-mismatch proxy: no such part, version 1\nconnection-mismatch proxy: any value, -"
        )
    );
}

#[test]
fn values_of_version_2_are_expected() {
    let spec = |crc: &str, verify: &str| {
        format!(
            "hops:\n  checks:\n    select: {{ dst: {{ port: 19007 }}, proxy: {{ command: LOCAL }} }}\n    proxy: {{ tlv: {{ crc32c: {crc} }} }}\n    client: {{ port: '${{src.port}}' }}\n  requests:\n    select: {{ dst: {{ port: 19007 }}, proxy: {{ command: PROXY }}, request: {{ path: {{ prefix: / }} }} }}\n    proxy: {{ tlv: {{ crc32c: {verify}, unique_id: {{ prefix: req- }} }} }}\n    checks: [{{ id: id, that: 'proxy.tlv.unique_id.startsWith(\"req-\") && client.port != src.port' }}]\n"
        )
    };
    let (code, lines) = judged(&spec("valid", "valid"), &fixture("haproxy-send-proxy-v2.pcap"));
    assert_eq!((code, lines.join(", ").as_str()), (0, "checks 5 met, requests 5 met"));
    let (code, lines) = judged(&spec("valid", "wrong"), &fixture("haproxy-send-proxy-v2.pcap"));
    assert_eq!((code, lines[2].as_str()), (1, "connection-mismatch proxy.tlv.crc32c: `wrong`, valid"));
}

#[test]
fn what_is_not_known_of_a_connection_is_inconclusive() {
    let spec = "hops:\n  h:\n    proxy: none\n    client: { ip: 10.0.0.1 }\n";
    let whole = between(40_000, 80).says(GET).answers(OK);
    assert_eq!(judged(spec, &capture(std::slice::from_ref(&whole))), (0, vec!["h 1 met".to_owned()]));
    let (code, lines) = judged(spec, &capture(&[Conversation { handshake: false, ..whole }]));
    assert_eq!(code, 3);
    assert_eq!(lines.len(), 3, "{lines:?}");
    assert!(lines[1..].iter().all(|line| line.starts_with("evidence-inconclusive ")), "{lines:?}");
    let program = Program::new().file("s.yaml", spec).file("t.txt", "GET / HTTP/1.1\nHost: a\n\n");
    let run = program.run(&["check", "-v", "-s", "s.yaml", "t.txt"]).code(3);
    assert!(run.stdout.contains("a text shows no connection"), "{}", run.stdout);
    // A wrong checksum or a broken value takes away only what stands behind it.
    let header =
        [b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x10".as_slice(), &[10, 9, 8, 7, 10, 0, 0, 2, 1, 1, 0, 80], &[2, 0, 9, b'x']].concat();
    let broken = capture(&[between(40_000, 80).says([&header, GET.as_bytes()].concat()).answers(OK)]);
    let spec = "hops:\n  h:\n    proxy: { src: { ip: 10.9.8.7 }, tlv: { vpce_id: vpce-1 } }\n";
    let (code, lines) = judged(spec, &broken);
    assert_eq!((code, lines[1].as_str()), (0, "evidence-inconclusive proxy.tlv.vpce_id: `vpce-1`, -"));
}

#[test]
fn connections_that_only_connect_are_counted() {
    let health = |port: u16, closing: Closing| Conversation { closing, ..between(port, 8000) };
    let proxied = between(40_003, 8000).says("PROXY UNKNOWN\r\n");
    let captured = capture(&[
        health(40_000, Closing::Reset),
        health(40_001, Closing::Fin),
        // Its end is not in the capture: bytes may follow.
        health(40_002, Closing::Open),
        proxied,
        between(40_004, 8000).says(GET).answers(OK),
        Conversation { closing: Closing::Fin, ..between(40_005, 9000) },
    ]);
    let spec = |count: &str| {
        format!(
            "hops:\n  probes:\n    select: {{ connection: empty, dst: {{ port: 8000 }} }}\n    count: {count}\n  requests:\n    select: {{ dst: {{ port: 8000 }} }}\n    request: {{ method: GET }}\n"
        )
    };
    assert_eq!(judged(&spec("3"), &captured), (0, vec!["probes 3 met".to_owned(), "requests 1 met".to_owned()]));
    let (code, lines) = judged(&spec("0"), &captured);
    assert_eq!((code, lines[2].as_str()), (1, "hop-count hop: 0, 3"));
    let program = Program::new().file("s.yaml", spec("{ at_least: 1 }")).file("t.pcap", &captured);
    let run = program.run(&["check", "-s", "s.yaml", "t.pcap"]).code(0);
    assert!(run.stdout.contains("probes     3 empty connections, 1 expectation\n"), "{}", run.stdout);
    assert!(run.stdout.contains("5 flows on :8000, :9000 carry no bytes\n"), "{}", run.stdout);
    for (spec, message) in [
        ("hops: { p: { select: { connection: empty } } }\n", "does not say how many connections it expects"),
        (
            "hops: { p: { select: { connection: empty }, count: 1, request: { method: GET } } }\n",
            "is of connections without a message",
        ),
        ("hops: { p: { select: { connection: idle }, count: 1 } }\n", "unknown kind of connection `idle`"),
        ("hops: { p: { proxy: v2 } }\n", "`proxy` has parts, and here stands a text"),
        ("hops: { p: { proxy: { vesion: 2 } } }\n", "unknown key `vesion` in `proxy`"),
        ("hops: { p: { proxy: { absent: [tlv.foo] } } }\n", "`proxy` has no `tlv.foo`"),
        ("hops: { p: { request: { headers: { A: '${proxy.source}' } } } }\n", "`proxy` has no `source`"),
        ("hops: { p: { checks: [{ id: a, that: client.port == \"1\" }] } }\n", "`client.port` is a number"),
    ] {
        let run = Program::new().file("s.yaml", spec).run(&["lint", "-s", "s.yaml"]);
        assert!(
            run.code == 2 && run.stdout.clone().contains(message) || run.stderr.contains(message),
            "{spec}{}{}",
            run.stdout,
            run.stderr
        );
    }
}

#[test]
fn what_goes_on_behind_messages_is_counted() {
    let upgrade = "GET /chat HTTP/1.1\r\nUpgrade: websocket\r\n\r\n";
    let switching = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n";
    let (connect, ok) = ("CONNECT a:443 HTTP/1.1\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n");
    let captured = capture(&[
        between(40_000, 80).says(upgrade).answers(switching).says(*b"\x81\x02hi").answers([7; 3000]),
        between(40_001, 3128).says(connect).answers(ok).says(*b"\x16\x03\x01\0\x01\x01").answers(*b"\x16\x03\x03\0\0"),
    ]);
    let spec =
        "hops:\n  h:\n    request: { method: { one_of: [GET, CONNECT] } }\n    response: { status: { one_of: [101, 200] } }\n";
    let program = Program::new().file("s.yaml", spec).file("t.pcap", captured);
    let run = program.run(&["check", "-s", "s.yaml", "t.pcap"]).code(0);
    for line in [
        "1 flow on :80 goes on with WebSocket behind its handshake: 4 bytes from clients, 3000 from servers, which are not decoded\n",
        "1 flow on :3128 is TLS in a CONNECT tunnel: 6 bytes from clients, 5 from servers, which are not decoded\n",
    ] {
        assert!(run.stdout.contains(line), "{}", run.stdout);
    }
    let run = program.run(&["check", "--format", "json", "-s", "s.yaml", "t.pcap"]).code(0);
    let report: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(
        report["captures"][0]["undecoded"][1],
        json!({"content": "WebSocket", "port": 80, "flows": 1, "sent": 4, "received": 3000})
    );
    assert!(report["captures"][0]["anomalies"].as_array().unwrap().is_empty());
}
