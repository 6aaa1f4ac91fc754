//! The specs of local gateways (`specs/proxies`) with traffic of other configurations than those that were recorded: what is right
//! is not accused, and what is wrong is noticed. Made in memory, with addresses that differ.

use crate::kit::{Carrier, Conversation, Format, Message, hopspec, interleaved, packets, write_file};

const TRACE: &str = "Root=1-5ee58a8f-ddc1e7f02f0142206947f2a0";
const CLIENT: &str = "192.0.2.9:40000";
const FRONT: &str = "10.0.0.5:80";
const PROXY: &str = "10.0.0.5:50000";
const ORIGIN: &str = "10.0.1.7:8000";

/// A message of lines; a request has a trace id, by which both hops are known to be of it.
fn message(lines: &[&str]) -> Message {
    let (start, fields) = lines.split_first().expect("a start line");
    let mut message = Message::new(*start);
    for (name, value) in fields.iter().filter_map(|field| field.split_once(": ")) {
        message.add(name, value);
    }
    message
}

/// What a spec says of a request that came from the client and left for the origin, and the response the other way: the exit code,
/// and what was printed.
fn judged(spec: &str, came: &[&str], left: &[&str], back: &[&str], arrived: &[&str]) -> (i32, String) {
    let ends = |client: &str, server: &str| Conversation::new(client.parse().unwrap(), server.parse().unwrap());
    let conversations = [
        ends(CLIENT, FRONT).exchange(&message(came), &message(arrived)),
        ends(PROXY, ORIGIN).exchange(&message(left), &message(back)).later(1_000),
    ];
    let carrier = Carrier::ETHERNET;
    let format = Format::Pcap { big_endian: false, nanoseconds: false };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.pcap");
    std::fs::write(&file, write_file(&packets(&interleaved(&conversations), carrier), carrier.link, format)).unwrap();
    let path = format!("specs/proxies/{spec}.yaml");
    let (front, origin) = (format!("front={FRONT}"), format!("origin={ORIGIN}"));
    let run = hopspec(&[
        "check",
        "-s",
        &path,
        "--param",
        &front,
        "--param",
        &origin,
        "--hop",
        "proxy-to-origin",
        file.to_str().unwrap(),
    ]);
    (run.code, run.stdout)
}

/// A gateway with what it makes of a request that is right.
struct Gateway {
    spec: &'static str,
    came: Vec<String>,
    left: Vec<String>,
    /// The names of the response in lower case.
    lower: bool,
    back: Vec<&'static str>,
}

fn lines(text: &str) -> Vec<String> {
    text.lines().map(|line| line.trim().replace("TRACE", TRACE)).filter(|line| !line.is_empty()).collect()
}

impl Gateway {
    fn new(spec: &'static str, came: &str, left: &str) -> Self {
        let back = vec!["HTTP/1.1 200 OK", "X-App: 1", "Content-Length: 0"];
        Self { spec, came: lines(came), left: lines(left), lower: ["haproxy", "envoy"].contains(&spec), back }
    }

    fn judged(&self, came: &[String], left: &[String]) -> (i32, String) {
        let arrived: Vec<String> =
            self.back.iter().map(|line| if self.lower { line.to_lowercase() } else { (*line).to_owned() }).collect();
        let mut arrived: Vec<&str> = arrived.iter().map(String::as_str).collect();
        arrived[0] = self.back[0];
        let (came, left): (Vec<&str>, Vec<&str>) =
            (came.iter().map(String::as_str).collect(), left.iter().map(String::as_str).collect());
        judged(self.spec, &came, &left, &self.back, &arrived)
    }

    /// It is right as it is.
    #[track_caller]
    fn is_right(&self) {
        let (code, said) = self.judged(&self.came, &self.left);
        assert_eq!(code, 0, "{}: {said}", self.spec);
    }

    /// With a line of what left in another form somebody says so; without a `to` the line is gone.
    #[track_caller]
    fn notices(&self, from: &str, to: &str) {
        let found = self.left.iter().position(|line| line == from).unwrap_or_else(|| panic!("no {from}"));
        let mut left = self.left.clone();
        if to.is_empty() {
            left.remove(found);
        } else {
            left[found] = to.to_owned();
        }
        let (code, said) = self.judged(&self.came, &left);
        assert_eq!(code, 1, "{}: {from} → {to}: {said}", self.spec);
    }
}

#[test]
fn haproxy_adds_the_client_without_setting_the_scheme() {
    let of = Gateway::new(
        "haproxy",
        "GET /a HTTP/1.1\nHost: a.example\nX-Amzn-Trace-Id: TRACE\nX-Forwarded-Proto: https\nX-Hop: h\nConnection: X-Hop",
        "GET /a HTTP/1.1\nhost: a.example\nx-amzn-trace-id: TRACE\nx-forwarded-proto: https\nx-hop: h\nconnection: X-Hop\nx-forwarded-for: 192.0.2.9",
    );
    of.is_right();
    of.notices("x-forwarded-for: 192.0.2.9", "x-forwarded-for: 192.0.2.8");
    of.notices("connection: X-Hop", "");
    of.notices("x-hop: h", "X-Hop: h");
}

#[test]
fn squid_is_of_any_version_and_keeps_what_the_client_says_of_caches() {
    let of = Gateway::new(
        "squid",
        "GET /a HTTP/1.1\nHost: a.example\nX-Amzn-Trace-Id: TRACE\nX-a: b\nX-Forwarded-For: 203.0.113.7\nCache-Control: no-cache",
        "GET /a HTTP/1.1\nX-Amzn-Trace-Id: TRACE\nX-a: b\nHost: a.example\nVia: 1.1 lab (squid/6.10)\nSurrogate-Capability: lab=\"Surrogate/1.0\"\n\
         X-Forwarded-For: 203.0.113.7, 192.0.2.9\nCache-Control: no-cache\nConnection: keep-alive",
    );
    of.is_right();
    of.notices("Via: 1.1 lab (squid/6.10)", "Via: 1.1 lab");
    of.notices("X-Forwarded-For: 203.0.113.7, 192.0.2.9", "X-Forwarded-For: 203.0.113.7,192.0.2.9");
    of.notices("X-a: b", "X-A: b");
}

#[test]
fn varnish_passes_what_it_does_not_keep() {
    let of = Gateway::new(
        "varnish",
        "GET /a HTTP/1.1\nHost: a.example\nX-Amzn-Trace-Id: TRACE\nAccept-Encoding: gzip, br",
        "GET /a HTTP/1.1\nHost: a.example\nX-Amzn-Trace-Id: TRACE\nAccept-Encoding: gzip, br\nX-Forwarded-For: 192.0.2.9\nX-Varnish: 4",
    );
    of.is_right();
    of.notices("Accept-Encoding: gzip, br", "Accept-Encoding: br");
    of.notices("Accept-Encoding: gzip, br", "");
}

#[test]
fn nginx_says_the_host_and_the_scheme_of_its_client() {
    let of = Gateway::new(
        "nginx",
        "GET /a HTTP/1.1\nHost: a.example\nX-Amzn-Trace-Id: TRACE\nX-Forwarded-Proto: https\nX-aBc: d\nX-Forwarded-For: 203.0.113.7",
        "GET /a HTTP/1.1\nHost: a.example\nX-Real-IP: 192.0.2.9\nX-Forwarded-For: 203.0.113.7, 192.0.2.9\nX-Forwarded-Proto: http\n\
         X-Amzn-Trace-Id: TRACE\nX-aBc: d",
    );
    of.is_right();
    of.notices("Host: a.example", "");
    of.notices("X-Forwarded-Proto: http", "X-Forwarded-Proto: https");
    of.notices("X-Forwarded-For: 203.0.113.7, 192.0.2.9", "X-Forwarded-For: 203.0.113.7,192.0.2.9");
    of.notices("X-aBc: d", "X-Abc: d");
}

#[test]
fn envoy_at_the_edge_appends_its_caller() {
    let of = Gateway::new(
        "envoy",
        "GET /a HTTP/1.1\nHost: a.example\nX-Amzn-Trace-Id: TRACE\nX-Forwarded-For: 203.0.113.7",
        "GET /a HTTP/1.1\nhost: a.example\nx-amzn-trace-id: TRACE\nx-forwarded-for: 203.0.113.7,192.0.2.9\nx-forwarded-proto: http\n\
         x-envoy-external-address: 192.0.2.9\nx-request-id: b66fce5c-943e-46cd-b965-dc98eef6c8c1\nx-envoy-expected-rq-timeout-ms: 15000",
    );
    of.is_right();
    for other in ["203.0.113.7,192.0.2.8", "203.0.113.7, 192.0.2.9"] {
        of.notices("x-forwarded-for: 203.0.113.7,192.0.2.9", &format!("x-forwarded-for: {other}"));
    }
    of.notices("x-forwarded-proto: http", "x-forwarded-proto: https");
    // As it comes it adds the scheme where nobody said one.
    let of = Gateway::new(
        "envoy",
        "GET /a HTTP/1.1\nHost: a.example\nX-Amzn-Trace-Id: TRACE",
        "GET /a HTTP/1.1\nhost: a.example\nx-amzn-trace-id: TRACE\nx-forwarded-proto: http\n\
         x-request-id: b66fce5c-943e-46cd-b965-dc98eef6c8c1\nx-envoy-expected-rq-timeout-ms: 15000",
    );
    of.is_right();
    of.notices("x-forwarded-proto: http", "");
}

#[test]
fn programs_in_go_ask_for_gzip_where_the_client_does_not() {
    let caddy = Gateway::new(
        "caddy",
        "GET /a HTTP/1.1\nHost: a.example\nX-Amzn-Trace-Id: TRACE\nAccept-Encoding: br",
        "GET /a HTTP/1.1\nHost: a.example\nAccept-Encoding: br\nVia: 1.1 Caddy\nX-Amzn-Trace-Id: TRACE\nX-Forwarded-For: 192.0.2.9\n\
         X-Forwarded-Host: a.example\nX-Forwarded-Proto: http",
    );
    caddy.is_right();
    caddy.notices("Accept-Encoding: br", "Accept-Encoding: gzip, br");
    caddy.notices("X-Forwarded-Proto: http", "X-Forwarded-Proto: https");
    let traefik = Gateway::new(
        "traefik",
        "GET /a HTTP/1.1\nHost: a.example:8443\nX-Amzn-Trace-Id: TRACE",
        "GET /a HTTP/1.1\nHost: a.example:8443\nX-Amzn-Trace-Id: TRACE\nX-Forwarded-For: 192.0.2.9\nX-Forwarded-Host: a.example:8443\n\
         X-Forwarded-Port: 8443\nX-Forwarded-Proto: http\nX-Forwarded-Server: vm\nX-Real-Ip: 192.0.2.9\nAccept-Encoding: gzip",
    );
    traefik.is_right();
    traefik.notices("X-Forwarded-Port: 8443", "X-Forwarded-Port: 80");
    traefik.notices("Accept-Encoding: gzip", "Accept-Encoding: gzip, br");
}

#[test]
fn httpd_joins_lines_and_adds_nothing_to_them() {
    let of = Gateway::new(
        "apache",
        "GET /a HTTP/1.1\nHost: a.example\nX-Amzn-Trace-Id: TRACE\nAccept-Encoding: gzip\nX-Dup: a\nX-Dup: b\nX-Dup: c\nX-Two: a\nX-Two: b",
        "GET /a HTTP/1.1\nHost: a.example\nX-Amzn-Trace-Id: TRACE\nAccept-Encoding: gzip\nX-Dup: a, b, c\nX-Two: a, b\nX-Forwarded-For: 192.0.2.9\n\
         X-Forwarded-Host: a.example\nX-Forwarded-Server: lab\nConnection: Keep-Alive",
    );
    of.is_right();
    of.notices("Accept-Encoding: gzip", "Accept-Encoding: gzip, br");
    of.notices("X-Two: a, b", "X-Two: a, b, c");
    of.notices("X-Two: a, b", "X-Two: a,b");
    of.notices("X-Dup: a, b, c", "X-Dup: a, c");
}
