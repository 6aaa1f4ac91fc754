//! The params that a user gives: names that some spec knows, values within their constraints.

use std::cell::RefCell;
use std::collections::BTreeSet;

use super::error::CheckError;
use super::matcher;
use super::params::Params;
use super::scope::Scope;
use super::truth::Truth;
use crate::http::Exchange;
use crate::spec::Spec;

/// Checks what was given.
///
/// # Errors
/// [`CheckError::Usage`]: a name that no spec has, with the nearest, or a value outside its constraint.
pub(super) fn check(specs: &[&Spec], given: &[(String, String)]) -> Result<(), CheckError> {
    for (name, value) in given {
        let owners: Vec<&Spec> = specs.iter().copied().filter(|s| s.params.iter().any(|p| p.name.value == *name)).collect();
        if owners.is_empty() {
            return Err(CheckError::Usage(unknown_param(specs, name)));
        }
        for spec in owners {
            let params = Params::of(spec, given);
            if let Some(expected) = broken(&params, name, value) {
                return Err(CheckError::Usage(format!("--param {name}={value}: spec `{}` wants {expected}", spec.name)));
            }
        }
    }
    Ok(())
}

/// The sentence for a param that no spec knows: the nearest name, or all there are.
fn unknown_param(specs: &[&Spec], name: &str) -> String {
    let known: BTreeSet<&str> = specs.iter().flat_map(|s| &s.params).map(|p| p.name.value.as_str()).collect();
    let near = known.iter().map(|k| (strsim::damerau_levenshtein(k, name), k)).filter(|(distance, _)| *distance <= 3).min();
    let help = match near {
        Some((_, near)) => format!("did you mean `{near}`?"),
        None if known.is_empty() => "they have none".to_owned(),
        None => format!("they have `{}`", known.into_iter().collect::<Vec<_>>().join("`, `")),
    };
    format!("--param {name}: no loaded spec has a param `{name}`; {help}")
}

/// What a value given for a param should be, where it is not.
fn broken(params: &Params, name: &str, value: &str) -> Option<String> {
    let (_, param) = params.get(name)?;
    let exchange = Exchange { request: None, response: None };
    let (bound, reason) = (RefCell::new(Vec::new()), RefCell::new(None));
    let scope = Scope {
        exchange: &exchange,
        looked: None,
        joined: None,
        params,
        bound: &bound,
        masks: false,
        allow_warned: false,
        secret: false,
        reason: &reason,
    };
    let truth = matcher::holds(&param.constraint, value.as_bytes(), &scope);
    (truth == Truth::No).then(|| matcher::describe(&param.constraint, &scope))
}
