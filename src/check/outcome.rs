//! From counts to the outcome: verdicts of hops and specs, hops that were not seen, what captures lost, the exit code.

use std::sync::Arc;

use super::book::spec_place;
use super::plan::{Plan, PlanHop};
use super::run::State;
use super::tally::HopTally;
use crate::anomaly::AnomalyKind;
use crate::exit;
use crate::finding::{
    CaptureOutcome, Counts, Evidence, EvidencePlace, ExpectationOutcome, Finding, HopOutcome, Rule, Sample, SpecOutcome,
    Unselected, UnselectedGroup, Verdict,
};
use crate::spec::{Severity, Spec};

/// From which severity on findings lead to exit 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum FailOn {
    /// Errors.
    #[default]
    Error,
    /// Warnings and errors.
    Warning,
    /// What cannot be decided, too.
    Inconclusive,
}

/// The outcome of each spec of a plan, with the findings about hops as a whole.
pub(super) fn specs(plan: &Plan, tallies: &[HopTally], messages: bool, cases: Option<u64>) -> (Vec<SpecOutcome>, Vec<Finding>) {
    let mut findings = Vec::new();
    let mut outcomes: Vec<SpecOutcome> = plan
        .specs
        .iter()
        .map(|s| SpecOutcome {
            name: s.spec.name.clone(),
            file: s.spec.source.file.clone(),
            title: s.spec.title.clone(),
            verdict: Verdict::NotObserved,
            hops: Vec::new(),
            cases,
        })
        .collect();
    for (hop, tally) in plan.hops.iter().zip(tallies) {
        let Some((spec, model)) = plan.model(hop) else { continue };
        let required = spec.required || model.count.is_some();
        let mut expectations: Vec<ExpectationOutcome> =
            hop.expectations.iter().zip(&tally.counts).map(|(e, counts)| expectation(&spec.spec, hop, e, *counts)).collect();
        if let Some(count) = &model.count {
            let seen = tally.exchanges;
            let right = seen >= count.value.at_least && count.value.at_most.is_none_or(|most| seen <= most);
            // No traffic at all shows nothing, not even absence.
            let judged = seen > 0 || (right && messages);
            let counts = Counts { met: u64::from(judged && right), violated: u64::from(seen > 0 && !right), inconclusive: 0 };
            let (line, column) = spec.spec.source.line_column(count.place.start);
            let verdict = counts.verdict();
            expectations.push(ExpectationOutcome { subject: "hop".to_owned(), variant: None, verdict, counts, line, column });
            if seen > 0 && !right {
                findings.push(hop_count(&spec.spec, hop, seen));
            }
        }
        let absent_is_right = model.count.as_ref().is_some_and(|c| c.value.at_least == 0);
        let nearest = tally.nearest.as_ref().filter(|_| tally.exchanges == 0).map(|n| {
            format!("{} {} {}", n.exchanges, if n.exchanges == 1 { "exchange misses" } else { "exchanges miss" }, n.what)
        });
        if required && tally.exchanges == 0 && !absent_is_right {
            findings.push(not_observed(&spec.spec, hop, nearest.as_deref()));
        }
        let mut variants: Vec<(String, u64)> = hop
            .variants
            .iter()
            .zip(&tally.variants)
            .filter(|(_, count)| **count > 0)
            .map(|((name, _), count)| (name.clone(), *count))
            .collect();
        variants.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        let verdict = Verdict::over(expectations.iter().map(|e| e.verdict));
        if let Some(outcome) = outcomes.get_mut(hop.spec) {
            outcome.hops.push(HopOutcome {
                hop: model.name.value.clone(),
                exchanges: tally.exchanges,
                verdict,
                variants,
                expectations,
                required,
                nearest,
            });
        }
    }
    for outcome in &mut outcomes {
        outcome.verdict = Verdict::over(outcome.hops.iter().map(|h| h.verdict));
    }
    (outcomes, findings)
}

fn expectation(spec: &Spec, hop: &PlanHop, e: &super::plan::PlanExpectation, counts: Counts) -> ExpectationOutcome {
    let (line, column) = spec.source.line_column(e.expectation.key.start);
    let variant = e.variant.and_then(|v| hop.variants.get(v)).map(|(name, _)| name.clone());
    ExpectationOutcome { subject: e.subject.clone(), variant, verdict: counts.verdict(), counts, line, column }
}

/// What is said of exchanges of which one side was not captured.
pub(super) fn one_sided(plan: &Plan, tallies: &[HopTally]) -> Vec<String> {
    let mut notes = Vec::new();
    for (hop, tally) in plan.hops.iter().zip(tallies) {
        let Some((spec, model)) = plan.model(hop) else { continue };
        for (count, side) in tally.one_sided.iter().zip(["request", "response"]) {
            if *count > 0 {
                notes.push(format!(
                    "{} › {}: {count} of {} {} no {side} in the capture; what is expected of it was not observed there",
                    spec.spec.name,
                    model.name.value,
                    if tally.exchanges == 1 { "1 exchange".to_owned() } else { format!("{} exchanges", tally.exchanges) },
                    if *count == 1 { "has" } else { "have" },
                ));
            }
        }
    }
    notes
}

fn hop_finding(spec: &Spec, hop: &PlanHop, rule: Rule, place: crate::spec::Place, message: String) -> Finding {
    let name = spec.hops.get(hop.hop).map(|h| h.name.value.clone());
    Finding {
        rule,
        severity: Severity::Error,
        spec: Some(spec_place(spec, place)),
        hop: name,
        subject: "hop".to_owned(),
        message,
        expected: None,
        actual: None,
        count: 1,
        of: 1,
        samples: Vec::new(),
        bound: Vec::new(),
        why: None,
        notes: Vec::new(),
        block: None,
    }
}

fn hop_count(spec: &Spec, hop: &PlanHop, seen: u64) -> Finding {
    let model = spec.hops.get(hop.hop);
    let name = model.map(|h| h.name.value.as_str()).unwrap_or_default();
    let count = model.and_then(|h| h.count.as_ref());
    let place = count.map(|c| c.place).unwrap_or_default();
    let bounds = count.map(|c| c.value);
    let expected = match bounds.map(|b| (b.at_least, b.at_most)) {
        Some((least, Some(most))) if least == most => format!("{most}"),
        Some((0, Some(most))) => format!("at most {most}"),
        Some((least, Some(most))) => format!("{least} to {most}"),
        Some((least, None)) => format!("at least {least}"),
        None => String::new(),
    };
    let message = format!("hop `{name}` was seen in {seen} exchanges, expected {expected}");
    let mut finding = hop_finding(spec, hop, Rule::HopCount, place, message);
    finding.expected = Some(expected);
    finding.actual = Some(seen.to_string());
    finding
}

fn not_observed(spec: &Spec, hop: &PlanHop, nearest: Option<&str>) -> Finding {
    let place = spec.hops.get(hop.hop).map(|h| h.name.place).unwrap_or_default();
    let name = spec.hops.get(hop.hop).map(|h| h.name.value.clone()).unwrap_or_default();
    let mut finding =
        hop_finding(spec, hop, Rule::HopNotObserved, place, format!("no exchange of hop `{name}` is in the captures"));
    finding.notes.extend(nearest.map(|n| format!("nearest: {n}")));
    finding
}

/// A case of a spec's own evidence that holds no exchange of the spec.
pub(super) fn empty_case(spec: &Arc<Spec>, file: &str, why: &str) -> Finding {
    let place = spec.hops.first().map(|h| h.name.place).unwrap_or_default();
    Finding {
        rule: Rule::HopNotObserved,
        severity: Severity::Error,
        spec: Some(spec_place(spec, place)),
        hop: spec.hops.first().map(|h| h.name.value.clone()),
        subject: "hop".to_owned(),
        message: format!("{file} is evidence of this spec and holds no exchange of its hops{why}"),
        expected: None,
        actual: None,
        count: 1,
        of: 1,
        samples: vec![Sample {
            actual: None,
            expected: None,
            evidence: Evidence { capture: file.to_owned(), place: EvidencePlace::Capture { packet: None } },
            count: 1,
        }],
        bound: Vec::new(),
        why: None,
        notes: Vec::new(),
        block: None,
    }
}

/// A spec that has no evidence.
pub(super) fn without_evidence(spec: &Arc<Spec>, strict: bool, looked: &str) -> Finding {
    let place = spec.hops.first().map(|h| h.name.place).unwrap_or_default();
    Finding {
        rule: Rule::SpecWithoutEvidence,
        severity: if strict { Severity::Error } else { Severity::Warning },
        spec: Some(spec_place(spec, place)),
        hop: None,
        subject: "spec".to_owned(),
        message: format!("spec `{}` has no evidence: {looked}", spec.name),
        expected: None,
        actual: None,
        count: 1,
        of: 1,
        samples: Vec::new(),
        bound: Vec::new(),
        why: None,
        notes: Vec::new(),
        block: None,
    }
}

/// What a capture lost, as findings.
pub(super) fn capture_findings(capture: &CaptureOutcome) -> Vec<Finding> {
    let rules = [
        (
            Rule::CaptureTruncated,
            Severity::Warning,
            &[AnomalyKind::CaptureTruncated, AnomalyKind::CaptureDamaged][..],
            "ends in the middle or is damaged; it was judged as far as it could be read",
        ),
        (
            Rule::CaptureGap,
            Severity::Note,
            &[AnomalyKind::StreamGap, AnomalyKind::PacketCut, AnomalyKind::ReassemblyLimit, AnomalyKind::FlowLimit][..],
            "lacks bytes of its streams; what stood there was not judged",
        ),
        (
            Rule::CaptureUndecodable,
            Severity::Note,
            &[
                AnomalyKind::UndecodablePacket,
                AnomalyKind::UnsupportedLinkType,
                AnomalyKind::UnknownInterface,
                AnomalyKind::IpFragment,
                AnomalyKind::NotHttp,
            ][..],
            "holds packets or bytes that could not be decoded; they were not judged",
        ),
    ];
    let mut findings = Vec::new();
    for (rule, severity, kinds, what) in rules {
        let met: Vec<_> = capture.summary.anomalies.iter().filter(|(kind, _)| kinds.contains(kind)).collect();
        if met.is_empty() {
            continue;
        }
        let told = |(kind, anomaly): &(AnomalyKind, &crate::anomaly::Anomaly)| {
            let detail = if anomaly.detail.is_empty() { String::new() } else { format!(" ({})", anomaly.detail) };
            format!("{kind} ×{}{detail}", anomaly.count)
        };
        let packet = met.iter().filter_map(|(_, a)| a.first_packet).min();
        findings.push(Finding {
            rule,
            severity,
            spec: None,
            hop: None,
            subject: "capture".to_owned(),
            message: format!("{} {what}", capture.file),
            expected: None,
            actual: Some(met.iter().map(told).collect::<Vec<_>>().join(", ")),
            count: met.iter().map(|(_, a)| a.count).sum(),
            of: capture.summary.packets,
            samples: vec![Sample {
                actual: None,
                expected: None,
                evidence: Evidence { capture: capture.file.clone(), place: EvidencePlace::Capture { packet } },
                count: 1,
            }],
            bound: Vec::new(),
            why: None,
            notes: met.iter().map(told).collect(),
            block: None,
        });
    }
    findings
}

/// Exchanges of no hop, most frequent first.
pub(super) fn unselected(state: &State) -> Unselected {
    Unselected { exchanges: state.unselected, groups: groups(state.groups.iter()) }
}

/// Start lines with their counts, most frequent first.
pub(super) fn groups<'g>(counts: impl Iterator<Item = (&'g String, &'g u64)>) -> Vec<UnselectedGroup> {
    let group = |(line, count): (&String, &u64)| UnselectedGroup { line: line.clone(), count: *count };
    let mut groups: Vec<UnselectedGroup> = counts.map(group).collect();
    groups.sort_by(|a, b| (b.count, &a.line).cmp(&(a.count, &b.line)));
    groups
}

/// The exit code: the first that applies of 4, 1, 3, 0 (2 never comes so far).
pub(super) fn exit_code(unreadable: bool, findings: &[Finding], specs: &[SpecOutcome], fail_on: FailOn) -> u8 {
    let fails = |f: &Finding| match (f.rule, fail_on) {
        (Rule::HopNotObserved, _) => false,
        (Rule::EvidenceInconclusive, _) => fail_on == FailOn::Inconclusive,
        (_, FailOn::Error) => f.severity >= Severity::Error,
        (_, FailOn::Warning | FailOn::Inconclusive) => f.severity >= Severity::Warning,
    };
    let judged = specs.iter().any(|s| matches!(s.verdict, Verdict::Met | Verdict::Violated));
    if unreadable {
        exit::UNREADABLE
    } else if findings.iter().any(fails) {
        exit::FINDINGS
    } else if !judged || findings.iter().any(|f| f.rule == Rule::HopNotObserved) {
        exit::NOTHING_JUDGED
    } else {
        exit::MET
    }
}
