//! What is said of the connection itself, in hops and selects: nested keys for the paths of [`ConnectionPart`].

use super::reader::{Entry, Keys, Reader};
use super::spot::{Of, Spot};
use crate::spec::problem::Problem;
use crate::spec::yaml::{Kind, Node};
use crate::spec::{ConnectionPart, Side};

impl Reader<'_> {
    /// `proxy: { src: { ip: … } }`: hands each part to `each`, with what its value may be.
    pub(super) fn connection(&mut self, entry: Entry<'_>, each: &mut dyn FnMut(&mut Self, Entry<'_>, ConnectionPart, Spot)) {
        self.connection_path(entry, entry.name, each);
    }

    fn connection_path(
        &mut self,
        entry: Entry<'_>,
        path: &str,
        each: &mut dyn FnMut(&mut Self, Entry<'_>, ConnectionPart, Spot),
    ) {
        let (part, behind) = (ConnectionPart::parse(path), ConnectionPart::behind(path));
        match part {
            // What may be a value is one, unless its keys are parts of it.
            Some(part) if !has_key_of(entry.node, &behind) => {
                let spot = Spot { presence: true, optional: true, ..Spot::part(Side::Request, Of::Anything) };
                each(self, entry, part, spot);
            }
            _ if !matches!(entry.node.kind, Kind::Mapping(_)) => {
                let parts: Vec<String> = behind.iter().map(|part| format!("`{part}`")).collect();
                let stands = if entry.node.is_null() { "nothing" } else { entry.node.what() };
                self.report(
                    Problem::new(entry.node.place, format!("`{path}` has parts, and here stands {stands}")).help(format!(
                        "write `{}: {{ part: … }}` with {}",
                        entry.name,
                        parts.join(", ")
                    )),
                );
            }
            _ => {
                for part in self.entries(entry.node, &format!("`{path}`"), Keys::Exact).unwrap_or_default() {
                    let inner = format!("{path}.{}", part.name);
                    if ConnectionPart::parse(&inner).is_some() || !ConnectionPart::behind(&inner).is_empty() {
                        self.connection_path(part, &inner, each);
                    } else {
                        let help =
                            path.ends_with(".tlv").then(|| "one without a name stands under its type: `'0xE5'`".to_owned());
                        self.unknown_key(part, &format!("`{path}`"), &behind, help);
                    }
                }
            }
        }
    }
}

fn has_key_of(node: &Node, parts: &[&str]) -> bool {
    match &node.kind {
        Kind::Mapping(members) => members.iter().any(|(key, _)| key.scalar().is_some_and(|s| parts.contains(&s.text.as_str()))),
        Kind::Scalar(_) | Kind::Sequence(_) => false,
    }
}
