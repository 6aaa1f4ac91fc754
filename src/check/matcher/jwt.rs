//! `jwt`: paths into header and payload of a JSON Web Token. The signature is not verified.

use serde_json::Value as Json;

use super::super::jwt::{NoJwt, decoded};
use super::super::mask;
use super::super::scope::Scope;
use super::super::truth::Truth;
use super::json::{find, members};
use crate::spec::{JsonClause, JsonStep};

/// Whether a value is a token, or `Bearer TOKEN`, as the clause says.
pub(super) fn holds_jwt<'a>(clause: &'a JsonClause, bytes: &[u8], scope: &Scope<'a>) -> Truth {
    match decoded(bytes) {
        Ok(token) => {
            let others = scope.minds_others(clause.others).then(|| Truth::of(other(clause, &token).is_none()));
            Truth::all(members(clause, &token, scope).chain(others))
        }
        Err(_) if scope.masks && mask::is_masked(bytes) => super::compare::masked(scope, bytes, true),
        Err(encrypted @ NoJwt::Encrypted) => {
            scope.because(|| format!("the token cannot be looked into: {}", encrypted.why()));
            Truth::Unknown
        }
        Err(NoJwt::Malformed(_)) => Truth::No,
    }
}

/// A member that no path names, of the header or the payload, where some path names that part: `payload.email`.
pub(super) fn other(clause: &JsonClause, token: &Json) -> Option<String> {
    ["header", "payload"].into_iter().find_map(|part| {
        let paths: Vec<&[JsonStep]> = clause
            .members
            .iter()
            .filter_map(|m| m.steps.split_first())
            .filter_map(|(first, rest)| (*first == JsonStep::Key(part.to_owned())).then_some(rest))
            .collect();
        // A path to the part as a whole names all that is in it.
        if paths.is_empty() || paths.iter().any(|rest| rest.is_empty()) {
            return None;
        }
        let known = |name: &str| paths.iter().any(|rest| matches!(rest.first(), Some(JsonStep::Key(key)) if key == name));
        let members = token.get(part)?.as_object()?;
        members.keys().find(|name| !known(name)).map(|name| format!("{part}.{name}"))
    })
}

/// What of a token does not hold.
pub(super) fn jwt_fault<'a>(clause: &'a JsonClause, bytes: &[u8], scope: &Scope<'a>) -> Option<String> {
    let token = match decoded(bytes) {
        Ok(token) => token,
        Err(no) => return Some(format!("a JWT, but {}", no.why())),
    };
    for member in &clause.members {
        let path = &member.path.value;
        match find(&token, &member.steps) {
            Some(found) if super::json::holds_json(&member.value, found, scope) == Truth::No => {
                return Some(format!("a JWT whose `{path}` is {}", super::describe(&member.value, scope)));
            }
            None if !member.value.meta.optional => return Some(format!("a JWT with `{path}`, it is missing")),
            _ => {}
        }
    }
    other(clause, &token).map(|name| format!("a JWT without `{name}`"))
}
