//! The params that a user gives: on the command line, in the environment, in files. Names that some spec knows, values within
//! their constraints.

use std::collections::BTreeSet;

use super::error::CheckError;
use super::matcher;
use super::params::Params;
use super::request::CheckRequest;
use super::scope::{Notes, Scope};
use super::truth::Truth;
use crate::secret;
use crate::spec::{self, GivenError, GivenValue, Place, Source, Spec, SpecError};

/// What a variable that gives a param begins with.
pub const PARAM_VARIABLE: &str = "HOPSPEC_PARAM_";

/// A value for a param.
#[derive(Debug, Clone)]
pub(super) struct Given {
    pub(super) name: String,
    pub(super) value: String,
    giver: Giver,
}

/// Who gave a value.
#[derive(Debug, Clone)]
enum Giver {
    /// `--param`
    Option,
    /// A variable of the environment, by its name.
    Variable(String),
    /// A file of params, or an entry of `captures`; the places of name and value.
    File { source: Source, name: Place, value: Place },
}

impl Given {
    /// What `--param` gives.
    pub(super) fn option((name, value): &(String, String)) -> Self {
        Self { name: name.clone(), value: value.clone(), giver: Giver::Option }
    }

    /// What a file gives.
    pub(super) fn in_file(given: &GivenValue, source: &Source) -> Self {
        let (name, value) = (&given.name, &given.value);
        let giver = Giver::File { source: source.clone(), name: name.place, value: value.place };
        Self { name: name.value.clone(), value: value.value.clone(), giver }
    }

    /// Who gave it, for findings: `--param`, `HOPSPEC_PARAM_ALB_HOST`, `params.yaml:3`.
    pub(super) fn from(&self) -> String {
        match &self.giver {
            Giver::Option => "--param".to_owned(),
            Giver::Variable(variable) => variable.clone(),
            Giver::File { source, name, .. } => format!("{}:{}", source.file, source.line_column(name.start).0),
        }
    }

    /// The error for a name that no spec knows.
    fn unknown(&self, specs: &[&Spec]) -> CheckError {
        let name = &self.name;
        let help = known_params(specs, name);
        match &self.giver {
            Giver::Option => CheckError::Usage(format!("--param {name}: no loaded spec has a param `{name}`; {help}")),
            Giver::Variable(variable) => CheckError::Usage(format!(
                "{variable} is set, and no loaded spec has a param `{name}`; {help} (or unset it for this run)"
            )),
            Giver::File { source, name: place, .. } => {
                in_file(source, *place, format!("no loaded spec has a param `{name}`"), String::new(), Some(help))
            }
        }
    }

    /// The error for a value that is not what a spec wants.
    fn outside(&self, spec: &Spec, expected: &str) -> CheckError {
        let (name, wants) = (&self.name, format!("spec `{}` wants {expected}", spec.name));
        let shown = if secret::is_secret_key(name) { secret::MASK } else { &self.value };
        match &self.giver {
            Giver::Option => CheckError::Usage(format!("--param {name}={shown}: {wants}")),
            Giver::Variable(variable) => CheckError::Usage(format!("{variable}={shown}: {wants}")),
            Giver::File { source, value, .. } => {
                in_file(source, *value, format!("the value of `{name}` is not what it must be"), wants, None)
            }
        }
    }
}

fn in_file(source: &Source, place: Place, message: String, label: String, help: Option<String>) -> CheckError {
    CheckError::Params(vec![SpecError { source: source.clone(), place, message, label, help: help.into_iter().collect() }])
}

/// Everything that is given in a request, the strongest first: `--param`, the environment, files of params; the last of one
/// kind before the others.
///
/// # Errors
/// [`CheckError::Usage`] or [`CheckError::Params`]: a name that no spec has, with the nearest, a value outside its constraint,
/// a file that is wrong; [`CheckError::Unreadable`]: a file that cannot be read.
pub(super) fn collect(request: &CheckRequest, specs: &[&Spec]) -> Result<Vec<Given>, CheckError> {
    let mut given: Vec<Given> = request.params.iter().rev().map(Given::option).collect();
    let mut variables: Vec<Given> =
        request.environment.iter().filter_map(|(variable, value)| from_variable(specs, variable, value)).collect();
    // Two variables may mean one param; that which writes its name as the spec does is the nearer one.
    variables.sort_by_key(|given| !given.from().ends_with(&given.name));
    given.extend(variables);
    for path in request.param_files.iter().rev() {
        let file = spec::read_given(path).map_err(|error| match error {
            GivenError::Missing(_) => CheckError::Usage(format!("--params {error}")),
            GivenError::Unreadable(..) => CheckError::Unreadable(format!("--params {error}")),
            GivenError::Wrong(errors) => CheckError::Params(errors),
        })?;
        given.extend(file.values.iter().map(|value| Given::in_file(value, &file.source)));
    }
    check(specs, &given)?;
    Ok(given)
}

/// What a variable gives; nothing where it is no param's, or empty: CI systems set variables of which nobody knows a value to
/// the empty text.
fn from_variable(specs: &[&Spec], variable: &str, value: &str) -> Option<Given> {
    let name = variable.strip_prefix(PARAM_VARIABLE).filter(|name| !name.is_empty() && !value.is_empty())?;
    let known = |name: &str| specs.iter().any(|s| s.params.iter().any(|p| p.name.value == name));
    // Names of params are lower case, names of variables upper case by custom.
    let name = if known(name) { name.to_owned() } else { name.to_ascii_lowercase() };
    Some(Given { name, value: value.to_owned(), giver: Giver::Variable(variable.to_owned()) })
}

/// Checks what was given.
pub(super) fn check(specs: &[&Spec], given: &[Given]) -> Result<(), CheckError> {
    for one in given {
        let owners: Vec<&Spec> = specs.iter().copied().filter(|s| s.params.iter().any(|p| p.name.value == one.name)).collect();
        if owners.is_empty() {
            return Err(one.unknown(specs));
        }
        for spec in owners {
            let params = Params::of(spec, given);
            if let Some(expected) = broken(&params, &one.name, &one.value) {
                return Err(one.outside(spec, &expected));
            }
        }
    }
    Ok(())
}

/// What to do about a param that no spec knows: the nearest name, or all there are.
fn known_params(specs: &[&Spec], name: &str) -> String {
    let known: BTreeSet<&str> = specs.iter().flat_map(|s| &s.params).map(|p| p.name.value.as_str()).collect();
    let near = known.iter().map(|k| (strsim::damerau_levenshtein(k, name), k)).filter(|(distance, _)| *distance <= 3).min();
    match near {
        Some((_, near)) => format!("did you mean `{near}`?"),
        None if known.is_empty() => "they have none".to_owned(),
        None => format!("they have `{}`", known.into_iter().collect::<Vec<_>>().join("`, `")),
    }
}

/// What a value given for a param should be, where it is not.
fn broken(params: &Params, name: &str, value: &str) -> Option<String> {
    let (_, param) = params.get(name)?;
    let notes = Notes::default();
    let scope = Scope::without_exchange(params, &notes);
    let truth = matcher::holds(&param.constraint, value.as_bytes(), &scope);
    (truth == Truth::No).then(|| matcher::describe(&param.constraint, &scope))
}
