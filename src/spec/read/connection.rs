//! What is said of the connection itself, in hops and selects: nested keys for the paths of [`ConnectionPart`].

use super::reader::{Entry, Keys, Reader};
use super::spot::{Of, Spot};
use crate::spec::problem::Problem;
use crate::spec::yaml::{Kind, Node};
use crate::spec::{Bounds, Clause, ClauseKind, ConnectionPart, Form, MembersClause, Meta, Side, Value};

/// What is said of a part.
#[derive(Debug, Clone, Copy)]
pub(super) enum Said {
    /// A value that may say so much.
    Value(Spot),
    /// It must not be there.
    Absent,
}

/// What is done with a part.
type Each<'e> = &'e mut dyn FnMut(&mut Reader<'_>, Entry<'_>, ConnectionPart, Said);

impl Reader<'_> {
    /// `proxy: { src: { ip: … } }`: hands each part to `each`. `proxy: none` and `absent` say what must not be there.
    pub(super) fn connection(&mut self, entry: Entry<'_>, each: Each<'_>) {
        match ConnectionPart::whole(entry.name) {
            Some(whole) if entry.node.scalar().is_some_and(|scalar| scalar.text == "none") => {
                each(self, entry, whole, Said::Absent);
            }
            Some(whole) if has_key_of(entry.node, &["present"]) => each(self, entry, whole, Said::Value(spot())),
            _ => self.connection_path(entry, entry.name, each),
        }
    }

    fn connection_path(&mut self, entry: Entry<'_>, path: &str, each: Each<'_>) {
        let (part, behind) = (ConnectionPart::parse(path), ConnectionPart::behind(path));
        match part {
            // What may be a value is one, unless its keys are parts of it.
            Some(part) if !has_key_of(entry.node, &behind) => each(self, entry, part, Said::Value(spot())),
            _ if !matches!(entry.node.kind, Kind::Mapping(_)) => {
                let parts: Vec<String> = behind.iter().map(|part| format!("`{part}`")).collect();
                let stands = if entry.node.is_null() { "nothing" } else { entry.node.what() };
                let none = ConnectionPart::whole(path).map(|_| format!("that there is none is `{path}: none`"));
                self.report(
                    Problem::new(entry.node.place, format!("`{path}` has parts, and here stands {stands}"))
                        .help(format!("write `{}: {{ part: … }}` with {}", entry.name, parts.join(", ")))
                        .maybe_help(none),
                );
            }
            _ => {
                for part in self.entries(entry.node, &format!("`{path}`"), Keys::Exact).unwrap_or_default() {
                    let inner = format!("{path}.{}", part.name);
                    if part.name == "absent" && ConnectionPart::whole(path).is_some() {
                        self.connection_absent(part, path, each);
                    } else if ConnectionPart::parse(&inner).is_some() || !ConnectionPart::behind(&inner).is_empty() {
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

    /// `absent: [tlv.authority]`
    fn connection_absent(&mut self, entry: Entry<'_>, root: &str, each: Each<'_>) {
        for node in Self::one_or_many(entry.node) {
            let Some(name) = self.text(node, "an entry of `absent`") else { continue };
            match ConnectionPart::parse(&format!("{root}.{name}")) {
                Some(part) => each(self, Entry { name: entry.name, key: node.place, node }, part, Said::Absent),
                None => {
                    let problem = Problem::new(node.place, format!("`{root}` has no `{name}`"));
                    self.report(problem.help("write the path below it: `tlv.authority`"));
                }
            }
        }
    }
}

/// What may be said of a part: one value, which may be missing.
fn spot() -> Spot {
    Spot { presence: true, optional: true, ..Spot::part(Side::Request, Of::Anything) }
}

/// Nothing there.
pub(super) fn nothing(node: &Node) -> Value {
    let none = Bounds { at_least: 0, at_most: Some(0) };
    let kind = ClauseKind::Lines(MembersClause { length: Some(none), ..MembersClause::default() });
    Value {
        place: node.place,
        form: Form::Matcher(vec![Clause { key: node.place, place: node.place, kind }]),
        meta: Meta::default(),
    }
}

fn has_key_of(node: &Node, parts: &[&str]) -> bool {
    match &node.kind {
        Kind::Mapping(members) => members.iter().any(|(key, _)| key.scalar().is_some_and(|s| parts.contains(&s.text.as_str()))),
        Kind::Scalar(_) | Kind::Sequence(_) => false,
    }
}
