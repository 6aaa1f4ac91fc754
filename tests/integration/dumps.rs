//! Packets that tcpdump printed are read as the capture that they came from.

use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use crate::kit::root;
use crate::program::Program;
use crate::schema::assert_report;

/// The messages of a file, without its name.
fn messages(program: &Program, file: &str) -> Vec<Value> {
    let run = program.run(&["show", "--format", "jsonl", file]);
    let lines = run.stdout.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    let mut messages: Vec<Value> = lines.collect();
    for message in &mut messages {
        message.as_object_mut().expect("an object").remove("capture");
    }
    messages
}

fn captures() -> Vec<PathBuf> {
    ["captures", "tests/fixtures/captures"]
        .iter()
        .flat_map(|folder| walkdir::WalkDir::new(root().join(folder)))
        .map(|entry| entry.unwrap().into_path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "pcap"))
        .collect()
}

#[test]
fn what_tcpdump_prints_is_what_it_read() {
    if Command::new("tcpdump").arg("--version").output().is_err() {
        eprintln!("tcpdump is not here: skipped");
        return;
    }
    let captures = captures();
    assert!(captures.len() > 50, "{}", captures.len());
    let mut found = 0;
    for (capture, options) in captures.iter().zip(["-X", "-XX", "-x", "-xx"].into_iter().cycle()) {
        let printed = Command::new("tcpdump").args(["-nn", "-tt", options, "-r"]).arg(capture).output().unwrap();
        assert!(!printed.stdout.is_empty(), "{capture:?}: {}", String::from_utf8_lossy(&printed.stderr));
        let program = Program::new().file("dump.txt", &printed.stdout);
        let expected = messages(&program, capture.to_str().unwrap());
        assert_eq!(messages(&program, "dump.txt"), expected, "{capture:?} {options}");
        found += expected.len();
    }
    assert!(found > 500, "{found} messages");
}

#[test]
fn a_dump_without_dates_says_so_and_one_without_bytes_is_refused() {
    let line = |at: &str, bytes: &str| format!("\t0x{at}:  {bytes}\n");
    let request = "00:38:11.870646 IP 10.0.0.1.40000 > 10.0.0.2.80: Flags [P.], length 20\n".to_owned()
        + &line("0000", "4500 0042 0001 4000 4006 0000 0a00 0001  E..B..@.@.......")
        + &line("0010", "0a00 0002 9c40 0050 0000 0001 0000 0001  .....@.P........")
        + &line("0020", "5018 ffff 0000 0000 4745 5420 2f20 4854  P.......GET./.HT")
        + &line("0030", "5450 2f31 2e31 0d0a 486f 7374 3a20 610d  TP/1.1..Host:.a.")
        + &line("0040", "0a0d 0a");
    let program = Program::new()
        .file("dump.txt", request.replace("0042", "0043"))
        .file("dots.txt", "00:38:11.870646 IP 10.0.0.1.4 > 10.0.0.2.80: Flags [P.], length 20\n");
    let shown = program.run(&["show", "dump.txt"]).code(0);
    assert!(shown.stdout.contains("packet 1, 10.0.0.1:40000 → 10.0.0.2:80, 1970-01-01T00:38:11.870646Z"), "{}", shown.stdout);
    let program = program.file("spec.yaml", "hops:\n  hop:\n    request: { method: GET }\n");
    let report = assert_report(&program.run(&["check", "-s", "spec.yaml", "dump.txt", "--format", "json"]).code(0).stdout);
    let kinds: Vec<&str> =
        report["captures"][0]["anomalies"].as_array().unwrap().iter().filter_map(|a| a["kind"].as_str()).collect();
    assert!(kinds.contains(&"time-unknown"), "{kinds:?}");
    program.run(&["show", "dots.txt"]).code(4).says("tcpdump -nn -tt -X");
}
