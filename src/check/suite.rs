//! Specs as a suite of tests: asked hop by hop, each spec against its own evidence.
//!
//! Loading reads specs alone. A capture is read when a hop of its spec is asked for first, and never twice: the outcome is
//! kept, and threads that ask meanwhile wait for it.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use super::error::CheckError;
use super::evidence::Mirror;
use super::own;
use super::request::{CheckRequest, judged};
use super::specs::{LoadedSpec, find, no_spec};
use crate::exit;
use crate::finding::{ExpectationOutcome, Finding, HopOutcome, Outcome, Rule, SpecOutcome, Verdict};
use crate::spec::{FindError, Spec, SpecError, name_at};

type Asked = OnceLock<Result<Outcome, CheckError>>;

/// Specs, asked hop by hop.
#[derive(Debug)]
pub struct Suite {
    request: CheckRequest,
    specs: Vec<LoadedSpec>,
    broken: Vec<Broken>,
    /// The outcome of each spec against its own evidence, once somebody asked.
    outcomes: Vec<Asked>,
    /// Captures that are named are read once for all specs.
    of_captures: Asked,
}

/// What does not load.
#[derive(Debug)]
pub struct Broken {
    /// The name that the file gives its spec, `aws/alb/forward`.
    pub name: String,
    /// All that is wrong with it.
    pub error: CheckError,
}

/// What became of one hop, or of the checks over several.
#[derive(Debug)]
pub enum HopVerdict {
    /// It was judged, and nothing was found that fails.
    Met,
    /// There is nothing to judge it by, and there need not be: why.
    Skipped(String),
    /// Something was found, or the evidence shows nothing of it: the outcome of this alone.
    Failed(Box<Outcome>),
}

impl Suite {
    /// Loads specs, and reads nothing else. What does not load is among [`Suite::broken`]; the rest is there.
    #[must_use]
    pub fn load(request: CheckRequest) -> Self {
        let mut broken = Vec::new();
        let mut specs: Vec<LoadedSpec> = Vec::new();
        match find(&request.specs) {
            Ok((found, _)) => {
                let named = &request.specs;
                broken = of_errors(found.errors, named);
                broken.extend(found.failures.into_iter().map(|failure| of_failure(&failure, named)));
                specs.extend(found.specs.into_iter().map(LoadedSpec::new));
                if specs.is_empty() && broken.is_empty() {
                    let nothing = no_spec(named, found.not_specs);
                    broken.push(Broken { name: "specs".to_owned(), error: CheckError::Nothing(nothing) });
                }
            }
            Err(error) => broken.push(Broken { name: "specs".to_owned(), error }),
        }
        let outcomes = specs.iter().map(|_| OnceLock::new()).collect();
        Self { request, specs, broken, outcomes, of_captures: OnceLock::new() }
    }

    /// The specs, in the order of their names.
    pub fn specs(&self) -> impl Iterator<Item = &Spec> {
        self.specs.iter().map(|loaded| &*loaded.spec)
    }

    /// What does not load, by name.
    #[must_use]
    pub fn broken(&self) -> &[Broken] {
        &self.broken
    }

    /// Whether there is anything to judge a spec by, as far as the names of files tell. No capture is read.
    #[must_use]
    pub fn has_evidence(&self, spec: &str) -> bool {
        if self.request.names_captures() {
            return true;
        }
        let captures = self.request.captures_dir.as_deref();
        let mirrors = || self.specs.iter().filter_map(|file| file.mirror(captures.is_some()));
        let Some(own) = self.specs.iter().find(|file| file.spec.name == spec) else { return false };
        !own.spec.captures.is_empty() || own::is_mirrored(own, &mirrors().collect::<Vec<Mirror>>(), captures)
    }

    /// What became of a hop. Reads the captures of its spec where nobody asked for them before.
    ///
    /// # Errors
    /// [`CheckError`] where nothing of the spec could be checked: a param that no spec knows, no capture.
    pub fn hop(&self, spec: &str, hop: &str) -> Result<HopVerdict, &CheckError> {
        self.part(spec, Some(hop))
    }

    /// What became of a spec's checks over several hops.
    ///
    /// # Errors
    /// As [`Suite::hop`].
    pub fn checks(&self, spec: &str) -> Result<HopVerdict, &CheckError> {
        self.part(spec, None)
    }

    /// A hop, or the checks over several.
    fn part(&self, name: &str, hop: Option<&str>) -> Result<HopVerdict, &CheckError> {
        let outcome = self.outcome(name).as_ref()?;
        let model = self.specs().find(|spec| spec.name == name);
        let (Some(model), Some(spec)) = (model, outcome.specs.iter().find(|spec| spec.name == name)) else {
            return Ok(HopVerdict::Skipped(format!("there is no spec `{name}`")));
        };
        let alone = self.alone(outcome, model, spec, hop);
        Ok(match alone.exit_code {
            exit::MET => HopVerdict::Met,
            exit::NOTHING_JUDGED => match reason(&alone) {
                Some(reason) => HopVerdict::Skipped(reason),
                None => HopVerdict::Failed(Box::new(alone)),
            },
            _ => HopVerdict::Failed(Box::new(alone)),
        })
    }

    /// The outcome that holds a spec.
    fn outcome(&self, spec: &str) -> &Result<Outcome, CheckError> {
        let asked = if !self.request.names_captures() {
            let at = self.specs.iter().position(|loaded| loaded.spec.name == spec);
            at.and_then(|at| self.outcomes.get(at))
        } else {
            None
        };
        let (asked, only) = asked.map_or((&self.of_captures, None), |asked| (asked, Some(spec)));
        asked.get_or_init(|| judged(&self.request, &self.specs, only, None))
    }

    /// What an outcome says of one hop, or of the checks over several: their own findings, and those about captures as a
    /// whole. Checks over several hops stand with the hop that they name first, where they are told apart by their place.
    fn alone(&self, outcome: &Outcome, model: &Spec, spec: &SpecOutcome, hop: Option<&str>) -> Outcome {
        let is_across = |e: &ExpectationOutcome| {
            model.checks.iter().any(|check| model.source.line_column(check.key.start) == (e.line, e.column))
        };
        let is_own = |finding: &&Finding| match &finding.spec {
            None => true,
            Some(place) if place.file != spec.file => false,
            Some(_) if finding.rule == Rule::SpecWithoutEvidence => true,
            Some(place) => {
                let across = model.checks.iter().any(|check| check.place.start == place.start);
                across == hop.is_none() && (across || finding.hop.as_deref() == hop)
            }
        };
        let mut hops: Vec<HopOutcome> = spec.hops.iter().filter(|of| hop.is_none_or(|name| of.hop == name)).cloned().collect();
        for of in &mut hops {
            of.expectations.retain(|e| is_across(e) == hop.is_none());
            of.verdict = Verdict::over(of.expectations.iter().map(|e| e.verdict));
        }
        hops.retain(|of| hop.is_some() || !of.expectations.is_empty());
        let verdict = Verdict::over(hops.iter().map(|of| of.verdict));
        let mut alone = Outcome {
            specs: vec![SpecOutcome { verdict, hops, ..spec.clone() }],
            findings: outcome.findings.iter().filter(is_own).cloned().collect(),
            ..outcome.clone()
        };
        self.request.sum_up(&mut alone);
        alone
    }
}

/// Why it is no failure that nothing was judged.
fn reason(alone: &Outcome) -> Option<String> {
    let spec = alone.specs.first()?;
    if let Some(finding) = alone.findings.iter().find(|f| f.rule == Rule::SpecWithoutEvidence) {
        // Evidence that is there and cannot be read is none of the kind that is still to come.
        return alone.notes.is_empty().then(|| finding.message.clone());
    }
    let hop = spec.hops.first()?;
    if hop.exchanges == 0 && !hop.required && spec.cases.is_none() {
        let nearest = hop.nearest.as_ref().map(|n| format!("; nearest: {n}")).unwrap_or_default();
        return Some(format!("no exchange of hop `{}` is in the captures{nearest}", hop.hop));
    }
    (hop.exchanges > 0 && hop.expectations.is_empty()).then(|| format!("hop `{}` expects nothing", hop.hop))
}

/// Errors by their files.
fn of_errors(errors: Vec<SpecError>, named: &[PathBuf]) -> Vec<Broken> {
    let mut files: Vec<(String, Vec<SpecError>)> = Vec::new();
    for error in errors {
        match files.iter_mut().find(|(file, _)| *file == error.source.file) {
            Some((_, errors)) => errors.push(error),
            None => files.push((error.source.file.clone(), vec![error])),
        }
    }
    let mut broken: Vec<Broken> = Vec::new();
    for (file, errors) in files {
        let name = name_at(Path::new(&file), named);
        // `a.yaml` and `a.yml` have one name, and two tests must not.
        let name = if broken.iter().any(|other| other.name == name) { file } else { name };
        broken.push(Broken { name, error: CheckError::Specs(errors) });
    }
    broken
}

fn of_failure(failure: &FindError, named: &[PathBuf]) -> Broken {
    let (path, error): (&Path, fn(String) -> CheckError) = match failure {
        FindError::Unreadable(path, _) => (path, CheckError::Unreadable),
        FindError::Missing(path) | FindError::NotASpec(path) => (path, CheckError::Usage),
        FindError::SameName { second, .. } => (Path::new(second), CheckError::Usage),
    };
    Broken { name: name_at(path, named), error: error(failure.to_string()) }
}
