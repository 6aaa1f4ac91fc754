//! From counts to the outcome: verdicts of hops and specs, hops that were not seen, what captures lost, the exit code.

use super::kinds::Held;
use super::plan::{Plan, PlanHop};
use super::run::State;
use super::tally::HopTally;
use super::whole;
use crate::anomaly::Anomalies;
use crate::exit;
use crate::finding::{
    CaptureOutcome, Counts, ExpectationOutcome, Finding, HopOutcome, Rule, SpecOutcome, Unselected, UnselectedGroup, Verdict,
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

impl FailOn {
    /// Whether a finding leads to exit 1.
    #[must_use]
    pub fn fails(self, finding: &Finding) -> bool {
        match (finding.rule, self) {
            (Rule::HopNotObserved, _) => false,
            (Rule::EvidenceInconclusive, _) => self == Self::Inconclusive,
            (_, Self::Error) => finding.severity >= Severity::Error,
            (_, Self::Warning | Self::Inconclusive) => finding.severity >= Severity::Warning,
        }
    }
}

/// The outcome of each spec of a plan, with the findings about hops as a whole.
pub(super) fn specs(
    plan: &Plan,
    tallies: &[HopTally],
    held: impl Into<Held>,
    cases: Option<u64>,
) -> (Vec<SpecOutcome>, Vec<Finding>) {
    let held = held.into();
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
        let Some((spec, model)) = plan.model(hop).filter(|_| hop.judged) else { continue };
        // What no capture of the kinds at hand can show is not missed in them, and nothing in them comes near it.
        let may_show = held.may_show(plan, hop);
        let required = (hop.required && (may_show || hop.picked)) || model.count.is_some();
        let mut expectations: Vec<ExpectationOutcome> =
            hop.expectations.iter().zip(&tally.counts).map(|(e, counts)| expectation(&spec.spec, hop, e, *counts)).collect();
        if let Some(count) = &model.count {
            let seen = tally.exchanges;
            let right = seen >= count.value.at_least && count.value.at_most.is_none_or(|most| seen <= most);
            // No traffic at all shows nothing, not even absence.
            let judged = seen > 0 || (right && held.messages);
            let counts = Counts { met: u64::from(judged && right), violated: u64::from(seen > 0 && !right), inconclusive: 0 };
            let (line, column) = spec.spec.source.line_column(count.place.start);
            let verdict = counts.verdict();
            expectations.push(ExpectationOutcome { subject: "hop".to_owned(), variant: None, verdict, counts, line, column });
            if seen > 0 && !right {
                findings.push(whole::hop_count(&spec.spec, hop, seen));
            }
        }
        let absent_is_right = model.count.as_ref().is_some_and(|c| c.value.at_least == 0);
        let nearest = tally.nearest.as_ref().filter(|_| tally.exchanges == 0 && may_show).map(|n| {
            format!("{} {} {}", n.exchanges, if n.exchanges == 1 { "exchange misses" } else { "exchanges miss" }, n.what)
        });
        if required && tally.exchanges == 0 && !absent_is_right {
            findings.push(whole::not_observed(&spec.spec, hop, nearest.as_deref()));
        }
        let taken = tally.variants.iter().enumerate().filter(|(_, count)| **count > 0);
        let mut variants: Vec<(String, u64)> = taken.map(|(number, count)| (hop.combination(number), *count)).collect();
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
                of_empty: hop.of_empty,
            });
        }
    }
    // Specs of which nothing was to be judged have nothing to tell.
    let mut at = 0..;
    outcomes.retain(|_| {
        let spec = at.next().unwrap_or_default();
        let mut hops = plan.hops.iter().filter(|hop| hop.spec == spec).peekable();
        hops.peek().is_none() || hops.any(|hop| hop.judged)
    });
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

/// Adds what is odd about echoed events to what was read of their captures.
pub(super) fn add_echoed(captures: &mut [CaptureOutcome], echoed: Vec<(String, Anomalies)>) {
    for (file, odd) in echoed {
        if let Some(capture) = captures.iter_mut().find(|capture| capture.file == file) {
            capture.summary.anomalies.merge(&odd);
        }
    }
}

/// What is said of exchanges that `--where` leaves out.
pub(super) fn left_out(state: &State) -> Vec<String> {
    let exchanges = |count: u64| if count == 1 { "1 exchange".to_owned() } else { format!("{count} exchanges") };
    let mut notes = Vec::new();
    if state.left_out > 0 {
        notes.push(format!("--where leaves out {}", exchanges(state.left_out)));
    }
    if state.undecided > 0 {
        notes.push(format!("--where cannot be decided for {}, which were left out", exchanges(state.undecided)));
    }
    notes
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

/// What is said of hops whose exchanges were seen, and not those of the hop that they follow.
pub(super) fn unfollowed(plan: &Plan, tallies: &[HopTally]) -> Vec<String> {
    let seen = |hop: usize| tallies.get(hop).is_some_and(|tally| tally.exchanges > 0);
    let links = plan.links.iter().filter(|link| seen(link.inner) && !seen(link.outer));
    links
        .filter_map(|link| {
            let (spec, _) = plan.model(plan.hops.get(link.inner)?)?;
            let (inner, outer) = (plan.name_of(link.inner), plan.name_of(link.outer));
            let name = &spec.spec.name;
            Some(format!(
                "{name} › {inner}: no exchange of hop `{outer}`, which it follows, is in the captures; what it says of that was not observed"
            ))
        })
        .collect()
}

/// What is said of exchanges that could not wait for those of other hops.
pub(super) fn given_up(state: &State) -> Option<String> {
    let exchanges = match state.links.given_up() {
        0 => return None,
        1 => "1 exchange".to_owned(),
        many => format!("{many} exchanges"),
    };
    Some(format!(
        "{exchanges} did not wait for those of other hops, since more than {} MiB were there: what may belong to them is inconclusive",
        super::links::MOST_HELD >> 20
    ))
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
    let judged = specs.iter().any(|s| matches!(s.verdict, Verdict::Met | Verdict::Violated));
    if unreadable {
        exit::UNREADABLE
    } else if findings.iter().any(|finding| fail_on.fails(finding)) {
        exit::FINDINGS
    } else if !judged || findings.iter().any(|f| f.rule == Rule::HopNotObserved) {
        exit::NOTHING_JUDGED
    } else {
        exit::MET
    }
}
