//! What a finding tells of a node between two hops: the field as it left the one and as it arrived on the other.

use super::came;
use super::hide::Hide;
use super::judge::Case;
use super::judged::Fault;
use super::legible::show;
use super::matcher;
use super::placed::evidence;
use super::plan::{Aspect, PlanExpectation};
use super::scope::Scope;
use crate::finding::{Part, Rule};
use crate::http::Provenance;
use crate::spec::{Claim, Relation, Side};

/// Both sides of a node.
pub(super) struct Crossing {
    /// Where the message behind the node stands.
    pub(super) arrived: Provenance,
    /// The field on both.
    pub(super) parts: Vec<Part>,
    /// Where the message before the node stands, where the parts do not say it.
    pub(super) note: Option<String>,
}

impl Crossing {
    /// Of a relation that was judged against the hop before.
    pub(super) fn of(
        expectation: &PlanExpectation,
        case: &Case<'_>,
        fault: Option<&Fault>,
        hide: &Hide,
        captures: &[String],
    ) -> Option<Self> {
        let came = case.looked.came.filter(|_| expectation.expectation.claim.is_relation())?;
        let other = came.what?.ok()?;
        let [left, arrived] = came::both(expectation, case.looked, other)?;
        let (left, arrived) = (left.message.head.head.at, arrived.message.head.head.at);
        let parts = fault.map(|fault| {
            let name = named(expectation, fault);
            let value = |bytes: Option<&[u8]>| {
                bytes.map_or_else(
                    || "not there".to_owned(),
                    |bytes| {
                        let shown = hide.value(&expectation.aspect, Some(&name), &show(bytes));
                        format!("`{}`", shown.replace('\n', "`, `"))
                    },
                )
            };
            let was = came::was(expectation, fault, case.looked, other);
            vec![
                Part { text: Part::LEFT.to_owned(), value: format!("{}, {}", value(was.as_deref()), evidence(captures, &left).short()) },
                Part { text: Part::ARRIVED.to_owned(), value: value(fault.actual.as_deref()) },
            ]
        });
        // The parts say it where there are some.
        let note = parts.is_none().then(|| format!("left: {}", evidence(captures, &left).short()));
        Some(Self { arrived, parts: parts.unwrap_or_default(), note })
    }
}

/// The name of the field that a fault is about, for masking.
fn named(expectation: &PlanExpectation, fault: &Fault) -> String {
    match (&fault.name, &expectation.aspect) {
        (Some(name), _) => show(name),
        (None, Aspect::Field { name, .. } | Aspect::Trailer(name)) => name.clone(),
        _ => String::new(),
    }
}

/// What was there before the node, masked; nothing where nothing was.
pub(super) fn was(expectation: &PlanExpectation, fault: &Fault, case: &Case<'_>, hide: &Hide) -> Option<String> {
    let other = case.looked.came?.what?.ok()?;
    let was = came::was(expectation, fault, case.looked, other)?;
    let name = named(expectation, fault);
    Some(hide.value(&expectation.aspect, Some(&name), &show(&was)))
}

/// What must stand behind the node, in words.
pub(super) fn expected(claim: &Claim, was: Option<&str>, scope: &Scope<'_>) -> Option<String> {
    let lines = was.map(|was| format!("`{}`", was.replace('\n', "`, `")));
    Some(match claim {
        Claim::Related { relation: Relation::Appended(value), .. } => {
            let last = matcher::describe(value, scope);
            lines.map_or_else(|| format!("one member, {last}"), |lines| format!("{lines}, and behind it {last}"))
        }
        _ => lines.unwrap_or_else(|| "no such field, as before".to_owned()),
    })
}

/// The headline of a finding.
pub(super) fn message(rule: Rule, what: &str, side: Side, hop: &str, before: &str) -> String {
    let (from, to) = if side == Side::Request { (before, hop) } else { (hop, before) };
    let of = if side == Side::Response { " of the response" } else { "" };
    match rule {
        Rule::FieldMissing => format!("{what}{of} left hop `{from}` and did not arrive on hop `{to}`"),
        Rule::FieldUnexpected => format!("{what}{of} must not be there on hop `{to}` after hop `{from}`"),
        Rule::EvidenceInconclusive => {
            format!("what became of {what}{of} between hop `{from}` and hop `{to}`, this evidence cannot show")
        }
        _ => format!("{what}{of} is not what must arrive on hop `{to}` after hop `{from}`"),
    }
}
