//! `captures:` of a spec file: evidence that it names itself.

use serde_json::Value;

use crate::kit::root;
use crate::program::{Program, Run};

const HEAD: &str = "\
params:
  host: { is: dns-name }
hops:
  a: { select: { request: { path: /a } }, request: { headers: { Host: \"${host}\" } } }
  b: { select: { request: { method: GET } }, request: { headers: { Accept: { present: true } } } }
";

fn get(path: &str, host: &str) -> String {
    format!("GET {path} HTTP/1.1\nHost: {host}\nAccept: x\n\n")
}

fn spec(captures: &str) -> String {
    format!("{HEAD}captures:\n{captures}")
}

/// `hop exchanges verdict` of every hop.
fn hops(run: &Run) -> Vec<String> {
    let report: Value = serde_json::from_str(&run.stdout).unwrap();
    let hops = report["specs"][0]["hops"].as_array().unwrap().iter();
    hops.map(|hop| format!("{} {} {}", hop["hop"].as_str().unwrap(), hop["exchanges"], hop["verdict"].as_str().unwrap()))
        .collect()
}

#[test]
fn each_entry_is_a_case_with_its_own_params() {
    let entries = "  - { path: ../evidence/x.txt, params: { host: x.example }, about: in one region }\n  \
                   - { path: ../evidence/y.txt, params: { host: y.example } }\n  - ../evidence/any.txt\n";
    let program = Program::new()
        .file("specs/s.yaml", spec(entries))
        .file("evidence/x.txt", get("/a", "x.example"))
        .file("evidence/y.txt", get("/a", "y.example"))
        .file("evidence/any.txt", get("/a", "z.example"));
    let run = program.run(&["check", "--format", "json"]).code(0);
    assert_eq!(hops(&run), ["a 3 met", "b 3 met"]);
    // What is given counts before what they say; the finding names who gave it.
    let run = program.run(&["check", "--param", "host=x.example"]).code(1);
    assert!(run.stdout.contains("host = x.example, from --param"), "{}", run.stdout);
    let wrong = program.file("evidence/y.txt", get("/a", "x.example"));
    let run = wrong.run(&["check"]).code(1);
    assert!(run.stdout.contains("host = y.example, from specs/s.yaml:8"), "{}", run.stdout);
    assert!(run.stdout.contains("= seen:  1 of 3 exchanges; evidence/y.txt:1"), "{}", run.stdout);
    // With a capture at hand they are not looked at.
    wrong.run(&["check", "evidence/any.txt"]).code(0);
}

#[test]
fn a_condition_that_was_met_is_asked_again_where_a_param_has_no_value() {
    let spec = "\
params:
  host: { optional: true }
hops:
  a:
    checks:
      - { id: c, that: 'request.method == \"GET\" || request.header(\"Host\") == host' }
captures:
  - { path: x.pcap, params: { host: x.example } }
  - y.pcap
";
    // What is met is remembered of packets only.
    let packets = std::fs::read(root().join("captures/aws/alb/health-check/instance-port-8000.pcap")).unwrap();
    let program = Program::new().file("mine/s.yaml", spec).file("mine/x.pcap", packets.clone()).file("mine/y.pcap", packets);
    let run = program.run(&["check", "--format", "json", "-s", "mine/s.yaml"]).code(0);
    let report: Value = serde_json::from_str(&run.stdout).unwrap();
    let hop = &report["specs"][0]["hops"][0];
    let (exchanges, met) = (hop["exchanges"].as_u64().unwrap(), hop["expectations"][0]["met"].as_u64().unwrap());
    assert!(exchanges > 2 && exchanges == 2 * met, "{hop:#}");
}

#[test]
fn a_condition_that_was_met_is_asked_again_where_another_hop_was_not_seen() {
    let spec = "\
hops:
  front: { select: { dst: { port: 18001 } } }
  back:
    select: { dst: { port: 19001 } }
    follows: front
    request: { headers: { Connection: { present: true, bind: how } } }
    checks:
      - { id: c, that: 'request.method == \"GET\" || hop(\"front\").request.header(\"A\").pair(how) == \"1\"' }
captures:
  - x.pcap
  - { path: y.pcap, hop: back }
";
    let packets = std::fs::read(root().join("tests/fixtures/captures/proxies/nginx-default.pcap")).unwrap();
    let program = Program::new().file("mine/s.yaml", spec).file("mine/x.pcap", packets.clone()).file("mine/y.pcap", packets);
    let run = program.run(&["check", "--format", "json", "-s", "mine/s.yaml"]).code(0);
    let report: Value = serde_json::from_str(&run.stdout).unwrap();
    let back = &report["specs"][0]["hops"][1];
    // Three of the five requests in one file are GET. In the other, nothing is to be judged.
    assert_eq!((&back["exchanges"], &back["expectations"][1]["met"]), (&10.into(), &3.into()), "{back:#}");
}

#[test]
fn an_entry_shows_one_hop_or_a_folder_of_captures() {
    let entries = "  - { path: x.txt, hop: a }\n  - ./sub\n";
    let program = Program::new()
        .file("mine/s.yaml", spec(entries))
        .file("mine/x.txt", get("/a", "x.example"))
        .file("mine/sub/one.txt", get("/b", "x.example"))
        .file("mine/sub/two.txt", get("/c", "x.example"));
    let run = program.run(&["check", "--format", "json", "-s", "mine/s.yaml"]).code(0);
    assert_eq!(hops(&run), ["a 1 met", "b 2 met"]);
    let report: Value = serde_json::from_str(&run.stdout).unwrap();
    let files: Vec<_> = report["captures"].as_array().unwrap().iter().map(|c| c["file"].as_str().unwrap().to_owned()).collect();
    assert_eq!(files, ["mine/x.txt", "mine/sub/one.txt", "mine/sub/two.txt"]);
    // A case that shows nothing of its hop is one that holds no exchange.
    let other = program.file("mine/x.txt", get("/b", "x.example"));
    let run = other.run(&["check", "-s", "mine/s.yaml"]).code(3);
    assert!(run.stdout.contains("mine/x.txt is evidence of this spec and holds no exchange of its hops"), "{}", run.stdout);
}

#[test]
fn what_lies_at_the_specs_path_too_is_read_once() {
    let entries = "  - { path: ../captures/s/x.txt, params: { host: x.example } }\n";
    let program = Program::new()
        .file("specs/s.yaml", spec(entries))
        .file("captures/s/x.txt", get("/a", "x.example"))
        .file("captures/s/y.txt", get("/a", "y.example"));
    let run = program.run(&["check", "--format", "json"]).code(0);
    assert_eq!(hops(&run), ["a 2 met", "b 2 met"]);
    program.file("captures/s/x.txt", get("/a", "y.example")).run(&["check"]).code(1);
}

#[test]
fn what_is_not_there_or_no_capture_is_said_with_its_place() {
    let program =
        Program::new().file("specs/s.yaml", spec("  - ../captures/none.pcap\n")).file("other/t.txt", get("/a", "x.example"));
    let run = program.run(&["check"]).code(1);
    assert!(
        run.stdout.contains("error[spec-without-evidence]: spec `s` names captures/none.pcap as evidence: there is no such file"),
        "{}",
        run.stdout
    );
    assert!(run.stdout.contains("--> specs/s.yaml:7:5"), "{}", run.stdout);
    assert_eq!(run.stdout.matches("error[spec-without-evidence]").count(), 1, "{}", run.stdout);
    program.run(&["check", "other/t.txt"]).code(0);
    let run = program.file("captures/none.pcap", "").run(&["check"]);
    assert!(run.code == 3 && run.stdout.contains("captures/none.pcap"), "{} {}", run.code, run.stdout);
    let empty = Program::new().file("specs/s.yaml", spec("  - ../folder\n")).file("folder/sub/.keep", "");
    std::fs::remove_file(empty.path("folder/sub/.keep")).unwrap();
    assert!(empty.run(&["check"]).code(1).stdout.contains("there is no file in this folder"));
}

#[test]
fn a_value_outside_of_its_constraint_is_refused() {
    let program = Program::new()
        .file("specs/s.yaml", spec("  - { path: x.txt, params: { host: 10.0.0.1 } }\n"))
        .file("specs/x.txt", get("/a", "x.example"));
    program
        .run(&["check"])
        .code(2)
        .says("the value of `host` is not what it must be\n --> specs/s.yaml:7:36")
        .says("spec `s` wants");
}
