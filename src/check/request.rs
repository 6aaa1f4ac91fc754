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
use super::whole;
use crate::finding::{CaptureOutcome, Finding, Outcome, Rule, Unselected, Verdict};
use crate::source::{self, Input, SourceError};
use crate::spec::{self, FindError, Found, Spec, SpecFile};

/// What to check.
#[derive(Debug, Clone, Default)]
pub struct CheckRequest {
    /// Spec files and folders; empty means `./specs`, or none where there are `spec_texts`.
    pub specs: Vec<PathBuf>,
    /// Specs that are at hand as YAML, in place of files.
    pub spec_texts: Vec<String>,
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
    let loaded = match request.spec_texts.as_slice() {
        [] => load(&request.specs)?,
        texts => with_texts(&request.specs, texts)?,
    };
    let mut outcome = judged(request, &loaded.specs, None)?;
    outcome.skipped_specs = loaded.not_specs;
    Ok(outcome)
}

/// The outcome of specs, or of the one of this name among them: it alone is judged and its evidence alone is read, and the
/// others say which evidence is theirs.
pub(super) fn judged(request: &CheckRequest, specs: &[LoadedSpec], only: Option<&str>) -> Result<Outcome, CheckError> {
    let models: Vec<&Spec> = specs.iter().map(|file| &*file.spec).collect();
    given::check(&models, &request.params)?;
    let mut outcome =
        if request.captures.is_empty() { against_evidence(request, specs, only) } else { against_captures(request, specs)? };
    let captures: Vec<Finding> = outcome.captures.iter().flat_map(whole::capture_findings).collect();
    outcome.findings.extend(captures);
    outcome.findings.sort_by_key(|f| std::cmp::Reverse(f.severity));
    request.sum_up(&mut outcome);
    Ok(outcome)
}

impl CheckRequest {
    /// Verdict and exit code of what is in an outcome.
    pub(super) fn sum_up(&self, outcome: &mut Outcome) {
        let fail_on = if self.strict { FailOn::Inconclusive } else { self.fail_on };
        outcome.verdict = Verdict::over(outcome.specs.iter().map(|s| s.verdict));
        outcome.exit_code = outcome::exit_code(!outcome.unreadable.is_empty(), &outcome.findings, &outcome.specs, fail_on);
    }
}

/// The plan of the specs at these paths, for whoever asks which exchanges are a hop's own.
///
/// # Errors
/// As [`check`].
pub fn plan(specs: &[PathBuf], params: &[(String, String)]) -> Result<Plan, CheckError> {
    let loaded = load(specs)?;
    given::check(&loaded.models(), params)?;
    let specs: Vec<(Arc<Spec>, bool)> = loaded.specs.into_iter().map(|file| (file.spec, false)).collect();
    Ok(Plan::compile(&specs, params))
}

struct Loaded {
    specs: Vec<LoadedSpec>,
    not_specs: u64,
}

impl Loaded {
    fn models(&self) -> Vec<&Spec> {
        self.specs.iter().map(|file| &*file.spec).collect()
    }
}

/// A spec with what its file tells.
#[derive(Debug)]
pub(super) struct LoadedSpec {
    pub(super) spec: Arc<Spec>,
    /// The `specs` folder that it stands in.
    root: Option<PathBuf>,
    /// Its file was named, so that its hops must be seen.
    named: bool,
}

impl LoadedSpec {
    pub(super) fn new(file: SpecFile) -> Self {
        Self { spec: Arc::new(file.spec), root: file.root, named: file.named }
    }

    /// Where its evidence lies; outside of any folder `specs` that is known only with `--captures`.
    pub(super) fn mirror(&self, captures_given: bool) -> Option<Mirror> {
        let specs = self.root.clone().or_else(|| captures_given.then(PathBuf::new))?;
        Some(Mirror { specs, below: PathBuf::from(&self.spec.name) })
    }
}

fn load(paths: &[PathBuf]) -> Result<Loaded, CheckError> {
    let (named, found) = find(paths)?;
    // As for exit codes: usage and invalid specs come before what cannot be read.
    let unread = |failure: &&FindError| matches!(failure, FindError::Unreadable(..));
    if let Some(failure) = found.failures.iter().find(|failure| !unread(failure)) {
        return Err(CheckError::Usage(failure.to_string()));
    }
    if !found.errors.is_empty() {
        return Err(CheckError::Specs(found.errors));
    }
    if let Some(failure) = found.failures.first() {
        return Err(CheckError::Unreadable(failure.to_string()));
    }
    if found.specs.is_empty() {
        let nothing = no_spec(&named, found.not_specs);
        return Err(CheckError::Nothing(format!("{nothing}, or name specs with -s FILE or -s FOLDER")));
    }
    Ok(Loaded { specs: found.specs.into_iter().map(LoadedSpec::new).collect(), not_specs: found.not_specs as u64 })
}

/// The files at these paths, and the paths that were meant.
pub(super) fn find(paths: &[PathBuf]) -> Result<(Vec<PathBuf>, Found), CheckError> {
    let default = [PathBuf::from("specs")];
    let named = if paths.is_empty() { &default[..] } else { paths };
    if paths.is_empty() && !std::path::Path::new("specs").is_dir() {
        return Err(CheckError::Nothing("there is no folder ./specs; name specs with -s FILE or -s FOLDER".to_owned()));
    }
    if let Some(path) = named.iter().find(|path| is_capture(path)) {
        let file = Input::File(path.clone()).name();
        return Err(CheckError::Usage(format!("{file} is a capture, and -s names specs; name captures without -s")));
    }
    Ok((named.to_vec(), spec::load(named)))
}

/// There is no spec at these paths.
pub(super) fn no_spec(named: &[PathBuf], others: usize) -> String {
    let named: Vec<String> = named.iter().map(|p| p.to_string_lossy().replace('\\', "/")).collect();
    let others = match others {
        0 => "no YAML file".to_owned(),
        1 => "1 YAML file that is no spec".to_owned(),
        n => format!("{n} YAML files that are no specs"),
    };
    format!("no spec in {}: {others} there; write one (it has `hops`)", named.join(", "))
}

/// Specs at hand as YAML, with those at the paths.
fn with_texts(paths: &[PathBuf], texts: &[String]) -> Result<Loaded, CheckError> {
    let mut loaded = if paths.is_empty() { Loaded { specs: Vec::new(), not_specs: 0 } } else { load(paths)? };
    for (number, text) in (1..).zip(texts) {
        let name = if texts.len() == 1 { "inline".to_owned() } else { format!("inline-{number}") };
        let file = format!("{name}.yaml");
        match spec::parse_named(&file, &name, text.as_bytes()).map_err(CheckError::Specs)? {
            spec::Loaded::Spec(spec) => loaded.specs.push(LoadedSpec { spec: Arc::new(*spec), root: None, named: true }),
            spec::Loaded::NotASpec => {
                return Err(CheckError::Usage(format!("{file}: not a spec: it has none of `hops`, `types` and `checks`")));
            }
        }
    }
    Ok(loaded)
}

/// Whether a file begins as captures do.
fn is_capture(path: &std::path::Path) -> bool {
    let mut magic = [0; 4];
    let begin = std::fs::File::open(path).and_then(|mut file| std::io::Read::read_exact(&mut file, &mut magic));
    begin.is_ok() && crate::capture::is_magic(magic)
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
    // A spec is required where its own file is named. Bytes at hand are one message, and no capture of every hop.
    let all_bytes = request.captures.iter().all(|input| matches!(input, Input::Bytes(_)));
    let specs: Vec<(Arc<Spec>, bool)> = specs.iter().map(|s| (Arc::clone(&s.spec), s.named && !all_bytes)).collect();
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

fn against_evidence(request: &CheckRequest, specs: &[LoadedSpec], only: Option<&str>) -> Outcome {
    let mut outcome = blank();
    let given = request.captures_dir.is_some();
    let all: Vec<Mirror> = specs.iter().filter_map(|file| file.mirror(given)).collect();
    let mut groups: BTreeMap<String, u64> = BTreeMap::new();
    for file in specs.iter().filter(|file| only.is_none_or(|name| file.spec.name == name)) {
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
