//! Pipes: a reader that leaves early is no error, a disk that is full is one, and a stream is shown while it comes.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::Stdio;
use std::sync::mpsc;
use std::time::Duration;

use crate::program::{Program, Run};

/// Runs with a reader of standard output that is gone before anything is written.
fn unread(program: &Program, args: &[&str]) -> Run {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    program.told(&program.command(args).stdout(writer).stderr(Stdio::piped()).output().unwrap())
}

/// A text with more messages than a pipe holds.
fn long_text() -> String {
    (0..20_000).map(|i| format!("GET /{i} HTTP/1.1\r\nHost: a.example\r\nX-Padding: {}\r\n\r\n", "x".repeat(50))).collect()
}

#[test]
fn help_that_nobody_reads_is_no_error() {
    let run = unread(&Program::new(), &["check", "--help"]).code(0);
    assert_eq!(run.stderr, "");
}

#[test]
fn messages_that_nobody_reads_count_as_shown() {
    let program = Program::new().file("long.txt", long_text());
    for format in ["text", "jsonl"] {
        let run = unread(&program, &["show", "long.txt", "--format", format]).code(0);
        assert_eq!(run.stderr, "", "{format}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error() {
    let program = Program::new().file("long.txt", long_text());
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = program.command(&["show", "long.txt"]).stdout(full).stderr(Stdio::piped()).output().unwrap();
    program.told(&output).code(4).says("standard output cannot be written");
}

#[test]
fn a_stream_is_shown_while_it_comes() {
    let capture = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/captures/aws/alb/forward/keep-alive.pcap")).unwrap();
    let (begin, end) = capture.split_at(capture.len() - 100);
    let program = Program::new();
    let mut child =
        program.command(&["show", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut stream = child.stdin.take().unwrap();
    stream.write_all(begin).unwrap();
    let (tell, told) = mpsc::channel();
    let mut shown = BufReader::new(child.stdout.take().unwrap());
    let reader = std::thread::spawn(move || {
        let mut first = String::new();
        let _ = shown.read_line(&mut first).and_then(|_| shown.read_line(&mut first));
        let _ = tell.send(first);
        // Read to the end, so that the program can end.
        shown.lines().count()
    });
    let first = told.recv_timeout(Duration::from_secs(20));
    stream.write_all(end).unwrap();
    drop(stream);
    assert!(child.wait().unwrap().success());
    assert!(reader.join().unwrap() > 0);
    assert!(first.unwrap().contains("GET / HTTP/1.1"), "the first message is there before the stream ends");
}
