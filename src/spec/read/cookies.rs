//! `cookies` of a request, `set_cookies` of a response.

use std::collections::HashSet;

use super::message::expectation;
use super::reader::{Entry, Keys, Reader};
use super::spot::Spot;
use crate::spec::near::{did_you_mean, one_of};
use crate::spec::problem::Problem;
use crate::spec::yaml::{Kind, Node, Typed};
use crate::spec::{Claim, Expectation, Form, Meta, Part, Side, Value};

/// The attributes of a Set-Cookie (RFC 6265bis §4.1.2, and what browsers know beside), and whether each is a flag.
const ATTRIBUTES: [(&str, bool); 9] = [
    ("Expires", false),
    ("Max-Age", false),
    ("Domain", false),
    ("Path", false),
    ("SameSite", false),
    ("Priority", false),
    ("Secure", true),
    ("HttpOnly", true),
    ("Partitioned", true),
];

/// What may stand beside `value` and attributes.
const BESIDE: &[&str] = &["present", "optional", "when", "severity", "why", "reference"];

fn attribute(name: &str) -> Option<(&'static str, bool)> {
    ATTRIBUTES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).copied()
}

impl Reader<'_> {
    /// The cookies of `cookies` or `set_cookies`.
    pub(super) fn cookies(&mut self, node: &Node, what: &str, mut each: impl FnMut(&mut Self, Entry<'_>)) {
        for entry in self.entries(node, what, Keys::Exact).unwrap_or_default() {
            if entry.name.bytes().any(|b| b.is_ascii_whitespace() || b.is_ascii_control() || b"=;,\"".contains(&b)) {
                self.report(
                    Problem::new(entry.key, format!("`{}` is no cookie name", entry.name))
                        .help("a cookie name is a token: no white space, `=`, `;`, `,` or quotes (RFC 6265 §4.1.1)"),
                );
            }
            each(self, entry);
        }
    }

    /// One cookie of `set_cookies`: its value, or a mapping of `value` and attributes.
    pub(super) fn set_cookie(&mut self, entry: Entry<'_>, side: Side) -> Vec<Expectation> {
        let part = Part::SetCookie(entry.name.to_owned());
        if !has_attributes(entry.node) {
            let value = self.value(entry.node, Spot::field(side));
            return value.map(|value| expectation(entry, part, value)).into_iter().collect();
        }
        let Some(entries) = self.entries(entry.node, "this cookie", Keys::Exact) else { return Vec::new() };
        let mut meta = Meta::default();
        let mut value = None;
        let mut attributes = Vec::new();
        let mut seen = HashSet::new();
        for of in entries {
            match (of.name, attribute(of.name)) {
                ("value", _) => value = self.value(of.node, Spot::field(side)).map(|value| (of, value)),
                (_, Some((name, flag))) if seen.insert(name) => {
                    attributes.extend(self.attribute(entry.name, of, flag, side));
                }
                (_, Some(_)) => self.report(
                    Problem::new(of.key, format!("the attribute `{}` stands twice", of.name))
                        .help("attributes have no case; keep one of them"),
                ),
                (name, None) if BESIDE.contains(&name) => self.meta(of, Spot::field(side), &mut meta),
                (_, None) => self.no_attribute(of),
            }
        }
        if let (Some((of, _)), true) = (&value, meta.present) {
            self.report(
                Problem::new(of.key, "`present` beside `value` is about the value's lines")
                    .help("write `value: { present: true, … }`"),
            );
        }
        let mut expectations = Vec::new();
        let (at, mut value) = value.unwrap_or_else(|| (entry, anything(entry, meta.present)));
        value.meta.optional |= meta.optional;
        expectations.push(Expectation { key: entry.key, ..expectation(at, part, value) });
        expectations.extend(attributes);
        // What is said of the whole cookie holds for its parts, unless they say it themselves.
        for expectation in &mut expectations {
            let Claim::Part { value, .. } = &mut expectation.claim else { continue };
            if value.meta.severity.is_none() {
                expectation.severity = meta.severity.unwrap_or(expectation.severity);
            }
            value.meta.when = value.meta.when.take().or_else(|| meta.when.clone());
            expectation.why = expectation.why.take().or_else(|| meta.why.clone());
            expectation.reference = expectation.reference.or(meta.reference);
        }
        expectations
    }

    /// An attribute: `true` and `false` say whether it is there, anything else what its value is.
    fn attribute(&mut self, cookie: &str, entry: Entry<'_>, flag: bool, side: Side) -> Option<Expectation> {
        let part = |absent| Part::SetCookieAttribute { cookie: cookie.into(), attribute: entry.name.into(), absent };
        match entry.node.scalar().map(|scalar| &scalar.typed) {
            Some(Typed::Bool(there)) => Some(expectation(entry, part(!there), anything(entry, true))),
            _ if flag && !matches!(entry.node.kind, Kind::Mapping(_)) => {
                self.report(
                    Problem::new(entry.node.place, format!("`{}` is an attribute without a value", entry.name))
                        .help("`true`: it must be there, `false`: it must not"),
                );
                None
            }
            _ => {
                let value = self.value(entry.node, Spot { lines: false, ..Spot::field(side) })?;
                Some(expectation(entry, part(false), value))
            }
        }
    }

    fn no_attribute(&mut self, entry: Entry<'_>) {
        let known = || ["value"].into_iter().chain(ATTRIBUTES.iter().map(|(name, _)| *name));
        if super::matcher::COMPARING.contains(&entry.name) || entry.name == "bind" {
            self.report(
                Problem::new(entry.key, format!("`{}` stands beside attributes, and compares a value", entry.name))
                    .help(format!("write `value: {{ {}: … }}`", entry.name)),
            );
            return;
        }
        self.report(
            Problem::new(entry.key, format!("unknown attribute `{}` of a cookie", entry.name))
                .label(format!("expected {}", one_of(known())))
                .maybe_help(did_you_mean(entry.name, known())),
        );
    }
}

/// Whether a node is a mapping of `value` and attributes rather than a matcher.
pub(super) fn has_attributes(node: &Node) -> bool {
    let Kind::Mapping(members) = &node.kind else { return false };
    let names = || members.iter().filter_map(|(key, _)| key.scalar().map(|scalar| scalar.text.as_str()));
    names().any(|name| name == "value" || attribute(name).is_some())
}

/// Any value at all; on any number of lines where it is `present`.
fn anything(entry: Entry<'_>, present: bool) -> Value {
    Value { place: entry.node.place, form: Form::Matcher(Vec::new()), meta: Meta { present, ..Meta::default() } }
}
