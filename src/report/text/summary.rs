//! The last line: what it all comes to.

use super::hops;
use super::options::Verbosity;
use crate::exit;
use crate::finding::{HopOutcome, Outcome, Rule, SpecOutcome, Verdict};
use crate::report::count;
use crate::report::paint::{Paint, Tone};
use crate::spec::Severity;

/// What a capture is that holds nothing, and why it may be so.
pub const NO_PACKET: &str = "a capture without a packet; its filter let nothing through, or it ended before anything was written (tcpdump -U writes at once)";

/// The last line; none where everything was met, unless that line is all that is printed.
pub(in crate::report) fn line(outcome: &Outcome, verbosity: Verbosity, paint: Paint) -> Option<String> {
    let gravest = outcome.findings.iter().map(|f| f.severity).max();
    let plain = outcome.exit_code == exit::MET && gravest.is_none_or(|s| s == Severity::Note);
    if plain && verbosity != Verbosity::Quiet {
        return None;
    }
    let (tone, head, text) = match outcome.exit_code {
        exit::NOTHING_JUDGED => (Tone::Odd, "not judged", unseen(outcome)),
        exit::UNREADABLE if outcome.captures.is_empty() => (Tone::Bad, "not judged", "no capture could be read".to_owned()),
        exit::UNREADABLE => (Tone::Bad, "incomplete", unread(outcome)),
        exit::MET if plain => (Tone::Good, "met", met(outcome)),
        exit::MET => (Tone::Good, "met", format!("{}, with {}", met(outcome), findings(outcome))),
        _ if gravest == Some(Severity::Note) => (Tone::Unknown, "inconclusive", violated(outcome)),
        _ => (Tone::Bad, "violated", violated(outcome)),
    };
    let more = explain(outcome).filter(|_| verbosity != Verbosity::Quiet);
    let more = more.map(|more| format!("   {}", paint.paint(Tone::Faint, &format!("({more})")))).unwrap_or_default();
    Some(format!("{}: {text}{more}\n", paint.paint(tone, head)))
}

/// How to learn what a rule means, where something is wrong.
fn explain(outcome: &Outcome) -> Option<String> {
    let mut rules: Vec<Rule> = outcome.findings.iter().filter(|f| f.severity > Severity::Note).map(|f| f.rule).collect();
    rules.sort_unstable();
    rules.dedup();
    match rules.as_slice() {
        [] => None,
        [one] => Some(format!("hopspec explain {}", one.id())),
        _ => Some("hopspec explain RULE".to_owned()),
    }
}

fn all_hops(outcome: &Outcome) -> impl Iterator<Item = (&SpecOutcome, &HopOutcome)> {
    outcome.specs.iter().flat_map(|spec| spec.hops.iter().map(move |hop| (spec, hop)))
}

fn with(outcome: &Outcome, verdict: Verdict) -> u64 {
    all_hops(outcome).filter(|(_, hop)| hop.verdict == verdict).count() as u64
}

fn exchanges(outcome: &Outcome) -> u64 {
    all_hops(outcome).fold(0, |sum, (_, hop)| sum.saturating_add(hop.exchanges))
}

fn met(outcome: &Outcome) -> String {
    let judged = all_hops(outcome).filter(|(_, hop)| hop.verdict != Verdict::NotObserved).count() as u64;
    let unseen = match with(outcome, Verdict::NotObserved) {
        0 => String::new(),
        n => format!(", {} not observed", count(n, "hop")),
    };
    format!("{} with {}{unseen}", count(judged, "hop"), count(exchanges(outcome), "exchange"))
}

/// `2 errors, 1 warning`
fn findings(outcome: &Outcome) -> String {
    let number = |severity| outcome.findings.iter().filter(|f| f.severity == severity).count() as u64;
    let parts = [Severity::Error, Severity::Warning, Severity::Note].map(|s| (number(s), s.name()));
    let parts: Vec<_> = parts.iter().filter(|(n, _)| *n > 0).map(|(n, name)| count(*n, name)).collect();
    if parts.is_empty() { "no finding".to_owned() } else { parts.join(", ") }
}

fn violated(outcome: &Outcome) -> String {
    let hops = match with(outcome, Verdict::Violated) {
        0 => String::new(),
        n => match all_hops(outcome).count() as u64 {
            1 => " in 1 hop".to_owned(),
            hops => format!(" in {n} of {hops} hops"),
        },
    };
    format!("{}{hops}, {}", findings(outcome), count(exchanges(outcome), "exchange"))
}

/// What could not be read, and what came of the rest.
fn unread(outcome: &Outcome) -> String {
    let sources = count(outcome.unreadable.len() as u64, "source");
    let rest = if outcome.findings.is_empty() { met(outcome) } else { format!("{}, {}", findings(outcome), met(outcome)) };
    format!("{sources} could not be read; of the others: {rest}")
}

/// Why a run judged nothing, or not what it had to.
fn unseen(outcome: &Outcome) -> String {
    let required =
        || all_hops(outcome).filter(|(_, hop)| hop.required && hop.exchanges == 0 && hop.verdict == Verdict::NotObserved);
    let judged = exchanges(outcome) > 0;
    if let Some((spec, hop)) = required().next().filter(|_| judged) {
        let others = match required().count() - 1 {
            0 => String::new(),
            n => format!(" and {n} more"),
        };
        return format!("no exchange of the required hop {}{others} was seen", hops::name(spec, hop));
    }
    let messages = outcome.captures.iter().any(|c| c.summary.requests > 0 || c.summary.responses > 0);
    match outcome.captures.as_slice() {
        _ if outcome.specs.is_empty() => "there is no spec".to_owned(),
        _ if judged => format!("the evidence of {} decides nothing", count(exchanges(outcome), "exchange")),
        [] => "there is no capture".to_owned(),
        [one] if one.summary.packets == 0 && !messages && one.summary.anomalies.is_empty() => {
            match crate::report::escape(&one.file) {
                live if !crate::source::is_kept(&one.file) => format!("{live} heard nothing"),
                file => format!("{file} is {NO_PACKET}"),
            }
        }
        [one] if !messages => format!("{} holds no HTTP message that could be decoded", crate::report::escape(&one.file)),
        _ if !messages => "the captures hold no HTTP message that could be decoded".to_owned(),
        _ if outcome.unselected.exchanges == 0 => "the captures hold no exchange of any hop".to_owned(),
        _ => format!("{} of the captures, none of any hop", count(outcome.unselected.exchanges, "exchange")),
    }
}
