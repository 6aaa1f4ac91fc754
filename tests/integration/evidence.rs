//! Which captures are a spec's own, and when its hops must be seen, however its path is written.

use crate::program::Program;

fn spec(agent: &str) -> String {
    format!(
        "hops:\n  h:\n    select: {{ request: {{ headers: {{ User-Agent: {agent} }} }} }}\n    request: {{ headers: {{ Host: x }} }}\n"
    )
}

fn request(agent: &str) -> String {
    format!("GET / HTTP/1.1\nHost: x\nUser-Agent: {agent}\n\n")
}

#[test]
fn a_named_file_is_required_however_its_path_is_written() {
    let program = Program::new().file("specs/a.yaml", spec("a")).file("specs/b.yaml", spec("b")).file("b.txt", request("b"));
    program.run(&["check", "-s", "specs", "b.txt"]).code(0);
    for named in ["specs/a.yaml", "./specs/a.yaml", "specs//a.yaml", "specs/../specs/a.yaml"] {
        program.run(&["check", "-s", named, "-s", "specs/b.yaml", "b.txt"]).code(3);
        program.run(&["check", "-s", "specs", "-s", named, "b.txt"]).code(3);
    }
}

#[test]
fn the_longest_path_owns_a_file() {
    let program = Program::new()
        .file("specs/a.yaml", spec("a"))
        .file("specs/a.b.yaml", spec("a.b"))
        .file("specs/a/c.yaml", spec("c"))
        .file("captures/a.txt", request("a"))
        .file("captures/a/other.txt", request("a"))
        .file("captures/a.b.txt", request("a.b"))
        .file("captures/a/c.x.txt", request("c"))
        .file("captures/a/c/y.txt", request("c"));
    let run = program.run(&["check"]).code(0);
    for line in
        ["a › h     2 exchanges in 2 captures", "a.b › h   1 exchange in 1 capture", "a/c › h   2 exchanges in 2 captures"]
    {
        assert!(run.stdout.contains(line), "{line:?} in\n{}", run.stdout);
    }
}

#[test]
fn evidence_is_found_from_inside_of_specs() {
    let program = Program::new().file("specs/deep/a.yaml", spec("a")).file("captures/deep/a.txt", request("a"));
    for (folder, named) in [("specs", "."), ("specs", "deep"), ("specs/deep", "."), ("specs/deep", "a.yaml"), (".", "./specs")] {
        let output = program.command(&["check", "-s", named]).current_dir(program.path(folder)).output().unwrap();
        let run = program.told(&output).code(0);
        assert!(run.stdout.contains("deep/a › h   1 exchange in 1 capture"), "{folder} -s {named}\n{}", run.stdout);
    }
}

#[test]
fn captures_that_are_given_need_no_folder_of_specs() {
    let program = Program::new().file("mine/a.yaml", spec("a")).file("evidence/a.txt", request("a"));
    program.run(&["check", "-s", "mine"]).code(3);
    program.run(&["check", "-s", "mine", "--captures", "evidence"]).code(0);
}

#[cfg(unix)]
#[test]
fn evidence_that_cannot_be_read_is_named_beside_what_can() {
    let program = Program::new().file("specs/a.yaml", spec("a")).file("captures/a/case/seen.txt", request("a"));
    std::os::unix::fs::symlink("nowhere.pcap", program.path("captures/a/case/gone.pcap")).unwrap();
    std::os::unix::fs::symlink("seen.txt", program.path("captures/a/case/linked.txt")).unwrap();
    let run = program.run(&["check"]).code(0);
    assert!(run.stdout.contains("a › h   2 exchanges in 1 capture"), "a link is followed:\n{}", run.stdout);
    assert!(run.stdout.contains("a: evidence was passed over: captures/a/case/gone.pcap"), "{}", run.stdout);
}
