//! Values taken from traffic under a name, before anything is judged.
//!
//! A name is bound to what stands there, whether or not it is right: the mismatch is a finding of its own, and what
//! depends on the name is still compared with what the message says of itself. Nothing there, or several where one must
//! be, leaves the name without a value, with the reason.

use super::connection::{find, message_of};
use super::found::{Found, is_open, json_of};
use super::looked::Looked;
use super::matcher;
use super::plan::{Aspect, PlanExpectation};
use super::scope::BoundValue;
use super::structure;
use crate::spec::{ClauseKind, Form, Value};

/// Binds every name of these expectations.
pub(super) fn collect<'e>(looked: &'e Looked<'e>, expectations: impl Iterator<Item = &'e PlanExpectation>) -> Vec<BoundValue> {
    let mut bound = Vec::new();
    for expectation in expectations.filter(|e| e.binds) {
        let crate::spec::Claim::Part { value, .. } = &expectation.expectation.claim else { continue };
        let message = message_of(&expectation.aspect, looked.exchange, expectation.side);
        let side = expectation.side.name();
        let what = match &expectation.aspect {
            Aspect::Field { name, .. } => name.clone(),
            _ => expectation.subject.clone(),
        };
        let secret = expectation.aspect.is_secret();
        let mut take = Take { from: format!("{what} of the same {side}"), secret, bound: &mut bound };
        let Some(message) = message else {
            take.nothing(value, &format!("the {side} is not in the capture"));
            continue;
        };
        if let Aspect::BodyJson(steps) | Aspect::Event(steps) = &expectation.aspect {
            let json = json_of(&expectation.aspect, &message, looked.json(expectation.side)).ok();
            match json.and_then(|json| matcher::find_json(json, steps)) {
                Some(serde_json::Value::String(text)) => take.value(value, text.as_bytes()),
                Some(found) => take.value(value, found.to_string().as_bytes()),
                None => take.nothing(value, &format!("{what} is not there")),
            }
            continue;
        }
        if is_open(&expectation.aspect, &message.head, looked.index(expectation.side)) {
            take.nothing(value, &format!("{what} is not whole: {}", message.head.lack()));
            continue;
        }
        match &find(&expectation.aspect, looked.exchange, &message, looked.index(expectation.side)) {
            Found::Few(Some(one)) => take.value(value, one),
            Found::Few(None) => take.nothing(value, &format!("`{what}` is not there")),
            Found::Many(lines) if value.is_list() => {
                // Lines of a list are one list (RFC 9110 §5.3).
                let joined: Vec<&[u8]> = lines.iter().map(AsRef::as_ref).collect();
                take.value(value, &joined.join(b", ".as_slice()));
            }
            Found::Many(_) => take.nothing(value, &format!("`{what}` stands on several lines")),
            Found::Unknown(why) => take.nothing(value, why),
        }
    }
    bound
}

struct Take<'b> {
    from: String,
    secret: bool,
    bound: &'b mut Vec<BoundValue>,
}

impl Take<'_> {
    fn bind(&mut self, value: &Value, found: Vec<u8>) {
        if let Some(name) = &value.meta.bind {
            self.bound.push(BoundValue {
                name: name.value.clone(),
                value: Ok(found),
                from: self.from.clone(),
                secret: self.secret,
            });
        }
    }

    /// Binds the names of a value and of all in it to nothing.
    fn nothing(&mut self, value: &Value, why: &str) {
        for name in super::reads::binds(value) {
            let value = Err(format!("`{name}` has no value: {why}"));
            self.bound.push(BoundValue { name: name.to_owned(), value, from: self.from.clone(), secret: self.secret });
        }
    }

    /// Binds the names of a value, and of those in it, to what was found.
    fn value(&mut self, value: &Value, found: &[u8]) {
        if let Form::Matcher(clauses) = &value.form {
            for clause in clauses {
                match &clause.kind {
                    ClauseKind::List(list) => {
                        let members = structure::members(found, list.separator.unwrap_or(','));
                        let of = |v: &Option<Box<Value>>, member: Option<&&[u8]>, take: &mut Self| {
                            if let Some(v) = v.as_deref() {
                                take.inner(v, member.copied());
                            }
                        };
                        of(&list.members.first, members.first(), self);
                        of(&list.members.last, members.last(), self);
                        for (index, v) in &list.at {
                            let length = i64::try_from(members.len()).unwrap_or(i64::MAX);
                            let at = if *index < 0 { length.saturating_add(*index) } else { *index };
                            let member = usize::try_from(at).ok().and_then(|at| members.get(at));
                            self.inner(v, member.copied());
                        }
                    }
                    ClauseKind::Pairs(clause) => {
                        let pairs = structure::pairs(found, clause.separator);
                        for (name, v) in &clause.pairs {
                            let mut of = pairs.iter().filter(|(n, _)| n.eq_ignore_ascii_case(name.value.as_bytes()));
                            match (of.next(), of.next()) {
                                (Some((_, one)), None) => self.inner(v, Some(one)),
                                _ => self.inner(v, None),
                            }
                        }
                    }
                    ClauseKind::Json(clause) => {
                        let json = crate::json::parse(found).ok();
                        for member in &clause.members {
                            match json.as_ref().and_then(|json| matcher::find_json(json, &member.steps)) {
                                Some(serde_json::Value::String(text)) => self.inner(&member.value, Some(text.as_bytes())),
                                Some(other) => self.inner(&member.value, Some(other.to_string().as_bytes())),
                                None => self.inner(&member.value, None),
                            }
                        }
                    }
                    ClauseKind::Jwt(clause) => {
                        // Claims are as secret as the token, whatever field it stands in.
                        let secret = std::mem::replace(&mut self.secret, true);
                        let token = super::jwt::decoded(found).ok();
                        for member in &clause.members {
                            match token.as_ref().and_then(|token| matcher::find_json(token, &member.steps)) {
                                Some(serde_json::Value::String(text)) => self.inner(&member.value, Some(text.as_bytes())),
                                Some(other) => self.inner(&member.value, Some(other.to_string().as_bytes())),
                                None => self.inner(&member.value, None),
                            }
                        }
                        self.secret = secret;
                    }
                    ClauseKind::All(values) => values.iter().for_each(|v| self.inner(v, Some(found))),
                    _ => {}
                }
            }
        }
        self.bind(value, found.to_vec());
    }

    fn inner(&mut self, value: &Value, found: Option<&[u8]>) {
        match found {
            Some(found) => self.value(value, found),
            None => self.nothing(value, "that part is not there"),
        }
    }
}
