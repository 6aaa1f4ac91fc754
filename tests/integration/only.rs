//! `--where`: which exchanges are looked at.

use crate::program::Program;

const SPEC: &str = "hops: { h: { request: { headers: { Host: a } } } }\n";
const TEXT: &str = "GET /1 HTTP/1.1\nHost: a\nX: 1\n\nGET /2 HTTP/1.1\nHost: b\n\n";

fn folder() -> Program {
    Program::new().file("specs/a.yaml", SPEC).file("t.txt", TEXT)
}

#[test]
fn what_is_left_out_is_not_judged_and_counted() {
    let program = folder();
    program.run(&["check", "t.txt"]).code(1);
    let kept = program.run(&["check", "--where", "request.path == \"/1\"", "t.txt"]).code(0);
    insta::assert_snapshot!(kept.stdout);
    program.run(&["check", "--where", "request.path == \"/2\"", "t.txt"]).code(1);
    let none = program.run(&["check", "--where", "request.path == \"/3\"", "t.txt"]).code(3);
    assert!(none.stdout.contains("--where leaves out 2 exchanges"), "{}", none.stdout);
    // What cannot be said of an exchange leaves it out, and is told apart.
    let undecided = program.run(&["check", "--where", "request.header(\"X\") == \"1\"", "t.txt"]).code(0);
    assert!(undecided.stdout.contains("--where cannot be decided for 1 exchange"), "{}", undecided.stdout);
    program.run(&["check", "--format", "json", "--where", "src.ip == \"10.0.0.1\"", "t.txt"]).code(3);
}

#[test]
fn a_condition_that_is_none_is_usage() {
    let wrong = folder().run(&["check", "--where", "src.ip == alb", "t.txt"]).code(2).reports_nothing();
    insta::assert_snapshot!(wrong.stderr);
    folder().run(&["check", "--where", "src.port == \"80\"", "t.txt"]).code(2).says("`==` means nothing here");
    folder().run(&["check", "--where", "request.method", "t.txt"]).code(2).says("must be true or false");
}
