//! A stream on standard input that does not end: what is found in it is told while it is open, and enough ends the run.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use crate::kit::hopspec;
use crate::listen::target::Target;

/// Longer than anything takes that does not hang.
const HANGS: Duration = Duration::from_secs(60);

const SPEC: &str = "hops:\n  client:\n    select: { request: { path: { prefix: / } } }\n    response: { status: 200 }\n";

/// A recording that was made just now, of requests that were answered with this status.
fn recorded(folder: &std::path::Path, status: &str) -> (Vec<u8>, String) {
    let target = Target::new(SPEC, &["--status", status]);
    let (spec, kept) = (folder.join("s.yaml"), folder.join("kept.pcapng"));
    std::fs::write(&spec, SPEC).unwrap();
    let url = format!("http://127.0.0.1:{}/", target.port);
    hopspec(&["probe", "-s", spec.to_str().unwrap(), &url, "--write", kept.to_str().unwrap()]);
    (std::fs::read(kept).unwrap(), spec.to_str().unwrap().to_owned())
}

/// `hopspec check -`, and what it says while it runs.
fn reading(arguments: &[&str]) -> (Child, Receiver<String>) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_hopspec"))
        .args(["check", "-"])
        .args(arguments)
        .env("NO_COLOR", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let stderr = BufReader::new(child.stderr.take().unwrap());
    let (tell, told) = channel();
    thread::spawn(move || stderr.lines().map_while(Result::ok).for_each(|line| drop(tell.send(line))));
    (child, told)
}

/// Waits for its end while its standard input is open.
fn ended(child: &mut Child) -> i32 {
    let began = Instant::now();
    while began.elapsed() < HANGS {
        if let Some(status) = child.try_wait().unwrap() {
            return status.code().unwrap_or(-1);
        }
        thread::sleep(Duration::from_millis(10));
    }
    let _ = child.kill();
    panic!("it does not end");
}

#[test]
fn a_difference_is_told_while_the_stream_is_open() {
    let folder = tempfile::tempdir().unwrap();
    let (bytes, spec) = recorded(folder.path(), "503");
    let (mut child, told) = reading(&["-s", &spec]);
    let mut stream = child.stdin.take().unwrap();
    stream.write_all(&bytes).unwrap();
    let line = told.recv_timeout(HANGS).expect("it is told, and nothing more comes");
    assert!(line.starts_with("error[message-line-mismatch]"), "{line}");
    assert!(child.try_wait().unwrap().is_none(), "the stream is open");
    drop(stream);
    assert_eq!(ended(&mut child), 1);
}

#[test]
fn enough_ends_a_stream_that_is_open() {
    for (status, option, code, why) in
        [("200", "--until-observed", 0, "every required hop was observed"), ("503", "--fail-fast", 1, "something was found")]
    {
        let folder = tempfile::tempdir().unwrap();
        let (bytes, spec) = recorded(folder.path(), status);
        let (mut child, told) = reading(&["-s", &spec, option]);
        let mut stream = child.stdin.take().unwrap();
        stream.write_all(&bytes).unwrap();
        assert_eq!(ended(&mut child), code, "{option}");
        let said: Vec<String> = told.iter().collect();
        assert!(said.iter().any(|line| line.contains(why)), "{option}: {said:?}");
        drop(stream);
    }
    // Its time ends it, too.
    let folder = tempfile::tempdir().unwrap();
    let (bytes, spec) = recorded(folder.path(), "200");
    let (mut child, _told) = reading(&["-s", &spec, "--for", "300ms"]);
    let mut stream = child.stdin.take().unwrap();
    stream.write_all(&bytes).unwrap();
    assert_eq!(ended(&mut child), 0);
}

#[test]
fn what_is_read_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let (bytes, spec) = recorded(folder.path(), "200");
    let kept = folder.path().join("again.pcapng");
    let (mut child, _told) = reading(&["-s", &spec, "--write", kept.to_str().unwrap()]);
    child.stdin.take().unwrap().write_all(&bytes).unwrap();
    assert_eq!(ended(&mut child), 0);
    assert_eq!(std::fs::read(kept).unwrap(), bytes);
}

#[cfg(target_os = "linux")]
#[test]
fn what_cannot_be_kept_is_judged_and_told() {
    let folder = tempfile::tempdir().unwrap();
    let (bytes, spec) = recorded(folder.path(), "200");
    let (mut child, told) = reading(&["-s", &spec, "--write", "/dev/full"]);
    child.stdin.take().unwrap().write_all(&bytes).unwrap();
    assert_eq!(ended(&mut child), 4);
    let said: Vec<String> = told.iter().collect();
    assert!(said.iter().any(|line| line.starts_with("error: --write: what was read could not be kept: No space")), "{said:?}");
    // So is what a probe hears.
    let target = Target::new(SPEC, &[]);
    let run = hopspec(&["probe", "-s", &spec, &format!("http://127.0.0.1:{}/", target.port), "--write", "/dev/full"]);
    assert_eq!(run.code, 4, "{run:?}");
    assert!(run.stderr.contains("--write") && run.stdout.contains("met"), "{run:?}");
}
