//! Where values of params come from, and which of them counts.

use std::process::Command;

use crate::program::{Program, Run};

const SPEC: &str = "\
params:
  host: { about: the host, is: dns-name, default: default.example }
  port: { is: port, optional: true }
hops:
  h:
    request:
      headers:
        Host: ${host}
";

fn folder() -> Program {
    Program::new().file("specs/a.yaml", SPEC).file("t.txt", "GET / HTTP/1.1\nHost: x.example\n\n")
}

fn with(program: &Program, args: &[&str], variables: &[(&str, &str)]) -> Run {
    let mut command: Command = program.command(args);
    program.told(&command.envs(variables.iter().copied()).output().unwrap())
}

/// What the report says of where the value came from.
fn bound(run: &Run) -> String {
    let line = run.stdout.lines().find_map(|line| line.split_once("= bound: ")).map(|(_, bound)| bound.trim().to_owned());
    line.unwrap_or_else(|| panic!("no bound name in\n{}{}", run.stdout, run.stderr))
}

#[test]
fn the_nearest_value_counts_and_says_where_it_is_from() {
    let program = folder()
        .file("one.yaml", "# comment\nhost: one.example\n")
        .file("two.json", "{\"host\": \"two.example\"}\n")
        .file("named.yaml", "host: x.example\n");
    let variable = [("HOPSPEC_PARAM_HOST", "env.example")];
    let args = |more: &[&'static str]| [&["check", "t.txt"], more].concat();
    let bound_by = |more: &[&'static str], variables: &[(&str, &str)]| bound(&with(&program, &args(more), variables).code(1));
    assert_eq!(bound_by(&[], &[]), "host = default.example, from the param's default");
    assert_eq!(bound_by(&["--params", "one.yaml"], &[]), "host = one.example, from one.yaml:2");
    assert_eq!(bound_by(&["--params", "one.yaml", "--params", "two.json"], &[]), "host = two.example, from two.json:1");
    assert_eq!(bound_by(&["--params", "one.yaml"], &variable), "host = env.example, from HOPSPEC_PARAM_HOST");
    let all = ["--params", "one.yaml", "--param", "host=first.example", "--param", "host=last.example"];
    assert_eq!(bound_by(&all, &variable), "host = last.example, from --param");
    // And where it is right, it is met.
    with(&program, &args(&["--params", "named.yaml"]), &[]).code(0);
    with(&program, &args(&[]), &[("HOPSPEC_PARAM_HOST", "x.example")]).code(0);
}

#[test]
fn a_variable_has_the_params_name_in_any_case() {
    let program = folder();
    for name in ["HOPSPEC_PARAM_HOST", "HOPSPEC_PARAM_host"] {
        with(&program, &["check", "t.txt"], &[(name, "x.example")]).code(0);
    }
    // Of two variables for one param the exact name counts.
    #[cfg(unix)]
    with(&program, &["check", "t.txt"], &[("HOPSPEC_PARAM_HOST", "y.example"), ("HOPSPEC_PARAM_host", "x.example")]).code(0);
    // A variable that is empty is not given: CI systems set those of which they know no value.
    let run = with(&program, &["check", "t.txt"], &[("HOPSPEC_PARAM_HOST", ""), ("HOPSPEC_PARAM_NONE", "")]).code(1);
    assert_eq!(bound(&run), "host = default.example, from the param's default");
    // Other variables are none of ours.
    with(&program, &["check", "t.txt"], &[("HOPSPEC_PARAM_HOST", "x.example"), ("HOPSPEC_OTHER", "1"), ("HOPSPEC_PARAM_", "1")])
        .code(0);
}

#[test]
fn a_name_that_no_spec_knows_is_refused_wherever_it_stands() {
    let program = folder().file("p.yaml", "host: x.example\nhots: y.example\n");
    let run = with(&program, &["check", "t.txt"], &[("HOPSPEC_PARAM_HOTS", "x.example")]).code(2).reports_nothing();
    run.says("HOPSPEC_PARAM_HOTS is set, and no loaded spec has a param `hots`; did you mean `host`? (or unset it for this run)");
    let run = program.run(&["check", "t.txt", "--params", "p.yaml"]).code(2).reports_nothing();
    let run =
        run.says("error: no loaded spec has a param `hots`\n --> p.yaml:2:1").says("^^^^").says("help: did you mean `host`?");
    run.says("1 error in 1 file");
}

#[test]
fn a_value_outside_of_its_constraint_is_refused_wherever_it_stands() {
    let program = folder().file("p.yaml", "port: 80\nhost: 10.0.0.1\n");
    let run = with(&program, &["check", "t.txt"], &[("HOPSPEC_PARAM_PORT", "http")]).code(2).reports_nothing();
    run.says("HOPSPEC_PARAM_PORT=http: spec `a` wants ");
    let run = program.run(&["check", "t.txt", "--params", "p.yaml"]).code(2).reports_nothing();
    run.says("error: the value of `host` is not what it must be\n --> p.yaml:2:7").says("spec `a` wants ");
    // It is refused even where a stronger one counts.
    program.run(&["check", "t.txt", "--params", "p.yaml", "--param", "host=x.example"]).code(2);
}

#[test]
fn a_file_that_is_wrong_or_not_there_is_named() {
    let program = folder()
        .file("list.yaml", "- host\n")
        .file("deep.json", "{\"host\": {\"a\": 1}}")
        .file("twice.yaml", "host: a.b\nhost: c.d\n");
    let says = |file: &str, text: &str| {
        program.run(&["check", "t.txt", "--params", file]).code(2).says(text).reports_nothing();
    };
    says("none.yaml", "error: --params none.yaml: there is no such file");
    says("list.yaml", "a file of params is a mapping, and here stands a list");
    says("deep.json", "a param's value is a text, and here stands a mapping");
    says("twice.yaml", "`host` stands twice in a file of params");
    program.run(&["check", "t.txt", "--params", "specs"]).code(4).says("--params specs: cannot be read");
}

#[test]
fn show_takes_them_too() {
    let spec = "params: { host: { is: dns-name } }\nhops:\n  h:\n    select: { request: { headers: { Host: \"${host}\" } } }\n    request: { method: GET }\n";
    let program = Program::new()
        .file("specs/a.yaml", spec)
        .file("t.txt", "GET /x HTTP/1.1\nHost: x.example\n\nGET /y HTTP/1.1\nHost: y.example\n\n")
        .file("p.yaml", "host: x.example\n");
    for run in [
        program.run(&["show", "--unselected", "--params", "p.yaml", "t.txt"]),
        with(&program, &["show", "--unselected", "t.txt"], &[("HOPSPEC_PARAM_HOST", "x.example")]),
    ] {
        let run = run.code(0);
        assert!(run.stdout.contains("GET /y") && !run.stdout.contains("GET /x"), "{}", run.stdout);
    }
    program.run(&["show", "--params", "p.yaml", "t.txt"]).code(2).says("--unselected");
}
