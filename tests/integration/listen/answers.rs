//! What is answered.

use std::io::{Read as _, Write as _};
use std::time::{Duration, Instant};

use super::{SPEC, Target, get};
use crate::program::Program;

#[test]
fn every_request_is_answered_as_it_is_asked_for() {
    let args = ["--status", "503", "-H", "Retry-After: 5", "-H", "server: mine", "--body", "later\n", "--delay", "200ms"];
    let target = Target::new(SPEC, &args);
    let began = Instant::now();
    let said = target.asked(get("/health", "1"));
    assert!(began.elapsed() >= Duration::from_millis(200));
    assert!(said.starts_with("HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nserver: mine\r\n"), "{said}");
    assert!(
        said.contains("\r\nDate: ") && said.contains("\r\nContent-Length: 6\r\n") && said.ends_with("\r\n\r\nlater\n"),
        "{said}"
    );
    let head = target.asked(get("/health", "1").replace("GET", "HEAD"));
    assert!(head.contains("\r\nContent-Length: 6\r\n") && head.ends_with("\r\n\r\n"), "{head}");
    let old = target.asked("GET / HTTP/1.0\r\nX-A: 1\r\n\r\n");
    assert!(old.contains("\r\nConnection: close\r\n") && old.ends_with("later\n"), "{old}");
    target.interrupt().code(0);
}

#[test]
fn a_file_is_a_body() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("body.bin");
    std::fs::write(&path, vec![b'x'; 300_000]).unwrap();
    let target = Target::new(SPEC, &["--chunked", "--body", &format!("@{}", path.display())]);
    let said = target.asked(get("/", "1"));
    assert!(said.contains("Transfer-Encoding: chunked") && said.ends_with("\r\n0\r\n\r\n") && said.len() > 300_000);
    if let Some(body) = target.curl("http", "/", &["--http2-prior-knowledge", "-H", "X-A: 1"]) {
        assert_eq!(body.len(), 300_000);
    }
    target.interrupt().code(0);
}

#[test]
fn a_client_that_waits_to_go_on_is_told_to() {
    let target = Target::new(SPEC, &["--echo"]);
    let mut socket = target.connect();
    socket
        .write_all(
            b"POST / HTTP/1.1\r\nHost: a\r\nX-A: 1\r\nContent-Length: 5\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n",
        )
        .unwrap();
    let mut go_on = [0; 25];
    socket.read_exact(&mut go_on).unwrap();
    assert_eq!(&go_on, b"HTTP/1.1 100 Continue\r\n\r\n");
    socket.write_all(b"hello").unwrap();
    let mut rest = String::new();
    socket.read_to_string(&mut rest).unwrap();
    assert!(rest.contains("\"body_base64\":\"aGVsbG8=\",\"body_length\":5,\"body_complete\":true"), "{rest}");
    target.interrupt().code(0);
}

#[test]
fn what_cannot_be_done_is_said_before_anything_is_heard() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap().to_string();
    let program = Program::new().file("s.yaml", SPEC).file("key.pem", "no key");
    program.run(&["listen", &taken, "-s", "s.yaml"]).code(4).says("another program listens there");
    program.run(&["listen", "nowhere:x", "-s", "s.yaml"]).code(2).says("expected an address");
    program.run(&["listen", ":0", "--status", "100"]).code(2);
    program.run(&["listen", ":0", "--header", "no field"]).code(2).says("expected a field");
    program.run(&["listen", ":0", "--body", "@missing"]).code(4).says("missing");
    program.run(&["listen", ":0", "--cert", "key.pem", "--key", "key.pem"]).code(4).says("key.pem");
    program.run(&["listen", ":0", "--for", "1s", "-s", "missing.yaml"]).code(2).says("missing.yaml");
    program.run(&["listen", ":0", "-s", "s.yaml", "--write", "./s.yaml"]).code(2).says("s.yaml is read by this run");
    assert_eq!(std::fs::read_to_string(program.path("s.yaml")).unwrap(), SPEC, "nothing is written over it");
    let tls = ["listen", ":0", "-s", "s.yaml", "--for", "100ms", "--cert", "cert.pem", "--key", "key.pem", "--body", "@body"];
    let tls_files = program.file("cert.pem", "a certificate").file("body", "a body");
    for (read, holds) in [("key.pem", "no key"), ("cert.pem", "a certificate"), ("body", "a body")] {
        let report = format!("json={read}");
        for into in [["--write", read], ["--format", report.as_str()]] {
            tls_files.run(&[tls.as_slice(), &into].concat()).code(2).says(&format!("{read} is read by this run"));
        }
        assert_eq!(std::fs::read_to_string(tls_files.path(read)).unwrap(), holds, "nothing is written over it");
    }
    tls_files.run(&["listen", ":0", "-s", "s.yaml", "--for", "100ms"]).code(3).says("listening on http://127.0.0.1:");
}
