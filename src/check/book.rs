//! The findings of a run: one for each rule at each place, however often it is broken.
//!
//! Keyed by expectation, never by the value seen; unexpected names are capped. What a finding needs of an exchange is
//! copied when it is seen first; later exchanges only count.

use std::sync::Arc;

use hashbrown::HashMap;
use serde_json::Value as Json;

use super::accept::{Asked, Budget, Seen, suggest};
use super::block::{self, Blamed};
use super::checks;
use super::connection::{find, message_of};
use super::crossing;
use super::hide::Hide;
use super::hop::Open;
use super::judge::Case;
use super::judged::Fault;
use super::legible::show;
use super::matcher;
use super::names::HeadIndex;
use super::params::Params;
use super::phrase;
use super::placed::{evidence, spec_place};
use super::plan::{Across, Aspect, Plan, PlanHop};
use super::reads;
use super::scope::{BoundValue, Scope};
use super::sighting;
use super::watch::{MOST_FINDINGS, WatchedFinding};
use super::whole;
use crate::finding::{Block, Bound, Counts, Finding, Part, Rule, Sample};
use crate::http::{Message, Provenance};
use crate::secret::MASK;
use crate::spec::{Claim, Severity, Side};

/// Different names of unexpected fields that one expectation tells apart.
const MOST_NAMES: usize = 100;
/// Different values that a finding shows.
const MOST_SAMPLES: usize = 3;
/// Different values that are told apart, and their longest.
const MOST_VALUES: usize = 8;
const LONGEST_VALUE: usize = 512;

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    hop: usize,
    expectation: usize,
    rule: Rule,
    name: Option<Vec<u8>>,
    /// What is only a warning is a finding of its own.
    warning: bool,
}

/// A finding as it grows.
#[derive(Debug)]
struct Noted {
    finding: Finding,
    /// The different values as bytes: of its samples, then further ones.
    values: Vec<Option<Vec<u8>>>,
    /// What a change of the spec would have to accept.
    seen: Seen,
}

/// The findings of a run.
#[derive(Debug, Default)]
pub(super) struct Book {
    by_key: HashMap<Key, Noted, foldhash::fast::RandomState>,
    /// How many names an expectation (of a hop) told apart.
    names: HashMap<(usize, usize), usize, foldhash::fast::RandomState>,
    show_secrets: bool,
    /// The hop, the nearest variant and the place of the last exchange that met none.
    none_met: Option<(usize, usize, Provenance)>,
    /// The captures' names by their numbers.
    pub(super) captures: Vec<String>,
    /// Which findings were noted since they were last told, and whether for the first time; `None` where nobody listens.
    heard: Option<Vec<(Key, bool)>>,
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The parts of a check in a row, for reports that have one line.
fn told_parts(parts: &[Part]) -> Option<String> {
    let told: Vec<String> = parts.iter().map(|part| format!("{} is {}", part.text, part.value)).collect();
    (!told.is_empty()).then(|| told.join("; "))
}

/// One exchange on its way into the book: a block is made at most once for each side.
pub(super) struct Entry<'r> {
    pub(super) plan: &'r Plan,
    pub(super) hop: usize,
    pub(super) case: &'r Case<'r>,
    /// The params of the hop's spec.
    pub(super) params: &'r Params,
    /// What is not met in this exchange.
    pub(super) open: &'r Open,
    pub(super) blocks: [Option<Arc<Block>>; 2],
}

impl Entry<'_> {
    /// Whether the verdict of an expectation depends on nothing but the value.
    fn is_pure(&self, expectation: usize) -> bool {
        self.plan.hops.get(self.hop).and_then(|hop| hop.expectations.get(expectation)).is_some_and(|e| e.is_pure())
    }
}

impl Book {
    /// An empty book.
    pub(super) fn new(show_secrets: bool) -> Self {
        Self { show_secrets, ..Self::default() }
    }

    /// From here on it is told what is noted.
    pub(super) fn listen(&mut self) {
        self.heard = Some(Vec::new());
    }

    /// What was noted since this was asked last.
    pub(super) fn heard(&mut self) -> Vec<WatchedFinding> {
        let heard = self.heard.as_mut().map(std::mem::take).unwrap_or_default();
        let told = |(key, first): (Key, bool)| Some(WatchedFinding { finding: self.by_key.get(&key)?.finding.clone(), first });
        heard.into_iter().filter_map(told).collect()
    }

    fn hear(&mut self, key: &Key, first: bool) {
        if let Some(heard) = self.heard.as_mut().filter(|heard| heard.len() < MOST_FINDINGS) {
            heard.push((key.clone(), first));
        }
    }

    /// Notes a violation.
    pub(super) fn violated(&mut self, entry: &mut Entry<'_>, expectation: usize, fault: &Fault, notes: &[String]) {
        let name = fault.name.as_ref().map(|n| n.to_ascii_lowercase());
        let key = Key { hop: entry.hop, expectation, rule: fault.rule, name, warning: fault.warning };
        self.note(entry, key, Some(fault), None, notes);
        if !notes.is_empty() {
            self.none_met(entry, expectation, notes);
        }
    }

    /// Notes once an exchange that no variant is met, and which is the nearest: the one that an expectation is of.
    fn none_met(&mut self, entry: &Entry<'_>, expectation: usize, notes: &[String]) {
        let Some(hop) = entry.plan.hops.get(entry.hop) else { return };
        let Some(variant) = hop.expectations.get(expectation).and_then(|of| of.variant) else { return };
        let (Some((spec, _)), Some((name, _))) = (entry.plan.model(hop), hop.variants.get(variant)) else { return };
        let Some(first) = entry.case.looked.exchange.first() else { return };
        let at = first.head.head.at;
        if self.none_met.replace((entry.hop, variant, at)) == Some((entry.hop, variant, at)) {
            return;
        }
        // Of no expectation of its own.
        let key =
            Key { hop: entry.hop, expectation: usize::MAX - variant, rule: Rule::VariantNoneMet, name: None, warning: false };
        match self.by_key.get_mut(&key) {
            Some(noted) => noted.finding.count += 1,
            None => {
                let finding = whole::none_met(&spec.spec, hop, name, evidence(&self.captures, &at), notes);
                self.by_key.insert(key, Noted { finding, values: vec![None], seen: Seen::default() });
            }
        }
    }

    /// Notes what cannot be decided.
    pub(super) fn inconclusive(&mut self, entry: &mut Entry<'_>, expectation: usize, reason: &str) {
        let key = Key { hop: entry.hop, expectation, rule: Rule::EvidenceInconclusive, name: None, warning: false };
        self.note(entry, key, None, Some(reason), &[]);
    }

    fn note(&mut self, entry: &mut Entry<'_>, mut key: Key, fault: Option<&Fault>, reason: Option<&str>, notes: &[String]) {
        let actual = fault.and_then(|f| f.actual.as_deref());
        let mut shared = false;
        if key.name.is_some() && !self.by_key.contains_key(&key) {
            let names = self.names.entry((key.hop, key.expectation)).or_default();
            shared = *names >= MOST_NAMES;
            *names += usize::from(!shared);
            if shared {
                // The names are an attacker's choice: beyond the cap they share one finding.
                key.name = Some(b":".to_vec());
            }
        }
        if self.heard.is_some() {
            self.hear(&key, !self.by_key.contains_key(&key));
        }
        if let Some(noted) = self.by_key.get_mut(&key) {
            noted.finding.count += 1;
            if let Some(at) = noted.values.iter().position(|v| v.as_deref() == actual) {
                if let Some(sample) = noted.finding.samples.get_mut(at) {
                    sample.count += 1;
                }
                // What depends on nothing but the value is known of it.
                if let Some(fault) = fault.filter(|_| !entry.is_pure(key.expectation)) {
                    sight(&mut noted.seen, entry, key.expectation, fault);
                }
                return;
            }
            let Some(fault) = fault else { return };
            sight(&mut noted.seen, entry, key.expectation, fault);
            if noted.values.len() >= MOST_SAMPLES {
                if noted.values.len() < MOST_VALUES && actual.is_none_or(|value| value.len() <= LONGEST_VALUE) {
                    noted.values.push(actual.map(<[u8]>::to_vec));
                }
                return;
            }
        }
        let Some(mut finding) = self.make(entry, &key, fault, reason, notes) else { return };
        if shared {
            finding.notes.push(format!("{MOST_NAMES} other names have findings of their own; all further ones are counted here"));
        }
        match self.by_key.get_mut(&key) {
            Some(noted) => {
                noted.finding.samples.extend(finding.samples);
                noted.values.push(actual.map(<[u8]>::to_vec));
            }
            None => {
                let mut seen = Seen::default();
                if let Some(fault) = fault {
                    sight(&mut seen, entry, key.expectation, fault);
                }
                self.by_key.insert(key, Noted { finding, values: vec![actual.map(<[u8]>::to_vec)], seen });
            }
        }
    }

    fn make(
        &self,
        entry: &mut Entry<'_>,
        key: &Key,
        fault: Option<&Fault>,
        reason: Option<&str>,
        notes: &[String],
    ) -> Option<Finding> {
        let hop = entry.plan.hops.get(entry.hop)?;
        let (spec, model) = entry.plan.model(hop)?;
        let expectation = hop.expectations.get(key.expectation)?;
        let scope = entry.case.scope(entry.params);
        // A check is about the exchange: its evidence is what there is of it.
        let check = match &expectation.expectation.claim {
            Claim::Check(check) => Some(check),
            _ => None,
        };
        let message = message_of(&expectation.aspect, scope.exchange, expectation.side);
        let message = message.or_else(|| scope.exchange.response.filter(|_| check.is_some()))?;
        let hide = Hide::new(self.show_secrets, &scope);
        let wire_name = fault.and_then(|f| f.name.as_deref()).map(show);
        let field = match (&expectation.aspect, &wire_name) {
            (Aspect::Field { name, .. }, _) => Some(name.clone()),
            (_, Some(name)) => Some(name.clone()),
            _ => None,
        };
        let subject = match (&expectation.aspect, &wire_name) {
            (Aspect::Absent { pattern, .. } | Aspect::Removed { pattern, .. }, Some(name))
                if !pattern.eq_ignore_ascii_case(name) =>
            {
                format!("{}.header.{name}", expectation.side.name())
            }
            // A name that the spec writes is told as there, whatever the wire made of it.
            _ if matches!(expectation.expectation.claim, Claim::FieldNameCase(..)) => expectation.subject.clone(),
            (Aspect::NameCase { exact: Some(exact), .. }, Some(name)) => {
                let written = exact.iter().map(|(_, written)| written).find(|written| written.eq_ignore_ascii_case(name));
                format!("{}.header.{}", expectation.side.name(), written.unwrap_or(name))
            }
            (Aspect::BodyOthers { .. }, Some(name)) => {
                let path = phrase::path(&[crate::spec::JsonStep::Key(name.clone())]);
                format!("{}.body.json.{path}", expectation.side.name())
            }
            (Aspect::Others { .. } | Aspect::OthersPreserved { .. } | Aspect::NameCase { .. }, Some(name)) => {
                format!("{}.header.{name}", expectation.side.name())
            }
            _ => expectation.subject.clone(),
        };
        // What is said of a name holds no value.
        let valued = field.as_deref().filter(|_| key.rule != Rule::FieldNameCase);
        let expected = self.expected(entry, key.expectation, fault, &scope, &hide);
        let actual = fault.and_then(|f| f.actual.as_deref()).map(|bytes| hide.value(&expectation.aspect, valued, &show(bytes)));
        let rule = key.rule;
        let severity = match rule {
            Rule::EvidenceInconclusive => Severity::Note,
            _ if fault.is_some_and(|f| f.warning) => expectation.expectation.severity.min(Severity::Warning),
            _ => expectation.expectation.severity,
        };
        let crossed = crossing::sides(expectation, entry.case, fault, &model.name.value, (&hide, &self.captures));
        let provenance = crossed.as_ref().map_or(message.head.head.at, |(_, arrived)| *arrived);
        let bound = self.bound(expectation, &scope, &hide);
        let mut notes: Vec<String> = notes.to_vec();
        if rule == Rule::FieldMissing {
            notes.extend(near_miss(&expectation.aspect, &message, entry.case.looked.index(expectation.side)));
        }
        notes.extend(reason.map(|r| hide.text(r)));
        let parts = check.filter(|_| fault.is_some()).map(|check| checks::parts(check, &scope, &hide)).unwrap_or_default();
        let is_relation = expectation.expectation.claim.is_relation();
        let of_relation = is_relation.then(|| match field.as_deref() {
            Some(name) => format!("`{name}`"),
            None => phrase::part(&expectation.aspect, expectation.side),
        });
        // What a check was about, its parts tell; of a relation both sides are told.
        let block = fault.filter(|_| check.is_none() && !is_relation).map(|_| {
            let known = entry.blocks.get(expectation.side as usize).cloned().flatten();
            known.unwrap_or_else(|| self.block(entry, expectation.side, &scope, &hide))
        });
        if let (Some(block), Some(slot)) = (&block, entry.blocks.get_mut(expectation.side as usize)) {
            *slot = Some(Arc::clone(block));
        }
        let sample = Sample {
            actual: actual.clone(),
            expected: expected.clone(),
            evidence: evidence(&self.captures, &provenance),
            count: 1,
        };
        Some(Finding {
            rule,
            severity,
            spec: Some(spec_place(&spec.spec, expectation.expectation.place)),
            hop: Some(model.name.value.clone()),
            subject,
            message: match (&of_relation, model.follows.as_ref().or(model.echoed_in.as_ref())) {
                (Some(what), Some(follows)) => {
                    let left = crossed.as_ref().is_none_or(|(crossing, _)| crossing.left.value.is_some());
                    crossing::message((rule, left), what, expectation.side, &model.name.value, &follows.value)
                }
                _ => phrase::message(rule, &expectation.aspect, expectation.side, field.as_deref(), fault, &model.name.value),
            },
            expected,
            // A check's values are told part by part.
            actual: actual.or_else(|| told_parts(&parts)),
            count: 1,
            of: 0,
            samples: vec![sample],
            bound,
            parts,
            crossing: crossed.map(|(crossing, _)| Box::new(crossing)),
            why: expectation.expectation.why.clone(),
            notes,
            block,
            suggestion: None,
        })
    }

    /// What was expected, in words, secrets masked.
    fn expected<'e>(
        &self,
        entry: &Entry<'e>,
        at: usize,
        fault: Option<&Fault>,
        scope: &Scope<'e>,
        hide: &Hide,
    ) -> Option<String> {
        let hop: &'e PlanHop = entry.plan.hops.get(entry.hop)?;
        let expectation = hop.expectations.get(at)?;
        let field = match &expectation.aspect {
            Aspect::Field { name, .. } => Some(name.as_str()),
            _ => None,
        };
        let told = match &expectation.expectation.claim {
            Claim::Part { value, .. } if !hide.shows_secrets() && reads::derives_secret(value, scope) => {
                let written = entry.plan.model(hop)?.0.spec.source.excerpt(value.place);
                return Some(format!("`{}`", written.split_whitespace().collect::<Vec<_>>().join(" ")));
            }
            Claim::Part { part: crate::spec::Part::SetCookieAttribute { absent: true, .. }, .. } => {
                Some("no such attribute".to_owned())
            }
            Claim::Part { part: crate::spec::Part::SetCookieAttribute { .. }, value } if value.takes_anything() => {
                Some("this attribute".to_owned())
            }
            Claim::Part { part: crate::spec::Part::Connection(_), value } if super::connection::is_absence(value) => {
                Some("no such part".to_owned())
            }
            Claim::Part { value, .. } => {
                let whole = || matcher::describe(value, scope);
                match fault.map(|f| f.rule) {
                    Some(Rule::FieldRepeated) => Some(format!("one line, {}", whole())),
                    Some(Rule::FieldValueMismatch | Rule::MessageLineMismatch | Rule::ConnectionMismatch) => {
                        let message = message_of(&expectation.aspect, scope.exchange, expectation.side)?;
                        let found =
                            find(&expectation.aspect, scope.exchange, &message, entry.case.looked.index(expectation.side));
                        Some(found.lines(|lines| matcher::fault(value, lines, scope)).unwrap_or_else(whole))
                    }
                    _ => Some(whole()),
                }
            }
            Claim::Check(check) => Some(one_line(&check.that.value.to_string())),
            Claim::Absent(_) | Claim::Others => Some("no such field".to_owned()),
            Claim::BodyOthers => Some("no such member".to_owned()),
            Claim::Removed(_) => Some("no such field".to_owned()),
            Claim::Related { .. } | Claim::OthersPreserved => {
                let was = crossing::was(expectation, fault?, entry.case, hide);
                // Masked already, as what is quoted must be.
                return crossing::expected(&expectation.expectation.claim, was.as_deref(), scope).map(|text| hide.text(&text));
            }
            Claim::Order(items) => {
                let name = |item: &crate::spec::OrderItem| match item {
                    crate::spec::OrderItem::Name(name) => name.clone(),
                    crate::spec::OrderItem::Others => "others".to_owned(),
                };
                Some(format!("the order {}", items.iter().map(name).collect::<Vec<_>>().join(", ")))
            }
            Claim::FieldNameCase(name, crate::spec::NameCase::Lower) => Some(format!("the name `{}`", name.to_ascii_lowercase())),
            Claim::FieldNameCase(name, crate::spec::NameCase::Exact) => Some(format!("the name `{name}`")),
            Claim::NameCase(crate::spec::NameCase::Lower) => Some("a name in lower case".to_owned()),
            Claim::NameCase(crate::spec::NameCase::Exact) => Some("the name as the spec writes it".to_owned()),
        };
        // What the spec spells out is no secret: it stands there. What comes from names may be one.
        told.map(|text| if expectation.is_pure() { hide.text(&text) } else { hide.expected(&expectation.aspect, field, &text) })
    }

    fn bound<'s>(&self, expectation: &'s super::plan::PlanExpectation, scope: &Scope<'s>, hide: &Hide) -> Vec<Bound> {
        let bound = scope.notes.bound.borrow();
        let secret_here = expectation.aspect.is_secret() && !hide.shows_secrets();
        reads::names(&expectation.expectation.claim)
            .into_iter()
            .filter_map(|name| {
                if let Some(BoundValue { value, from, secret, .. }) = bound.iter().find(|b| b.name == name) {
                    let text = match value {
                        Ok(_) if *secret && !hide.shows_secrets() => MASK.to_owned(),
                        Ok(value) => hide.target(&show(value)),
                        Err(_) => return None,
                    };
                    return Some(Bound { name: name.to_owned(), value: text, from: from.clone() });
                }
                let param = scope.param(name)?;
                let (value, from) = match &param.source {
                    super::params::ParamSource::Given { value, from } => (hide.text(value), from.as_str()),
                    super::params::ParamSource::Default(template) => {
                        (show(&super::evaluate::render(template, scope).ok()?), "the param's default")
                    }
                    super::params::ParamSource::Unset => return None,
                };
                let value = if secret_here { MASK.to_owned() } else { value };
                Some(Bound { name: name.to_owned(), value, from: from.to_owned() })
            })
            .collect()
    }

    fn block<'e>(&self, entry: &Entry<'e>, side: Side, scope: &Scope<'e>, hide: &Hide) -> Arc<Block> {
        let Some(hop) = entry.plan.hops.get(entry.hop) else { return Arc::default() };
        let Some(message) = scope.message(side) else { return Arc::default() };
        let blamed: Vec<Blamed<'_>> = entry
            .open
            .iter()
            .flat_map(|(at, judged)| judged.faults().iter().map(move |fault| (*at, fault)))
            .filter_map(|(at, fault)| hop.expectations.get(at).map(|e| (at, e, fault)))
            .filter(|(_, e, _)| e.side == side)
            .map(|(at, expectation, fault)| {
                let aspect = &expectation.aspect;
                let field = match aspect {
                    Aspect::Field { name, .. } => Some(name.as_str()),
                    _ => None,
                };
                let text = match &expectation.expectation.claim {
                    // A flag stands alone.
                    Claim::Part { part: crate::spec::Part::SetCookieAttribute { .. }, value } if value.takes_anything() => None,
                    Claim::Part { value, .. } => matcher::exact_text(value, scope)
                        .filter(|_| hide.shows_secrets() || !reads::derives_secret(value, scope))
                        .map(|text| if expectation.is_pure() { hide.text(&text) } else { hide.value(aspect, field, &text) })
                        // A text in JSON is shown as what is there: in quotes.
                        .map(|text| if phrase::is_json_text(aspect, value) { Json::from(text).to_string() } else { text })
                        .or_else(|| self.expected(entry, at, Some(fault), scope, hide).map(|t| format!("‹{t}›"))),
                    _ => None,
                };
                let member = fault.name.as_deref().filter(|_| matches!(aspect, Aspect::BodyOthers { .. })).map(show);
                let actual = fault.actual.as_deref();
                let actual = actual.map(|actual| hide.value(aspect, member.as_deref().or(field), &show(actual)));
                Blamed { at, expectation, fault, text, actual }
            })
            .collect();
        let hide_line = |name: &str, line: &str| hide.lines(name, line);
        let hide = |name: Option<&str>, text: &str| match name {
            Some(name) => hide.field(Some(name), text),
            None => hide.target(text),
        };
        Arc::new(block::build(hop, &message.head, entry.case.looked.index(side), &blamed, &hide, &hide_line))
    }

    /// Notes what a check over several hops came to, `count` times. `places`: each hop's exchange, in the order of its text.
    #[expect(clippy::too_many_arguments, reason = "what a finding is made of, once, instead of a type for it")]
    pub(super) fn across(
        &mut self,
        plan: &Plan,
        across: &Across,
        rule: Rule,
        reason: Option<&str>,
        parts: &[Part],
        places: &[Provenance],
        count: u64,
    ) {
        let (Some(first), Claim::Check(check), Some(spec)) =
            (across.parties.first(), &across.expectation.claim, plan.specs.get(across.spec))
        else {
            return;
        };
        // Different reasons are different notes.
        let name = reason.map(|reason| reason.as_bytes().to_vec());
        let key = Key { hop: first.hop, expectation: across.counted, rule, name, warning: false };
        if self.heard.is_some() {
            self.hear(&key, !self.by_key.contains_key(&key));
        }
        if let Some(noted) = self.by_key.get_mut(&key) {
            noted.finding.count += count;
            return;
        }
        let aspect = Aspect::Check(check.id.clone());
        let severity = if rule == Rule::EvidenceInconclusive { Severity::Note } else { across.expectation.severity };
        let subject = format!("check.{}", check.id);
        let message = phrase::message(rule, &aspect, Side::Request, None, None, &first.name);
        let message = message.replace(&format!(" on hop `{}`", first.name), "");
        let told = |place: &Provenance| evidence(&self.captures, place);
        let mut notes: Vec<String> = across
            .parties
            .iter()
            .zip(places)
            .skip(1)
            .map(|(party, place)| format!("hop `{}`: {}", party.name, told(place).short()))
            .collect();
        notes.extend(reason.map(str::to_owned));
        let sample = places.first().map(|place| Sample { actual: None, expected: None, evidence: told(place), count });
        let finding = Finding {
            spec: Some(spec_place(&spec.spec, across.expectation.place)),
            hop: Some(first.name.clone()),
            expected: Some(one_line(&check.that.value.to_string())),
            actual: told_parts(parts),
            count,
            samples: sample.into_iter().collect(),
            parts: parts.to_vec(),
            why: across.expectation.why.clone(),
            notes,
            ..Finding::new(rule, severity, &subject, message)
        };
        self.by_key.insert(key, Noted { finding, values: vec![None], seen: Seen::default() });
    }

    /// All findings, ordered by severity, spec and place. `counts` says how an expectation of a hop fared.
    pub(super) fn into_findings(self, plan: &Plan, counts: impl Fn(usize, usize) -> Counts) -> Vec<Finding> {
        let mut findings: Vec<(usize, Option<Vec<u8>>, Finding)> = Vec::with_capacity(self.by_key.len());
        let mut noted: Vec<(Key, Noted)> = self.by_key.into_iter().collect();
        // The budget goes to the gravest and first, whatever the hasher.
        noted.sort_by(|(a, x), (b, y)| {
            let place = |key: &Key| (key.hop, key.expectation, key.rule);
            (y.finding.severity, place(a), &a.name).cmp(&(x.finding.severity, place(b), &b.name))
        });
        let mut budget = Budget::default();
        for (key, Noted { mut finding, values: _, seen }) in noted {
            let counts = counts(key.hop, key.expectation);
            finding.of = counts.met + counts.violated + counts.inconclusive;
            let (rule, count) = (key.rule, finding.count);
            let name = finding.subject.split_once(".header.").map(|(_, name)| name.as_bytes()).filter(|_| key.name.is_some());
            let asked = Asked { plan, hop: key.hop, expectation: key.expectation, rule, name, counts, count, seen: &seen };
            finding.suggestion = suggest(&asked, &mut budget);
            findings.push((key.hop, key.name, finding));
        }
        // Names as bytes come last: two of them may read alike.
        findings.sort_by(|(hop_a, name_a, a), (hop_b, name_b, b)| {
            let place = |f: &Finding| f.spec.as_ref().map(|s| (s.file.clone(), s.start));
            let of_a = (b.severity, place(a), hop_a, a.rule, &a.subject, name_a);
            of_a.cmp(&(a.severity, place(b), hop_b, b.rule, &b.subject, name_b))
        });
        findings.into_iter().map(|(_, _, finding)| finding).collect()
    }
}

/// Notes what was there in an exchange that broke an expectation.
fn sight(seen: &mut Seen, entry: &Entry<'_>, expectation: usize, fault: &Fault) {
    let Some(hop) = entry.plan.hops.get(entry.hop) else { return };
    if let Some(of) = hop.expectations.get(expectation) {
        sighting::note(seen, entry.case, entry.params, of, fault);
    }
}

/// A name in the message that was probably meant.
fn near_miss(aspect: &Aspect, message: &Message<'_>, index: &HeadIndex) -> Option<String> {
    let plain = |name: &str| name.to_ascii_lowercase().replace('_', "-");
    let name = aspect.own_name()?;
    let wanted = plain(name);
    let near = aspect
        .beside(message, index)
        .into_iter()
        .map(show)
        .filter(|found| found.len() < 200 && found != name)
        .map(|found| (strsim::damerau_levenshtein(&wanted, &plain(&found)), found))
        .min_by_key(|(distance, _)| *distance)?;
    (near.0 == 0 || near.0 <= 2 && name.len() > 4).then(|| format!("the message has `{}`: a near miss?", near.1))
}
