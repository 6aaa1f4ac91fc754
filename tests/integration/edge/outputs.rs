//! Reports that cannot be written, and readers that leave.

use std::process::Stdio;

use insta::assert_snapshot;

use super::site::{SPEC, connection, pcap, request, response, run, site};
use crate::kit::Message;
use crate::program::Program;

#[test]
fn a_report_into_a_folder_that_is_not_there() {
    let program = site();
    assert_snapshot!(run(&program, &["check", "good.pcap", "--format", "json=out/report.json"]), @r#"
    exit 4
    --- stderr
    error: out/report.json cannot be written: there is no folder out; make it first
    --- stdout
    met           health › alb-to-target   1 exchange, 4 expectations
    "#);
    assert_snapshot!(run(&program, &["check", "good.pcap", "--output", "out/report.txt"]), @r#"
    exit 4
    --- stderr
    error: out/report.txt cannot be written: there is no folder out; make it first
    "#);
    // An unwritten report outweighs its findings: 4 before 1.
    assert_snapshot!(run(&program, &["check", "-q", "bad.pcap", "--output", "specs"]), @r#"
    exit 4
    --- stderr
    error: specs cannot be written: it is a folder; name a file
    "#);
}

#[test]
fn a_report_under_a_file() {
    assert_snapshot!(run(&site(), &["check", "good.pcap", "--output", "good.pcap/report.txt"]), @r#"
    exit 4
    --- stderr
    error: good.pcap/report.txt cannot be written: a part of its path is a file
    "#);
}

/// Many exchanges, each another finding's value: reports longer than a pipe holds.
fn long() -> Program {
    let wrong = |n: usize| {
        Message::new(format!("GET /{n}{} HTTP/1.1", "x".repeat(200)))
            .with("Host", "10.0.2.7:8000")
            .with("User-Agent", "ELB-HealthChecker/2.0")
    };
    let all = (0..300).fold(connection(), |c, n| c.exchange(&wrong(n), &response())).exchange(&request(), &response());
    let specs: Vec<String> = (0..60).map(|n| SPEC.replace("Health check", &format!("{n}"))).collect();
    let program = Program::new().file("long.pcap", pcap(&[all]));
    specs.iter().enumerate().fold(program, |program, (n, spec)| program.file(&format!("specs/{n}.yaml"), spec))
}

/// A reader that takes one byte and leaves.
fn left(program: &Program, args: &[&str]) -> (i32, String) {
    use std::io::Read as _;
    let mut child = program.command(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stdout = child.stdout.take().unwrap();
    stdout.read_exact(&mut [0]).unwrap();
    drop(stdout);
    let output = child.wait_with_output().unwrap();
    (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn a_broken_pipe_is_no_error() {
    let program = long();
    for (args, code) in [
        (&["check", "long.pcap"][..], 1),
        (&["check", "--format", "json", "long.pcap"], 1),
        (&["show", "long.pcap"], 0),
        (&["show", "--format", "jsonl", "long.pcap"], 0),
    ] {
        let whole = program.run(args).code(code);
        assert!(whole.stdout.len() > 1 << 16, "{args:?}: {} bytes fit into a pipe", whole.stdout.len());
        assert_eq!(left(&program, args), (code, String::new()), "{args:?}");
    }
}
