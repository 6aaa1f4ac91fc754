//! Params, types and bound names that nothing uses.

use std::collections::HashSet;

use super::clauses::{each, expectations, values};
use crate::spec::problem::Problem;
use crate::spec::walk::{self, Met};
use crate::spec::{ClauseKind, Expr, Hop, Spec, Value};

/// Takes the name that an expression is.
fn name<'e>(expr: &'e Expr, used: &mut HashSet<&'e str>) {
    if let Expr::Name(name) = expr {
        used.insert(name);
    }
}

/// Takes the names that stand in a value's expressions.
fn names<'v>(value: &'v Value, used: &mut HashSet<&'v str>) {
    walk::holes(value, &mut |expr| name(expr, used));
}

/// The names that stand in a hop's expressions.
fn names_in(hop: &Hop) -> HashSet<&str> {
    let mut used = HashSet::new();
    hop.select.iter().for_each(|select| walk::select(select, &mut |value| names(value, &mut used)));
    expectations(hop).for_each(|(_, of)| walk::claim(&of.claim, &mut |expr| name(expr, &mut used)));
    hop.when.iter().for_each(|when| walk::expr(&when.value, &mut |expr| name(expr, &mut used)));
    hop.checks.iter().for_each(|check| walk::claim(&check.claim, &mut |expr| name(expr, &mut used)));
    used
}

/// Takes the types that a value names.
fn types_of<'v>(value: &'v Value, used: &mut HashSet<&'v str>) {
    each(value, &mut |clause| {
        if let ClauseKind::Type(named) = &clause.kind {
            used.insert(&named.name);
        }
    });
}

/// Params.
pub(super) fn params(spec: &Spec, problems: &mut Vec<Problem>) {
    let mut used: HashSet<&str> = spec.hops.iter().flat_map(names_in).collect();
    spec.checks.iter().for_each(|check| walk::claim(&check.claim, &mut |expr| name(expr, &mut used)));
    for param in &spec.params {
        if let Some(default) = &param.default {
            walk::names(default, &mut |name| _ = used.insert(name));
        }
        names(&param.constraint, &mut used);
    }
    for param in spec.params.iter().filter(|param| !used.contains(param.name.value.as_str())) {
        let name = &param.name.value;
        let problem = Problem::new(param.name.place, format!("nothing uses the param `{name}`"));
        problems.push(problem.help(format!("name it where it is expected, `${{{name}}}`, or leave it away")));
    }
}

/// Types of the file.
pub(super) fn types(spec: &Spec, problems: &mut Vec<Problem>) {
    let mut used: HashSet<&str> = HashSet::new();
    for hop in &spec.hops {
        values(hop).for_each(|value| types_of(value, &mut used));
        hop.select.iter().for_each(|select| walk::select(select, &mut |value| types_of(value, &mut used)));
    }
    spec.params.iter().for_each(|param| types_of(&param.constraint, &mut used));
    spec.types.iter().filter_map(|named| named.value.value()).for_each(|value| types_of(value, &mut used));
    for named in spec.types.iter().filter(|named| !used.contains(named.value.name.as_str())) {
        let name = &named.value.name;
        let problem = Problem::new(named.place, format!("nothing uses the type `{name}`"));
        problems.push(problem.help(format!(
            "name it where it is expected, `is: {name}`, or leave it away; types for other specs stand in a file without hops"
        )));
    }
}

/// Names that values of a hop are bound to.
pub(super) fn bound(hop: &Hop, problems: &mut Vec<Problem>) {
    let used = names_in(hop);
    for value in values(hop) {
        walk::value(value, &mut |met| {
            let Met::Bind(name, _) = met else { return };
            if !used.contains(name.value.as_str()) {
                let problem = Problem::new(name.place, format!("nothing uses `{}`, which is bound here", name.value));
                problems.push(problem.help(format!(
                    "name it where the same value is expected, `${{{}}}`, or leave `bind` away; any value at all is \
                     `{{ present: true }}`",
                    name.value
                )));
            }
        });
    }
}
