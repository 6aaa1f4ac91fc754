//! `params`: what a spec is told from outside.

use super::reader::{Entry, Keys, Reader};
use super::spot::Spot;
use crate::spec::problem::Problem;
use crate::spec::yaml::Node;
use crate::spec::{Form, Param, Spanned, Value};

const OWN: &[&str] = &["about", "default", "optional"];

impl Reader<'_> {
    /// `params: { name: { about, default, optional, …constraint } }`
    pub(super) fn params(&mut self, node: &Node) -> Vec<Param> {
        self.entries(node, "`params`", Keys::Exact).unwrap_or_default().into_iter().map(|entry| self.param(entry)).collect()
    }

    /// A param; it is known by its name even where the rest is wrong.
    fn param(&mut self, entry: Entry<'_>) -> Param {
        let name = Spanned::new(entry.name.to_owned(), entry.key);
        self.check_name(entry.name, entry.key, "the name of a param");
        let constraint = Value { place: entry.node.place, form: Form::Matcher(Vec::new()), meta: Default::default() };
        let mut param = Param { name, about: None, default: None, optional: false, constraint };
        if entry.node.scalar().is_some() {
            self.report(
                Problem::new(entry.node.place, "a param is a mapping")
                    .help(format!("write {{ default: {} }}", self.source.excerpt(entry.node.place))),
            );
            return param;
        }
        let entries = self.entries(entry.node, "a param", Keys::Exact).unwrap_or_default();
        let (own, matcher): (Vec<_>, Vec<_>) = entries.into_iter().partition(|e| OWN.contains(&e.name));
        for entry in own {
            match entry.name {
                "about" => param.about = self.text(entry.node, "`about`"),
                "default" => param.default = self.part_text(entry.node, Spot::param()),
                _ => param.optional = self.truth(entry).unwrap_or_default(),
            }
        }
        if !matcher.is_empty() {
            let (clauses, meta) = self.matcher(&matcher, entry.node, Spot::param());
            param.constraint = Value { form: Form::Matcher(clauses), meta, ..param.constraint };
        }
        param
    }
}
