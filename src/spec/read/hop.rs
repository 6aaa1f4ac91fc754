//! A hop, and its variants.

use std::collections::HashMap;

use super::expression::Stand;
use super::reader::{Entry, Keys, Reader};
use crate::spec::connection::ROOTS;
use crate::spec::problem::Problem;
use crate::spec::yaml::{Kind, Node};
use crate::spec::{Hop, MessageSpec, Place, Select, SelectOn, Side, Spanned, Variant};

/// Where a select asks for connections without a message.
fn of_empty(select: &Select) -> Option<Place> {
    match select {
        Select::All(parts) | Select::Any(parts) => parts.iter().find_map(of_empty),
        Select::Not(part) => of_empty(part),
        Select::Atom { on: SelectOn::Connection, key, .. } => Some(*key),
        Select::Atom { .. } => None,
    }
}

/// Ways to combine the variants of a hop's groups: each is counted in a run.
const MOST_COMBINATIONS: usize = 1000;

const KEYS: &[&str] = &[
    "from",
    "to",
    "about",
    "select",
    "when",
    "count",
    "follows",
    "join",
    "echoed_in",
    "client",
    "proxy",
    "tls",
    "request",
    "response",
    "event",
    "checks",
    "variants",
];

impl Reader<'_> {
    /// `hops: { name: hop }`
    pub(super) fn hops(&mut self, node: &Node) -> Vec<Hop> {
        self.entries(node, "`hops`", Keys::Exact).unwrap_or_default().into_iter().map(|entry| self.hop(entry)).collect()
    }

    fn hop(&mut self, hop: Entry<'_>) -> Hop {
        self.check_plain_name(hop, "a hop");
        let mut read = Hop {
            name: Spanned::new(hop.name.to_owned(), hop.key),
            from: None,
            to: None,
            about: None,
            select: None,
            when: None,
            count: None,
            follows: None,
            join: None,
            echoed_in: None,
            request: MessageSpec::default(),
            response: MessageSpec::default(),
            checks: Vec::new(),
            variants: Vec::new(),
            variants_place: None,
        };
        for entry in self.entries(hop.node, "a hop", Keys::Exact).unwrap_or_default() {
            match entry.name {
                "from" => read.from = self.text(entry.node, "`from`"),
                "to" => read.to = self.text(entry.node, "`to`"),
                "about" => read.about = self.text(entry.node, "`about`"),
                "select" => read.select = self.select(entry.node),
                "when" => read.when = self.condition(entry, Stand::Exchange, &[]),
                "checks" => read.checks = self.checks(entry.node, Stand::Exchange),
                "follows" => {
                    let name = self.text(entry.node, "`follows`");
                    read.follows = name.map(|name| Spanned::new(name, entry.node.place));
                }
                "echoed_in" => read.echoed_in = self.echoed_in(entry.node),
                "join" => read.join = self.joined_by(entry),
                "count" => read.count = self.bounds(entry.node, "`count`"),
                root if ROOTS.contains(&root) => self.expect_connection(entry, &mut read.request),
                "request" => read.request.expectations.extend(self.message(entry.node, Side::Request).expectations),
                "response" => read.response = self.message(entry.node, Side::Response),
                "event" => self.expect_event(entry, &mut read.request),
                "variants" => {
                    read.variants_place = Some(entry.key);
                    read.variants = self.variants(entry.node);
                }
                name => {
                    self.unknown_key(entry, "a hop", KEYS, place_of(name));
                }
            }
        }
        if let Some(key) = read.select.as_ref().and_then(of_empty) {
            self.empty_hop(&read, hop, key);
        }
        read
    }

    /// A hop of connections without a byte: all that can be said of it is how many there are.
    fn empty_hop(&mut self, read: &Hop, hop: Entry<'_>, key: Place) {
        let expects = !read.checks.is_empty() || !read.variants.is_empty() || read.when.is_some();
        if expects || !read.request.expectations.is_empty() || !read.response.expectations.is_empty() {
            let problem = Problem::new(hop.key, format!("hop `{}` is of connections without a message", hop.name));
            self.report(problem.help("nothing but `count` can be expected of it; give messages a hop of their own"));
        } else if read.count.is_none() {
            let problem = Problem::new(key, format!("hop `{}` does not say how many connections it expects", hop.name));
            self.report(problem.help("write `count: { at_least: 1 }` into the hop, or `count: 0` where none may be"));
        }
    }

    /// `variants: { name: variant }`, or a list of such groups that vary independently.
    fn variants(&mut self, node: &Node) -> Vec<Variant> {
        let mut variants: Vec<Variant> = Vec::new();
        let mut names: HashMap<String, Place> = HashMap::new();
        let mut combinations: usize = 1;
        let what = if matches!(node.kind, Kind::Sequence(_)) { "a group of `variants`" } else { "`variants`" };
        for (group, node) in Self::one_or_many(node).iter().enumerate() {
            let entries = self.entries(node, what, Keys::Exact).unwrap_or_default();
            combinations = combinations.saturating_mul(entries.len().max(1));
            for entry in entries {
                self.check_plain_name(entry, "a variant");
                // Within one group it is a repeated key.
                if let Some(first) = names.insert(entry.name.to_owned(), entry.key) {
                    let line = self.source.line_column(first.start).0;
                    self.report(
                        Problem::new(entry.key, format!("two variants of this hop have the name `{}`", entry.name))
                            .label(format!("first in line {line}"))
                            .help("name them apart: reports and `--variant` tell variants by their names"),
                    );
                }
                variants.push(self.variant(entry, group));
            }
        }
        if combinations > MOST_COMBINATIONS {
            self.report(
                Problem::new(node.place, format!("more than {MOST_COMBINATIONS} ways to combine variants"))
                    .help("write several hops, or fewer variants"),
            );
        }
        variants
    }

    /// `{ request, response, event }`, and what the connection says
    fn variant(&mut self, entry: Entry<'_>, group: usize) -> Variant {
        let mut variant = Variant {
            name: Spanned::new(entry.name.to_owned(), entry.key),
            group,
            request: MessageSpec::default(),
            response: MessageSpec::default(),
        };
        for entry in self.entries(entry.node, "a variant", Keys::Exact).unwrap_or_default() {
            match entry.name {
                root if ROOTS.contains(&root) => self.expect_connection(entry, &mut variant.request),
                "request" => variant.request.expectations.extend(self.message(entry.node, Side::Request).expectations),
                "response" => variant.response = self.message(entry.node, Side::Response),
                "event" => self.expect_event(entry, &mut variant.request),
                _ => self.unknown_key(entry, "a variant", &["client", "proxy", "tls", "request", "response", "event"], None),
            }
        }
        variant
    }

    /// Names that are written on a command line: `--hop NAME`, `NAME=PATH`, `--variant NAME`.
    fn check_plain_name(&mut self, entry: Entry<'_>, what: &str) {
        if entry.name.chars().any(|c| c.is_whitespace() || c.is_control() || matches!(c, '=' | '/' | '›' | '$')) {
            self.report(
                Problem::new(entry.key, format!("`{}` cannot be the name of {what}", entry.name))
                    .help("letters, digits, `-`, `_` and `.`: it is written on command lines"),
            );
        }
    }
}

/// Where a key belongs that a hop does not have.
fn place_of(name: &str) -> Option<String> {
    let on = |side| super::message::known(side).contains(&name);
    match (name, on(Side::Request), on(Side::Response)) {
        ("id" | "that" | "for_each", ..) => Some("a condition stands in a list: `checks: [{ id: …, that: … }]`".to_owned()),
        (_, true, true) => Some("it stands under `request` or `response`".to_owned()),
        (_, true, false) => Some("it stands under `request`".to_owned()),
        (_, false, true) => Some("it stands under `response`".to_owned()),
        (_, false, false) => None,
    }
}
