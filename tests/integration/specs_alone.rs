//! `lint` where there is nothing to lint, and where there is.

use crate::program::Program;

#[test]
fn no_specs_are_not_judged() {
    Program::new().run(&["lint"]).code(3).says("there is no folder ./specs").reports_nothing();
    let empty = Program::new().file("specs/readme.md", "none");
    empty.run(&["lint"]).code(3).says("there is no spec in specs").reports_nothing();
}

#[test]
fn a_spec_that_is_not_there_is_named() {
    Program::new().run(&["lint", "-s", "a.yaml"]).code(2).says("a.yaml: there is no such file").reports_nothing();
}

#[test]
fn yaml_of_another_tool_is_counted_and_refused_where_named() {
    let program = Program::new().file("specs/compose.yaml", "services: {}\n");
    program.run(&["lint"]).code(3).says("1 YAML file").reports_nothing();
    program.run(&["lint", "-s", "specs/compose.yaml"]).code(2).says("specs/compose.yaml: not a spec").reports_nothing();
}

#[test]
fn every_mistake_is_told_at_once() {
    let bad = "title: x\nhops:\n  alb:\n    requst: { method: GET }\n    request:\n      headers:\n        Host: { regex: '(' }\n        Age: { is: nmber }\n";
    let program =
        Program::new().file("specs/a/bad.yaml", bad).file("specs/good.yaml", "hops: { x: { request: { method: GET } } }\n");
    let run = program.run(&["lint"]).code(2);
    for error in ["requst", "'('", "nmber", "errors in 1 spec", "--> specs/a/bad.yaml:4:5"] {
        assert!(run.stdout.contains(error), "{error}\n{}", run.stdout);
    }
    assert_eq!(program.run(&["lint", "-s", "specs/good.yaml"]).code(0).stdout, "ok  specs/good.yaml   1 hop, 1 expectation\n");
    // A check refuses with the same words, but they are no report.
    program.run(&["check", "a.pcap"]).code(2).says("errors in 1 spec").reports_nothing();
}

#[test]
fn a_select_that_needs_an_expected_field_is_warned_of() {
    let spec = "hops:\n  h:\n    select: { request: { headers: { User-Agent: { prefix: a } } } }\n    request:\n      headers:\n        User-Agent: abc\n        Host: x\n";
    let program = Program::new().file("specs/a.yaml", spec);
    let run = program.run(&["lint"]).code(0).says("warning: specs/a.yaml:6:9: a request without `User-Agent` is not found");
    assert_eq!(run.stderr.lines().count(), 1, "{}", run.stderr);
}
