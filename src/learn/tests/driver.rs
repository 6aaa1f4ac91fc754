//! Learns from a capture or a text, and holds the draft against it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::check::{CheckRequest, check};
use crate::finding::{Finding, Outcome};
use crate::learn::{LearnRequest, Learned, learn};
use crate::source::Input;
use crate::spec::{self, Loaded, Spec, warnings};

/// The folder of the project.
pub(super) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// A file of the project.
pub(super) fn file(path: &str) -> Input {
    Input::File(root().join(path))
}

/// What was learned from a source.
pub(super) fn learned(input: &Input) -> Learned {
    learn(&LearnRequest { captures: vec![input.clone()], ..LearnRequest::default() }).unwrap()
}

/// Does something with a text as a file.
pub(super) fn with_text<R>(text: &str, does: impl FnOnce(&Input) -> R) -> R {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.http");
    std::fs::write(&path, text).unwrap();
    does(&Input::File(path))
}

/// What was learned from a text, which it must meet.
#[track_caller]
pub(super) fn of_text(text: &str) -> String {
    with_text(text, |input| {
        let learned = learned(input);
        holds(input, &learned);
        learned.spec.unwrap()
    })
}

/// The spec as it is read.
#[track_caller]
pub(super) fn read(spec: &str) -> Spec {
    match spec::parse("a.yaml", "a", spec.as_bytes()) {
        Ok(Loaded::Spec(read)) => *read,
        other => panic!("{other:#?}\n{spec}"),
    }
}

/// What a check of a source against a spec says.
pub(super) fn checked(spec: &str, capture: &Input) -> Outcome {
    let request = CheckRequest { spec_texts: vec![spec.to_owned()], captures: vec![capture.clone()], ..CheckRequest::default() };
    check(&request).unwrap_or_else(|error| panic!("{error}\n{spec}"))
}

/// Findings that are errors, of hops.
pub(super) fn wrong(outcome: &Outcome) -> Vec<&Finding> {
    let of_hops = |finding: &&Finding| finding.severity == spec::Severity::Error && !finding.rule.id().starts_with("capture-");
    outcome.findings.iter().filter(of_hops).collect()
}

/// What they are about.
pub(super) fn subjects(outcome: &Outcome) -> BTreeSet<String> {
    wrong(outcome).into_iter().map(|finding| finding.subject.clone()).collect()
}

/// Holds what was learned from a source against it: no warning, nothing violated, every exchange in exactly one hop but those
/// left over, no hop without one.
#[track_caller]
pub(super) fn holds(input: &Input, learned: &Learned) {
    let spec = learned.spec.as_deref().unwrap();
    let of = format!("{}\n{spec}", input.name());
    let odd = warnings(&read(spec), false);
    assert!(odd.is_empty(), "{odd:#?}\n{of}");
    let outcome = checked(spec, input);
    assert!(wrong(&outcome).is_empty(), "{:#?}\n{of}", wrong(&outcome));
    let hops: u64 = outcome.specs.iter().flat_map(|spec| &spec.hops).map(|hop| hop.exchanges).sum();
    let unselected = outcome.unselected.exchanges;
    assert_eq!(hops + unselected, learned.exchanges, "an exchange is of two hops: {of}");
    assert!(unselected <= learned.left_over, "{unselected} of no hop, {} left over: {of}", learned.left_over);
    for hop in outcome.specs.iter().flat_map(|spec| &spec.hops) {
        assert!(hop.exchanges > 0, "no exchange of {}: {of}", hop.hop);
    }
    assert_eq!(learned.hops, outcome.specs.iter().map(|spec| spec.hops.len()).sum::<usize>());
}

/// A path as an input.
pub(super) fn path(path: &Path) -> Input {
    Input::File(path.to_owned())
}
