//! Reports that cannot be written, and readers that leave.

use std::process::Stdio;

use insta::assert_snapshot;

use super::site::{SPEC, bad, connection, pcap, request, response, run, site};
use crate::kit::Message;
use crate::program::Program;

#[test]
fn a_report_into_a_folder_that_is_not_there() {
    let program = site();
    assert_snapshot!(run(&program, &["check", "good.pcap", "--format", "json=out/report.json"]), @r#"
    exit 4
    --- stderr
    error: out/report.json cannot be written: there is no folder out; make it first
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

#[test]
fn what_comes_before_a_report_that_cannot_be_written() {
    // The report is tried before captures are read: nobody waits for it in vain.
    let program = site().file("bad.yaml", "hops:\n  h: { requst: { method: GET } }\n");
    program.run(&["check", "missing.pcap", "--output", "out/r"]).code(4).says("there is no folder out").reports_nothing();
    // An invalid spec outweighs it.
    program.run(&["check", "-s", "bad.yaml", "good.pcap", "--output", "out/r"]).code(2).says("`requst`").reports_nothing();
    // A trial leaves no trace, and no file is emptied before there is something to write.
    program.run(&["check", "-s", "bad.yaml", "good.pcap", "--output", "new.txt"]).code(2);
    assert!(!program.path("new.txt").exists());
    let program = program.file("old.txt", "old");
    program.run(&["check", "missing.pcap", "--format", "json=old.txt", "-s", "bad.yaml"]).code(2);
    assert_eq!(std::fs::read_to_string(program.path("old.txt")).unwrap(), "old");
}

#[test]
fn a_report_is_never_written_over_what_is_read() {
    let program = site();
    let good = std::fs::read(program.path("good.pcap")).unwrap();
    for args in [
        &["check", "good.pcap", "--output", "./good.pcap"][..],
        &["check", "bad.pcap", "good.pcap", "--format", "json=good.pcap"],
        &["check", "-s", "specs/health.yaml", "good.pcap", "--output", "specs/../specs/health.yaml"],
    ] {
        program.run(args).code(2).says("would be written over it").reports_nothing();
    }
    assert_eq!(std::fs::read(program.path("good.pcap")).unwrap(), good);
}

#[test]
fn one_run_serves_annotations_the_log_and_a_file() {
    let program = site();
    let run = program.run(&["check", "bad.pcap", "--format", "github", "--format", "json=r.json", "--format=text=r.txt"]).code(1);
    assert_snapshot!(run.stdout, @r#"
    ::error file=specs/health.yaml,line=10,col=15,title=hopspec field-value-mismatch::`Host` is not what hop `alb-to-target` must carry%0Aexpected: `10.0.2.7:8000`%0Aseen: `app.example.com` in bad.pcap, packet 4, 10.0.1.5:41022 → 10.0.2.7:8000, 2026-11-20T08:11:02Z%0Ashow: hopspec show bad.pcap --packet 4      tshark -r bad.pcap -Y frame.number==4%0Aaccept: line 10 → Host: app.example.com
    violated: 1 error in 1 hop, 1 exchange
    "#);
    let file = |name: &str| std::fs::read_to_string(program.path(name)).unwrap();
    crate::schema::assert_report(&file("r.json"));
    assert!(file("r.txt").starts_with("error[field-value-mismatch]"));
}

#[test]
fn files_of_annotations_lie_in_the_repository() {
    let program = Program::new().file("repo/sub/specs/health.yaml", SPEC).file("repo/sub/bad.pcap", bad());
    let spec = program.path("repo/sub/specs/health.yaml");
    let run = |args: &[&str], workspace: &str| {
        let mut command = program.command(&[&["check", "--format", "github", "bad.pcap"], args].concat());
        let output = command.current_dir(program.path("repo/sub")).env("GITHUB_WORKSPACE", program.path(workspace)).output();
        program.told(&output.unwrap()).code(1).stdout
    };
    assert!(run(&[], "repo").starts_with("::error file=sub/specs/health.yaml,line="));
    assert!(run(&["-s", spec.to_str().unwrap()], "repo").starts_with("::error file=sub/specs/health.yaml,line="));
    // Another folder is no repository of these files: this folder is.
    assert!(run(&[], "elsewhere").starts_with("::error file=specs/health.yaml,line="));
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
