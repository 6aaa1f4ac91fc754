//! `pairs`: `name=value` parts of a field value, `Self=1-…;Root=1-…`.

use super::super::scope::Scope;
use super::super::truth::Truth;
use super::clause::holds;
use crate::spec::PairsClause;

/// The `name=value` parts of a value. A part without `=` is a name with an empty value; white space around names and
/// values is taken away; quotes protect the separator and are taken away around a value.
pub(crate) fn pairs(value: &[u8], separator: char) -> Vec<(&[u8], &[u8])> {
    super::members(value, separator)
        .into_iter()
        .map(|part| match part.iter().position(|b| *b == b'=') {
            Some(at) => {
                let value = part.get(at + 1..).unwrap_or_default().trim_ascii();
                let inner = value.strip_prefix(b"\"").and_then(|v| v.strip_suffix(b"\""));
                (part.get(..at).unwrap_or_default().trim_ascii(), inner.unwrap_or(value))
            }
            None => (part, b"".as_slice()),
        })
        .collect()
}

/// Whether the parts are as the clause says. A name must stand exactly once.
pub(super) fn holds_pairs<'a>(clause: &'a PairsClause, bytes: &[u8], scope: &Scope<'a>) -> Truth {
    let found = pairs(bytes, clause.separator);
    let expected = clause.pairs.iter().map(|(name, value)| {
        let mut values = found.iter().filter(|(n, _)| n.eq_ignore_ascii_case(name.value.as_bytes()));
        match (values.next(), values.next()) {
            (Some((_, found)), None) => holds(value, found, scope),
            (None, _) if value.meta.optional => Truth::Yes,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_keep_their_values() {
        let found = pairs(br#"Self=1-a;Root=1-b; q="x;y" ;flag;c=d=e"#, ';');
        let shown: Vec<_> = found.iter().map(|(n, v)| (String::from_utf8_lossy(n), String::from_utf8_lossy(v))).collect();
        let expected = [("Self", "1-a"), ("Root", "1-b"), ("q", "x;y"), ("flag", ""), ("c", "d=e")];
        assert!(shown.iter().map(|(n, v)| (n.as_ref(), v.as_ref())).eq(expected));
    }
}
