//! Values that are given to params: in a file of them, and in an entry of `captures`.

use super::reader::{Keys, Reader};
use crate::spec::problem::Problem;
use crate::spec::yaml::{Kind, Node};
use crate::spec::{GivenValue, Source, Spanned};

impl Reader<'_> {
    /// `{ name: value }`; the text as typed counts, as everywhere.
    pub(super) fn given(&mut self, node: &Node, what: &str) -> Vec<GivenValue> {
        let mut given = Vec::new();
        for entry in self.entries(node, what, Keys::Exact).unwrap_or_default() {
            match &entry.node.kind {
                Kind::Scalar(scalar) => given.push(GivenValue {
                    name: Spanned::new(entry.name.to_owned(), entry.key),
                    value: Spanned::new(scalar.text.clone(), entry.node.place),
                }),
                Kind::Sequence(_) | Kind::Mapping(_) => {
                    let stands = entry.node.what();
                    let problem = Problem::new(entry.node.place, format!("a param's value is a text, and here stands {stands}"));
                    self.report(problem.help("write `name: value`"));
                }
            }
        }
        given
    }
}

/// The values of a whole file.
pub(in crate::spec) fn given(root: &Node, source: &Source) -> (Vec<GivenValue>, Vec<Problem>) {
    let mut reader = Reader::new(source);
    let empty = root.is_null() || matches!(&root.kind, Kind::Mapping(entries) if entries.is_empty());
    let given = if empty { Vec::new() } else { reader.given(root, "a file of params") };
    (given, reader.problems)
}
