//! `lint` where there is nothing to lint, and where there is.

use crate::program::Program;

#[test]
fn no_specs_are_not_judged() {
    Program::new().run(&["lint"]).code(3).says("there is no folder ./specs").reports_nothing();
    let empty = Program::new().file("specs/readme.md", "none");
    empty.run(&["lint"]).code(3).says("there is no spec in specs").reports_nothing();
}

#[test]
fn a_spec_that_is_not_there_cannot_be_read() {
    Program::new().run(&["lint", "-s", "a.yaml"]).code(4).says("a.yaml").reports_nothing();
}

#[test]
fn yaml_of_another_tool_is_counted_and_refused_where_named() {
    let program = Program::new().file("specs/compose.yaml", "services: {}\n");
    program.run(&["lint"]).code(3).says("1 YAML file").reports_nothing();
    program.run(&["lint", "-s", "specs/compose.yaml"]).code(2).says("specs/compose.yaml is no spec").reports_nothing();
}
