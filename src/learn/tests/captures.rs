//! Every capture of the project, and those shared beside it: the draft is met by what it was learned from, and holds none of
//! its secrets.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::driver::{holds, learned, path, root};
use crate::http::{Body, BodyWant, CaptureId, Connection, Exchange, HeadRef, MessageId, MessageSink};
use crate::secret;
use crate::source::{self, Input};

pub(super) fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter().filter_map(Result::ok);
    entries.filter(|entry| entry.file_type().is_file()).map(walkdir::DirEntry::into_path).collect()
}

/// Words of secrets, and words that stand in the open.
#[derive(Default)]
struct Secrets(Vec<String>, HashSet<String>);

impl MessageSink for Secrets {
    fn head(&mut self, _: MessageId, head: &HeadRef<'_>, _: Option<&HeadRef<'_>>, _: Option<&Connection>) -> BodyWant {
        for (name, value) in head.fields() {
            let value = String::from_utf8_lossy(value);
            let masked = secret::mask_field(name, &value);
            let words = |text: &str| text.split(|c: char| !c.is_ascii_alphanumeric()).map(str::to_owned).collect::<Vec<_>>();
            if masked != value {
                self.0.extend(
                    words(&value)
                        .into_iter()
                        .filter(|word| word.len() > 11 && !masked.contains(word.as_str()) && !word.starts_with("xxx")),
                );
            }
            self.1.extend(words(&masked));
        }
        BodyWant::NOTHING
    }

    fn message(&mut self, _: MessageId, _: &Body) {}

    fn exchange(&mut self, _: &Exchange<'_>) {}
}

/// How many words of secrets there are, none of which is in the spec.
#[track_caller]
fn hides(input: &Input, spec: &str) -> usize {
    let mut secrets = Secrets::default();
    source::read(input, CaptureId(0), &mut secrets).unwrap();
    let Secrets(secrets, open) = secrets;
    for word in secrets.iter().filter(|word| !open.contains(*word)) {
        assert!(!spec.contains(word.as_str()), "{word} of {} is in\n{spec}", input.name());
    }
    secrets.len()
}

/// Learns from every file of a folder that holds an exchange; tells how many those are, and how many secrets they hold.
#[track_caller]
fn all(folder: &Path) -> (usize, usize) {
    let (mut number, mut secrets) = (0, 0);
    for file in files(folder) {
        let input = path(&file);
        let learned = learned(&input);
        if let Some(spec) = &learned.spec {
            holds(&input, &learned);
            secrets += hides(&input, spec);
            number += 1;
        }
    }
    (number, secrets)
}

#[test]
fn of_every_shipped_capture() {
    let (number, secrets) = all(&root().join("captures"));
    assert!(number >= 28 && secrets >= 20, "{number} {secrets}");
}

#[test]
fn of_every_fixture() {
    let (number, secrets) = all(&root().join("tests/fixtures"));
    assert!(number >= 90 && secrets >= 30, "{number} {secrets}");
}

/// What once broke something else, and what the fuzzer begins with.
#[test]
fn of_every_seed_of_the_fuzzer() {
    let (number, _) = all(&root().join("fuzz/corpus"));
    assert!(number >= 30, "{number}");
}

/// The shared folder, where it is there.
fn shared() -> Option<PathBuf> {
    let shared = std::env::var_os("HOPSPEC_SHARED").map_or_else(|| root().join("../shared"), PathBuf::from);
    if shared.join("captures").is_dir() {
        return Some(shared);
    }
    eprintln!("SKIPPED: no captures in {}; HOPSPEC_SHARED names the folder", shared.display());
    None
}

#[test]
fn of_every_shared_capture() {
    let Some(shared) = shared() else { return };
    for (folder, least) in [("captures/local", 80), ("har", 10), ("libhtp", 40)] {
        let (number, _) = all(&shared.join(folder));
        assert!(number >= least, "{folder}: {number}");
    }
}

/// Captures of the world.
#[test]
fn of_every_capture_of_the_corpus() {
    let Some(shared) = shared() else { return };
    let (number, _) = all(&shared.join("captures/corpus"));
    assert!(number >= 80, "{number}");
}
