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
fn what_is_odd_is_warned_of_with_its_place() {
    let spec = "params: { host: { is: dns-name } }\nhops:\n  h:\n    select: { request: { headers: { User-Agent: { prefix: a } } } }\n    request:\n      headers:\n        User-Agent: abc\n        Host: { contains: '' }\n";
    let program = Program::new().file("specs/a.yaml", spec).file("specs/b.yaml", "hops: { x: { request: { method: GET } } }\n");
    let run = program.run(&["lint"]).code(0);
    insta::assert_snapshot!(run.stdout, @"
    warning: nothing uses the param `host`
     --> specs/a.yaml:1:11
      |
    1 | params: { host: { is: dns-name } }
      |           ^^^^
      |
      = help: name it where it is expected, `${host}`, or leave it away

    warning: the `select` of hop `h` does not find a request in which `User-Agent` is missing
     --> specs/a.yaml:7:9
      |
    7 |         User-Agent: abc
      |         ^^^^^^^^^^ nothing can say that it is missing
      |
      = help: add another sign of the hop under `any`, or leave this one out of the select

    warning: this fits every value
     --> specs/a.yaml:8:17
      |
    8 |         Host: { contains: '' }
      |                 ^^^^^^^^^^^^
      |
      = help: write `{ present: true }` if it must be there, whatever it is

    3 warnings in 1 spec
    ok  specs/a.yaml   1 hop, 2 expectations, 3 warnings
    ok  specs/b.yaml   1 hop, 1 expectation
    ");
    assert_eq!(run.stderr, "");
    assert_eq!(program.run(&["lint", "--strict"]).code(1).stdout, run.stdout);
    program.run(&["lint", "--strict", "-s", "specs/b.yaml"]).code(0);
    // A check is not held up by what is only odd.
    program.run(&["check", "-s", "specs/a.yaml", "a.pcap"]).code(4);
}

#[test]
fn types_that_another_spec_includes_are_used() {
    let a = "types: { id: { is: hex } }\nhops: { a: { request: { method: GET } } }\n";
    let b = "include: a.yaml\nhops: { b: { request: { headers: { Id: { is: id } } } } }\n";
    let program = Program::new().file("specs/a.yaml", a).file("specs/b.yaml", b);
    program.run(&["lint", "--strict"]).code(0);
    let alone = program.run(&["lint", "--strict", "-s", "specs/a.yaml"]).code(1);
    assert!(alone.stdout.contains("warning: nothing uses the type `id`"), "{}", alone.stdout);
}

#[test]
fn the_shipped_specs_are_not_odd() {
    Program::new().run(&["lint", "--strict", "-s", "aws"]).code(0);
}
