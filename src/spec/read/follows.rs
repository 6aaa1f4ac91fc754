//! `follows`, and what is said of the hop before: `preserved`, `appended`, `removed`, `others: preserved`, `hop("…")`.
//!
//! A relation is about two messages and not about a value, so it becomes an expectation of its own.

use std::collections::{HashMap, HashSet};

use super::message::expectation;
use super::reader::{Entry, Reader};
use super::spot::Spot;
use crate::spec::near::did_you_mean;
use crate::spec::problem::Problem;
use crate::spec::walk;
use crate::spec::yaml::{Kind, Node};
use crate::spec::{Claim, Expectation, Expr, Hop, Part, Place, Relation, Spanned, Spec, Value};

/// Keys of a matcher that are about the hop before.
pub(super) const RELATIONS: &[&str] = &["preserved", "appended"];

impl Reader<'_> {
    /// What is expected of a part: of its value, and of what it was on the hop before.
    pub(super) fn with_relations(&mut self, entry: Entry<'_>, part: Part, value: Value, spot: Spot) -> Vec<Expectation> {
        let related = self.relations(entry, &part, &value, spot);
        // Without other keys that compare, the relation says all.
        let alone = !related.is_empty()
            && value.takes_anything()
            && !value.meta.present
            && value.meta.bind.is_none()
            && value.meta.name_case.is_none();
        let own = (!alone).then(|| expectation(entry, part, value));
        own.into_iter().chain(related).collect()
    }

    fn relations(&mut self, entry: Entry<'_>, part: &Part, value: &Value, spot: Spot) -> Vec<Expectation> {
        let Kind::Mapping(members) = &entry.node.kind else { return Vec::new() };
        let mut found = Vec::new();
        for (key, node) in members {
            let Some(name) = key.scalar().map(|scalar| scalar.text.as_str()).filter(|name| RELATIONS.contains(name)) else {
                continue;
            };
            if node.is_null() || node.is_empty() {
                continue;
            }
            let relation = match name {
                "preserved" => match self.truth(Entry { name: "preserved", key: key.place, node }) {
                    Some(false) => {
                        self.report(
                            Problem::new(node.place, "`preserved: false` is not how a spec says that something is changed")
                                .help("say what it is then; that it is gone says `removed: [ … ]` of the message"),
                        );
                        continue;
                    }
                    Some(true) => Relation::Preserved,
                    None => continue,
                },
                _ => match self.value(node, Spot { claim: false, ..spot.member().alternative() }) {
                    Some(value) => Relation::Appended(value),
                    None => continue,
                },
            };
            let of = expectation(entry, part.clone(), value.clone());
            let claim = Claim::Related { part: part.clone(), relation, when: value.meta.when.clone() };
            found.push(Expectation { claim, key: entry.key, place: node.place, ..of });
        }
        if let [_, second, ..] = found.as_slice() {
            let problem = Problem::new(second.place, "`preserved` and `appended` contradict each other");
            self.report(problem.help("keep the one that is meant"));
        }
        found
    }

    /// Whether `preserved` or `appended` may stand here; says so where not.
    pub(super) fn relation(&mut self, entry: Entry<'_>, spot: Spot) {
        if spot.claim && !spot.json {
            return;
        }
        let problem = Problem::new(entry.key, format!("`{}` is about a whole field or part, and here is less", entry.name));
        self.report(problem.help("it stands directly under the field's name in a request or response"));
    }

    /// `removed: [names or globs]`
    pub(super) fn removed(&mut self, node: &Node) -> Vec<(String, Place)> {
        self.names_of("removed", node)
    }

    /// `echoed_in: NAME.response.body`: the name.
    pub(super) fn echoed_in(&mut self, node: &Node) -> Option<Spanned<String>> {
        let text = self.text(node, "`echoed_in`")?;
        let name = text.strip_suffix(".response.body").filter(|name| !name.is_empty());
        if name.is_none() {
            let problem = Problem::new(node.place, format!("`{text}` is no body of another hop"));
            self.report(problem.help("it is `NAME.response.body`, with the name of a hop of this file"));
        }
        Some(Spanned::new(name?.to_owned(), node.place))
    }

    /// Checks what is said of hops before, of a whole spec.
    pub(super) fn follows(&mut self, spec: &Spec) {
        let hops: HashMap<&str, &Hop> = spec.hops.iter().map(|hop| (hop.name.value.as_str(), hop)).collect();
        let follows_itself = rounds(spec, |hop| hop.follows.as_ref());
        let echoes_itself = rounds(spec, |hop| hop.echoed_in.as_ref());
        for hop in &spec.hops {
            if let Some(echoed) = &hop.echoed_in
                && (hop.name.value == echoed.value || !hops.contains_key(echoed.value.as_str()))
            {
                let known = spec.hops.iter().map(|hop| hop.name.value.as_str()).filter(|name| *name != hop.name.value);
                self.report(
                    Problem::new(echoed.place, format!("no other hop `{}` in this file", echoed.value))
                        .maybe_help(did_you_mean(&echoed.value, known))
                        .help("its responses hold what this hop's requests were"),
                );
            } else if let Some(echoed) = &hop.echoed_in
                && echoes_itself.contains(hop.name.value.as_str())
            {
                self.report(
                    Problem::new(
                        echoed.place,
                        format!("the exchanges of hop `{}` are echoed in their own responses", hop.name.value),
                    )
                    .help("one of these hops is seen itself, without `echoed_in`"),
                );
            }
            if let (Some(_), Some(follows)) = (&hop.echoed_in, &hop.follows) {
                self.report(
                    Problem::new(follows.place, format!("hop `{}` has both `follows` and `echoed_in`", hop.name.value))
                        .help("what is echoed follows the hop whose response echoes it: leave `follows` out"),
                );
            }
            if let Some(follows) = &hop.follows {
                let known = || spec.hops.iter().map(|hop| hop.name.value.as_str());
                if !hops.contains_key(follows.value.as_str()) {
                    self.report(
                        Problem::new(follows.place, format!("no hop `{}` in this file", follows.value))
                            .maybe_help(did_you_mean(&follows.value, known()))
                            .help("`follows` names the hop that a request comes over before this one"),
                    );
                } else if follows_itself.contains(hop.name.value.as_str()) {
                    self.report(
                        Problem::new(follows.place, format!("hop `{}` follows itself", hop.name.value))
                            .help("the first hop of a way follows none"),
                    );
                }
            } else if let Some(join) = &hop.join {
                self.report(
                    Problem::new(join.place, "`join` has no `follows` beside it")
                        .help("`follows: NAME` says with which hop's exchanges these are joined"),
                );
            }
            self.relations_of(hop);
        }
    }

    /// What a hop says of the hop before it.
    fn relations_of(&mut self, hop: &Hop) {
        let messages = [&hop.request, &hop.response].into_iter();
        let messages = messages.chain(hop.variants.iter().flat_map(|variant| [&variant.request, &variant.response]));
        let claims = messages.flat_map(|message| &message.expectations).chain(&hop.checks);
        for expectation in claims {
            if expectation.claim.is_relation() && hop.follows.is_none() && hop.echoed_in.is_none() {
                let problem = Problem::new(expectation.place, "it is not said which hop comes before this one");
                self.report(problem.help("write `follows: NAME` into the hop"));
            }
            walk::claim(&expectation.claim, &mut |expr| self.hop_named(hop, expr, expectation.place));
        }
        if let Some(when) = &hop.when {
            walk::expr(&when.value, &mut |expr| self.hop_named(hop, expr, when.place));
        }
        if let Some(join) = &hop.join {
            walk::expr(&join.value, &mut |expr| {
                if let Expr::OfHop { .. } = expr {
                    let problem = Problem::new(join.place, "`join` is evaluated on each hop, and names none");
                    self.report(problem.help("as in `join: request.header(\"X-Amzn-Trace-Id\").pair(\"Root\")`"));
                }
            });
        }
    }

    /// Within a hop, `hop("…")` is the one that it follows.
    fn hop_named(&mut self, hop: &Hop, expr: &Expr, place: Place) {
        let Expr::OfHop { hop: named, .. } = expr else { return };
        match hop.follows.as_ref().or(hop.echoed_in.as_ref()) {
            Some(follows) if follows.value == *named => {}
            Some(follows) => self.report(
                Problem::new(place, format!("hop `{named}` is not the one that this hop follows"))
                    .help(format!("it follows `{}`; what is about other hops stands in `checks` of the file", follows.value)),
            ),
            None => self
                .report(Problem::new(place, format!("`hop(\"{named}\")` is of another hop, and this one follows none")).help(
                    "write `follows: NAME` into the hop, or the check into `checks` at the top of the file, beside `hops`",
                )),
        }
    }
}

/// The names of the hops from which the way back comes to themselves again. Each hop is gone through once.
fn rounds<'s>(spec: &'s Spec, before: impl Fn(&'s Hop) -> Option<&'s Spanned<String>>) -> HashSet<&'s str> {
    let hops: HashMap<&str, &Hop> = spec.hops.iter().map(|hop| (hop.name.value.as_str(), hop)).collect();
    let (mut found, mut done) = (HashSet::new(), HashMap::new());
    for (number, hop) in spec.hops.iter().enumerate() {
        let mut way = Vec::new();
        let mut at = Some(hop);
        while let Some(hop) = at {
            let name = hop.name.value.as_str();
            match done.get(name) {
                // The way is on itself.
                Some(known) if *known == number => {
                    found.extend(way.iter().skip_while(|on| **on != name));
                    break;
                }
                Some(_) => break,
                None => {}
            }
            done.insert(name, number);
            way.push(name);
            at = before(hop).and_then(|before| hops.get(before.value.as_str())).copied();
        }
    }
    found
}
