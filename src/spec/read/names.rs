//! Names: every name in `${…}` is a param or bound in its hop, each is bound once, and none depends on itself.

use std::collections::{BTreeMap, HashMap};

use super::reader::Reader;
use crate::spec::CLIENT;
use crate::spec::near::did_you_mean;
use crate::spec::problem::{MOST_HINTS, Problem};
use crate::spec::walk::{self, Met};
use crate::spec::{Claim, Expr, Hop, MessageSpec, Piece, Place, Relation, Spanned, Spec, Template, Value};

/// Names with the places where they are given.
type Names<'s> = HashMap<&'s str, Place>;

/// What a template may name beside the connection's endpoints.
#[derive(Debug, Clone, Copy)]
struct Scope<'s, 'n> {
    names: &'n [&'n Names<'s>],
    /// Where a template may not look at messages: what it stands in.
    outside: Option<&'static str>,
}

/// A name, where it is given, and the names that its value depends on, as often as it names them.
type Dependency<'s> = (&'s Spanned<String>, Vec<&'s str>);

/// Params that stand behind one param, each as often as it is named: evaluating them costs that much in every exchange.
const MOST_PARAMS: usize = 1000;
/// How many params deep a param may be built of others.
const DEEPEST: usize = 32;

impl Reader<'_> {
    /// Checks the names of a whole spec.
    pub(super) fn names(&mut self, spec: &Spec) {
        let params: Names<'_> = spec.params.iter().map(|p| (p.name.value.as_str(), p.name.place)).collect();
        let outside = |what| Scope { names: &[], outside: Some(what) };
        let mut depends = Vec::new();
        for param in &spec.params {
            let names = [&params];
            let mut on = Vec::new();
            if let Some(default) = &param.default {
                self.template_names(default, Scope { names: &names, ..outside("a param's default") });
                walk::names(default, &mut |name| on.push(name));
            }
            self.value_names(&param.constraint, Scope { names: &names, ..outside("a param's constraint") });
            walk::value(&param.constraint, &mut |met| {
                if let Met::Template(template) = met {
                    walk::names(template, &mut |name| on.push(name));
                }
            });
            depends.push((&param.name, on));
        }
        if let Some(param) = self.cycles(&depends, "the param") {
            self.report(
                Problem::new(param.place, format!("the param `{}` is built of too many others", param.value))
                    .help(format!("at most {MOST_PARAMS} may stand behind one, {DEEPEST} deep; write texts out")),
            );
        }
        for hop in &spec.hops {
            self.hop_names(hop, &params);
        }
        self.checks_over_hops(spec, &params);
    }

    /// `checks` of the file: they name hops of the file, and params.
    fn checks_over_hops(&mut self, spec: &Spec, params: &Names<'_>) {
        let known = || spec.hops.iter().map(|hop| hop.name.value.as_str());
        for check in &spec.checks {
            let Claim::Check(check) = &check.claim else { continue };
            for expression in check.expressions() {
                self.expression_names(&expression.value, expression.place, Scope { names: &[params], outside: None });
            }
            let hops = check.hops();
            for hop in hops.iter().filter(|hop| !known().any(|known| known == **hop)) {
                let place = self.word_in(check.that.place, hop);
                self.report(
                    Problem::new(place, format!("no hop `{hop}` in this file"))
                        .maybe_help(did_you_mean(hop, known()))
                        .help(format!("hops: {}", known().map(|hop| format!("`{hop}`")).collect::<Vec<_>>().join(", "))),
                );
            }
            if hops.is_empty() {
                self.report(
                    Problem::new(check.that.place, "a condition of the file names a hop, and this one names none")
                        .help("write `hop(\"name\").request…`, or put the check into a hop"),
                );
            }
        }
    }

    fn hop_names(&mut self, hop: &Hop, params: &Names<'_>) {
        if let Some(select) = &hop.select {
            walk::select(select, &mut |value| {
                self.value_names(value, Scope { names: &[params], outside: Some("a select") });
            });
        }
        let base_values: Vec<&Value> = values(&hop.request).chain(values(&hop.response)).collect();
        let mut base: Names<'_> = HashMap::new();
        let base_depends = self.binds(&base_values, params, &HashMap::new(), &mut base);
        for value in &base_values {
            self.value_names(value, Scope { names: &[params, &base], outside: None });
        }
        for when in conditions(&hop.request).chain(conditions(&hop.response)) {
            self.expression_names(&when.value, when.place, Scope { names: &[params, &base], outside: None });
        }
        self.cycles(&base_depends, "the value of");
        let scope = Scope { names: &[params, &base], outside: None };
        for check in &hop.checks {
            if let Claim::Check(check) = &check.claim {
                check.expressions().for_each(|e| self.expression_names(&e.value, e.place, scope));
            }
        }
        if let Some(when) = &hop.when {
            self.expression_names(&when.value, when.place, scope);
        }
        // Variants of one group exclude each other and may bind the same name; those of another group stand beside them.
        let mut around = base.clone();
        let mut of_group: (usize, Names<'_>) = (0, HashMap::new());
        for variant in &hop.variants {
            if variant.group != of_group.0 {
                around.extend(std::mem::replace(&mut of_group, (variant.group, HashMap::new())).1);
            }
            let own_values: Vec<&Value> = values(&variant.request).chain(values(&variant.response)).collect();
            let mut own: Names<'_> = HashMap::new();
            let depends = self.binds(&own_values, params, &around, &mut own);
            for value in &own_values {
                self.value_names(value, Scope { names: &[params, &base, &own], outside: None });
            }
            for when in conditions(&variant.request).chain(conditions(&variant.response)) {
                self.expression_names(&when.value, when.place, Scope { names: &[params, &base, &own], outside: None });
            }
            // What the hop itself binds cannot name what a variant binds, so that no cycle spans both.
            self.cycles(&depends, "the value of");
            of_group.1.extend(own);
        }
    }

    /// Collects the names that values bind, and what each depends on.
    fn binds<'s>(
        &mut self,
        values: &[&'s Value],
        params: &Names<'_>,
        around: &Names<'_>,
        own: &mut Names<'s>,
    ) -> Vec<Dependency<'s>> {
        let mut depends = Vec::new();
        for value in values {
            walk::value(value, &mut |met| {
                let Met::Bind(bind, bound) = met else {
                    return;
                };
                let name = bind.value.as_str();
                if let Some(param) = params.get(name) {
                    let line = self.source.line_column(param.start).0;
                    self.report(
                        Problem::new(bind.place, format!("`{name}` is bound here, and is a param"))
                            .label(format!("the param stands in line {line}"))
                            .help("choose another name, or compare: `equals: ${…}`"),
                    );
                } else if let Some(first) = around.get(name).or_else(|| own.get(name)) {
                    let line = self.source.line_column(first.start).0;
                    self.report(
                        Problem::new(bind.place, format!("`{name}` is bound twice in this hop"))
                            .label(format!("first in line {line}"))
                            .help("choose another name; to expect the same value write `${…}`"),
                    );
                } else {
                    own.insert(name, bind.place);
                    let mut names = Vec::new();
                    walk::value(bound, &mut |met| {
                        if let Met::Template(template) = met {
                            walk::names(template, &mut |name| names.push(name));
                        }
                    });
                    depends.push((bind, names));
                }
            });
        }
        depends
    }

    fn value_names(&mut self, value: &Value, scope: Scope<'_, '_>) {
        walk::value(value, &mut |met| match met {
            Met::Template(template) => self.template_names(template, scope),
            Met::When(when) => self.expression_names(&when.value, when.place, scope),
            Met::Bind(..) => {}
        });
    }

    fn template_names(&mut self, template: &Template, scope: Scope<'_, '_>) {
        for piece in &template.pieces {
            if let Piece::Hole(hole, place) = piece {
                self.expression_names(hole, *place, scope);
            }
        }
    }

    fn expression_names(&mut self, expr: &Expr, place: Place, scope: Scope<'_, '_>) {
        // The project's tests looked up what a spec of the program names.
        if matches!(expr, Expr::Deferred(_)) {
            return;
        }
        walk::expr(expr, &mut |expr| match expr {
            Expr::Name(name) if name != CLIENT && !scope.names.iter().any(|names| names.contains_key(name.as_str())) => {
                let hints = self.problems.len() < MOST_HINTS;
                self.report(unbound(name, self.word_in(place, name), scope, hints));
            }
            Expr::Message { .. } | Expr::Time | Expr::Event | Expr::OfHop { .. } => {
                if let Some(what) = scope.outside {
                    self.report(
                        Problem::new(place, format!("{what} cannot look at messages"))
                            .help("it may name params, `src` and `dst`"),
                    );
                }
            }
            _ => {}
        });
    }

    /// The place of a word within a place; that itself where the text holds several or none.
    fn word_in(&self, place: Place, word: &str) -> Place {
        let text = self.source.excerpt(place);
        let is_part = |c: char| c.is_alphanumeric() || c == '_';
        let mut found = text.match_indices(word).filter(|(at, _)| {
            let before = text.get(..*at).and_then(|t| t.chars().next_back());
            let behind = text.get(at + word.len()..).and_then(|t| t.chars().next());
            !before.is_some_and(is_part) && !behind.is_some_and(is_part)
        });
        match (found.next(), found.next(), text.starts_with("${")) {
            (Some((at, _)), None, false) => {
                let start = place.start.saturating_add(u32::try_from(at).unwrap_or_default());
                Place { start, end: start.saturating_add(u32::try_from(word.len()).unwrap_or_default()) }
            }
            _ => place,
        }
    }

    /// Reports the first cycle of what depends on what. Gives back a name that more stands behind than may.
    fn cycles<'s>(&mut self, depends: &[Dependency<'s>], what: &str) -> Option<&'s Spanned<String>> {
        // Names whose dependencies are all known are taken away until none is left, or only cycles and what hangs on them.
        let mut left: BTreeMap<&str, (&'s Spanned<String>, Open)> = BTreeMap::new();
        for (name, _) in depends {
            left.insert(&name.value, (name, Open::default()));
        }
        let mut needed_by: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (name, on) in depends {
            for on in on.iter().filter(|on| left.contains_key(**on)).copied().collect::<Vec<_>>() {
                needed_by.entry(on).or_default().push(&name.value);
                if let Some((_, open)) = left.get_mut(name.value.as_str()) {
                    open.on += 1;
                }
            }
        }
        let mut free: Vec<&str> = left.iter().filter(|(_, (_, open))| open.on == 0).map(|(name, _)| *name).collect();
        let mut too_much = None;
        while let Some(name) = free.pop() {
            let Some((at, known)) = left.remove(name) else { continue };
            if known.behind >= MOST_PARAMS || known.depth >= DEEPEST {
                too_much.get_or_insert(at);
            }
            for dependent in needed_by.get(name).into_iter().flatten() {
                if let Some((_, open)) = left.get_mut(dependent) {
                    open.on -= 1;
                    open.behind = open.behind.saturating_add(known.behind).saturating_add(1);
                    open.depth = open.depth.max(known.depth + 1);
                    if open.on == 0 {
                        free.push(dependent);
                    }
                }
            }
        }
        let Some(mut name) = left.keys().next().copied() else {
            return too_much;
        };
        let mut way: Vec<&str> = Vec::new();
        while !way.contains(&name) && way.len() < 16 {
            way.push(name);
            let on = depends.iter().find(|(n, _)| n.value == name).map(|(_, on)| on.as_slice()).unwrap_or_default();
            match on.iter().find(|on| left.contains_key(**on)) {
                Some(next) => name = next,
                None => break,
            }
        }
        let from = way.iter().position(|n| *n == name).unwrap_or(0);
        let cycle: Vec<String> = way.iter().skip(from).chain([&name]).map(|n| format!("`{n}`")).collect();
        let place = depends.iter().find(|(n, _)| n.value == name).map(|(n, _)| n.place).unwrap_or_default();
        self.report(
            Problem::new(place, format!("{what} `{name}` depends on itself: {}", cycle.join(" → ")))
                .help("one of them must stand without the others"),
        );
        too_much
    }
}

/// What is known of a name while those that it depends on are taken away.
#[derive(Debug, Clone, Copy, Default)]
struct Open {
    /// On how many it still depends.
    on: usize,
    /// How many stand behind it, each as often as it is named.
    behind: usize,
    depth: usize,
}

fn values(message: &MessageSpec) -> impl Iterator<Item = &Value> {
    message.expectations.iter().filter_map(|e| match &e.claim {
        Claim::Part { value, .. } | Claim::Related { relation: Relation::Appended(value), .. } => Some(value),
        Claim::Related { .. }
        | Claim::Removed(_)
        | Claim::OthersPreserved
        | Claim::Absent(_)
        | Claim::Others
        | Claim::BodyOthers
        | Claim::Order(_)
        | Claim::NameCase(_)
        | Claim::FieldNameCase(..)
        | Claim::Check(_) => None,
    })
}

/// The conditions of relations that stand alone: there is no value that has them.
fn conditions(message: &MessageSpec) -> impl Iterator<Item = &Spanned<Expr>> {
    message.expectations.iter().filter_map(|e| match &e.claim {
        Claim::Related { when, .. } => when.as_deref(),
        _ => None,
    })
}

fn unbound(name: &str, place: Place, scope: Scope<'_, '_>, hints: bool) -> Problem {
    let here = if scope.outside.is_some() { "no param" } else { "neither a param nor bound in this hop" };
    let problem = Problem::new(place, format!("`{name}` is {here}"));
    if !hints {
        return problem;
    }
    let mut known: Vec<&str> = scope.names.iter().flat_map(|names| names.keys().copied()).collect();
    known.sort_unstable();
    let builtin = ["src", "dst", "client", "proxy", "tls", "time", "request", "response", "event"];
    let near = did_you_mean(name, known.iter().copied().chain(builtin));
    let problem = problem.maybe_help(near);
    if known.is_empty() && scope.outside.is_some() {
        problem.help("give it under `params`")
    } else if known.is_empty() {
        problem.help("give it under `params`, or take it from a value of this hop: `{ regex: …, bind: name }`")
    } else {
        let shown: Vec<String> = known.iter().take(12).map(|n| format!("`{n}`")).collect();
        problem.help(format!("known here: {}", shown.join(", ")))
    }
}
