//! The values of a spec's params in one run.

use std::collections::BTreeMap;

use super::given::Given;
use crate::spec::{Param, Spec, Template, Value};

/// Where a param's value comes from.
#[derive(Debug, Clone)]
pub(super) enum ParamSource {
    /// The user, or an entry of `captures`; with who it was: `--param`.
    Given { value: String, from: String },
    /// `default:`
    Default(Template),
    /// Neither.
    Unset,
}

/// A param with its value.
#[derive(Debug, Clone)]
pub(super) struct ParamValue {
    /// The value.
    pub source: ParamSource,
    /// What names it is not judged while it has no value.
    pub optional: bool,
    /// What its value must be.
    pub constraint: Value,
}

/// The params of one spec.
#[derive(Debug, Clone, Default)]
pub(super) struct Params {
    by_name: BTreeMap<String, ParamValue>,
}

impl Params {
    /// The params of a spec with the values given, the strongest first; names of other specs are left alone.
    pub(super) fn of(spec: &Spec, given: &[Given]) -> Self {
        let value = |param: &Param| {
            let source = match given.iter().find(|given| given.name == param.name.value) {
                Some(given) => ParamSource::Given { value: given.value.clone(), from: given.from() },
                None => param.default.clone().map_or(ParamSource::Unset, ParamSource::Default),
            };
            ParamValue { source, optional: param.optional, constraint: param.constraint.clone() }
        };
        Self { by_name: spec.params.iter().map(|p| (p.name.value.clone(), value(p))).collect() }
    }

    /// A param by name.
    pub(super) fn get(&self, name: &str) -> Option<(&str, &ParamValue)> {
        self.by_name.get_key_value(name).map(|(name, value)| (name.as_str(), value))
    }
}
