//! `json`: paths into a JSON document, in a field value or a body.
//!
//! Under `json` the YAML types count: `200` is a number, `"200"` text. Repeated keys of an object are an error of the
//! document: nobody can say which of them the receiver takes.

use serde_json::Value as Json;

use super::super::mask;
use super::super::scope::Scope;
use super::super::truth::Truth;
use super::clause::{clause_holds, holds};
use crate::json;
use crate::spec::{Clause, ClauseKind, Form, JsonClause, JsonStep, Value};

/// Whether a text is JSON as the clause says.
pub(super) fn holds_text<'a>(clause: &'a JsonClause, bytes: &[u8], scope: &Scope<'a>) -> Truth {
    let json = match json::parse(bytes) {
        Ok(json) => json,
        Err(_) if scope.masks && mask::is_masked(bytes) => return super::compare::masked(scope, bytes, true),
        Err(_) => return Truth::No,
    };
    let others = scope.minds_others(clause.others).then(|| Truth::of(other(clause, &json).is_none()));
    Truth::all(members(clause, &json, scope).chain(others))
}

/// The verdict of each path.
pub(super) fn members<'a, 'm>(
    clause: &'a JsonClause,
    json: &'m Json,
    scope: &'m Scope<'a>,
) -> impl Iterator<Item = Truth> + use<'a, 'm> {
    clause.members.iter().map(|m| match find(json, &m.steps) {
        Some(found) => holds_json(&m.value, found, scope),
        // Not there is nothing to judge, and never met.
        None if m.value.meta.optional => Truth::Skip,
        None => Truth::No,
    })
}

/// The value at a path.
pub(crate) fn find<'j>(json: &'j Json, steps: &[JsonStep]) -> Option<&'j Json> {
    steps.iter().try_fold(json, |json, step| match step {
        JsonStep::Key(key) => json.as_object()?.get(key),
        JsonStep::Index(index) => {
            let members = json.as_array()?;
            let length = i64::try_from(members.len()).ok()?;
            let at = if *index < 0 { length.checked_add(*index)? } else { *index };
            members.get(usize::try_from(at).ok()?)
        }
    })
}

/// A member of the outer object that no path names.
pub(super) fn other<'j>(clause: &JsonClause, json: &'j Json) -> Option<&'j str> {
    let known = |name: &str| clause.members.iter().any(|m| matches!(m.steps.first(), Some(JsonStep::Key(k)) if k == name));
    json.as_object()?.keys().map(String::as_str).find(|name| !known(name))
}

/// Whether a JSON value is as a value of a spec says.
pub(crate) fn holds_json<'a>(value: &'a Value, found: &Json, scope: &Scope<'a>) -> Truth {
    match &value.form {
        Form::Typed(expected) => same(expected, found, scope),
        Form::JsonArray(expected) => match found {
            Json::Array(found) if found.len() == expected.len() => {
                Truth::all(expected.iter().zip(found).map(|(e, f)| holds_json(e, f, scope)))
            }
            _ => Truth::No,
        },
        Form::JsonObject(expected) => match found {
            Json::Object(found) if found.len() == expected.len() => {
                Truth::all(expected.iter().map(|(name, e)| found.get(name).map_or(Truth::No, |f| holds_json(e, f, scope))))
            }
            _ => Truth::No,
        },
        Form::Scalar(template) => match found {
            Json::String(text) => holds(value, text.as_bytes(), scope),
            // Where types count, a text is no number; but a hole may hold one: `${dst.port}` against 8000.
            _ if template.literal().is_some() => Truth::No,
            _ => holds(value, found.to_string().as_bytes(), scope),
        },
        // Several field lines; a list of JSON is `Typed`.
        Form::List(_) => Truth::No,
        Form::Matcher(clauses) if clauses.is_empty() => Truth::Yes,
        Form::Matcher(clauses) => Truth::all(clauses.iter().map(|c| clause_holds_json(c, value.meta.ignore_case, found, scope))),
    }
}

/// A clause against a JSON value: structure sees structure, texts are compared with texts, numbers and booleans only.
pub(crate) fn clause_holds_json<'a>(clause: &'a Clause, ignore_case: bool, found: &Json, scope: &Scope<'a>) -> Truth {
    match (&clause.kind, found) {
        (ClauseKind::All(values), _) => Truth::all(values.iter().map(|v| holds_json(v, found, scope))),
        (ClauseKind::Any(values), _) => Truth::any(values.iter().map(|v| holds_json(v, found, scope))),
        (ClauseKind::Not(value), _) => holds_json(value, found, scope).negated(),
        (ClauseKind::Type(named), _) => named.value().map_or(Truth::Unknown, |value| holds_json(value, found, scope)),
        (_, Json::String(text)) => clause_holds(clause, ignore_case, text.as_bytes(), scope),
        (ClauseKind::List(list), Json::Array(members)) => {
            Truth::all(super::list::parts(&list.members, &list.at, members, |value, member| holds_json(value, member, scope)))
        }
        (ClauseKind::Json(_), Json::Object(_) | Json::Array(_)) | (_, Json::Number(_) | Json::Bool(_)) => {
            clause_holds(clause, ignore_case, found.to_string().as_bytes(), scope)
        }
        (_, Json::Object(_) | Json::Array(_) | Json::Null) => Truth::No,
    }
}

/// Equal in type and value; `1` and `1.0` are the same number, and the order of members does not count. A masked text may
/// be what is expected.
fn same(expected: &Json, found: &Json, scope: &Scope<'_>) -> Truth {
    match (expected, found) {
        (Json::Number(a), Json::Number(b)) => Truth::of(a == b || (a.as_f64() == b.as_f64() && !(a.is_i64() && b.is_i64()))),
        (Json::Array(a), Json::Array(b)) if a.len() == b.len() => {
            Truth::all(a.iter().zip(b).map(|(a, b)| same(a, b, scope)).chain([Truth::Yes]))
        }
        (Json::Object(a), Json::Object(b)) if a.len() == b.len() => {
            let members = a.iter().map(|(name, a)| b.get(name).map_or(Truth::No, |b| same(a, b, scope)));
            Truth::all(members.chain([Truth::Yes]))
        }
        (Json::String(a), Json::String(b)) if a != b && scope.masks && mask::is_masked(b.as_bytes()) => {
            super::compare::masked(scope, b.as_bytes(), mask::could_be(b.as_bytes(), a.as_bytes()))
        }
        _ => Truth::of(expected == found),
    }
}

/// A JSON value in a message: strings in quotes, long ones shortened by the report.
pub(crate) fn show(found: &Json) -> String {
    found.to_string()
}

/// The typed scalar of a spec in a message.
pub(crate) fn describe_typed(expected: &Json) -> String {
    match expected {
        Json::Number(n) => format!("the number {n}"),
        Json::Null => "null".to_owned(),
        Json::Bool(b) => b.to_string(),
        other => other.to_string(),
    }
}
