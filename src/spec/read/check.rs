//! `checks`, and the conditions of `when`: expressions that are true or false.

use std::ops::Range;
use std::sync::Arc;

use super::expression::{Stand, parse_with};
use super::functions::Type;
use super::matcher::SEVERITIES;
use super::reader::{Entry, Keys, Reader};
use crate::spec::problem::Problem;
use crate::spec::walk;
use crate::spec::yaml::Node;
use crate::spec::{Check, Claim, Deferred, Expectation, Expr, Severity, Side, Spanned};

const KEYS: &[&str] = &["id", "that", "when", "for_each", "severity", "why", "reference"];

/// What `that` and `when` see of a member of `for_each`.
const MEMBERS: &[(&str, Type)] = &[("key", Type::Json), ("value", Type::Json)];

/// Parses what was deferred.
pub(in crate::spec) fn deferred(text: &str, side: Option<Side>, members: bool) -> Option<Expr> {
    let locals = if members { MEMBERS } else { &[] };
    parse_with(text, side.into(), locals).ok().map(|(expr, _)| expr)
}

/// A condition of no spec; a mistake is its range, the sentence, and what to do.
pub(in crate::spec) fn condition(text: &str) -> Result<Expr, (Range<usize>, String, Vec<String>)> {
    if text.trim().is_empty() {
        return Err((0..text.len(), "the condition is empty".to_owned(), Vec::new()));
    }
    match super::expression::parse(text, None) {
        Ok((expr, _)) if names_hop(&expr) => {
            Err((0..text.len(), "`hop()` is for specs: here is one exchange".to_owned(), Vec::new()))
        }
        Ok((expr, Type::Bool | Type::Json)) => Ok(expr),
        Ok((_, of)) => {
            let message = format!("a condition must be true or false, and this is {}", of.what());
            Err((0..text.len(), message, vec!["compare it: `… == …`".to_owned()]))
        }
        Err(mistake) => Err((mistake.range, mistake.message, mistake.help)),
    }
}

fn names_hop(expr: &Expr) -> bool {
    let mut found = false;
    walk::expr(expr, &mut |expr| found |= matches!(expr, Expr::OfHop { .. }));
    found
}

impl Reader<'_> {
    /// `checks: [ { id, that, … } ]`
    pub(super) fn checks(&mut self, node: &Node, stand: Stand) -> Vec<Expectation> {
        let members = self.members(node, "`checks`").unwrap_or_default();
        let mut checks: Vec<Expectation> = Vec::new();
        for member in members {
            let Some(check) = self.check(member, stand) else { continue };
            let id = |expectation: &Expectation| match &expectation.claim {
                Claim::Check(check) => Some(check.id.clone()),
                _ => None,
            };
            if let Some(first) = checks.iter().find(|known| id(known) == id(&check)) {
                let line = self.source.line_column(first.key.start).0;
                let twice = format!("a second check has the id `{}`", id(&check).unwrap_or_default());
                self.report(Problem::new(check.key, twice).label(format!("first in line {line}")).help("choose another id"));
            }
            checks.push(check);
        }
        checks
    }

    fn check(&mut self, node: &Node, stand: Stand) -> Option<Expectation> {
        let entries = self.entries(node, "a check", Keys::Exact)?;
        let find = |name: &str| entries.iter().find(|entry| entry.name == name).copied();
        for entry in entries.iter().filter(|entry| !KEYS.contains(&entry.name)) {
            self.unknown_key(*entry, "a check", KEYS, None);
        }
        for name in ["id", "that"].into_iter().filter(|name| find(name).is_none()) {
            let help =
                if name == "id" { "it is the check's name in reports: `id: same-second`" } else { "say what must be true" };
            self.report(Problem::new(node.place, format!("a check without `{name}`")).help(help));
        }
        let locals: &[(&str, Type)] = if find("for_each").is_some() { MEMBERS } else { &[] };
        let severity = find("severity").and_then(|entry| self.word(entry.node, "`severity`", SEVERITIES));
        let why = find("why").and_then(|entry| self.text(entry.node, "`why`"));
        let reference = find("reference").and_then(|entry| self.reference(entry.node));
        let when = find("when").and_then(|entry| self.condition(entry, stand, locals));
        let for_each = find("for_each").and_then(|entry| self.members_of(entry, stand));
        let that = find("that").and_then(|entry| self.condition(entry, stand, locals));
        let id = find("id")?;
        let name = self.text(id.node, "`id`")?;
        if name.is_empty() || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b)) {
            self.report(
                Problem::new(id.node.place, format!("`{name}` is no id of a check")).help("letters, digits, `-` and `_`"),
            );
        }
        let that = that?;
        Some(Expectation {
            key: id.node.place,
            place: that.place,
            severity: severity.unwrap_or(Severity::Error),
            why,
            reference,
            claim: Claim::Check(Check { id: name, that, when, for_each }),
        })
    }

    /// An expression that is true or false.
    pub(super) fn condition(&mut self, entry: Entry<'_>, stand: Stand, locals: &[(&str, Type)]) -> Option<Spanned<Expr>> {
        let (expr, of) = self.expression(entry, stand, locals)?;
        if !matches!(of, Type::Bool | Type::Json) {
            let message = format!("`{}` must be true or false, and this is {}", entry.name, of.what());
            self.report(Problem::new(entry.node.place, message).help("compare it: `… == …`"));
            return None;
        }
        Some(expr)
    }

    /// `join`: an expression that is a text or a number on each hop.
    pub(super) fn joined_by(&mut self, entry: Entry<'_>) -> Option<Spanned<Expr>> {
        let (expr, of) = self.expression(entry, Stand::Exchange, &[])?;
        if !matches!(of, Type::Text | Type::Int | Type::Json) {
            let message = format!("`join` is a text that both hops have, and this is {}", of.what());
            let problem = Problem::new(entry.node.place, message);
            self.report(problem.help("as in `join: request.header(\"X-Amzn-Trace-Id\").pair(\"Root\")`"));
            return None;
        }
        Some(expr)
    }

    /// `for_each`: an expression that has members.
    fn members_of(&mut self, entry: Entry<'_>, stand: Stand) -> Option<Spanned<Expr>> {
        let (expr, of) = self.expression(entry, stand, &[])?;
        if !matches!(of, Type::Json | Type::List | Type::Ints | Type::Values | Type::Headers) {
            let message = format!("`for_each` goes through a list or an object, and this is {}", of.what());
            self.report(Problem::new(entry.node.place, message).help("`members()` splits a list, `json()` reads JSON"));
            return None;
        }
        Some(expr)
    }

    fn expression(&mut self, entry: Entry<'_>, stand: Stand, locals: &[(&str, Type)]) -> Option<(Spanned<Expr>, Type)> {
        let text = self.text(entry.node, &format!("`{}`", entry.name))?;
        let ground = self.ground(entry.node);
        if let Some(hole) = text.find("${") {
            let place = ground.place(hole, hole + 2);
            let message = format!("`{}` is an expression as a whole", entry.name);
            self.report(Problem::new(place, message).help("write names without `${` and `}`"));
            return None;
        }
        if let (true, Some(side)) = (self.source.trusted, stand.side()) {
            let expr = Expr::Deferred(Arc::new(Deferred::new(text, side, !locals.is_empty())));
            return Some((Spanned::new(expr, entry.node.place), Type::Json));
        }
        match parse_with(&text, stand, locals) {
            Ok((expr, of)) => Some((Spanned::new(expr, entry.node.place), of)),
            Err(mistake) => {
                self.report(Problem {
                    place: ground.place(mistake.range.start, mistake.range.end),
                    message: mistake.message,
                    label: String::new(),
                    help: mistake.help,
                });
                None
            }
        }
    }
}
