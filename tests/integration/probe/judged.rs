//! What is said of answers, and of what is none.

use super::server::Server;
use super::{STATUS, probe};
use crate::program::Program;

#[test]
fn a_difference_is_told_once_and_counted() {
    let server = Server::answering("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
    let run = probe(STATUS, &[&server.url("/x?token=s3cr3t"), "-n", "2", "-H", "Authorization: Bearer s3cr3t"]);
    assert_eq!(run.code, 1, "{run:?}");
    assert_eq!(run.stderr.matches("violated s › client").count(), 2, "{}", run.stderr);
    assert_eq!(run.stderr.matches("error[message-line-mismatch]: ").count(), 1, "{}", run.stderr);
    assert!(run.stderr.contains("again: error[message-line-mismatch] response.status (2×)"), "{}", run.stderr);
    assert!(run.stdout.contains("expected `200`") && run.stdout.contains("2 exchanges"), "{}", run.stdout);
    assert!(!run.stdout.contains("s3cr3t") && !run.stderr.contains("s3cr3t"), "{run:?}");
    // What cannot be read again has no command that shows it.
    assert!(!run.stdout.contains("hopspec show"), "{}", run.stdout);
}

#[test]
fn a_run_ends_at_the_first_finding_or_when_all_was_seen() {
    let server = Server::answering("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
    let run = probe(STATUS, &[&server.url("/"), "-n", "100000", "--fail-fast", "-q"]);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(run.stderr.contains("something was found (--fail-fast)"), "{}", run.stderr);
    assert!(server.requests().len() < 100_000);
    let server = Server::answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    let run = probe(
        &STATUS.replace("    response", "    count: { at_least: 3 }\n    response"),
        &[&server.url("/"), "-n", "100000", "--until-observed"],
    );
    assert_eq!(run.code, 0, "{run:?}");
    assert!(server.requests().len() < 100_000);
}

#[test]
fn it_is_tried_again_until_it_is_met() {
    let server = Server::new(|number, _, _| {
        let status = if number < 3 || number == 4 { "503 Busy" } else { "200 OK" };
        format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n").into_bytes()
    });
    let run = probe(STATUS, &[&server.url("/"), "--until-met", "2", "--pause", "10ms"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert_eq!(server.requests().len(), 7);
    assert!(run.stderr.contains("2 of 2 tries in a row were met, after 7 in all"), "{}", run.stderr);
    // Never: the time ends it, and the last try is told.
    let server = Server::answering("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n");
    let run = probe(STATUS, &[&server.url("/"), "--until-met", "2", "--pause", "10ms", "--for", "500ms"]);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(run.stderr.contains("0 of 2 tries"), "{}", run.stderr);
}

#[test]
fn what_is_no_answer_is_told() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let run = probe(STATUS, &[&format!("http://{closed}/")]);
    assert_eq!(run.code, 4, "{run:?}");
    assert!(run.stderr.contains("does not take connections"), "{}", run.stderr);
    for (answer, why) in [
        ("", "closed the connection without an answer"),
        ("SSH-2.0-x\r\n", "the answer is no HTTP"),
        ("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab", "only a part of an answer within"),
    ] {
        let server = Server::answering(answer);
        let run = probe(STATUS, &[&server.url("/"), "--timeout", "700ms"]);
        assert_eq!(run.code, 4, "{answer:?} {run:?}");
        assert!(run.stderr.contains(why), "{answer:?}: {}", run.stderr);
    }
    // A body to the end of the connection is whole when the connection ends.
    let server = Server::new(|number, _, _| if number == 0 { b"HTTP/1.1 200 OK\r\n\r\nto the end".to_vec() } else { Vec::new() });
    let run = probe(STATUS, &[&server.url("/"), "--timeout", "700ms"]);
    assert_eq!(run.code, 4, "the server never ends it: {run:?}");
}

#[test]
fn wrong_options_are_refused_before_anything_is_sent() {
    let server = Server::answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    let url = server.url("/");
    for (arguments, why) in [
        (&["--http2"][..], "--http2-prior-knowledge"),
        (&["-H", "no field"], "expected `Name: value`"),
        (&["--for", "soon"], "expected a time"),
        (&["--hop", "other"], "no loaded spec has a hop `other`"),
        (&["--until-met", "0"], "0"),
    ] {
        let run = probe(STATUS, &[&[url.as_str()], arguments].concat());
        assert_eq!(run.code, 2, "{arguments:?} {run:?}");
        assert!(run.stderr.contains(why), "{arguments:?}: {}", run.stderr);
    }
    let program = Program::new().file("s.yaml", STATUS).file("body", "a body").file("ca.pem", "a certificate");
    for (option, read) in [("--data=@body", "body"), ("--cacert=ca.pem", "ca.pem")] {
        let before = std::fs::read(program.path(read)).unwrap();
        let report = format!("json={read}");
        for into in [["--write", read], ["--format", report.as_str()]] {
            let arguments = [&["probe", url.as_str(), "-s", "s.yaml", option][..], &into].concat();
            program.run(&arguments).code(2).says(&format!("{read} is read by this run"));
        }
        assert_eq!(std::fs::read(program.path(read)).unwrap(), before, "nothing is written over it");
    }
    assert!(server.requests().is_empty());
    let run = probe("hops: [", &[&url]);
    assert_eq!(run.code, 2, "{run:?}");
    assert_eq!(probe(STATUS, &["ftp://a.example/"]).code, 2);
}
