//! What a hop's `select` cannot find: a select says what identifies a hop, not what is checked, so it must still find the
//! exchange where any one expected field is missing. Where it does not, that finding can never be made.

use super::{Claim, ClauseKind, Form, Hop, MessageSpec, Part, Select, SelectOn, Side, Spanned, Value};

impl Hop {
    /// The fields that the hop expects and that its own `select` needs, by the name and place of the expectation.
    #[must_use]
    pub fn needed_by_select(&self) -> Vec<(Side, Spanned<String>)> {
        let Some(select) = &self.select else { return Vec::new() };
        let sides = [(Side::Request, &self.request), (Side::Response, &self.response)];
        sides
            .into_iter()
            .flat_map(|(side, message)| expected_fields(message).map(move |field| (side, field)))
            .filter(|(side, field)| !can_be(select, *side, &field.value, true))
            .collect()
    }
}

/// The fields whose absence would be a finding.
fn expected_fields(message: &MessageSpec) -> impl Iterator<Item = Spanned<String>> {
    message.expectations.iter().filter_map(|expectation| match &expectation.claim {
        Claim::Part { part: Part::Field(name) | Part::Line { name, .. }, value } if !value.meta.optional => {
            Some(Spanned { value: name.clone(), place: expectation.key })
        }
        _ => None,
    })
}

/// Whether a select can come out so, whatever else the exchange is, where one field is missing.
fn can_be(select: &Select, side: Side, missing: &str, wanted: bool) -> bool {
    let part = |part: &Select, wanted| can_be(part, side, missing, wanted);
    match select {
        Select::All(parts) if wanted => parts.iter().all(|p| part(p, true)),
        Select::All(parts) => parts.iter().any(|p| part(p, false)),
        Select::Any(parts) if wanted => parts.iter().any(|p| part(p, true)),
        Select::Any(parts) => parts.iter().all(|p| part(p, false)),
        Select::Not(inner) => part(inner, !wanted),
        Select::Atom { on: SelectOn::Message(of, Part::Field(name)), value, .. }
            if *of == side && name.eq_ignore_ascii_case(missing) =>
        {
            !wanted || speaks_of_absence(value)
        }
        Select::Atom { .. } => true,
    }
}

/// `absent` (which is `not` here) and `lines` may hold without the field.
fn speaks_of_absence(value: &Value) -> bool {
    match &value.form {
        Form::Matcher(clauses) => clauses.iter().any(|c| matches!(c.kind, ClauseKind::Not(_) | ClauseKind::Lines(_))),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::spec::{Loaded, parse};

    fn needed(select: &str) -> Vec<String> {
        let spec = format!(
            "hops:\n  h:\n    select: {select}\n    request:\n      headers: {{ A: 1, B: 2, C: {{ optional: true, is: ip }} }}\n    response: {{ headers: {{ A: 3 }} }}\n"
        );
        let Ok(Loaded::Spec(spec)) = parse("a.yaml", "a", spec.as_bytes()) else { panic!("no spec: {spec}") };
        spec.hops[0].needed_by_select().into_iter().map(|(side, name)| format!("{}.{}", side.name(), name.value)).collect()
    }

    #[test]
    fn a_select_must_do_without_any_one_field() {
        for (select, expected) in [
            ("{ request: { headers: { a: 1 } } }", &["request.A"][..]),
            ("{ request: { headers: { A: 1, B: { present: true } } } }", &["request.A", "request.B"]),
            ("{ any: [{ request: { headers: { A: 1 } } }, { request: { headers: { B: 2 } } }] }", &[]),
            ("{ request: { headers: { C: { is: ip }, D: 1 } } }", &[]),
            ("{ response: { headers: { A: 3 } } }", &["response.A"]),
            ("{ not: { request: { headers: { A: 1 } } } }", &[]),
            ("{ not: { not: { request: { headers: { A: 1 } } } } }", &["request.A"]),
            ("{ request: { absent: [A] } }", &[]),
            ("{ request: { method: GET }, dst: { port: 80 } }", &[]),
        ] {
            assert_eq!(needed(select), expected, "{select}");
        }
    }
}
