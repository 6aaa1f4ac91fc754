//! Evidence of other projects, where it is at hand: what is found in each file is what `docs/sources.md` says.

use std::path::{Path, PathBuf};

use crate::corpus::shared;
use crate::kit::root;
use crate::program::Program;

/// Holds a folder's files against their rows, where it is at hand.
#[track_caller]
fn are_as_documented(folder: &str, least: usize) {
    let Some(shared) = shared() else { return };
    files_are_as_documented(files_of(&shared.join(folder)), folder, least);
}

fn files_of(folder: &Path) -> Vec<PathBuf> {
    std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_file()).collect()
}

/// Holds files against their rows: `show --count` gives requests and responses, or a sentence why not.
#[track_caller]
fn files_are_as_documented(mut files: Vec<PathBuf>, folder: &str, least: usize) {
    files.retain(|path| path.extension().is_some_and(|ending| ending != "tsv"));
    files.sort();
    assert!(files.len() >= least, "{folder}: {} files", files.len());
    let rows: Vec<String> =
        files.iter().map(|path| row(&path.to_string_lossy(), &path.file_name().unwrap().to_string_lossy())).collect();
    let documented = std::fs::read_to_string(root().join("docs/sources.md")).unwrap();
    let missing: Vec<&String> = rows.iter().filter(|row| !documented.contains(row.as_str())).collect();
    assert!(missing.is_empty(), "docs/sources.md lacks {missing:#?}\nall of them:\n{}", rows.join("\n"));
}

fn row(path: &str, name: &str) -> String {
    let run = Program::new().run(&["show", "--count", path]);
    if run.code != 0 {
        assert_eq!(run.code, 4, "{name}: {}", run.stderr);
        assert!(!run.stderr.contains("panicked") && run.stderr.lines().count() == 1, "{name}: {}", run.stderr);
        return format!("| `{name}` | refused | |");
    }
    let number = |key: &str| {
        let rest = run.stdout.split(key).nth(1).unwrap_or_else(|| panic!("{name}: {}", run.stdout));
        rest.split_whitespace().next().unwrap_or_default().to_owned()
    };
    format!("| `{name}` | {} | {} |", number("requests "), number("responses "))
}

#[test]
fn every_har() {
    are_as_documented("har", 20);
}

/// Of each shape in the catalogue: how many files, and what is found in them.
#[test]
fn every_event() {
    let Some(shared) = shared() else { return };
    let catalogue = std::fs::read_to_string(shared.join("events/catalogue.tsv")).unwrap();
    let mut shapes: std::collections::BTreeMap<&str, [u64; 4]> = std::collections::BTreeMap::new();
    let mut files = 0;
    for line in catalogue.lines().skip(1) {
        let cells: Vec<&str> = line.split('\t').collect();
        let [name, .., _, _, _, _] = cells.as_slice() else { panic!("{line}") };
        let shape = cells[5];
        let row = row(&shared.join("events").join(name).to_string_lossy(), name);
        let found: Vec<u64> = row.split('|').filter_map(|cell| cell.trim().parse().ok()).collect();
        let counts = shapes.entry(shape).or_default();
        counts[0] += 1;
        match found.as_slice() {
            [requests, responses] => {
                assert!(requests + responses > 0, "{name}");
                counts[1] += requests;
                counts[2] += responses;
            }
            _ => counts[3] += 1,
        }
        files += 1;
    }
    assert!(files >= 66, "{files} files");
    let rows = shapes.iter().map(|(shape, [files, requests, responses, refused])| {
        format!("| `{shape}` | {files} | {requests} | {responses} | {refused} |")
    });
    let rows: Vec<String> = rows.collect();
    let documented = std::fs::read_to_string(root().join("docs/sources.md")).unwrap();
    let missing: Vec<&String> = rows.iter().filter(|row| !documented.contains(row.as_str())).collect();
    assert!(missing.is_empty(), "docs/sources.md lacks {missing:#?}\nall of them:\n{}", rows.join("\n"));
}

#[test]
fn every_local_text() {
    are_as_documented("captures/local/text", 9);
}

#[test]
fn every_conversation() {
    are_as_documented("libhtp", 60);
}

#[test]
fn the_note() {
    are_as_documented("note", 1);
}

#[test]
fn every_log_and_note_of_this_repository() {
    let folder = "tests/fixtures/text/execution_log";
    files_are_as_documented(files_of(&root().join(folder)), folder, 6);
    files_are_as_documented(vec![root().join("tests/fixtures/text/note.txt")], "tests/fixtures/text", 1);
}
