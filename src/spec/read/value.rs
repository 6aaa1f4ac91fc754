//! A value: scalar, list or matcher.

use super::reader::{Keys, Reader};
use super::spot::Spot;
use crate::spec::problem::Problem;
use crate::spec::yaml::{Kind, Node, Scalar, Typed};
use crate::spec::{Form, Meta, Value};

impl Reader<'_> {
    /// A value at its spot; what cannot be read is reported, and gives none.
    pub(super) fn value(&mut self, node: &Node, spot: Spot) -> Option<Value> {
        let plain = |form| Some(Value { place: node.place, form, meta: Meta::default() });
        match &node.kind {
            Kind::Scalar(scalar) if spot.json => plain(self.typed(node, scalar, spot)?),
            Kind::Scalar(_) if node.is_null() => {
                self.report(Problem::new(node.place, "there is no value here").help("the empty text is `\"\"`"));
                None
            }
            Kind::Scalar(_) => plain(Form::Scalar(self.whole_text(node, spot)?)),
            Kind::Sequence(_) if spot.json => self.json_whole(node, spot),
            Kind::Sequence(_) if !spot.lines => {
                self.report(
                    Problem::new(node.place, "a list means several field lines, and here is one value")
                        .help("one of several values is `{ one_of: [a, b] }`; members of a list in one value are `{ list: … }`"),
                );
                None
            }
            Kind::Sequence(_) => {
                let members = self.members(node, "this value")?;
                let templates: Vec<_> = members.iter().map(|member| self.line(member, spot)).collect();
                plain(Form::List(templates.into_iter().collect::<Option<_>>()?))
            }
            Kind::Mapping(_) => {
                let entries = self.entries(node, "a matcher", Keys::Exact)?;
                let (clauses, meta) = self.matcher(&entries, node, spot);
                Some(Value { place: node.place, form: Form::Matcher(clauses), meta })
            }
        }
    }

    /// One line of a list of values.
    fn line(&mut self, node: &Node, spot: Spot) -> Option<crate::spec::Template> {
        if node.scalar().is_some() {
            return self.whole_text(node, spot);
        }
        self.report(
            Problem::new(node.place, format!("each line of a list is a text, and here stands {}", node.what()))
                .help("matchers for lines stand in `{ lines: { equals: [ … ] } }`"),
        );
        None
    }

    /// A scalar where YAML types count.
    pub(super) fn typed(&mut self, node: &Node, scalar: &Scalar, spot: Spot) -> Option<Form> {
        match json_scalar(scalar) {
            Some(serde_json::Value::String(_)) => self.part_text(node, spot).map(Form::Scalar),
            Some(value) => Some(Form::Typed(value)),
            None => self.no_json(node, scalar),
        }
    }

    fn no_json<T>(&mut self, node: &Node, scalar: &Scalar) -> Option<T> {
        self.report(
            Problem::new(node.place, format!("JSON has no exact number `{}`", scalar.text)).help("in quotes it is a text"),
        );
        None
    }
}

/// The JSON value of a scalar; `None` for a number that JSON has not.
fn json_scalar(scalar: &Scalar) -> Option<serde_json::Value> {
    Some(match &scalar.typed {
        Typed::Null => serde_json::Value::Null,
        Typed::Bool(truth) => (*truth).into(),
        Typed::Number(number) => serde_json::Value::Number(number.clone()),
        Typed::Text => scalar.text.clone().into(),
        Typed::NoJson => return None,
    })
}
