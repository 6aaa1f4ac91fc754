//! The file: its top-level keys, in an order in which each knows what it needs.

use super::expression::Stand;
use super::reader::{Entry, Keys, Reader};
use super::types::Known;
use crate::spec::problem::Problem;
use crate::spec::yaml::Node;
use crate::spec::{Reference, Source, Spec};

const KEYS: &[&str] = &["title", "about", "references", "params", "types", "include", "captures", "hops", "checks"];

/// Reads the file's tree. A spec comes back always; with problems it is not to be used.
///
/// The types that stand in it, and in what it includes, were read before.
pub(in crate::spec) fn file(root: &Node, name: &str, source: &Source, types: Known) -> (Spec, Vec<Problem>) {
    let mut reader = Reader { types, ..Reader::new(source) };
    let mut spec = Spec {
        name: name.to_owned(),
        source: source.clone(),
        title: None,
        about: None,
        references: Vec::new(),
        params: Vec::new(),
        types: std::mem::take(&mut reader.types.own),
        includes: Vec::new(),
        captures: Vec::new(),
        hops: Vec::new(),
        checks: Vec::new(),
    };
    let entries = reader.entries(root, "a spec", Keys::Exact).unwrap_or_default();
    if let Some(entry) = entries.iter().find(|e| e.name == "references") {
        reader.references = reader.read_references(entry.node);
    }
    for entry in entries {
        match entry.name {
            "title" => spec.title = reader.text(entry.node, "`title`"),
            "about" => spec.about = reader.text(entry.node, "`about`"),
            "references" | "types" | "include" => {}
            "params" => spec.params = reader.params(entry.node),
            "captures" => spec.captures = reader.captures(entry.node),
            "hops" => spec.hops = reader.hops(entry.node),
            "checks" => spec.checks = reader.checks(entry.node, Stand::Hops),
            _ => reader.unknown_key(entry, "a spec", KEYS, None),
        }
    }
    if !source.trusted {
        // It only finds mistakes, and the project's tests have looked for them in the program's own.
        reader.names(&spec);
        reader.follows(&spec);
    }
    reader.names_of_captures(&spec);
    spec.references = std::mem::take(&mut reader.references);
    (spec, reader.problems)
}

impl Reader<'_> {
    fn read_references(&mut self, node: &Node) -> Vec<Reference> {
        let members = self.members(node, "`references`").unwrap_or_default();
        members.iter().map(|member| self.read_reference(member)).collect()
    }

    fn read_reference(&mut self, node: &Node) -> Reference {
        let mut reference = Reference::default();
        for entry in self.entries(node, "a reference", Keys::Exact).unwrap_or_default() {
            match entry.name {
                "title" => reference.title = self.text(entry.node, "`title`"),
                "url" => reference.url = self.text(entry.node, "`url`"),
                "region" => reference.region = self.text(entry.node, "`region`"),
                "observed" => reference.observed = self.date(entry),
                "grade" => {
                    let grades = ["observed", "documented", "inferred"].map(|grade| (grade, grade));
                    reference.grade = self.word(entry.node, "`grade`", &grades).map(str::to_owned);
                }
                _ => self.unknown_key(entry, "a reference", &["title", "url", "observed", "region", "grade"], None),
            }
        }
        reference
    }

    /// A day, as ISO 8601 writes it.
    fn date(&mut self, entry: Entry<'_>) -> Option<String> {
        let text = self.text(entry.node, "`observed`")?;
        if text.parse::<jiff::civil::Date>().is_err() || text.len() != 10 {
            self.report(
                Problem::new(entry.node.place, format!("`observed` is a date, not `{text}`")).help("write it as 2020-06-14"),
            );
        }
        Some(text)
    }
}
