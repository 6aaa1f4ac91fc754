//! What to check, and the way from there to an outcome: load specs, read captures, sum up.

use std::path::PathBuf;
use std::sync::Arc;

use super::error::CheckError;
use super::given::{self, Given};
use super::kinds::Held;
use super::outcome::{self, FailOn};
use super::own;
use super::picks::Picks;
use super::plan::Plan;
use super::run::Run;
use super::selection::Known;
use super::specs::{self, Loaded, LoadedSpec};
use super::watch::Watch;
use super::whole;
use crate::finding::{CaptureOutcome, Finding, Outcome, Unselected, Verdict};
use crate::source::{self, Input, ReadOptions, SourceError};
use crate::spec::{Expr, Spec};

/// What to check.
#[derive(Debug, Clone, Default)]
pub struct CheckRequest {
    /// Spec files and folders, and names of specs and folders in the program ([`spec::embedded`](crate::spec::embedded)); a
    /// path that exists wins. Empty means none where there are `spec_texts`, else `./specs`, and where that holds no spec all
    /// of the program.
    pub specs: Vec<PathBuf>,
    /// Specs that are at hand as YAML, in place of files.
    pub spec_texts: Vec<String>,
    /// Captures: files, folders and `-`. None here and none in `bound` means every spec's own evidence.
    pub captures: Vec<Input>,
    /// `HOP=PATH`: captures that show no hop but those of a name, which must be observed. They are read last.
    pub bound: Vec<(String, Input)>,
    /// Where evidence is looked for instead of the `captures` folder beside `specs`.
    pub captures_dir: Option<PathBuf>,
    /// `--param K=V`, in order; the last of a name counts.
    pub params: Vec<(String, String)>,
    /// Variables with their values: those that begin with [`PARAM_VARIABLE`](super::PARAM_VARIABLE) give params, unless they
    /// are empty. The environment is not looked at: whoever wants that puts it here.
    pub environment: Vec<(String, String)>,
    /// `--params FILE`, in order; the last that has a name counts.
    pub param_files: Vec<PathBuf>,
    /// `--hop NAME`: only these hops are judged, and they must be observed; empty means all.
    pub hops: Vec<String>,
    /// `--where EXPR`: only exchanges of which this holds are looked at ([`condition`](crate::spec::condition)).
    pub only: Option<Expr>,
    /// `--variant NAME`: where a hop has variants of these names, no other is taken.
    pub variants: Vec<String>,
    /// `--fail-on`
    pub fail_on: FailOn,
    /// `--strict`: `--fail-on inconclusive`, and evidence is required.
    pub strict: bool,
    /// `--show-secrets`
    pub show_secrets: bool,
    /// `--keylog FILE`: TLS connections are opened with what these hold.
    pub keylogs: Vec<PathBuf>,
    /// How captures are read. Its keys are taken from `keylogs`.
    pub reading: ReadOptions,
}

/// What is checked, once everything is loaded and known to be right.
pub(super) struct Wanted<'r> {
    pub(super) request: &'r CheckRequest,
    pub(super) given: Vec<Given>,
    pub(super) picks: Picks,
    pub(super) reading: ReadOptions,
}

/// Checks captures against specs, or specs against their own evidence.
///
/// A source that cannot be read does not stop the others: it is in [`Outcome::unreadable`].
///
/// # Errors
/// [`CheckError`]: usage, invalid specs, or no spec at all.
pub fn check(request: &CheckRequest) -> Result<Outcome, CheckError> {
    check_with(request, None)
}

/// The same, and tells of each exchange when it is judged. Specs against their own evidence are not watched.
///
/// # Errors
/// As [`check`].
pub fn check_watched(request: &CheckRequest, watch: &mut dyn Watch) -> Result<Outcome, CheckError> {
    check_with(request, Some(watch))
}

fn check_with(request: &CheckRequest, watch: Option<&mut dyn Watch>) -> Result<Outcome, CheckError> {
    let loaded = specs::load(&request.specs, &request.spec_texts)?;
    let shipped = loaded.specs.iter().all(LoadedSpec::is_embedded);
    if shipped && !request.names_captures() && request.captures_dir.is_none() {
        // What is wrong with the arguments comes before that there is nothing to judge.
        Wanted::of(request, &loaded.models())?;
        return Err(CheckError::Nothing(no_evidence(&loaded)));
    }
    let mut outcome = judged(request, &loaded.specs, None, watch)?;
    outcome.skipped_specs = loaded.not_specs;
    outcome.notes.splice(0..0, loaded.notes);
    Ok(outcome)
}

/// The outcome of specs, or of the one of this name among them: it alone is judged and its evidence alone is read, and the
/// others say which evidence is theirs.
pub(super) fn judged(
    request: &CheckRequest,
    specs: &[LoadedSpec],
    only: Option<&str>,
    watch: Option<&mut dyn Watch>,
) -> Result<Outcome, CheckError> {
    let models: Vec<&Spec> = specs.iter().map(|file| &*file.spec).collect();
    let wanted = Wanted::of(request, &models)?;
    let mut outcome = if request.names_captures() {
        against_captures(&wanted, specs, watch)?
    } else {
        own::against_evidence(&wanted, specs, only)?
    };
    let captures: Vec<Finding> = outcome.captures.iter().flat_map(whole::capture_findings).collect();
    outcome.findings.extend(captures);
    let embedded = outcome.captures.iter().filter_map(|c| c.summary.embedded.as_ref().map(|secrets| (c.file.as_str(), secrets)));
    let remarks = source::key_log_remarks(&wanted.reading.keys, embedded);
    outcome.notes.extend(remarks);
    outcome.findings.sort_by_key(|f| std::cmp::Reverse(f.severity));
    request.sum_up(&mut outcome);
    Ok(outcome)
}

impl CheckRequest {
    /// Whether captures are named, in place of the specs' own.
    pub(super) fn names_captures(&self) -> bool {
        !self.captures.is_empty() || !self.bound.is_empty()
    }

    /// Verdict and exit code of what is in an outcome.
    pub(super) fn sum_up(&self, outcome: &mut Outcome) {
        let fail_on = if self.strict { FailOn::Inconclusive } else { self.fail_on };
        outcome.verdict = Verdict::over(outcome.specs.iter().map(|s| s.verdict));
        outcome.exit_code = outcome::exit_code(!outcome.unreadable.is_empty(), &outcome.findings, &outcome.specs, fail_on);
    }
}

impl<'r> Wanted<'r> {
    fn of(request: &'r CheckRequest, specs: &[&Spec]) -> Result<Self, CheckError> {
        let (given, picks) = (given::collect(request, specs)?, Picks::of(request, specs)?);
        let keys = source::key_logs(&request.keylogs, &request.reading.limits)
            .map_err(|error| CheckError::Unreadable(format!("--keylog {error}")))?;
        let mut reading = request.reading.clone();
        reading.keys = Arc::new(keys);
        Ok(Self { request, given, picks, reading })
    }
}

/// The plan of a request's specs and params, for whoever asks which exchanges are a hop's own; with what is worth knowing
/// about the choice of specs, each a sentence.
///
/// # Errors
/// As [`check`].
pub fn plan(request: &CheckRequest) -> Result<(Plan, Vec<String>), CheckError> {
    let loaded = specs::load(&request.specs, &request.spec_texts)?;
    let Wanted { given, .. } = Wanted::of(request, &loaded.models())?;
    let specs: Vec<(Arc<Spec>, bool)> = loaded.specs.into_iter().map(|file| (file.spec, false)).collect();
    Ok((Plan::of(&specs, &[given], &Picks::default()), loaded.notes))
}

/// What a live run must know of its specs before it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Foreseen {
    /// A hop must be seen, so that the run can be over once all of these were.
    pub requires_any: bool,
    /// A hop's requests are those that another hop's responses echo.
    pub reads_echoes: bool,
}

/// Looks at the specs of a run that has not begun.
///
/// # Errors
/// As [`check`].
pub fn foreseen(request: &CheckRequest) -> Result<Foreseen, CheckError> {
    let loaded = specs::load(&request.specs, &request.spec_texts)?;
    let Wanted { given, picks, .. } = Wanted::of(request, &loaded.models())?;
    let specs: Vec<(Arc<Spec>, bool)> = loaded.specs.iter().map(|file| (Arc::clone(&file.spec), file.named)).collect();
    let plan = Plan::of(&specs, std::slice::from_ref(&given), &picks);
    Ok(Foreseen { requires_any: plan.requires_any(), reads_echoes: plan.echoes })
}

/// The sentence for a run of nothing but specs of the program, beside which no evidence lies.
fn no_evidence(loaded: &Loaded) -> String {
    let first = loaded.shipped_because.as_ref().map(|why| format!("{why}, and ")).unwrap_or_default();
    format!(
        "{first}the shipped specs come without captures: name one, as in `hopspec check staging.pcap`, or say with \
         --captures DIR where theirs lie"
    )
}

/// An outcome of which nothing is known yet.
pub(super) fn blank() -> Outcome {
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

/// Reads one source into a run.
pub(super) fn read(run: &mut Run<'_>, input: &Input, options: &ReadOptions, known: Known) -> Result<CaptureOutcome, SourceError> {
    let file = input.name();
    let id = run.capture_of(file.clone(), known);
    source::read_with(input, options, id, run).map(|summary| CaptureOutcome { file, summary })
}

fn against_captures(wanted: &Wanted<'_>, specs: &[LoadedSpec], watch: Option<&mut dyn Watch>) -> Result<Outcome, CheckError> {
    let Wanted { request, given, picks, reading } = wanted;
    // A spec is required where its own file is named. Bytes at hand are one message, and no capture of every hop.
    let all_bytes = request.bound.is_empty() && request.captures.iter().all(|input| matches!(input, Input::Bytes(_)));
    let specs: Vec<(Arc<Spec>, bool)> = specs.iter().map(|s| (Arc::clone(&s.spec), s.named && !all_bytes)).collect();
    let plan = Plan::of(&specs, std::slice::from_ref(given), picks).only(request.only.clone());
    let mut run = Run::new(&plan, request.show_secrets);
    if let Some(watch) = watch {
        run = run.watched(watch);
    }
    let mut outcome = blank();
    let bound = request.bound.iter().map(|(hop, input)| (Some(hop.as_str()), std::slice::from_ref(input)));
    let mut nothing = true;
    for (hop, inputs) in std::iter::once((None, request.captures.as_slice())).chain(bound) {
        let expanded = source::expand(inputs);
        outcome.unreadable.extend(expanded.unreadable.iter().map(ToString::to_string));
        outcome.skipped_captures += expanded.skipped;
        nothing &= expanded.inputs.is_empty();
        for parts in expanded.recordings() {
            let name = |at: usize| parts.get(at).map(|part| part.input.name()).unwrap_or_default();
            let read =
                source::read_recording(parts, reading, &mut run, |run, at| run.capture_of(name(at), Known::new(&plan, 0, hop)));
            for (part, read) in parts.iter().zip(read) {
                match read {
                    Ok(summary) => outcome.captures.push(CaptureOutcome { file: part.input.name(), summary }),
                    Err(SourceError::NotACapture { .. }) if !part.named => outcome.skipped_captures += 1,
                    Err(error) => outcome.unreadable.push(error.to_string()),
                }
            }
        }
    }
    if nothing && outcome.unreadable.is_empty() {
        let all: Vec<Input> = request.captures.iter().chain(request.bound.iter().map(|(_, input)| input)).cloned().collect();
        return Err(CheckError::Nothing(source::no_capture_in(&all, outcome.skipped_captures)));
    }
    outcome::add_echoed(&mut outcome.captures, run.take_echoed());
    let (tallies, findings, state) = run.into_parts();
    let (spec_outcomes, hop_findings) = outcome::specs(&plan, &tallies, Held::of(&outcome.captures), None);
    outcome.notes = outcome::left_out(&state).into_iter().chain(outcome::one_sided(&plan, &tallies)).collect();
    outcome.notes.extend(outcome::unfollowed(&plan, &tallies));
    outcome.notes.extend(outcome::given_up(&state));
    outcome.unselected = outcome::unselected(&state);
    outcome.specs = spec_outcomes;
    outcome.findings = findings;
    outcome.findings.extend(hop_findings);
    Ok(outcome)
}
