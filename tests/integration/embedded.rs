//! The specs that are part of the program: named, as folders, and where there are no others.

use serde_json::Value;

use crate::kit::{Carrier, Format, Hop, Link, Site, interleaved, packets, write_file};
use crate::program::{Program, Run};

/// A folder with a capture of each system, and no specs.
fn folder() -> Program {
    let site = Site::numbered(5);
    let capture = |conversations: &[_]| {
        write_file(&packets(&interleaved(conversations), Carrier::ETHERNET), Link::Ethernet, Format::ALL[0])
    };
    let mut wrong = site.traffic(Hop::HealthCheck);
    wrong.request.set("Connection", "keep-alive");
    Hop::ALL
        .into_iter()
        .fold(Program::new(), |program, hop| {
            let name = format!("{}.pcap", hop.spec().rsplit('/').next().unwrap());
            program.file(&name, capture(&[site.traffic(hop).conversation(1)]))
        })
        .file("wrong.pcap", capture(&[wrong.conversation(1)]))
}

fn report(run: &Run) -> Value {
    serde_json::from_str(&run.stdout).unwrap()
}

/// The files of a report's specs.
fn files(run: &Run) -> Vec<String> {
    let report = report(run);
    report["specs"].as_array().unwrap().iter().map(|spec| spec["file"].as_str().unwrap().to_owned()).collect()
}

/// How many specs of AWS are part of the program.
fn of_aws() -> usize {
    hopspec::spec::embedded().iter().filter(|spec| spec.name.starts_with("aws/")).count()
}

#[test]
fn they_serve_where_there_are_no_others() {
    let program = folder();
    for hop in Hop::ALL {
        let capture = format!("{}.pcap", hop.spec().rsplit('/').next().unwrap());
        let run = program.run(&["check", "--format", "json", &capture]).code(0);
        let report = report(&run);
        let spec = report["specs"].as_array().unwrap().iter().find(|s| s["file"] == format!("{}.yaml", hop.spec())).unwrap();
        assert_eq!((&spec["verdict"], &spec["hops"][0]["exchanges"]), (&"met".into(), &1.into()), "{hop:?}");
    }
    let run = program.run(&["check", "health-check.pcap"]).code(0);
    assert!(
        run.stdout.contains("note: there is no ./specs: the shipped specs of aws/ were taken; -s names others\n"),
        "{}",
        run.stdout
    );
    let run = program.run(&["check", "wrong.pcap"]).code(1);
    assert!(run.stdout.contains("--> aws/alb/health-check.yaml:"), "{}", run.stdout);
    assert!(run.stdout.contains("Connection: close\n"), "the line of the spec:\n{}", run.stdout);
    assert!(run.stdout.contains("^^^^^"), "{}", run.stdout);
}

#[test]
fn a_folder_without_specs_counts_as_none() {
    let program = folder().file("specs/compose.yaml", "services: {}\n").file("specs/a.txt", "");
    let run = program.run(&["check", "health-check.pcap"]).code(0);
    let says = "note: ./specs holds no spec (1 YAML file that is no spec): the shipped specs of aws/ were taken; -s names others";
    assert!(run.stdout.contains(says), "{}", run.stdout);
    // One spec of one's own, right or wrong, and they are out of it.
    let own = folder().file("specs/a.yaml", "hops: { a: { request: { method: GET } } }\n");
    assert_eq!(files(&own.run(&["check", "--format", "json", "health-check.pcap"]).code(0)), ["specs/a.yaml"]);
    folder().file("specs/a.yaml", "hops: { a: 1 }\n").run(&["check", "health-check.pcap"]).code(2).says("specs/a.yaml:1:12");
}

#[test]
fn a_name_is_a_spec_or_a_folder() {
    let program = folder();
    let check = |spec: &str, capture: &str| program.run(&["check", "--format", "json", "-s", spec, capture]);
    for name in ["aws/alb/health-check", "aws/alb/health-check.yaml"] {
        assert_eq!(files(&check(name, "health-check.pcap").code(0)), ["aws/alb/health-check.yaml"], "{name}");
    }
    for name in ["aws/alb", "aws/alb/"] {
        let run = check(name, "health-check.pcap").code(0);
        assert_eq!(files(&run), ["aws/alb/forward.yaml", "aws/alb/health-check.yaml"], "{name}");
        assert!(!run.stdout.contains("hop-not-observed"), "hops of a folder may be missing");
    }
    assert_eq!(files(&check("aws/", "health-check.pcap").code(0)).len(), of_aws());
    // A spec that is named is required, as a file is.
    check("aws/alb/forward", "health-check.pcap").code(3);
    program.run(&["check", "-s", "aws/alb", "-s", "aws/alb/forward", "health-check.pcap"]).code(3);
}

#[test]
fn a_path_that_exists_wins() {
    let own = "hops: { own: { request: { method: GET } } }\n";
    let program = folder().file("aws/alb/forward", own).file("specs/aws/alb/health-check.yaml", own);
    let run = program.run(&["check", "--format", "json", "-s", "aws/alb/forward", "health-check.pcap"]).code(0);
    assert_eq!(report(&run)["specs"][0]["hops"][0]["hop"], "own");
    // `specs/…` is another path: who means that must say it.
    let run = program.run(&["check", "-s", "aws/alb/health-check", "health-check.pcap"]);
    assert!(
        run.stdout.contains("note: `aws/alb/health-check` is the shipped spec; specs/aws/alb/health-check.yaml is not read"),
        "{}\n{}",
        run.stdout,
        run.stderr
    );
    let both = ["check", "-s", "aws/alb/health-check", "-s", "specs/aws/alb/health-check.yaml", "health-check.pcap"];
    program.run(&both).code(2).says("two specs of the name `aws/alb/health-check`; name one of them only");
}

#[test]
fn a_name_that_is_none_says_what_was_meant() {
    let program = folder();
    let says = |name: &str, text: &str| {
        program.run(&["check", "-s", name, "health-check.pcap"]).code(2).says(text).reports_nothing();
    };
    says("aws/alb/forwrd", "there is no such file or folder, and no shipped spec of this name; did you mean aws/alb/forward?");
    says("health-check", "did you mean aws/alb/health-check?");
    says("specs/aws/alb", "did you mean aws/alb?");
    says("unlike/anything", "shipped are the specs of aws/alb, aws/api-gateway");
    program.run(&["lint", "-s", "aws/alb/forwrd"]).code(2).says("did you mean aws/alb/forward?");
    program.run(&["show", "--unselected", "-s", "aws/alb/forwrd", "wrong.pcap"]).code(2).says("did you mean aws/alb/forward?");
}

#[test]
fn they_have_no_captures_beside_them() {
    let program = folder();
    let run = program.run(&["check"]).code(3).reports_nothing();
    let says = "there is no ./specs, and the shipped specs come without captures: name one, as in `hopspec check staging.pcap`, \
                or say with --captures DIR where theirs lie";
    let run = run.says(says);
    assert_eq!(run.stderr.lines().count(), 1, "{}", run.stderr);
    program.run(&["check", "--strict", "-s", "aws/alb/forward"]).code(3).says("error: the shipped specs come without captures");
    // Beside others each says it for itself.
    let mixed =
        folder().file("specs/a.yaml", "hops: { a: { request: { method: GET } } }\n").file("captures/a.txt", "GET / HTTP/1.1\n\n");
    let run = mixed.run(&["check", "-s", "specs", "-s", "aws/alb/forward"]).code(0);
    assert!(run.stdout.contains("has no evidence: it is a shipped spec"), "{}", run.stdout);
    mixed.run(&["check", "--strict", "-s", "specs", "-s", "aws/alb/forward"]).code(1);
    // Where they are said to lie, they are read.
    let site = Site::numbered(2).traffic(Hop::HealthCheck);
    let bytes = write_file(&packets(&interleaved(&[site.conversation(2)]), Carrier::ETHERNET), Link::Ethernet, Format::ALL[0]);
    let program = program.file("mine/aws/alb/health-check/a.pcap", bytes);
    let run = program.run(&["check", "--captures", "mine", "-s", "aws/alb/health-check"]).code(0);
    assert!(run.stdout.contains("2 exchanges in 1 capture"), "{}", run.stdout);
    program.run(&["check", "--captures", "mine", "-s", "aws/alb/forward"]).code(3);
}

#[test]
fn show_and_lint_know_the_names() {
    let program = folder();
    let run = program.run(&["show", "--unselected", "-s", "aws/alb/health-check", "health-check.pcap"]).code(3);
    assert_eq!(run.stdout, "", "{}", run.stderr);
    let run = program.run(&["show", "--unselected", "-s", "aws/alb/health-check", "forward.pcap"]).code(0);
    assert!(run.stdout.contains("X-Forwarded-For"), "{}", run.stdout);
    program
        .run(&["show", "--unselected", "forward.pcap"])
        .says("note: there is no ./specs: the shipped specs of aws/ were taken");
    let run = program.run(&["lint", "-s", "aws/"]).code(0);
    let lines = run.stdout.lines().filter(|line| line.starts_with("ok  aws/")).count();
    assert_eq!(lines, of_aws(), "{}", run.stdout);
    program.run(&["lint"]).code(3).says("as in `-s aws/alb`");
}
