//! JSON values that are written out: lists, and what stands in them. There a mapping is an object, not a matcher.

use std::collections::HashMap;

use super::reader::Reader;
use super::spot::Spot;
use crate::spec::problem::Problem;
use crate::spec::yaml::{Kind, Node};
use crate::spec::{Form, Meta, Value};

impl Reader<'_> {
    /// A JSON value that must be there as a whole, equal in types and values.
    pub(super) fn json_whole(&mut self, node: &Node, spot: Spot) -> Option<Value> {
        let form = match &node.kind {
            Kind::Scalar(scalar) => self.typed(node, scalar, spot)?,
            Kind::Sequence(members) => {
                let members: Vec<Option<Value>> = members.iter().map(|member| self.json_whole(member, spot)).collect();
                Form::JsonArray(members.into_iter().collect::<Option<_>>()?)
            }
            Kind::Mapping(entries) => self.json_object(entries, spot)?,
        };
        // What has no holes needs no way through it, and is one value.
        let form = literal(&form).map_or(form, Form::Typed);
        Some(Value { place: node.place, form, meta: Meta::default() })
    }

    fn json_object(&mut self, entries: &[(Node, Node)], spot: Spot) -> Option<Form> {
        let mut seen = HashMap::new();
        let mut members = Vec::with_capacity(entries.len());
        let mut whole = true;
        for (key, node) in entries {
            let Some(name) = key.scalar().map(|scalar| scalar.text.clone()) else {
                self.report(Problem::new(key.place, "the name of a member is a text"));
                whole = false;
                continue;
            };
            if let Some(first) = seen.insert(name.clone(), key.place) {
                let line = self.source.line_column(first.start).0;
                let problem = Problem::new(key.place, format!("`{name}` stands twice in this object"));
                self.report(problem.label(format!("first in line {line}")).help("keep one of them"));
                whole = false;
            }
            match self.json_whole(node, spot) {
                Some(value) => members.push((name, value)),
                None => whole = false,
            }
        }
        whole.then_some(Form::JsonObject(members))
    }
}

/// The JSON value of an array or object without holes. A scalar stays what it is.
fn literal(form: &Form) -> Option<serde_json::Value> {
    match form {
        Form::JsonArray(members) => members.iter().map(|member| member_literal(&member.form)).collect(),
        Form::JsonObject(members) => members.iter().map(|(name, m)| Some((name.clone(), member_literal(&m.form)?))).collect(),
        _ => None,
    }
}

fn member_literal(form: &Form) -> Option<serde_json::Value> {
    match form {
        Form::Typed(value) => Some(value.clone()),
        Form::Scalar(text) => text.literal().map(Into::into),
        _ => None,
    }
}
