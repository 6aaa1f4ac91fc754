//! Ways through a hop and a value that stay in the file: what a type says stands elsewhere.

use crate::spec::{Claim, Clause, ClauseKind, Expectation, Form, Hop, MembersClause, MessageSpec, Part, Relation, Side, Value};

/// Every expectation of a hop, those of its variants too.
pub(super) fn expectations(hop: &Hop) -> impl Iterator<Item = (Side, &Expectation)> {
    let variants = hop.variants.iter().map(|variant| (&variant.request, &variant.response));
    let messages = std::iter::once((&hop.request, &hop.response)).chain(variants);
    messages.flat_map(|(request, response)| of_message(Side::Request, request).chain(of_message(Side::Response, response)))
}

fn of_message(side: Side, message: &MessageSpec) -> impl Iterator<Item = (Side, &Expectation)> {
    message.expectations.iter().map(move |expectation| (side, expectation))
}

/// The values of a hop's expectations.
pub(super) fn values(hop: &Hop) -> impl Iterator<Item = &Value> {
    expectations(hop).filter_map(|(_, expectation)| match &expectation.claim {
        Claim::Part { value, .. } | Claim::Related { relation: Relation::Appended(value), .. } => Some(value),
        _ => None,
    })
}

/// The clauses of a matcher.
pub(super) fn of(value: &Value) -> &[Clause] {
    match &value.form {
        Form::Matcher(clauses) => clauses,
        _ => &[],
    }
}

fn members(members: &MembersClause) -> Vec<&Value> {
    let one = members.first.iter().chain(&members.last).chain(&members.each).map(AsRef::as_ref);
    one.chain(&members.includes).chain(members.equals.iter().flatten()).collect()
}

/// The values that stand in a clause.
pub(super) fn inner(clause: &Clause) -> Vec<&Value> {
    match &clause.kind {
        ClauseKind::List(list) => members(&list.members).into_iter().chain(list.at.iter().map(|(_, value)| value)).collect(),
        ClauseKind::Lines(lines) => members(lines),
        ClauseKind::Pairs(pairs) => pairs.pairs.iter().map(|(_, value)| value).collect(),
        ClauseKind::Json(json) | ClauseKind::Jwt(json) => json.members.iter().map(|member| &member.value).collect(),
        ClauseKind::All(values) | ClauseKind::Any(values) => values.iter().collect(),
        ClauseKind::Not(value) => vec![value],
        _ => Vec::new(),
    }
}

/// Whether a value of a select may hold where its field is not there: `absent` (which is `not` here) and `lines`.
pub(super) fn may_speak_of_absence(value: &Value) -> bool {
    of(value).iter().any(|clause| matches!(clause.kind, ClauseKind::Not(_) | ClauseKind::Lines(_)))
}

/// Whether a value of a select says that its field is not there.
pub(super) fn is_absence(value: &Value) -> bool {
    let any = |value: &Value| value.meta.present && value.takes_anything();
    matches!(of(value), [Clause { kind: ClauseKind::Not(inner), .. }] if any(inner))
}

/// Whether two parts of a message are one.
pub(super) fn same_part(one: &Part, other: &Part) -> bool {
    match (one, other) {
        (Part::Field(a), Part::Field(b)) => a.eq_ignore_ascii_case(b),
        (Part::Query(a), Part::Query(b)) => a == b,
        (Part::Cookie(a), Part::Cookie(b)) | (Part::SetCookie(a), Part::SetCookie(b)) => a == b,
        (Part::Trailer(a), Part::Trailer(b)) => a.eq_ignore_ascii_case(b),
        (Part::Line { name: a, .. }, Part::Line { name: b, .. }) => a.eq_ignore_ascii_case(b),
        (Part::BodyJson { steps: a, .. }, Part::BodyJson { steps: b, .. })
        | (Part::Event { steps: a, .. }, Part::Event { steps: b, .. }) => a == b,
        (Part::Connection(a), Part::Connection(b)) => a == b,
        (Part::Method, Part::Method)
        | (Part::Target, Part::Target)
        | (Part::Path, Part::Path)
        | (Part::Version, Part::Version)
        | (Part::Status, Part::Status)
        | (Part::Reason, Part::Reason)
        | (Part::BodyText, Part::BodyText)
        | (Part::BodySha256, Part::BodySha256)
        | (Part::BodyLength, Part::BodyLength) => true,
        _ => false,
    }
}

/// Whether a part is missing where another is: itself, or the field in whose lines it stands.
pub(super) fn misses(part: &Part, missing: &Part) -> bool {
    let of_field = match missing {
        Part::Field(name) | Part::Line { name, .. } => part.field().is_some_and(|field| field.eq_ignore_ascii_case(name)),
        _ => false,
    };
    of_field || same_part(part, missing)
}

/// Whether a finding of this part says that it is not there.
pub(super) fn may_be_missing(part: &Part) -> bool {
    matches!(
        part,
        Part::Field(_)
            | Part::Line { alone: true, .. }
            | Part::Query(_)
            | Part::Cookie(_)
            | Part::SetCookie(_)
            | Part::Trailer(_)
            | Part::BodyJson { .. }
            | Part::Event { .. }
            | Part::Connection(_)
    )
}

/// A part in words: `` `Host` ``, `the method`.
pub(super) fn part_in_words(part: &Part) -> String {
    match part {
        Part::Field(name) => format!("`{name}`"),
        Part::Query(name) => format!("the query's `{name}`"),
        Part::Line { name, .. } => format!("the line of `{name}`"),
        Part::Cookie(name) | Part::SetCookie(name) => format!("the cookie `{name}`"),
        Part::SetCookieAttribute { cookie, attribute, .. } => format!("`{attribute}` of the cookie `{cookie}`"),
        Part::Trailer(name) => format!("the trailer `{name}`"),
        Part::BodyJson { path, .. } => format!("`{path}` of the body"),
        Part::Event { path, .. } => format!("`{path}` of the event"),
        Part::Connection(part) => format!("`{part}`"),
        Part::Method => "the method".to_owned(),
        Part::Target => "the target".to_owned(),
        Part::Path => "the path".to_owned(),
        Part::Version => "the version".to_owned(),
        Part::Status => "the status".to_owned(),
        Part::Reason => "the reason".to_owned(),
        Part::BodyText => "the body".to_owned(),
        Part::BodySha256 => "the SHA-256 of the body".to_owned(),
        Part::BodyLength => "the length of the body".to_owned(),
    }
}

/// Shows every clause of a value, at any depth.
pub(super) fn each<'v>(value: &'v Value, see: &mut dyn FnMut(&'v Clause)) {
    for clause in of(value) {
        see(clause);
        inner(clause).into_iter().for_each(|value| each(value, see));
    }
}
