//! What every level of the language needs: entries of a mapping, texts, and a place for mistakes.

use std::collections::HashMap;
use std::collections::hash_map::Entry::{Occupied, Vacant};

use super::template::Ground;
use super::types::Known;
use crate::spec::near::{did_you_mean, one_of};
use crate::spec::problem::Problem;
use crate::spec::yaml::{Kind, Node, Style};
use crate::spec::{Place, Reference, Source};

/// Reads a tree, and collects what is wrong with it.
#[derive(Debug)]
pub(super) struct Reader<'s> {
    pub(super) source: &'s Source,
    pub(super) problems: Vec<Problem>,
    /// The file's `references`, for `reference:`.
    pub(super) references: Vec<Reference>,
    /// The types that `is` may name beside those of the language.
    pub(super) types: Known,
    /// Those that were named, as often as they were.
    pub(super) uses: Vec<String>,
}

/// How keys of a mapping are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keys {
    /// Words of the language and names of the user's.
    Exact,
    /// Field names: without ASCII case.
    FieldNames,
    /// As `Exact`, and values may be null, `{}` and `[]`: JSON has them.
    Json,
}

/// One entry of a mapping.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry<'n> {
    pub(super) name: &'n str,
    pub(super) key: Place,
    pub(super) node: &'n Node,
}

impl<'s> Reader<'s> {
    /// A reader that knows nothing of the file yet.
    pub(super) fn new(source: &'s Source) -> Self {
        Self { source, problems: Vec::new(), references: Vec::new(), types: Known::default(), uses: Vec::new() }
    }
}

/// The keys of one mapping so far.
enum Seen<'n> {
    /// Most mappings hold a few keys, which are compared faster than put in a table.
    Few(Vec<(&'n str, Place)>, Keys),
    Many(HashMap<String, Place>, Keys),
}

impl<'n> Seen<'n> {
    fn new(members: usize, keys: Keys) -> Self {
        if members <= 16 { Self::Few(Vec::with_capacity(members), keys) } else { Self::Many(HashMap::new(), keys) }
    }

    /// Where the same key stood first, if this is not the first.
    fn before(&mut self, name: &'n str, place: Place) -> Option<Place> {
        match self {
            Self::Few(seen, keys) => {
                let same = |known: &str| if *keys == Keys::FieldNames { known.eq_ignore_ascii_case(name) } else { known == name };
                let first = seen.iter().find(|(known, _)| same(known)).map(|(_, place)| *place);
                if first.is_none() {
                    seen.push((name, place));
                }
                first
            }
            Self::Many(seen, keys) => {
                let folded = if *keys == Keys::FieldNames { name.to_ascii_lowercase() } else { name.to_owned() };
                match seen.entry(folded) {
                    Occupied(entry) => Some(*entry.get()),
                    Vacant(entry) => {
                        entry.insert(place);
                        None
                    }
                }
            }
        }
    }
}

impl Reader<'_> {
    pub(super) fn report(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    /// The entries of a mapping that stands at `what` (`a hop`), without those that are no entries of any spec.
    pub(super) fn entries<'n>(&mut self, node: &'n Node, what: &str, keys: Keys) -> Option<Vec<Entry<'n>>> {
        let Kind::Mapping(members) = &node.kind else {
            self.report(
                Problem::new(node.place, format!("{what} is a mapping, and here stands {}", node.what()))
                    .label("expected `key: value`"),
            );
            return None;
        };
        if members.is_empty() {
            self.report(Problem::new(node.place, format!("{what} is empty")).help("say something in it, or leave its key away"));
            return None;
        }
        let mut seen = Seen::new(members.len(), keys);
        let mut entries = Vec::with_capacity(members.len());
        for (key, node) in members {
            let Some(scalar) = key.scalar() else {
                self.report(Problem::new(key.place, "a key must be a text").help(
                    "`{{ }}` is a mapping inside a mapping in YAML; a name is written `${name}`, in quotes inside of `{ }`",
                ));
                continue;
            };
            let name = scalar.text.as_str();
            if name == "<<" && scalar.style == Style::Plain {
                continue;
            }
            if name.is_empty() {
                self.report(Problem::new(key.place, format!("{what} has a key without a name")));
                continue;
            }
            if let Some(first) = seen.before(name, key.place) {
                let line = self.source.line_column(first.start).0;
                let problem =
                    Problem::new(key.place, format!("`{name}` stands twice in {what}")).label(format!("first in line {line}"));
                self.report(match keys {
                    Keys::FieldNames => {
                        problem.help("field names have no case; for several lines of one field write a list of values")
                    }
                    Keys::Exact | Keys::Json => problem.help("keep one of them"),
                });
            }
            // JSON has null and empty values.
            if keys != Keys::Json && self.is_empty(node, name, key.place, keys) {
                continue;
            }
            entries.push(Entry { name, key: key.place, node });
        }
        Some(entries)
    }

    /// Reports a value that is not there.
    fn is_empty(&mut self, node: &Node, name: &str, key: Place, keys: Keys) -> bool {
        let field = keys == Keys::FieldNames;
        let absent =
            if field { "a field that must not be there stands under `absent`" } else { "give it one, or leave its key away" };
        let problem = match &node.kind {
            Kind::Scalar(scalar) if node.is_null() => {
                let place = if scalar.text.is_empty() { key } else { node.place };
                let written = if scalar.text.is_empty() { "no value".to_owned() } else { format!("the value `{}`", scalar.text) };
                Problem::new(place, format!("`{name}` has {written}"))
                    .help(absent)
                    .maybe_help(field.then(|| "the empty value is `\"\"`".to_owned()))
            }
            Kind::Mapping(members) if members.is_empty() => {
                Problem::new(node.place, format!("`{name}` has the empty value `{{}}`")).help(if field {
                    "any value at all is `{ present: true }`"
                } else {
                    absent
                })
            }
            Kind::Sequence(members) if members.is_empty() => {
                Problem::new(node.place, format!("`{name}` has the empty list `[]`")).help(absent)
            }
            _ => return false,
        };
        self.report(problem);
        true
    }

    /// The one text that is expected: a scalar.
    pub(super) fn text(&mut self, node: &Node, what: &str) -> Option<String> {
        match &node.kind {
            Kind::Scalar(scalar) if !node.is_null() => Some(scalar.text.clone()),
            _ => {
                let stands = if node.is_null() { "nothing" } else { node.what() };
                self.report(Problem::new(node.place, format!("{what} is a text, and here stands {stands}")));
                None
            }
        }
    }

    /// `true` or `false`.
    pub(super) fn truth(&mut self, entry: Entry<'_>) -> Option<bool> {
        match entry.node.scalar().map(|s| s.text.as_str()) {
            Some("true") => Some(true),
            Some("false") => Some(false),
            _ => {
                let problem = Problem::new(entry.node.place, format!("`{}` is `true` or `false`", entry.name));
                self.report(problem);
                None
            }
        }
    }

    /// An integer.
    pub(super) fn integer<T: std::str::FromStr>(&mut self, node: &Node, what: &str) -> Option<T> {
        let text = self.text(node, what)?;
        let plain = text.strip_prefix('-').unwrap_or(&text);
        let number = (!plain.is_empty() && plain.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok()).flatten();
        if number.is_none() {
            self.report(Problem::new(node.place, format!("{what} is an integer, not `{text}`")));
        }
        number
    }

    /// One of the known words.
    pub(super) fn word<T: Copy>(&mut self, node: &Node, what: &str, words: &[(&str, T)]) -> Option<T> {
        let text = self.text(node, what)?;
        let found = words.iter().find(|(word, _)| *word == text).map(|(_, meaning)| *meaning);
        if found.is_none() {
            let names = words.iter().map(|(word, _)| *word);
            self.report(
                Problem::new(node.place, format!("{what} is not `{text}`"))
                    .label(format!("expected {}", one_of(names.clone())))
                    .maybe_help(did_you_mean(&text, names)),
            );
        }
        found
    }

    /// The members of a list, or the one value that stands without one.
    pub(super) fn one_or_many(node: &Node) -> &[Node] {
        match &node.kind {
            Kind::Sequence(members) => members,
            Kind::Scalar(_) | Kind::Mapping(_) => std::slice::from_ref(node),
        }
    }

    /// The members of a list that says something.
    pub(super) fn members<'n>(&mut self, node: &'n Node, what: &str) -> Option<&'n [Node]> {
        match &node.kind {
            Kind::Sequence(members) if !members.is_empty() => Some(members),
            _ => {
                let stands = if matches!(node.kind, Kind::Sequence(_)) { "an empty one" } else { node.what() };
                self.report(
                    Problem::new(node.place, format!("{what} is a list, and here stands {stands}")).help("write `[a, b]`"),
                );
                None
            }
        }
    }

    /// A key that `what` does not have.
    pub(super) fn unknown_key(&mut self, entry: Entry<'_>, what: &str, known: &[&str], help: Option<String>) {
        let problem = Problem::new(entry.key, format!("unknown key `{}` in {what}", entry.name))
            .label(format!("expected {}", one_of(known.iter().copied())))
            .maybe_help(did_you_mean(entry.name, known.iter().copied()).or(help));
        self.report(problem);
    }

    /// Where the text of a scalar stands.
    pub(super) fn ground(&self, node: &Node) -> Ground {
        let excerpt = self.source.excerpt(node.place);
        let start = node.scalar().and_then(|scalar| match scalar.style {
            Style::Plain => (excerpt == scalar.text).then_some(node.place.start),
            Style::Single | Style::Double => {
                let inside = excerpt.get(1..excerpt.len().saturating_sub(1));
                (inside == Some(scalar.text.as_str())).then_some(node.place.start.saturating_add(1))
            }
            Style::Block => None,
        });
        Ground { whole: node.place, start }
    }
}
