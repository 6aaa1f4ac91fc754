//! Would a draft notice? Every literal of a draft is changed in the capture that it was learned from.

use std::path::Path;

use super::captures::files;
use super::driver::{checked, learned, path, read, root, subjects};
use crate::source::Input;
use crate::spec::{Claim, Form, Part, Side};

/// Fields that say where a message ends: another one after that is another.
const FRAMING: [&str; 2] = ["Transfer-Encoding", "Upgrade"];

/// The fields of a spec whose values are literals, with the side of their message.
fn literals(spec: &str) -> Vec<(Side, String, String)> {
    let spec = read(spec);
    let mut found = Vec::new();
    for hop in &spec.hops {
        for (side, message) in [(Side::Request, &hop.request), (Side::Response, &hop.response)] {
            for expectation in &message.expectations {
                if let Claim::Part { part: Part::Field(name), value } = &expectation.claim
                    && let Form::Scalar(text) = &value.form
                {
                    found.push((side, name.clone(), text.literal().unwrap().to_owned()));
                }
            }
        }
    }
    found
}

/// Changes the last character of a field's value, wherever it stands; tells how often it did.
fn change(bytes: &mut [u8], name: &str, value: &str) -> usize {
    let line = format!("{name}: {value}\r\n");
    let mut changed = 0;
    let mut from = 0;
    while let Some(at) = memchr::memmem::find(&bytes[from..], line.as_bytes()) {
        from += at + line.len();
        let last = &mut bytes[from - 3];
        *last = if *last == b'q' { b'r' } else { b'q' };
        changed += 1;
    }
    changed
}

/// How many literals of a capture's draft were changed, each of which was noticed.
#[track_caller]
fn noticed(file: &Path) -> usize {
    let learned = learned(&path(file));
    let Some(spec) = learned.spec else { return 0 };
    let folder = tempfile::tempdir().unwrap();
    let mutated = folder.path().join("a.pcap");
    let mut number = 0;
    for (side, name, value) in literals(&spec) {
        let mut bytes = std::fs::read(file).unwrap();
        if value.is_empty() || FRAMING.contains(&name.as_str()) || change(&mut bytes, &name, &value) == 0 {
            continue;
        }
        std::fs::write(&mutated, bytes).unwrap();
        let outcome = checked(&spec, &Input::File(mutated.clone()));
        let subject = format!("{}.header.{name}", side.name());
        assert!(subjects(&outcome).contains(&subject), "{}: {subject} was changed, and nothing says so\n{spec}", file.display());
        number += 1;
    }
    number
}

#[test]
fn a_change_of_every_literal_is_noticed() {
    let folders =
        ["captures", "tests/fixtures/captures/proxies", "tests/fixtures/captures/netns"].map(|folder| root().join(folder));
    let pcaps = folders.iter().flat_map(|folder| files(folder)).filter(|file| file.extension().is_some_and(|e| e == "pcap"));
    let number: usize = pcaps.map(|file| noticed(&file)).sum();
    assert!(number >= 200, "{number}");
}
