//! A line a hop: its verdict, its name, and what it rests on.

use crate::finding::{ExpectationOutcome, HopOutcome, Outcome, SpecOutcome, Verdict};
use crate::report::escape::value;
use crate::report::paint::{Paint, Tone};
use crate::report::{count, escape};

/// Names longer than this push their own line to the right, not all of them.
const WIDEST: usize = 64;

/// All hops, in the order of the specs; with every expectation where `verbose`.
pub(super) fn lines(outcome: &Outcome, paint: Paint, verbose: bool) -> String {
    let hops = || outcome.specs.iter().flat_map(|spec| spec.hops.iter().map(move |hop| (spec, hop)));
    let width = hops().map(|(spec, hop)| name(spec, hop).chars().count()).filter(|w| *w <= WIDEST).max().unwrap_or(0);
    let mut out = String::new();
    for (spec, hop) in hops() {
        let verdict = paint.paint(tone(hop.verdict), &format!("{:<12}", words(hop.verdict)));
        let line = format!("{verdict}  {:<width$}   {}", name(spec, hop), basis(spec, hop));
        out.push_str(line.trim_end());
        out.push('\n');
        if verbose {
            expectations(&mut out, hop, paint);
        }
    }
    out
}

/// `aws/alb/forward › alb-to-target`
pub(super) fn name(spec: &SpecOutcome, hop: &HopOutcome) -> String {
    format!("{} › {}", escape(&spec.name), escape(&hop.hop))
}

/// A verdict as words.
pub(super) fn words(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::NotObserved => "not observed",
        Verdict::Inconclusive => "inconclusive",
        Verdict::Met => "met",
        Verdict::Violated => "violated",
    }
}

/// The tone of a verdict.
pub(super) fn tone(verdict: Verdict) -> Tone {
    match verdict {
        Verdict::NotObserved => Tone::Odd,
        Verdict::Inconclusive => Tone::Unknown,
        Verdict::Met => Tone::Good,
        Verdict::Violated => Tone::Bad,
    }
}

/// The expectations that were judged: those of the hop, and of the variants that exchanges were judged by.
fn judged(hop: &HopOutcome) -> impl Iterator<Item = &ExpectationOutcome> {
    // No name holds white space, so that what joins them is never part of one.
    let used = |variant: &String| hop.variants.iter().any(|(names, _)| names.split(" + ").any(|name| name == variant));
    hop.expectations.iter().filter(move |e| e.variant.as_ref().is_none_or(used))
}

/// What the verdict rests on: `37 exchanges, 9 expectations, 1 violated, variant append`.
fn basis(spec: &SpecOutcome, hop: &HopOutcome) -> String {
    if hop.exchanges == 0 {
        return match (&hop.nearest, hop.verdict) {
            (Some(nearest), _) => format!("nearest: {}", value(nearest)),
            (None, Verdict::NotObserved) => String::new(),
            (None, _) => count(0, unit(hop)),
        };
    }
    let mut parts = vec![count(hop.exchanges, unit(hop)), count(judged(hop).count() as u64, "expectation")];
    if let (Some(cases), Some(first)) = (spec.cases, parts.first_mut()) {
        first.push_str(&format!(" in {}", count(cases, "capture")));
    }
    for verdict in [Verdict::Violated, Verdict::Inconclusive, Verdict::NotObserved] {
        let number = judged(hop).filter(|e| e.verdict == verdict).count();
        if number > 0 {
            parts.push(format!("{number} {}", words(verdict)));
        }
    }
    match hop.variants.as_slice() {
        [] => {}
        [(name, _)] => parts.push(format!("variant {}", escape(name))),
        many => {
            let each = many.iter().map(|(name, exchanges)| format!("{} ×{exchanges}", escape(name)));
            parts.push(format!("variants {}", each.collect::<Vec<_>>().join(", ")));
        }
    }
    parts.join(", ")
}

/// What a hop consists of.
fn unit(hop: &HopOutcome) -> &'static str {
    if hop.of_empty { "empty connection" } else { "exchange" }
}

/// Every expectation of a hop with its counts.
fn expectations(out: &mut String, hop: &HopOutcome, paint: Paint) {
    if hop.exchanges == 0 {
        return;
    }
    let width = judged(hop).map(|e| e.subject.chars().count()).filter(|w| *w <= WIDEST).max().unwrap_or(0);
    for expectation in judged(hop) {
        let counts = expectation.counts;
        let parts = [(counts.met, "met"), (counts.violated, "violated"), (counts.inconclusive, "inconclusive")];
        let parts = parts.iter().filter(|(n, _)| *n > 0).map(|(n, word)| format!("{n} {word}")).collect::<Vec<_>>();
        let variant = expectation.variant.as_ref().map(|v| format!("   variant {}", escape(v))).unwrap_or_default();
        let verdict = paint.paint(tone(expectation.verdict), &format!("{:<12}", words(expectation.verdict)));
        let line = format!("  {verdict}  {:<width$}   {}{variant}", escape(&expectation.subject), parts.join(", "));
        out.push_str(line.trim_end());
        out.push('\n');
    }
}
