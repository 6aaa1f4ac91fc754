//! The report for machines: `hopspec-report/1`, held against `docs/schema/hopspec-report-1.json`.
//!
//! Field names and their order are a contract. Values are complete (never shortened) and masked as in findings.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Serialize;

use crate::capture::Timestamp;
use crate::finding::{
    CaptureOutcome, Evidence, EvidencePlace, ExpectationOutcome, Finding, HopOutcome, Outcome, Rule, Side, SpecOutcome,
    SpecPlace, Suggestion, Unselected,
};
use crate::source::Undecoded;

/// The report as JSON, indented, with a line end behind it.
///
/// Controls that JSON would let through (DEL and C1) are escaped, so that the report may go to a terminal.
#[must_use]
pub fn json(outcome: &Outcome) -> String {
    // A struct of texts and numbers has no way to fail.
    let mut text = serde_json::to_string_pretty(&Report::new(outcome)).unwrap_or_default();
    text.push('\n');
    if !text.contains(|c: char| c != '\n' && c.is_control()) {
        return text;
    }
    let mut safe = String::with_capacity(text.len() + 64);
    for c in text.chars() {
        // Outside of strings JSON holds no control but the line ends of its indentation.
        if c != '\n' && c.is_control() { safe.push_str(&format!("\\u{:04x}", u32::from(c))) } else { safe.push(c) }
    }
    safe
}

#[derive(Serialize)]
struct Report<'a> {
    format: &'static str,
    verdict: &'static str,
    exit_code: u8,
    specs: Vec<SpecReport<'a>>,
    findings: Vec<FindingReport<'a>>,
    captures: Vec<CaptureReport<'a>>,
    unselected: UnselectedReport<'a>,
    rules: Vec<RuleReport>,
}

/// A rule that some finding is of, and the command that tells more.
#[derive(Serialize)]
struct RuleReport {
    rule: &'static str,
    about: &'static str,
    explain: String,
}

#[derive(Serialize)]
struct SpecReport<'a> {
    file: &'a str,
    title: Option<&'a str>,
    verdict: &'static str,
    hops: Vec<HopReport<'a>>,
}

#[derive(Serialize)]
struct HopReport<'a> {
    hop: &'a str,
    exchanges: u64,
    verdict: &'static str,
    variant: Option<&'a str>,
    expectations: Vec<ExpectationReport<'a>>,
}

#[derive(Serialize)]
struct ExpectationReport<'a> {
    subject: &'a str,
    verdict: &'static str,
    met: u64,
    violated: u64,
    inconclusive: u64,
    line: u32,
    column: u32,
}

#[derive(Serialize)]
struct FindingReport<'a> {
    rule: &'static str,
    severity: &'static str,
    spec: Option<PlaceReport<'a>>,
    hop: Option<&'a str>,
    subject: &'a str,
    message: Cow<'a, str>,
    expected: Option<&'a str>,
    actual: Option<&'a str>,
    count: u64,
    evidence: Vec<EvidenceReport<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    left: Option<SideReport<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    arrived: Option<SideReport<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    suggestion: Option<SuggestionReport<'a>>,
}

/// One side of a node between two hops.
#[derive(Serialize)]
struct SideReport<'a> {
    hop: &'a str,
    value: Option<&'a str>,
    evidence: EvidenceReport<'a>,
}

impl<'a> SideReport<'a> {
    fn new(side: &'a Side) -> Self {
        Self { hop: &side.hop, value: side.value.as_deref(), evidence: EvidenceReport::new(&side.evidence) }
    }
}

/// `text` replaces what stands from `line`, `column` to before `end_line`, `end_column`.
#[derive(Serialize)]
struct SuggestionReport<'a> {
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
    text: &'a str,
}

#[derive(Serialize)]
struct PlaceReport<'a> {
    file: &'a str,
    line: u32,
    column: u32,
}

/// A packet has packet, stream, time and addresses; a text has its line; a capture as a whole has at most a packet.
#[derive(Serialize)]
struct EvidenceReport<'a> {
    capture: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    entry: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    packet: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stream: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    time: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    src: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dst: Option<String>,
}

#[derive(Serialize)]
struct CaptureReport<'a> {
    file: &'a str,
    packets: u64,
    flows: u64,
    requests: u64,
    responses: u64,
    anomalies: Vec<AnomalyReport<'a>>,
    undecoded: Vec<UndecodedReport>,
}

/// Flows that hold no message, or something else behind their messages.
#[derive(Serialize)]
struct UndecodedReport {
    content: &'static str,
    port: u16,
    flows: u64,
    /// Bytes behind the messages.
    sent: u64,
    received: u64,
    /// Of TLS: names that were asked for, and why it was not opened.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    names: BTreeMap<String, u64>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    why: BTreeMap<String, u64>,
}

#[derive(Serialize)]
struct AnomalyReport<'a> {
    kind: &'static str,
    count: u64,
    first_packet: Option<u64>,
    detail: &'a str,
}

#[derive(Serialize)]
struct UnselectedReport<'a> {
    exchanges: u64,
    groups: Vec<GroupReport<'a>>,
}

#[derive(Serialize)]
struct GroupReport<'a> {
    line: &'a str,
    count: u64,
}

impl<'a> Report<'a> {
    fn new(outcome: &'a Outcome) -> Self {
        Self {
            format: "hopspec-report/1",
            verdict: outcome.verdict.name(),
            exit_code: outcome.exit_code,
            specs: outcome.specs.iter().map(SpecReport::new).collect(),
            findings: outcome.findings.iter().map(FindingReport::new).collect(),
            captures: outcome.captures.iter().map(CaptureReport::new).collect(),
            unselected: UnselectedReport::new(&outcome.unselected),
            rules: RuleReport::of(&outcome.findings),
        }
    }
}

impl RuleReport {
    fn of(findings: &[Finding]) -> Vec<Self> {
        let of = |rule: Rule| findings.iter().any(|finding| finding.rule == rule);
        let report =
            |rule: Rule| Self { rule: rule.id(), about: rule.about(), explain: format!("hopspec explain {}", rule.id()) };
        Rule::ALL.iter().copied().filter(|rule| of(*rule)).map(report).collect()
    }
}

impl<'a> SpecReport<'a> {
    fn new(spec: &'a SpecOutcome) -> Self {
        Self {
            file: &spec.file,
            title: spec.title.as_deref(),
            verdict: spec.verdict.name(),
            hops: spec.hops.iter().map(HopReport::new).collect(),
        }
    }
}

impl<'a> HopReport<'a> {
    fn new(hop: &'a HopOutcome) -> Self {
        Self {
            hop: &hop.hop,
            exchanges: hop.exchanges,
            verdict: hop.verdict.name(),
            variant: hop.variants.first().map(|(name, _)| name.as_str()),
            expectations: hop.expectations.iter().map(ExpectationReport::new).collect(),
        }
    }
}

impl<'a> ExpectationReport<'a> {
    fn new(expectation: &'a ExpectationOutcome) -> Self {
        Self {
            subject: &expectation.subject,
            verdict: expectation.verdict.name(),
            met: expectation.counts.met,
            violated: expectation.counts.violated,
            inconclusive: expectation.counts.inconclusive,
            line: expectation.line,
            column: expectation.column,
        }
    }
}

impl<'a> FindingReport<'a> {
    fn new(finding: &'a Finding) -> Self {
        let place = |place: &'a SpecPlace| PlaceReport { file: &place.file, line: place.line, column: place.column };
        Self {
            rule: finding.rule.id(),
            severity: finding.severity.name(),
            spec: finding.spec.as_ref().map(place),
            hop: finding.hop.as_deref(),
            subject: &finding.subject,
            message: message(finding),
            expected: finding.expected.as_deref(),
            actual: finding.actual.as_deref(),
            count: finding.count,
            evidence: finding.samples.iter().map(|sample| EvidenceReport::new(&sample.evidence)).collect(),
            left: finding.crossing.as_ref().map(|crossing| SideReport::new(&crossing.left)),
            arrived: finding.crossing.as_ref().map(|crossing| SideReport::new(&crossing.arrived)),
            suggestion: finding.suggestion.as_ref().map(SuggestionReport::new),
        }
    }
}

impl<'a> SuggestionReport<'a> {
    fn new(suggestion: &'a Suggestion) -> Self {
        let Suggestion { line, column, end_line, end_column, start: _, end: _, text } = suggestion;
        Self { line: *line, column: *column, end_line: *end_line, end_column: *end_column, text }
    }
}

/// The headline, with what the text tells below it: why the evidence cannot show it, what comes near, the other variants.
/// Notes on a capture stand in `actual` already.
fn message(finding: &Finding) -> Cow<'_, str> {
    if finding.notes.is_empty() || finding.spec.is_none() {
        return Cow::Borrowed(&finding.message);
    }
    Cow::Owned(format!("{}: {}", finding.message, finding.notes.join("; ")))
}

impl<'a> EvidenceReport<'a> {
    fn new(evidence: &'a Evidence) -> Self {
        let none = Self {
            capture: &evidence.capture,
            line: None,
            entry: None,
            packet: None,
            stream: None,
            time: None,
            src: None,
            dst: None,
        };
        match evidence.place {
            EvidencePlace::Packet { packet, stream, time, src, dst } => Self {
                packet: Some(packet),
                stream: Some(stream),
                time: Some(Timestamp::to_string(&time)),
                src: Some(src.to_string()),
                dst: Some(dst.to_string()),
                ..none
            },
            EvidencePlace::Line(line) => Self { line: Some(line), ..none },
            EvidencePlace::Entry(number) => Self { entry: Some(number), ..none },
            EvidencePlace::Capture { packet } => Self { packet, ..none },
        }
    }
}

impl<'a> CaptureReport<'a> {
    fn new(capture: &'a CaptureOutcome) -> Self {
        let read = &capture.summary;
        let anomalies = read.anomalies.iter().map(|(kind, anomaly)| AnomalyReport {
            kind: kind.name(),
            count: anomaly.count,
            first_packet: anomaly.first_packet,
            detail: &anomaly.detail,
        });
        Self {
            file: &capture.file,
            packets: read.packets,
            flows: read.flows,
            requests: read.requests,
            responses: read.responses,
            anomalies: anomalies.collect(),
            undecoded: read.undecoded.iter().map(UndecodedReport::new).collect(),
        }
    }
}

impl UndecodedReport {
    fn new(of: &Undecoded) -> Self {
        let Undecoded { content, port, flows, sent, received, names, why } = of;
        let why = why.iter().map(|(why, flows)| (why.to_string(), *flows)).collect();
        Self { content, port: *port, flows: *flows, sent: *sent, received: *received, names: names.clone(), why }
    }
}

impl<'a> UnselectedReport<'a> {
    fn new(unselected: &'a Unselected) -> Self {
        let groups = unselected.groups.iter().map(|group| GroupReport { line: &group.line, count: group.count });
        Self { exchanges: unselected.exchanges, groups: groups.collect() }
    }
}

#[cfg(test)]
mod tests;
