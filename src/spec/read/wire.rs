//! `wire`: a field line exactly as it stands on the wire. It is about the line and not about its value, so it becomes an
//! expectation of its own.

use super::message::expectation;
use super::reader::{Entry, Reader};
use super::spot::{Of, Spot};
use crate::spec::problem::Problem;
use crate::spec::yaml::{Kind, Node};
use crate::spec::{Clause, ClauseKind, Expectation, Form, Meta, Part, Template, Value};

impl Reader<'_> {
    /// A field of `headers`: what is expected of its value, and of its lines where it has `wire`.
    pub(super) fn field(&mut self, entry: Entry<'_>, spot: Spot) -> Vec<Expectation> {
        let part = Part::Field(entry.name.to_owned());
        let Some(value) = self.value(entry.node, Spot { header: true, ..spot }) else { return Vec::new() };
        let Some((key, node)) = wire_of(entry.node) else { return self.with_relations(entry, part, value, spot) };
        // Without other keys that compare, the line says all.
        let alone = value.takes_anything() && value.meta.bind.is_none() && value.meta.name_case.is_none();
        let line = self.wire(entry, key, node, &value.meta, alone, spot);
        let line = line.map(|line| expectation(entry, Part::Line { name: entry.name.to_owned(), alone }, line));
        let own = if alone { Vec::new() } else { self.with_relations(entry, part, value, spot) };
        own.into_iter().chain(line).collect()
    }

    fn wire(&mut self, field: Entry<'_>, key: &Node, node: &Node, of: &Meta, alone: bool, spot: Spot) -> Option<Value> {
        let spot = spot.of(Of::Anything);
        let meta = Meta {
            present: of.present || !alone,
            optional: of.optional,
            when: of.when.clone(),
            severity: of.severity,
            why: of.why.clone(),
            reference: of.reference,
            ..Meta::default()
        };
        let form = match &node.kind {
            Kind::Sequence(_) => {
                let members = self.members(node, "`wire`")?;
                let lines: Vec<_> = members.iter().map(|member| self.wire_line(field, member, spot)).collect();
                Form::List(lines.into_iter().collect::<Option<_>>()?)
            }
            Kind::Scalar(_) | Kind::Mapping(_) => {
                let kind = ClauseKind::Equals(self.wire_line(field, node, spot)?);
                Form::Matcher(vec![Clause { key: key.place, place: node.place, kind }])
            }
        };
        Some(Value { place: node.place, form, meta })
    }

    /// One line. Where it is spelled out, its name must be the field's.
    fn wire_line(&mut self, field: Entry<'_>, node: &Node, spot: Spot) -> Option<Template> {
        let template = self.whole_text(node, spot)?;
        let Some(literal) = template.literal() else { return Some(template) };
        let name = literal.split_once(':').map(|(name, _)| name.trim_end());
        if name.is_some_and(|name| name.eq_ignore_ascii_case(field.name)) {
            return Some(template);
        }
        self.report(
            Problem::new(node.place, format!("`{literal}` is no line of `{}`", field.name))
                .help(format!("`wire` is the whole line: \"{}: value\"", field.name)),
        );
        None
    }
}

/// The key `wire` of a mapping, with its value; one without a value is a mistake that was told before.
fn wire_of(node: &Node) -> Option<(&Node, &Node)> {
    let Kind::Mapping(members) = &node.kind else { return None };
    members
        .iter()
        .find(|(key, _)| key.scalar().is_some_and(|scalar| scalar.text == "wire"))
        .map(|(key, node)| (key, node))
        .filter(|(_, node)| !node.is_null() && !node.is_empty())
}
