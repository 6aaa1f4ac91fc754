//! Captures of the world, where they are there: neither crash nor hang on any, nothing made up where there is no HTTP, and
//! nothing found wrong with systems that the shipped specs do not describe.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::kit::{hopspec, root};
use crate::schema::assert_report;
use crate::shipped::files;

/// The folder that is shared beside the project; `None`, said loudly, where it is not there.
pub(crate) fn shared() -> Option<PathBuf> {
    let folder = std::env::var_os("HOPSPEC_SHARED").map_or_else(|| root().join("../shared"), PathBuf::from);
    let there = folder.join("captures").is_dir();
    if !there {
        eprintln!("SKIPPED: no captures in {}; HOPSPEC_SHARED names the folder", folder.display());
    }
    there.then_some(folder)
}

/// Exit code, lines of standard output and standard error of a run that must end soon.
fn bounded(args: &[&str], capture: &Path) -> (i32, usize, String) {
    let folder = tempfile::tempdir().unwrap();
    let (out, err) = (folder.path().join("out"), folder.path().join("err"));
    let mut child = Command::new(env!("CARGO_BIN_EXE_hopspec"))
        .args(args)
        .arg(capture)
        .current_dir(root())
        .stdin(Stdio::null())
        .stdout(File::create(&out).unwrap())
        .stderr(File::create(&err).unwrap())
        .spawn()
        .unwrap();
    let begin = Instant::now();
    let status = loop {
        match child.try_wait().unwrap() {
            Some(status) => break status,
            None if begin.elapsed() > Duration::from_secs(30) => {
                child.kill().unwrap();
                panic!("{} takes more than 30 seconds", capture.display());
            }
            None => std::thread::sleep(Duration::from_millis(2)),
        }
    };
    let text = |path| String::from_utf8_lossy(&std::fs::read(path).unwrap()).into_owned();
    (status.code().unwrap_or(-1), text(out).lines().count(), text(err))
}

#[test]
fn every_capture_is_shown_or_refused() {
    let Some(shared) = shared() else { return };
    let mut wrong = Vec::new();
    let mut seen = 0;
    for folder in ["captures/corpus", "captures/local"] {
        for capture in files(&shared.join(folder)) {
            let (code, lines, stderr) = bounded(&["show", "--format", "jsonl"], &capture);
            seen += 1;
            // Each exit code says what was there: messages, none, or no capture; the latter two with a reason.
            let right = match code {
                0 => lines > 0,
                3 => lines == 0 && !stderr.is_empty(),
                4 => lines == 0 && stderr.starts_with("error: "),
                _ => false,
            };
            if !right || stderr.contains("panicked") {
                wrong.push(format!("{}: exit {code}, {lines} messages, {stderr}", capture.display()));
            }
        }
    }
    assert!(seen > 100, "{seen} captures");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn captures_without_http_hold_no_message() {
    let Some(shared) = shared() else { return };
    let table = std::fs::read_to_string(shared.join("captures/corpus.tsv")).unwrap();
    let mut rows = table.lines().map(|line| line.split('\t').collect::<Vec<_>>());
    let header = rows.next().unwrap();
    let column = |name: &str| header.iter().position(|column| *column == name).unwrap();
    let counts = ["http_requests", "http_responses", "h2_frames"].map(column);
    let (local, tags) = (column("local"), column("tags"));
    let mut seen = 0;
    for row in rows.filter(|row| counts.iter().all(|at| row[*at] == "0") && !row[tags].contains("http-text")) {
        let (code, messages, stderr) = bounded(&["show", "--format", "jsonl"], &shared.join(row[local]));
        assert_eq!(messages, 0, "{}: {stderr}", row[local]);
        assert!([3, 4].contains(&code), "{}: exit {code}: {stderr}", row[local]);
        seen += 1;
    }
    assert!(seen > 20, "{seen} captures without HTTP");
}

/// Proxies and S3 look much like load balancers and gateways, and are none.
#[test]
fn other_systems_violate_nothing() {
    let Some(shared) = shared() else { return };
    for folder in ["captures/local/proxies", "captures/local/s3"] {
        let folder = shared.join(folder);
        let run = hopspec(&["check", "--format", "json", "-s", "specs", folder.to_str().unwrap()]);
        assert!([0, 3].contains(&run.code), "{}: exit {}: {}", folder.display(), run.code, run.stderr);
        assert_eq!(run.errors(), [], "{}", folder.display());
        let report = assert_report(&run.stdout);
        let requests = report["captures"].as_array().into_iter().flatten().filter_map(|c| c["requests"].as_u64()).sum::<u64>();
        assert!(requests > 0, "nothing was read of {}", folder.display());
    }
}
