//! Findings that are about no exchange: hops as a whole, specs without evidence, what captures lost.

use std::sync::Arc;

use super::accept::{Edit, suggestion};
use super::placed::spec_place;
use super::plan::PlanHop;
use crate::anomaly::AnomalyKind;
use crate::finding::{CaptureOutcome, Evidence, EvidencePlace, Finding, Rule, Sample};
use crate::spec::{Severity, Spec};

fn hop_finding(spec: &Spec, hop: &PlanHop, rule: Rule, place: crate::spec::Place, message: String) -> Finding {
    let name = spec.hops.get(hop.hop).map(|h| h.name.value.clone());
    let spec = Some(spec_place(spec, place));
    Finding { spec, hop: name, ..Finding::new(rule, Severity::Error, "hop", message) }
}

fn unit(hop: &PlanHop) -> &'static str {
    if hop.of_empty { "empty connection" } else { "exchange" }
}

/// A hop that was seen more or less often than it says.
pub(super) fn hop_count(spec: &Spec, hop: &PlanHop, seen: u64) -> Finding {
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
    let message =
        format!("hop `{name}` was seen in {seen} {}{}, expected {expected}", unit(hop), if seen == 1 { "" } else { "s" });
    let mut finding = hop_finding(spec, hop, Rule::HopCount, place, message);
    finding.expected = Some(expected);
    finding.actual = Some(seen.to_string());
    finding.suggestion = bounds.and_then(|bounds| {
        let count = match bounds.at_most {
            Some(most) if most == bounds.at_least => seen.to_string(),
            Some(most) => format!("{{ at_least: {}, at_most: {} }}", bounds.at_least.min(seen), most.max(seen)),
            None => format!("{{ at_least: {} }}", bounds.at_least.min(seen)),
        };
        suggestion(&spec.source, Edit::replace(&spec.source, place, count), None)
    });
    finding
}

/// A required hop that was not seen.
pub(super) fn not_observed(spec: &Spec, hop: &PlanHop, nearest: Option<&str>) -> Finding {
    let place = spec.hops.get(hop.hop).map(|h| h.name.place).unwrap_or_default();
    let name = spec.hops.get(hop.hop).map(|h| h.name.value.clone()).unwrap_or_default();
    let mut finding =
        hop_finding(spec, hop, Rule::HopNotObserved, place, format!("no {} of hop `{name}` is in the captures", unit(hop)));
    finding.notes.extend(nearest.map(|n| format!("nearest: {n}")));
    finding
}

/// A hop of which an exchange meets no variant. A note: what is wrong are the findings of the nearest, `variant`.
pub(super) fn none_met(spec: &Spec, hop: &PlanHop, variant: &str, seen: Evidence, notes: &[String]) -> Finding {
    let model = spec.hops.get(hop.hop);
    let name = model.map(|h| h.name.value.as_str()).unwrap_or_default();
    let place = model.and_then(|h| h.variants_place).unwrap_or_default();
    let of = if hop.groups.len() > 1 { "a group of hop" } else { "hop" };
    let message = format!("no variant of {of} `{name}` is met; `{variant}` is the nearest, and what it misses is told");
    Finding {
        severity: Severity::Note,
        samples: vec![Sample { actual: None, expected: None, evidence: seen, count: 1 }],
        notes: notes.to_vec(),
        ..hop_finding(spec, hop, Rule::VariantNoneMet, place, message)
    }
}

/// A case of a spec's own evidence that holds no exchange of the spec.
pub(super) fn empty_case(spec: &Arc<Spec>, file: &str, why: &str) -> Finding {
    let place = spec.hops.first().map(|h| h.name.place).unwrap_or_default();
    let message = format!("{file} is evidence of this spec and holds no exchange of its hops{why}");
    Finding {
        spec: Some(spec_place(spec, place)),
        hop: spec.hops.first().map(|h| h.name.value.clone()),
        samples: vec![of_capture(file, None)],
        ..Finding::new(Rule::HopNotObserved, Severity::Error, "hop", message)
    }
}

/// A spec that has no evidence.
pub(super) fn without_evidence(spec: &Arc<Spec>, strict: bool, looked: &str) -> Finding {
    let place = spec.hops.first().map(|h| h.name.place).unwrap_or_default();
    let severity = if strict { Severity::Error } else { Severity::Warning };
    let message = format!("spec `{}` has no evidence: {looked}", spec.name);
    Finding { spec: Some(spec_place(spec, place)), ..Finding::new(Rule::SpecWithoutEvidence, severity, "spec", message) }
}

/// Evidence that a spec names and that is not there.
pub(super) fn missing_evidence(spec: &Arc<Spec>, place: crate::spec::Place, file: &str, what: &str) -> Finding {
    let message = format!("spec `{}` names {file} as evidence: {what}", spec.name);
    Finding { spec: Some(spec_place(spec, place)), ..Finding::new(Rule::SpecWithoutEvidence, Severity::Error, "spec", message) }
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
            &[
                AnomalyKind::StreamGap,
                AnomalyKind::PacketsDropped,
                AnomalyKind::PacketCut,
                AnomalyKind::ReassemblyLimit,
                AnomalyKind::FlowLimit,
                AnomalyKind::TlsRecordLost,
            ][..],
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
                AnomalyKind::FragmentLimit,
                AnomalyKind::TlsNotOpened,
                AnomalyKind::TlsUndecryptable,
                AnomalyKind::TlsMalformed,
                AnomalyKind::TlsLimit,
                AnomalyKind::NotHttp,
                AnomalyKind::Http2Lost,
                AnomalyKind::Http2Limit,
                AnomalyKind::HpackUnknown,
                AnomalyKind::HpackError,
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
            actual: Some(met.iter().map(told).collect::<Vec<_>>().join(", ")),
            count: met.iter().map(|(_, a)| a.count).sum(),
            of: capture.summary.packets,
            samples: vec![of_capture(&capture.file, packet)],
            notes: met.iter().map(told).collect(),
            ..Finding::new(rule, severity, "capture", format!("{} {what}", capture.file))
        });
    }
    findings
}

/// A capture as evidence.
fn of_capture(file: &str, packet: Option<u64>) -> Sample {
    let evidence = Evidence { capture: file.to_owned(), place: EvidencePlace::Capture { packet } };
    Sample { actual: None, expected: None, evidence, count: 1 }
}
