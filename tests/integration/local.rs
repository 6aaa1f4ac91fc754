//! Every capture that was recorded for this project, held against `tests/fixtures/captures/local.tsv`: how many messages,
//! and which anomalies. What it says was held against tshark and against what origin and client wrote down.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::corpus::shared;
use crate::kit::{hopspec, root};
use crate::schema::assert_report;
use crate::shipped::files;

/// A row behind its path: packets, flows, requests, responses, anomalies.
type Row = [String; 5];

fn table() -> BTreeMap<String, Row> {
    let text = std::fs::read_to_string(root().join("tests/fixtures/captures/local.tsv")).unwrap();
    let rows = text.lines().filter(|line| !line.starts_with('#'));
    let cells = |line: &str| line.split('\t').map(str::to_owned).collect::<Vec<_>>();
    rows.map(cells).map(|mut row| (row.remove(0), Row::try_from(row).expect("five columns behind the path"))).collect()
}

/// Where a capture is: as it was recorded, or as it was copied to the project, maybe in gzip.
fn place(path: &str, shared: Option<&Path>) -> Option<PathBuf> {
    let copies = root().join("tests/fixtures/captures");
    let places = [shared.map(|folder| folder.join(path)), Some(copies.join(path)), Some(copies.join(format!("{path}.gz")))];
    places.into_iter().flatten().find(|place| place.is_file())
}

/// The secrets of a capture, where they lie beside it.
fn keylog(capture: &Path) -> Option<PathBuf> {
    let stem = capture.file_stem()?.to_str()?;
    let beside = |name: &str| Some(capture.with_file_name(format!("{name}.keylog"))).filter(|path| path.is_file());
    beside(stem).or_else(|| beside(stem.split('-').next()?))
}

fn told(capture: &Path) -> Row {
    let mut arguments = vec!["check", "--format", "json", "-s", "specs/aws/alb/health-check.yaml"];
    let keylog = keylog(capture);
    if let Some(keylog) = &keylog {
        arguments.extend(["--keylog", keylog.to_str().unwrap()]);
    }
    arguments.push(capture.to_str().unwrap());
    let run = hopspec(&arguments);
    assert!([0, 1, 3].contains(&run.code), "{}: exit {}: {}", capture.display(), run.code, run.stderr);
    let report = assert_report(&run.stdout);
    let capture = &report["captures"][0];
    let anomalies = capture["anomalies"].as_array().unwrap().iter();
    let anomalies: Vec<_> = anomalies.map(|a| format!("{}={}", a["kind"].as_str().unwrap(), a["count"])).collect();
    let anomalies = if anomalies.is_empty() { "-".to_owned() } else { anomalies.join(" ") };
    let [packets, flows, requests, responses] = ["packets", "flows", "requests", "responses"].map(|key| capture[key].to_string());
    [packets, flows, requests, responses, anomalies]
}

#[test]
fn every_local_capture_holds_what_the_table_says() {
    let (table, shared) = (table(), shared().map(|folder| folder.join("captures/local")));
    let (mut wrong, mut absent, mut held) = (Vec::new(), Vec::new(), 0);
    for (path, expected) in &table {
        let Some(capture) = place(path, shared.as_deref()) else {
            absent.push(path.as_str());
            continue;
        };
        let told = told(&capture);
        held += 1;
        if told != *expected {
            wrong.push(format!("{path}\t{}\n  not\t{}", told.join("\t"), expected.join("\t")));
        }
    }
    if !absent.is_empty() {
        eprintln!("SKIPPED: {} captures are not here: {}", absent.len(), absent.join(", "));
    }
    assert!(held > 20, "{held} captures held against the table");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_local_capture_has_a_row() {
    let Some(shared) = shared() else { return };
    let (table, folder) = (table(), shared.join("captures/local"));
    let is_capture = |path: &str| [".pcap", ".pcapng", ".pcap.gz", ".pcap.zst"].iter().any(|ending| path.ends_with(ending));
    for file in files(&folder) {
        let path = file.strip_prefix(&folder).unwrap().to_str().unwrap().replace('\\', "/");
        assert!(!is_capture(&path) || table.contains_key(&path), "{path} has no row");
    }
}
