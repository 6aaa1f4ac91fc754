//! What can be wrong between a load balancer and its target.

use std::net::SocketAddr;

use super::row::{Wrong, table};
use crate::kit::Hop;

table! {
    HealthCheck {
        "Host is a DNS name", "request.header.Host", |t, s| t.request.set("Host", &s.alb_host);
        "Host is another address", "request.header.Host", |t, s| t.request.set("Host", other_address(s.target));
        "Host has another port", "request.header.Host", |t, s| t.request.set("Host", other_port(s.target));
        "no Host", "request.header.Host", |t, _| t.request.remove("Host");
        "Host twice", "request.header.Host", |t, _| t.request.repeat("Host");
        "Connection: keep-alive", "request.header.Connection", |t, _| t.request.set("Connection", "keep-alive");
        "no Connection", "request.header.Connection", |t, _| t.request.remove("Connection");
        "Connection twice", "request.header.Connection", |t, _| t.request.repeat("Connection");
        "the checker of Classic Load Balancers", "request.header.User-Agent",
            |t, _| t.request.set("User-Agent", "ELB-HealthChecker/1.0");
        "a later checker", "request.header.User-Agent", |t, _| t.request.set("User-Agent", "ELB-HealthChecker/2.1");
        "another User-Agent", "request.header.User-Agent", |t, _| t.request.set("User-Agent", "curl/8.5.0");
        "no User-Agent", "request.header.User-Agent", |t, _| t.request.remove("User-Agent");
        "User-Agent twice", "request.header.User-Agent", |t, _| t.request.repeat("User-Agent");
        "Accept-Encoding put right", "request.header.Accept-Encoding",
            |t, _| t.request.set("Accept-Encoding", "gzip, compress");
        "no Accept-Encoding", "request.header.Accept-Encoding", |t, _| t.request.remove("Accept-Encoding");
        "Accept-Encoding twice", "request.header.Accept-Encoding", |t, _| t.request.repeat("Accept-Encoding");
        "an X-Forwarded-For", "request.header.X-Forwarded-For", |t, _| t.request.add("X-Forwarded-For", "203.0.113.9");
        "an X-Forwarded-Proto", "request.header.X-Forwarded-Proto", |t, _| t.request.add("X-Forwarded-Proto", "http");
        "a trace id", "request.header.X-Amzn-Trace-Id",
            |t, s| t.request.add("X-Amzn-Trace-Id", format!("Root={}", s.root));
        "an Accept", "request.header.Accept", |t, _| t.request.add("Accept", "*/*");
        "a Cookie", "request.header.Cookie", |t, _| t.request.add("Cookie", "a=b");
        "HEAD", "request.method", |t, _| t.request.start = t.request.start.replace("GET", "HEAD");
        "OPTIONS", "request.method", |t, _| t.request.start = t.request.start.replace("GET", "OPTIONS");
        "HTTP/1.0", "request.version", |t, _| t.request.start = t.request.start.replace("HTTP/1.1", "HTTP/1.0");
        "another order", "request.order", |t, _| t.request.fields.swap(1, 2);
        "Host last", "request.order", |t, _| t.request.fields.rotate_left(1);
    }
    Forward {
        "an X-Forwarded-For that is no address", "request.header.X-Forwarded-For",
            |t, _| t.request.set("X-Forwarded-For", "unknown");
        "a member of X-Forwarded-For that is no address", "request.header.X-Forwarded-For",
            |t, _| t.request.set("X-Forwarded-For", "203.0.113.9, app.example.com");
        "an empty X-Forwarded-For", "request.header.X-Forwarded-For", |t, _| t.request.set("X-Forwarded-For", "");
        "X-Forwarded-Proto twice", "request.header.X-Forwarded-Proto", |t, _| t.request.repeat("X-Forwarded-Proto");
        "X-Forwarded-Proto as a list", "request.header.X-Forwarded-Proto",
            |t, _| t.request.set("X-Forwarded-Proto", "https, http");
        "no X-Forwarded-Proto", "request.header.X-Forwarded-Proto", |t, _| t.request.remove("X-Forwarded-Proto");
        "no X-Forwarded-Port", "request.header.X-Forwarded-Port", |t, _| t.request.remove("X-Forwarded-Port");
        "an X-Forwarded-Port that is none", "request.header.X-Forwarded-Port",
            |t, _| t.request.set("X-Forwarded-Port", "65536");
        "X-Forwarded-Port twice", "request.header.X-Forwarded-Port", |t, _| t.request.repeat("X-Forwarded-Port");
        "Host is the target", "request.header.Host", |t, s| t.request.set("Host", s.target.to_string());
        "Host is the target's address", "request.header.Host", |t, s| t.request.set("Host", bare(s.target));
        "no Host", "request.header.Host", |t, _| t.request.remove("Host");
        "Host twice", "request.header.Host", |t, _| t.request.repeat("Host");
        "no trace id", "request.header.X-Amzn-Trace-Id", |t, _| t.request.remove("X-Amzn-Trace-Id");
        "a trace id with a digit less", "request.header.X-Amzn-Trace-Id",
            |t, s| t.request.set("X-Amzn-Trace-Id", format!("Root={}", &s.root[..s.root.len() - 1]));
        "a trace id without Root", "request.header.X-Amzn-Trace-Id",
            |t, s| t.request.set("X-Amzn-Trace-Id", format!("Self={}", s.own));
        "a trace id without names", "request.header.X-Amzn-Trace-Id",
            |t, s| t.request.set("X-Amzn-Trace-Id", s.root.clone());
        "two trace ids", "request.header.X-Amzn-Trace-Id", |t, _| t.request.repeat("X-Amzn-Trace-Id");
        "a Self that is no trace id", "request.header.X-Amzn-Trace-Id",
            |t, s| t.request.set("X-Amzn-Trace-Id", format!("Self=1;Root={}", s.root));
        "HTTP/1.0", "request.version", |t, _| t.request.start = t.request.start.replace("HTTP/1.1", "HTTP/1.0");
        "the client's lines first", "request.order", |t, _| t.request.fields.rotate_left(5);
        "Host first", "request.order", |t, _| t.request.fields[..4].rotate_right(1);
    }
}

/// Another host of the same network and the same port.
fn other_address(of: SocketAddr) -> String {
    let mut other = of;
    match of {
        SocketAddr::V4(v4) => {
            let [a, b, c, d] = v4.ip().octets();
            other.set_ip([a, b, c, d ^ 1].into());
        }
        SocketAddr::V6(v6) => {
            let mut segments = v6.ip().segments();
            segments[7] ^= 1;
            other.set_ip(segments.into());
        }
    }
    other.to_string()
}

fn other_port(of: SocketAddr) -> String {
    SocketAddr::new(of.ip(), of.port() ^ 1).to_string()
}

/// The address as a Host without a port.
fn bare(of: SocketAddr) -> String {
    match of {
        SocketAddr::V4(v4) => v4.ip().to_string(),
        SocketAddr::V6(v6) => format!("[{}]", v6.ip()),
    }
}
