//! `select`: which exchanges are a hop's own.

use super::connection::{Said, nothing};
use super::cookies::has_attributes;
use super::message::{known, part};
use super::reader::{Entry, Keys, Reader};
use super::spot::{Of, Spot};
use crate::spec::connection::ROOTS;
use crate::spec::near::one_of;
use crate::spec::problem::Problem;
use crate::spec::yaml::{Kind, Node};
use crate::spec::{Clause, ClauseKind, Form, Meta, Part, Select, SelectOn, Side, Value};

const KEYS: &[&str] =
    &["request", "response", "event", "src", "dst", "client", "proxy", "tls", "connection", "source", "any", "all", "not"];

impl Reader<'_> {
    /// A mapping of a select: all its entries hold.
    pub(super) fn select(&mut self, node: &Node) -> Option<Select> {
        let mut all = Vec::new();
        for entry in self.entries(node, "`select`", Keys::Exact)? {
            match entry.name {
                "request" => self.select_message(entry.node, Side::Request, &mut all),
                "response" => self.select_message(entry.node, Side::Response, &mut all),
                "event" => self.select_event(entry.node, &mut all),
                "src" | "dst" => self.endpoint(entry, &mut all),
                root if ROOTS.contains(&root) => self.connection(entry, &mut |reader, entry, part, said| {
                    let on = SelectOn::Message(Side::Request, Part::Connection(part));
                    match said {
                        Said::Value(spot) => all.extend(reader.atom(entry, on, spot)),
                        Said::Absent => all.push(Select::Atom { on, value: Box::new(nothing(entry.node)), key: entry.key }),
                    }
                }),
                "connection" => all.extend(self.atom(entry, SelectOn::Connection, free(Of::Connection))),
                "source" => all.extend(self.atom(entry, SelectOn::Source, free(Of::Source))),
                "any" => all.extend(self.selects(entry).map(Select::Any)),
                "all" => all.extend(self.selects(entry).map(Select::All)),
                "not" => all.extend(self.select(entry.node).map(|select| Select::Not(Box::new(select)))),
                _ => {
                    let message = known(Side::Request).contains(&entry.name) || known(Side::Response).contains(&entry.name);
                    let help =
                        message.then(|| format!("it stands under `request` or `response`: `request: {{ {}: … }}`", entry.name));
                    self.unknown_key(entry, "`select`", KEYS, help);
                }
            }
        }
        Some(match <[Select; 1]>::try_from(all) {
            Ok([one]) => one,
            Err(all) => Select::All(all),
        })
    }

    fn selects(&mut self, entry: Entry<'_>) -> Option<Vec<Select>> {
        let members = self.members(entry.node, &format!("`{}`", entry.name))?;
        Some(members.iter().filter_map(|member| self.select(member)).collect())
    }

    fn atom(&mut self, entry: Entry<'_>, on: SelectOn, spot: Spot) -> Option<Select> {
        if matches!(entry.node.kind, Kind::Sequence(_)) {
            self.report(
                Problem::new(entry.node.place, "a list of values means nothing in a select")
                    .help("one of several is `{ one_of: [a, b] }`"),
            );
            return None;
        }
        let value = self.value(entry.node, spot.selecting())?;
        Some(Select::Atom { on, value: Box::new(value), key: entry.key })
    }

    fn select_message(&mut self, node: &Node, side: Side, all: &mut Vec<Select>) {
        for entry in self.entries(node, &format!("`{}` of a select", side.name()), Keys::Exact).unwrap_or_default() {
            if let Some((part, spot)) = part(entry.name, side) {
                all.extend(self.atom(entry, SelectOn::Message(side, part), spot));
                continue;
            }
            match entry.name {
                "headers" => self.fields(entry.node, "`headers`", side, |reader, entry, spot| {
                    all.extend(reader.atom(entry, SelectOn::Message(side, Part::Field(entry.name.to_owned())), spot));
                }),
                "trailers" => self.fields(entry.node, "`trailers`", side, |reader, entry, spot| {
                    all.extend(reader.atom(entry, SelectOn::Message(side, Part::Trailer(entry.name.to_owned())), spot));
                }),
                "query" if side == Side::Request => {
                    for entry in self.entries(entry.node, "`query`", Keys::Exact).unwrap_or_default() {
                        all.extend(self.atom(
                            entry,
                            SelectOn::Message(side, Part::Query(entry.name.to_owned())),
                            Spot::field(side),
                        ));
                    }
                }
                "cookies" if side == Side::Request => self.cookies(entry.node, "`cookies`", |reader, entry| {
                    let on = SelectOn::Message(side, Part::Cookie(entry.name.to_owned()));
                    all.extend(reader.atom(entry, on, Spot::field(side)));
                }),
                "set_cookies" if side == Side::Response => self.cookies(entry.node, "`set_cookies`", |reader, entry| {
                    if has_attributes(entry.node) {
                        let problem = Problem::new(entry.node.place, "attributes of a cookie mean nothing in a select");
                        reader.report(problem.help("select by the cookie's value, as `{ present: true }` or another matcher"));
                        return;
                    }
                    let on = SelectOn::Message(side, Part::SetCookie(entry.name.to_owned()));
                    all.extend(reader.atom(entry, on, Spot::field(side)));
                }),
                "absent" => {
                    for (name, place) in self.absent(entry.node) {
                        let glob = name.contains('*');
                        let on = if glob { SelectOn::Absent(side, name) } else { SelectOn::Message(side, Part::Field(name)) };
                        all.push(Select::Atom { on, value: Box::new(missing(place)), key: place });
                    }
                }
                "body" => {
                    let others = self.body(entry.node, side, &mut |reader, entry, part, spot| {
                        all.extend(reader.atom(entry, SelectOn::Message(side, part), spot));
                    });
                    others.into_iter().for_each(|others| self.expectation_in_select(others));
                }
                "event" if side == Side::Request => self.select_event(entry.node, all),
                "others" | "removed" | "order" | "name_case" => self.expectation_in_select(entry),
                _ => {
                    let keys: Vec<&str> = known(side)
                        .iter()
                        .copied()
                        .filter(|key| !["others", "removed", "order", "name_case"].contains(key))
                        .collect();
                    self.unknown_key(
                        entry,
                        &format!("`{}` of a select", side.name()),
                        &keys,
                        Some("fields stand under `headers`".to_owned()),
                    );
                }
            }
        }
    }

    fn select_event(&mut self, node: &Node, all: &mut Vec<Select>) {
        self.event(node, &mut |reader, entry, part, spot| {
            all.extend(reader.atom(entry, SelectOn::Message(Side::Request, part), spot));
        });
    }

    fn expectation_in_select(&mut self, entry: Entry<'_>) {
        let problem = Problem::new(entry.key, format!("`{}` means nothing in a select", entry.name));
        self.report(problem.help("it is an expectation: put it under the hop's own `request` or `response`"));
    }

    /// `src`, `dst`: as text, or `{ ip, port }`.
    fn endpoint(&mut self, entry: Entry<'_>, all: &mut Vec<Select>) {
        let dst = entry.name == "dst";
        let parts = ["ip", "port"];
        let in_parts = match &entry.node.kind {
            Kind::Mapping(members) => {
                members.iter().any(|(key, _)| key.scalar().is_some_and(|s| parts.contains(&s.text.as_str())))
            }
            Kind::Scalar(_) | Kind::Sequence(_) => false,
        };
        if !in_parts {
            all.extend(self.atom(entry, SelectOn::Endpoint { dst }, free(Of::Anything)));
            return;
        }
        for part in self.entries(entry.node, &format!("`{}`", entry.name), Keys::Exact).unwrap_or_default() {
            match part.name {
                "ip" => all.extend(self.atom(part, SelectOn::Ip { dst }, free(Of::Anything))),
                "port" => all.extend(self.atom(part, SelectOn::Port { dst }, free(Of::Anything))),
                _ => {
                    let help = format!("expected {}", one_of(parts));
                    self.unknown_key(part, &format!("`{}`", entry.name), &parts, Some(help));
                }
            }
        }
    }
}

/// A value of no message.
fn free(of: Of) -> Spot {
    Spot::param().of(of)
}

/// No line at all.
fn missing(place: crate::spec::Place) -> Value {
    let value = |form, present| Value { place, form, meta: Meta { present, ..Meta::default() } };
    let present = value(Form::Matcher(Vec::new()), true);
    value(Form::Matcher(vec![Clause { key: place, place, kind: ClauseKind::Not(Box::new(present)) }]), false)
}
