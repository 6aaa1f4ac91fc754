//! The shipped evidence, recorded again: it can be, and it says the same.

use std::fs;
use std::path::Path;
use std::time::Duration;

use super::namespace::{bounded, command, output, possible, search_path};
use crate::kit::{hopspec, root};
use crate::program::Program;
use crate::shipped::files;

fn below(folder: &Path, ending: &str) -> Vec<String> {
    let all = files(folder).into_iter().filter(|path| path.extension().is_some_and(|e| e == ending));
    all.map(|path| path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned()).collect()
}

/// The messages of a capture, without what another recording of them does not share: when, and between which other packets.
fn messages(capture: &Path) -> Vec<serde_json::Value> {
    let run = hopspec(&["show", "--format", "jsonl", "--show-secrets", capture.to_str().unwrap()]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let message = |line: &str| {
        let mut message: serde_json::Value = serde_json::from_str(line).unwrap();
        for key in ["capture", "packet", "time"] {
            message.as_object_mut().unwrap().remove(key).unwrap();
        }
        message
    };
    run.stdout.lines().map(message).collect()
}

#[test]
fn the_evidence_can_be_recorded_again_and_says_the_same() {
    if !possible("replay", &["python3"]) {
        return;
    }
    let mut program = Program::new();
    for folder in ["captures", "specs"] {
        for file in files(&root().join(folder)).iter().filter(|file| file.extension().is_none_or(|ending| ending != "pcap")) {
            let path = file.strip_prefix(root()).unwrap().to_str().unwrap();
            program = program.file(path, fs::read(file).unwrap());
        }
    }
    let (own, anew) = (root().join("captures"), program.path("captures"));
    assert_eq!(below(&anew, "pcap"), [""; 0], "nothing but what is recorded now");

    let mut record = command("sh");
    let prefix = format!("hopspec{}-replay", std::process::id());
    record.arg("captures/record.sh").current_dir(program.path("")).env("HOPSPEC_NETNS", &prefix).env("PATH", search_path());
    let (ended, said) = bounded(record, Duration::from_secs(60), &program.path("record.log"));
    assert!(ended, "record.sh failed:\n{said}");
    let left = String::from_utf8_lossy(&output("ip", &["netns", "list"]).stdout).into_owned();
    assert!(!left.contains(&prefix), "record.sh leaves namespaces: {left}");

    // Those of proxies were recorded with the proxies themselves.
    let shipped: Vec<String> = below(&own, "pcap").into_iter().filter(|capture| !capture.starts_with("proxies/")).collect();
    assert_eq!(below(&anew, "pcap"), shipped);
    for capture in shipped {
        let (own, anew) = (messages(&own.join(&capture)), messages(&anew.join(&capture)));
        assert!(!own.is_empty() && anew == own, "{capture}\nrecorded now: {anew:#?}\nshipped: {own:#?}");
    }
    let run = program.run(&["check", "-s", "specs/aws"]).code(0);
    assert!(run.stdout.contains("met           aws/alb/health-check › alb-to-target"), "{}", run.stdout);
}
