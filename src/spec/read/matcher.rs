//! A matcher: a mapping whose keys must all hold.

use super::follows::RELATIONS;
use super::reader::{Entry, Reader};
use super::spot::Spot;
use crate::spec::near::{did_you_mean, one_of};
use crate::spec::problem::Problem;
use crate::spec::yaml::{Kind, Node};
use crate::spec::{Clause, ClauseKind, Form, Meta, NameCase, Place, Severity, Spanned, Value};

const KEYS: &[&str] = &[
    "equals",
    "prefix",
    "suffix",
    "contains",
    "regex",
    "one_of",
    "ignore_case",
    "is",
    "cidr",
    "at_least",
    "at_most",
    "list",
    "pairs",
    "json",
    "jwt",
    "separator",
    "others",
    "present",
    "optional",
    "name_case",
    "lines",
    "wire",
    "all",
    "any",
    "not",
    "preserved",
    "appended",
    "bind",
    "when",
    "severity",
    "why",
    "reference",
];
/// Keys that compare texts.
const TEXT: &[&str] = &["equals", "prefix", "suffix", "contains", "regex", "one_of"];
/// Keys that say something of a value.
pub(super) const COMPARING: &[&str] = &[
    "equals", "prefix", "suffix", "contains", "regex", "one_of", "is", "cidr", "at_least", "at_most", "list", "pairs", "json",
    "jwt", "lines", "all", "any", "not",
];

/// `severity`
pub(super) const SEVERITIES: &[(&str, Severity)] =
    &[("error", Severity::Error), ("warning", Severity::Warning), ("note", Severity::Note)];

/// `name_case`
pub(super) const NAME_CASES: &[(&str, Option<NameCase>)] =
    &[("exact", Some(NameCase::Exact)), ("lower", Some(NameCase::Lower)), ("any", None)];

impl Reader<'_> {
    /// The clauses and the meta keys of a matcher; those that could be read, so that its `bind` is known all the same.
    pub(super) fn matcher(&mut self, entries: &[Entry<'_>], node: &Node, spot: Spot) -> (Vec<Clause>, Meta) {
        let has = |names: &[&str]| entries.iter().any(|e| names.contains(&e.name));
        let mut clauses = Vec::new();
        let mut meta = Meta::default();
        for entry in entries {
            match entry.name {
                name if COMPARING.contains(&name) => {
                    if let Some(kind) = self.clause(*entry, entries, spot) {
                        clauses.push(Clause { key: entry.key, place: entry.node.place, kind });
                    }
                }
                "separator" | "others" => self.beside(*entry, entries),
                // Read with the field: it is about the line, not the value.
                "wire" if spot.header => {}
                "wire" => self.report(
                    Problem::new(entry.key, "`wire` is about the whole line of a field, and here is one value")
                        .help("it stands directly under the field's name in an expectation, beside the other keys"),
                ),
                name if RELATIONS.contains(&name) => self.relation(*entry, spot),
                "ignore_case" => {
                    meta.ignore_case = self.truth(*entry).unwrap_or_default();
                    if !has(TEXT) {
                        let problem = Problem::new(entry.key, "`ignore_case` has no text to compare beside it");
                        self.report(problem.help(format!("it goes with {}", one_of(TEXT.iter().copied()))));
                    }
                }
                "present" | "optional" | "bind" | "when" | "severity" | "why" | "reference" | "name_case" => {
                    self.meta(*entry, spot, &mut meta);
                }
                _ => {
                    let help =
                        spot.json.then(|| "members of objects are named by their path: `headers.Host`, `Records[0]`".to_owned());
                    self.unknown_key(*entry, "a matcher", KEYS, help);
                }
            }
        }
        self.whole(entries, node, &clauses);
        (clauses, meta)
    }

    /// A key that compares.
    fn clause(&mut self, entry: Entry<'_>, entries: &[Entry<'_>], spot: Spot) -> Option<ClauseKind> {
        let node = entry.node;
        Some(match entry.name {
            "equals" if spot.json => match self.json_whole(node, spot)? {
                Value { form: Form::Scalar(text), .. } => ClauseKind::Equals(text),
                value => ClauseKind::All(vec![value]),
            },
            "equals" => ClauseKind::Equals(self.whole_text(node, spot)?),
            "prefix" => ClauseKind::Prefix(self.start_text(node, spot)?),
            "suffix" => ClauseKind::Suffix(self.part_text(node, spot)?),
            "contains" => ClauseKind::Contains(self.part_text(node, spot)?),
            "regex" => ClauseKind::Regex(self.pattern(node)?),
            "one_of" => self.one_of(node, spot)?,
            "is" => self.of_type(node)?,
            "cidr" => ClauseKind::Cidr(self.networks(node)?),
            "at_least" => ClauseKind::AtLeast(self.integer(node, "`at_least`")?),
            "at_most" => ClauseKind::AtMost(self.integer(node, "`at_most`")?),
            "list" => ClauseKind::List(self.list(node, spot)?),
            "pairs" => ClauseKind::Pairs(self.pairs(entry, entries, spot)?),
            "json" => ClauseKind::Json(self.json(entry, entries, spot)?),
            "jwt" => ClauseKind::Jwt(self.jwt(entry, entries, spot)?),
            "lines" if !spot.lines => {
                self.report(
                    Problem::new(entry.key, "`lines` is about the lines of a field, and here is one value")
                        .help("it stands directly under the field's name, beside the other keys"),
                );
                return None;
            }
            "lines" => ClauseKind::Lines(self.lines(node, spot)?),
            "all" => ClauseKind::All(self.values(entry, spot.member())?),
            "any" => ClauseKind::Any(self.values(entry, spot.alternative())?),
            "not" => ClauseKind::Not(Box::new(self.value(node, spot.alternative())?)),
            _ => return None,
        })
    }

    fn one_of(&mut self, node: &Node, spot: Spot) -> Option<ClauseKind> {
        let members = self.members(node, "`one_of`")?;
        if spot.json {
            // Where types count, 200 and "200" are two values: each becomes one of its own.
            let values: Vec<_> = members.iter().map(|member| self.json_whole(member, spot)).collect();
            return Some(ClauseKind::Any(values.into_iter().collect::<Option<_>>()?));
        }
        let texts: Vec<_> = members.iter().map(|member| self.whole_text(member, spot)).collect();
        Some(ClauseKind::OneOf(texts.into_iter().collect::<Option<_>>()?))
    }

    /// The values of `all` and `any`.
    fn values(&mut self, entry: Entry<'_>, spot: Spot) -> Option<Vec<Value>> {
        let members = self.members(entry.node, &format!("`{}`", entry.name))?;
        let values: Vec<_> = members.iter().map(|member| self.value(member, spot)).collect();
        values.into_iter().collect()
    }

    pub(super) fn meta(&mut self, entry: Entry<'_>, spot: Spot, meta: &mut Meta) {
        let name = entry.name;
        let misplaced = match name {
            "present" if !spot.presence => Some("a value that is looked at is always there"),
            "optional" if !spot.optional => Some("only what is expected of a field, a pair or a JSON member can be optional"),
            "bind" if !spot.bind => Some("a name is bound to one value of a request or response, outside of `any` and `not`"),
            "when" | "severity" | "reference" if !spot.claim => Some("it belongs to the whole expectation of a field or part"),
            "name_case" if !spot.header => Some("only a field's name has a case: it stands directly under the field's name"),
            _ => None,
        };
        if let Some(reason) = misplaced {
            self.report(Problem::new(entry.key, format!("`{name}` means nothing here")).help(reason));
            return;
        }
        match name {
            "present" => match self.truth(entry) {
                Some(false) => self.report(
                    Problem::new(entry.node.place, "`present: false` is not how a spec says that a field must not be there")
                        .help("list its name under `absent`"),
                ),
                truth => meta.present = truth.unwrap_or_default(),
            },
            "optional" => meta.optional = self.truth(entry).unwrap_or_default(),
            "bind" => {
                if let Some(name) = self.text(entry.node, "`bind`") {
                    self.check_name(&name, entry.node.place, "a bound name");
                    meta.bind = Some(Spanned::new(name, entry.node.place));
                }
            }
            "name_case" => {
                let case = self.word(entry.node, "`name_case`", NAME_CASES);
                meta.name_case = case.map(|case| Spanned::new(case, entry.node.place));
            }
            "when" => meta.when = self.condition(entry, spot.side.into(), &[]).map(Box::new),
            "severity" => meta.severity = self.word(entry.node, "`severity`", SEVERITIES),
            "reference" => meta.reference = self.reference(entry.node),
            _ => meta.why = self.text(entry.node, "`why`"),
        }
    }

    /// `separator` and `others`, which are read with `pairs` and `json`.
    fn beside(&mut self, entry: Entry<'_>, entries: &[Entry<'_>]) {
        let has = |name: &str| entries.iter().any(|e| e.name == name);
        match entry.name {
            "separator" if !has("pairs") => self.report(
                Problem::new(entry.key, "`separator` has no `pairs` beside it")
                    .help("the separator of a list stands inside of `list`"),
            ),
            "others" if !has("pairs") && !has("json") && !has("jwt") => {
                self.report(Problem::new(entry.key, "`others` has no `pairs`, `json` or `jwt` beside it"));
            }
            _ => {}
        }
    }

    /// What is wrong with a matcher as a whole.
    fn whole(&mut self, entries: &[Entry<'_>], node: &Node, clauses: &[Clause]) {
        let find = |name: &str| entries.iter().find(|e| e.name == name);
        let beside = ["present", "bind", "wire", "name_case", "preserved", "appended"];
        let compares = entries.iter().any(|e| COMPARING.contains(&e.name) || beside.contains(&e.name));
        let known = entries.iter().all(|e| KEYS.contains(&e.name)) && all_readable(node);
        if !compares && known {
            let problem = Problem::new(node.place, "this matcher says nothing of the value").label("no key that compares");
            self.report(if find("optional").is_some() {
                problem.help("a field that may be there or not needs no line in a spec; say what it is if it is there")
            } else {
                problem.help("any value at all is `{ present: true }`")
            });
        }
        if let (Some(present), Some(_)) = (find("present"), find("optional")) {
            self.report(
                Problem::new(present.key, "`present` and `optional` contradict each other").help("keep the one that is meant"),
            );
        }
        let bound = |least: bool| {
            clauses.iter().find_map(|clause| match clause.kind {
                ClauseKind::AtLeast(n) if least => Some((n, clause.key)),
                ClauseKind::AtMost(n) if !least => Some((n, clause.key)),
                _ => None,
            })
        };
        if let (Some((least, _)), Some((most, key))) = (bound(true), bound(false))
            && least > most
        {
            self.report(Problem::new(key, format!("no value is at least {least} and at most {most}")));
        }
    }

    /// `reference`: an index into `references`, counted from 0, or a title.
    pub(super) fn reference(&mut self, node: &Node) -> Option<usize> {
        let text = self.text(node, "`reference`")?;
        let titled = self.references.iter().position(|r| r.title.as_deref() == Some(text.as_str()));
        let index = titled.or_else(|| text.parse().ok().filter(|index| *index < self.references.len()));
        if index.is_none() {
            let titles = self.references.iter().filter_map(|r| r.title.as_deref());
            let near = did_you_mean(&text, titles);
            let known = match self.references.len() {
                0 => "the file has no `references`".to_owned(),
                n => format!("expected a title, or a number from 0 to {}", n - 1),
            };
            self.report(Problem::new(node.place, format!("no reference `{text}`")).label(known).maybe_help(near));
        }
        index
    }

    /// Reports a text that can be no name in an expression.
    pub(super) fn check_name(&mut self, name: &str, place: Place, what: &str) {
        const TAKEN: &[&str] = &[
            "src", "dst", "proxy", "tls", "time", "request", "response", "event", "header", "hop", "true", "false", "null", "in",
        ];
        let shaped = name.starts_with(|c: char| c.is_ascii_lowercase())
            && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        if TAKEN.contains(&name) {
            self.report(
                Problem::new(place, format!("`{name}` has a meaning of its own in `${{…}}`")).help("choose another name"),
            );
        } else if !shaped {
            self.report(Problem::new(place, format!("`{name}` is not {what}")).help("a name is lower case: `api_id`, `target2`"));
        }
    }
}

/// Whether no entry was left away because its key or value is none: that is a mistake of its own, told before.
fn all_readable(node: &Node) -> bool {
    let readable = |(key, value): &(Node, Node)| key.scalar().is_some() && !value.is_null() && !value.is_empty();
    match &node.kind {
        Kind::Mapping(entries) => entries.iter().all(readable),
        Kind::Scalar(_) | Kind::Sequence(_) => true,
    }
}
