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
use crate::finding::{self, Crossing, Rule};
use crate::http::Provenance;
use crate::spec::{Claim, Relation, Side};

/// Both sides of the node where a relation was judged against the hop before, and where the message behind it stands.
pub(super) fn sides(
    expectation: &PlanExpectation,
    case: &Case<'_>,
    fault: Option<&Fault>,
    hop: &str,
    (hide, captures): (&Hide, &[String]),
) -> Option<(Crossing, Provenance)> {
    let came = case.looked.came.filter(|_| expectation.expectation.claim.is_relation())?;
    let other = came.what?.ok()?;
    let [left, arrived] = came::both(expectation, case.looked, other)?;
    let (left, arrived) = (left.message.head.head.at, arrived.message.head.head.at);
    let value = |fault: &Fault, bytes: Option<Vec<u8>>| {
        Some(hide.value(&expectation.aspect, Some(&named(expectation, fault)), &show(&bytes?)))
    };
    let was = fault.and_then(|fault| value(fault, came::was(expectation, fault, case.looked, other)));
    let is = fault.and_then(|fault| value(fault, fault.actual.clone()));
    let (from, to) = if expectation.side == Side::Request { (came.hop, hop) } else { (hop, came.hop) };
    let side = |hop: &str, value, at| finding::Side { hop: hop.to_owned(), value, evidence: evidence(captures, at) };
    Some((Crossing { left: side(from, was, &left), arrived: side(to, is, &arrived) }, arrived))
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

/// The headline of a finding; whether what it is about was there before the node.
pub(super) fn message((rule, left): (Rule, bool), what: &str, side: Side, hop: &str, before: &str) -> String {
    let (from, to) = if side == Side::Request { (before, hop) } else { (hop, before) };
    let of = if side == Side::Response { " of the response" } else { "" };
    match rule {
        Rule::FieldMissing if !left => format!("{what}{of} is missing on hop `{to}`, and was not there on hop `{from}` either"),
        Rule::FieldMissing => format!("{what}{of} left hop `{from}` and did not arrive on hop `{to}`"),
        Rule::FieldUnexpected => format!("{what}{of} must not be there on hop `{to}` after hop `{from}`"),
        Rule::EvidenceInconclusive => {
            format!("what became of {what}{of} between hop `{from}` and hop `{to}`, this evidence cannot show")
        }
        _ => format!("{what}{of} is not what must arrive on hop `{to}` after hop `{from}`"),
    }
}
