//! Specs against their own evidence: what lies at their paths, and what they name under `captures`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::error::CheckError;
use super::evidence::{self, EvidenceCase, Mirror};
use super::given::{self, Given};
use super::kinds::Held;
use super::outcome;
use super::plan::Plan;
use super::request::{Wanted, blank, read};
use super::run::Run;
use super::selection::Known;
use super::specs::LoadedSpec;
use super::whole;
use crate::finding::{CaptureOutcome, Finding, Outcome, Rule};
use crate::source::{Input, SourceError};
use crate::spec::{Evidence, Origin};

/// A case of a spec, with what the spec says of it.
struct Case<'s> {
    files: Vec<PathBuf>,
    /// The entry of `captures` that names it.
    entry: Option<&'s Evidence>,
    /// The entry names this one file, and not a folder around it.
    exact: bool,
    /// Which set of params holds for it.
    params: usize,
}

/// The evidence of one spec.
struct Cases<'s> {
    cases: Vec<Case<'s>>,
    /// Sets of values for params: what is given, and with it what each entry says.
    given: Vec<Vec<Given>>,
    /// What the spec names and is not there.
    missing: Vec<Finding>,
}

/// Holds specs against their own evidence: all of which something is picked, or the one of a name.
///
/// # Errors
/// [`CheckError::Params`]: an entry of `captures` gives a param a value outside its constraint.
pub(super) fn against_evidence(wanted: &Wanted<'_>, specs: &[LoadedSpec], only: Option<&str>) -> Result<Outcome, CheckError> {
    let request = wanted.request;
    let mut outcome = blank();
    let given = request.captures_dir.is_some();
    let all: Vec<Mirror> = specs.iter().filter_map(|file| file.mirror(given)).collect();
    let mut groups: BTreeMap<String, u64> = BTreeMap::new();
    let asked = |file: &&LoadedSpec| wanted.picks.judge_some(&file.spec) && only.is_none_or(|name| file.spec.name == name);
    let asked: Vec<&LoadedSpec> = specs.iter().filter(asked).collect();
    let evidence = asked.iter().map(|file| cases(wanted, file, &all)).collect::<Result<Vec<_>, _>>()?;
    for (file, Cases { cases, given: sets, missing }) in asked.into_iter().zip(evidence) {
        let spec = &file.spec;
        let plan = Plan::of(&[(Arc::clone(spec), !cases.is_empty())], &sets, &wanted.picks).only(request.only.clone());
        let mut run = Run::new(&plan, request.show_secrets);
        let mut read_cases = 0;
        let first_capture = outcome.captures.len();
        let broken = !missing.is_empty();
        outcome.findings.extend(missing);
        for case in &cases {
            let before = run.selected();
            let (captures, why) = read_case(&mut run, (&plan, wanted), file, case, &mut outcome);
            run.settle();
            if captures.is_empty() && why.is_empty() {
                continue;
            }
            read_cases += 1;
            if run.selected() == before {
                let file = case.files.first().map(|f| Input::File(f.clone()).name()).unwrap_or_default();
                outcome.findings.push(whole::empty_case(spec, &file, &why));
            }
            outcome.captures.extend(captures);
        }
        if read_cases == 0 && !broken {
            let looked = looked(request.captures_dir.as_deref(), file, &cases);
            outcome.findings.push(whole::without_evidence(spec, request.strict, &looked));
        }
        outcome::add_echoed(outcome.captures.get_mut(first_capture..).unwrap_or_default(), run.take_echoed());
        let (tallies, findings, state) = run.into_parts();
        let held = Held::of(outcome.captures.get(first_capture..).unwrap_or_default());
        let (spec_outcomes, hop_findings) = outcome::specs(&plan, &tallies, held, Some(read_cases));
        outcome.notes.extend(outcome::left_out(&state));
        outcome.notes.extend(outcome::one_sided(&plan, &tallies));
        outcome.notes.extend(outcome::unfollowed(&plan, &tallies));
        outcome.notes.extend(outcome::given_up(&state));
        outcome.specs.extend(spec_outcomes);
        outcome.findings.extend(findings);
        // A spec without any evidence has its own finding.
        outcome.findings.extend(hop_findings.into_iter().filter(|f| read_cases > 0 || f.rule != Rule::HopNotObserved));
        let unselected = outcome::unselected(&state);
        outcome.unselected.exchanges += unselected.exchanges;
        for group in unselected.groups {
            *groups.entry(group.line).or_default() += group.count;
        }
    }
    outcome.unselected.groups = outcome::groups(groups.iter());
    Ok(outcome)
}

/// Reads the files of a case. What could be read, and why the last of the others could not.
fn read_case(
    run: &mut Run<'_>,
    (plan, wanted): (&Plan, &Wanted<'_>),
    file: &LoadedSpec,
    case: &Case<'_>,
    outcome: &mut Outcome,
) -> (Vec<CaptureOutcome>, String) {
    let mut why = String::new();
    let mut captures = Vec::new();
    let hop = case.entry.and_then(|entry| entry.hop.as_ref()).map(|hop| hop.value.as_str());
    for path in &case.files {
        match read(run, &Input::File(path.clone()), &wanted.reading, Known::new(plan, case.params, hop)) {
            Ok(capture) => captures.push(capture),
            Err(SourceError::NotACapture { .. }) if !case.exact => outcome.skipped_captures += 1,
            // Among evidence such a file is passed over, counted, and named.
            Err(error) => {
                outcome.skipped_captures += 1;
                outcome.notes.push(format!("{}: evidence was passed over: {error}", file.spec.name));
                why = format!(" ({error})");
            }
        }
    }
    (captures, why)
}

/// The cases of a spec: those that it names, then those at its path. What stands at both is the entry's, which says more.
fn cases<'s>(wanted: &Wanted<'_>, file: &'s LoadedSpec, all: &[Mirror]) -> Result<Cases<'s>, CheckError> {
    let spec = &file.spec;
    let captures_dir = wanted.request.captures_dir.as_deref();
    let mut found = Cases { cases: Vec::new(), given: vec![wanted.given.clone()], missing: Vec::new() };
    for entry in &spec.captures {
        let mut params = 0;
        if !entry.params.is_empty() {
            let own: Vec<Given> = entry.params.iter().map(|value| Given::in_file(value, &spec.source)).collect();
            given::check(&[spec], &own)?;
            params = found.given.len();
            found.given.push(wanted.given.iter().cloned().chain(own).collect());
        }
        let Some(path) = named(file, &entry.path.value, captures_dir) else { continue };
        let exact = !path.is_dir();
        let files = if exact { vec![path.clone()] } else { evidence::files_in(&path) };
        if files.is_empty() || !path.exists() {
            let what = if exact { "there is no such file" } else { "there is no file in this folder" };
            found.missing.push(whole::missing_evidence(spec, entry.path.place, &Input::File(path).name(), what));
            continue;
        }
        found.cases.push(Case { files, entry: Some(entry), exact, params });
    }
    let named: Vec<PathBuf> = found.cases.iter().flat_map(|case| &case.files).map(|file| real(file)).collect();
    for EvidenceCase { files } in mirrored(file, all, captures_dir) {
        if !files.iter().all(|file| named.contains(&real(file))) {
            found.cases.push(Case { files, entry: None, exact: false, params: 0 });
        }
    }
    Ok(found)
}

/// Where a capture lies that a spec names. Nothing lies beside a spec of the program, but where the user says.
fn named(file: &LoadedSpec, path: &str, captures_dir: Option<&Path>) -> Option<PathBuf> {
    match (file.origin.beside(path), captures_dir) {
        (Some(Origin::File(path)), _) => Some(evidence::tidy(path)),
        (_, Some(folder)) if file.is_embedded() => {
            let here = Origin::File(Path::new("specs").join(&file.spec.name));
            let Some(Origin::File(path)) = here.beside(path) else { return None };
            Some(folder.join(path.strip_prefix("captures").ok()?))
        }
        _ => None,
    }
}

/// The cases at a spec's path.
fn mirrored(file: &LoadedSpec, all: &[Mirror], captures_dir: Option<&Path>) -> Vec<EvidenceCase> {
    file.mirror(captures_dir.is_some()).map(|mirror| evidence::cases(&mirror, all, captures_dir)).unwrap_or_default()
}

/// Whether anything lies at a spec's path.
pub(super) fn is_mirrored(file: &LoadedSpec, all: &[Mirror], captures_dir: Option<&Path>) -> bool {
    !mirrored(file, all, captures_dir).is_empty()
}

/// A path without symbolic links.
fn real(path: &Path) -> PathBuf {
    std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}

/// Where evidence was looked for in vain.
fn looked(captures_dir: Option<&Path>, file: &LoadedSpec, cases: &[Case<'_>]) -> String {
    let files: Vec<String> = cases.iter().flat_map(|c| &c.files).map(|f| Input::File(f.clone()).name()).collect();
    match file.mirror(captures_dir.is_some()) {
        _ if !files.is_empty() => format!("no capture that can be read in {}", some(&files)),
        Some(mirror) => format!("no capture {}.* or in {0}/", Input::File(mirror.place(captures_dir)).name()),
        None if file.is_embedded() => {
            "it is a shipped spec, so no capture lies beside it; name captures, or --captures DIR".to_owned()
        }
        None => "it lies in no folder `specs`, so no capture belongs to it; name captures, or say under `captures` where its \
                 own lie"
            .to_owned(),
    }
}

/// The first of several names.
fn some(names: &[String]) -> String {
    let shown = names.iter().take(3).cloned().collect::<Vec<_>>().join(", ");
    if names.len() > 3 { format!("{shown} and {} more", names.len() - 3) } else { shown }
}
