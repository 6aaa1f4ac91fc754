//! What to check, and the way from there to an outcome: load specs, read captures, sum up.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use super::error::CheckError;
use super::evidence::{self, Mirror};
use super::given;
use super::outcome::{self, FailOn};
use super::plan::Plan;
use super::run::Run;
use super::specs::{self, Loaded, LoadedSpec};
use super::whole;
use crate::finding::{CaptureOutcome, Finding, Outcome, Rule, Unselected, Verdict};
use crate::source::{self, Input, SourceError};
use crate::spec::Spec;

/// What to check.
#[derive(Debug, Clone, Default)]
pub struct CheckRequest {
    /// Spec files and folders, and names of specs and folders in the program ([`spec::embedded`](crate::spec::embedded)); a
    /// path that exists wins. Empty means `./specs`, and where that holds no spec all of the program.
    pub specs: Vec<PathBuf>,
    /// Captures: files, folders and `-`; empty means every spec's own evidence.
    pub captures: Vec<Input>,
    /// Where evidence is looked for instead of the `captures` folder beside `specs`.
    pub captures_dir: Option<PathBuf>,
    /// `--param K=V`, in order; the last of a name counts.
    pub params: Vec<(String, String)>,
    /// `--fail-on`
    pub fail_on: FailOn,
    /// `--strict`: `--fail-on inconclusive`, and evidence is required.
    pub strict: bool,
    /// `--show-secrets`
    pub show_secrets: bool,
}

/// Checks captures against specs, or specs against their own evidence.
///
/// A source that cannot be read does not stop the others: it is in [`Outcome::unreadable`].
///
/// # Errors
/// [`CheckError`]: usage, invalid specs, or no spec at all.
pub fn check(request: &CheckRequest) -> Result<Outcome, CheckError> {
    let loaded = specs::load(&request.specs)?;
    given::check(&loaded.models(), &request.params)?;
    let fail_on = if request.strict { FailOn::Inconclusive } else { request.fail_on };
    let mut outcome = if request.captures.is_empty() {
        if request.captures_dir.is_none() && loaded.specs.iter().all(LoadedSpec::is_embedded) {
            return Err(CheckError::Nothing(no_evidence(&loaded)));
        }
        against_evidence(request, &loaded.specs)
    } else {
        against_captures(request, &loaded.specs)?
    };
    outcome.skipped_specs = loaded.not_specs;
    outcome.notes.splice(0..0, loaded.notes);
    let captures: Vec<Finding> = outcome.captures.iter().flat_map(whole::capture_findings).collect();
    outcome.findings.extend(captures);
    outcome.findings.sort_by_key(|f| std::cmp::Reverse(f.severity));
    outcome.verdict = Verdict::over(outcome.specs.iter().map(|s| s.verdict));
    outcome.exit_code = outcome::exit_code(!outcome.unreadable.is_empty(), &outcome.findings, &outcome.specs, fail_on);
    Ok(outcome)
}

/// The plan of the specs at these paths, for whoever asks which exchanges are a hop's own; with what is worth knowing about
/// the choice of specs, each a sentence.
///
/// # Errors
/// As [`check`].
pub fn plan(specs: &[PathBuf], params: &[(String, String)]) -> Result<(Plan, Vec<String>), CheckError> {
    let loaded = specs::load(specs)?;
    given::check(&loaded.models(), params)?;
    let specs: Vec<(Arc<Spec>, bool)> = loaded.specs.into_iter().map(|file| (file.spec, false)).collect();
    Ok((Plan::compile(&specs, params), loaded.notes))
}

/// The sentence for a run of nothing but specs of the program, beside which no evidence lies.
fn no_evidence(loaded: &Loaded) -> String {
    let first = loaded.shipped_because.as_ref().map(|why| format!("{why}, and ")).unwrap_or_default();
    format!(
        "{first}the shipped specs come without captures: name one, as in `hopspec check staging.pcap`, or say with \
         --captures DIR where theirs lie"
    )
}

fn blank() -> Outcome {
    Outcome {
        verdict: Verdict::NotObserved,
        exit_code: crate::exit::NOTHING_JUDGED,
        specs: Vec::new(),
        findings: Vec::new(),
        captures: Vec::new(),
        unselected: Unselected::default(),
        skipped_specs: 0,
        skipped_captures: 0,
        unreadable: Vec::new(),
        notes: Vec::new(),
    }
}

/// Reads one source into a run. Whether it could be read.
fn read(run: &mut Run<'_>, input: &Input) -> Result<CaptureOutcome, SourceError> {
    let file = input.name();
    let id = run.capture(file.clone());
    source::read(input, id, run).map(|summary| CaptureOutcome { file, summary })
}

fn against_captures(request: &CheckRequest, specs: &[LoadedSpec]) -> Result<Outcome, CheckError> {
    // A spec is required where its own file is named.
    let specs: Vec<(Arc<Spec>, bool)> = specs.iter().map(|s| (Arc::clone(&s.spec), s.named)).collect();
    let plan = Plan::compile(&specs, &request.params);
    let mut run = Run::new(&plan, request.show_secrets);
    let mut outcome = blank();
    let expanded = source::expand(&request.captures);
    outcome.unreadable.extend(expanded.unreadable.iter().map(ToString::to_string));
    outcome.skipped_captures = expanded.skipped;
    if expanded.inputs.is_empty() && outcome.unreadable.is_empty() {
        return Err(CheckError::Nothing(source::no_capture_in(&request.captures, expanded.skipped)));
    }
    for source::Named { input, named } in &expanded.inputs {
        match read(&mut run, input) {
            Ok(capture) => outcome.captures.push(capture),
            Err(SourceError::NotACapture { .. }) if !named => outcome.skipped_captures += 1,
            Err(error) => outcome.unreadable.push(error.to_string()),
        }
    }
    let (tallies, findings, state) = run.into_parts();
    let (spec_outcomes, hop_findings) = outcome::specs(&plan, &tallies, hold_messages(&outcome.captures), None);
    outcome.notes = outcome::one_sided(&plan, &tallies);
    outcome.unselected = outcome::unselected(&state);
    outcome.specs = spec_outcomes;
    outcome.findings = findings;
    outcome.findings.extend(hop_findings);
    Ok(outcome)
}

/// Whether anything was decoded, without which no absence is shown.
fn hold_messages(captures: &[CaptureOutcome]) -> bool {
    captures.iter().any(|capture| capture.summary.requests > 0 || capture.summary.responses > 0)
}

fn against_evidence(request: &CheckRequest, specs: &[LoadedSpec]) -> Outcome {
    let mut outcome = blank();
    let given = request.captures_dir.is_some();
    let all: Vec<Mirror> = specs.iter().filter_map(|file| file.mirror(given)).collect();
    let mut groups: BTreeMap<String, u64> = BTreeMap::new();
    for file in specs {
        let (spec, mirror) = (&file.spec, file.mirror(given));
        let cases = mirror.as_ref().map(|m| evidence::cases(m, &all, request.captures_dir.as_deref())).unwrap_or_default();
        let plan = Plan::compile(&[(Arc::clone(spec), !cases.is_empty())], &request.params);
        let mut run = Run::new(&plan, request.show_secrets);
        let mut read_cases = 0;
        let first_capture = outcome.captures.len();
        for case in &cases {
            let before = run.selected();
            let mut why = String::new();
            let mut captures = Vec::new();
            for file in &case.files {
                match read(&mut run, &Input::File(file.clone())) {
                    Ok(capture) => captures.push(capture),
                    Err(SourceError::NotACapture { .. }) => outcome.skipped_captures += 1,
                    // Among evidence such a file is passed over, counted, and named.
                    Err(error) => {
                        outcome.skipped_captures += 1;
                        outcome.notes.push(format!("{}: evidence was passed over: {error}", spec.name));
                        why = format!(" ({error})");
                    }
                }
            }
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
        if read_cases == 0 {
            let files: Vec<String> = cases.iter().flat_map(|c| &c.files).map(|f| Input::File(f.clone()).name()).collect();
            let looked = match mirror {
                _ if !files.is_empty() => format!("no capture that can be read in {}", some(&files)),
                Some(mirror) => {
                    let place = mirror.place(request.captures_dir.as_deref());
                    format!("no capture {}.* or in {0}/", Input::File(place).name())
                }
                None if file.is_embedded() => {
                    "it is a shipped spec, so no capture lies beside it; name captures, or --captures DIR".to_owned()
                }
                None => "it lies in no folder `specs`, so no capture belongs to it; name captures".to_owned(),
            };
            outcome.findings.push(whole::without_evidence(spec, request.strict, &looked));
        }
        let (tallies, findings, state) = run.into_parts();
        let messages = hold_messages(outcome.captures.get(first_capture..).unwrap_or_default());
        let (spec_outcomes, hop_findings) = outcome::specs(&plan, &tallies, messages, Some(read_cases));
        outcome.notes.extend(outcome::one_sided(&plan, &tallies));
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
    outcome
}

/// The first of several names.
fn some(names: &[String]) -> String {
    let shown = names.iter().take(3).cloned().collect::<Vec<_>>().join(", ");
    if names.len() > 3 { format!("{shown} and {} more", names.len() - 3) } else { shown }
}
