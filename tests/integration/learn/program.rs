//! The program: where the draft goes, what is said beside it, and exit codes.

use crate::kit::root;
use crate::program::Program;

const TEXT: &str =
    "GET / HTTP/1.1\nHost: a.example\nAccept: */*\nCookie: sid=secret\n\nGET / HTTP/1.1\nHost: a.example\nAccept: */*\n";

fn capture(name: &str) -> Vec<u8> {
    std::fs::read(root().join("captures").join(name)).unwrap()
}

#[test]
fn a_draft_passes_lint_and_is_met_by_its_capture() {
    let program = Program::new().file("a.pcap", capture("aws/alb/forward/keep-alive.pcap"));
    let run = program.run(&["learn", "a.pcap"]).code(0);
    assert_eq!(run.stderr, "");
    let program = program.file("specs/a.yaml", &run.stdout);
    let lint = program.run(&["lint", "--strict"]).code(0);
    assert!(lint.stdout.starts_with("ok  specs/a.yaml   1 hop, "), "{}", lint.stdout);
    let met = program.run(&["check", "-s", "specs/a.yaml", "a.pcap"]).code(0);
    assert!(met.stdout.starts_with("met           a › port-8000   3 exchanges, "), "{}", met.stdout);
}

#[test]
fn a_draft_goes_to_a_file_that_holds_nothing_yet() {
    let program = Program::new().file("a.http", TEXT).file("mine.yaml", "title: mine\n").file("empty.yaml", "");
    program.run(&["learn", "a.http", "--output", "new.yaml"]).code(0).reports_nothing();
    program.run(&["learn", "a.http", "--output", "empty.yaml"]).code(0);
    let written = std::fs::read_to_string(program.path("new.yaml")).unwrap();
    assert!(written.contains("Accept: '*/*'") && !written.contains("secret\n") && written.contains("sid=<secret>"), "{written}");
    let refused = program.run(&["learn", "a.http", "--output", "mine.yaml"]).code(2).reports_nothing();
    assert_eq!(
        refused.stderr,
        "error: mine.yaml is there already, and a draft would be written over it; name another file, or remove it\n"
    );
    assert_eq!(std::fs::read_to_string(program.path("mine.yaml")).unwrap(), "title: mine\n");
    // A capture is never written over either.
    program.run(&["learn", "a.http", "--output", "a.http"]).code(2);
    program.run(&["learn", "a.http", "--output", "no/new.yaml"]).code(4).says("there is no folder no; make it first");
}

#[test]
fn it_is_the_same_again() {
    let program = Program::new().file("a.pcap", capture("aws/api-gateway/http-via-alb/keep-alive.pcap"));
    let [one, other] = [0, 1].map(|_| program.run(&["learn", "a.pcap"]).code(0).stdout);
    assert_eq!(one, other);
}

#[test]
fn a_stream_is_learned_from_to_its_end() {
    let program = Program::new().file("a.pcap", capture("aws/alb/health-check/ip-port-8000.pcap"));
    let stdin = std::fs::File::open(program.path("a.pcap")).unwrap();
    let output = program.command(&["learn", "-"]).stdin(stdin).output().unwrap();
    let run = program.told(&output).code(0);
    assert!(run.stdout.starts_with("title: Draft of what standard input showed\n"), "{}", run.stdout);
    program.run(&["learn", "-", "-"]).code(2).says("`-` is given twice");
}

#[test]
fn several_captures_make_one_draft() {
    let program = Program::new()
        .file("in/a.pcap", capture("aws/alb/health-check/ip-port-8000.pcap"))
        .file("in/b.pcap", capture("aws/alb/forward/append.pcap"))
        .file("in/readme.md", "no capture");
    let run = program.run(&["learn", "in"]).code(0).says("1 file is no capture and was passed over");
    assert!(run.stdout.starts_with("title: 'Draft of what a.pcap, b.pcap showed'\n"), "{}", run.stdout);
    let program = program.file("draft.yaml", &run.stdout);
    let met = program.run(&["check", "-s", "draft.yaml", "in"]).code(0);
    assert_eq!(met.stdout.matches("met  ").count(), 2, "{}", met.stdout);
    assert!(!met.stdout.contains("belong to no hop"), "{}", met.stdout);
}

#[test]
fn where_there_is_nothing_to_learn_it_says_why() {
    let program = Program::new().file("a.txt", "no message\n").file("folder/readme.md", "").file("a.http", TEXT);
    program.run(&["learn"]).code(2);
    program.run(&["learn", "missing.pcap"]).code(4).says("missing.pcap: there is no such file").reports_nothing();
    program.run(&["learn", "a.txt"]).code(4).says("a.txt: ").reports_nothing();
    program.run(&["learn", "folder"]).code(3).says("no capture in folder").reports_nothing();
    // What can be read is learned from all the same.
    let run = program.run(&["learn", "a.http", "missing.pcap"]).code(4);
    assert!(run.stdout.contains("title: Draft of what a.http showed"), "{}", run.stdout);
    let empty = Program::new().file("empty.pcap", &capture("aws/alb/forward/append.pcap")[..24]);
    empty.run(&["learn", "empty.pcap"]).code(3).says("there is no exchange to learn from").reports_nothing();
}

#[test]
fn connections_in_tls_are_learned_from_with_their_keys() {
    let fixture = |name: &str| std::fs::read(root().join("tests/fixtures/captures/s3").join(name)).unwrap();
    let program = Program::new().file("a.pcap", fixture("s3-tls.pcap")).file("a.keylog", fixture("s3-tls.keylog"));
    program.run(&["learn", "a.pcap"]).code(3).says("a.pcap holds more than was learned from: 6 flows of TLS without keys");
    let run = program.run(&["learn", "a.pcap", "--keylog", "a.keylog"]).code(0);
    assert!(run.stdout.contains("Authorization: { is: sigv4 }"), "{}", run.stdout);
    program.run(&["learn", "a.pcap", "--keylog", "no.keylog"]).code(4).says("--keylog no.keylog: there is no such file");
}

#[test]
fn sources_that_no_select_can_tell_apart_are_refused() {
    let conversation = ">>>\nGET / HTTP/1.1\r\nHost: a\r\n\r\n\n<<<\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n\n";
    let program =
        Program::new().file("a.pcap", capture("aws/alb/forward/append.pcap")).file("b.t", conversation).file("c.http", TEXT);
    program.run(&["learn", "a.pcap", "b.t"]).code(2).says("no select can tell apart").reports_nothing();
    let run = program.run(&["learn", "a.pcap", "c.http"]).code(0);
    assert!(run.stdout.contains("      source: wire\n") && run.stdout.contains("      source: text\n"), "{}", run.stdout);
    let program = program.file("draft.yaml", &run.stdout);
    let met = program.run(&["check", "-s", "draft.yaml", "a.pcap", "c.http"]).code(0);
    assert!(!met.stdout.contains("belong to no hop"), "{}", met.stdout);
}

#[test]
fn the_help_has_examples() {
    let run = Program::new().run(&["learn", "--help"]).code(0);
    assert!(run.stdout.contains("hopspec learn staging.pcap --output specs/my/app.yaml"), "{}", run.stdout);
}
