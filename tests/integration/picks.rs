//! Some hops only, captures of one hop, and one variant.

use serde_json::Value;

use crate::program::{Program, Run};

const SPEC: &str = "\
hops:
  edge:
    select: { request: { headers: { Via: { present: true } } } }
    request: { method: GET }
  inner:
    select: { request: { headers: { X-Inner: { present: true } } } }
    request: { method: GET }
  both:
    select: { request: { path: { prefix: / } } }
    request: { headers: { Host: x } }
";
const OTHER: &str = "hops: { other: { select: { request: { method: PUT } }, request: { method: PUT } } }\n";
const EDGE: &str = "POST /e HTTP/1.1\nHost: x\nVia: 1.1 a\n\n";
const INNER: &str = "POST /i HTTP/1.1\nHost: x\nX-Inner: 1\n\n";

fn folder() -> Program {
    Program::new()
        .file("specs/a.yaml", SPEC)
        .file("specs/other.yaml", OTHER)
        .file("edge.txt", EDGE)
        .file("inner.txt", INNER)
        .file("all.txt", format!("{EDGE}{INNER}PUT * HTTP/1.1\nHost: x\n\n"))
}

fn report(run: &Run) -> Value {
    serde_json::from_str(&run.stdout).unwrap()
}

/// `hop exchanges verdict` of every hop of a report.
fn hops(run: &Run) -> Vec<String> {
    let report = report(run);
    let specs = report["specs"].as_array().unwrap().iter();
    specs
        .flat_map(|spec| spec["hops"].as_array().unwrap())
        .map(|hop| format!("{} {} {}", hop["hop"].as_str().unwrap(), hop["exchanges"], hop["verdict"].as_str().unwrap()))
        .collect()
}

#[test]
fn only_the_hops_that_are_picked_are_judged() {
    let program = folder();
    let check = |args: &[&str]| program.run(&[&["check", "--format", "json", "all.txt"], args].concat());
    let all = check(&[]).code(1);
    assert_eq!(hops(&all), ["edge 1 violated", "inner 1 violated", "both 2 met", "other 1 met"]);
    let both = check(&["--hop", "both"]).code(0);
    assert_eq!(hops(&both), ["both 2 met"]);
    assert_eq!(report(&both)["unselected"]["exchanges"], 0, "the others belong to hops that are not judged");
    assert_eq!(hops(&check(&["--hop", "other", "--hop", "edge"]).code(1)), ["edge 1 violated", "other 1 met"]);
}

#[test]
fn a_hop_that_is_picked_must_be_seen() {
    let program = folder();
    program.run(&["check", "inner.txt", "--hop", "both"]).code(0);
    let run = program.run(&["check", "inner.txt", "--hop", "both", "--hop", "edge"]).code(3);
    assert!(run.stdout.contains("no exchange of hop `edge` is in the captures"), "{}", run.stdout);
    // A spec that is named requires its hops, unless others are picked.
    program.run(&["check", "edge.txt", "-s", "specs/a.yaml", "-s", "specs/other.yaml", "--hop", "both"]).code(0);
}

#[test]
fn a_hop_of_no_spec_is_refused_with_the_nearest() {
    let program = folder();
    program
        .run(&["check", "all.txt", "--hop", "edeg"])
        .code(2)
        .says("--hop edeg: no loaded spec has a hop `edeg`; did you mean `edge`?");
    program.run(&["check", "all.txt", "--hop", "zzz"]).code(2).says("they have `both`, `edge`, `inner`, `other`");
    let run = program.run(&["check", "--strict", "edeg=all.txt"]).code(2).reports_nothing();
    run.says(
        "edeg=all.txt: no loaded spec has a hop `edeg`; did you mean `edge`? (a file of this name is written ./edeg=all.txt)",
    );
}

#[test]
fn a_capture_of_a_hop_shows_no_other() {
    let program = folder();
    let run = program.run(&["check", "--format", "json", "both=all.txt"]).code(0);
    assert_eq!(hops(&run), ["edge 0 not-observed", "inner 0 not-observed", "both 2 met", "other 0 not-observed"]);
    // What is no exchange of that hop belongs to none.
    assert_eq!(report(&run)["unselected"]["exchanges"], 1);
    // Others are judged by every hop.
    let run = program.run(&["check", "--format", "json", "both=edge.txt", "inner.txt"]).code(1);
    assert_eq!(hops(&run), ["edge 0 not-observed", "inner 1 violated", "both 2 met", "other 0 not-observed"]);
    let captures: Vec<_> = report(&run)["captures"].as_array().unwrap().iter().map(|c| c["file"].clone()).collect();
    assert_eq!(captures, ["inner.txt", "edge.txt"]);
    // It must be seen.
    let run = program.run(&["check", "edge=inner.txt", "inner.txt"]).code(1);
    assert!(run.stdout.contains("no exchange of hop `edge` is in the captures"), "{}", run.stdout);
    program.run(&["check", "other=inner.txt"]).code(3);
}

#[test]
fn captures_of_a_hop_are_files_folders_and_streams() {
    let program = folder().file("d/edge.txt", EDGE).file("d/readme.md", "x").file("both=x.txt", EDGE);
    let run = program.run(&["check", "--format", "json", "both=d"]).code(0);
    assert_eq!(hops(&run)[2], "both 1 met");
    assert_eq!(program.run(&["check", "both=none.txt"]).code(4).says("none.txt: there is no such file").code, 4);
    program.run(&["check", "both=specs"]).code(3).says("no capture in specs");
    // A file whose name holds `=`.
    let run = program.run(&["check", "--format", "json", "./both=x.txt"]).code(1);
    assert_eq!(hops(&run), ["edge 1 violated", "inner 0 not-observed", "both 1 met", "other 0 not-observed"]);
    program.run(&["check", "both=-", "-"]).code(2).says("only once");
    let output = {
        use std::io::Write as _;
        let mut child = program
            .command(&["check", "both=-"])
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(EDGE.as_bytes()).unwrap();
        child.wait_with_output().unwrap()
    };
    assert_eq!(output.status.code(), Some(0));
    // Both together: what is bound is judged beside what is picked.
    let run = program.run(&["check", "--format", "json", "--hop", "other", "both=edge.txt", "all.txt"]).code(0);
    assert_eq!(hops(&run), ["both 3 met", "other 1 met"]);
}

#[test]
fn own_evidence_is_judged_by_what_is_picked() {
    let program = folder().file("captures/a/x.txt", EDGE).file("captures/a/y.txt", INNER);
    program.run(&["check"]).code(1);
    let run = program.run(&["check", "--format", "json", "--hop", "both"]).code(0);
    assert_eq!(hops(&run), ["both 2 met"]);
    assert!(!run.stdout.contains("spec-without-evidence"), "the other spec is not asked for:\n{}", run.stdout);
    // `y.txt` shows another hop, which is no fault of it.
    program.run(&["check", "--hop", "edge"]).code(1);
    program.run(&["check", "--hop", "other"]).code(3);
}

const VARIANTS: &str = "\
hops:
  h:
    request: { method: GET }
    variants:
      append: { request: { headers: { X-Forwarded-For: { list: { length: 2 } } } } }
      remove: { request: { absent: [X-Forwarded-For] } }
  plain:
    select: { request: { path: /plain } }
    request: { method: GET }
";

#[test]
fn a_variant_that_is_demanded_is_the_only_one() {
    let program = Program::new()
        .file("specs/v.yaml", VARIANTS)
        .file("append.txt", "GET / HTTP/1.1\nX-Forwarded-For: 1.1.1.1, 2.2.2.2\n\n")
        .file("remove.txt", "GET /plain HTTP/1.1\nHost: x\n\n");
    for capture in ["append.txt", "remove.txt"] {
        program.run(&["check", capture]).code(0);
    }
    let run = program.run(&["check", "--variant", "append", "append.txt"]).code(0);
    assert!(run.stdout.contains("variant append"), "{}", run.stdout);
    let run = program.run(&["check", "--variant", "append", "remove.txt"]).code(1);
    assert!(run.stdout.contains("error[field-missing]: `X-Forwarded-For`"), "{}", run.stdout);
    assert!(!run.stdout.contains("no variant is met"), "{}", run.stdout);
    assert!(run.stdout.contains("met           v › plain"), "a hop without variants is as ever:\n{}", run.stdout);
    program.run(&["check", "--variant", "remove", "append.txt"]).code(1);
    // Either of two, as long as no third is taken.
    program.run(&["check", "--variant", "remove", "--variant", "append", "append.txt"]).code(0);
    let says = "--variant apend: no loaded spec has a variant `apend`; did you mean `append`?";
    program.run(&["check", "--variant", "apend", "append.txt"]).code(2).says(says);
}

#[test]
fn a_shipped_variant_can_be_demanded() {
    let evidence = |name: &str| std::fs::read(crate::kit::root().join("captures/aws/alb/forward").join(name)).unwrap();
    let program = Program::new().file("remove.pcap", evidence("remove.pcap"));
    program.run(&["check", "-s", "aws/alb/forward", "--variant", "remove", "remove.pcap"]).code(0);
    program.run(&["check", "-s", "aws/alb/forward", "--variant", "append", "remove.pcap"]).code(1);
}
