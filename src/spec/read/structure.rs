//! Values inside of a value: members of a list, lines of a field, `name=value` pairs, members of JSON.

use super::reader::{Entry, Keys, Reader};
use super::spot::Spot;
use crate::spec::problem::Problem;
use crate::spec::yaml::{Kind, Node};
use crate::spec::{Bounds, JsonClause, JsonMember, JsonStep, ListClause, MembersClause, PairsClause, Spanned, Tolerance, Value};

const LIST: &[&str] = &["length", "first", "last", "at", "each", "includes", "equals", "separator"];
const LINES: &[&str] = &["length", "first", "last", "each", "includes", "equals"];
/// `others`
pub(super) const TOLERANCES: &[(&str, Tolerance)] =
    &[("allow", Tolerance::Allow), ("warning", Tolerance::Warning), ("error", Tolerance::Error)];

impl Reader<'_> {
    /// `list: { … }`
    pub(super) fn list(&mut self, node: &Node, spot: Spot) -> Option<ListClause> {
        let entries = self.entries(node, "`list`", Keys::Exact)?;
        let mut list = ListClause::default();
        for entry in &entries {
            match entry.name {
                "at" => list.at = self.at(entry.node, spot.member()),
                "separator" => list.separator = self.separator(entry.node),
                _ if self.of_members(*entry, spot, &mut list.members) => {}
                _ => self.unknown_key(*entry, "`list`", LIST, None),
            }
        }
        if entries.iter().all(|e| e.name == "separator") {
            self.report(Problem::new(node.place, "this `list` says nothing of the members").help("`length`, `first`, `each` …"));
        }
        Some(list)
    }

    /// `lines: { … }`
    pub(super) fn lines(&mut self, node: &Node, spot: Spot) -> Option<MembersClause> {
        let mut lines = MembersClause::default();
        for entry in self.entries(node, "`lines`", Keys::Exact)? {
            if !self.of_members(entry, spot, &mut lines) {
                self.unknown_key(entry, "`lines`", LINES, None);
            }
        }
        Some(lines)
    }

    /// A key that `list` and `lines` have; whether it is one.
    fn of_members(&mut self, entry: Entry<'_>, spot: Spot, members: &mut MembersClause) -> bool {
        let one = spot.member();
        match entry.name {
            "length" => members.length = self.bounds(entry.node, "`length`").map(|b| b.value),
            "first" => members.first = self.value(entry.node, one).map(Box::new),
            "last" => members.last = self.value(entry.node, one).map(Box::new),
            "each" => members.each = self.value(entry.node, spot.alternative()).map(Box::new),
            "includes" => members.includes = self.some(entry.node, spot.alternative()),
            "equals" => members.equals = self.all(entry, one),
            _ => return false,
        }
        true
    }

    /// `at: { -2: value }`
    fn at(&mut self, node: &Node, spot: Spot) -> Vec<(i64, Value)> {
        let mut at = Vec::new();
        for entry in self.entries(node, "`at`", Keys::Exact).unwrap_or_default() {
            let index = entry.name.parse();
            if index.is_err() {
                self.report(
                    Problem::new(entry.key, format!("`{}` is no index", entry.name))
                        .help("0 is the first member, -1 the last, -2 the one before"),
                );
            }
            let value = self.value(entry.node, spot);
            at.extend(index.ok().zip(value));
        }
        at
    }

    /// `includes`: one value or a list of them.
    fn some(&mut self, node: &Node, spot: Spot) -> Vec<Value> {
        let members = Self::one_or_many(node);
        members.iter().filter_map(|member| self.value(member, spot)).collect()
    }

    /// `equals`: a list of values.
    fn all(&mut self, entry: Entry<'_>, spot: Spot) -> Option<Vec<Value>> {
        let members = self.members(entry.node, "`equals` of several")?;
        Some(members.iter().filter_map(|member| self.value(member, spot)).collect())
    }

    /// `3`, or `{ at_least: 1, at_most: 4 }`
    pub(super) fn bounds(&mut self, node: &Node, what: &str) -> Option<Spanned<Bounds>> {
        if !matches!(node.kind, Kind::Mapping(_)) {
            let exactly = self.integer(node, what)?;
            return Some(Spanned::new(Bounds { at_least: exactly, at_most: Some(exactly) }, node.place));
        }
        let mut bounds = Bounds { at_least: 0, at_most: None };
        for entry in self.entries(node, what, Keys::Exact)? {
            match entry.name {
                "at_least" => bounds.at_least = self.integer(entry.node, "`at_least`")?,
                "at_most" => bounds.at_most = Some(self.integer(entry.node, "`at_most`")?),
                _ => self.unknown_key(entry, what, &["at_least", "at_most"], None),
            }
        }
        if let Some(most) = bounds.at_most
            && most < bounds.at_least
        {
            let message = format!("no number is at least {} and at most {most}", bounds.at_least);
            self.report(Problem::new(node.place, message));
        }
        Some(Spanned::new(bounds, node.place))
    }

    /// One character.
    fn separator(&mut self, node: &Node) -> Option<char> {
        let text = self.text(node, "`separator`")?;
        let mut chars = text.chars();
        if let (Some(separator), None) = (chars.next().filter(char::is_ascii), chars.next()) {
            return Some(separator);
        }
        self.report(
            Problem::new(node.place, format!("`separator` is one ASCII character, not `{text}`"))
                .help("spaces around it are ignored"),
        );
        None
    }

    /// `pairs: { Name: value }`, with `separator` and `others` beside it.
    pub(super) fn pairs(&mut self, entry: Entry<'_>, beside: &[Entry<'_>], spot: Spot) -> Option<PairsClause> {
        let separator = beside.iter().find(|e| e.name == "separator").and_then(|e| self.separator(e.node));
        let others = self.others(beside);
        let mut pairs = Vec::new();
        for pair in self.entries(entry.node, "`pairs`", Keys::FieldNames)? {
            if let Some(value) = self.value(pair.node, spot.named()) {
                pairs.push((Spanned::new(pair.name.to_owned(), pair.key), value));
            }
        }
        Some(PairsClause { pairs, separator: separator.unwrap_or(';'), others })
    }

    /// `json: { path: value }`, with `others` beside it.
    pub(super) fn json(&mut self, entry: Entry<'_>, beside: &[Entry<'_>], spot: Spot) -> Option<JsonClause> {
        let others = self.others(beside);
        let mut members = Vec::new();
        for member in self.entries(entry.node, &format!("`{}`", entry.name), Keys::Json)? {
            let steps = self.json_path(member);
            let value = self.value(member.node, spot.named().typed());
            if let (Some(steps), Some(value)) = (steps, value) {
                members.push(JsonMember { path: Spanned::new(member.name.to_owned(), member.key), steps, value });
            }
        }
        Some(JsonClause { members, others })
    }

    /// `jwt: { header.alg: value, payload.sub: value }`, with `others` beside it.
    pub(super) fn jwt(&mut self, entry: Entry<'_>, beside: &[Entry<'_>], spot: Spot) -> Option<JsonClause> {
        let clause = self.json(entry, beside, spot)?;
        for member in &clause.members {
            if !matches!(member.steps.first(), Some(JsonStep::Key(part)) if part == "header" || part == "payload") {
                self.report(
                    Problem::new(member.path.place, format!("`{}` is no path into a JWT", member.path.value))
                        .help("a path begins with `header` or `payload`: `header.alg`, `payload.sub`"),
                );
            }
        }
        Some(clause)
    }

    /// `others: allow|warning|error`
    fn others(&mut self, beside: &[Entry<'_>]) -> Tolerance {
        let entry = beside.iter().find(|e| e.name == "others");
        entry.and_then(|e| self.word(e.node, "`others`", TOLERANCES)).unwrap_or_default()
    }
}
