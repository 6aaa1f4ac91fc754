//! Real proxies: on both hops hopspec reads what the client sent and what the origin received, and nothing else.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::compare::{differs, requests, responses};
use super::heard::{Flow, Heard, hear};
use super::recording;
use super::truth::{Connection, Recorded, Told, last_packet, received, recorded};
use crate::corpus::shared;
use crate::kit::hopspec;
use crate::shipped::files;

/// The recordings in a folder, by name.
fn names(folder: &Path) -> Vec<String> {
    let captures = files(folder).into_iter().filter(|path| path.extension().is_some_and(|ending| ending == "pcap"));
    captures.map(|path| path.file_stem().unwrap().to_string_lossy().into_owned()).collect()
}

/// What the origin wrote down, as far as the capture goes: tcpdump was ended before it had written its buffer, so the last
/// health checks may be missing in it.
fn at_the_origin(folder: &Path, name: &str) -> Vec<Connection> {
    let last = last_packet(&folder.join(format!("{name}.pcap")));
    let truth = folder.join(format!("recorded/{name}.jsonl"));
    let truth = if truth.is_file() { recorded(&truth) } else { Vec::new() };
    let seen: Vec<Recorded> = truth.into_iter().filter(|request| request.time <= last).collect();
    Connection::all(&seen)
}

/// The hop proxy → origin.
fn behind_the_proxy(heard: &Heard, connections: &[Connection], wrong: &mut Vec<String>) {
    requests(heard, connections, wrong);
    responses(heard, connections, wrong);
    for port in connections.first().iter().map(|connection| connection.port) {
        let flows = heard.flows.iter().filter(|flow| flow.server.port() == port).count();
        if flows != connections.len() {
            wrong.push(format!("messages on {flows} connections, where the origin saw {}", connections.len()));
        }
    }
}

/// The hop client → proxy: five connections with one request each, in this order.
fn before_the_proxy(heard: &Heard, client: &Path, wrong: &mut Vec<String>) {
    let json = |path: &Path| -> Value { serde_json::from_slice(&fs::read(path).unwrap()).unwrap() };
    let (sent, seen) = (json(&recording("proxies/recorded/sent.json")), json(client));
    let (front, others): (Vec<&Flow>, Vec<&Flow>) = heard
        .flows
        .iter()
        .filter(|flow| (18_000..18_100).contains(&flow.server.port()))
        .partition(|flow| !flow.requests.is_empty());
    if front.len() != 5 {
        wrong.push(format!("{} of 5 requests of the client", front.len()));
    }
    // A connection that tried whether the proxy is there: haproxy answers even that.
    wrong.extend(others.iter().filter(|flow| flow.responses[0].lines[0] != "HTTP/1.1 400 Bad request").map(|f| format!("{f:?}")));
    for (flow, name) in front.iter().zip(["GET", "MIN", "POST", "POSTCL", "HTTP10"]) {
        let [request] = &flow.requests[..] else {
            wrong.push(format!("{name}: {:#?}", flow.requests));
            continue;
        };
        wrong.extend(differs(request, &Told::of(sent[name].as_str().unwrap()), true));
        let told = received(seen["client_sees"][name].as_str().unwrap());
        if flow.responses.len() != told.len() {
            wrong.push(format!("{name}: heard {:#?}\ntold {told:#?}", flow.responses));
        }
        wrong.extend(flow.responses.iter().zip(&told).filter_map(|(heard, told)| differs(heard, told, false)));
        let pair = (Some(request.clone()), flow.responses.last().cloned());
        if flow.exchanges != [pair] {
            wrong.push(format!("{name}: {:#?}", flow.exchanges));
        }
    }
}

/// Both hops of every proxy in a folder, and how many proxies these are.
fn both_hops(folder: &Path) -> usize {
    let mut all = Vec::new();
    let names = names(folder);
    for name in &names {
        let heard = hear(&folder.join(format!("{name}.pcap")));
        let mut wrong = Vec::new();
        behind_the_proxy(&heard, &at_the_origin(folder, name), &mut wrong);
        let client = folder.join(format!("recorded/{name}.client.json"));
        if client.is_file() {
            before_the_proxy(&heard, &client, &mut wrong);
        }
        if heard.anomalies() != odd(name) {
            wrong.push(format!("odd: {:?}", heard.anomalies()));
        }
        all.extend(wrong.into_iter().map(|wrong| format!("{name}: {wrong}")));
    }
    assert!(all.is_empty(), "{}", all.join("\n\n"));
    names.len()
}

/// What is odd about a recording, and why.
fn odd(name: &str) -> Vec<(&'static str, u64)> {
    match name {
        // The origin takes the empty line at the beginning of every PROXY header of version 2 for a request, and
        // answers it: a response too many, which haproxy's health checks do not wait for.
        "haproxy-send-proxy-v2" => vec![("response-without-request", 7)],
        // To a connection that was opened and closed haproxy answers 400.
        haproxy if haproxy.starts_with("haproxy") => vec![("response-without-request", 1)],
        // It forwards a chunked request without the end of its trailers and waits.
        "tinyproxy-reverse" => vec![("body-incomplete", 1)],
        _ => vec![],
    }
}

#[test]
fn both_hops_of_every_proxy_are_as_client_and_origin_say() {
    assert_eq!(both_hops(&recording("proxies")), 17);
}

/// More configurations of the same proxies.
#[test]
fn both_hops_of_every_shared_proxy_are_as_client_and_origin_say() {
    let Some(shared) = shared() else { return };
    assert_eq!(both_hops(&shared.join("captures/local/proxies")), 22);
}

#[test]
fn the_program_shows_what_the_origin_received() {
    let folder = recording("proxies");
    let mut seen = 0;
    for name in names(&folder) {
        let capture = folder.join(format!("{name}.pcap"));
        let run = hopspec(&["show", "--format", "jsonl", "--show-secrets", capture.to_str().unwrap()]);
        assert_eq!(run.code, 0, "{name}: {}", run.stderr);
        let shown: Vec<Value> = run.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        for connection in at_the_origin(&folder, &name) {
            let (src, port) = (connection.peer.to_string(), format!(":{}", connection.port));
            let own = shown.iter().filter(|m| m["src"] == src.as_str() && m["dst"].as_str().unwrap().ends_with(&port));
            let own: Vec<_> = own.map(|m| (m["line"].clone(), m["fields"].clone())).collect();
            let told = connection.requests().into_iter().map(|told| {
                let fields = told.fields().into_iter().map(|(name, value)| Value::from(vec![name, value])).collect();
                (Value::from(told.lines[0].clone()), Value::Array(fields))
            });
            let told: Vec<_> = told.collect();
            assert_eq!(own, told, "{name}");
            seen += told.len();
        }
    }
    assert!(seen > 100, "{seen} requests");
}

/// The requests by which proxies ask whether the origin is there, down to the last byte, and how often they do.
#[test]
fn health_checks_are_seen_as_the_origin_saw_them() {
    for (name, check, times) in [
        ("apache-hcheck", "GET /healthz HTTP/1.1\r\nHost: 127.0.0.10:19011", 6),
        (
            "caddy",
            "GET /healthz HTTP/1.1\r\nHost: 127.0.0.10:19014\r\nUser-Agent: Go-http-client/1.1\r\nAccept-Encoding: gzip",
            4,
        ),
        ("envoy", "GET /healthz HTTP/1.1\r\nhost: c\r\nuser-agent: Envoy/HC", 5),
        ("haproxy-send-proxy-v2", "GET /hc HTTP/1.0", 4),
        ("haproxy-typical", "OPTIONS / HTTP/1.0", 5),
        (
            "traefik",
            "GET /healthz HTTP/1.1\r\nHost: 127.0.0.10:19015\r\nUser-Agent: Go-http-client/1.1\r\nAccept-Encoding: gzip",
            3,
        ),
        ("varnish", "GET /healthz HTTP/1.1\r\nHost: 127.0.0.10\r\nConnection: close", 5),
    ] {
        let heard = hear(&recording(&format!("proxies/{name}.pcap")));
        let check: Vec<_> = check.split("\r\n").collect();
        let requests = heard.flows.iter().flat_map(|flow| &flow.requests);
        assert_eq!(requests.filter(|request| request.lines == check).count(), times, "{name}");
    }
}

/// What hopspec does not decode yet is counted: TLS. Headers of the PROXY protocol are passed over, both versions, so that
/// the requests behind them are read; the addresses in them are not told yet.
#[test]
fn what_is_not_decoded_is_counted() {
    for (capture, tls) in [("proxies/hitch-tls-proxyv2-varnish.pcap", 18_031), ("tls/tls13-h1.pcap", 18_443)] {
        let heard = hear(&recording(capture));
        assert_eq!(heard.undecoded(), [("TLS", tls, 1)], "{capture}");
        assert_eq!(heard.anomalies(), [], "{capture}");
    }
    let (heard, mut wrong) = (hear(&recording("tls/tls13-h1.pcap")), Vec::new());
    let connections = Connection::all(&recorded(&recording("tls/tls13-h1.jsonl")));
    requests(&heard, &connections, &mut wrong);
    responses(&heard, &connections, &mut wrong);
    assert!(wrong.is_empty() && heard.flows.len() == 1, "{}", wrong.join("\n"));
    for name in ["haproxy-send-proxy-v1", "haproxy-send-proxy-v2"] {
        let raw = &at_the_origin(&recording("proxies"), name)[0].raw;
        assert!(raw[0].starts_with("PROXY ") || raw[1].starts_with("\0\r\nQUIT\n"), "no PROXY header in {raw:?}");
    }
}
