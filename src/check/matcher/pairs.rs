//! `pairs`: `name=value` parts of a field value, `Self=1-…;Root=1-…`.

use super::super::mask::is_masked;
use super::super::scope::Scope;
use super::super::structure::pairs;
use super::super::truth::Truth;
use super::clause::holds;
use super::compare::masked;
use crate::spec::PairsClause;

/// Whether the parts are as the clause says. A name must stand exactly once.
pub(super) fn holds_pairs<'a>(clause: &'a PairsClause, bytes: &[u8], scope: &Scope<'a>) -> Truth {
    let found = pairs(bytes, clause.separator);
    let expected = clause.pairs.iter().map(|(name, value)| {
        let mut values = found.iter().filter(|(n, _)| n.eq_ignore_ascii_case(name.value.as_bytes()));
        match (values.next(), values.next()) {
            (Some((_, found)), None) => holds(value, found, scope),
            // Not there is nothing to judge, and never met.
            (None, _) if value.meta.optional => Truth::Skip,
            // `<trace-id>` may hide all of the parts.
            (None, _) if scope.masks && found.iter().any(|(n, _)| is_masked(n)) => masked(scope, bytes, true),
            _ => Truth::No,
        }
    });
    let others = scope.minds_others(clause.others).then(|| Truth::of(other(clause, &found).is_none()));
    Truth::all(expected.chain(others))
}

/// A name that the clause does not know.
pub(super) fn other<'b>(clause: &PairsClause, found: &[(&'b [u8], &'b [u8])]) -> Option<&'b [u8]> {
    let known = |name: &[u8]| clause.pairs.iter().any(|(n, _)| n.value.as_bytes().eq_ignore_ascii_case(name));
    found.iter().map(|(name, _)| *name).find(|name| !known(name))
}
