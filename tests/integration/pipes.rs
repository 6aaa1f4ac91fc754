//! A reader that leaves early is no error; a disk that is full is one.

use std::process::Stdio;

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

/// Whether the reader of texts is built already.
fn reads_texts(program: &Program) -> bool {
    let built = !program.run(&["show", "long.txt", "--count"]).stderr.contains("not yet");
    if !built {
        eprintln!("skipped: texts are not read yet");
    }
    built
}

#[test]
fn help_that_nobody_reads_is_no_error() {
    let run = unread(&Program::new(), &["check", "--help"]).code(0);
    assert_eq!(run.stderr, "");
}

#[test]
fn messages_that_nobody_reads_count_as_shown() {
    let program = Program::new().file("long.txt", long_text());
    if reads_texts(&program) {
        for format in ["text", "jsonl"] {
            let run = unread(&program, &["show", "long.txt", "--format", format]).code(0);
            assert_eq!(run.stderr, "", "{format}");
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error() {
    let program = Program::new().file("long.txt", long_text());
    if reads_texts(&program) {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let output = program.command(&["show", "long.txt"]).stdout(full).stderr(Stdio::piped()).output().unwrap();
        program.told(&output).code(4).says("standard output cannot be written");
    }
}
