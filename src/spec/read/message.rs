//! A message: what is expected of a request or response, in the order of the file.

use std::collections::{HashMap, HashSet};

use super::connection::{Said, nothing};
use super::matcher::NAME_CASES;
use super::reader::{Entry, Keys, Reader};
use super::spot::{Of, Spot};
use super::structure::TOLERANCES;
use crate::spec::field_name::{glob, is_token};
use crate::spec::near::one_of;
use crate::spec::problem::Problem;
use crate::spec::yaml::Node;
use crate::spec::{Claim, Expectation, MessageSpec, OrderItem, Part, Place, Severity, Side, Tolerance, Value};

const REQUEST: &[&str] = &[
    "method",
    "target",
    "path",
    "query",
    "version",
    "headers",
    "cookies",
    "absent",
    "removed",
    "others",
    "order",
    "name_case",
    "body",
    "trailers",
];
const RESPONSE: &[&str] = &[
    "version",
    "status",
    "reason",
    "headers",
    "set_cookies",
    "absent",
    "removed",
    "others",
    "order",
    "name_case",
    "body",
    "trailers",
    "event",
];

/// The keys of a message.
pub(super) fn known(side: Side) -> &'static [&'static str] {
    match side {
        Side::Request => REQUEST,
        Side::Response => RESPONSE,
    }
}

/// The part that a key names, if it names one by itself, and what its value may be.
pub(super) fn part(name: &str, side: Side) -> Option<(Part, Spot)> {
    let (part, of) = match (side, name) {
        (Side::Request, "method") => (Part::Method, Of::Method),
        (Side::Request, "target") => (Part::Target, Of::Anything),
        (Side::Request, "path") => (Part::Path, Of::Anything),
        (Side::Response, "status") => (Part::Status, Of::Status),
        (Side::Response, "reason") => (Part::Reason, Of::Anything),
        (_, "version") => (Part::Version, Of::Version),
        _ => return None,
    };
    Some((part, Spot::part(side, of)))
}

impl Reader<'_> {
    /// `request` or `response`
    pub(super) fn message(&mut self, node: &Node, side: Side) -> MessageSpec {
        let mut expectations = Vec::new();
        for entry in self.entries(node, side.name(), Keys::Exact).unwrap_or_default() {
            if let Some((part, spot)) = part(entry.name, side) {
                expectations.extend(self.expectation(entry, part, spot));
                continue;
            }
            match entry.name {
                "headers" => self.fields(entry.node, "`headers`", side, |reader, entry, spot| {
                    let of_field = reader.field(entry, spot);
                    let case = of_field.iter().find_map(|field| name_case_of(entry, field));
                    expectations.extend(of_field.into_iter().chain(case));
                }),
                "query" if side == Side::Request => {
                    for entry in self.entries(entry.node, "`query`", Keys::Exact).unwrap_or_default() {
                        expectations.extend(self.expectation(entry, Part::Query(entry.name.to_owned()), Spot::field(side)));
                    }
                }
                "cookies" if side == Side::Request => self.cookies(entry.node, "`cookies`", |reader, entry| {
                    expectations.extend(reader.expectation(entry, Part::Cookie(entry.name.to_owned()), Spot::field(side)));
                }),
                "set_cookies" if side == Side::Response => self.cookies(entry.node, "`set_cookies`", |reader, entry| {
                    expectations.extend(reader.set_cookie(entry, side));
                }),
                "trailers" => self.fields(entry.node, "`trailers`", side, |reader, entry, spot| {
                    expectations.extend(reader.expectation(entry, Part::Trailer(entry.name.to_owned()), spot));
                }),
                "body" => {
                    let others = self.body(entry.node, side, &mut |reader, entry, part, spot| {
                        expectations.extend(reader.expectation(entry, part, spot));
                    });
                    if let Some(others) = others
                        && let Some(severity) = self.others_of_message(others)
                    {
                        expectations.push(Expectation { severity, ..claim(Claim::BodyOthers, others.key, others.node.place) });
                    }
                }
                "event" if side == Side::Request => self.event(entry.node, &mut |reader, entry, part, spot| {
                    expectations.extend(reader.expectation(entry, part, spot));
                }),
                "absent" => expectations
                    .extend(self.absent(entry.node).into_iter().map(|(name, place)| claim(Claim::Absent(name), place, place))),
                "removed" => {
                    let removed = self.removed(entry.node).into_iter();
                    expectations.extend(removed.map(|(name, place)| claim(Claim::Removed(name), place, place)));
                }
                "others" if entry.node.scalar().is_some_and(|scalar| scalar.text == "preserved") => {
                    expectations.push(claim(Claim::OthersPreserved, entry.key, entry.node.place));
                }
                "others" => {
                    if let Some(severity) = self.others_of_message(entry) {
                        expectations.push(Expectation { severity, ..claim(Claim::Others, entry.key, entry.node.place) });
                    }
                }
                "order" => {
                    if let Some(order) = self.order(entry.node) {
                        expectations.push(claim(Claim::Order(order), entry.key, entry.node.place));
                    }
                }
                "name_case" => {
                    if let Some(Some(case)) = self.word(entry.node, "`name_case`", NAME_CASES) {
                        expectations.push(claim(Claim::NameCase(case), entry.key, entry.node.place));
                    }
                }
                _ => self.unknown_in_message(entry, side),
            }
        }
        self.contradictions(&expectations);
        MessageSpec { expectations }
    }

    /// The fields of `headers` or `trailers`.
    pub(super) fn fields(&mut self, node: &Node, what: &str, side: Side, mut each: impl FnMut(&mut Self, Entry<'_>, Spot)) {
        for entry in self.entries(node, what, Keys::FieldNames).unwrap_or_default() {
            if !is_token(entry.name) || entry.name.contains('*') {
                let problem = Problem::new(entry.key, format!("`{}` is no field name", entry.name));
                self.report(match entry.name {
                    name if name.contains('*') => problem.help("`*` stands for any characters in `absent` only"),
                    name if name.starts_with(':') => problem.help("pseudo-header fields are named `method`, `path`, `status`"),
                    _ => problem.help("a field name is a token: letters, digits and -._~!#$%&'+^`| (RFC 9110 §5.6.2)"),
                });
            }
            let tags = ["etag", "if-match", "if-none-match"];
            let of = if tags.iter().any(|tag| entry.name.eq_ignore_ascii_case(tag)) { Of::EntityTag } else { Of::Anything };
            each(self, entry, Spot::field(side).of(of));
        }
    }

    /// What a hop expects of its connection: every message shows it, and so it stands beside what is expected of a request.
    pub(super) fn expect_connection(&mut self, entry: Entry<'_>, to: &mut MessageSpec) {
        self.connection(entry, &mut |reader, entry, part, said| match said {
            Said::Value(spot) => to.expectations.extend(reader.expectation(entry, Part::Connection(part), spot)),
            Said::Absent => to.expectations.push(expectation(entry, Part::Connection(part), nothing(entry.node))),
        });
    }

    fn expectation(&mut self, entry: Entry<'_>, part: Part, spot: Spot) -> Vec<Expectation> {
        let Some(value) = self.value(entry.node, spot) else { return Vec::new() };
        self.with_relations(entry, part, value, spot)
    }

    /// `body: { json, text, sha256, length }`: each part, with what its value may be. Gives back `others`.
    pub(super) fn body<'n>(
        &mut self,
        node: &'n Node,
        side: Side,
        each: &mut dyn FnMut(&mut Self, Entry<'_>, Part, Spot),
    ) -> Option<Entry<'n>> {
        const KEYS: &[&str] = &["json", "others", "text", "sha256", "length"];
        let entries = self.entries(node, "`body`", Keys::Exact)?;
        let others = entries.iter().find(|entry| entry.name == "others").copied();
        if let Some(others) = others
            && !entries.iter().any(|entry| entry.name == "json")
        {
            let problem = Problem::new(others.key, "`others` has no `json` beside it");
            self.report(problem.help("it is about the members that `json` does not name"));
        }
        for entry in entries {
            let (part, of) = match entry.name {
                "text" => (Part::BodyText, Of::Anything),
                "sha256" => (Part::BodySha256, Of::Sha256),
                "length" => (Part::BodyLength, Of::Anything),
                "json" => {
                    self.body_json(entry.node, side, each);
                    continue;
                }
                "others" => continue,
                _ => {
                    self.unknown_key(entry, "`body`", KEYS, None);
                    continue;
                }
            };
            each(self, entry, part, Spot::part(side, of));
        }
        others
    }

    fn body_json(&mut self, node: &Node, side: Side, each: &mut dyn FnMut(&mut Self, Entry<'_>, Part, Spot)) {
        for entry in self.entries(node, "`body.json`", Keys::Json).unwrap_or_default() {
            let spot = Spot { lines: false, ..Spot::field(side) }.typed();
            if let Some(steps) = self.json_path(entry) {
                each(self, entry, Part::BodyJson { path: entry.name.to_owned(), steps }, spot);
            }
        }
    }

    /// `event: { path: value }`, within a hop, a variant, a request or a select.
    pub(super) fn event(&mut self, node: &Node, each: &mut dyn FnMut(&mut Self, Entry<'_>, Part, Spot)) {
        for entry in self.entries(node, "`event`", Keys::Json).unwrap_or_default() {
            let spot = Spot { lines: false, ..Spot::field(Side::Request) }.typed();
            if let Some(steps) = self.json_path(entry) {
                each(self, entry, Part::Event { path: entry.name.to_owned(), steps }, spot);
            }
        }
    }

    /// What a hop expects of the event: it is the request as the function received it.
    pub(super) fn expect_event(&mut self, entry: Entry<'_>, to: &mut MessageSpec) {
        self.event(entry.node, &mut |reader, entry, part, spot| {
            to.expectations.extend(reader.expectation(entry, part, spot));
        });
    }

    /// The names of `absent`, with their places.
    pub(super) fn absent(&mut self, node: &Node) -> Vec<(String, Place)> {
        self.names_of("absent", node)
    }

    /// Field names or patterns of them.
    pub(super) fn names_of(&mut self, key: &str, node: &Node) -> Vec<(String, Place)> {
        let mut names: Vec<(String, Place)> = Vec::new();
        let mut seen = HashSet::new();
        for member in Self::one_or_many(node) {
            let Some(name) = self.text(member, &format!("a name under `{key}`")) else {
                continue;
            };
            if !is_token(&name) {
                self.report(
                    Problem::new(member.place, format!("`{name}` is no field name"))
                        .help("`Via`, or `X-Forwarded-*` for all that begin so"),
                );
            } else if !seen.insert(name.to_ascii_lowercase()) {
                self.report(Problem::new(member.place, format!("`{name}` stands twice under `{key}`")).help("keep one of them"));
            } else {
                names.push((name, member.place));
            }
        }
        names
    }

    fn others_of_message(&mut self, entry: Entry<'_>) -> Option<Severity> {
        match self.word(entry.node, "`others`", TOLERANCES)? {
            Tolerance::Allow => None,
            Tolerance::Warning => Some(Severity::Warning),
            Tolerance::Error => Some(Severity::Error),
        }
    }

    fn order(&mut self, node: &Node) -> Option<Vec<OrderItem>> {
        let members = self.members(node, "`order`")?;
        let mut order: Vec<OrderItem> = Vec::new();
        let mut seen = HashSet::new();
        for member in members {
            let Some(name) = self.text(member, "a name in `order`") else {
                continue;
            };
            let item = if name == "others" { OrderItem::Others } else { OrderItem::Name(name.clone()) };
            if !is_token(&name) || name.contains('*') {
                self.report(Problem::new(member.place, format!("`{name}` is no field name")));
            } else if !seen.insert(name.to_ascii_lowercase()) {
                self.report(Problem::new(member.place, format!("`{name}` stands twice in `order`")).help("keep one of them"));
            } else {
                order.push(item);
            }
        }
        if members.len() == 1 {
            self.report(
                Problem::new(node.place, "an order of one says nothing")
                    .help("`others` stands for all the rest: `[Host, others]` is \"Host first\""),
            );
        }
        Some(order)
    }

    fn unknown_in_message(&mut self, entry: Entry<'_>, side: Side) {
        let other = if side == Side::Request { Side::Response } else { Side::Request };
        if known(other).contains(&entry.name) {
            let problem = Problem::new(entry.key, format!("a {} has no `{}`", side.name(), entry.name));
            self.report(
                problem
                    .label(format!("expected {}", one_of(known(side).iter().copied())))
                    .help(format!("it stands under `{}`", other.name())),
            );
        } else {
            self.unknown_key(entry, &format!("a {}", side.name()), known(side), Some("fields stand under `headers`".to_owned()));
        }
    }

    /// A field that must be there and must not.
    fn contradictions(&mut self, expectations: &[Expectation]) {
        let absent: Vec<(&str, Place)> = expectations
            .iter()
            .filter_map(|e| if let Claim::Absent(name) = &e.claim { Some((name.as_str(), e.key)) } else { None })
            .collect();
        if absent.is_empty() {
            return;
        }
        // As many comparisons as globs and fields: exact names are looked up, globs are few by the size of a file.
        let (globs, names): (Vec<_>, Vec<_>) = absent.into_iter().partition(|(name, _)| name.contains('*'));
        let names: HashMap<String, Place> = names.into_iter().map(|(name, place)| (name.to_ascii_lowercase(), place)).collect();
        let mut told = HashSet::new();
        for expectation in expectations {
            let Claim::Part { part, .. } = &expectation.claim else { continue };
            let Some(field) = part.field() else { continue };
            let exact = names.get(&field.to_ascii_lowercase()).copied();
            let place = exact.or_else(|| {
                globs.iter().take(64).find(|(pattern, _)| glob(pattern.as_bytes(), field.as_bytes())).map(|(_, place)| *place)
            });
            if let Some(place) = place
                && told.insert((place.start, field))
            {
                let line = self.source.line_column(expectation.key.start).0;
                self.report(
                    Problem::new(
                        place,
                        format!("`{field}` is expected in line {line} and must be absent here: both can never hold"),
                    )
                    .help("keep the one that is meant; ways that exclude each other are `variants`"),
                );
            }
        }
    }
}

fn claim(claim: Claim, key: Place, place: Place) -> Expectation {
    Expectation { claim, key, place, severity: Severity::Error, why: None, reference: None }
}

/// What a field says of the case of its own name.
fn name_case_of(entry: Entry<'_>, field: &Expectation) -> Option<Expectation> {
    let Claim::Part { value, .. } = &field.claim else { return None };
    let case = value.meta.name_case.as_ref()?;
    let claim = Claim::FieldNameCase(entry.name.to_owned(), case.value?);
    Some(Expectation { claim, key: entry.key, place: case.place, why: field.why.clone(), ..*field })
}

pub(super) fn expectation(entry: Entry<'_>, part: Part, value: Value) -> Expectation {
    let (severity, why, reference) = (value.meta.severity.unwrap_or_default(), value.meta.why.clone(), value.meta.reference);
    Expectation { claim: Claim::Part { part, value }, key: entry.key, place: entry.node.place, severity, why, reference }
}
