//! What is sent, as it arrives.

use super::server::Server;
use super::{STATUS, probe};
use crate::kit::hopspec;

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

#[test]
fn fields_keep_their_order_their_case_and_their_repeats() {
    let server = Server::answering(OK);
    let run = probe(
        STATUS,
        &[
            &server.url("/a/../b?x=%41"),
            "-X",
            "PATCH",
            "-H",
            "x-lower: 1",
            "-H",
            "X-Dup: a",
            "-H",
            "X-Dup:  b",
            "-H",
            "Accept:",
            "-H",
            "X-Empty;",
            "-d",
            "a=b",
        ],
    );
    assert_eq!(run.code, 0, "{run:?}");
    let host = server.address;
    assert_eq!(
        server.requests(),
        [format!(
            "PATCH /a/../b?x=%41 HTTP/1.1\r\nHost: {host}\r\nUser-Agent: hopspec/{}\r\nx-lower: 1\r\nX-Dup: a\r\nX-Dup:  b\r\nX-Empty:\r\n\
             Content-Length: 3\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\na=b",
            env!("CARGO_PKG_VERSION")
        )]
    );
}

#[test]
fn nothing_is_added_where_nothing_is_to_be() {
    let server = Server::answering(OK);
    let run =
        probe(STATUS, &[&server.url("/"), "--bare", "-0", "-H", "hOST: 127.0.0.1", "--request-target", "*", "-X", "OPTIONS"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert_eq!(server.requests(), ["OPTIONS * HTTP/1.0\r\nhOST: 127.0.0.1\r\n\r\n"]);
}

#[test]
fn requests_share_a_connection_or_have_one_each() {
    for (arguments, connections) in [(&["-n", "3"][..], vec![3]), (&["-n", "3", "--apart"], vec![1, 1, 1])] {
        let server = Server::answering(OK);
        let url = server.url("/");
        let run = probe(STATUS, &[&[url.as_str()], arguments].concat());
        assert_eq!(run.code, 0, "{run:?}");
        assert!(run.stdout.contains("3 exchanges"), "{run:?}");
        let sent: Vec<usize> = server.sent.lock().unwrap().iter().map(Vec::len).collect();
        assert_eq!(sent, connections);
    }
    // A server that closes gets a new one.
    let server = Server::answering("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
    assert_eq!(probe(STATUS, &[&server.url("/"), "-n", "2"]).code, 0);
    assert_eq!(server.sent.lock().unwrap().len(), 2);
}

#[test]
fn a_proxy_speaks_first() {
    let server = Server::answering(OK);
    let arguments = ["--proxy-protocol", "v1", "--proxy-client", "198.51.100.7"];
    let url = server.url("/");
    let spec = "hops:\n  client:\n    select: { request: { headers: { Host: { prefix: 127.0.0.1 } } } }\n    proxy: { version: 1, src.ip: 198.51.100.7 }\n    response: { status: 200 }\n";
    let run = probe(spec, &[&[url.as_str()][..], &arguments].concat());
    assert_eq!(run.code, 0, "{run:?}");
    let first = server.requests().remove(0);
    assert!(first.starts_with("PROXY TCP4 198.51.100.7 127.0.0.1 "), "{first}");
    let run =
        probe(&spec.replace("version: 1", "version: 2"), &[&url, "--proxy-protocol", "v2", "--proxy-client", "198.51.100.7"]);
    assert_eq!(run.code, 0, "{run:?}");
}

#[test]
fn names_lead_where_it_is_said() {
    let server = Server::answering(OK);
    let (port, ip) = (server.address.port(), server.address.ip());
    let spec = format!("hops:\n  client:\n    request: {{ headers: {{ Host: api.example.com:{port} }} }}\n");
    let run = probe(&spec, &[&format!("http://api.example.com:{port}/"), "--resolve", &format!("api.example.com:{port}:{ip}")]);
    assert_eq!(run.code, 0, "{run:?}");
}

#[test]
fn what_is_kept_is_what_was_judged() {
    let server = Server::answering("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n");
    let folder = tempfile::tempdir().unwrap();
    let (spec, kept) = (folder.path().join("s.yaml"), folder.path().join("kept.pcapng"));
    std::fs::write(&spec, STATUS).unwrap();
    let (spec, kept) = (spec.to_str().unwrap(), kept.to_str().unwrap());
    let run = hopspec(&["probe", "-s", spec, &server.url("/x"), "--write", kept, "--format", "json"]);
    assert_eq!(run.code, 1, "{run:?}");
    let again = hopspec(&["check", "-s", spec, kept, "--format", "json"]);
    assert_eq!((again.code, again.stdout), (1, run.stdout), "the file gives the same report");
    let shown = hopspec(&["show", kept]);
    assert!(shown.stdout.contains("GET /x HTTP/1.1\n") && shown.stdout.contains("HTTP/1.1 503 Busy\n"), "{}", shown.stdout);
}
